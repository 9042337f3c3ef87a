"""What is drawn from the served schema is answered as a naive resolver over the history does.

`python -m tests.queries` asks many more.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.queries.running import Bench, opened, run

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = 7
DOCUMENTS = 80


@pytest.fixture(scope="module")
def sample_url(new_database: NewDatabase) -> Iterator[str]:
    with new_database("template0") as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(sample_url: str) -> AsyncIterator[Bench]:
    async with opened(sample_url) as opening:
        yield opening


async def test_drawn_queries_are_answered_as_a_naive_resolver_does(bench: Bench) -> None:
    tally = await run(bench, DOCUMENTS, SEED)
    assert not tally.failures, tally.failures[0]
    print(tally)
    assert tally.documents >= DOCUMENTS  # Some are paged on.
    assert tally.asked["(after:)"]
    assert tally.full >= tally.answers / 2
