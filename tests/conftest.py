"""A PostgreSQL for the tests: one embedded server a run, one fresh database a test.

HEADWATER_TEST_POSTGRES_BIN names a folder with another PostgreSQL's programs to run them on.
"""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import structlog
from hypothesis import Phase, settings

from store.embedded.server import Server, started
from tests.filling import REAL, SAMPLE, Told, fill_with
from tests.remembered import remember
from tests.slowest import slowest_first

# Tests lose nothing in a power failure; all else is as in production.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Without fsync the checkpoints of file_copy are cheap, and files need not go through the WAL.
_CREATE = 'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY file_copy'

# Where only it matters that a test fails, nobody needs the smallest case: `make faults`.
settings.register_profile("faults", phases=(Phase.explicit, Phase.generate), deadline=None)

# As the service logs: the values of local variables would take seconds to be written.
structlog.configure(
    processors=[
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items[:] = slowest_first(items)


def pytest_collection_finish() -> None:
    """Take what all tests are made of from the collector, which would look at it for ever."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_schema_of_a_catalogue() -> Iterator[None]:
    """Let the servers of a worker share what they make of equal catalogues."""
    with pytest.MonkeyPatch.context() as patch:
        remember(patch)
        yield


NewDatabase = Callable[[str], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run one server for all tests, in a folder that goes when they are done."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-tests-"))
    folder.chmod(0o711)  # Where root runs the tests, the server's user must come through.
    programs = os.environ.get("HEADWATER_TEST_POSTGRES_BIN")
    data = folder / "data"
    try:
        with started(data, options=_QUICK, binaries=Path(programs) if programs else None) as server:
            yield server
    finally:
        shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(postgres: Server) -> Iterator[NewDatabase]:
    """Give a way to a new database, copied from the template that is named, for as long as needed.

    It goes through a loop of its own, so that tests that are not coroutines can have one too.
    """
    numbers = count(1)
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(postgres.url))

        @contextmanager
        def created(template: str) -> Iterator[str]:
            name = f"test_{next(numbers)}"
            runner.run(connection.execute(_CREATE.format(name=name, template=template)))
            try:
                yield _named(postgres, name)
            finally:
                runner.run(connection.execute(f"DROP DATABASE {name} WITH (FORCE)"))

        yield created
        runner.run(connection.close())


@pytest.fixture(scope="session")
def template(postgres: Server, new_database: NewDatabase) -> Iterator[str]:
    """Return the name of a database that has been migrated, once, to be copied."""
    with new_database("template0") as url:
        prepare_template(url)
        yield name_of(url)


@pytest.fixture(scope="session")
def sample_template(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database with the bundled sample, loaded once, to be copied."""
    with _filled(new_database, template, SAMPLE) as name:
        yield name


@pytest.fixture(scope="session")
def real_template(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Return the name of a database with both real histories, loaded once, to be copied."""
    with _filled(new_database, template, REAL) as name:
        yield name


@pytest.fixture(scope="module")
def sample_url(new_database: NewDatabase, sample_template: str) -> Iterator[str]:
    """Give a database of their own to the tests of a file, with the bundled sample."""
    with new_database(sample_template) as url:
        yield url


@pytest.fixture
def empty_database_url(new_database: NewDatabase) -> Iterator[str]:
    """Give a database of its own to a test, with nothing in it."""
    with new_database("template0") as url:
        yield url


@pytest.fixture
def database_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database of its own to a test, migrated, with an empty log."""
    with new_database(template) as url:
        yield url


@contextmanager
def _filled(new_database: NewDatabase, template: str, told: Told) -> Iterator[str]:
    with new_database(template) as url:
        asyncio.run(fill_with(url, told))
        yield name_of(url)


def prepare_template(url: str) -> None:
    """Migrate the database that all others are copied from."""
    if find_spec("store.migrate") is not None:
        asyncio.run(import_module("store.migrate").migrate(url))


def name_of(url: str) -> str:
    """Return the name of the database of a URL."""
    return urlsplit(url).path.removeprefix("/")


def _named(server: Server, name: str) -> str:
    return urlsplit(server.url)._replace(path=f"/{name}").geturl()
