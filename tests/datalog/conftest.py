"""The library of these tests, filled once, and the way to ask it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from store.database import Database
from store.schema.facts import read_catalogue
from tests.conftest import NewDatabase
from tests.datalog.asking import Library
from tests.datalog.library import fill, said


@pytest.fixture(scope="session")
def library_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds the library; tests only read it."""
    with new_database(template) as url:
        asyncio.run(fill(url))
        yield url


@pytest.fixture
async def library(library_url: str) -> AsyncIterator[Library]:
    """Give the library and what was said of it."""
    async with Database.open(library_url, pool_size=1) as database:
        _, facts = said()
        facts.numbers = dict(map(tuple, await database.rows("SELECT v, e FROM fact_1")))
        facts.edge_numbers = {
            (kind, near, far, key): e for kind, near, far, key, e in await database.rows(_EDGES)
        }
        yield Library(database, await read_catalogue(database), facts)


_EDGES = """
SELECT DISTINCT s.name, near.v, far.v, h.key, h.e
FROM edge h
JOIN schema_name s ON s.id = h.type
JOIN fact_1 near ON near.e = h."from"
JOIN fact_1 far ON far.e = h."to"
"""
