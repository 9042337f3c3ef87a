"""Schema changes into the log: one transaction under the clock's lock, or none at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from store.catalogue import Catalogue
from store.database import Connection, Database, Writing
from store.ids import AttributeId, EntityId, T
from store.log import Chain, Datom, Recorded, about
from store.schema.change import SchemaChange, SchemaDeclaration, plan
from store.schema.checks import refuse_broken
from store.schema.description import describe
from store.schema.facts import Facts, SchemaFacts, facts_of, full_names, read_facts
from store.schema.lifecycles import datoms_of, find_moves, write_moves
from store.schema.tables import change_tables, run
from store.sql import Bound, sql
from store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a wanted schema: `t` is None where nothing had to change."""

    t: T | None
    basis: T
    instant: datetime
    change: SchemaChange
    catalogue: Catalogue
    datoms: tuple[Datom, ...] = ()


async def apply(
    database: Database, wanted: SchemaDeclaration, said: Transaction | None = None
) -> Applied:
    """Change the schema to what is wanted; `said` has who says so and why.

    It is planned anew under the lock, for others may have changed the schema since. Raises
    SchemaConflict, with the stored facts that are in the way, and what Database.writing raises.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return await _apply(database, wanted, said or Transaction())
        except asyncpg.DeadlockDetectedError:  # With a long read; the lock is free again.
            continue
    return await _apply(database, wanted, said or Transaction())


_ATTEMPTS = 5


async def _apply(database: Database, wanted: SchemaDeclaration, said: Transaction) -> Applied:
    async with database.writing() as writing:
        clock = writing.clock
        there = await read_facts(writing.connection)
        change = plan(there.catalogue(), wanted)
        if change.is_empty:
            return Applied(None, clock.t, clock.instant, change, there.catalogue())
        t = T(clock.t + 1)
        facts, next_schema = _facts(change, there, clock.next_schema)
        catalogue = SchemaFacts(t, facts).catalogue()
        await refuse_broken(writing.connection, change.before, catalogue)
        await change_tables(writing.connection, change.before, catalogue)
        moves = await find_moves(writing.connection, change.before, catalogue)
        await write_moves(writing.connection, t, moves)
        await _write_names(writing.connection, full_names(facts), full_names(there.facts))
        changes = (*_datoms(there.facts, facts), *datoms_of(moves))
        recorded = _recorded(writing, t, said, changes)
        await _append(writing, recorded, next_schema)
        return Applied(t, t, clock.instant, change, catalogue, recorded.datoms)


def _facts(change: SchemaChange, there: SchemaFacts, next_schema: int) -> tuple[Facts, int]:
    """Return all facts after the change, and where ids go on: what is new gets the next ones."""
    ids = {change.renames.of(name): e for e, name in full_names(there.facts).items()}
    described = describe(change.after)
    for name in described:
        if name not in ids:
            ids[name] = next_schema
            next_schema += 1
    return facts_of(described, ids), next_schema


def _datoms(before: Facts, after: Facts) -> Iterator[Datom]:
    """Return what was retracted and asserted between two states, of which the later has it all."""
    for e, said in after.items():
        said_before = before.get(e, {})
        for a in sorted(said.keys() | said_before.keys()):
            old, new = said_before.get(a, frozenset()), said.get(a, frozenset())
            entity, attribute = EntityId(e), AttributeId(a)
            yield from sorted(Datom(entity, attribute, op=False, value=held) for held in old - new)
            yield from sorted(Datom(entity, attribute, op=True, value=held) for held in new - old)


def _recorded(writing: Writing, t: T, said: Transaction, changes: tuple[Datom, ...]) -> Recorded:
    """Return the transaction; it takes the instant before it, so that any history can follow."""
    instant = writing.clock.instant
    datoms = (*about(t, instant, writing.now, said), *changes)
    return Recorded(t, instant, writing.now, said, datoms)


# Whoever listens is told at the commit, as in `store/writing/group.py`.
_CLOCK = """
WITH moved AS (
  UPDATE clock SET t = $1, schema_t = $1, hash = $2, next_schema = $3
  RETURNING t
)
SELECT pg_notify('headwater', t::text)
FROM moved
"""


async def _append(writing: Writing, recorded: Recorded, next_schema: int) -> None:
    chain = Chain(writing.clock.hash)
    chain.add(recorded)
    await chain.write(writing.connection)
    await writing.connection.execute(_CLOCK, recorded.t, chain.hash, next_schema)


_NAMES = """
INSERT INTO schema_name (id, name)
SELECT id, name
FROM unnest({ids}, {names}) AS given (id, name)
ON CONFLICT (id) DO UPDATE SET name = excluded.name
"""


async def _write_names(
    connection: Connection, names: Mapping[int, str], before: Mapping[int, str]
) -> None:
    changed = {e: name for e, name in names.items() if before.get(e) != name}
    ids, texts = Bound(list(changed), "int[]"), Bound(list(changed.values()), "text[]")
    await run(connection, sql(_NAMES, ids=ids, names=texts))
