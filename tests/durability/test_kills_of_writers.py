"""A process that writes is killed: what it acknowledged is there, and nothing is there by half."""

import asyncio
import random
from pathlib import Path

from store.database import Database
from store.loading.lines import Source
from store.loading.load import load
from store.writing.writer import Writer
from tests.durability.conftest import Durable
from tests.durability.history import written
from tests.durability.judging import dense, nothing_lost, same, sound
from tests.durability.processes import DRIVER, HEADWATER, child, held_back

LINES = 900


async def loaded(url: str, path: Path) -> None:
    """Load a file without any interruption."""
    async with Database.open(url, pool_size=2) as database:
        await load(database, Writer(database), [Source(str(path))], lambda _: None)


def test_a_load_that_is_killed_again_and_again_ends_with_the_same_log(
    durable: Durable, tmp_path: Path
) -> None:
    path = written(tmp_path / "history.jsonl", LINES, seed=1)
    url, other = durable.new_database(), durable.new_database()
    asyncio.run(loaded(other, path))
    asyncio.run(_killed_loads(url, other, path))


async def _killed_loads(url: str, other: str, path: Path) -> None:
    drawn = random.Random(2)
    stops: list[tuple[int, int]] = []
    async with Database.open(url, pool_size=2) as database:
        for least in (1, LINES // 3, 2 * LINES // 3):
            async with child(*DRIVER, "load", url, str(path)) as loading:
                await loading.until(
                    lambda: bool(loading.said) and loading.acknowledged[-1]["lines"] >= least  # noqa: B023
                )
                await asyncio.sleep(drawn.random() * 0.1)
                await loading.kill()
            stops.append((loading.acknowledged[-1]["lines"], await _settled(database) - 1))
            await dense(database)
        assert all(told <= there <= told + 500 for told, there in stops)
        async with child(HEADWATER, "transact", str(path), "--database-url", url) as done:
            assert await done.ended() == 0
        there = stops[-1][1]
        assert f"{there:,} lines loaded before".encode() in b"".join(done.said)
        assert await sound(database) == LINES + 1
        async with Database.open(other, pool_size=1) as uninterrupted:
            datoms = await same(database, uninterrupted)
    print(f"{datoms:,} datoms; lines acknowledged and there, at each kill: {stops}")


async def _settled(database: Database) -> int:
    """Return the last t once whatever a killed process had sent is over."""
    async with database.writing() as writing:
        return writing.clock.t


async def _held_back_and_killed(url: str, path: Path) -> None:
    async with Database.open(url, pool_size=2) as database:
        command = (*DRIVER, "load", url, str(path))
        async with held_back(url) as somebody_waits, child(*command) as loading:
            await somebody_waits()
            await loading.kill()
        assert await _settled(database) == 1
        assert await sound(database) == 1
        assert await database.rows("SELECT FROM log WHERE t > 1") == []


def test_nothing_is_left_of_a_commit_whose_writer_is_killed_within_it(
    durable_url: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "history.jsonl", 600, seed=3)
    asyncio.run(_held_back_and_killed(durable_url, path))


WRITERS, EACH = 32, 100


def test_what_a_killed_writer_acknowledged_is_there(durable_url: str) -> None:
    asyncio.run(_killed_writer(durable_url))


async def _killed_writer(url: str) -> None:
    drawn = random.Random(4)
    async with Database.open(url, pool_size=2) as database:
        for name in ("a", "b", "c"):
            async with child(*DRIVER, "write", url, name, str(WRITERS), str(EACH)) as writing:
                await writing.until(lambda: len(writing.said) > 200)
                await asyncio.sleep(drawn.random() * 0.1)
                await writing.kill()
            before = await _settled(database)
            told = await nothing_lost(database, writing.acknowledged)
            [there] = await database.row(_OF, [f"{name}-%"])
            assert told <= there <= told + WRITERS
            assert await dense(database) == before
            print(f"acknowledged {told}, there {there}")
        await sound(database)


_OF = "SELECT count(*) FROM tx WHERE idempotency_key LIKE $1"
