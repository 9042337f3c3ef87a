"""Connections that stay at hand for a moment after a read, so that the next has them at once.

A pool makes a proxy for each use, and a task to take it back: 40 µs, nearly what the statement of
one entity takes. So what a read has used stays outside of the pool. Where somebody waits for a
connection it goes back at once, else soon: the pool goes on to look after how long each lives.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncpg
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:  # asyncpg's classes have parameters for type checkers only.
    Lent = PoolConnectionProxy[asyncpg.Record]
else:
    Lent = PoolConnectionProxy

A_MOMENT = 0.5
"""Seconds after which what is at hand goes back to the pool, whether or not it was used again."""

_SHORTEST = "SELECT"
_SOON = 10.0
"""Seconds that the shortest of statements may take, once those before it have ended."""


@dataclass(eq=False, slots=True)
class Lending:
    """Lends the connections of a pool; whoever takes one gives it back, or keeps it at hand."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    _at_hand: list[Lent] = field(default_factory=list)
    _waiting: int = 0
    _returning: asyncio.TimerHandle | None = None
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def at_hand(self) -> Lent | None:
        """Return a connection that is at hand, as one that was taken, or None."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_open(connection):
                return connection
            self._return(connection)
        return None

    async def take(self, seconds: float) -> Lent:
        """Return a connection, or wait for one. Raises TimeoutError, or as asyncpg.connect does."""
        connection = self.at_hand()
        if connection is not None:
            return connection
        self._waiting += 1
        try:
            # asyncpg's own timeout makes a task each time, and on Python 3.11 can lose a
            # cancellation.
            async with asyncio.timeout(seconds):
                return await self.pool.acquire()
        finally:
            self._waiting -= 1

    async def give(self, connection: Lent) -> None:
        """Give a connection back to the pool, which sees to it that it can be used again."""
        await self.pool.release(connection)

    async def drop(self, connection: Lent) -> None:
        """Give back a connection on which something was cut short; no transaction stays open.

        Between preparing a statement and running it PostgreSQL is in one, with locks on its tables,
        until it is told of an end: asyncpg, where it is cancelled right there, tells of none.
        """
        try:
            with suppress(Exception):  # One that broke has no transaction either.
                await connection.execute(_SHORTEST, timeout=_SOON)
        finally:
            await self.give(connection)

    async def keep(self, connection: Lent) -> None:
        """Keep a connection at hand, on which nothing goes on; where others wait, give it back.

        Whether it is open is looked at when it is wanted.
        """
        if self._waiting:
            await self.give(connection)
            return
        self._at_hand.append(connection)
        if self._returning is None:
            self._returning = asyncio.get_running_loop().call_later(A_MOMENT, self._return_all)

    async def close(self) -> None:
        """Give back what is at hand; nobody may take or keep any more."""
        if self._returning is not None:
            self._returning.cancel()
        self._return_all()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _return_all(self) -> None:
        self._returning = None
        while self._at_hand:
            self._return(self._at_hand.pop())

    def _return(self, connection: Lent) -> None:
        task = asyncio.get_running_loop().create_task(self.give(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_open(connection: Lent) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # The pool has it back: it broke.
        return False
