"""GraphQL as Server-Sent Events, as graphql-sse has it: one stream for each operation.

An event of a subscription has its t as its id. A client that comes back with it, as browsers do by
themselves, goes on right after it.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.responses import Response as HttpResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.execution.documents import LIMIT_EXCEEDED, RequestErrors
from schema.execution.failures import broken
from schema.execution.requests import Request, Response, refusal
from schema.execution.subscriptions import Subscriptions
from service.documents.persisted import PersistedDocuments
from service.exchange import Exchange
from service.graphql_request import MIN_T, Refused, from_get, from_post
from service.http_accept import GRAPHQL, HTML, JSON, chosen
from service.streaming.streams import Streams, TooManyStreams
from store.ids import T

EVENT_STREAM = "text/event-stream"
_OFFERED = (JSON, GRAPHQL, HTML, EVENT_STREAM)
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept"),
    (b"x-accel-buffering", b"no"),  # Proxies of that family would gather events.
)
_LONGEST_T = 15
_SILENCE = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


def is_wanted(http: Exchange) -> bool:
    """Tell whether a request prefers an event stream to one answer."""
    return chosen(http.header(b"accept"), _OFFERED) == EVENT_STREAM


@dataclass(frozen=True, slots=True)
class EventStreams:
    """Answers requests to /graphql by event streams; a body has `body_limit` bytes at most."""

    subscriptions: Subscriptions
    streams: Streams
    body_limit: int
    documents: PersistedDocuments

    async def answer(self, http: Exchange) -> ASGIApp:
        """Return the stream that answers a request, or the refusal of what is no request."""
        try:
            return await self._answer(http)
        except Refused as fault:
            return _refusal(fault.status, fault.sentence, fault.code, fault.headers)
        except ClientDisconnect:
            return HttpResponse(status_code=HTTPStatus.BAD_REQUEST)

    async def _answer(self, http: Exchange) -> "_EventStream":
        is_get, after = not http.is_post, _last_event(http)
        try:
            request = (
                from_get(http.query_params, http.header(MIN_T), self.documents)
                if is_get
                else await from_post(http, self.body_limit, self.documents)
            )
            prepared = await self.subscriptions.executor.prepare_aside(request)
            if is_get and prepared.is_mutation:
                sentence, allow = "send a mutation by POST", {"Allow": "POST"}
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, sentence, headers=allow)
        except RequestErrors as errors:
            return _EventStream(self.subscriptions, self.streams, errors, after)
        return _EventStream(self.subscriptions, self.streams, request, after)


def _last_event(http: Exchange) -> T | None:
    """Return the t of the event that came last before the client was away. Raises Refused."""
    given = http.header(b"last-event-id")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _LONGEST_T):
        sentence = "Last-Event-ID has to be the id of an event of ours, such as 42"
        raise Refused(HTTPStatus.BAD_REQUEST, sentence)
    return T(int(given))


def _refusal(
    status: HTTPStatus, sentence: str, code: str, headers: Mapping[str, str]
) -> HttpResponse:
    category = "busy" if status is HTTPStatus.SERVICE_UNAVAILABLE else "incorrect"
    errors = [{"message": sentence, "extensions": {"code": code, "category": category}}]
    return JSONResponse({"errors": errors}, status, headers)


@dataclass(slots=True)
class _EventStream:
    """The answer to one request, as the events of a stream; `goes_on` is one that never ends."""

    subscriptions: Subscriptions
    streams: Streams
    request: Request | RequestErrors
    after: T | None
    goes_on: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until it is complete, the client is gone or too slow, or the server leaves."""
        try:
            with self.streams.opened():
                await _until_gone(receive, self._send(send))
        except TooManyStreams as fault:
            status, retry = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"}
            denied = _refusal(status, str(fault), LIMIT_EXCEEDED, retry)
            await denied(scope, receive, send)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async with aclosing(self._spaced()) as chunks:
            async for chunk in chunks:
                async with asyncio.timeout(self.streams.limits.taking):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _spaced(self) -> AsyncGenerator[bytes, None]:
        """Yield the chunks, and something where none comes for long."""
        yield _SILENCE  # So that everybody on the way sees that it has begun.
        async with aclosing(self._chunks()) as chunks:
            leaving = asyncio.create_task(self.streams.leaving.wait())
            coming = _next(chunks)
            try:
                while True:
                    await asyncio.wait(
                        {coming, leaving} if self.goes_on else {coming},
                        timeout=self.streams.limits.silence,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if coming.done():
                        chunk = coming.result()
                        if chunk is None:
                            return
                        yield chunk
                        coming = _next(chunks)
                    elif leaving.done() and self.goes_on:
                        return  # Without `complete`: so the client comes back, and goes on.
                    else:
                        yield _SILENCE
            finally:
                for task in (coming, leaving):
                    task.cancel()
                await asyncio.wait((coming, leaving))

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            async for response, t in self._responses():
                yield _chunk(response, t)
        except RequestErrors as errors:
            yield _chunk(refusal(errors))
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            yield _chunk(Response(executed=False, errors=[broken(error)]))
        yield _COMPLETE

    async def _responses(self) -> AsyncGenerator[tuple[Response, T | None], None]:
        executor = self.subscriptions.executor
        if isinstance(self.request, RequestErrors):
            raise self.request
        prepared = await executor.prepare_aside(self.request)
        if not prepared.is_subscription:
            with self.streams.room.holding() as holding:
                running = asyncio.ensure_future(executor.run(prepared, holding.expect))
                # What was sent to be written is written, whoever is gone meanwhile.
                response = await (asyncio.shield(running) if prepared.is_mutation else running)
                holding.keep(holding.size)
                yield response, None
            return
        self.goes_on = True
        async with aclosing(self.subscriptions.stream(prepared, self.after)) as events:
            del prepared
            async for event in events:
                yield event.response, event.t


def _next(chunks: AsyncGenerator[bytes, None]) -> "asyncio.Task[bytes | None]":
    async def following() -> bytes | None:
        return await anext(chunks, None)

    return asyncio.create_task(following())


def _chunk(response: Response, t: T | None = None) -> bytes:
    told = b"" if t is None else b"id: %d\n" % t
    return told + b"event: next\ndata: " + orjson.dumps(response.body(), default=str) + b"\n\n"


async def _until_gone(receive: Receive, sending: Coroutine[Any, Any, None]) -> None:
    """Send until it is done; where the client is gone, or takes nothing for too long, stop."""
    task, gone = asyncio.create_task(sending), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            with suppress(TimeoutError):
                task.result()
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.wait((task, gone))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
