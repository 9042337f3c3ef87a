"""Queries that are small to send and large to answer: refused soon, while others are served."""

import asyncio
import time
from typing import Any

import orjson
import pytest

from tests.refusals.world import CLEAN, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON = 20.0
"""Seconds: generous, as tests share their machine; what is meant took minutes, or for ever."""


def nested(levels: int, begin: str, middle: str, end: str) -> str:
    """Return a text within a text within …."""
    return begin * levels + middle + end * levels


def where(levels: int, begin: str, end: str) -> str:
    """Return a list with a filter of so many levels."""
    told = nested(levels, begin, '{name: {eq: "raw"}}', end)
    return f"{{ datasets(where: {told}) {{ totalCount }} }}"


def variable(levels: int, key: str, inner: Any) -> Any:
    """Return a value within a value within …."""
    for _ in range(levels):
        inner = [inner] if not key else {key: inner}
    return inner


FIELDS = "{ upstream { nodes "
DEEP: dict[str, str] = {
    "fields": f'{{ dataset(id: "{CLEAN}") {nested(100, FIELDS, "{ urn }", "} }")} }}',
    "a thousand fields": f"{{ dataset(id: 1) {nested(500, FIELDS, '{ urn }', '} }')} }}",
    "fragments": "{ dataset(id: 1) { ...f0 } } "
    + " ".join(
        f"fragment f{n} on Dataset {{ upstream {{ nodes {{ ...f{n + 1} }} }} }}" for n in range(100)
    )
    + " fragment f100 on Dataset { urn }",
    "inline fragments": f"{{ {nested(200, '... { ', 'basis { t }', ' }')} }}",
    "lists": f"{{ nodes(ids: {nested(200, '[', '1', ']')}) {{ id }} }}",
    "objects": f"{{ datasets(where: {nested(200, '{not: ', '{}', '}')}) {{ totalCount }} }}",
    "not": where(200, "{not: ", "}"),
    "and": where(200, "{and: [", "]}"),
    "relations": where(200, "{upstream: {some: ", "}}"),
    "orders": "{ datasets(orderBy: "
    + nested(200, "{parent: ", "{urn: ASC}", "}")
    + ") { totalCount } }",
    "points in time": f"{{ datasets(asOf: {nested(200, '[', '1', ']')}) {{ totalCount }} }}",
    "types": f"query ($a: {nested(200, '[', 'ID', ']')}) {{ nodes(ids: $a) {{ id }} }}",
    "JSON": "mutation { transact(transaction: {upsert: "
    + nested(200, "[", "1", "]")
    + "}) { redundant } }",
    "brackets that never close": "{a" * 100_000,
    "lists that never close": "{ nodes(ids: " + "[" * 100_000,
}


@pytest.mark.parametrize("query", DEEP.values(), ids=DEEP)
async def test_a_query_200_levels_deep_is_refused(door: Door, query: str) -> None:
    told = await door.refused(query)
    assert told.data is None
    if told.code != "GRAPHQL_VALIDATION_FAILED":  # Some are wrong before they are deep.
        assert told.code == "LIMIT_EXCEEDED"
        assert "deep" in told.message


@pytest.mark.parametrize(
    ("key", "levels"), [("not", 99), ("not", 300), ("not", 2_000), ("", 200), ("and", 900)]
)
async def test_a_variable_that_deep_is_refused(door: Door, key: str, levels: int) -> None:
    query = "query ($where: DatasetFilter) { datasets(where: $where) { totalCount } }"
    body = b'{"query": %s, "variables": {"where": %s}}' % (
        orjson.dumps(query),
        nested(levels, f'{{"{key}":' if key else "[", "{}", "}" if key else "]").encode(),
    )
    status, answer = await door.send(body)
    if levels == 99:
        assert "errors" not in answer
    else:
        code = answer["errors"][0]["extensions"]["code"]
        assert (status, code) in {
            (200, "LIMIT_EXCEEDED"),
            (200, "BAD_USER_INPUT"),
            (400, "BAD_REQUEST"),
        }


FAR: dict[str, tuple[str, str]] = {
    "some": ("{upstream: {some: ", "}}"),
    "none": ("{upstream: {none: ", "}}"),
    "every": ("{upstream: {every: ", "}}"),
    "a reference": ("{parent: ", "}"),
    "or": ('{or: [{name: {eq: "x"}}, ', "]}"),
    "not": ("{not: ", "}"),
}


@pytest.mark.parametrize("way", FAR)
async def test_a_filter_that_leads_far_is_answered_soon_or_refused_soon(
    door: Door, way: str
) -> None:
    begun = time.monotonic()
    await door.served.ask(where(10, *FAR[way]))
    if way in {"or", "not"}:
        await door.served.ask(where(40, *FAR[way]))
    else:
        for levels in (11, 40):
            told = await door.refused(where(levels, *FAR[way]))
            assert (told.code, told.path) == ("LIMIT_EXCEEDED", ["datasets"])
            assert told.message.endswith("more than 10 relations; ask in parts")
    assert time.monotonic() - begun < SOON


async def test_an_order_that_leads_far_is_refused(door: Door) -> None:
    told = nested(10, "{parent: ", "{name: ASC}", "}")
    await door.served.ask(f"{{ datasets(orderBy: {told}) {{ totalCount }} }}")
    refused = await door.refused(f"{{ datasets(orderBy: {{parent: {told}}}) {{ totalCount }} }}")
    assert refused.code == "LIMIT_EXCEEDED"
    assert "orderBy[0]: it goes through more than 10 relations" in refused.message


MANY: dict[str, tuple[str, dict[str, Any]]] = {
    "10,000 aliases": (f"{{ {' '.join(f'a{n}: basis {{ t }}' for n in range(10_000))} }}", {}),
    "10,000 fields": (
        f'{{ dataset(id: "{CLEAN}") {{ {" ".join(f"a{n}: name" for n in range(10_000))} }} }}',
        {},
    ),
    "201 root fields": (
        f"{{ {' '.join(f'a{n}: teams {{ totalCount }}' for n in range(201))} }}",
        {},
    ),
    "201 mutations": (
        "mutation { "
        + " ".join(f"a{n}: transact(transaction: {{}}) {{ redundant }}" for n in range(201))
        + " }",
        {},
    ),
    "fragments that double": (
        f'{{ dataset(id: "{CLEAN}") {{ ...f0 }} }} '
        + " ".join(
            f"fragment f{n} on Dataset {{ upstream {{ nodes {{ ...f{n + 1} }} }}"
            f" downstream {{ nodes {{ ...f{n + 1} }} }} }}"
            for n in range(15)
        )
        + " fragment f15 on Dataset { urn }",
        {},
    ),
    "2,000 equal fields": (f"{{ {'basis { t } ' * 2_000} }}", {}),
    "5,000 directives": (f"{{ basis {'@skip(if: false) ' * 5_000} {{ t }} }}", {}),
    "a document of 5 MB": (f"{{ basis {{ t }} }} # {'x' * 5_000_000}", {}),
    "a text of 5 MB": (f'{{ dataset(id: "{"x" * 5_000_000}") {{ name }} }}', {}),
    "3,000 conditions": (
        "query ($or: [DatasetFilter!]) { datasets(where: {or: $or}) { totalCount } }",
        {"or": [{"name": {"eq": str(n)}} for n in range(3_000)]},
    ),
    "conditions in many fields": (
        "query ($or: [DatasetFilter!]) { "
        + " ".join(f"a{n}: datasets(where: {{or: $or}}) {{ totalCount }}" for n in range(100))
        + " }",
        {"or": [{"name": {"eq": str(n)}} for n in range(10)]},
    ),
    "500 keys of an order": (
        "query ($order: [DatasetOrder!]) { datasets(orderBy: $order) { totalCount } }",
        {"order": [{"name": "ASC"}] * 500},
    ),
    "17 keys of an order": (
        "query ($order: [DatasetOrder!]) { datasets(orderBy: $order) { totalCount } }",
        {"order": [{"name": "ASC"}] * 17},
    ),
}


@pytest.mark.parametrize(("query", "variables"), MANY.values(), ids=MANY)
async def test_too_much_of_it_is_refused_soon(
    door: Door, query: str, variables: dict[str, Any]
) -> None:
    begun = time.monotonic()
    told = await door.refused(query, variables)
    assert told.code == "LIMIT_EXCEEDED"
    assert time.monotonic() - begun < SOON


async def test_a_circle_of_fragments_is_refused(door: Door) -> None:
    told = await door.refused("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }")
    assert told.code == "GRAPHQL_VALIDATION_FAILED"
    assert "within itself" in told.message


async def test_a_list_of_many_values_is_one_condition(door: Door) -> None:
    query = "query ($in: [String!]) { datasets(where: {name: {in: $in}}) { totalCount } }"
    answer = await door.served.ask(query, {"in": [*map(str, range(10_000)), "raw"]})
    assert answer == {"datasets": {"totalCount": 1}}


async def test_a_body_over_20_mb_is_refused(door: Door) -> None:
    status, answer = await door.send(b'{"query": "' + b"x" * 21 * 2**20 + b'"}')
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")


async def test_an_explained_query_has_the_same_limits(door: Door) -> None:
    query = "query ($query: String!) { explain(query: $query) { compiled } }"
    for name in ("fields", "not", "lists"):
        told = await door.refused(query, {"query": DEEP[name]})
        assert (told.code, told.path) == ("LIMIT_EXCEEDED", ["explain"])
    for name, (text, variables) in MANY.items():
        if not variables and name != "201 mutations":  # A mutation is not compiled at all.
            assert (await door.refused(query, {"query": text})).code == "LIMIT_EXCEEDED"


async def test_others_are_served_meanwhile(door: Door) -> None:
    bombs = [door.refused(*bomb) for bomb in MANY.values()]
    asked = [door.served.ask("{ basis { t } }") for _ in range(20)]
    *_, answer = await asyncio.gather(*bombs, *asked)
    assert answer == {"basis": {"t": "3"}}
    async with door.shut():
        assert (await door.served.client.get("/readyz")).status_code == 200
