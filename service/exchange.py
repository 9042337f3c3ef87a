"""An HTTP request and its answer: what is asked, what it holds, whether its client is there.

Whatever stands between a server and what answers costs each request its microseconds, so it is one
layer: who asks is logged, has a Holding of the room, and is dropped where they take nothing.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import structlog
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import PROBES
from service.room import Holding, Room

_EXCHANGE = "headwater.exchange"
_SOON = 0.05
"""Seconds that an answer may take before it is looked at whether anybody still waits for it."""

_log = structlog.get_logger("headwater.http")
_requests = logging.getLogger("headwater.http")
Answered = TypeVar("Answered")


@dataclass(eq=False)
class TakesNothing(Exception):
    """A client takes nothing of what it is sent."""


class Exchanges:
    """Lets each HTTP request be an Exchange, whose client has `taking` seconds for each message."""

    def __init__(self, app: ASGIApp, taking: float) -> None:
        self._app, self._taking = app, taking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; once it is answered, give back what it holds, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        room: Room = scope["app"].state.server.room
        # Of a header that stands there twice, the first counts.
        headers = dict(reversed(scope["headers"]))
        exchange = Exchange(scope, receive, send, headers, Holding(room), self._taking)
        scope[_EXCHANGE] = exchange
        try:
            await self._app(scope, receive, exchange.sent)
        except TakesNothing:
            _log.info("client takes nothing", path=scope["path"])
        finally:
            exchange.ended()
            del scope[_EXCHANGE]  # They hold each other, and the garbage collector costs more.


@dataclass(eq=False, slots=True)
class Exchange:
    """An HTTP request that is being answered, and what it holds until it is.

    A client has `taking` seconds for each message that is sent. One timer looks after them all, and
    after who hangs up before: `asyncio.timeout` around each took 6 µs.
    """

    scope: Scope
    receive: Receive
    send: Send
    headers: Mapping[bytes, bytes]
    holding: Holding
    taking: float
    status: int = 0
    _arrived: float = field(default_factory=time.perf_counter)
    _task: "asyncio.Task[Any] | None" = None
    _begun: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _watching: "asyncio.Task[None] | None" = None
    _is_answering: bool = False
    _is_late: bool = False
    _is_gone: bool = False

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return the exchange that a scope is of."""
        found: Self = scope[_EXCHANGE]
        return found

    @property
    def is_post(self) -> bool:
        """Tell whether something is posted; else it is a GET, or a HEAD."""
        return bool(self.scope["method"] == "POST")

    @property
    def query_params(self) -> QueryParams:
        """Return the parameters in the URL."""
        return QueryParams(self.scope["query_string"])

    def header(self, name: bytes) -> str | None:
        """Return a header of the request, whose name is given in small letters."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def while_connected(self, answering: Coroutine[object, object, Answered]) -> Answered:
        """Return what comes; where whoever asked is gone, cancel it. Raises ClientDisconnect."""
        loop = asyncio.get_running_loop()
        self._task, self._is_answering = asyncio.current_task(loop), True
        if self._timer is None:
            # Most answers are there sooner than a task could be made to wait for the client's end.
            self._timer = loop.call_later(_SOON, self._look)
        try:
            try:
                return await answering
            finally:
                self._is_answering = False
                if self._watching is not None:
                    self._watching.cancel()
                    await asyncio.wait((self._watching,))
                    self._watching = None
        except asyncio.CancelledError:
            if self._is_gone and self._is_ours():
                raise ClientDisconnect from None
            raise

    async def sent(self, message: Message) -> None:
        """Send a message. Raises TakesNothing."""
        loop = asyncio.get_running_loop()
        self._begun = loop.time()
        self._task = asyncio.current_task(loop)  # It need not be the one that answered.
        if self._timer is None:
            self._timer = loop.call_later(self.taking, self._look)
        if message["type"] == "http.response.start":
            self.status = int(message["status"])  # An HTTPStatus is logged by its name.
        try:
            await self.send(message)
        except asyncio.CancelledError:
            if self._is_late and self._is_ours():
                raise TakesNothing from None
            raise
        finally:
            self._begun = None

    def ended(self) -> None:
        """Hold nothing any more, look after nothing, and log how it went."""
        self.holding.keep(0)
        if self._timer is not None:
            self._timer.cancel()
        path = self.scope["path"]
        level = logging.DEBUG if path in PROBES else logging.INFO
        if _requests.isEnabledFor(level):  # Else nothing is put together for nobody.
            milliseconds = round((time.perf_counter() - self._arrived) * 1_000, 1)
            told = {"method": self.scope["method"], "path": path, "status": self.status}
            _log.log(level, "request", **told, ms=milliseconds)

    def _is_ours(self) -> bool:
        """Tell whether it was this, and nobody else, that cancelled."""
        return self._task is not None and not self._task.uncancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._is_answering:
            self._watching = asyncio.create_task(self._watch())
        elif self._begun is not None:
            loop = asyncio.get_running_loop()
            left = self._begun + self.taking - loop.time()
            if left > 0:
                self._timer = loop.call_later(left, self._look)
            else:
                self._is_late = True
                self._cancel()

    async def _watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._cancel()
