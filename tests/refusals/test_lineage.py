"""Lineage that cannot be had: bounds, filters and groups that make no sense, cursors of others."""

import base64
from typing import Any

import pytest

from tests.refusals.world import CLEAN, CORE, OTHER, RAW, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENDS = """{ frontier { cursor hidden } groups { cursor count }
  nodes { urn } complete stoppedBy basis { t } }"""

REFUSED: tuple[tuple[str, str, str], ...] = (
    ("upstreamDepth: -1", "BAD_USER_INPUT", "upstreamDepth: expected a number from 0 to 100"),
    ("downstreamDepth: 101", "LIMIT_EXCEEDED", "downstreamDepth: 101 is more than one answer"),
    ("groupBy: {atLeast: 1}", "BAD_USER_INPUT", "groupBy.atLeast: expected a number from 2 to"),
    ("groupBy: {atLeast: -5}", "BAD_USER_INPUT", "groupBy.atLeast: expected a number from 2 to"),
    ('groupBy: {field: "nothing"}', "BAD_USER_INPUT", "no entity type has a field nothing"),
    ('groupBy: {field: "tags"}', "BAD_USER_INPUT", "groupBy.field: tags may have many values"),
    ('groupBy: {field: "owners"}', "BAD_USER_INPUT", "groupBy.field: owners may have many values"),
    ('groupBy: {field: "teamEdge"}', "BAD_USER_INPUT", "an edge is no value to group by"),
    ('groupBy: {field: ""}', "BAD_USER_INPUT", "no entity type has a field"),
    ("groupBy: {atLeast: null}", "GRAPHQL_VALIDATION_FAILED", "Int!"),
    ("through: [Nothing]", "GRAPHQL_VALIDATION_FAILED", "Nothing"),
    ("through: [DerivedFrom]", "GRAPHQL_VALIDATION_FAILED", "DerivedFrom"),
    ("through: [null]", "GRAPHQL_VALIDATION_FAILED", "EntityType!"),
    ("through: [Team], perHop: -1", "BAD_USER_INPUT", "perHop: expected a number from 0 to"),
    ("through: [Team], perHop: 100001", "LIMIT_EXCEEDED", "perHop: 100001 is more than one"),
    ("where: {Nothing: {}}", "GRAPHQL_VALIDATION_FAILED", "Nothing"),
    ("where: {Dataset: {details: {}}}", "GRAPHQL_VALIDATION_FAILED", "details"),
    ("where: {Dataset: {count: {gt: null}}}", "BAD_USER_INPUT", "null is no value to compare"),
    ('where: {Dataset: {token: {eq: "x"}}}', "WRONG_VALUE", "UUID"),
    ("edgeWhere: {OwnedBy: {}}", "GRAPHQL_VALIDATION_FAILED", "OwnedBy"),
)


@pytest.mark.parametrize(("arguments", "code", "words"), REFUSED)
async def test_a_walk_that_makes_no_sense_is_refused(
    door: Door, arguments: str, code: str, words: str
) -> None:
    told = await door.refused(f'{{ it: lineage(of: "{CLEAN}", {arguments}) {ENDS} }}')
    assert told.code == code
    assert words in told.message
    if code not in {"GRAPHQL_VALIDATION_FAILED", "WRONG_VALUE"}:
        assert told.path == ["it"]


async def _cursor(door: Door, arguments: str = "") -> str:
    asked = f'{{ lineage(of: "{CLEAN}", maxDepth: 0 {arguments}) {ENDS} }}'
    answer = await door.served.ask(asked)
    return str(answer["lineage"]["frontier"][0]["cursor"])


EXPAND = (
    "query ($c: String!, $known: [ID!], $first: Int)"
    " { it: expand(cursor: $c, known: $known, first: $first, %s) %s }"
)


@pytest.mark.parametrize(
    "arguments",
    [
        "edgeTypes: []",
        "nodeTypes: [Dataset]",
        'where: {Dataset: {name: {gt: "a"}}}',
        "edgeWhere: {DerivedFrom: {weight: {gt: 0}}}",
        "groupBy: {}",
        "through: [Team]",
    ],
)
async def test_a_cursor_of_another_walk_is_refused(door: Door, arguments: str) -> None:
    cursor = await _cursor(door)
    told = await door.refused(EXPAND % (arguments, ENDS), {"c": cursor})
    assert (told.code, told.path) == ("INVALID_CURSOR", ["it"])
    assert "the cursor belongs to another question" in told.message
    alike = await _cursor(door, arguments) if "Types: []" not in arguments else None
    if alike is not None:
        assert await door.served.ask(EXPAND % (arguments, ENDS), {"c": alike})


async def test_a_cursor_does_not_mind_in_which_order_types_are_named(door: Door) -> None:
    cursor = await _cursor(door, "through: [Team, Unknown]")
    assert await door.served.ask(EXPAND % ("through: [Unknown, Team]", ENDS), {"c": cursor})
    plain = await _cursor(door, "through: []")
    assert await door.served.ask(EXPAND % ("", ENDS), {"c": plain})


async def test_a_cursor_of_a_page_is_refused(door: Door) -> None:
    answer = await door.served.ask("{ datasets(first: 1) { pageInfo { endCursor } } }")
    cursor = answer["datasets"]["pageInfo"]["endCursor"]
    told = await door.refused(EXPAND % ("", ENDS), {"c": cursor})
    assert told.code == "INVALID_CURSOR"


async def test_a_cursor_that_was_touched_is_refused(door: Door) -> None:
    cursor = await _cursor(door)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for position in range(0, len(raw), 5):
        changed = bytes([*raw[:position], raw[position] ^ 1, *raw[position + 1 :]])
        forged = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        told = await door.refused(EXPAND % ("", ENDS), {"c": forged})
        assert told.code == "INVALID_CURSOR"
    for forged in ("", "x", "E1048576", cursor + "=", cursor[:-1], "🦆"):
        assert (await door.refused(EXPAND % ("", ENDS), {"c": forged})).code == "INVALID_CURSOR"


@pytest.mark.parametrize(("first", "code"), [(-1, "BAD_USER_INPUT"), (100_001, "LIMIT_EXCEEDED")])
async def test_so_many_new_nodes_cannot_be_had(door: Door, first: int, code: str) -> None:
    asked = {"c": await _cursor(door), "first": first}
    told = await door.refused(EXPAND % ("", ENDS), asked)
    assert (told.code, told.path) == (code, ["it"])


async def test_more_than_a_graph_may_hold_cannot_be_known(door: Door) -> None:
    asked: dict[str, Any] = {"c": await _cursor(door), "known": ["E1"] * 100_001}
    told = await door.refused(EXPAND % ("", ENDS), asked)
    assert (told.code, told.path) == ("LIMIT_EXCEEDED", ["it"])
    assert "known: 100001 is more than one answer may hold (100000)" in told.message


async def test_what_nobody_knows_may_be_known(door: Door) -> None:
    known = ["", "hw://nobody", "E9", "T1", "E9007199254740993", RAW, RAW, CORE, CLEAN, "\u2028"]
    asked = {"c": await _cursor(door), "known": known}
    it = (await door.served.ask(EXPAND % ("", ENDS), asked))["it"]
    assert [node["urn"] for node in it["nodes"]] == [OTHER]


async def test_no_new_node_may_be_asked_for(door: Door) -> None:
    asked = {"c": await _cursor(door), "first": 0}
    it = (await door.served.ask(EXPAND % ("", ENDS), asked))["it"]
    assert (it["nodes"], it["complete"], it["stoppedBy"]) == ([], False, ["PER_NODE"])
    assert [each["hidden"] for each in it["frontier"]] == [2]
