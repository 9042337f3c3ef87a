"""Entities that a schema change makes ENRICHED, or PARTIAL again."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.catalogue import Catalogue
from store.database import Connection
from store.ids import AttributeId, EntityId, T
from store.log import LIFECYCLE, Datom
from store.schema.tables import run
from store.sql import Bound, Sql, fact_table, join, sql
from store.values import quoted
from store.writing.rules import Rules, TypeRules, Walk
from store.writing.state import Lifecycle


@dataclass(frozen=True, slots=True)
class Move:
    """An entity whose lifecycle changes."""

    entity: EntityId
    before: Lifecycle
    after: Lifecycle


async def find_moves(
    connection: Connection, before: Catalogue, after: Catalogue
) -> tuple[Move, ...]:
    """Return the entities whose lifecycle is another under the new catalogue, by id.

    The tables are those of the new catalogue already.
    """
    moves: list[Move] = []
    for rules in _changed(before, after):
        statement = sql(_JUDGED, type=Bound(rules.id, "bigint"), complete=_complete(rules))
        text, arguments = statement.render()
        moves.extend(
            Move(entity, Lifecycle(was), Lifecycle(becomes))
            for entity, was, becomes in await connection.fetch(text, *arguments)
        )
    return tuple(sorted(moves, key=lambda move: move.entity))


def datoms_of(moves: tuple[Move, ...]) -> Iterator[Datom]:
    """Return the facts that say the moves."""
    for move in moves:
        yield Datom(move.entity, LIFECYCLE, op=False, value=quoted(move.before))
        yield Datom(move.entity, LIFECYCLE, op=True, value=quoted(move.after))


async def write_moves(connection: Connection, t: T, moves: tuple[Move, ...]) -> None:
    """Bring the derived tables to what the moves say, as of `t`."""
    if not moves:
        return
    entities = Bound([move.entity for move in moves], "bigint[]")
    after = Bound([move.after.value for move in moves], "text[]")
    at = Bound(t, "bigint")
    await run(connection, sql(_END_FACTS, t=at, entities=entities))
    await run(connection, sql(_BEGIN_FACTS, t=at, entities=entities, after=after))
    await run(connection, sql(_END_VERSIONS, t=at, entities=entities))
    await run(connection, sql(_BEGIN_VERSIONS, t=at, entities=entities, after=after))


def _changed(before: Catalogue, after: Catalogue) -> Iterator[TypeRules]:
    """Return the types that ask for something else than before."""
    known = Rules.of(before).types_by_id
    for rules in Rules.of(after).types_by_id.values():
        if rules.id in known and _asked(rules) != _asked(known[rules.id]):
            yield rules


def _asked(rules: TypeRules) -> tuple[frozenset[AttributeId], frozenset[Walk]]:
    return frozenset(rules.required), frozenset(rules.required_walks)


def _complete(rules: TypeRules) -> Sql:
    """Return the condition that an entity has everything that its type requires."""
    parts = [
        sql("true"),
        *(sql(_HAS_VALUE, facts=fact_table(attribute)) for attribute in rules.required),
        *map(_has_edge, rules.required_walks),
    ]
    return join(" AND ", parts)


def _has_edge(walk: Walk) -> Sql:
    return sql(
        _HAS_EDGE_TO if walk.reverse else _HAS_EDGE_FROM,
        edge=Bound(walk.edge, "int"),
        targets=Bound(sorted(walk.targets), "bigint[]"),
    )


_JUDGED = """
SELECT e, was, becomes
FROM (
  SELECT
    entity.e,
    lifecycle.v AS was,
    CASE WHEN {complete} THEN 'ENRICHED' ELSE 'PARTIAL' END AS becomes
  FROM fact_2 AS entity
  JOIN fact_3 AS lifecycle ON lifecycle.e = entity.e AND lifecycle.t1 = 9223372036854775807
  WHERE entity.v = {type}
    AND entity.t1 = 9223372036854775807
    AND lifecycle.v IN ('PARTIAL', 'ENRICHED')
) AS judged
WHERE was <> becomes
"""
_HAS_VALUE = """
EXISTS (SELECT FROM {facts} AS fact WHERE fact.e = entity.e AND fact.t1 = 9223372036854775807)
"""
_HAS_EDGE_FROM = """
EXISTS (
  SELECT
  FROM edge
  JOIN fact_2 AS far ON far.e = edge."to" AND far.t1 = 9223372036854775807
  WHERE edge."from" = entity.e
    AND edge.type = {edge}
    AND edge.t1 = 9223372036854775807
    AND far.v = ANY ({targets})
)
"""
_HAS_EDGE_TO = """
EXISTS (
  SELECT
  FROM edge
  JOIN fact_2 AS far ON far.e = edge."from" AND far.t1 = 9223372036854775807
  WHERE edge."to" = entity.e
    AND edge.type = {edge}
    AND edge.t1 = 9223372036854775807
    AND far.v = ANY ({targets})
)
"""
_END_FACTS = """
UPDATE fact_3
SET t1 = {t}
WHERE e = ANY ({entities}) AND t1 = 9223372036854775807
"""
_BEGIN_FACTS = """
INSERT INTO fact_3 (e, v, t0)
SELECT e, v, {t}
FROM unnest({entities}, {after}) AS given (e, v)
"""
_END_VERSIONS = """
UPDATE version
SET t1 = {t}
WHERE e = ANY ({entities}) AND t1 = 9223372036854775807
"""
_BEGIN_VERSIONS = """
INSERT INTO version (e, t0, type, lifecycle, urn, values, ends)
SELECT version.e, version.t1, version.type, given.v, version.urn, version.values, version.ends
FROM unnest({entities}, {after}) AS given (e, v)
JOIN version ON version.e = given.e AND version.t1 = {t}
"""
