"""Loads what a group of transactions must know: a few statements, under the lock of the clock."""

from collections.abc import Iterable, Iterator

from store.catalogue import UNKNOWN, Attribute, ValueType
from store.database import Connection
from store.ids import AttributeId, EntityId, from_opaque
from store.sql import Bound, fact_table, sql
from store.transaction import Transaction
from store.values import SQL_TYPES, from_native, native
from store.writing.mentions import Mentions, mentions
from store.writing.retracting import members
from store.writing.rules import Rules
from store.writing.state import Count, Entity, Identity, State
from store.writing.state_rows import (
    Around,
    Loading,
    know_entities,
    know_identities,
    know_live,
    know_urns,
)


async def load(
    connection: Connection, rules: Rules, group: Iterable[Transaction], state: State
) -> None:
    """Make a state complete for a group of transactions.

    The database may be read as of any time since the state began, as long as nobody else has
    written since.
    """
    mentioned = mentions(rules, group)
    loading = Loading(connection, rules, state)
    await know_urns(loading, mentioned.urns)
    await know_entities(loading, mentioned.ids)
    await _edges_named(loading, mentioned)
    await _edges_around(loading, mentioned)
    await _find_holders(loading, mentioned)
    await _count_edges(loading)
    await _find_referrers(loading)


def _named(state: State, mentioned: Mentions) -> Iterator[EntityId]:
    """Yield the entities that are named, and there."""
    for urn in mentioned.urns:
        if urn in state.by_urn:
            yield state.by_urn[urn]
    yield from mentioned.ids & state.entities.keys()


async def _edges_named(loading: Loading, mentioned: Mentions) -> None:
    identities = [
        Identity(edge_type, source, target, key)
        for edge_type, source_name, target_name, key in mentioned.edges
        if (source := _entity(loading, source_name)) is not None
        and (target := _entity(loading, target_name)) is not None
    ]
    await know_identities(loading, identities)


def _entity(loading: Loading, name: str) -> EntityId | None:
    entity = loading.state.by_urn.get(name) or from_opaque(name)
    return entity if entity in loading.state.entities else None


async def _edges_around(loading: Loading, mentioned: Mentions) -> None:
    """Load the live edges that may change without being named, and their far ends.

    Each round may find further parts of what is retracted; it goes on until there are none.
    """
    types, state = loading.rules.edges_by_id, loading.state
    around, staying = _single_ends(loading, mentioned), Around()
    for entity in _named(state, mentioned):
        if state.entities[entity].type == UNKNOWN.id and entity not in state.surrounded:
            staying.leaving.update((edge_type, entity) for edge_type in types)
            staying.arriving.update((edge_type, entity) for edge_type in types)
            state.surrounded.add(entity)
    ending = _may_end(loading, mentioned)
    ended: set[EntityId] = set()
    while around.leaving or around.arriving or staying.leaving or ending:
        around.leaving.update((edge_type, e) for edge_type in types for e in ending)
        around.arriving.update(
            (edge_type, e) for edge_type in loading.rules.component_edges for e in ending
        )
        await know_live(loading, around, staying)
        ended |= ending
        ending = {part for e in ending for part in _parts(loading, e)} - ended
        await know_entities(loading, ending)
        ending &= state.entities.keys()
        around, staying = Around(), Around()


def _single_ends(loading: Loading, mentioned: Mentions) -> Around:
    """Return the ends at which a link may end the edge that is there."""
    around = Around()
    for edge_type, source_name, target_name, _ in mentioned.edges:
        declared = loading.rules.edges_by_id[edge_type].declared
        source, target = _entity(loading, source_name), _entity(loading, target_name)
        if declared.one_from and source is not None:
            around.leaving.add((edge_type, source))
        if declared.one_to and target is not None:
            around.arriving.add((edge_type, target))
    return around


def _may_end(loading: Loading, mentioned: Mentions) -> set[EntityId]:
    """Return what is retracted, and what the group itself may make a part of that."""
    named = mentioned.retracted | mentioned.parts if mentioned.retracted else ()
    found = (_entity(loading, name) for name in named)
    return {entity for entity in found if entity is not None}


def _parts(loading: Loading, owner: EntityId) -> Iterator[EntityId]:
    state = loading.state
    rules = loading.rules.types_by_id[state.entities[owner].type]
    walks = {(walk.edge, walk.reverse) for walk in rules.component_walks}
    if rules.id == UNKNOWN.id:  # The group may give it a type that has parts.
        walks = {(edge, way) for edge in loading.rules.component_edges for way in (False, True)}
    for edge_type, reverse in walks:
        live = state.arriving if reverse else state.leaving
        for edge in live.get((edge_type, owner), ()):
            identity = state.edges[edge].identity
            yield identity.source if reverse else identity.target
    for attribute in rules.component_attributes:
        for part in members(state.entities[owner].values.get(attribute.id)):
            yield EntityId(int(part))


_COUNT_LEAVING = """
SELECT w.type, w.e, far.v, count(*)
FROM unnest($1::int[], $2::bigint[]) AS w (type, e)
CROSS JOIN LATERAL (
  SELECT "to" AS e
  FROM edge
  WHERE edge."from" = w.e AND edge.type = w.type AND edge.t1 = 9223372036854775807
  OFFSET 0
) AS edge
JOIN fact_2 AS far ON far.e = edge.e AND far.t1 = 9223372036854775807
GROUP BY w.type, w.e, far.v
"""
_COUNT_ARRIVING = """
SELECT w.type, w.e, far.v, count(*)
FROM unnest($1::int[], $2::bigint[]) AS w (type, e)
CROSS JOIN LATERAL (
  SELECT "from" AS e
  FROM edge
  WHERE edge."to" = w.e AND edge.type = w.type AND edge.t1 = 9223372036854775807
  OFFSET 0
) AS edge
JOIN fact_2 AS far ON far.e = edge.e AND far.t1 = 9223372036854775807
GROUP BY w.type, w.e, far.v
"""


async def _count_edges(loading: Loading) -> None:
    """Count what required relations depend on, at every entity whose lifecycle may move."""
    for statement, reverse in ((_COUNT_LEAVING, False), (_COUNT_ARRIVING, True)):
        ends = [
            (edge_type, entity.id)
            for entity in loading.fresh
            for edge_type in _counted(loading.rules, entity, reverse=reverse)
        ]
        if ends:
            columns = map(list, zip(*ends, strict=True))
            for edge_type, e, far, count in await loading.connection.fetch(statement, *columns):
                loading.state.counts[Count(edge_type, reverse, e, far)] = count


def _counted(rules: Rules, entity: Entity, *, reverse: bool) -> set[AttributeId]:
    if entity.type == UNKNOWN.id:
        return {edge_type for edge_type, way in rules.counted if way == reverse}
    walks = rules.types_by_id[entity.type].required_walks
    return {walk.edge for walk in walks if walk.reverse == reverse}


async def _find_holders(loading: Loading, mentioned: Mentions) -> None:
    """Find who holds the unique values that the group asserts, to tell by name."""
    state = loading.state
    for a in loading.rules.unique:
        attribute = loading.rules.attributes[a]
        wanted = mentioned.unique.get(a, set())
        if attribute.type is ValueType.REF:
            wanted = set(map(str, _named(state, mentioned)))
        unknown = {value for value in wanted if (a, value) not in state.holders}
        for e, canonical in await _holding(loading, attribute, unknown):
            state.holders[a, canonical] = e
    await know_entities(loading, set(state.holders.values()))


async def _find_referrers(loading: Loading) -> None:
    """Find what refers to entities of type Unknown, to check it again when they get a type."""
    unknown = {str(entity.id) for entity in loading.fresh if entity.type == UNKNOWN.id}
    for attribute in loading.rules.attributes.values():
        if attribute.type is ValueType.REF:
            for e, target in await _holding(loading, attribute, unknown):
                loading.state.referrers[EntityId(int(target))].add((attribute.id, e))


_HOLDING = """
SELECT fact.e, fact.v
FROM unnest({wanted}) AS wanted (v)
JOIN {facts} AS fact ON fact.v = wanted.v
WHERE fact.t1 = 9223372036854775807
"""
_HOLDING_TEXT = """
SELECT fact.e, fact.v
FROM unnest({wanted}) AS wanted (v)
JOIN {facts} AS fact ON left(fact.v, 256) = left(wanted.v, 256) AND fact.v = wanted.v
WHERE fact.t1 = 9223372036854775807
"""


async def _holding(
    loading: Loading, attribute: Attribute, wanted: set[str]
) -> list[tuple[EntityId, str]]:
    """Return who holds which of some values, but for what the state knows to hold it no more."""
    if not wanted:
        return []
    column_type = SQL_TYPES[attribute.type]
    values = Bound([native(one, attribute.type) for one in wanted], column_type + "[]")
    template = _HOLDING_TEXT if column_type == "text" else _HOLDING
    statement = sql(template, wanted=values, facts=fact_table(attribute.id))
    text, arguments = statement.render()
    rows = await loading.connection.fetch(text, *arguments)
    found = [(e, from_native(value, attribute.type)) for e, value in rows]
    return [(e, value) for e, value in found if _may_hold(loading.state, e, attribute, value)]


def _may_hold(state: State, holder: EntityId, attribute: Attribute, value: str) -> bool:
    known = state.values_of(holder)
    return known is None or value in members(known.get(attribute.id))
