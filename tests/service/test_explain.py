"""`explain` shows what a query becomes, and runs nothing unless it is told to."""

import asyncio

import pytest

from service.cli.schema import applied_to
from store.database import Database
from tests.service.conftest import Asking, serving
from tests.service.world import CATALOG

_EXPLAIN = """query ($query: String!, $variables: JSON, $name: String, $analyze: Boolean) {
  explain(query: $query, variables: $variables, operationName: $name, analyze: $analyze) {
    compiled reason levels { path datalog } sql arguments
  }
}"""
_PLAN = "query ($q: String!, $on: Boolean) { explain(query: $q, analyze: $on) { plan } }"


async def test_a_query_is_shown_as_datalog_and_sql(asking: Asking) -> None:
    query = "query a ($name: String) { datasets(where: {name: {eq: $name}}) { nodes { name } } }"
    given = {"query": query, "variables": {"name": "raw"}, "name": "a"}
    response = await asking.ask(_EXPLAIN, given)
    assert response.errors == []
    explained = (response.data or {})["explain"]
    assert explained["compiled"] is True
    assert explained["reason"] is None
    [level] = explained["levels"]
    assert level["path"] == "datasets"
    assert level["datalog"].startswith("[:find (pull ?dataset [:Dataset/name])")
    assert explained["sql"].startswith("SELECT m.t,")
    assert "raw" in explained["arguments"]
    assert "raw" not in explained["sql"]


async def test_the_plan_is_postgresqls(asking: Asking) -> None:
    for analyze in (False, True):
        response = await asking.ask(_PLAN, {"q": "{ datasets { totalCount } }", "on": analyze})
        [plan] = (response.data or {})["explain"]["plan"]
        assert ("Execution Time" in plan) is analyze


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("mutation { transact(transaction: {}) { redundant } }", "mutation"),
        ("{ __typename __schema { types { name } } }", "nothing is read"),
        ("{ _service { sdl } datasets { totalCount } }", "beside the statement"),
    ],
)
async def test_what_is_not_compiled_says_why(asking: Asking, query: str, reason: str) -> None:
    response = await asking.ask(_EXPLAIN, {"query": query})
    explained = (response.data or {})["explain"]
    assert explained["compiled"] is False
    assert reason in explained["reason"]


async def test_a_query_that_cannot_be_executed_is_an_error_of_the_field(asking: Asking) -> None:
    response = await asking.ask(_EXPLAIN, {"query": "{ nothing }"})
    assert response.data == {"explain": None}
    [error] = response.errors
    assert error["path"] == ["explain"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_aliases_and_neighbours_do_not_disturb(asking: Asking) -> None:
    response = await asking.ask(
        """{
          a: explain(query: "{ basis { t } }") { yes: compiled }
          b: explain(query: "{ __typename }") { __typename no: compiled }
          basis { t }
        }"""
    )
    assert response.data == {
        "a": {"yes": True},
        "b": {"__typename": "Explain", "no": False},
        "basis": {"t": "4"},
    }


async def test_what_is_too_dear_to_be_run_is_not_measured(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await applied_to(database, CATALOG)
    dear = "{ datasets { nodes { upstream { nodes { name } } } } models { totalCount } }"
    async with serving(database_url, query_cost_limit=1) as asking:
        response = await asking.ask(_PLAN, {"q": dear, "on": True})
        [error] = response.errors
        assert error["extensions"]["limit"] == "cost"
        told = await asking.ask(_PLAN, {"q": dear, "on": False})
        assert told.errors == []
        assert told.data is not None


async def test_others_are_answered_while_documents_are_checked_for_an_explanation(
    asking: Asking,
) -> None:
    same = "datasets { nodes { name upstream { nodes { name } } } } " * 40
    explained = " ".join(f"e{n}: explain(query: $q{n}) {{ compiled }}" for n in range(2))
    given = {f"q{n}": f"{{ {same} }} #{n}" for n in range(2)}
    query = f"query ({', '.join(f'${name}: String!' for name in given)}) {{ {explained} }}"
    slow = asyncio.create_task(asking.ask(query, given))
    others = 0
    while not slow.done():
        await asyncio.sleep(0.01)
        others += 1
    response = await slow
    assert response.errors == []
    assert others > 5


async def test_one_request_explains_a_few_queries_only(asking: Asking) -> None:
    explained = " ".join(f'e{n}: explain(query: "{{ basis {{ t }} }}") {{ sql }}' for n in range(6))
    response = await asking.ask(f"{{ {explained} }}")
    assert {error["extensions"]["limit"] for error in response.errors} == {"explain"}
