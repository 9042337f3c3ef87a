"""What a query may be: each limit refuses what is above it, says so, and lets pass what is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema.execution.requests import Request
from service.cli.schema import applied_to
from store.database import Database
from tests.service.conftest import Asking, serving
from tests.service.world import CATALOG

_ALIASES = "{ a: basis { t } b: basis { t } c: basis { t } }"
_DIRECTIVES = "{ basis { t @skip(if: false) instant @skip(if: false) @include(if: true) } }"


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Asking]:
    """Give a server that allows little."""
    async with Database.open(database_url) as database:
        await applied_to(database, CATALOG)
    limits = {"depth": 4, "aliases": 3, "directives": 3, "roots": 3, "fields": 15, "tokens": 60}
    named = {f"query_{name}_limit": most for name, most in limits.items()}
    async with serving(database_url, **named, query_cost_limit=100) as asking:
        yield asking


@pytest.mark.parametrize(
    ("limit", "passes", "refused", "given"),
    [
        ("depth", "{ datasets { nodes { upstream { totalCount } } } }", None, None),
        (
            "depth",
            None,
            "{ datasets { nodes { upstream { nodes { name } } } } }",
            5,
        ),
        ("aliases", _ALIASES, _ALIASES.replace("{ t } }", "{ u: t } }"), 4),
        ("directives", _DIRECTIVES, _DIRECTIVES.replace("basis", "basis @skip(if: false)"), 4),
        (
            "roots",
            "{ basis { t } datasets { totalCount } models { totalCount } }",
            "{ basis { t } datasets { totalCount } models { totalCount } teams { totalCount } }",
            4,
        ),
        (
            "fields",
            "{ owners { nodes { id urn type } } }",
            "{ owners { nodes { id urn type name lifecycle createdAt { t id instant actor } } } }",
            None,
        ),
    ],
)
async def test_a_limit_is_kept(
    narrow: Asking, limit: str, passes: str | None, refused: str | None, given: int | None
) -> None:
    if passes is not None:
        assert "errors" not in await narrow.post(passes)
    if refused is None:
        return
    answer = await narrow.post(refused)
    [error] = answer["errors"]
    told = error["extensions"]
    assert "data" not in answer
    assert (told["code"], told["limit"]) == ("LIMIT_EXCEEDED", limit)
    assert told["given"] > told["most"]
    assert str(told["most"]) in error["message"]
    if given is not None:
        assert told["given"] == given


async def test_too_many_tokens_are_refused_before_they_are_read(narrow: Asking) -> None:
    [error] = (await narrow.post("{ basis { " + "t " * 60 + "} }"))["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "60" in error["message"]


@pytest.fixture
async def counted(asking: Asking, world_url: str) -> AsyncIterator[Asking]:
    """Give a server that began when all was written, so that it knows how much there is."""
    assert asking.app is not None
    async with serving(world_url, query_cost_limit=500) as late:
        yield late


async def _cost(asking: Asking, query: str, variables: dict[str, Any] | None = None) -> int:
    rows: int = (await asking.post(query, variables=variables))["extensions"]["cost"]["rows"]
    return rows


async def test_what_a_query_costs_is_in_its_response(counted: Asking) -> None:
    found = await counted.post("{ datasets(first: 2) { nodes { name upstream { totalCount } } } }")
    cost = found["extensions"]["cost"]
    assert cost["most"] == 500
    assert 2 <= cost["rows"] <= 100
    assert await _cost(counted, "{ basis { t } }") == 0


async def test_cost_grows_with_pages_and_levels_whether_written_or_given(counted: Asking) -> None:
    query = (
        "query ($n: Int) { transactions(first: $n) { nodes { facts(first: 3) { totalCount } } } }"
    )
    costs = [await _cost(counted, query, {"n": n}) for n in (1, 2, 3)]
    assert costs == sorted(set(costs))
    for n, cost in zip((1, 2, 3), costs, strict=True):
        head = "query ($n: Int) "
        assert await _cost(counted, query.removeprefix(head).replace("$n", str(n))) == cost
    assert await _cost(counted, "{ transactions(first: 2) { nodes { t } } }") < costs[1]


async def test_a_page_costs_no_more_than_there_is(counted: Asking) -> None:
    small = await _cost(counted, "{ datasets(first: 100) { nodes { name } } }")
    large = await _cost(counted, "{ datasets(first: 10000) { nodes { name } } }")
    assert large == small < 100


async def test_what_costs_too_much_is_refused_before_it_is_run(counted: Asking) -> None:
    fields = "".join(f"t{n}: transactions(first: $n) {{ nodes {{ t }} }} " for n in range(150))
    query = f"query ($n: Int) {{ {fields}}}"
    assert "errors" not in await counted.post(query, variables={"n": 1})
    before = counted.statements
    answer = await counted.post(query, variables={"n": 1000})
    [error] = answer["errors"]
    assert "data" not in answer
    assert error["extensions"]["limit"] == "cost"
    assert error["extensions"]["given"] > error["extensions"]["most"] == 500
    assert "smaller pages" in error["message"]
    assert counted.statements == before


async def test_the_report_of_a_mutation_costs_as_a_query_does(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await applied_to(database, CATALOG)
    written = """mutation ($try: Boolean) { upsertTeams(
      items: [{ urn: "hw://team/x/new", name: "New" }], dryRun: $try
    ) { facts { entity { history(first: 50) { nodes { attribute } } } } stubs { id } } }"""
    async with serving(database_url, query_cost_limit=1) as asking:
        answer = await asking.post(written, variables={"try": False})
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "REPORT_UNAVAILABLE"
        assert error["extensions"]["t"] == (await asking.data("{ basis { t } }"))["basis"]["t"]
        known = """mutation { upsertTeams(
          items: [{ urn: "hw://team/x/new", name: "Newer" }], dryRun: true
        ) { facts { entity { history(first: 50) { nodes { attribute } } } } } }"""
        [error] = (await asking.post(known))["errors"]
        assert (error["extensions"]["code"], error["extensions"]["limit"]) == (
            "LIMIT_EXCEEDED", "cost",
        )  # fmt: skip


_NAMED = "query ($where: DatasetFilter) { datasets(where: $where) { totalCount } }"


async def test_variables_hold_a_bounded_number_of_values(asking: Asking) -> None:
    many: dict[str, Any] = {"where": {"name": {"in": ["x"] * 150_000}}}
    answer = await asking.post(_NAMED, variables=many)
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == (
        "LIMIT_EXCEEDED",
        "values",
    )
    assert "data" not in answer


async def test_others_are_answered_while_a_long_list_is_read(asking: Asking) -> None:
    many = {"where": {"and": [{"name": {"in": [f"x{n}" for n in range(20_000)]}}] * 7}}
    asked = asyncio.create_task(asking.executor.prepare_aside(Request(_NAMED, many)))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert (await asked).is_query
    assert turns > 5
