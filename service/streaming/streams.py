"""The sockets and event streams that are open: not too many, and none when the server leaves."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.room import Room


@dataclass(eq=False)
class TooManyStreams(Exception):
    """As many are open as the server allows."""

    most: int

    def __str__(self) -> str:
        return f"{self.most} streams are open, which is the most: try again later"


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What one client may cost, in numbers and in seconds of patience.

    `operations` run on one socket at once, `streams` are open at once; a client has `opening`
    seconds to say that it wants a connection, and `taking` to take what is sent; a stream on which
    nothing happens says so every `silence` seconds. `message` is in bytes.
    """

    operations: int
    streams: int
    opening: float
    taking: float
    silence: float
    message: int


@dataclass(slots=True)
class Streams:
    """Counts what is open; `leaving` tells all of it that the server is about to stop."""

    limits: StreamLimits
    room: Room
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    open: int = 0

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Count one more while it is open. Raises TooManyStreams."""
        if self.open >= self.limits.streams or self.leaving.is_set():
            raise TooManyStreams(self.limits.streams)
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1
