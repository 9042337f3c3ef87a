"""A server over a database of its own, and a client that asks it in process."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from schema.execution.executor import Executor
from schema.execution.requests import Request, Response
from service.app import create_app
from service.cli.schema import applied_to
from service.settings import Settings
from store.database import Database
from tests.conftest import NewDatabase, name_of
from tests.service.world import CATALOG, TRANSACTIONS


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one server, over HTTP and past it."""

    app: Starlette
    http: httpx.AsyncClient

    @property
    def executor(self) -> Executor:
        """Return what answers."""
        executor: Executor = self.app.state.server.view.executor
        return executor

    @property
    def statements(self) -> int:
        """Return how many statements reads have sent."""
        return self.executor.reading.database.statements

    async def ask(self, query: str, variables: Mapping[str, object] | None = None) -> Response:
        """Return the response to a query."""
        return await self.executor.execute(Request(query, variables or {}))

    async def data(self, query: str, variables: Mapping[str, object] | None = None) -> Any:
        """Return the data of a query without errors, which took one statement."""
        before = self.statements
        response = await self.ask(query, variables)
        assert response.errors == []
        assert self.statements - before == 1
        return response.data

    async def post(self, query: str, **more: object) -> dict[str, Any]:
        """Return the body of the response to a POST."""
        response = await self.http.post("/graphql", json={"query": query, **more})
        body: dict[str, Any] = response.json()
        return body


@asynccontextmanager
async def serving(url: str, **settings: Any) -> AsyncIterator[Asking]:
    """Run an application over a database."""
    chosen = Settings(database_url=url, **{"min_t_wait": 0.3, **settings})
    app = create_app(chosen, schema_poll=0.05)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://headwater") as http,
    ):
        yield Asking(app, http)


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Asking]:
    """Give a server over a database with nothing in it."""
    async with serving(database_url) as asking:
        yield asking


@pytest.fixture
async def asking(world_url: str) -> AsyncIterator[Asking]:
    """Give a server over a small world."""
    async with serving(world_url) as asking:
        yield asking


@pytest.fixture
def world_url(new_database: NewDatabase, with_world: str) -> Iterator[str]:
    """Give a database of its own to a test, in which the small world has happened."""
    with new_database(with_world) as url:
        yield url


@pytest.fixture(scope="session")
def with_world(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database in which the small world has happened, to be copied."""
    with new_database(template) as url:
        asyncio.run(_happen(url))
        yield name_of(url)


async def _happen(url: str) -> None:
    async with Database.open(url) as database:
        await applied_to(database, CATALOG)
    async with serving(url) as asking:
        for transaction in TRANSACTIONS:
            written = await asking.ask(
                "mutation ($it: TransactionInput!) { transact(transaction: $it) { basis { t } } }",
                {"it": transaction},
            )
            assert written.errors == []
