"""Common ancestors in the small world, walked by hand; and which of any are lowest."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolvers.errors import InvalidCursor, LimitExceeded, UnknownEntity
from resolvers.reach.lowest import lowest
from tests.resolvers.world import World, urn

ASKED = """{ commonAncestors(of: $of MORE) {
  basis { t } totalCount complete stoppedBy
  edges { lowest distances { of distance } node { id urn } } pageInfo { hasNextPage endCursor }
} }"""


async def _common(world: World, of: str, more: str = "", **variables: object) -> Any:
    names = [urn(each) for each in of.split()]
    return await world.one(ASKED.replace("MORE", more), of=names, **variables)


def _told(common: Any) -> dict[str, list[int]]:
    return {
        _name(each): [every["distance"] for every in each["distances"]] for each in common["edges"]
    }


def _name(edge: Any) -> str:
    return str(edge["node"]["urn"].rpartition("/")[2])


def _lowest(common: Any) -> set[str]:
    return {_name(each) for each in common["edges"] if each["lowest"]}


async def test_what_is_upstream_of_all_is_told_with_every_distance(world: World) -> None:
    common = await _common(world, "report ctr")
    assert _told(common) == {
        "clean": [1, 2],
        "daily": [1, 3],
        "loop": [2, 3],
        "hits": [2, 3],
        "etl": [2, 3],
        "clicks": [2, 4],
    }
    assert (common["totalCount"], common["complete"], common["stoppedBy"]) == (6, True, [])


async def test_a_circle_is_lowest_as_a_whole(world: World) -> None:
    assert _lowest(await _common(world, "report ctr")) == {"clean", "daily", "loop"}


async def test_one_of_several_may_be_what_they_have_in_common(world: World) -> None:
    common = await _common(world, "hits clean", "asOf: 3")
    assert (_told(common), _lowest(common)) == ({"hits": [0, 1]}, {"hits"})
    common = await _common(world, "etl")
    assert (_told(common), _lowest(common)) == ({"etl": [0]}, {"etl"})
    again = await _common(world, "etl etl")
    assert _told(again) == {"etl": [0]}


async def test_what_has_nothing_in_common_is_told_so(world: World) -> None:
    common = await _common(world, "etl hits")
    assert (_told(common), common["totalCount"], common["complete"]) == ({}, 0, True)
    assert _told(await _common(world, "")) == {}


async def test_limits_of_the_walks_are_told(world: World) -> None:
    common = await _common(world, "report ctr", "maxDepth: 2")
    assert _told(common) == {"clean": [1, 2]}
    assert (common["complete"], common["stoppedBy"]) == (False, ["MAX_DEPTH"])
    common = await _common(world, "report ctr", "maxNodes: 2")
    assert common["stoppedBy"] == ["MAX_NODES"]
    common = await _common(world, "report ctr", "maxNodes: 7")
    assert (common["totalCount"], common["stoppedBy"]) == (6, [])


async def test_pages_of_ancestors_go_on(world: World) -> None:
    seen: list[str] = []
    more, after = "first: 4", ""
    for _ in range(2):
        page = await _common(world, "report ctr", more, after=after)
        seen += _told(page)
        more, after = "first: 4, after: $after", page["pageInfo"]["endCursor"]
    assert seen == ["clean", "daily", "hits", "loop", "etl", "clicks"]
    other = await _common(world, "report", "first: 4, after: $after", after=after)
    assert isinstance(other, InvalidCursor)


async def test_what_is_wrong_is_refused(world: World) -> None:
    assert isinstance(await _common(world, "hits nowhere"), UnknownEntity)
    assert isinstance(await _common(world, "hits", "maxNodes: 100001"), LimitExceeded)
    assert isinstance(await _common(world, "hits " * 101), LimitExceeded)


_names = st.sampled_from("abcdef")


@given(st.lists(st.tuples(_names, _names), max_size=12))
def test_lowest_is_what_all_below_leads_back_to(pairs: list[tuple[str, str]]) -> None:
    below = {name: _below(name, pairs) for name in "abcdef"}
    is_lowest = lowest(pairs)
    for name in "abcdef":
        assert is_lowest(name) == all(name in below[other] for other in below[name] - {name})


def _below(name: str, pairs: list[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    while True:
        more = {far for near, far in pairs if near == name or near in found} - found
        if not more:
            return found
        found |= more
