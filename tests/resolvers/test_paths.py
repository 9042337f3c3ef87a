"""Paths in the small world, walked by hand."""

from typing import Any

from resolvers.errors import InvalidCursor, LimitExceeded, UnknownEntity
from tests.resolvers.world import World, urn

ASKED = """{ paths(from: $from, to: $to MORE) {
  basis { t } total totalAtLeast shortest complete stoppedBy
  edges { cursor node {
    length
    nodes { id type entity { urn ... on Dataset { name } } }
    edges { hop type from to edge { from { urn } ... on DerivedFrom { key } } }
  } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }"""


async def _paths(world: World, start: str, end: str, more: str = "", **variables: object) -> Any:
    names = {"from": [urn(each) for each in start.split()], "to": [urn(e) for e in end.split()]}
    return await world.one(ASKED.replace("MORE", more), **names, **variables)


def _told(paths: Any) -> list[str]:
    nodes = ([_name(node["entity"]) for node in each["node"]["nodes"]] for each in paths["edges"])
    return [" ".join(names) for names in nodes]


def _name(entity: Any) -> str:
    return str(entity["urn"].rpartition("/")[2])


async def test_a_path_follows_the_flow_of_data(world: World) -> None:
    paths = await _paths(world, "hits", "report")
    assert _told(paths) == ["hits clean daily report"]
    assert (paths["total"], paths["totalAtLeast"], paths["shortest"]) == ("1", "1", 3)
    assert (paths["complete"], paths["stoppedBy"]) == (True, [])


async def test_paths_go_up_or_either_way_where_that_is_asked(world: World) -> None:
    assert _told(await _paths(world, "report", "hits")) == []
    up = await _paths(world, "report", "hits", "direction: UPSTREAM")
    assert _told(up) == ["report daily clean hits"]
    either = await _paths(world, "etl", "hits", "direction: BOTH")
    assert _told(either) == ["etl clean hits"]
    [path] = either["edges"]
    ids = [node["id"] for node in path["node"]["nodes"]]
    ends = [(edge["from"], edge["to"]) for edge in path["node"]["edges"]]
    assert ends == [(ids[0], ids[1]), (ids[1], ids[2])]  # The second as it is: clean from hits.


async def test_parallel_edges_are_told_and_are_one_path(world: World) -> None:
    paths = await _paths(world, "clean", "daily")
    assert _told(paths) == ["clean daily"]
    edges = paths["edges"][0]["node"]["edges"]
    assert [(each["hop"], each["edge"]["key"]) for each in edges] == [(0, ""), (0, "again")]
    assert all(_name(each["edge"]["from"]) == "daily" for each in edges)


async def test_a_circle_is_gone_around_once_at_most(world: World) -> None:
    paths = await _paths(world, "daily clean", "daily clean loop")
    assert _told(paths) == [
        "clean daily",
        "daily loop",
        "clean daily loop",
        "daily loop clean",
    ]
    assert paths["total"] == "4"


async def test_one_is_no_path_to_itself(world: World) -> None:
    paths = await _paths(world, "daily", "daily")
    assert (_told(paths), paths["total"], paths["shortest"]) == ([], "0", None)
    assert paths["pageInfo"]["endCursor"] is None


async def test_paths_go_through_the_types_that_are_asked_for(world: World) -> None:
    through = await _paths(world, "etl", "ctr", "nodeTypes: [Pipeline]")
    assert _told(through) == []
    through = await _paths(world, "etl", "ctr", "nodeTypes: [Dataset]")
    assert _told(through) == ["etl clean ctr"]
    over = await _paths(world, "etl", "report", "edgeTypes: [DerivedFrom]")
    assert _told(over) == []
    none = await _paths(world, "etl", "report", "edgeTypes: [OwnedBy]")
    assert (_told(none), none["total"], none["complete"]) == ([], "0", True)


async def test_longer_paths_than_asked_for_are_none(world: World) -> None:
    assert _told(await _paths(world, "hits", "report", "maxLength: 2")) == []
    assert len(_told(await _paths(world, "hits", "report", "maxLength: 3"))) == 1
    assert _told(await _paths(world, "hits", "report", "maxLength: 0")) == []


async def test_pages_of_paths_stay_at_the_time_of_the_first(world: World) -> None:
    seen: list[str] = []
    more, after = "first: 1", ""
    for number in range(4):
        page = await _paths(world, "hits", "daily loop ctr report", more, after=after)
        seen += _told(page)
        assert page["pageInfo"]["hasNextPage"] is (number < 3)
        assert page["pageInfo"]["hasPreviousPage"] is (number > 0)
        more, after = "first: 1, after: $after", page["pageInfo"]["endCursor"]
    assert seen == [
        "hits clean daily",
        "hits clean ctr",
        "hits clean daily report",
        "hits clean daily loop",
    ]
    past = await _paths(world, "hits", "daily", "first: 1, asOf: 3")
    cursor = past["pageInfo"]["endCursor"]
    onward = await _paths(world, "hits", "daily", "first: 1, after: $after", after=cursor)
    assert (_told(onward), onward["basis"]) == ([], {"t": "3"})


async def test_what_was_not_looked_at_is_told(world: World) -> None:
    cut = await _paths(world, "hits", "ctr report", "maxNodes: 3")
    assert _told(cut) == ["hits clean ctr"]
    assert (cut["complete"], cut["stoppedBy"]) == (False, ["MAX_NODES"])
    assert (cut["total"], cut["totalAtLeast"]) == (None, "1")


async def test_cursors_ends_and_limits_are_checked(world: World) -> None:
    page = await _paths(world, "hits", "daily", "first: 1")
    cursor = page["pageInfo"]["endCursor"]
    other = await _paths(world, "hits", "report", "first: 1, after: $after", after=cursor)
    assert isinstance(other, InvalidCursor)
    garbage = await _paths(world, "hits", "daily", "first: 1, after: $after", after="x")
    assert isinstance(garbage, InvalidCursor)
    assert isinstance(await _paths(world, "hits", "nowhere"), UnknownEntity)
    assert isinstance(await _paths(world, "nowhere", "hits"), UnknownEntity)
    for more in ("maxLength: 101", "maxNodes: 100001", "first: 1001", "first: 10001"):
        assert isinstance(await _paths(world, "hits", "daily", more), LimitExceeded), more
