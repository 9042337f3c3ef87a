"""Pages that cannot be had, and cursors that are damaged, forged, or of another question."""

import base64
from typing import Any

import pytest

from tests.refusals.world import BASIS, CLEAN, RAW, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS: dict[str, str] = {
    "datasets": "{ it: datasets(%s) { nodes { urn } pageInfo { endCursor } } }",
    "relation": f'{{ dataset(id: "{CLEAN}") {{ it: upstream(%s) {{ nodes {{ urn }}'
    " pageInfo { endCursor } } } }",
    "transactions": "{ it: transactions(%s) { nodes { t } pageInfo { endCursor } } }",
    "history": f'{{ dataset(id: "{CLEAN}") {{ it: history(%s) {{ nodes {{ value }}'
    " pageInfo { endCursor } } } }",
    "facts": '{ node(id: "T3") { ... on Transaction { it: facts(%s) { nodes { value }'
    " pageInfo { endCursor } } } } }",
}
BOTH_WAYS = ("datasets", "relation", "transactions")

SIZES: tuple[tuple[str, str, str], ...] = (
    ("first: -1", "BAD_USER_INPUT", "first: expected a number from 0 to 10000"),
    ("first: -2147483648", "BAD_USER_INPUT", "first: expected a number from 0 to 10000"),
    ("first: 10001", "LIMIT_EXCEEDED", "first: 10001 is more than one answer may hold (10000)"),
    ("first: 10000000", "LIMIT_EXCEEDED", "first: 10000000 is more than one answer may hold"),
    ("first: 2147483648", "GRAPHQL_VALIDATION_FAILED", "32-bit"),
    ("first: 1.5", "GRAPHQL_VALIDATION_FAILED", "1.5"),
    ('first: "1"', "GRAPHQL_VALIDATION_FAILED", '"1"'),
    ("first: true", "GRAPHQL_VALIDATION_FAILED", "true"),
)
BACKWARD: tuple[tuple[str, str, str], ...] = (
    ("last: -1", "BAD_USER_INPUT", "last: expected a number from 0 to 10000"),
    ("last: 10000000", "LIMIT_EXCEEDED", "last: 10000000 is more than one answer may hold"),
    ("first: 1, last: 1", "BAD_USER_INPUT", "first, last: give first and after, or last and"),
    ('first: 1, before: "x"', "BAD_USER_INPUT", "give first and after, or last and before"),
    ('last: 1, after: "x"', "BAD_USER_INPUT", "give first and after, or last and before"),
    ('after: "x", before: "x"', "BAD_USER_INPUT", "give first and after, or last and before"),
)


@pytest.mark.parametrize(
    ("name", "arguments", "code", "words"),
    [
        *((name, *case) for name in LISTS for case in SIZES),
        *((name, *case) for name in BOTH_WAYS for case in BACKWARD),
    ],
)
async def test_a_page_that_cannot_be_had_is_refused(
    door: Door, name: str, arguments: str, code: str, words: str
) -> None:
    told = await door.refused(LISTS[name] % arguments)
    assert told.code == code
    assert words in told.message
    if code != "GRAPHQL_VALIDATION_FAILED":
        assert told.path[-1] == "it"


@pytest.mark.parametrize("given", [-1, 10_000_000])
async def test_a_size_in_a_variable_is_refused_alike(door: Door, given: int) -> None:
    for query in LISTS.values():
        told = await door.refused(f"query ($n: Int) {query % 'first: $n'}", {"n": given})
        assert told.code == ("BAD_USER_INPUT" if given < 0 else "LIMIT_EXCEEDED")
        assert str(given if given > 0 else "expected") in told.message


def _bytes(cursor: str) -> bytearray:
    return bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def _cursor(door: Door, query: str) -> str:
    answer = await door.served.ask(query)
    found: Any = answer.get("it") or next(iter(answer.values()))["it"]
    cursor: str = found["pageInfo"]["endCursor"]
    return cursor


NO_CURSORS = (
    "", "x", "é", "a b", "====", "AAAA", "A" * 5_000, "E1048576", "null", "'; DROP TABLE log; --",
    _text(b"[1,2,3]" + b"\0" * 16), _text(b"\0" * 16), _text(b"\xff" * 40),
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", NO_CURSORS, ids=lambda each: repr(each)[:20])
async def test_what_is_no_cursor_is_refused(door: Door, name: str, cursor: str) -> None:
    ways = ("after", "before") if name in BOTH_WAYS else ("after",)
    for way in ways:
        query = f"query ($cursor: String) {LISTS[name] % f'{way}: $cursor'}"
        told = await door.refused(query, {"cursor": cursor})
        assert (told.code, told.path[-1]) == ("INVALID_CURSOR", "it")
        assert told.message.startswith(f"{way}: ")
        assert told.message.endswith("ask for the first page again")


@pytest.mark.parametrize("name", LISTS)
async def test_a_cursor_with_one_bit_changed_is_refused(door: Door, name: str) -> None:
    cursor = await _cursor(door, LISTS[name] % "first: 1")
    raw = _bytes(cursor)
    changed = [
        _text(bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])) for place in range(len(raw))
    ]
    query = f"query ($cursor: String) {LISTS[name] % 'after: $cursor'}"
    for wrong in (*changed, cursor[:-1], cursor + "A", cursor + "=", cursor.lower(), f" {cursor}"):
        told = await door.refused(query, {"cursor": wrong})
        assert told.code == "INVALID_CURSOR", wrong
    assert "errors" not in await door.served.post(query, {"cursor": cursor})


OTHERS: tuple[str, ...] = (
    "{ it: datasets(after: $cursor, orderBy: {name: DESC}) { nodes { urn } } }",
    "{ it: datasets(after: $cursor, orderBy: {urn: ASC}) { nodes { urn } } }",
    "{ it: datasets(after: $cursor) { nodes { urn } } }",
    (
        '{ it: datasets(after: $cursor, orderBy: {name: ASC}, where: {name: {eq: "raw"}})'
        " { nodes { urn } } }"
    ),
    "{ it: teams(after: $cursor, orderBy: {name: ASC}) { nodes { urn } } }",
    "{ it: owners(after: $cursor, orderBy: {name: ASC}) { nodes { urn } } }",
    "{ it: transactions(after: $cursor) { nodes { t } } }",
    (
        f'{{ dataset(id: "{CLEAN}") {{ it: upstream(after: $cursor, orderBy: {{name: ASC}})'
        " { nodes { urn } } } }"
    ),
    f'{{ dataset(id: "{CLEAN}") {{ it: history(after: $cursor) {{ nodes {{ value }} }} }} }}',
    "{ it: datasets(after: $cursor, orderBy: {name: ASC}, asOf: 2) { nodes { urn } } }",
    '{ it: datasets(after: $cursor, orderBy: {name: ASC}, asOf: "2024-01-15") { nodes { urn } } }',
)


@pytest.mark.parametrize("query", OTHERS)
async def test_a_cursor_of_another_question_is_refused(door: Door, query: str) -> None:
    listed = "datasets(orderBy: {name: ASC}, first: 1) { pageInfo { endCursor } }"
    cursor = await _cursor(door, f"{{ it: {listed} }}")
    told = await door.refused(f"query ($cursor: String) {query}", {"cursor": cursor})
    assert (told.code, told.path[-1]) == ("INVALID_CURSOR", "it")
    words = "asOf says t 2" if "asOf" in query else "belongs to another question"
    assert words in told.message


async def test_a_cursor_of_another_time_is_refused(door: Door) -> None:
    listed = "datasets(first: 1, asOf: %s) { pageInfo { endCursor } nodes { urn } }"
    cursor = await _cursor(door, f"{{ it: {listed % 2} }}")
    query = "query ($cursor: String) { it: datasets(asOf: %s, after: $cursor) { nodes { urn } } }"
    assert "errors" not in await door.served.post(query % 2, {"cursor": cursor})
    told = await door.refused(query % BASIS, {"cursor": cursor})
    assert told.code == "INVALID_CURSOR"
    assert "the cursor is as of t 2, asOf says t 3" in told.message


async def test_a_cursor_of_another_entity_is_refused(door: Door) -> None:
    relation = 'dataset(id: "%s") { it: downstream(first: 1) { pageInfo { endCursor } } }'
    cursor = await _cursor(door, f"{{ {relation % RAW} }}")
    query = 'query ($cursor: String) { dataset(id: "%s") { it: downstream(after: $cursor) %s } }'
    rest = "{ nodes { urn } }"
    assert "errors" not in await door.served.post(query % (RAW, rest), {"cursor": cursor})
    told = await door.refused(query % ("hw://d/other", rest), {"cursor": cursor})
    assert told.code == "INVALID_CURSOR"


LINEAGE: tuple[tuple[str, str, str], ...] = (
    ("maxDepth: -1", "BAD_USER_INPUT", "maxDepth: expected a number from 0 to 100"),
    ("maxDepth: 101", "LIMIT_EXCEEDED", "maxDepth: 101 is more than one answer may hold (100)"),
    ("maxNodes: -1", "BAD_USER_INPUT", "maxNodes: expected a number from 0 to 100000"),
    ("maxNodes: 100001", "LIMIT_EXCEEDED", "maxNodes: 100001"),
    ("maxNodes: 0", "LIMIT_EXCEEDED", "of: 1 is more than one answer may hold (0)"),
    ("perNode: -1", "BAD_USER_INPUT", "perNode: expected a number"),
    ("perNode: 100001", "LIMIT_EXCEEDED", "perNode: 100001"),
    ("maxDepth: 2147483648", "GRAPHQL_VALIDATION_FAILED", "32-bit"),
    ("direction: SIDEWAYS", "GRAPHQL_VALIDATION_FAILED", "Direction"),
    ("direction: null", "GRAPHQL_VALIDATION_FAILED", "Direction"),
    ("edgeTypes: [Nope]", "GRAPHQL_VALIDATION_FAILED", "EdgeType"),
    ("nodeTypes: [Owner]", "GRAPHQL_VALIDATION_FAILED", "EntityType"),
    ("nodeTypes: [null]", "GRAPHQL_VALIDATION_FAILED", "EntityType"),
)


@pytest.mark.parametrize(("arguments", "code", "words"), LINEAGE)
async def test_lineage_that_cannot_be_had_is_refused(
    door: Door, arguments: str, code: str, words: str
) -> None:
    told = await door.refused(f'{{ lineage(of: ["{CLEAN}"], {arguments}) {{ complete }} }}')
    assert told.code == code
    assert words in told.message


async def test_more_roots_than_nodes_are_refused(door: Door) -> None:
    told = await door.refused(
        f'{{ lineage(of: ["{CLEAN}", "{RAW}"], maxNodes: 1) {{ complete }} }}'
    )
    assert told.code == "LIMIT_EXCEEDED"
    assert "of: 2 is more than one answer may hold (1)" in told.message
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await door.refused(query, {"ids": ["x"] * 10_001})
    assert told.code == "LIMIT_EXCEEDED"
    assert "ids: 10001 is more than one answer may hold (10000)" in told.message
