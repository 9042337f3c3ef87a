"""Wrong values in filters and orders; and texts that look like SQL or Datalog, which are texts."""

import json
from typing import Any

import pytest

from tests.refusals.world import CLEAN, RAW, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = 2**20
WRONG: tuple[tuple[str, Any, str], ...] = (
    ("nope", {"eq": 1}, "nope"),
    ("name", 5, "an object"),
    ("name", "raw", "an object"),
    ("name", {"like": "x"}, "like"),
    ("name", {"eq": 5}, "5"),
    ("name", {"eq": "a\0"}, "NUL"),
    ("name", {"in": ["a", "\0"]}, "NUL"),
    ("name", {"in": None}, "where.name.in: null is no value to compare with"),
    ("name", {"in": [None]}, "None"),
    ("name", {"gt": None}, "where.name.gt: null is no value to compare with"),
    ("name", {"isNull": None}, "where.name.isNull"),
    ("name", {"startsWith": "x" * (LONG + 1)}, f"at most {LONG} bytes"),
    ("count", {"eq": 2**31}, "2147483648"),
    ("count", {"eq": 1.5}, "1.5"),
    ("count", {"eq": "1"}, "'1'"),
    ("rows", {"gt": 2**63}, "64 bits"),
    ("rows", {"gt": str(2**63)}, "64 bits"),
    ("rows", {"gt": 10**30}, "64 bits"),
    ("rows", {"in": [1, "x"]}, "64 bits"),
    ("rows", {"gt": 1.5}, "64 bits"),
    ("rows", {"gt": True}, "64 bits"),
    ("score", {"gt": "1"}, "'1'"),
    ("price", {"gt": "NaN"}, "a decimal"),
    ("price", {"gt": "1e9999"}, "a decimal"),
    ("live", {"eq": "true"}, "'true'"),
    ("live", {"eq": 1}, "1"),
    ("created", {"lt": "2024-13-01T00:00:00Z"}, "an instant"),
    ("created", {"lt": "2024-01-01"}, "an instant"),
    ("day", {"lt": "2024-02-30"}, "a date"),
    ("token", {"eq": "x"}, "a UUID"),
    ("home", {"eq": "a b"}, "a URI"),
    ("word", {"eq": "a b"}, "a keyword"),
    ("kind", {"eq": "INDEX"}, "'INDEX'"),
    ("kind", {"in": ["TABLE", "INDEX"]}, "'INDEX'"),
    ("tags", {"has": 5}, "5"),
    ("tags", {"has": None}, "where.tags.has: null is no value to compare with"),
    ("tags", {"hasAny": None}, "where.tags.hasAny"),
    ("tags", {"eq": "a"}, "eq"),
    ("details", {"eq": {}}, "details"),
    ("lifecycle", {"in": ["ALIVE"]}, "'ALIVE'"),
    ("upstream", {"some": {"nope": {}}}, "nope"),
    ("upstream", {"any": {}}, "any"),
    ("upstream", {"edge": {"weight": {"gt": "x"}}}, "'x'"),
    ("upstream", {"edge": {"from": {"eq": RAW}}}, "from"),
    ("team", {"some": {}}, "some"),
    ("not", [], "an object"),
    ("and", [None], "None"),
)


@pytest.mark.parametrize(("name", "condition", "words"), WRONG)
async def test_a_filter_that_cannot_be_meant_is_refused(
    door: Door, name: str, condition: Any, words: str
) -> None:
    query = "query ($where: DatasetFilter) { datasets(where: $where) { totalCount } }"
    told = await door.refused(query, {"where": {name: condition}})
    assert told.code in {"BAD_USER_INPUT", "WRONG_VALUE"}
    assert words in told.message
    assert name in told.message or "NUL" in words
    assert len(told.message) < 500


async def test_floats_out_of_bounds_are_refused(door: Door) -> None:
    query = "{ datasets(where: {score: {gt: 1e999}}) { totalCount } }"
    told = await door.refused(query)
    assert (told.code, told.path) == ("WRONG_VALUE", ["datasets"])
    assert told.message == "where.score.gt: expected a finite number of 64 bits, got inf"


@pytest.mark.parametrize(
    "order",
    [
        "{}",
        "[{}]",
        "[null]",
        "{nope: ASC}",
        "{name: UP}",
        "{name: null}",
        "{tags: ASC}",
        "{details: ASC}",
        "{name: ASC, urn: ASC}",
        "{team: {}}",
        "{team: null}",
        "{upstream: {name: ASC}}",
        '"name"',
    ],
)
async def test_an_order_that_cannot_be_meant_is_refused(door: Door, order: str) -> None:
    told = await door.refused(f"{{ datasets(orderBy: {order}) {{ totalCount }} }}")
    assert (told.code, told.data) == ("GRAPHQL_VALIDATION_FAILED", None)


async def test_history_of_an_unknown_attribute_is_refused(door: Door) -> None:
    query = f"""query ($attributes: [String!]) {{
      dataset(id: "{CLEAN}") {{ name history(attributes: $attributes) {{ totalCount }} }}
    }}"""
    for name in ("nope", "Dataset/nope", "", "'; DROP TABLE log; --", "entity/nope"):
        told = await door.refused(query, {"attributes": ["name", name]})
        assert (told.code, told.path) == ("UNKNOWN_ATTRIBUTE", ["dataset", "history"])
        assert name in told.message
        assert told.data == {"dataset": {"name": "clean", "history": None}}


HOSTILE: tuple[str, ...] = (
    "'; DROP TABLE log; --",
    "' OR '1'='1",
    '" OR ""="',
    "raw'; DELETE FROM fact_1; SELECT '",
    "$1",
    "$1::text",
    "%",
    "_",
    "%%",
    "\\",
    "\\'",
    "r%w",
    "r_w",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "?e",
    "?x :Dataset/name ?y",
    "[:find ?e :where [?e :entity/urn _]]",
    ":Dataset/name",
    "[?e :Dataset/name ?n] [(not= ?n 1)]",
    ") OR 1=1 --",
    "/* */",
    "\u2028\u2029\u200b\u202e",
    "\x01\x08\x1b[2J",
    "NULL",
    "null",
    "clean\n",
    "\U0001d52f\U0001d51e\U0001d534",
    "~",
    "[]",
    "<script>alert(1)</script>",
)


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
async def test_a_text_is_a_text_in_every_argument(door: Door, text: str) -> None:
    query = """query ($id: ID!, $text: String!) {
      entity(id: $id) { id }
      dataset(id: $id) { id }
      nodes(ids: [$id]) { id }
      eq: datasets(where: {name: {eq: $text}}) { totalCount }
      in: datasets(where: {name: {in: [$text]}}) { totalCount }
      startsWith: datasets(where: {name: {startsWith: $text}}) { totalCount }
      contains: datasets(where: {name: {contains: $text}}) { totalCount }
      has: datasets(where: {tags: {has: $text}}) { totalCount }
      all: datasets(where: {tags: {hasAll: [$text, "a"]}}) { totalCount }
      urn: datasets(where: {urn: {contains: $text}}) { totalCount }
      far: datasets(where: {upstream: {some: {name: {eq: $text}}}}) { totalCount }
      owner: datasets(where: {owners: {some: {name: {contains: $text}}}}) { totalCount }
      ne: datasets(where: {name: {ne: $text}}) { totalCount }
    }"""
    none = {"totalCount": 0}
    lists = ("eq", "in", "startsWith", "contains", "has", "all", "urn", "far", "owner")
    expected = {"entity": None, "dataset": None, "nodes": [None], **dict.fromkeys(lists, none)}
    async with door.shut():
        answer = await door.served.ask(query, {"id": text, "text": text})
        assert answer == {**expected, "ne": {"totalCount": 3}}
        literal = json.dumps(text)
        inline = query.replace("query ($id: ID!, $text: String!) ", "")
        assert answer == await door.served.ask(
            inline.replace("$id", literal).replace("$text", literal)
        )


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
async def test_a_text_that_is_written_would_come_back_as_it_is(door: Door, text: str) -> None:
    """On a dry run, so that the world stays as it is: told as refused, or as a fact."""
    query = """mutation ($it: TransactionInput!) {
      transact(transaction: $it, dryRun: true) { transaction { t } redundant }
    }"""
    upsert = {"type": "Dataset", "urn": RAW, "name": text, "tags": [text], "details": {text: text}}
    it = {"source": text, "actor": text, "reason": text, "upsert": [upsert]}
    async with door.shut():
        answer = await door.served.ask(query, {"it": it})
    assert answer == {"transact": {"transaction": None, "redundant": 0}}
