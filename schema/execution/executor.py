"""Requests to responses: queries read once and again only on a newer schema, mutations write."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from graphql import GraphQLResolveInfo

from resolvers.json_numbers import dumps
from resolvers.selection import Selected
from schema.execution.arguments import LONG, check_text, is_long
from schema.execution.compiled import CompiledQuery, Told, data_of
from schema.execution.documents import (
    BAD_USER_INPUT,
    LIMIT_EXCEEDED,
    VALIDATION_FAILED,
    RequestErrors,
    exceeded,
    refused,
)
from schema.execution.explain import explain
from schema.execution.failures import formatted
from schema.execution.federation import service
from schema.execution.introspection import told
from schema.execution.kept import Expect, Filled, Kept
from schema.execution.mutations import Mutation
from schema.execution.queries import (
    Query,
    Reading,
    Resolver,
    asked,
    compiled_anew,
    compiled_query,
    is_planned,
    walked_query,
)
from schema.execution.reaching import Reaching
from schema.execution.requests import Basis, Prepared, Request, Response, prepare, refusal
from schema.execution.selections import select
from schema.execution.served import LONGEST_KEPT, Compiled, LiveSchema, Served, size_of
from store.database_errors import DeadlineExceeded
from store.errors import OurFault
from store.ids import T
from store.writing.writer import Writer

_NEEDS_A_STREAM = (
    "a subscription has many answers: ask over a WebSocket (graphql-transport-ws), or with"
    " Accept: text/event-stream"
)
_MOST_RETRIES = 5
_MOST_EXPLAINED = 5
now: Callable[[], datetime] = partial(datetime.now, UTC)
"""Returns the server's clock."""


async def _nothing(_rows: int) -> None:
    """Go on at once."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Answers requests over one database; one waits `patience` seconds at most for its min_t.

    `compiled`: what can be is answered as the database wrote it, else graphql-core completes all.
    """

    reading: Reading
    writer: Writer
    live: LiveSchema
    patience: float = 5.0
    clock: Callable[[], datetime] = now
    compiled: bool = True
    reaching: Reaching = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reaching", Reaching(self.reading.database, self.patience))

    def prepare(self, request: Request) -> Prepared:
        """Return a request ready to be executed. Raises RequestErrors where it cannot be."""
        return self._prepared(self.live.current, request)

    def _prepared(self, served: Served, request: Request) -> Prepared:
        try:
            prepared = prepare(served, request)
        except RecursionError:
            raise _too_deep() from None
        if not prepared.is_mutation:  # What a mutation holds, the store judges by statement.
            check_text(prepared.variables.values)
        return prepared

    async def prepare_aside(self, request: Request) -> Prepared:
        """Do as `prepare`, in a thread where the request is long: checking it takes its time.

        What does not fit the schema may fit a newer one, which another process has made.
        """
        served = self.live.current
        try:
            return await self._prepared_aside(served, request)
        except RequestErrors as errors:
            newest = served if _is_hopeless(errors) else await self._newest(served)
            if newest is served:
                raise
            return await self._prepared_aside(newest, request)

    async def _prepared_aside(self, served: Served, request: Request) -> Prepared:
        if _is_long(request, is_known=served.has_read(request.query)):
            return await asyncio.to_thread(self._prepared, served, request)
        return self._prepared(served, request)

    async def _newest(self, served: Served) -> Served:
        try:
            clock = await self.reading.database.clock()
            return await self.live.at_least(clock.schema_t)
        except (OurFault, DeadlineExceeded):
            return served

    async def execute(self, request: Request) -> Response:
        """Answer a request; whatever is wrong is told in the response."""
        try:
            known = self.known(request)
            response = None if known is None else await known.answer(_nothing)
            return response or await self.run(await self.prepare_aside(request))
        except RequestErrors as errors:
            return refusal(errors)

    def known(self, request: Request) -> Filled | None:
        """Return a request for a query that was answered before, filled in: most are.

        None where it has to be prepared, whether or not it can be answered. Raises RequestErrors.
        """
        if not self.compiled or request.min_t is not None:
            return None
        kept = self.live.current.kept.get((request.query, request.operation_name))
        return None if kept is None else kept.filled(self.reading, request, self.clock())

    async def run(self, prepared: Prepared, expect: Expect = _nothing) -> Response:
        """Answer a request that was prepared. Raises RequestErrors where it is refused yet.

        Before rows are read, `expect` is told how many there should be, and may wait.
        """
        if prepared.is_subscription:  # `Subscriptions` answers those, over what can carry many.
            raise refused(_NEEDS_A_STREAM, BAD_USER_INPUT)
        try:
            if prepared.is_query:
                return await self._query(prepared, expect)
            return await self._mutation(prepared)
        except RecursionError:
            raise _too_deep() from None

    async def _query(self, prepared: Prepared, expect: Expect) -> Response:
        response = await self._answer(prepared, expect)
        least = prepared.request.min_t
        if least is None or response.basis is None or response.basis.t >= least:
            return response
        await self.reaching.until(least)
        return await self._answer(prepared, expect)

    async def _answer(self, prepared: Prepared, expect: Expect) -> Response:
        query = await self._new_query_aside(prepared)
        cost = query.cost()
        await expect(cost.rows)
        answer = await _told(query)
        for attempt in range(_MOST_RETRIES):  # Another change may come while one is read.
            if query.stale is None:
                break
            query = await self._renewed(query, query.stale, first=attempt == 0)
            answer = await _told(query)
        return Response(
            executed=True,
            written=answer.data,
            errors=formatted(answer.errors),
            basis=query.basis,
            schema_hash=query.prepared.served.hash,
            is_pinned=query.is_pinned and not answer.errors,
            cost=cost,
        )

    async def _renewed(
        self, query: Query | CompiledQuery, stale: T, *, first: bool
    ) -> Query | CompiledQuery:
        """Return a query again, for the schema of a newer t.

        Building that takes its time; a query that it changes nothing for does not wait.
        """
        prepared = query.prepared
        if first:
            coming = await self.live.coming(stale)
            made = compiled_anew(prepared, self.reading.limits, query.compiled, coming)
            if made is not None:
                return self._query_of(prepared, made)
        served = await self.live.at_least(stale)
        return self._new_query(self._prepared(served, prepared.request))

    async def _new_query_aside(self, prepared: Prepared) -> Query | CompiledQuery:
        """Do as `_new_query`, in a thread where what is given is long: planning takes its time."""
        if _is_long(prepared.request, is_known=is_planned(prepared)):
            return await asyncio.to_thread(self._new_query, prepared)
        return self._new_query(prepared)

    def _new_query(self, prepared: Prepared) -> Query | CompiledQuery:
        make = compiled_query if self.compiled else walked_query
        return self._query_of(prepared, make(prepared, self.reading.limits))

    def _query_of(self, prepared: Prepared, made: Compiled) -> Query | CompiledQuery:
        if made.reason is None and self.compiled:
            self._keep(prepared, made)
            query = CompiledQuery(self.reading, prepared, made, self.clock())
            if query.can_be_told:
                return query
            made = walked_query(prepared, self.reading.limits)
        return Query(self.reading, prepared, made, self.clock(), self._others(prepared))

    @staticmethod
    def _keep(prepared: Prepared, made: Compiled) -> None:
        """Keep a query for the requests that differ in values only."""
        declared = prepared.document.declared[id(prepared.operation)]
        if declared is None or prepared.variables.signed != declared.signed:
            return  # Another plan than that of requests which give all variables.
        text, kept = prepared.request.query, prepared.served.kept
        identity = (text, prepared.request.operation_name)
        held = kept.get(identity)
        is_known = identity in kept and (held is None or held.compiled is made)
        if len(text) <= LONGEST_KEPT and not is_known:
            size = size_of(text, made.plan.statement.text)
            kept.put(identity, Kept.of(prepared, made), size)

    def _others(self, prepared: Prepared) -> Resolver:
        turn = asyncio.Lock()  # However many are explained, one request does one thing at a time.

        async def resolve(info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> object:
            selected = select(asked(prepared), prepared.operation)
            [field] = (each for each in selected if each.key == info.path.key)
            if field.name == "_service":
                return await service(prepared.served, field)
            _check_explained(selected)
            request = Request(
                arguments["query"], _variables(arguments), arguments.get("operationName")
            )
            async with turn:
                about = await self._prepared_aside(prepared.served, request)
                return await explain(self.reading, about, self.clock(), field)

        return resolve

    async def _mutation(self, prepared: Prepared) -> Response:
        least = prepared.request.min_t
        if least is not None:
            await self.reaching.until(least)  # Before anything is written.
        mutation = Mutation(self.reading, self.writer, self.live, prepared, self.clock())
        result = await mutation.run()
        basis = mutation.basis
        if basis is None:
            with suppress(OurFault):
                basis = await self._basis()
        errors = formatted(result.errors or ())
        return Response(executed=True, written=(dumps(result.data),), errors=errors, basis=basis)

    async def _basis(self) -> Basis:
        clock = await self.reading.database.clock()
        return Basis(clock.t, clock.instant)


def _check_explained(selected: Iterable[Selected]) -> None:
    """Raise RequestErrors where more is to be explained than one request may hold up."""
    count = sum(each.name == "explain" for each in selected)
    if count > _MOST_EXPLAINED:
        sentence = f"the query explains {count} queries"
        raise exceeded("explain", count, _MOST_EXPLAINED, sentence)


def _is_long(request: Request, *, is_known: bool) -> bool:
    """Tell whether a request takes its time to be looked at; what is known of it does not."""
    if len(request.query) > LONG and not is_known:
        return True
    return any(map(is_long, request.variables.values()))


def _is_hopeless(errors: RequestErrors) -> bool:
    """Tell whether a request is refused whatever the schema is."""
    codes = {(error.extensions or {}).get("code") for error in errors.errors}
    return codes.isdisjoint({VALIDATION_FAILED, BAD_USER_INPUT})


def _variables(arguments: Mapping[str, Any]) -> Mapping[str, object]:
    given = arguments.get("variables") or {}
    if not isinstance(given, Mapping):
        raise refused("variables has to be a JSON object", BAD_USER_INPUT)
    return given


async def _told(query: Query | CompiledQuery) -> Told:
    """Return what comes of a query."""
    if isinstance(query, CompiledQuery):
        return await query.run()
    result = await query.run()
    errors = tuple(result.errors or ())
    if result.data is None:
        return Told((b"null",), errors)
    data = {key: dumps(value) for key, value in result.data.items()}
    data |= await told(query.prepared)
    return Told(data_of(query.compiled.keys, data), errors)


def _too_deep() -> RequestErrors:
    return refused("the request is nested too deeply to be answered", LIMIT_EXCEEDED)
