"""How many bytes of large answers this process holds, for clients that have not taken them yet.

An answer is in memory from when PostgreSQL gives it until its last piece is sent. So a query that
should have a large one waits, before it is read, until there is room for it; others never do.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from schema.execution.documents import refused
from service.http_body import PIECE

NO_ROOM = "ANSWERS_HELD"
A_ROW = 256
"""Bytes that a row of an answer is expected to have; most have 100 to 300."""

_SENTENCE = (
    "the server holds as many bytes of answers as it may, until others have taken theirs:"
    " try again, or ask for smaller pages"
)


@dataclass(slots=True)
class Room:
    """Room for `most` bytes; who waits for some of it does so for `patience` seconds, in turn.

    What needs more than all of it has it when nobody else holds any. `turns` are those in which
    large answers are read: how large they are is known only then.
    """

    most: int
    patience: float
    turns: asyncio.Semaphore
    held: int = 0
    _waiting: "deque[tuple[int, asyncio.Future[None]]]" = field(default_factory=deque)

    async def take(self, size: int) -> None:
        """Hold so many bytes more, and a turn. Raises RequestErrors where that is not soon."""
        try:
            async with asyncio.timeout(self.patience):
                await self.turns.acquire()
                try:
                    await self._take(size)
                except BaseException:
                    self.turns.release()
                    raise
        except TimeoutError:
            raise refused(_SENTENCE, NO_ROOM, category="unavailable") from None

    async def _take(self, size: int) -> None:
        if not self._waiting and self._has(size):
            self.held += size
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (size, turn)
        self._waiting.append(waiting)
        try:
            await turn
        except asyncio.CancelledError:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
                self.give(0)  # Who comes next may want less.
            else:
                self.give(size)  # It came in the same moment.
            raise

    def give(self, size: int) -> None:
        """Hold so many bytes less; a negative number is more, whether or not there is room."""
        self.held -= size
        while self._waiting and self._has(self._waiting[0][0]):
            wanted, turn = self._waiting.popleft()
            self.held += wanted
            if not turn.done():
                turn.set_result(None)

    @contextmanager
    def holding(self) -> "Iterator[Holding]":
        """Give what one answer holds, until it is sent."""
        held = Holding(self)
        try:
            yield held
        finally:
            held.keep(0)

    def _has(self, size: int) -> bool:
        return self.held == 0 or self.held + size <= self.most


@dataclass(slots=True)
class Holding:
    """What one request holds of the room, from before it is read until all of it is sent."""

    room: Room
    size: int = 0
    has_turn: bool = False

    async def expect(self, rows: int) -> None:
        """Take room for so many rows more. Raises RequestErrors where there is none in time."""
        size = rows * A_ROW
        if size > PIECE and not self.has_turn:
            await self.room.take(size)
            self.size, self.has_turn = self.size + size, True

    def keep(self, length: int) -> None:
        """Hold what the answer has; a small one is sent at once, and holds nothing."""
        size = length if length > PIECE else 0
        if size != self.size:
            self.room.give(self.size - size)
            self.size = size
        if self.has_turn:
            self.has_turn = False
            self.room.turns.release()
