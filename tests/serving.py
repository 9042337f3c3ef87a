"""A whole server for tests that knock at the front door: real PostgreSQL, real HTTP messages."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from schema.execution.requests import Request
from schema.execution.subscriptions import Subscriptions
from service.app import create_app
from service.settings import Settings
from store.database import Database
from tests.filling import SHARED, fill

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").exists(), reason="../shared/data is not there: no real histories"
)


@dataclass(frozen=True, slots=True)
class Served:
    """A server, the client that talks to it, and the database that its reads go through."""

    client: httpx.AsyncClient
    database: Database
    subscriptions: Subscriptions

    async def post(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return the whole JSON answer to an operation."""
        body = {"query": query, "variables": variables}
        return (await self.client.post("/graphql", json=body)).json()

    async def events(
        self, query: str, variables: Mapping[str, Any] | None, count: int
    ) -> list[Any]:
        """Return the first events of a subscription."""
        prepared = self.subscriptions.executor.prepare(Request(query, variables or {}))
        heard: list[Any] = []
        async with asyncio.timeout(60), aclosing(self.subscriptions.stream(prepared)) as stream:
            async for event in stream:
                heard.append(orjson.loads(orjson.dumps(event.response.body(), default=str)))
                if len(heard) == count:
                    break
        return heard

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return the data of an answer that must have no errors."""
        answer = await self.post(query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def ask_once(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return the data of an answer that must have no errors, and take one statement."""
        before = self.database.statements
        data = await self.ask(query, variables)
        assert self.database.statements == before + 1
        return data

    async def refusal(self, query: str, variables: Mapping[str, Any] | None = None) -> str:
        """Return the code of the one error that the answer must have."""
        [error] = (await self.post(query, variables))["errors"]
        return str(error["extensions"]["code"])


@asynccontextmanager
async def serving(
    url: str, catalog: str | None = None, files: Sequence[Path] = (), **chosen: Any
) -> AsyncIterator[Served]:
    """Migrate a database, apply a catalog (in SDL), load files of transactions, and serve it.

    `chosen` are settings.
    """
    await fill(url, catalog, files)
    app = create_app(Settings(database_url=url, log_level="warning", **chosen))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as client:
            server = app.state.server
            yield Served(client, server.health.database, server.sockets.subscriptions)
