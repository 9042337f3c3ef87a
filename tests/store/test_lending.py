"""Connections at hand: used again at once, never kept from who waits, never used once broken."""

import asyncio
import time

import pytest

from store import lending
from store.database import Database

_PID = "SELECT pg_backend_pid()"
_OPEN = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_TURNS = 12
"""Turns of the event loop in which a first read is over."""


async def test_a_read_has_the_connection_of_the_one_before_it(database_url: str) -> None:
    async with Database.open(database_url, pool_size=2) as database:
        first = await database.row(_PID)
        assert database.pool.get_idle_size() == 0  # It is at hand, outside of the pool.
        assert await database.row(_PID) == first


async def test_what_is_at_hand_goes_back_after_a_moment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "A_MOMENT", 0.01)
    async with Database.open(database_url, pool_size=1) as database:
        for _ in range(3):
            await database.row(_PID)
            await _until_idle(database)


async def _until_idle(database: Database) -> None:
    for _ in range(500):
        if database.pool.get_idle_size():
            return
        await asyncio.sleep(0.01)
    pytest.fail("nothing came back")


async def test_a_transaction_takes_what_is_at_hand(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1, statement_timeout=5) as database:
        (pid,) = await database.row(_PID)
        async with database.writing() as writing:
            assert await writing.connection.fetchval(_PID) == pid


async def test_who_waits_has_a_connection_before_the_next_read(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1, statement_timeout=5) as database:
        ended: list[str] = []

        async def read() -> None:
            for _ in range(50):
                await database.row(_PID)
            ended.append("reads")

        async def write() -> None:
            async with database.writing():
                ended.append("write")

        await database.row(_PID)
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)  # Its first statement is under way.
        await write()
        await reading
        assert ended == ["write", "reads"]


async def test_what_breaks_at_hand_is_not_used(database_url: str) -> None:
    async with (
        Database.open(database_url, pool_size=1) as database,
        Database.open(database_url, pool_size=1) as other,
    ):
        for _ in range(3):
            (pid,) = await database.row(_PID)
            await other.row("SELECT pg_terminate_backend($1, 5000)", (pid,))  # Waits for its end.
            await asyncio.sleep(0.01)
            assert await database.row(_PID) != (pid,)


async def test_a_cancelled_read_leaves_a_connection_for_the_next(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1, statement_timeout=5) as database:
        for _ in range(3):
            await database.row(_PID)
            sleeping = asyncio.create_task(database.row("SELECT pg_sleep(60)"))
            await asyncio.sleep(0.05)
            sleeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sleeping
            assert await database.row("SELECT 1") == (1,)


@pytest.mark.parametrize("way", ["rows", "aside"])
async def test_a_read_that_is_cancelled_at_any_moment_leaves_no_transaction_open(
    database_url: str, way: str
) -> None:
    async with (
        Database.open(database_url, pool_size=1) as database,
        Database.open(database_url, pool_size=1) as other,
    ):
        for turns in range(_TURNS):
            await database.row(_PID)
            read = getattr(database, way)
            reading = asyncio.create_task(read(f"SELECT FROM clock -- prepared anew: {turns}"))
            for _ in range(turns):
                time.sleep(0.003)  # noqa: ASYNC251  # What PostgreSQL says is there in the next turn.
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.wait({reading})
            assert await other.row(_OPEN) == (0,), turns
