"""Pages: where they begin, where they end, and that no row is lost or seen twice between them."""

from typing import Any

import pytest

from resolvers.errors import BadUserInput, InvalidCursor, LimitExceeded
from tests.resolvers.world import World, urn

ORDERS = (
    "",
    "[{name: DESC}]",
    "[{rows: ASC}]",
    "[{rows: DESC}]",
    "[{layer: ASC}, {name: DESC}]",
    "[{steward: {name: ASC}}]",
    "[{price: ASC}]",
    "[{seenAt: DESC}, {urn: ASC}]",
)
INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def _arguments(order: str, more: str) -> str:
    return ", ".join(each for each in (more, f"orderBy: {order}" if order else "") if each)


def _forward(order: str) -> tuple[str, str]:
    page = f"{{ nodes {{ name }} {INFO} }}"
    first = f"{{ datasets({_arguments(order, 'first: $n')}) {page} }}"
    return first, f"{{ datasets({_arguments(order, 'first: $n, after: $c')}) {page} }}"


def _backward(order: str) -> tuple[str, str]:
    first, then = _forward(order)
    return first.replace("first", "last"), then.replace("first", "last").replace("after", "before")


WAYS = {"on": ("endCursor", "hasNextPage"), "back": ("startCursor", "hasPreviousPage")}


async def _walk(world: World, texts: tuple[str, str], size: int, way: str) -> list[Any]:
    first, then = texts
    cursor, more = WAYS[way]
    page = await world.one(first, n=size)
    pages = [page]
    while page["pageInfo"][more]:
        page = await world.one(then, n=size, c=page["pageInfo"][cursor])
        pages.append(page)
    return pages


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("order", ORDERS)
async def test_pages_together_are_the_whole_in_either_direction(
    world: World, order: str, size: int
) -> None:
    arguments = f"({_arguments(order, '')})" if order else ""
    whole = (await world.one(f"{{ datasets{arguments} {{ nodes {{ name }} }} }}"))["nodes"]
    assert len(whole) == 6
    forward = await _walk(world, _forward(order), size, "on")
    assert [node for page in forward for node in page["nodes"]] == whole
    backward = await _walk(world, _backward(order), size, "back")
    assert [node for page in reversed(backward) for node in page["nodes"]] == whole


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("[{rows: ASC}]", ["clicks", "clean", "hits", "daily", "report", "loop"]),
        ("[{rows: DESC}]", ["daily", "hits", "clean", "clicks", "report", "loop"]),
        ("[{steward: {name: DESC}}]", ["hits", "clean", "daily", "clicks", "report", "loop"]),
    ],
)
async def test_missing_values_come_last_either_way_and_the_id_breaks_ties(
    world: World, order: str, names: list[str]
) -> None:
    found = await world.one(f"{{ datasets(orderBy: {order}) {{ nodes {{ name }} }} }}")
    assert [node["name"] for node in found["nodes"]] == names


async def test_the_page_says_whether_there_is_more_on_its_own_side(world: World) -> None:
    asked = f"{{ datasets(first: $n) {{ nodes {{ name }} {INFO} }} }}"
    whole = (await world.one(asked, n=6))["pageInfo"]
    assert (whole["hasNextPage"], whole["hasPreviousPage"]) == (False, False)
    part = (await world.one(asked, n=5))["pageInfo"]
    assert (part["hasNextPage"], part["hasPreviousPage"]) == (True, False)
    asked = f"{{ datasets(first: 9, after: $c) {{ nodes {{ name }} {INFO} }} }}"
    rest = (await world.one(asked, c=part["endCursor"]))["pageInfo"]
    assert (rest["hasNextPage"], rest["hasPreviousPage"]) == (False, True)


async def test_a_page_of_nothing_knows_that_there_is_more(world: World) -> None:
    found = await world.one(
        f"{{ datasets(first: 0) {{ nodes {{ name }} edges {{ cursor }} {INFO} }} }}"
    )
    assert found["nodes"] == found["edges"] == []
    assert found["pageInfo"]["hasNextPage"] is True
    assert found["pageInfo"]["endCursor"] is None


async def test_relations_are_paged_too_and_parallel_edges_are_not_lost(world: World) -> None:
    asked = """{ dataset(id: $u) { upstream(first: 1 MORE) {
      edges { cursor node { name } edge { key } } pageInfo { hasNextPage endCursor }
    } } }"""
    rows, more, cursor = [], "", None
    while True:
        text = asked.replace("MORE", more)
        page = (await world.one(text, u=urn("daily"), c=cursor))["upstream"]
        rows += [(each["node"]["name"], each["edge"]["key"]) for each in page["edges"]]
        more, cursor = "after: $c", page["pageInfo"]["endCursor"]
        assert cursor == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert rows == [("clean", ""), ("clean", "again"), ("clicks", "")]


async def test_a_cursor_belongs_to_the_rows_of_one_parent(world: World) -> None:
    first = "{ dataset(id: $u) { downstream(first: 1) { pageInfo { endCursor } } } }"
    then = "{ dataset(id: $u) { name downstream(after: $c) { totalCount nodes { name } } } }"
    cursor = (await world.one(first, u=urn("clean")))["downstream"]["pageInfo"]["endCursor"]
    clean = await world.one(then, u=urn("clean"), c=cursor)
    assert clean["downstream"] == {"totalCount": 2, "nodes": [{"name": "daily"}]}
    hits = await world.one(then, u=urn("hits"), c=cursor)
    assert isinstance(hits.pop("downstream"), InvalidCursor)
    assert hits == {"name": "hits"}


async def test_several_aliases_of_a_list_share_one_page(world: World) -> None:
    found = await world.one(
        """{ datasets(first: 1) {
          a: nodes { name } b: nodes { urn } one: totalCount two: totalCount
        } }"""
    )
    assert found == {"a": [{"name": "hits"}], "b": [{"urn": urn("hits")}], "one": 6, "two": 6}


async def _cursor(world: World, text: str) -> Any:
    return (await world.one(text))["pageInfo"]["endCursor"]


FIRST = "{ datasets(first: 1) { pageInfo { endCursor } } }"


async def test_a_cursor_goes_on_at_the_time_of_its_page(world: World) -> None:
    cursor = await _cursor(world, "{ datasets(first: 1, asOf: 9) { pageInfo { endCursor } } }")
    asked = "{ datasets(after: $c) { totalCount basis { t } nodes { name } } }"
    found = await world.one(asked, c=cursor)
    assert (found["totalCount"], found["basis"]["t"]) == (7, "9")
    assert found["nodes"][-1] == {"name": "old"}
    same = asked.replace("after: $c", "after: $c, asOf: $t")
    assert await world.one(same, c=cursor, t="2024-01-09") == found


@pytest.mark.parametrize("t", [10, 8, "2024-01-08T12:00:00Z"])
async def test_a_cursor_at_another_time_than_asked_is_invalid(world: World, t: object) -> None:
    cursor = await _cursor(world, "{ datasets(first: 1, asOf: 9) { pageInfo { endCursor } } }")
    fault = await world.one("{ datasets(after: $c, asOf: $t) { totalCount } }", c=cursor, t=t)
    assert isinstance(fault, InvalidCursor)
    assert "as of t 9" in str(fault)


@pytest.mark.parametrize(
    "asked",
    [
        "{ features(after: $c) { totalCount } }",
        '{ datasets(after: $c, where: {name: {ne: "x"}}) { totalCount } }',
        "{ datasets(after: $c, orderBy: [{name: ASC}]) { totalCount } }",
        "{ transactions(after: $c) { totalCount } }",
        "{ assets(after: $c) { totalCount } }",
    ],
)
async def test_a_cursor_of_another_question_is_invalid(world: World, asked: str) -> None:
    fault = await world.one(asked, c=await _cursor(world, FIRST))
    assert isinstance(fault, InvalidCursor)


async def test_a_cursor_follows_the_question_into_another_document(world: World) -> None:
    asked = "{ datasets(first: 1, where: {name: {in: $n}}) { pageInfo { endCursor } } }"
    cursor = (await world.one(asked, n=["hits", "clean"]))["pageInfo"]["endCursor"]
    found = await world.ask(
        '{ teams { totalCount } rest: datasets(after: $c, where: {name: {in: ["hits", "clean"]}}) '
        "{ nodes { name } } }",
        c=cursor,
    )
    assert found["rest"] == {"nodes": [{"name": "clean"}]}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("first: -1", BadUserInput),
        ("last: -1", BadUserInput),
        ("first: 10001", LimitExceeded),
        ("first: 10000000", LimitExceeded),
        ("first: 1, last: 1", BadUserInput),
        ('first: 1, before: "x"', BadUserInput),
        ('after: "x", before: "x"', BadUserInput),
        ('after: "x"', InvalidCursor),
        ('before: ""', InvalidCursor),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    world: World, arguments: str, fault: type[Exception]
) -> None:
    found = await world.ask(f"{{ datasets({arguments}) {{ totalCount }} teams {{ totalCount }} }}")
    assert isinstance(found["datasets"], fault)
    assert found["teams"] == {"totalCount": 1}


async def test_null_is_as_if_nothing_was_said(world: World) -> None:
    asked = (
        "{ datasets(first: 1, last: null, before: null, where: null, asOf: null) { totalCount } }"
    )
    assert await world.one(asked) == {"totalCount": 6}
