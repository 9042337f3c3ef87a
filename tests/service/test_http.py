"""GraphQL over HTTP: media types, methods, statuses, limits, and what a browser gets."""

import orjson
import pytest

from service.http_accept import GRAPHQL, JSON
from tests.service.conftest import Asking, serving

_TYPENAME = {"query": "{ __typename }"}
_NEW = {"Accept": GRAPHQL}
_OLD = {"Accept": JSON}


async def test_an_answer_has_the_type_that_the_client_wants(empty: Asking) -> None:
    for accept, media_type in ((GRAPHQL, GRAPHQL), (JSON, JSON), ("*/*", JSON)):
        response = await empty.http.post("/graphql", json=_TYPENAME, headers={"Accept": accept})
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert response.json()["data"] == {"__typename": "Query"}


async def test_a_query_may_come_in_the_url(empty: Asking) -> None:
    parameters = {"query": "query a ($on: Boolean!) { __typename @include(if: $on) }"}
    parameters |= {"operationName": "a", "variables": '{"on": true}'}
    response = await empty.http.get("/graphql", params=parameters, headers=_NEW)
    assert response.json()["data"] == {"__typename": "Query"}


async def test_a_mutation_is_refused_in_the_url(empty: Asking) -> None:
    parameters = {"query": "mutation { transact(transaction: {}) { redundant } }"}
    response = await empty.http.get("/graphql", params=parameters, headers=_NEW)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "data" not in response.json()


async def test_other_methods_are_refused(empty: Asking) -> None:
    response = await empty.http.put("/graphql", json=_TYPENAME)
    assert response.status_code == 405
    assert {each.strip() for each in response.headers["allow"].split(",")} >= {"GET", "POST"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"query": ""}', "application/json", 400),
        (b'{"query": 1}', "application/json", 400),
        (b'{"query": "{ __typename }", "variables": []}', "application/json", 400),
        (b'{"query": "{ __typename }", "operationName": 1}', "application/json", 400),
        (b'{"query": "{ __typename }", "extensions": "x"}', "application/json", 400),
        (b'{"query": "{ __typename }", "extensions": {"minT": -1}}', "application/json", 400),
        (b'{"query": "{ __typename }", "extensions": {"minT": true}}', "application/json", 400),
        (b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}', "application/json", 400),
        (b'{"query": "{ __typename }"}', "text/plain", 415),
        (b'{"query": "{ __typename }"}', "application/json; charset=latin-1", 415),
        (b"query=%7B__typename%7D", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_no_request_is_refused(
    empty: Asking, body: bytes, content_type: str, status: int
) -> None:
    for accept in (_NEW, _OLD):
        headers = {"Content-Type": content_type, **accept}
        response = await empty.http.post("/graphql", content=body, headers=headers)
        assert response.status_code == status
        assert list(response.json()) == ["errors"]
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_nulls_count_as_absent_and_other_keys_do_not_matter(empty: Asking) -> None:
    body = {**_TYPENAME, "operationName": None, "variables": None, "extensions": None, "other": 1}
    response = await empty.http.post("/graphql", json=body, headers=_NEW)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($a: Int!) { entity(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($a: ID!) { entity(id: $a) { id } }", "BAD_USER_INPUT"),
        ("query a { __typename } query b { __typename }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ " + "node(id: 1) { ... on Entity { id " * 200 + "} }" * 200 + " }", "LIMIT_EXCEEDED"),
    ],
    ids=["syntax", "validation", "type", "variable", "operation", "depth"],
)  # fmt: skip
async def test_what_cannot_be_executed_has_no_data(empty: Asking, query: str, code: str) -> None:
    for headers, status in ((_NEW, 400), (_OLD, 200)):
        response = await empty.http.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == status
        assert list(response.json()) == ["errors"]
        assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_what_cannot_be_had_is_not_acceptable(empty: Asking) -> None:
    response = await empty.http.post("/graphql", json=_TYPENAME, headers={"Accept": "text/csv"})
    assert response.status_code == 406


async def test_a_body_over_the_limit_is_refused(database_url: str) -> None:
    async with serving(database_url, body_limit=2_000) as asking:
        large = {"query": "{ __typename }" + " " * 2_000}
        response = await asking.http.post("/graphql", json=large)
        assert response.status_code == 413

        async def chunks() -> object:
            for _ in range(3):
                yield orjson.dumps(large)

        headers = {"Content-Type": "application/json"}
        response = await asking.http.post("/graphql", content=chunks(), headers=headers)  # type: ignore[arg-type]  # An async iterable.
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_a_browser_gets_graphiql(empty: Asking) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    response = await empty.http.get("/graphql", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "graphiql" in response.text
    assert "<title>Headwater</title>" in response.text


async def test_probes_tell_life_from_readiness(empty: Asking) -> None:
    assert (await empty.http.get("/livez")).json() == {"live": True}
    ready = await empty.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "t": "0", "schemaT": "0"})
    empty.app.state.server.health.leaving = True
    assert (await empty.http.get("/readyz")).status_code == 503
    assert (await empty.http.get("/livez")).status_code == 200


async def test_the_front_door_leads_to_graphql(empty: Asking) -> None:
    response = await empty.http.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "graphql")


async def test_a_path_that_is_not_there_says_so_in_json(empty: Asking) -> None:
    response = await empty.http.get("/nowhere")
    assert response.status_code == 404
    assert "GraphQL is at /graphql" in response.json()["errors"][0]["message"]


async def test_what_nobody_foresaw_is_masked(
    empty: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("schema.execution.queries.plan", broken)
    response = await empty.http.post("/graphql", json={"query": "{ basis { t } }"}, headers=_NEW)
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_a_fault_of_the_database_is_told_without_its_details(
    empty: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(empty.executor.reading.database, "statement_timeout", 0.000001)
    body = await empty.post('{ entity(id: "hw://a") { id } }')
    [error] = body["errors"]
    assert error["path"] == ["entity"]
    assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert error["extensions"]["category"] == "interrupted"
