"""The library of these tests, filled once, and the way to ask it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from store.database import Database
from store.schema.facts import read_catalogue
from tests.conftest import NewDatabase
from tests.datalog import shelf as shelves
from tests.datalog.asking import Library
from tests.datalog.family import Family
from tests.datalog.family import fill as fill_family
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


@pytest.fixture(scope="session")
def family_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds the family; tests only read it."""
    with new_database(template) as url:
        asyncio.run(fill_family(url))
        yield url


@pytest.fixture
async def family(family_url: str) -> AsyncIterator[Family]:
    """Give the family."""
    async with Database.open(family_url, pool_size=1) as database:
        rows = await database.rows("SELECT v, e FROM fact_1")
        names = {f"E{e}": str(v).rpartition("/")[2] for v, e in rows}
        yield Family(database, await read_catalogue(database), names)


@pytest.fixture(scope="session")
def shelf_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds the shelf; tests only read it."""
    with new_database(template) as url:
        asyncio.run(shelves.fill(url))
        yield url


@pytest.fixture
async def shelf(shelf_url: str) -> AsyncIterator[shelves.Shelf]:
    """Give the shelf, with the last part of each urn by the public id."""
    async with Database.open(shelf_url, pool_size=1) as database:
        rows = await database.rows("SELECT 'E' || e, v FROM fact_1")
        names = {str(of): str(urn).rpartition("/")[2] for of, urn in rows}
        yield shelves.Shelf(database, await read_catalogue(database), names)
