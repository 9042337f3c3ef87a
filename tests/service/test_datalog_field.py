"""The root field `datalog`: rows beside whatever else is asked, in the same statement."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from service.cli.schema import applied_to
from store.database import Database
from store.transaction import read
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.service.conftest import Asking, serving
from tests.service.world import CATALOG, transaction_lines

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = "[:find ?name :where [?e :Dataset/name ?name]]"
ASK = """query ($query: String!, $inputs: [JSON], $first: Int, $asOf: TimePoint) {
  datalog(query: $query, inputs: $inputs, first: $first, asOf: $asOf) {
    columns rows complete reason basis { t instant }
  }
}"""


@pytest.fixture(scope="module")
def world_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    with new_database(template) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asking(world_url: str) -> AsyncIterator[Asking]:
    """Give a server over the small world, to which nothing may be added."""
    async with Database.open(world_url) as database:
        await applied_to(database, CATALOG)
        writer = Writer(database)
        for line in transaction_lines().splitlines():
            await writer.transact(read(json.loads(line)))
    async with serving(world_url) as asking:
        yield asking


async def test_rows_come_with_their_columns_and_their_time(asking: Asking) -> None:
    data = await asking.data(ASK, {"query": NAMES})
    assert data["datalog"] == {
        "columns": ["name"],
        "rows": [["clean"], ["raw events"]],
        "complete": True,
        "reason": None,
        "basis": {"t": "4", "instant": "2024-03-01T00:00:00Z"},
    }


async def test_it_stands_beside_others_in_one_statement(asking: Asking) -> None:
    query = """query ($names: String!, $when: TimePoint!, $since: TimePoint!, $x: JSON) {
      datasets { totalCount }
      now: datalog(query: $names) { __typename is: rows complete }
      then: datalog(query: $names, asOf: $when) { rows basis { t } }
      new: datalog(query: $names, since: $since) { rows }
      all: datalog(query: $names, history: true, first: 2) { rows complete }
      one: datalog(query: "[:find ?x :in ?x]", inputs: [1]) { rows }
      two: datalog(query: "[:find ?x :in ?x]", inputs: [$x]) { rows columns }
      basis { t }
    }"""
    given = {"names": NAMES, "when": "2024-02-15", "since": "3", "x": "two"}
    assert await asking.data(query, given) == {
        "datasets": {"totalCount": 2},
        "now": {
            "__typename": "DatalogAnswer",
            "is": [["clean"], ["raw events"]],
            "complete": True,
        },
        "then": {"rows": [["clean"], ["raw"]], "basis": {"t": "3"}},
        "new": {"rows": [["raw events"]]},
        "all": {"rows": [["clean"], ["raw"]], "complete": False},
        "one": {"rows": [["1"]]},
        "two": {"rows": [["two"]], "columns": ["x"]},
        "basis": {"t": "4"},
    }


async def test_names_of_inputs_do_not_disturb_other_fields(asking: Asking) -> None:
    query = """query ($a: String!, $b: String!, $first: Int, $urn: ID!) {
      a: datalog(query: $a, inputs: ["clean", "clean"]) { rows }
      datasets(first: $first) { nodes { name } }
      dataset(id: $urn) { name }
      b: datalog(query: $b, inputs: ["x", "y", "z"], first: $first) { rows }
    }"""
    a = """[:find ?urn . :in $ ?first ?id
      :where [?e :entity/urn ?urn] [?e :Dataset/name ?first] [?e :Dataset/name ?id]]"""
    b = "[:find ?first-2 ?urn :in ?first ?first-2 ?urn]"
    given = {"a": a, "b": b, "first": 1, "urn": "hw://dataset/x/raw"}
    assert await asking.data(query, given) == {
        "a": {"rows": [["hw://dataset/x/clean"]]},
        "datasets": {"nodes": [{"name": "raw events"}]},
        "dataset": {"name": "raw events"},
        "b": {"rows": [["y", "z"]]},
    }


async def test_rows_are_objects_under_keys_and_values_are_json(asking: Asking) -> None:
    query = """[:find ?name ?rows ?price ?e :keys name rows price e
      :where [?e :Dataset/name ?name] [?e :Dataset/rows ?rows] [?e :Dataset/price ?price]]"""
    [row] = (await asking.data(ASK, {"query": query}))["datalog"]["rows"]
    assert row.pop("e").startswith("E")
    assert row == {"name": "raw events", "rows": "9007199254740993", "price": "1.5"}


async def test_another_database_is_seen_at_another_time(asking: Asking) -> None:
    query = """[:find ?now ?then :in $ $then
      :where [?e :Dataset/name ?now] [$then ?e :Dataset/name ?then] [(!= ?now ?then)]]"""
    data = await asking.data(ASK, {"query": query, "inputs": [{"asOf": "2024-02-15"}]})
    assert data["datalog"]["rows"] == [["raw events", "raw"]]


async def test_rules_pulls_and_aggregates_are_there(asking: Asking) -> None:
    query = """[:find (pull ?b [:Dataset/name]) (count ?a) :in $ %
      :where (upstream ?a ?b)]"""
    rules = """[[(upstream ?a ?b) [?a :DerivedFrom ?b]]
      [(upstream ?a ?b) [?a :DerivedFrom ?c] (upstream ?c ?b)]]"""
    data = await asking.data(ASK, {"query": query, "inputs": [rules]})
    assert data["datalog"]["columns"] == ["(pull ?b)", "(count ?a)"]
    assert data["datalog"]["rows"] == [[{"Dataset/name": "raw events"}, 1]]


async def test_an_answer_is_cut_where_it_says_so(asking: Asking) -> None:
    for first, rows, complete in ((0, 0, False), (1, 1, False), (2, 2, True), (100_000, 2, True)):
        data = await asking.data(ASK, {"query": NAMES, "first": first})
        assert (len(data["datalog"]["rows"]), data["datalog"]["complete"]) == (rows, complete)
    for first, code in ((-1, "BAD_USER_INPUT"), (100_001, "LIMIT_EXCEEDED")):
        [error] = (await asking.ask(ASK, {"query": NAMES, "first": first})).errors
        assert error["extensions"]["code"] == code


async def test_what_can_have_no_rows_says_why(asking: Asking) -> None:
    query = "[:find ?e :where [?e :Dataset/name ?n] [?e :Team/name ?n]]"
    data = await asking.data(ASK, {"query": query})
    assert data["datalog"]["rows"] == []
    assert data["datalog"]["complete"] is True
    assert data["datalog"]["reason"]
    sent = (
        await asking.ask(
            "query ($q: String!) { explain(query: $q) { sql } }",
            {"q": f'{{ datalog(query: "{query}") {{ rows }} }}'},
        )
    ).data
    assert sent is not None
    assert "fact_" not in sent["explain"]["sql"]


@pytest.mark.parametrize(
    ("query", "code", "place"),
    [
        ("[:find ?x", "MALFORMED_EDN", (1, 1)),
        ("[:find ?x\n :where 5]", "MALFORMED_QUERY", (2, 9)),
        ("[:find ?x :where\n [?x :Dataset/nope]]", "UNKNOWN_ATTRIBUTE", (2, 6)),
        ("[:find ?x :where [?x :Dataset/name ?y] [(< ?y ?z)]]", "INSUFFICIENT_BINDING", (1, 47)),
        ("[:find ?x :where [$then ?x :Dataset/name]]", None, None),
    ],
)
async def test_what_is_wrong_with_a_query_is_its_fields_own(
    asking: Asking, query: str, code: str | None, place: tuple[int, int] | None
) -> None:
    document = "query ($q: String!) { datalog(query: $q) { rows } basis { t } }"
    before = asking.statements
    response = await asking.ask(document, {"q": query})
    assert asking.statements == before + 1
    assert response.data == {"datalog": None, "basis": {"t": "4"}}
    [error] = response.errors
    assert error["path"] == ["datalog"]
    extensions = error["extensions"]
    assert extensions["category"] in {"incorrect", "not-found"}
    if code is not None and place is not None:
        assert extensions["code"] == code
        assert (extensions["line"], extensions["column"]) == place


async def test_times_are_checked_as_elsewhere(asking: Asking) -> None:
    for given, code in (("99", "FUTURE_TIME_POINT"), ("2999-01-01", "FUTURE_TIME_POINT")):
        [error] = (await asking.ask(ASK, {"query": NAMES, "asOf": given})).errors
        assert error["extensions"]["code"] == code
        then = "[:find ?n :in $ $then :where [$then _ :Dataset/name ?n]]"
        [error] = (await asking.ask(ASK, {"query": then, "inputs": [{"asOf": given}]})).errors
        assert error["extensions"]["code"] == code


async def test_a_plan_serves_other_times_and_numbers_of_rows(asking: Asking) -> None:
    plans = asking.executor.live.current.plans
    await asking.data(ASK, {"query": NAMES, "first": 1, "asOf": 2})
    before = len(plans)
    assert (await asking.data(ASK, {"query": NAMES, "first": 2, "asOf": "2024-02-15"}))["datalog"][
        "rows"
    ] == [["clean"], ["raw"]]
    assert len(plans) == before


async def test_a_query_follows_a_schema_that_another_process_has_changed(
    database_url: str,
) -> None:
    query = {"query": "[:find ?t :where [?e :Tool/name ?t]]"}
    async with serving(database_url) as asking, Database.open(database_url) as elsewhere:
        [error] = (await asking.ask(ASK, query)).errors
        assert error["extensions"]["code"] == "UNKNOWN_ATTRIBUTE"
        await applied_to(elsewhere, "type Tool @entity { name: String @index }")
        response = await asking.ask(ASK, query)
        assert response.errors == []
        assert (response.data or {})["datalog"]["rows"] == []


async def test_it_runs_where_nothing_can_be_written(asking: Asking) -> None:
    overflow = "[:find ?y :in ?x :where [(* ?x ?x) ?y]]"
    response = await asking.ask(ASK, {"query": overflow, "inputs": [9223372036854775807]})
    [error] = response.errors
    assert (error["extensions"]["code"], error["extensions"]["category"]) == (
        "ARITHMETIC",
        "incorrect",
    )


async def test_an_answer_of_too_many_bytes_is_an_error_of_its_field(asking: Asking) -> None:
    query = "[:find ?x ?y :in [?x ...] [?y ...]]"
    long = "x" * 100_000
    given = [[f"{n}{long}" for n in range(30)], list(range(30))]
    document = (
        "query ($q: String!, $i: [JSON]) { datalog(query: $q, inputs: $i) { rows } basis { t } }"
    )
    response = await asking.ask(document, {"q": query, "i": given})
    assert response.data == {"datalog": None, "basis": {"t": "4"}}
    [error] = response.errors
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
