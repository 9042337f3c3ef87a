"""Whoever hangs up stops what PostgreSQL does for them; what they sent to be written is written."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn

from service.app import create_app
from service.cli.schema import applied_to
from service.settings import Settings
from store.database import Database
from tests.service.world import CATALOG

_READ = "{ datasets { nodes { name } } }"
_WRITE = """mutation {
  transact(transaction: {upsert: [{type: "Team", urn: "hw://team/x/a", name: "A"}]}) { redundant }
}"""
_WAITING = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
_PATIENCE = 10


@asynccontextmanager
async def _served(url: str) -> AsyncIterator[tuple[str, int]]:
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Settings(database_url=url)), lifespan="on", log_config=None, access_log=False
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it.
            await asyncio.sleep(0.01)
        yield listener.getsockname()[:2]
        server.should_exit = True
        await serving


async def _until(held: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not await held():  # noqa: ASYNC110  # PostgreSQL has no event for it.
            await asyncio.sleep(0.02)


async def _post(address: tuple[str, int], query: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(*address)
    body = json.dumps({"query": query}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
    await writer.drain()
    return writer


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, pool_size=2) as database:
        await applied_to(database, CATALOG)
        yield database


async def test_hanging_up_stops_the_statement(database: Database, database_url: str) -> None:
    async def waits() -> bool:
        return await database.row(_WAITING) == (1,)

    async def is_idle() -> bool:
        return await database.row(_WAITING) == (0,)

    async with _served(database_url) as address, database.writing() as writing:
        await writing.connection.execute("LOCK TABLE version")
        client = await _post(address, _READ)
        await _until(waits)
        await _hang_up(client)
        await _until(is_idle)


async def test_hanging_up_leaves_a_write_alone(database: Database, database_url: str) -> None:
    before = (await database.clock()).t

    async def is_written() -> bool:
        return (await database.clock()).t == before + 1

    async with _served(database_url) as address:
        async with database.writing():
            client = await _post(address, _WRITE)
            await asyncio.sleep(0.2)
            await _hang_up(client)
            await asyncio.sleep(0.2)
        await _until(is_written)
