"""Subscriptions: the log is the queue, and a subscription holds no more than its place in it.

Whoever consumes asks for the next event when it is ready for it. Only then is anything read, as of
the transaction that the event is about, by one statement. So order is that of the log, nothing is
left out or told twice, and a slow consumer costs no memory.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
from graphql import GraphQLError, GraphQLResolveInfo

from resolvers.answer import answer
from resolvers.errors import StaleCatalogue
from resolvers.events import event, given
from resolvers.json_numbers import dumps
from schema.execution.documents import RequestErrors
from schema.execution.executor import Executor
from schema.execution.failures import formatted
from schema.execution.queries import walk
from schema.execution.requests import Basis, Prepared, Request, Response
from schema.execution.watched import Look, beginning, look, plan_of, root_field
from store.database_errors import DatabaseUnavailable, DeadlineExceeded
from store.errors import Fault
from store.following.head import Head
from store.following.onward import Onward, Touched
from store.ids import T

_MOST_RETRIES = 5
_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
Result = TypeVar("Result")
_log = structlog.get_logger("headwater.graphql")


@dataclass(frozen=True, slots=True)
class Event:
    """One response of a subscription, and the t after which it goes on."""

    t: T
    response: Response


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Answers subscriptions over one database, whose head it is told of.

    `turns` bound how many of them read at once: all wake at every commit, and others read too.
    """

    executor: Executor
    head: Head
    turns: asyncio.Semaphore

    async def stream(
        self, prepared: Prepared, after: T | None = None
    ) -> AsyncGenerator[Event, None]:
        """Yield an event for each transaction that a subscription is about, for ever.

        `after` goes before what the request says. Where the database is away, it waits. Raises
        RequestErrors where the request is refused, by a newer schema, too.
        """
        request = prepared.request
        try:
            if request.min_t is not None:
                await self.executor.reaching.until(request.min_t)
            selected = root_field(prepared)
            reads_on = look(self.executor.reading, prepared, selected)
            begins = await beginning(self.executor, prepared, selected) if after is None else after
            await self.executor.reaching.until(begins)
            del prepared  # It holds a schema, which may be an old one by the next event.
            async for each in _Events(self, request, reads_on, begins).all():
                yield each
        except Fault as fault:
            raise RequestErrors((GraphQLError(str(fault), original_error=fault),)) from fault


@dataclass(slots=True)
class _Events:
    """A subscription under way: `position` is the last t that it is done with."""

    subscriptions: Subscriptions
    request: Request
    look: Look
    position: T
    _tries: int = field(default=0)

    async def all(self) -> AsyncGenerator[Event, None]:
        head = self.subscriptions.head
        while True:
            await head.past(self.position)
            found = await self._patiently(self._onward)
            for touched in found.found:
                response = await self._patiently(partial(self._answer, touched))
                if response is not None:
                    yield Event(touched.t, response)
            if found.upto <= self.position:  # The head was seen elsewhere: where we read, it comes.
                await asyncio.sleep(head.pause)
            self.position = max(self.position, found.upto)

    async def _patiently(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what comes of the work, once the database and the schema let it be done."""
        while True:
            try:
                async with self.subscriptions.turns:
                    result = await work()
            except StaleCatalogue as fault:
                self._count(fault)
                await self.subscriptions.executor.live.at_least(T(fault.found))
            except (DatabaseUnavailable, DeadlineExceeded) as fault:
                await self._paused(fault)
            else:
                self._tries = 0
                return result

    async def _onward(self) -> Onward:
        prepared = await self.subscriptions.executor.prepare_aside(self.request)
        return await self.look(prepared, self.position)

    async def _answer(self, touched: Touched) -> Response | None:
        """Return the event of a transaction; None where nothing changed after all."""
        executor = self.subscriptions.executor
        prepared = await executor.prepare_aside(self.request)
        reading = executor.reading
        made = plan_of(reading, prepared, event)
        values = {
            **prepared.variables.values,
            **given(T(touched.t - 1), touched.t, touched.entities),
        }
        found = await answer(reading.database, made.plan, values, executor.clock(), reading.secret)
        if found.values[made.fields[0].key] is None:
            return None

        async def resolve(info: GraphQLResolveInfo[Any], _: dict[str, Any]) -> object:
            return found.values[str(info.path.key)]

        result = await walk(prepared, self, resolve)
        errors = formatted(result.errors or ())
        basis = Basis(touched.t, touched.instant)
        return Response(executed=True, written=(dumps(result.data),), errors=errors, basis=basis)

    async def _paused(self, fault: Fault) -> None:
        """Wait a while before the next try. Raises RequestErrors where trying does not help."""
        if isinstance(fault, DeadlineExceeded):
            self._count(fault)
        self._tries += 1
        _log.warning("a subscription waits", fault=str(fault))
        await asyncio.sleep(min(_PAUSE * 2**self._tries, _LONGEST_PAUSE))

    def _count(self, fault: Fault) -> None:
        self._tries += 1
        if self._tries > _MOST_RETRIES:
            raise RequestErrors((GraphQLError(str(fault), original_error=fault),)) from fault
