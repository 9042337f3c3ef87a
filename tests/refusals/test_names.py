"""Ids and urns that nobody has: null and cheap, an error only as a root of lineage."""

import json

import pytest

from tests.refusals.world import CLEAN, RAW, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY: tuple[str, ...] = (
    "",
    " ",
    "hw://nobody",
    "HW://d/clean",
    "hw://d/clean ",
    "hw://d/clean/",
    "hw://d/%63lean",
    "hw://d/CLEAN",
    "d/clean",
    "hw://" + "x" * 4_995,
    "hw://" + "x" * 500_000,
    "hw://d/a\nb",
    "hw://d/a\x01b\x7f\x85",
    "hw://d/\u202eclean",
    "E1",
    "E0",
    "E",
    "E-1",
    "E+1048576",
    "E 1048576",
    "E٣",
    "e1048576",
    "E1048576.0",
    "E1048575",
    "E4503599627370495",
    "E4503599627370496",
    "E999999999999999999",
    "E99999999999999999999",
    "E" + "9" * 5_000,
    "T0",
    "T99",
    "T-1",
    "T99999999999999999999",
    "5",
    "null",
    "'; DROP TABLE log; --",
    "?entity",
    "[:find ?e :where [?e :entity/urn _]]",
    "%",
    "\\",
    "$1",
)


def readable(name: str) -> str:
    return repr(name)[:30]


@pytest.mark.parametrize("name", NOBODY, ids=readable)
async def test_a_name_that_nobody_has_is_null_in_one_statement(door: Door, name: str) -> None:
    query = """query ($id: ID!, $ids: [ID!]!) {
      entity(id: $id) { id } node(id: $id) { id } dataset(id: $id) { id } team(id: $id) { id }
      owner(id: $id) { id } nodes(ids: $ids) { ... on Dataset { urn } }
      then: entity(id: $id, asOf: 2) { id }
    }"""
    before = door.served.database.statements
    answer = await door.served.ask(query, {"id": name, "ids": [name, CLEAN, name]})
    assert door.served.database.statements == before + 1
    nobody = dict.fromkeys(("entity", "node", "dataset", "team", "owner", "then"))
    assert answer == {**nobody, "nodes": [None, {"urn": CLEAN}, None]}
    literal = f"{{ entity(id: {json.dumps(name, ensure_ascii=False)}) {{ id }} }}"
    assert await door.served.ask(literal) == {"entity": None}


@pytest.mark.parametrize("name", [*NOBODY, "T2"], ids=readable)
async def test_as_a_root_of_lineage_it_is_an_error_that_names_it(door: Door, name: str) -> None:
    query = """query ($of: [ID!]!) {
      lineage(of: $of) { complete } fine: lineage(of: ["hw://d/clean"]) { complete }
    }"""
    for of in ([name], [CLEAN, name], [name, "hw://nobody/else"]):
        told = await door.refused(query, {"of": of})
        assert (told.code, told.category, told.path) == ("UNKNOWN_ENTITY", "not-found", ["lineage"])
        assert told.message.startswith(f"nobody has mentioned {name[:80]}")
        assert told.message.endswith("by then: check the id or urn, or ask as of later")
        assert len(told.message) < 2_200
        assert told.data == {"lineage": None, "fine": {"complete": True}}


async def test_who_was_not_mentioned_by_then_is_unknown_by_then(door: Door) -> None:
    query = f'{{ then: lineage(of: ["{RAW}", "{CLEAN}"], asOf: 2) {{ complete }} }}'
    told = await door.refused(query)
    assert told.code == "UNKNOWN_ENTITY"
    assert f"nobody has mentioned {CLEAN} by then" in told.message


@pytest.mark.parametrize("field", ["entity(id: $id)", "dataset(id: $id)", "lineage(of: [$id])"])
async def test_what_no_text_can_hold_is_refused(door: Door, field: str) -> None:
    query = f"query ($id: ID!) {{ {field} {{ __typename }} }}"
    nul = await door.refused(query, {"id": "hw://d/\0"})
    assert (nul.code, nul.data) == ("BAD_USER_INPUT", None)
    assert "NUL" in nul.message
    literal = await door.refused(f"{{ {field} {{ __typename }} }}".replace("$id", r'"\u0000"'))
    assert literal.code == "BAD_USER_INPUT"
    for surrogate in (r"\ud800", r"\udfff", r"\u{D800}", r"\udc00\ud800"):
        literal = await door.refused(f"{{ {field} {{ id }} }}".replace("$id", f'"{surrogate}"'))
        assert (literal.code, literal.data) == ("GRAPHQL_PARSE_FAILED", None)
    for given in ("\ud800", "hw://d/\udfff", "\udc00\ud800"):
        variable = await door.refused(query, {"id": given})
        assert (variable.status, variable.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("given", [1.5, True, None, ["a", ["b"]], {"urn": RAW}])
async def test_what_is_no_id_is_refused(door: Door, given: object) -> None:
    told = await door.refused("query ($id: ID!) { entity(id: $id) { id } }", {"id": given})
    assert (told.code, told.data) == ("BAD_USER_INPUT", None)
    assert "$id" in told.message
