"""GraphQL over a WebSocket, as graphql-transport-ws has it: every kind of operation.

A socket reads one message after the other, and runs its operations beside each other. What it
sends waits until the client takes it; one that takes nothing for too long is closed. Nothing is
kept for a client but the one message that it is being sent, of each operation.
"""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from schema.execution.documents import LIMIT_EXCEEDED, RequestErrors, refused
from schema.execution.failures import broken, formatted
from schema.execution.requests import Request
from schema.execution.subscriptions import Subscriptions
from service.documents.persisted import PersistedDocuments
from service.graphql_request import MIN_T, Refused, read_request
from service.streaming import messages
from service.streaming.messages import Complete, Initialise, InvalidMessage, Ping, Pong, Subscribe
from service.streaming.origins import is_welcome
from service.streaming.streams import Streams, TooManyStreams

PROTOCOL = "graphql-transport-ws"
_GOING_AWAY, _TOO_LARGE, _TRY_LATER = 1001, 1009, 1013
_INVALID, _UNAUTHORIZED, _NO_PROTOCOL, _TOO_LATE, _ID_TAKEN, _TOO_MANY_STARTS = (
    4400,
    4401,
    4406,
    4408,
    4409,
    4429,
)
_CLOSING = 1.0
_LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Sockets:
    """Accepts sockets, and serves each until it is closed; pages of `origins` may open one too."""

    subscriptions: Subscriptions
    streams: Streams
    documents: PersistedDocuments
    origins: tuple[str, ...] = ()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one socket from its handshake to its end."""
        if not is_welcome(websocket.headers, self.origins):
            await websocket.close()  # Before it was accepted, this is 403.
            return
        try:
            with self.streams.opened():
                await self._accepted(websocket)
        except TooManyStreams as fault:
            await _denied(websocket, str(fault))

    async def _accepted(self, websocket: WebSocket) -> None:
        if PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(_NO_PROTOCOL, f"Subprotocol not acceptable: use {PROTOCOL}")
            return
        await websocket.accept(PROTOCOL)
        await _Socket(websocket, self.subscriptions, self.streams, self.documents).serve()


async def _denied(websocket: WebSocket, sentence: str) -> None:
    extensions = {"code": LIMIT_EXCEEDED, "category": "busy"}
    body = {"errors": [{"message": sentence, "extensions": extensions}]}
    answer = JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"})
    await websocket.send_denial_response(answer)


@dataclass(eq=False)
class _Ended(Exception):
    """The socket has to be closed, with this code; without one it is closed already."""

    code: int | None
    reason: str = ""


@dataclass(slots=True)
class _Socket:
    """One client: what it runs, by id."""

    websocket: WebSocket
    subscriptions: Subscriptions
    streams: Streams
    documents: PersistedDocuments
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _running: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def serve(self) -> None:
        """Serve it until somebody closes it."""
        ended = _Ended(None)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._leave())
                group.create_task(self._begin())
                await self._read(group)
        except* _Ended as several:
            ended = next(each for each in several.exceptions if isinstance(each, _Ended))
        if ended.code is not None:
            # Whoever takes nothing does not take this either: then the server drops the socket.
            with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                async with asyncio.timeout(_CLOSING):
                    await self.websocket.close(ended.code, ended.reason[:_LONGEST_REASON])

    async def _leave(self) -> None:
        await self.streams.leaving.wait()
        raise _Ended(_GOING_AWAY, "the server is shutting down")

    async def _begin(self) -> None:
        try:
            async with asyncio.timeout(self.streams.limits.opening):
                await self._begun.wait()
        except TimeoutError:
            raise _Ended(_TOO_LATE, "Connection initialisation timeout") from None

    async def _read(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                received = await self.websocket.receive()
                if received["type"] == "websocket.disconnect":
                    raise _Ended(None)
                await self._react(messages.read(self._text(received.get("text"))), group)
            except InvalidMessage as fault:
                raise _Ended(_INVALID, fault.sentence) from None

    def _text(self, text: str | None) -> str:
        if text is None:
            raise InvalidMessage("a message has to be text")
        if len(text) > self.streams.limits.message:
            raise _Ended(_TOO_LARGE, f"a message has at most {self.streams.limits.message} bytes")
        return text

    async def _react(self, message: messages.Message, group: asyncio.TaskGroup) -> None:
        match message:
            case Initialise():
                if self._begun.is_set():
                    raise _Ended(_TOO_MANY_STARTS, "Too many initialisation requests")
                self._begun.set()
                await self._send({"type": "connection_ack"})
            case Ping():
                await self._send({"type": "pong"})
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message, group)
            case Complete(id=name):
                running = self._running.pop(name, None)
                if running is not None:
                    running.cancel()

    async def _subscribe(self, message: Subscribe, group: asyncio.TaskGroup) -> None:
        if not self._begun.is_set():
            raise _Ended(_UNAUTHORIZED, "Unauthorized: begin with connection_init")
        if message.id in self._running:
            raise _Ended(_ID_TAKEN, f"Subscriber for {message.id} already exists")
        try:
            min_t = self.websocket.headers.get(MIN_T.decode())
            request = read_request(message.payload, min_t, self.documents)
        except Refused as fault:
            raise _Ended(_INVALID, fault.sentence) from None
        except RequestErrors as errors:
            await self._send_errors(message.id, errors)
            return
        most = self.streams.limits.operations
        if len(self._running) >= most:
            sentence = f"{most} operations run on this socket, which is the most: end one first"
            await self._send_errors(message.id, refused(sentence, LIMIT_EXCEEDED))
            return
        self._running[message.id] = group.create_task(self._run(message.id, request))

    async def _run(self, name: str, request: Request) -> None:
        try:
            await self._answer(name, request)
            await self._send({"type": "complete", "id": name})
        except RequestErrors as errors:
            await self._send_errors(name, errors)
        except _Ended:
            raise
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            await self._send({"type": "error", "id": name, "payload": [broken(error)]})
        finally:
            if self._running.get(name) is asyncio.current_task():
                del self._running[name]

    async def _answer(self, name: str, request: Request) -> None:
        executor = self.subscriptions.executor
        prepared = await executor.prepare_aside(request)
        if not prepared.is_subscription:
            with self.streams.room.holding() as holding:
                running = asyncio.ensure_future(executor.run(prepared, holding.expect))
                # What was sent to be written is written, whoever is gone meanwhile.
                response = await (asyncio.shield(running) if prepared.is_mutation else running)
                holding.keep(holding.size)
                await self._send({"type": "next", "id": name, "payload": response.body()})
            return
        async with aclosing(self.subscriptions.stream(prepared)) as events:
            del prepared
            async for event in events:
                await self._send({"type": "next", "id": name, "payload": event.response.body()})

    async def _send_errors(self, name: str, errors: RequestErrors) -> None:
        await self._send({"type": "error", "id": name, "payload": formatted(errors.errors)})

    async def _send(self, message: dict[str, object]) -> None:
        """Send a message once the client has taken what was sent before."""
        text = orjson.dumps(message, default=str).decode()
        async with self._sending:
            try:
                async with asyncio.timeout(self.streams.limits.taking):
                    await self.websocket.send_text(text)
            except TimeoutError:
                raise _Ended(_TRY_LATER, "too slow: go on after the last event that came") from None
            except WebSocketDisconnect:
                raise _Ended(None) from None
