"""Both executors answer what is drawn from the served schema, and all that the pages ask, alike."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.executors.both import Both
from tests.queries.running import Bench, drawn, opened
from tests.test_documentation import PAGES, examples

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = 11
DOCUMENTS = 120


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(sample_url: str) -> AsyncIterator[Bench]:
    async with opened(sample_url) as opening:
        yield opening


async def test_drawn_queries_are_answered_by_both_executors_alike(bench: Bench) -> None:
    both = Both.of(bench.served.subscriptions.executor)
    told = [await both.same(document) for document in drawn(bench.naive, DOCUMENTS, SEED)]
    assert sum(response.errors == [] for response in told) > DOCUMENTS * 0.9
    assert both.known > both.asked * 0.2
    assert both.by_reason == {None: DOCUMENTS}


async def test_what_the_pages_ask_is_answered_by_both_executors_alike(bench: Bench) -> None:
    both = Both.of(bench.served.subscriptions.executor)
    for text in PAGES.values():
        for each in examples(text):
            if each.events is None and "mutation" not in each.query:
                await both.same(each.query, each.variables)
    assert both.known > both.asked * 0.2
    assert both.asked > 30
    assert both.by_reason[None] > both.asked * 0.9
