"""Several operations in one POST: a list, answered in order, each with its own errors, bounded."""

import hashlib
from typing import Any

import pytest

from schema.execution.executor import Executor
from schema.execution.kept import Expect
from schema.execution.requests import Prepared, Response
from service.http_accept import GRAPHQL, JSON
from tests.service.conftest import Asking, serving

_TEAM = "hw://team/x/batched"
_READ = {"query": f'{{ team(id: "{_TEAM}") {{ name }} }}'}
_UNKNOWN = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 64 * "0"}}}


def _write(name: str) -> dict[str, object]:
    query = "mutation ($items: [TeamInput!]!) { upsertTeams(items: $items) { transaction { t } } }"
    return {"query": query, "variables": {"items": [{"urn": _TEAM, "name": name}]}}


async def _posted(asking: Asking, operations: object, accept: str = GRAPHQL) -> tuple[int, Any]:
    response = await asking.http.post("/graphql", json=operations, headers={"Accept": accept})
    assert response.headers["content-type"].startswith(accept)
    return response.status_code, response.json()


def _codes(answer: Any) -> list[str]:
    return [each["extensions"]["code"] for each in answer.get("errors", ())]


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_each_operation_has_its_answer_in_its_place(asking: Asking, accept: str) -> None:
    operations = [
        {
            "query": "query ($n: Int) { datasets(first: $n) { nodes { name } } }",
            "variables": {"n": 1},
        },
        {"query": "{ wheels }"},
        {"query": "{ datasets(first: -1) { totalCount } basis { t } }"},
        _UNKNOWN,
        {"query": "subscription { transactions { t } }"},
        {"query": "query A { __typename } query B { b: __typename }", "operationName": "B"},
    ]
    status, answers = await _posted(asking, operations, accept)
    assert status == 200
    assert [_codes(each) for each in answers] == [
        [],
        ["GRAPHQL_VALIDATION_FAILED"],
        ["BAD_USER_INPUT"],
        ["PERSISTED_QUERY_NOT_FOUND"],
        ["BAD_USER_INPUT"],
        [],
    ]
    assert ["data" in each for each in answers] == [True, False, True, False, False, True]
    assert len(answers[0]["data"]["datasets"]["nodes"]) == 1
    assert answers[5]["data"] == {"b": "Query"}
    # One by one they are the same.
    for operation, answer in zip(operations, answers, strict=True):
        assert (await _posted(asking, operation, accept))[1] == answer


async def test_operations_are_done_in_order(asking: Asking) -> None:
    operations = [_READ, _write("one"), _READ, _write("two"), _READ]
    _, answers = await _posted(asking, operations)
    read = [each["data"]["team"] for each in answers[::2]]
    assert read == [None, {"name": "one"}, {"name": "two"}]
    bases = [int(each["extensions"]["basis"]["t"]) for each in answers]
    first = bases[0]
    assert bases == [first, first + 1, first + 1, first + 2, first + 2]


async def test_more_than_the_most_are_refused_and_none_is_done(asking: Asking) -> None:
    before = asking.statements
    status, answer = await _posted(asking, [_write("never"), *[_READ] * 10])
    assert status == 400
    assert "data" not in answer
    [error] = answer["errors"]
    told = {"code": "LIMIT_EXCEEDED", "limit": "batch", "given": 11, "most": 10}
    assert error["extensions"].items() >= told.items()
    assert asking.statements == before
    assert (await _posted(asking, _READ))[1]["data"] == {"team": None}
    assert len((await _posted(asking, [_READ] * 10))[1]) == 10


@pytest.mark.parametrize(
    "last",
    [None, 1, "{ __typename }", [], [_READ], {}, {"query": "{ __typename }", "variables": 1}],
)
async def test_what_is_no_operation_refuses_all_of_them(asking: Asking, last: object) -> None:
    status, answer = await _posted(asking, [_write("never"), last])
    if last == {}:  # An operation that lacks its document is told so in its place.
        assert status == 200
        assert _codes(answer[1]) == ["BAD_REQUEST"]
        return
    assert status == 400
    assert _codes(answer) == ["BAD_REQUEST"]
    assert "operation 2" in answer["errors"][0]["message"]
    assert (await _posted(asking, _READ))[1]["data"] == {"team": None}


async def test_lists_can_be_turned_off(database_url: str) -> None:
    async with serving(database_url, batch_limit=0) as asking:
        status, answer = await _posted(asking, [{"query": "{ __typename }"}])
        assert status == 400
        assert _codes(answer) == ["LIMIT_EXCEEDED"]
        assert (await asking.post("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_a_text_is_remembered_by_its_hash_within_a_list(empty: Asking) -> None:
    text = "{ __typename }"
    digest = hashlib.sha256(text.encode()).hexdigest()
    named = {"documentId": f"sha256:{digest}"}
    _, answers = await _posted(empty, [named, {"query": text, **named}])
    assert [_codes(each) for each in answers] == [["PERSISTED_QUERY_NOT_FOUND"], []]
    _, answers = await _posted(empty, [named])
    assert answers[0]["data"] == {"__typename": "Query"}


async def test_a_stream_answers_one_operation(empty: Asking) -> None:
    headers = {"Accept": "text/event-stream"}
    response = await empty.http.post(
        "/graphql", json=[{"query": "{ a: __typename }"}], headers=headers
    )
    assert response.status_code == 400
    assert "not a list" in response.json()["errors"][0]["message"]


async def test_what_breaks_one_leaves_the_reports_of_the_others(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Executor.run

    async def breaking(executor: Executor, prepared: Prepared, *expect: Expect) -> Response:
        if "broken" in prepared.request.query:
            raise ZeroDivisionError
        return await run(executor, prepared, *expect)

    monkeypatch.setattr(Executor, "run", breaking)
    operations = [_write("kept"), {"query": "{ broken: __typename }"}, _READ]
    status, answers = await _posted(asking, operations)
    assert status == 200
    assert answers[0]["data"]["upsertTeams"]["transaction"]
    assert _codes(answers[1]) == ["INTERNAL_SERVER_ERROR"]
    assert answers[1]["errors"][0]["extensions"]["id"]
    assert answers[2]["data"] == {"team": {"name": "kept"}}
