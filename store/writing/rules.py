"""The catalogue as a writer needs it: by id, with what it asks of a type answered beforehand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from store.catalogue import (
    UNKNOWN,
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    HeldEnds,
    Relation,
    ValueType,
)
from store.ids import AttributeId
from store.tables import BUILT_IN


@dataclass(frozen=True, slots=True)
class Walk:
    """A relation over an edge type: which way, and the types of the far ends that it holds."""

    edge: AttributeId
    reverse: bool
    targets: frozenset[AttributeId]


@dataclass(frozen=True, slots=True)
class TypeRules:
    """What holds for the entities of a type.

    `slots` has the attributes in the order of a version's values. `references` has the types that
    each reference may hold, besides Unknown. What is `watched` must be looked up before it is
    written: references, and what is unique.
    """

    id: AttributeId
    name: str
    attributes: Mapping[str, Attribute]
    slots: tuple[Attribute | None, ...]
    references: Mapping[str, tuple[AttributeId, ...]]
    watched: tuple[str, ...]
    required: tuple[AttributeId, ...]
    required_walks: tuple[Walk, ...]
    component_walks: tuple[Walk, ...]
    component_attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class EdgeRules:
    """What holds for the edges of a type.

    `only_from` and `only_to` have the type of an end that can have but one.
    """

    id: AttributeId
    name: str
    declared: EdgeType
    from_types: frozenset[AttributeId]
    to_types: frozenset[AttributeId]
    only_from: AttributeId | None
    only_to: AttributeId | None
    attributes: Mapping[str, Attribute]
    slots: tuple[Attribute | None, ...]
    references: Mapping[str, tuple[AttributeId, ...]]
    watched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all writing under one catalogue.

    `counted` has (edge type, reverse) where some type requires a relation that walks this way;
    `component_edges` are the edge types along which something has parts, `watched_edges` those
    whose far ends matter, for either reason. `fact_tables` has the attributes that have one,
    `held_ends` where versions hold the far ends of which edges, as the catalogue has it.
    """

    catalogue: Catalogue
    types: Mapping[str, TypeRules]
    types_by_id: Mapping[AttributeId, TypeRules]
    edges: Mapping[str, EdgeRules]
    edges_by_id: Mapping[AttributeId, EdgeRules]
    attributes: Mapping[AttributeId, Attribute]
    fact_tables: Mapping[AttributeId, Attribute]
    counted: frozenset[tuple[AttributeId, bool]]
    component_edges: frozenset[AttributeId]
    watched_edges: frozenset[AttributeId]
    unique: frozenset[AttributeId]
    held_ends: HeldEnds

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Return the rules of a catalogue."""
        types = [_type_rules(catalogue, one) for one in catalogue.entity_types.values()]
        edges = [_edge_rules(catalogue, one) for one in catalogue.edge_types.values()]
        stored = [*(entity.attributes for entity in types), *(edge.attributes for edge in edges)]
        attributes = {one.id: one for owned in stored for one in owned.values()}
        required = [walk for one in types for walk in one.required_walks]
        components = [walk for one in types for walk in one.component_walks]
        return cls(
            catalogue=catalogue,
            types={entity.name: entity for entity in types},
            types_by_id={entity.id: entity for entity in types},
            edges={edge.name: edge for edge in edges},
            edges_by_id={edge.id: edge for edge in edges},
            attributes=attributes,
            fact_tables={**{one.id: one for one in BUILT_IN}, **attributes},
            counted=frozenset((walk.edge, walk.reverse) for walk in required),
            component_edges=frozenset(walk.edge for walk in components),
            watched_edges=frozenset(walk.edge for walk in (*required, *components)),
            unique=frozenset(one.id for one in attributes.values() if one.unique),
            held_ends=catalogue.held_ends,
        )


def _type_rules(catalogue: Catalogue, entity_type: EntityType) -> TypeRules:
    attributes, relations = entity_type.attributes, entity_type.relations
    return TypeRules(
        id=entity_type.id,
        name=entity_type.name,
        attributes={attribute.field: attribute for attribute in attributes},
        slots=_slots(attributes),
        references=_references(catalogue, attributes),
        watched=_watched(attributes),
        required=tuple(attribute.id for attribute in attributes if attribute.required),
        required_walks=tuple(_walk(catalogue, one) for one in relations if one.required),
        component_walks=tuple(_walk(catalogue, one) for one in relations if one.component),
        component_attributes=tuple(
            one for one in attributes if one.component and one.type is ValueType.REF
        ),
    )


def _references(
    catalogue: Catalogue, attributes: Iterable[Attribute]
) -> dict[str, tuple[AttributeId, ...]]:
    return {
        attribute.field: tuple(held(catalogue, attribute.target) - {UNKNOWN.id})
        for attribute in attributes
        if attribute.target is not None
    }


def _slots(attributes: Iterable[Attribute]) -> tuple[Attribute | None, ...]:
    by_slot = {attribute.slot: attribute for attribute in attributes}
    return tuple(by_slot.get(slot) for slot in range(1, max(by_slot, default=0) + 1))


def _watched(attributes: Iterable[Attribute]) -> tuple[str, ...]:
    return tuple(one.field for one in attributes if one.unique or one.type is ValueType.REF)


def _walk(catalogue: Catalogue, relation: Relation) -> Walk:
    edge_type = catalogue.edge_type(relation.edge)
    return Walk(edge_type.id, relation.reverse, held(catalogue, relation.target))


def held(catalogue: Catalogue, name: str) -> frozenset[AttributeId]:
    """Return the types that a field of a type or an interface holds: Unknown in an interface's."""
    concrete = _ids(catalogue, catalogue.concrete(name))
    return concrete | {UNKNOWN.id} if name in catalogue.interfaces else concrete


def _ids(catalogue: Catalogue, names: Iterable[str]) -> frozenset[AttributeId]:
    return frozenset(catalogue.entity_types[name].id for name in names)


def _edge_rules(catalogue: Catalogue, edge_type: EdgeType) -> EdgeRules:
    from_types = _ids(catalogue, catalogue.ends(edge_type.from_types))
    to_types = _ids(catalogue, catalogue.ends(edge_type.to_types))
    return EdgeRules(
        id=edge_type.id,
        name=edge_type.name,
        declared=edge_type,
        from_types=from_types,
        to_types=to_types,
        only_from=_only(from_types),
        only_to=_only(to_types),
        attributes={attribute.field: attribute for attribute in edge_type.properties},
        slots=_slots(edge_type.properties),
        references=_references(catalogue, edge_type.properties),
        watched=_watched(edge_type.properties),
    )


def _only(types: frozenset[AttributeId]) -> AttributeId | None:
    return next(iter(types)) if len(types) == 1 else None
