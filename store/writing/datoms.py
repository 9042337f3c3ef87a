"""Effects on entities and edges as datoms: what of the state before is retracted, what asserted."""

from collections.abc import Mapping

from store.catalogue import ValueType
from store.ids import AttributeId, EntityId
from store.log import (
    ASSERT,
    EDGE_FROM,
    EDGE_KEY,
    EDGE_TO,
    EDGE_TYPE,
    LIFECYCLE,
    RETRACT,
    TYPE,
    URN,
    Datom,
)
from store.values import quoted
from store.writing.retracting import members
from store.writing.rules import Rules
from store.writing.state import Edge, Effects, Entity, State, Value

Values = Mapping[AttributeId, Value]


def datoms_of(rules: Rules, state: State, effects: Effects) -> list[Datom]:
    """Return what the effects of a transaction on a state are as datoms, sorted."""
    datoms: list[Datom] = []
    for entity in effects.created:
        datoms.append(Datom(entity.id, URN, ASSERT, quoted(entity.urn)))
        datoms.append(Datom(entity.id, TYPE, ASSERT, entity.type))
        datoms.append(Datom(entity.id, LIFECYCLE, ASSERT, quoted(entity.lifecycle)))
        _add_values(datoms, rules, entity.id, {}, entity.values)
    for entity in effects.changed:
        before = state.entities[entity.id]
        _add_moves(datoms, before, entity)
        _add_values(datoms, rules, entity.id, before.values, entity.values)
    for edge in effects.begun:
        _add_edge(datoms, edge, ASSERT)
        _add_values(datoms, rules, edge.id, {}, edge.values)
    for edge in effects.ended:
        _add_edge(datoms, edge, RETRACT)
    for edge in (*effects.altered, *effects.ended):
        _add_values(datoms, rules, edge.id, state.edges[edge.id].values, edge.values)
    datoms.sort()
    return datoms


def _add_moves(datoms: list[Datom], before: Entity, after: Entity) -> None:
    if after.type != before.type:
        datoms.append(Datom(after.id, TYPE, RETRACT, before.type))
        datoms.append(Datom(after.id, TYPE, ASSERT, after.type))
    if after.lifecycle != before.lifecycle:
        datoms.append(Datom(after.id, LIFECYCLE, RETRACT, quoted(before.lifecycle)))
        datoms.append(Datom(after.id, LIFECYCLE, ASSERT, quoted(after.lifecycle)))


def _add_edge(datoms: list[Datom], edge: Edge, op: bool) -> None:  # noqa: FBT001  # As in a datom.
    edge_type, source, target, key = edge.identity
    datoms.append(Datom(edge.id, EDGE_TYPE, op, edge_type))
    datoms.append(Datom(edge.id, EDGE_FROM, op, source))
    datoms.append(Datom(edge.id, EDGE_TO, op, target))
    if key:
        datoms.append(Datom(edge.id, EDGE_KEY, op, quoted(key)))


def _add_values(
    datoms: list[Datom], rules: Rules, e: EntityId, before: Values, after: Values
) -> None:
    for a in before.keys() | after.keys() if before else after:
        old, new = before.get(a), after.get(a)
        if old != new:
            held, wanted = members(old), members(new)
            retracted, asserted = held - wanted, wanted - held
            if rules.attributes[a].type is ValueType.REF:
                datoms.extend(Datom(e, a, RETRACT, int(value)) for value in retracted)
                datoms.extend(Datom(e, a, ASSERT, int(value)) for value in asserted)
            else:
                datoms.extend(Datom(e, a, RETRACT, value) for value in retracted)
                datoms.extend(Datom(e, a, ASSERT, value) for value in asserted)
