"""The small world of these tests, made once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from resolvers.limits import Limits
from store.database import Database
from store.schema.facts import read_catalogue
from tests.conftest import NewDatabase
from tests.resolvers.world import World, happen


@pytest.fixture(scope="session")
def world_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database in which the world has happened; tests only read it."""
    with new_database(template) as url:
        asyncio.run(happen(url))
        yield url


@pytest.fixture
async def world(world_url: str) -> AsyncIterator[World]:
    """Give the way to ask the world."""
    async with Database.open(world_url, pool_size=1) as database:
        yield World(database, await read_catalogue(database), Limits())
