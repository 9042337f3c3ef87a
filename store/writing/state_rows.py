"""Rows of the derived tables as values: the entities and edges of a state on its way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
import orjson

from store.catalogue import Attribute
from store.database import Connection
from store.ids import FOREVER, AttributeId, EntityId
from store.sql import Bound, fact_table, sql
from store.values import ELSEWHERE, from_native, list_members
from store.writing.rules import EdgeRules, Rules, TypeRules
from store.writing.state import Edge, Entity, Identity, Lifecycle, State, Value

End = tuple[AttributeId, EntityId]
"""An edge type, and an entity that is at an end of edges of this type."""
Values = dict[AttributeId, Value]


@dataclass(frozen=True, slots=True)
class Loading:
    """A state on its way; `fresh` are the entities that it did not know before.

    What a state knows it knows better: rows may be of a time before its latest transactions.
    """

    connection: Connection
    rules: Rules
    state: State
    fresh: list[Entity] = field(default_factory=list)


_BY_URN = """
SELECT v.e, v.type, v.lifecycle, v.urn, v.values, v.ends
FROM unnest($1::text[]) AS named (urn)
CROSS JOIN LATERAL (
  SELECT f.e
  FROM fact_1 AS f
  WHERE left(f.v, 256) = left(named.urn, 256) AND f.v = named.urn
    AND f.t1 = 9223372036854775807
  OFFSET 0
) AS f
CROSS JOIN LATERAL (
  SELECT * FROM version WHERE version.e = f.e AND version.t1 = 9223372036854775807 OFFSET 0
) AS v
"""
_BY_ID = """
SELECT v.e, v.type, v.lifecycle, v.urn, v.values, v.ends
FROM unnest($1::bigint[]) AS named (e)
CROSS JOIN LATERAL (
  SELECT * FROM version WHERE version.e = named.e AND version.t1 = 9223372036854775807 OFFSET 0
) AS v
WHERE v.urn IS NOT NULL
"""


async def know_urns(loading: Loading, urns: Iterable[str]) -> None:
    """Add the entities that have these urns."""
    missing = [urn for urn in urns if urn not in loading.state.by_urn]
    if missing:
        await _know(loading, await loading.connection.fetch(_BY_URN, missing))


async def know_entities(loading: Loading, ids: Iterable[EntityId]) -> None:
    """Add the entities that have these ids."""
    missing = [entity for entity in ids if entity not in loading.state.entities]
    if missing:
        await _know(loading, await loading.connection.fetch(_BY_ID, missing))


async def _know(loading: Loading, rows: Iterable[asyncpg.Record]) -> None:
    incomplete: _Incomplete = defaultdict(dict)
    for e, type_id, lifecycle, urn, texts, ends in rows:
        if e not in loading.state.entities:
            rules = loading.rules.types_by_id[type_id]
            values = _decoded(rules, e, texts, incomplete)
            entity = Entity(e, orjson.loads(urn), rules.id, Lifecycle(lifecycle), values)
            loading.state.know(entity)
            if ends:
                loading.state.ends[e] = tuple(ends)
            loading.fresh.append(entity)
    await _complete(loading.connection, incomplete)


_Incomplete = defaultdict[Attribute, dict[EntityId, Values]]
"""Values that lack a list, which their version leaves to the fact table of the attribute."""


def _decoded(
    rules: TypeRules | EdgeRules, e: EntityId, texts: Sequence[str | None], missing: _Incomplete
) -> Values:
    values: Values = {}
    for attribute in rules.attributes.values():
        text = texts[attribute.slot - 1] if attribute.slot <= len(texts) else None
        if text == ELSEWHERE:
            missing[attribute][e] = values
        elif text is not None:
            many = attribute.many
            values[attribute.id] = list_members(text, attribute.type) if many else text
    return values


_LISTS = """
SELECT e, array_agg(v)
FROM {facts} AS fact
WHERE e = ANY ({wanted}) AND t1 = 9223372036854775807
GROUP BY e
"""


async def _complete(connection: Connection, incomplete: _Incomplete) -> None:
    for attribute, wanting in incomplete.items():
        statement = sql(
            _LISTS, facts=fact_table(attribute.id), wanted=Bound(list(wanting), "bigint[]")
        )
        text, arguments = statement.render()
        for e, found in await connection.fetch(text, *arguments):
            canonical = frozenset(from_native(value, attribute.type) for value in found)
            wanting[e][attribute.id] = canonical


_BY_IDENTITY = """
SELECT w.type, w.source, w.target, w.key, edge.e, edge.t1
FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[]) AS w (type, source, target, key)
CROSS JOIN LATERAL (
  SELECT e, t1
  FROM edge
  WHERE edge."from" = w.source AND edge.type = w.type AND edge."to" = w.target AND edge.key = w.key
  ORDER BY edge.t0 DESC
  LIMIT 1
) AS edge
"""
_LEAVING = """
SELECT edge.type, edge."from", edge."to", edge.key, edge.e, edge.t1
FROM unnest($1::int[], $2::bigint[]) AS w (type, e)
CROSS JOIN LATERAL (
  SELECT *
  FROM edge
  WHERE edge."from" = w.e AND edge.type = w.type AND edge.t1 = 9223372036854775807
  OFFSET 0
) AS edge
"""
_ARRIVING = """
SELECT edge.type, edge."from", edge."to", edge.key, edge.e, edge.t1
FROM unnest($1::int[], $2::bigint[]) AS w (type, e)
CROSS JOIN LATERAL (
  SELECT *
  FROM edge
  WHERE edge."to" = w.e AND edge.type = w.type AND edge.t1 = 9223372036854775807
  OFFSET 0
) AS edge
"""


async def know_identities(loading: Loading, identities: Iterable[Identity]) -> None:
    """Add the edges that have these identities, whether live or not."""
    missing = [identity for identity in identities if identity not in loading.state.by_identity]
    if missing:
        columns = map(list, zip(*missing, strict=True))
        await _know_edges(loading, await loading.connection.fetch(_BY_IDENTITY, *columns))


@dataclass(frozen=True, slots=True)
class Around:
    """Ends whose live edges are looked up: those that leave there, and those that arrive."""

    leaving: set[End] = field(default_factory=set)
    arriving: set[End] = field(default_factory=set)


async def know_live(loading: Loading, ending: Around, staying: Around) -> None:
    """Add the live edges at these ends, and the entities at their far ends where those matter.

    Edges may end where they are `ending`; those that are only `staying` are there to be asked.
    """
    rows: list[asyncpg.Record] = []
    for statement, ends in (
        (_LEAVING, ending.leaving | staying.leaving),
        (_ARRIVING, ending.arriving | staying.arriving),
    ):
        if ends:
            columns = map(list, zip(*ends, strict=True))
            rows += await loading.connection.fetch(statement, *columns)
    await _know_edges(loading, rows)
    await know_entities(loading, set(_mattering(loading.rules, rows, ending)))


def _mattering(rules: Rules, edges: Iterable[asyncpg.Record], ending: Around) -> Iterator[EntityId]:
    """Yield the ends of edges that are asked about, or whose versions change when the edge ends."""
    for edge_type, source, target, *_ in edges:
        watched = edge_type in rules.watched_edges
        ends = (edge_type, source) in ending.leaving or (edge_type, target) in ending.arriving
        if watched or (ends and (edge_type, False) in rules.held_ends):
            yield source
        if watched or (ends and (edge_type, True) in rules.held_ends):
            yield target


_PROPERTIES = (
    "SELECT e, values FROM version WHERE e = ANY($1::bigint[]) AND t1 = 9223372036854775807"
)


async def _know_edges(loading: Loading, found: Sequence[asyncpg.Record]) -> None:
    rows = [row for row in found if row[4] not in loading.state.edges]
    values = await _properties(loading, rows)
    for edge_type, source, target, key, e, t1 in rows:
        live = t1 == FOREVER
        identity = Identity(edge_type, source, target, key)
        loading.state.know_edge(Edge(e, identity, live, values.get(e, {}) if live else {}))


async def _properties(
    loading: Loading, rows: Iterable[asyncpg.Record]
) -> Mapping[EntityId, Values]:
    types = {
        e: loading.rules.edges_by_id[edge_type]
        for edge_type, _, _, _, e, t1 in rows
        if t1 == FOREVER and loading.rules.edges_by_id[edge_type].attributes
    }
    if not types:
        return {}
    incomplete: _Incomplete = defaultdict(dict)
    values = {
        e: _decoded(types[e], e, texts, incomplete)
        for e, texts in await loading.connection.fetch(_PROPERTIES, list(types))
    }
    await _complete(loading.connection, incomplete)
    return values
