"""The model and PostgreSQL agree: on a bounded number of random queries, and on every old failure.

`make fuzz` asks many more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.fuzz import history
from tests.fuzz.asked import Asked, from_json, to_json
from tests.fuzz.benches import HISTORIES, opened
from tests.fuzz.judging import Bench
from tests.fuzz.queries import recursive
from tests.fuzz.running import Tally, drawn, failing, run, text

CASES = Path(__file__).parent / "cases" / "fuzz"
SEED = 20_241
QUERIES = 300
RECURSIONS = 150
ENOUGH = 3
"""How many failures to tell."""


@pytest.fixture(scope="module")
def urls(new_database: NewDatabase, template: str) -> Iterator[list[str]]:
    """Give databases that hold the histories."""
    with ExitStack() as stack:
        found = [stack.enter_context(new_database(template)) for _ in HISTORIES]
        for url, seed in zip(found, HISTORIES, strict=True):
            asyncio.run(history.fill(url, seed))
        yield found


@pytest.fixture
async def benches(urls: list[str]) -> AsyncIterator[list[Bench]]:
    """Open the databases that hold the histories."""
    async with opened(urls) as found:
        yield found


async def test_random_queries_have_the_answers_that_they_mean(benches: list[Bench]) -> None:
    tally = await run(benches, SEED, range(QUERIES), ENOUGH)
    assert not tally.failures, told(tally)
    print(f"{tally.asked} queries, {tally.full} with rows, refused: {dict(tally.refused)}")
    assert tally.asked > 0.9 * QUERIES
    assert tally.full > 0.5 * tally.asked
    assert tally.refused.total() < 0.05 * tally.asked


async def test_random_recursions_have_the_answers_that_they_mean(benches: list[Bench]) -> None:
    tally = await run(benches, SEED, range(RECURSIONS), ENOUGH, recursive)
    assert not tally.failures, told(tally)
    assert tally.asked > 0.9 * RECURSIONS
    assert tally.full > 0.5 * tally.asked


def told(tally: Tally) -> str:
    """Return how answers are wrong, each with its query."""
    return "\n\n".join(f"{each.how}\n{text(each.asked)}" for each in tally.failures)


async def test_every_failure_that_was_found_stays_mended(benches: list[Bench]) -> None:
    """A case's name ends with the number of its history."""
    failures: dict[str, str] = {}
    for path in sorted(CASES.glob("*.json")):
        asked = from_json(path.read_text())
        bench = benches[HISTORIES.index(int(path.stem.rpartition("-")[2]))]
        how = await failing(asked, bench)
        if how is not None:
            failures[path.name] = f"{how}\n{text(asked)}"
    assert not failures, "\n".join(f"{name}: {how}" for name, how in failures.items())


async def test_a_case_file_holds_all_of_a_query(benches: list[Bench]) -> None:
    kept: list[Asked] = [
        asked for number in range(60) if (asked := drawn(SEED, number, benches[0])) is not None
    ]
    assert [from_json(to_json(asked)) for asked in kept] == kept
