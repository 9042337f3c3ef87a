"""The bundled sample, and both real histories, served once."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.serving import needs_shared, serving
from tests.timeline.world import REAL, SAMPLE, History, Told, opened


@pytest.fixture(
    scope="session",
    params=[pytest.param(SAMPLE, id="sample"), pytest.param(REAL, id="real", marks=needs_shared)],
)
def told(new_database: NewDatabase, request: pytest.FixtureRequest) -> Iterator[tuple[str, Told]]:
    """Give an empty database, and what is to be in it."""
    with new_database("template0") as url:
        yield url, request.param


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def history(told: tuple[str, Told]) -> AsyncIterator[History]:
    url, (catalog, files) = told
    async with serving(url, catalog.read_text(), files) as served:
        yield await opened(served, (catalog, files))
