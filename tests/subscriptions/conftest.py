"""Databases with a catalog for tests of subscriptions."""

import asyncio
from collections.abc import Iterator

import pytest

from service.cli.schema import applied_to
from store.database import Database
from tests.conftest import NewDatabase, name_of
from tests.service.world import CATALOG


async def _prepare(url: str) -> None:
    async with Database.open(url, pool_size=1) as database:
        await applied_to(database, CATALOG)


@pytest.fixture(scope="session")
def with_catalog(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database with the catalog, to be copied."""
    with new_database(template) as url:
        asyncio.run(_prepare(url))
        yield name_of(url)


@pytest.fixture
def catalog_url(new_database: NewDatabase, with_catalog: str) -> Iterator[str]:
    """Give a database with the catalog and an otherwise empty log."""
    with new_database(with_catalog) as url:
        yield url
