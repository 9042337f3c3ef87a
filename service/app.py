"""The running server as a Starlette application: what it opens, serves and closes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import TypeVar

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from adjacency.keeper import Keeper
from resolvers.lineage.walked import lineage_types
from schema.execution.documents import DocumentLimits
from schema.execution.executor import Executor
from schema.execution.introspection import tell_ahead
from schema.execution.queries import Reading
from schema.execution.served import LiveSchema
from schema.execution.subscriptions import Subscriptions
from service import schema_text
from service.cli.database import located
from service.connections import pool_size
from service.documents.persisted import PersistedDocuments
from service.exchange import Exchange, Exchanges
from service.graphiql.page import GraphiQL
from service.graphql_view import TOLD_HEADERS, GraphQLView
from service.health import Health
from service.hosts import Hosts
from service.http_cache import Conditional
from service.limits import limits, stream_limits
from service.room import Room
from service.settings import Settings
from service.streaming.event_stream import EventStreams, is_wanted
from service.streaming.streams import Streams
from service.streaming.websocket import Sockets
from store.database import Database
from store.following.head import Head
from store.migrate import migrate
from store.writing.writer import Writer

_GRAPHQL, _METHODS = "/graphql", ("GET", "HEAD", "POST")
_PREFLIGHT_KEPT = 7_200  # Seconds; browsers take no more.

SCHEMA_POLL = 1.0
"""Seconds between two looks at whether another process has changed the schema."""

_NOTHING_HERE = (
    "there is nothing here: GraphQL is at /graphql, its schema at /schema.graphql,"
    " probes are /livez and /readyz"
)
_log = structlog.get_logger("headwater")
Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class Server:
    """What a running server answers with."""

    view: GraphQLView
    event_streams: EventStreams
    sockets: Sockets
    health: Health
    room: Room

    def leave(self) -> None:
        """Say that the server is about to stop: probes tell it, and what goes on for ever ends."""
        self.health.leaving = True
        self.sockets.streams.leaving.set()


def create_app(settings: Settings, *, schema_poll: float = SCHEMA_POLL) -> Starlette:
    """Return the application; its lifespan opens and closes what the settings name.

    Raises InvalidTrustedDocuments.
    """
    documents = PersistedDocuments.opened(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings, schema_poll, documents) as server:
            app.state.server = server
            yield

    routes = [
        Route(_GRAPHQL, _Asked(), methods=[*_METHODS]),
        Route("/", _front_door),
        Route("/graphiql/{digest}/{name:path}", _graphiql_file),
        Route("/schema.graphql", _schema_text),
        WebSocketRoute("/graphql", _socket),
        Route("/livez", _livez),
        Route("/readyz", _readyz),
    ]
    handlers = {HTTPException: _http_error}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.middleware_stack = _layers(settings, app.build_middleware_stack())
    return app


def _layers(settings: Settings, others: ASGIApp) -> ASGIApp:
    """Return what every message goes through; `others` answers what is asked elsewhere."""
    layers: ASGIApp = Conditional(_Doors(_Asked(), others))
    if settings.origins:
        layers = CORSMiddleware(
            layers,
            allow_origins=settings.origins,
            allow_methods=_METHODS,
            allow_headers=["*"],
            expose_headers=TOLD_HEADERS,
            max_age=_PREFLIGHT_KEPT,
        )
    if settings.host_names:
        layers = Hosts(layers, settings.host_names)
    return Exchanges(layers, settings.stream_taking)


@dataclass(frozen=True, slots=True)
class _Doors:
    """Lets in at once what most are here for: Starlette's layers and routes take 25 µs."""

    graphql: ASGIApp
    others: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a message on to what answers it."""
        is_http = scope["type"] == "http"
        if is_http and scope["path"] == _GRAPHQL and scope["method"] in _METHODS:
            await self.graphql(scope, receive, send)
        else:
            await self.others(scope, receive, send)


class _Asked:
    """What answers GraphQL over HTTP."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, once or by a stream."""
        server: Server = scope["app"].state.server
        exchange = Exchange.of(scope)
        answers = server.event_streams if is_wanted(exchange) else server.view
        answer = await answers.answer(exchange)
        await answer(scope, receive, send)


@asynccontextmanager
async def opened(
    settings: Settings, schema_poll: float, documents: PersistedDocuments
) -> AsyncIterator[Server]:
    """Open all that a server needs, and close it at the end, writes first."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(_in_thread(located(settings)))
        await migrate(url, admin_url=settings.admin_url)
        connections = await pool_size(settings, url)
        database = await stack.enter_async_context(
            Database.open(url, pool_size=connections, statement_timeout=settings.statement_timeout)
        )
        bounds = limits(settings)
        edition = f"{version('headwater')} {bounds}"
        live = await LiveSchema.opened(database, _document_limits(settings), edition)
        live.ahead = tell_ahead
        keeper = Keeper(database, bounds.edges, lambda: lineage_types(live.current.catalogue))
        secret = await database.secret()
        reading = Reading(database, bounds, secret, keeper if bounds.edges else None)
        writer = Writer(database)
        executor = Executor(reading, writer, live, settings.min_t_wait)
        health = Health(database, live)
        head = Head(database, settings.listen_url or url, settings.clock_pause)
        turns, large = (asyncio.Semaphore(max(1, connections // 2)) for _ in range(2))
        subscriptions = Subscriptions(executor, head, turns)
        room = Room(settings.answers_held, settings.answers_wait, large)
        streams = Streams(stream_limits(settings), room)
        watching = asyncio.create_task(_watched(live, schema_poll))
        following = asyncio.create_task(head.run())
        keeping = asyncio.create_task(keeper.run()) if bounds.edges else following
        _log.info("ready", schema_t=live.current.catalogue.t, connections=connections)
        try:
            yield Server(
                GraphQLView(
                    executor,
                    settings.body_limit,
                    settings.batch_limit,
                    documents,
                    GraphiQL.opened(),
                ),
                EventStreams(subscriptions, streams, settings.body_limit, documents),
                Sockets(subscriptions, streams, documents, settings.origins),
                health,
                room,
            )
        finally:
            health.leaving = True
            streams.leaving.set()
            tasks = {watching, following, keeping}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            _log.info("stopped")


async def _watched(live: LiveSchema, pause: float) -> None:
    """Follow the schema until cancelled, whatever goes wrong with one look at it."""
    while True:
        try:
            await live.watch(pause)
        except Exception:  # noqa: BLE001  # The edge: what is served stays served.
            _log.exception("schema not swapped")


@asynccontextmanager
async def _in_thread(manager: AbstractContextManager[Opened]) -> AsyncIterator[Opened]:
    """Enter and leave what blocks without holding up the event loop."""
    value = await asyncio.to_thread(manager.__enter__)
    try:
        yield value
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


def _document_limits(settings: Settings) -> DocumentLimits:
    return DocumentLimits(
        tokens=settings.query_tokens_limit,
        depth=settings.query_depth_limit,
        aliases=settings.query_aliases_limit,
        directives=settings.query_directives_limit,
        roots=settings.query_roots_limit,
        fields=settings.query_fields_limit,
        cost=settings.query_cost_limit,
        introspection=settings.introspection,
    )


def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


async def _front_door(_: Request) -> Response:
    return RedirectResponse("graphql")  # Relative: a proxy may have put us below a prefix.


async def _socket(websocket: WebSocket) -> None:
    server: Server = websocket.app.state.server
    await server.sockets.serve(websocket)


async def _graphiql_file(request: Request) -> ASGIApp:
    return _server(request).view.graphiql.file(request)


async def _schema_text(request: Request) -> ASGIApp:
    return schema_text.answer(request, _server(request).view.executor.live)


async def _livez(request: Request) -> Response:
    return await _server(request).health.live_probe(request)


async def _readyz(request: Request) -> Response:
    return await _server(request).health.ready_probe(request)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = _NOTHING_HERE
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"{request.method} cannot be used here, only {allowed}"
    extensions = {"code": "BAD_REQUEST", "category": "incorrect"}
    body = {"errors": [{"message": message, "extensions": extensions}]}
    return JSONResponse(body, error.status_code, error.headers)
