"""The bundled sample, and both real histories, served once."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.filling import REAL, SAMPLE, Told
from tests.serving import needs_shared, serving
from tests.timeline.world import History, opened


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(("sample_template", SAMPLE), id="sample"),
        pytest.param(("real_template", REAL), id="real", marks=needs_shared),
    ],
)
def told(new_database: NewDatabase, request: pytest.FixtureRequest) -> Iterator[tuple[str, Told]]:
    """Give a database, and what is in it."""
    template, told = request.param
    with new_database(request.getfixturevalue(template)) as url:
        yield url, told


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def history(told: tuple[str, Told]) -> AsyncIterator[History]:
    url, history = told
    async with serving(url) as served:
        yield await opened(served, history)
