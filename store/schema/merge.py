"""What there will be: what is wanted laid over what is there. What is absent stays."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from store.catalogue import (
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    EnumType,
    Interface,
    Relation,
)
from store.ids import AttributeId


def merge(current: Catalogue, wanted: Catalogue) -> Catalogue:
    """Return the current catalogue with all that is wanted in it.

    Ids and slots of what is there stay; what is new has the id 0, and the next slots of its type.
    """
    entity_types = {
        name: _entity_type(current.entity_types.get(name), each)
        for name, each in wanted.entity_types.items()
    }
    interfaces = {
        name: _interface(current.interfaces.get(name), each)
        for name, each in wanted.interfaces.items()
    }
    edge_types = {
        name: _edge_type(current.edge_types.get(name), each)
        for name, each in wanted.edge_types.items()
    }
    enums = {name: _enum(current.enums.get(name), each) for name, each in wanted.enums.items()}
    merged = Catalogue(
        current.t,
        {**current.entity_types, **entity_types},
        {**current.interfaces, **interfaces},
        {**current.edge_types, **edge_types},
        {**current.enums, **enums},
    )
    return replace(merged, edge_types=_with_cardinality(current, wanted, merged))


def _entity_type(there: EntityType | None, wanted: EntityType) -> EntityType:
    before = there or replace(wanted, attributes=(), relations=(), interfaces=())
    return replace(
        wanted,
        id=before.id,
        interfaces=_all(before.interfaces, wanted.interfaces),
        attributes=_slotted(_attributes(before.attributes, wanted.attributes)),
        relations=_relations(before.relations, wanted.relations),
    )


def _interface(there: Interface | None, wanted: Interface) -> Interface:
    before = there or replace(wanted, attributes=(), relations=())
    return replace(
        wanted,
        id=before.id,
        attributes=_attributes(before.attributes, wanted.attributes),
        relations=_relations(before.relations, wanted.relations),
    )


def _edge_type(there: EdgeType | None, wanted: EdgeType) -> EdgeType:
    before = there or replace(wanted, properties=())
    return replace(
        wanted,
        id=before.id,
        properties=_slotted(_attributes(before.properties, wanted.properties)),
    )


def _enum(there: EnumType | None, wanted: EnumType) -> EnumType:
    before = there or replace(wanted, values=())
    values = {each.name: each for each in (*before.values, *wanted.values)}
    return replace(wanted, id=before.id, values=tuple(values.values()))


def _all(before: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *wanted)))


def _attributes(
    before: tuple[Attribute, ...], wanted: tuple[Attribute, ...]
) -> tuple[Attribute, ...]:
    there = {each.field: each for each in before}
    laid_over = {
        each.field: replace(each, id=there[each.field].id, slot=there[each.field].slot)
        if each.field in there
        else replace(each, id=AttributeId(0), slot=0)
        for each in wanted
    }
    return tuple({**there, **laid_over}.values())


def _relations(before: tuple[Relation, ...], wanted: tuple[Relation, ...]) -> tuple[Relation, ...]:
    there = {each.field: each for each in before}
    laid_over = {
        each.field: replace(
            each, id=there[each.field].id if each.field in there else AttributeId(0)
        )
        for each in wanted
    }
    return tuple({**there, **laid_over}.values())


def _slotted(attributes: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    """Give the next free slots to the attributes that have none; none is ever used again."""
    free = count(1 + max((each.slot for each in attributes), default=0))
    return tuple(each if each.slot else replace(each, slot=next(free)) for each in attributes)


def _with_cardinality(
    current: Catalogue, wanted: Catalogue, merged: Catalogue
) -> Mapping[str, EdgeType]:
    """Return the edge types, cardinality one from each end that a relation to one starts at.

    Where that was said of the edge type itself, it stays until the edge type is declared again.
    """
    before, after = _ways_to_one(current), _ways_to_one(merged)
    ended = {way for way in before - after if way.edge not in wanted.edge_types}
    edge_types: dict[str, EdgeType] = {}
    for name, each in merged.edge_types.items():
        forward, back = _Way(name, reverse=False), _Way(name, reverse=True)
        one_from = forward in after or (each.one_from and forward not in ended)
        one_to = back in after or (each.one_to and back not in ended)
        edge_types[name] = replace(each, one_from=one_from, one_to=one_to)
    return edge_types


class _Way(NamedTuple):
    edge: str
    reverse: bool


def _ways_to_one(catalogue: Catalogue) -> frozenset[_Way]:
    relations = [
        *(each.relations for each in catalogue.entity_types.values()),
        *(each.relations for each in catalogue.interfaces.values()),
    ]
    return frozenset(
        _Way(relation.edge, relation.reverse)
        for owned in relations
        for relation in owned
        if not relation.many
    )
