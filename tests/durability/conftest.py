"""A PostgreSQL as durable as in production, which tests may kill, and databases in it."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schema.sdl import catalog as sdl
from store.database import Database, connect
from store.embedded.server import Server, create_database, started
from store.migrate import migrate
from store.schema import writer as schema_writer
from tests.conftest import NewDatabase, name_of
from tests.durability.history import CATALOG
from tests.durability.processes import ready

_NUMBERS = count(1)


@dataclass(slots=True)
class Durable:
    """A server in a folder of its own, of production's settings; started again after a kill."""

    folder: Path
    server: Server
    _stack: ExitStack = field(default_factory=ExitStack)
    _urls: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> "Durable":
        """Start the server of a folder."""
        stack = ExitStack()
        return cls(folder, stack.enter_context(started(folder)), stack)

    def restart(self) -> None:
        """Start it again, as the next process that needs it would."""
        self.server = self._stack.enter_context(started(self.folder))

    def stop(self) -> None:
        """Stop it, if it lives."""
        self._stack.close()

    def new_database(self) -> str:
        """Return the URL of a new database with the catalog."""
        url = create_database(self.server, f"durable_{next(_NUMBERS)}")
        self._urls.append(url)
        asyncio.run(_prepare(url))
        return url

    def clear(self) -> None:
        """Drop the databases: a server that recovers looks at every file that it has."""
        asyncio.run(_drop(self.server.url, self._urls))
        self._urls.clear()


async def _prepare(url: str) -> None:
    await migrate(url)
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))


async def _drop(server_url: str, urls: list[str]) -> None:
    await ready(server_url)
    connection = await connect(server_url)
    for url in urls:
        name = urlsplit(url).path.removeprefix("/")
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture(scope="session")
def durable_server() -> Iterator[Durable]:
    """Run the server for all tests, in a folder that goes when they are done."""
    home = Path(tempfile.mkdtemp(prefix="headwater-durable-"))
    home.chmod(0o711)  # Where root runs the tests, the server's user must come through.
    try:
        running = Durable.of(home / "data")
        yield running
        running.stop()
    finally:
        shutil.rmtree((home / "data" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def durable(durable_server: Durable) -> Iterator[Durable]:
    """Give the server to a test, and drop the databases that the test made."""
    yield durable_server
    durable_server.clear()


@pytest.fixture
def durable_url(durable: Durable) -> str:
    """Give a database with the catalog and an otherwise empty log, to be written durably."""
    return durable.new_database()


@pytest.fixture(scope="session")
def with_catalog(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database with the catalog, to be copied."""
    with new_database(template) as url:
        asyncio.run(_prepare(url))
        yield name_of(url)


@pytest.fixture
def catalog_url(new_database: NewDatabase, with_catalog: str) -> Iterator[str]:
    """Give the same where nobody is killed, in the server that all tests share."""
    with new_database(with_catalog) as url:
        yield url
