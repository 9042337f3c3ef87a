"""One server over the world for all that is refused; at the end the database must be sound."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from schema.sdl import catalog as sdl
from service.cli import main as cli
from store.audit.verify import Verification, verify
from store.database import Database
from store.schema import writer as schema_writer
from store.transaction import read
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.refusals.world import CATALOG, HISTORY, Door
from tests.serving import serving

Headwater = Callable[..., Result]


@pytest.fixture(scope="session")
def world_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database with the world in it, to which nothing may be added."""
    with new_database(template) as url:
        asyncio.run(filled(url))
        yield url
        assert asyncio.run(verified(url)).findings == ()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def door(world_url: str) -> AsyncIterator[Door]:
    """Give the front door of a server over the world."""
    async with serving(world_url) as served:
        yield await Door.of(served)


@pytest.fixture(scope="session")
def headwater(world_url: str) -> Headwater:
    """Run the command on the world."""

    def run(*arguments: str | Path, given: str | bytes | None = None) -> Result:
        options = [*map(str, arguments), "--database-url", world_url]
        return CliRunner().invoke(cli.main, options, input=given)

    return run


@pytest.fixture(scope="session")
def world_head(world_url: str) -> tuple[int, bytes]:
    """Return the head of the world's log."""
    return asyncio.run(_head(world_url))


@pytest.fixture
def unchanged(world_url: str, world_head: tuple[int, bytes]) -> Iterator[None]:
    """Hold the log to the transaction where it stood."""
    yield
    assert asyncio.run(_head(world_url)) == world_head


async def _head(url: str) -> tuple[int, bytes]:
    """Return the t and the hash of the last transaction of a database."""
    async with Database.open(url, pool_size=1) as database:
        t, digest = await database.row("SELECT t, hash FROM clock")
        return int(t), bytes(digest)


async def filled(url: str) -> None:
    """Fill a database with the world."""
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for transaction in HISTORY:
            await writer.transact(read(json.loads(json.dumps(transaction))))


async def verified(url: str) -> Verification:
    """Return what is to be said against a database."""
    async with Database.open(url, pool_size=1) as database:
        return await verify(database)
