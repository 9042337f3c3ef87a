"""A database with a small history, made once and copied for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from store.database import Database
from tests.conftest import NewDatabase, name_of
from tests.store.catalogs import write_history


@pytest.fixture(scope="session")
def with_history(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database with the model's catalog and a small history, to be copied."""
    with new_database(template) as url:
        asyncio.run(write_history(url))
        yield name_of(url)


@pytest.fixture
def history_url(new_database: NewDatabase, with_history: str) -> Iterator[str]:
    """Give a database of its own to a test, with a small history in it."""
    with new_database(with_history) as url:
        yield url


@pytest.fixture
async def history(history_url: str) -> AsyncIterator[Database]:
    """Open that database."""
    async with Database.open(history_url) as database:
        yield database
