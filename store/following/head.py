"""The head of the log, and when it moves: PostgreSQL tells of commits, and we look besides.

What is told is a hint, never the truth. Notifications get lost in proxies that pool transactions,
there are none on standbys, a connection may die without a word. So the clock is looked at as well:
at once when something was told, often while nothing was told yet, seldom while telling works.
Nothing happens before somebody follows the log.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from store.database import Database
from store.database_errors import DeadlineExceeded
from store.errors import OurFault
from store.following.listening import listening
from store.ids import T

SELDOM = 10
"""How many times longer the pause between two looks is while we are told."""

_NOTHING = T(0)
_DEAF = 30.0
_LONGEST_PAUSE = 60.0
_log = structlog.get_logger("headwater.following")


@dataclass(slots=True)
class Head:
    """The last t that is known to be there, for whoever waits for the next one.

    `url` is where to listen, `pause` the seconds between two looks while nothing is told.
    `is_told`: the last commit that we know of was told to us.
    """

    database: Database
    url: str
    pause: float
    t: T = _NOTHING
    is_told: bool = False
    _promised: T = _NOTHING
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _due: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def past(self, t: T) -> None:
        """Wait until the log goes beyond a t."""
        self._wanted.set()
        while self.t <= t:
            await self._moved.wait()

    async def run(self) -> None:
        """Follow the log, once somebody waits for it, until cancelled."""
        await self._wanted.wait()
        self._due.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            group.create_task(self._listen())

    async def _look(self) -> None:
        while True:
            told = self.is_told and self._promised <= self.t
            with suppress(TimeoutError):
                async with asyncio.timeout(self.pause * (SELDOM if told else 1)):
                    await self._due.wait()
            self._due.clear()
            try:
                clock = await self.database.clock()
            except (OurFault, DeadlineExceeded) as fault:
                _log.warning("the clock was not looked at", fault=str(fault))
                await asyncio.sleep(self.pause)
            else:
                self._seen(clock.t)

    def _seen(self, t: T) -> None:
        if t <= self.t:
            return
        self.is_told = t <= self._promised
        self.t = t
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _heard(self, t: T) -> None:
        self._promised = max(self._promised, t)
        self.is_told = True
        self._due.set()

    async def _listen(self) -> None:
        """Be told as long as it lasts, and try again, at longer and longer intervals."""
        pause = self.pause
        while True:
            self.is_told = False
            try:
                async with listening(self.url, self._heard) as ended:
                    self._due.set()  # What was committed before we listened.
                    if await self._is_of_use(ended):
                        pause = self.pause
                self._due.set()
            except OurFault as fault:
                _log.info("PostgreSQL does not tell of commits, so we look", why=str(fault))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _is_of_use(self, ended: asyncio.Event) -> bool:
        """Wait for the end of a connection, or for a sign that it is deaf; was anything told?"""
        before = self._promised
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_DEAF):
                    await ended.wait()
            if self.t > max(self._promised, before) and not ended.is_set():
                break
        return self._promised > before
