"""Makes everything that derives from the log anew, while others read and write.

New tables are filled from the log beside the old ones and catch up with what is written meanwhile;
at last, under the lock of the clock, they take the old ones' place.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar

import asyncpg

from store.audit.ends import fill_ends
from store.audit.progress import Progress, unheard
from store.audit.reading import entity_ranges, logged
from store.audit.replay import Logged, Replayed, Shapes, replay
from store.audit.tables import NewTable, beside, new_tables
from store.catalogue import ValueType
from store.database import Connection, Database
from store.database_faults import faults
from store.errors import CallerFault
from store.ids import FIRST_ENTITY, AttributeId, T
from store.schema.facts import read_catalogue
from store.sql import Bound, Sql, quoted, sql
from store.tables import fact_table_name
from store.values import SQL_TYPES, native
from store.writing.indexes import EDGE, VERSION
from store.writing.rows import Column, Row, add

FEW = 1_000
"""Transactions that may be left to catch up with while nobody can write."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made: everything as of `t`, from this many datoms about entities."""

    t: T
    datoms: int


async def rebuild(database: Database, progress: Progress = unheard) -> Rebuilt:
    """Make the fact tables, edges, versions, schema names and the clock anew from the log.

    A schema change on the way moves what is made, so it begins anew then. Raises RebuildRuns,
    and what Database.writing raises; the old tables stay until the new ones take their place.
    """
    async with _alone(database):
        while True:
            rebuilding = await _begin(database)
            datoms = await _fill(rebuilding, progress)
            await _catch_up_beside(rebuilding)
            # A deadlock is with a long read; nothing has been swapped then.
            with suppress(asyncpg.DeadlockDetectedError):
                if await _swap(rebuilding):
                    return Rebuilt(rebuilding.t, datoms)


@dataclass(eq=False)
class RebuildRuns(CallerFault):
    """Somebody else is rebuilding this database."""

    code: ClassVar[str] = "REBUILD_RUNS"
    category: ClassVar[str] = "busy"

    def __str__(self) -> str:
        return "this database is being rebuilt already; wait until that is done"


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Keep other rebuilds out, until this one is done or its connection is gone."""
    with faults(database.statement_timeout):
        async with database.connection() as connection, connection.transaction():
            try:
                await connection.execute(_ALONE)
            except asyncpg.LockNotAvailableError:
                raise RebuildRuns from None
            yield


_ALONE = "SELECT FROM schema_name WHERE id = 1 FOR UPDATE NOWAIT"


@dataclass(slots=True)
class _Rebuilding:
    """New tables on their way; they hold everything up to `t`."""

    database: Database
    t: T
    schema_t: T
    shapes: Shapes
    tables: tuple[NewTable, ...]


async def _begin(database: Database) -> _Rebuilding:
    catalogue = await read_catalogue(database)
    shapes = Shapes.of(catalogue)
    tables = new_tables(shapes.attributes.values(), shapes.held)
    clock = await database.clock()
    rebuilding = _Rebuilding(database, clock.t, catalogue.t, shapes, tables)
    await _run(rebuilding, [table.discard() for table in tables])
    await _run(rebuilding, [table.create for table in tables])
    return rebuilding


async def _run(rebuilding: _Rebuilding, statements: Sequence[Sql]) -> None:
    with faults(rebuilding.database.statement_timeout):
        async with rebuilding.database.connection() as connection:
            for statement in statements:
                await _send(connection, statement)


async def _send(connection: Connection, statement: Sql) -> None:
    text, arguments = statement.render()
    await connection.execute(text, *arguments)


async def _fill(rebuilding: _Rebuilding, progress: Progress) -> int:
    """Fill the tables up to `t`, then make their indexes: in this order it is fastest."""
    datoms = 0
    entities = (await rebuilding.database.clock()).next_entity - FIRST_ENTITY
    async for piece in entity_ranges(rebuilding.database, rebuilding.t):
        datoms += len(piece.log)
        replayed = replay(piece.log, rebuilding.shapes)
        with faults(rebuilding.database.statement_timeout):
            async with rebuilding.database.connection() as connection:
                await _write(connection, rebuilding.shapes, replayed)
        progress(min(piece.end - FIRST_ENTITY, entities) / max(entities, 1))
    await _run(rebuilding, [index for table in rebuilding.tables for index in table.create_indexes])
    return datoms


async def _write(connection: Connection, shapes: Shapes, replayed: Replayed) -> None:
    facts: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
    for a, e, value, t0, t1 in replayed.facts:
        stored = value if isinstance(value, int) else native(value, shapes.attributes[a].type)
        facts[a].append((e, stored, t0, t1))
    for a, rows in facts.items():
        columns = _fact_columns(shapes.attributes[a].type)
        await add(connection, beside(fact_table_name(AttributeId(a))), columns, rows)
    # Their ends are filled in from the edges, when all of these are there.
    versions: list[Row] = [(*row[:-1], list(row.values), []) for row in replayed.versions]
    await add(connection, beside("edge"), EDGE, replayed.edges)
    await add(connection, beside("version"), VERSION, versions)


def _fact_columns(value_type: ValueType) -> tuple[Column, ...]:
    return (
        Column("e", "bigint"),
        Column("v", SQL_TYPES[value_type]),
        Column("t0", "bigint"),
        Column("t1", "bigint"),
    )


async def _catch_up_beside(rebuilding: _Rebuilding) -> None:
    """Catch up with most of what has been written, while others go on writing.

    Only so often, for they may write as fast as this reads.
    """
    for _ in range(_ROUNDS):
        t = (await rebuilding.database.clock()).t
        if t - rebuilding.t <= FEW:
            return
        with faults(rebuilding.database.statement_timeout):
            async with rebuilding.database.connection() as connection, connection.transaction():
                await _catch_up(connection, rebuilding, t)


_ROUNDS = 5


_TOUCHED = """
SELECT DISTINCT e
FROM log
WHERE t > $1 AND t <= $2 AND e >= 1048576 AND e < 4503599627370496
"""
_THEIR_LOG = """
SELECT e, t, n, a, op, r, v
FROM log
WHERE e = ANY ($1::bigint[]) AND t <= $2
ORDER BY e, t, n
"""
# Whose versions are new, or whose edges are.
_LINKED = """
SELECT unnest($1::bigint[])
UNION
SELECT "from" FROM edge_new WHERE e = ANY ($1::bigint[])
UNION
SELECT "to" FROM edge_new WHERE e = ANY ($1::bigint[])
"""
_PIECE = 1_000


async def _catch_up(connection: Connection, rebuilding: _Rebuilding, t: T) -> None:
    """Make the rows of the entities anew that were touched since the tables' `t`."""
    touched = [e for [e] in await connection.fetch(_TOUCHED, rebuilding.t, t)]
    for start in range(0, len(touched), _PIECE):
        entities = touched[start : start + _PIECE]
        for table in rebuilding.tables:
            await _send(connection, _forget(table, entities))
        log: list[Logged] = [
            logged(tuple(record)) for record in await connection.fetch(_THEIR_LOG, entities, t)
        ]
        await _write(connection, rebuilding.shapes, replay(log, rebuilding.shapes))
    linked = [e for [e] in await connection.fetch(_LINKED, touched)]
    for start in range(0, len(linked), _PIECE):
        await _send(connection, fill_ends(rebuilding.shapes.held, linked[start : start + _PIECE]))
    rebuilding.t = t


def _forget(table: NewTable, entities: Sequence[int]) -> Sql:
    return sql(
        "DELETE FROM {table} WHERE e = ANY ({entities})",
        table=quoted(table.beside),
        entities=Bound(entities, "bigint[]"),
    )


async def _swap(rebuilding: _Rebuilding) -> bool:
    """Put the tables in their place, unless the schema has changed since they were begun."""
    async with rebuilding.database.writing() as writing:
        connection = writing.connection
        [[schema_t]] = await connection.fetch(_SCHEMA_T)
        if schema_t != rebuilding.schema_t:
            return False
        [[t]] = await connection.fetch("SELECT coalesce(max(t), 0) FROM log")
        await _catch_up(connection, rebuilding, T(t))
        for table in rebuilding.tables:
            for statement in table.swap():
                await _send(connection, statement)
        for text in (_NO_NAMES, _NAMES, _CLOCK):
            await connection.execute(text)
    return True


_SCHEMA_T = "SELECT coalesce(max(t), 0) FROM log WHERE e < 1048576"
_NO_NAMES = "DELETE FROM schema_name WHERE id >= 1000"
_NAMES = """
WITH fact AS (
  SELECT DISTINCT ON (e, a) e, a, r, v, op
  FROM log
  WHERE e < 1048576 AND a IN (21, 22)
  ORDER BY e, a, t DESC, op DESC
), name AS (
  SELECT e, v::json #>> '{}' AS name FROM fact WHERE a = 21 AND op
)
INSERT INTO schema_name (id, name)
SELECT name.e, concat_ws('/', of_owner.name, name.name)
FROM name
LEFT JOIN fact AS owner ON owner.e = name.e AND owner.a = 22 AND owner.op
LEFT JOIN name AS of_owner ON of_owner.e = owner.r
"""
_CLOCK = """
UPDATE clock
SET t = coalesce(last.t, 0),
  schema_t = (SELECT coalesce(max(log.t), 0) FROM log WHERE log.e < 1048576),
  instant = coalesce(last.instant, '1970-01-01T00:00:00Z'),
  hash = coalesce(last.hash, decode(repeat('00', 32), 'hex')),
  next_entity = (
    SELECT coalesce(max(log.e) + 1, 1048576)
    FROM log
    WHERE log.e >= 1048576 AND log.e < 4503599627370496
  ),
  next_schema = (
    SELECT coalesce(max(log.e) + 1, 1000) FROM log WHERE log.e >= 1000 AND log.e < 1048576
  )
FROM (SELECT max(tx.t) AS t FROM tx) AS head
LEFT JOIN tx AS last ON last.t = head.t
"""
