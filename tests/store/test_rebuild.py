"""Everything that derives from the log can be made anew from it, while others write."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from store.audit import reading as log_reading
from store.audit import rebuild
from store.audit.rebuild import RebuildRuns
from store.audit.verify import verify
from store.database import Database
from store.transaction import read
from store.writing.writer import Writer
from tests.store.catalogs import change

_SHAPE = """
SELECT pg_class.relname, indexdef, attname, format_type(atttypid, atttypmod), attnotnull,
  attcollation, pg_get_constraintdef(pg_constraint.oid), conname
FROM pg_class
LEFT JOIN pg_indexes ON tablename = pg_class.relname
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype IN ('c', 'p')
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
_CONTENT = """
SELECT 'version', version::text FROM version
UNION ALL SELECT 'edge', edge::text FROM edge
UNION ALL SELECT 'fact_1', fact_1::text FROM fact_1
UNION ALL SELECT 'fact_2', fact_2::text FROM fact_2
UNION ALL SELECT 'fact_3', fact_3::text FROM fact_3
UNION ALL SELECT 'schema_name', schema_name::text FROM schema_name
UNION ALL SELECT 'clock', clock::text FROM clock
"""


async def everything(history: Database) -> tuple[list[Any], list[Any]]:
    """Return the shape of all tables, and what is in those that are derived."""
    return sorted(await history.rows(_SHAPE), key=str), sorted(await history.rows(_CONTENT))


async def test_a_rebuilt_database_is_the_same(history: Database) -> None:
    before = await everything(history)
    rebuilt = await rebuild.rebuild(history)
    assert rebuilt.t == 6
    assert rebuilt.datoms > 0
    assert await everything(history) == before
    assert (await verify(history)).findings == ()


async def test_rows_lie_in_the_order_in_which_their_periods_ended(history: Database) -> None:
    await rebuild.rebuild(history)
    ends = [t1 for (t1,) in await history.rows("SELECT t1 FROM fact_3 ORDER BY ctid")]
    assert ends == sorted(ends)
    assert len(set(ends)) > 1


async def test_small_pieces_give_the_same(
    history: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await everything(history)
    monkeypatch.setattr(log_reading, "PIECE", 3)
    await rebuild.rebuild(history)
    assert await everything(history) == before


async def test_whatever_was_lost_is_there_again(history: Database) -> None:
    before = await everything(history)
    [[a]] = await history.rows("SELECT id FROM schema_name WHERE name = 'Dataset/tags'")
    async with history.writing() as writing:
        for statement in (
            "DELETE FROM version",
            "UPDATE edge SET t1 = 99",
            "DROP TABLE fact_2",
            f"DROP TABLE fact_{a}",
            "UPDATE schema_name SET name = 'x' WHERE id > 1000",
            "UPDATE clock SET next_entity = 1048576, schema_t = 0, next_schema = 1000",
        ):
            await writing.connection.execute(statement)
    await rebuild.rebuild(history)
    assert await everything(history) == before
    assert (await verify(history)).findings == ()


async def test_it_catches_up_with_what_is_written_meanwhile(
    history: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "FEW", 1)
    done = asyncio.Event()

    async def write() -> int:
        writer, number = Writer(history), 0
        while not done.is_set():
            number += 1
            upserts = [{"type": "Team", "urn": f"hw://t/{number % 5}", "name": f"{number}"}]
            retracts = [f"hw://t/{(number + 2) % 5}"]
            await writer.transact(read({"upsert": upserts, "retract": retracts}))
        return number

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(write())
        for _ in range(3):
            await rebuild.rebuild(history)
        done.set()
    assert writing.result() > 0
    assert (await verify(history)).findings == ()


async def test_a_schema_change_on_the_way_makes_it_begin_anew(history: Database) -> None:
    begun = asyncio.Event()

    async def change_once() -> None:
        await begun.wait()
        await change(history, "type Team @entity { motto: String }")
        upsert = {"type": "Team", "urn": "hw://t/9", "motto": "on"}
        await Writer(history).transact(read({"upsert": [upsert]}))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(change_once())
        await rebuild.rebuild(history, lambda _: begun.set())
    assert (await verify(history)).findings == ()


async def test_two_rebuilds_at_once_are_refused(history: Database) -> None:
    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(outcome(history)) for _ in range(2)]
    assert sorted(task.result() for task in both) == ["REBUILD_RUNS", "done"]


async def outcome(history: Database) -> str:
    """Return what becomes of a rebuild."""
    with suppress(RebuildRuns):
        await rebuild.rebuild(history)
        return "done"
    return RebuildRuns.code


async def test_what_an_earlier_attempt_left_is_no_hindrance(history: Database) -> None:
    async with history.writing() as writing:
        await writing.connection.execute("CREATE TABLE edge_new (x int)")
    before = await everything(history)
    await rebuild.rebuild(history)
    assert (await everything(history))[1] == before[1]
