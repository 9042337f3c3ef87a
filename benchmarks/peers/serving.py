"""How a peer is served: uvicorn as Headwater runs it, one worker, a pool of the same size."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

_POOL_SIZE = 10
"""As many connections as Headwater has, unless a setting says otherwise."""
_BACKLOG = 2_048


class Pool:
    """Connections to PostgreSQL, open while the application runs."""

    if TYPE_CHECKING:  # asyncpg's classes have parameters for type checkers only.
        connections: asyncpg.Pool[asyncpg.Record]

    def __init__(self, url: str, *, told_as_bytes: bool = False) -> None:
        """Keep where to connect; with `told_as_bytes` texts of answers are not decoded."""
        self.url = url
        self._init = _as_bytes if told_as_bytes else None

    @asynccontextmanager
    async def opened(self, _: Starlette) -> AsyncIterator[None]:
        """Connect, and disconnect at the end: the lifespan of an application."""
        # As Headwater does: nothing changes a session, and a reset costs a round trip.
        self.connections = await asyncpg.create_pool(
            self.url,
            max_size=_POOL_SIZE,
            init=self._init,
            reset=_as_it_is,
            server_settings={"jit": "off"},
        )
        yield
        await self.connections.close()


async def _as_bytes(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec(
        "text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
    )


async def _as_it_is(_: object) -> None:
    """Leave a session as it is."""


def application(routes: Sequence[BaseRoute], pool: Pool) -> Starlette:
    """Return an application that answers with a pool."""
    return Starlette(routes=routes, lifespan=pool.opened)


def serve(app: Starlette) -> None:
    """Serve at any free port of this machine until told to stop, and say which."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on, which waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(_BACKLOG)
        config = uvicorn.Config(app, access_log=False, lifespan="on", log_config=None)
        # Connections wait in the socket until the application has opened what it needs.
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(uvicorn.Server(config).serve(sockets=[listener]))
