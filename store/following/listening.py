"""A connection of its own on which PostgreSQL tells of every transaction that is committed.

Writers notify in the transaction that moves the clock, so nobody is told of what is not there.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg

from store.database import Connection, connect
from store.database_errors import DatabaseUnavailable, DeadlineExceeded
from store.database_faults import faults
from store.ids import T

CHANNEL = "headwater"
_ANSWER = 10.0


@contextlib.asynccontextmanager
async def listening(url: str, heard: Callable[[T], None]) -> AsyncIterator[asyncio.Event]:
    """Call `heard` with the t of every commit; give the event of the connection's end.

    Raises DatabaseUnavailable where no connection comes about, or PostgreSQL lets nobody listen on
    it (a standby).
    """
    connection = await connect(url)
    ended = asyncio.Event()

    def told(_: object, __: int, ___: str, payload: object) -> None:
        text = str(payload)
        if text.isascii() and text.isdigit():  # Whoever may connect may notify anything.
            heard(T(int(text)))

    try:
        connection.add_termination_listener(lambda _: ended.set())
        await _listen(connection, told)
        yield ended
    finally:
        await _closed(connection)


async def _listen(
    connection: "asyncpg.Connection[asyncpg.Record]",
    told: Callable[[Connection, int, str, object], None],
) -> None:
    try:
        with faults(_ANSWER):
            async with asyncio.timeout(_ANSWER):
                await connection.add_listener(CHANNEL, told)
    except DeadlineExceeded as error:
        raise DatabaseUnavailable(str(error)) from error
    except asyncpg.PostgresError as error:  # A standby, or a proxy that knows no LISTEN.
        raise DatabaseUnavailable(str(error)) from error


async def _closed(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Close without a word: there is nothing to save, and whoever is gone does not answer."""
    connection.terminate()
    await asyncio.sleep(0)
