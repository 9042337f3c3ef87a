"""What is drawn from the served schema is answered as a naive resolver over the history does.

`python -m tests.queries` asks many more.
"""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import orjson
import pytest
import pytest_asyncio

from schema.execution.queries import compiled_query
from schema.execution.requests import Request
from tests.queries.aliasing import aliased, parametrized
from tests.queries.running import Bench, drawn, opened, run

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = 7
DOCUMENTS = 80
ALIASED = 40
AT_ONCE = 30


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


async def test_aliases_are_answered_as_if_each_were_alone(bench: Bench) -> None:
    chance, served = Random(11), bench.served
    urns, latest = bench.naive.past.now.entities, bench.naive.past.now.t
    executor = served.subscriptions.executor
    called = faults = 0
    for document in drawn(bench.naive, ALIASED, 3):
        made = aliased(document, chance, sorted(urns), latest, most=4)
        prepared = executor.prepare(Request(made.together))
        plan = compiled_query(prepared, executor.reading.limits).plan
        called += sum(len(each.keys) for each in plan.operation.calls)
        before = served.database.statements
        together = await served.post(made.together)
        assert served.database.statements == before + 1, made.together
        errors = together.get("errors", [])
        faults += len(errors)
        for alone in made.alone:
            expected = await served.post(alone)
            [key] = expected["data"]
            assert together["data"][key] == expected["data"][key], (made.together, alone)
            said = [_told(each) for each in errors if each["path"][0] == key]
            assert said == [_told(each) for each in expected.get("errors", [])], alone
    print(f"{called} root fields were called, {faults} faults")
    assert called > ALIASED
    assert faults > ALIASED / 4


async def test_requests_at_once_are_answered_as_if_each_were_alone(bench: Bench) -> None:
    chance, served, many = Random(12), bench.served, 12
    urns, latest = sorted(bench.naive.past.now.entities), bench.naive.past.now.t
    executor = served.subscriptions.executor
    together, faults, shared = executor.reading.together, 0, 0
    together.side_by_side, together.rows = 1, 1_000_000_000
    together.budget = together.deadline = 3_600
    for document in drawn(bench.naive, AT_ONCE, 5):
        made = parametrized(document, chance, urns, latest, many)
        requests = [Request(made.text, variables) for variables in made.variables]
        expected = [(await executor.execute(each)).body() for each in requests]
        before = served.database.statements
        found = await asyncio.gather(*map(executor.execute, requests))
        assert served.database.statements <= before + many
        shared += served.database.statements < before + many
        for request, response, alone in zip(requests, found, expected, strict=True):
            assert _plain(response.body()) == _plain(alone), (made.text, request.variables)
            faults += bool(alone.get("errors"))
    print(f"{shared} of {AT_ONCE} documents shared statements, {faults} requests with faults")
    assert shared > AT_ONCE / 2
    assert faults > AT_ONCE / 2


def _plain(body: object) -> Any:
    return orjson.loads(orjson.dumps(body, default=str))


def _told(error: dict[str, object]) -> object:
    return error["message"], error["path"], error["extensions"]
