"""HTTP messages that are no GraphQL request, and documents that are no GraphQL."""

import orjson
import pytest

from tests.refusals.world import JSON, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

BASIS = b'{"query": "{ basis { t } }"}'

BODIES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"x",
    b"null",
    b"5",
    b"[]",
    b"[" + BASIS,
    b'"{ basis { t } }"',
    b"{}",
    b"{",
    BASIS + b"}",
    BASIS + BASIS,
    b'{"query": null}',
    b'{"query": ""}',
    b'{"query": 5}',
    b'{"query": ["{ basis { t } }"]}',
    b'{"Query": "{ basis { t } }"}',
    b'{"query": "{ basis { t } }", "variables": []}',
    b'{"query": "{ basis { t } }", "variables": "{}"}',
    b'{"query": "{ basis { t } }", "operationName": 5}',
    b'{"query": "{ basis { t } }", "extensions": []}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": "x"}}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": -1}}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": 1.5}}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": "99999999999999999999"}}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": 9999999999999999999999999}}',
    b'{"query": "{ basis { t } }", "extensions": {"minT": [1]}}',
    b'{"query": "{ basis { t } \xff }"}',
    b'{"query": "{ basis { t } }", "variables": {"a": "\\ud800"}}',
    b'{"query": "\\udfff"}',
    b'{"query": "{ basis { t } }", "variables": {"a": NaN}}',
    b'{"query": "{ basis { t } }", "variables": {"a": 1e999}}',
    b"{'query': '{ basis { t } }'}",
    b'{"query": "{ basis { t } }",}',
    b'{"query": "{ basis { t } }" /* a comment */}',
    b"\xef\xbb\xbf" + BASIS,
    BASIS.decode().encode("utf-16"),
    b"query=%7Bbasis%7Bt%7D%7D",
    b"\x00" * 100,
    b"\x1f\x8b\x08\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
)


@pytest.mark.parametrize("body", BODIES, ids=lambda each: repr(each)[:50])
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_body_that_is_no_request_is_refused(door: Door, body: bytes, accept: str) -> None:
    status, answer = await door.send(body, {**JSON, "Accept": accept})
    assert status == 400
    assert list(answer) == ["errors"]
    assert answer["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "category": "incorrect"}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "*/*",
        "text/plain",
        "application/graphql",
        "application/jsonx",
        "application/json charset",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "\x7f",
    ],
)
async def test_what_does_not_say_that_it_is_json_is_refused(door: Door, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    status, answer = await door.send(BASIS, headers)
    assert status == 415
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "application/json" in answer["errors"][0]["message"]


async def test_what_a_body_says_twice_counts_as_said_last(door: Door) -> None:
    """As in most JSON: a file of transactions, which stays, is held to more."""
    status, answer = await door.send(b'{"query": "{", "query": "{ basis { t } }"}')
    assert (status, answer["data"]) == (200, {"basis": {"t": "3"}})


DOCUMENTS: tuple[tuple[str, str, str], ...] = (
    ("{", "GRAPHQL_PARSE_FAILED", "Expected Name"),
    ("}", "GRAPHQL_PARSE_FAILED", "Unexpected"),
    ("{}", "GRAPHQL_PARSE_FAILED", "Expected Name"),
    ("{ basis }", "GRAPHQL_VALIDATION_FAILED", "must have a selection"),
    ("{ basis { } }", "GRAPHQL_PARSE_FAILED", "Expected Name"),
    ("{ basis { t { x } } }", "GRAPHQL_VALIDATION_FAILED", "must not have a selection"),
    ("{ nope }", "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nope'"),
    ("{ basis { t } } }", "GRAPHQL_PARSE_FAILED", "Unexpected"),
    ("\0", "GRAPHQL_PARSE_FAILED", "U+0000"),
    ("{ basis { t } \0 }", "GRAPHQL_PARSE_FAILED", "U+0000"),
    ("{ \uff42asis { t } }", "GRAPHQL_PARSE_FAILED", "U+FF42"),
    ('{ entity(id: "a', "GRAPHQL_PARSE_FAILED", "Unterminated string"),
    (r'{ entity(id: "\x41") { id } }', "GRAPHQL_PARSE_FAILED", "escape"),
    ("{ entity(id: 'a') { id } }", "GRAPHQL_PARSE_FAILED", "Unexpected"),
    ("{ basis @nope { t } }", "GRAPHQL_VALIDATION_FAILED", "Unknown directive '@nope'"),
    ("{ basis @skip { t } }", "GRAPHQL_VALIDATION_FAILED", "@skip(if:)"),
    ("{ basis @include(if: 1) { t } }", "GRAPHQL_VALIDATION_FAILED", "Boolean"),
    ("{ basis(at: 1) { t } }", "GRAPHQL_VALIDATION_FAILED", "Unknown argument 'at'"),
    ("{ entity { id } }", "GRAPHQL_VALIDATION_FAILED", "is required"),
    ("{ ...nope }", "GRAPHQL_VALIDATION_FAILED", "Unknown fragment 'nope'"),
    ("{ a: basis { t } a: transactions { totalCount } }", "GRAPHQL_VALIDATION_FAILED", "conflict"),
    ("{ __typename: basis { t } }", "BAD_USER_INPUT", "__typename is no alias"),
    ("query ($a: Nope) { entity(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED", "'Nope'"),
    ("query ($a: ID!) { basis { t } }", "GRAPHQL_VALIDATION_FAILED", "never used"),
    ("query ($a: ID!) { entity(id: $a) { id } }", "BAD_USER_INPUT", "$a"),
    ("query { entity(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED", "$a"),
    ("query a { basis { t } } query a { basis { t } }", "GRAPHQL_VALIDATION_FAILED", "'a'"),
    (
        "query a { basis { t } } query b { basis { t } }",
        "OPERATION_RESOLUTION_FAILURE",
        "operationName",
    ),
    ("fragment a on Query { basis { t } }", "GRAPHQL_VALIDATION_FAILED", "never used"),
    ("subscription { x }", "GRAPHQL_VALIDATION_FAILED", "Subscription"),
    ("type A { b: Int }", "GRAPHQL_VALIDATION_FAILED", "not executable"),
    ("mutation { nope }", "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nope'"),
)


@pytest.mark.parametrize(("query", "code", "words"), DOCUMENTS)
async def test_a_document_that_cannot_be_executed_is_refused(
    door: Door, query: str, code: str, words: str
) -> None:
    told = await door.refused(query)
    assert (told.code, told.category, told.data) == (code, "incorrect", None)
    assert words in told.message


@pytest.mark.parametrize(("query", "code", "words"), DOCUMENTS)
async def test_to_explain_it_is_refused_alike(
    door: Door, query: str, code: str, words: str
) -> None:
    told = await door.refused("query ($q: String!) { explain(query: $q) { sql } }", {"q": query})
    assert (told.code, told.category) == (
        ("BAD_USER_INPUT" if "\0" in query else code),
        "incorrect",
    )
    if "\0" not in query:
        assert words in told.message


async def test_a_url_that_is_no_request_is_refused(door: Door) -> None:
    for parameters in (
        {},
        {"query": ""},
        {"query": "{ basis { t } }", "variables": "["},
        {"query": "{ basis { t } }", "variables": "[]"},
        {"query": "{ basis { t } }", "extensions": "5"},
        {"query": "{ basis { t } }", "variables": '{"a": "\\ud800"}'},
    ):
        response = await door.served.client.get("/graphql", params=parameters)
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    raw = await door.served.client.get("/graphql?query=%7Bentity(id:%22%FF%22)%7Bid%7D%7D")
    assert raw.status_code == 200
    assert orjson.loads(raw.content)["data"] == {"entity": None}
