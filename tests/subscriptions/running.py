"""A server on a real port, a writer beside it, and clients of both protocols."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from service.app import create_app
from service.cli.worker import LeavingServer
from service.settings import Settings
from store.database import Database
from store.transaction import Transaction, read
from store.writing.writer import Writer

PATIENCE = 20.0
PROTOCOL = Subprotocol("graphql-transport-ws")
Json = dict[str, Any]  # JSON as it came.


@dataclass(frozen=True, slots=True)
class Address:
    """Where some server answers."""

    port: int

    @property
    def http(self) -> str:
        """Return where it answers HTTP."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        """Return where it answers sockets."""
        return f"ws://127.0.0.1:{self.port}/graphql"


@dataclass(slots=True)
class Running:
    """A server, and how to reach it."""

    app: Starlette
    server: uvicorn.Server
    at: Address


@asynccontextmanager
async def running(url: str, **settings: Any) -> AsyncIterator[Running]:
    """Run a server over a database, with settings of the test's choice."""
    chosen = {"clock_pause": 0.2, "min_t_wait": 0.3, **settings}
    app = create_app(Settings(database_url=url, **chosen), schema_poll=0.05)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=5,
        ws_max_size=chosen.get("body_limit", 20 * 2**20),
    )
    server = LeavingServer(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # uvicorn has no event for it.
            assert not serving.done()
            await asyncio.sleep(0.01)
        try:
            yield Running(app, server, Address(listener.getsockname()[1]))
        finally:
            server.should_exit = True
            await serving


@dataclass(slots=True)
class Writing:
    """Writes transactions by a writer of its own, as another process would."""

    writer: Writer
    ts: list[int] = field(default_factory=list)

    async def write(self, **statements: object) -> int:
        """Write one transaction, and return its t."""
        return await self.transact(read({"tx": statements.pop("tx", {}), **statements}))

    async def transact(self, said: Transaction) -> int:
        """Write one transaction, and return its t."""
        report = await self.writer.transact(said)
        assert report.t is not None
        self.ts.append(report.t)
        return report.t


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Writing]:
    """Give a writer past any server."""
    async with Database.open(url, pool_size=2) as database:
        yield Writing(Writer(database))


@dataclass(slots=True)
class Socket:
    """A client of graphql-transport-ws by hand."""

    connection: ClientConnection

    async def say(self, **message: object) -> None:
        """Send a message."""
        await self.connection.send(orjson.dumps(message).decode())

    async def hear(self) -> Json:
        """Return the next message."""
        async with asyncio.timeout(PATIENCE):
            text = await self.connection.recv()
        assert isinstance(text, str), "the protocol has text frames only"
        heard: Json = orjson.loads(text)
        return heard

    async def begin(self) -> None:
        """Say hello."""
        await self.say(type="connection_init")
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(
        self, query: str, variables: Mapping[str, object] | None = None, name: str = "1"
    ) -> None:
        """Start an operation."""
        payload = {"query": query, "variables": variables}
        await self.say(type="subscribe", id=name, payload=payload)

    async def next(self, name: str = "1") -> Json:
        """Return the payload of the next message, which has to be an event."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", name), message
        payload: Json = message["payload"]
        return payload

    async def closed(self) -> int:
        """Wait until the server closes it, and return the code."""
        with suppress(ConnectionClosedError):
            async with asyncio.timeout(PATIENCE):
                async for _ in self.connection:
                    pass
        assert self.connection.close_code is not None
        return self.connection.close_code


@asynccontextmanager
async def socket_to(
    at: Address, *, protocols: tuple[Subprotocol, ...] = (PROTOCOL,), **options: Any
) -> AsyncIterator[Socket]:
    """Connect, without any message yet."""
    async with connect(at.ws, subprotocols=protocols, max_size=None, **options) as connection:
        yield Socket(connection)


async def events(
    at: Address, query: str, variables: Mapping[str, object] | None = None, **headers: str
) -> AsyncGenerator[tuple[str, str, Any], None]:
    """Yield what an event stream says: id, event and data."""
    body = {"query": query, "variables": variables}
    told = {"Accept": "text/event-stream", **headers}
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as http,
        http.stream("POST", at.http, json=body, headers=told) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream"), response
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif fields.get("event"):
                data = fields.get("data")
                yield fields.get("id", ""), fields["event"], orjson.loads(data) if data else None
                fields = {}
