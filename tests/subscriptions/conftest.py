"""Databases with a catalog for tests of subscriptions."""

import asyncio

import pytest

from service.cli.schema import applied_to
from store.database import Database
from tests.service.world import CATALOG


async def _prepare(url: str) -> None:
    async with Database.open(url, pool_size=1) as database:
        await applied_to(database, CATALOG)


@pytest.fixture
def catalog_url(database_url: str) -> str:
    """Give a database with the catalog and an otherwise empty log."""
    asyncio.run(_prepare(database_url))
    return database_url
