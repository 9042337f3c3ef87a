"""Impact in the small world, walked by hand."""

from typing import Any

from resolvers.errors import InvalidCursor, LimitExceeded, UnknownEntity
from tests.resolvers.world import World, urn

ASKED = """{ impact(of: $of MORE) {
  basis { t } totalCount complete stoppedBy
  byType { type count } byDistance { distance count } byLifecycle { lifecycle count }
  edges { cursor distance node { urn ... on Dataset { name } } } pageInfo { hasNextPage endCursor }
  groups(by: owners) { total without groups { count entity { urn } } }
} }"""


async def _impact(world: World, *of: str, more: str = "", **variables: object) -> Any:
    names = [urn(each) for each in of]
    return await world.one(ASKED.replace("MORE", more), of=names, **variables)


def _found(impact: Any) -> list[tuple[str, int]]:
    return [(_name(each["node"]), each["distance"]) for each in impact["edges"]]


def _name(entity: Any) -> str:
    return str(entity["urn"].rpartition("/")[2])


async def test_everything_downstream_is_told_nearest_first(world: World) -> None:
    impact = await _impact(world, "hits")
    assert _found(impact) == [("clean", 1), ("daily", 2), ("ctr", 2), ("report", 3), ("loop", 3)]
    assert impact["totalCount"] == 5
    assert impact["byDistance"] == [
        {"distance": 1, "count": 1},
        {"distance": 2, "count": 2},
        {"distance": 3, "count": 2},
    ]
    assert impact["byType"] == [{"type": "Dataset", "count": 4}, {"type": "Feature", "count": 1}]
    assert (impact["complete"], impact["stoppedBy"]) == (True, [])
    assert impact["edges"][0]["node"]["name"] == "clean"


async def test_what_is_asked_about_hangs_on_nothing_of_itself(world: World) -> None:
    impact = await _impact(world, "daily", "clean")
    assert _found(impact) == [("report", 1), ("loop", 1), ("ctr", 1)]


async def test_what_nobody_owns_is_counted_apart(world: World) -> None:
    impact = await _impact(world, "hits", more="direction: BOTH")
    groups = impact["groups"]
    assert [(each["count"], _name(each["entity"])) for each in groups["groups"]] == [
        (1, "ann"),
        (1, "somebody"),
    ]
    assert (groups["total"], groups["without"]) == (2, 3)


async def test_groups_are_cut_and_say_how_many_there_are(world: World) -> None:
    impact = await world.one(
        "{ impact(of: $of) { groups(by: owners, first: $n) { total groups { count } } } }",
        of=[urn("hits")],
        n=1,
    )
    assert impact["groups"] == {"total": 2, "groups": [{"count": 1}]}


async def test_a_limit_that_left_something_out_is_told(world: World) -> None:
    impact = await _impact(world, "hits", more="maxDepth: 2")
    assert [name for name, _ in _found(impact)] == ["clean", "daily", "ctr"]
    assert (impact["totalCount"], impact["complete"]) == (3, False)
    assert impact["stoppedBy"] == ["MAX_DEPTH"]
    impact = await _impact(world, "hits", more="maxDepth: 3")
    assert (impact["totalCount"], impact["stoppedBy"]) == (5, [])
    impact = await _impact(world, "hits", more="maxNodes: 3")
    assert (impact["totalCount"], impact["stoppedBy"]) == (2, ["MAX_NODES"])
    impact = await _impact(world, "hits", more="maxNodes: 2, maxDepth: 1")
    assert (impact["totalCount"], impact["stoppedBy"]) == (1, ["MAX_DEPTH"])
    impact = await _impact(world, "hits", more="maxNodes: 0")
    assert (impact["totalCount"], impact["stoppedBy"]) == (0, ["MAX_NODES"])
    impact = await _impact(world, "hits", more="maxNodes: 6")
    assert (impact["totalCount"], impact["stoppedBy"]) == (5, [])


async def test_types_are_told_that_are_walked_to_through_others(world: World) -> None:
    impact = await _impact(world, "hits", more="types: [Feature]")
    assert _found(impact) == [("ctr", 2)]
    assert impact["byType"] == [{"type": "Feature", "count": 1}]
    impact = await _impact(world, "hits", more="nodeTypes: [Feature]")
    assert _found(impact) == []


async def test_pages_go_on_at_the_time_of_the_first(world: World) -> None:
    seen: list[tuple[str, int]] = []
    more, after = "first: 2", ""
    for _ in range(3):
        impact = await _impact(world, "hits", more=more, after=after)
        seen += _found(impact)
        more, after = "first: 2, after: $after", impact["pageInfo"]["endCursor"]
    assert seen == [("clean", 1), ("daily", 2), ("ctr", 2), ("report", 3), ("loop", 3)]
    assert impact["pageInfo"]["hasNextPage"] is False
    past = await _impact(world, "hits", more="first: 1, asOf: 3")
    onward = await _impact(
        world, "hits", more="first: 9, after: $after", after=past["pageInfo"]["endCursor"]
    )
    assert (_found(onward), onward["basis"]) == ([("daily", 2)], {"t": "3"})


async def test_a_cursor_of_another_question_is_refused(world: World) -> None:
    first = await _impact(world, "hits", more="first: 1")
    more = "first: 1, after: $after, maxDepth: 9"
    cursor = first["pageInfo"]["endCursor"]
    assert isinstance(await _impact(world, "hits", more=more, after=cursor), InvalidCursor)
    more = "first: 1, after: $after"
    assert isinstance(await _impact(world, "clean", more=more, after=cursor), InvalidCursor)
    assert isinstance(await _impact(world, "hits", more=more, after="x"), InvalidCursor)


async def test_who_is_asked_about_has_to_be_there(world: World) -> None:
    assert isinstance(await _impact(world, "hits", "nowhere"), UnknownEntity)
    assert isinstance(await _impact(world, "hits", more="asOf: 2"), UnknownEntity)
    assert _found(await _impact(world)) == []


async def test_more_than_the_server_allows_is_refused(world: World) -> None:
    for more in ("maxDepth: 101", "maxNodes: 100001", "first: 10001"):
        assert isinstance(await _impact(world, "hits", more=more), LimitExceeded)
    many = await world.one("{ impact(of: $of) { totalCount } }", of=["x"] * 10_001)
    assert isinstance(many, LimitExceeded)


async def test_edges_without_lineage_lead_nowhere(world: World) -> None:
    impact = await _impact(world, "hits", more="edgeTypes: [OwnedBy]")
    assert (_found(impact), impact["complete"]) == ([], True)
