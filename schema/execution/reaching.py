"""Waiting until the database has a t: however many wait, one of them looks at the clock."""

import asyncio
from dataclasses import dataclass, field

from graphql import GraphQLError

from schema.execution.documents import RequestErrors
from store.database import Database
from store.errors import Fault
from store.ids import T

BASIS_NOT_REACHED = "BASIS_NOT_REACHED"
_PAUSE = 0.02


@dataclass(slots=True)
class Reaching:
    """Those who wait for a t, which another process may write, or a standby may still have to."""

    database: Database
    patience: float
    _waiting: list["_Waiter"] = field(default_factory=list)
    _looking: "asyncio.Task[None] | None" = None

    async def until(self, least: T) -> None:
        """Wait until the database has a t.

        Raises RequestErrors where that takes too long, or the database cannot be asked.
        """
        waiter = _Waiter(least)
        self._waiting.append(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(self.patience):
                await waiter.reached
        except TimeoutError:
            raise _not_reached(least, self.patience) from None
        except Fault as fault:
            raise RequestErrors((GraphQLError(str(fault), original_error=fault),)) from fault

    async def _look(self) -> None:
        """Look at the clock as long as somebody waits."""
        while self._waiting:
            found: T | Fault
            try:
                found = (await self.database.clock()).t
            except Fault as fault:
                found = fault
            for waiter in self._waiting:
                waiter.told(found)
            self._waiting = [each for each in self._waiting if not each.reached.done()]
            await asyncio.sleep(_PAUSE)


@dataclass(frozen=True, slots=True)
class _Waiter:
    least: T
    reached: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def told(self, found: T | Fault) -> None:
        if self.reached.done():  # Whoever waited has given up.
            return
        if isinstance(found, Fault):
            self.reached.set_exception(found)
        elif found >= self.least:
            self.reached.set_result(None)


def _not_reached(least: T, patience: float) -> RequestErrors:
    sentence = f"t {least} has not come within {patience:g} seconds: nothing was read or written"
    extensions = {"code": BASIS_NOT_REACHED, "category": "unavailable", "minT": str(least)}
    return RequestErrors((GraphQLError(sentence, extensions=extensions),))
