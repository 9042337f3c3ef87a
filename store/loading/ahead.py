"""A thread that works ahead of a coroutine: reading and parsing overlap with writing."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True)
class Ahead(Generic[Item]):
    """What the thread has made and nobody has taken yet: of `most` in size, one item at least."""

    most: int
    loop: asyncio.AbstractEventLoop
    items: deque[tuple[Item, int]] = field(default_factory=deque)
    size: int = 0
    ended: bool = False
    failure: BaseException | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_awaited: bool = False

    async def take(self, count: int, size: int) -> list[Item]:
        """Return what there is, once there is any: at most so many, and of so much size.

        An empty list is the end. Raises what the thread raised, after all that it made before.
        """
        while True:
            with self.changed:
                taken = self._taken(count, size)
                if taken or self.ended:
                    break
                self.arrived.clear()
                self.is_awaited = True
            await self.arrived.wait()
        if not taken and self.failure is not None:
            raise self.failure
        return taken

    def _taken(self, count: int, size: int) -> list[Item]:
        taken: list[Item] = []
        while self.items and len(taken) < count and (not taken or self.items[0][1] <= size):
            item, of_size = self.items.popleft()
            taken.append(item)
            size -= of_size
            self.size -= of_size
        self.changed.notify_all()
        return taken

    def work(self, made: Iterator[tuple[Item, int]]) -> None:
        """Put what the iterator makes, waiting while there is enough; the thread runs this."""
        try:
            for item, size in made:
                with self.changed:
                    while self.items and self.size + size > self.most and not self.ended:
                        self.changed.wait()
                    if self.ended:
                        return
                    self.items.append((item, size))
                    self.size += size
                    self._tell()
        except BaseException as failure:  # noqa: BLE001  # It is raised where it is waited for.
            self.failure = failure
        with self.changed:
            self.ended = True
            self._tell()

    def _tell(self) -> None:
        if not self.is_awaited:  # To wake the loop for nothing costs as much as to parse a line.
            return
        self.is_awaited = False
        with suppress(RuntimeError):  # The loop may be closed by now, and nobody wait.
            self.loop.call_soon_threadsafe(self.arrived.set)

    def stop(self) -> None:
        """Let the thread end at the next item."""
        with self.changed:
            self.ended = True
            self.items.clear()
            self.changed.notify_all()


@asynccontextmanager
async def ahead(made: Iterator[tuple[Item, int]], most: int) -> AsyncIterator[Ahead[Item]]:
    """Let a thread run an iterator of items and their sizes, ahead by `most` in size.

    The thread is nobody's to wait for: it may hang in a read of standard input for ever.
    """
    waiting = Ahead[Item](most, asyncio.get_running_loop())
    thread = threading.Thread(target=waiting.work, args=(made,), daemon=True, name="reading ahead")
    thread.start()
    try:
        yield waiting
    finally:
        waiting.stop()
