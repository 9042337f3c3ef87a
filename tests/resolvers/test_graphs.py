"""Lineage of the small world, walked by hand."""

import re
from typing import Any

from resolvers.errors import BadUserInput, LimitExceeded, UnknownEntity
from tests.resolvers.world import World, urn

ASKED = """{ lineage(of: $of MORE) {
  basis { t } complete stoppedBy
  nodes { urn type depth side rank inCycle inDegree outDegree lifecycle
          entity { urn ... on Dataset { name steward { name } } ... on Pipeline { name } } }
  edges { type back edge { from { urn } to { urn } ... on DerivedFrom { key } } }
  frontier { node direction shown hidden hiddenByType { type count } cursor }
} }"""


async def _graph(world: World, *roots: str, more: str = "", **variables: object) -> Any:
    of = [urn(root) for root in roots]
    return await world.one(ASKED.replace("MORE", more), of=of, **variables)


def _by(graph: Any, field: str) -> dict[str, Any]:
    return {node["urn"].rpartition("/")[2]: node[field] for node in graph["nodes"]}


async def test_both_sides_are_walked_to_their_ends(world: World) -> None:
    graph = await _graph(world, "daily")
    assert _by(graph, "depth") == {
        "daily": 0,
        "clean": 1,
        "clicks": 1,
        "report": 1,
        "loop": 1,
        "hits": 2,
        "etl": 2,
        "ctr": 3,
    }
    assert _by(graph, "side")["daily"] == "ROOT"
    assert _by(graph, "side")["clean"] == "BOTH"
    assert _by(graph, "side")["hits"] == "UPSTREAM"
    assert _by(graph, "side")["report"] == "DOWNSTREAM"
    assert _by(graph, "inCycle")["loop"] is _by(graph, "inCycle")["clean"] is True
    assert _by(graph, "rank")["hits"] == _by(graph, "rank")["etl"] == 0
    assert _by(graph, "rank")["daily"] == _by(graph, "rank")["clean"] == 1
    assert _by(graph, "rank")["report"] == 2
    assert (graph["complete"], graph["stoppedBy"], graph["frontier"]) == (True, [], [])
    assert graph["basis"] == {"t": "10"}


async def test_edges_join_what_is_shown_and_one_of_the_cycle_is_back(world: World) -> None:
    graph = await _graph(world, "daily", more="direction: UPSTREAM")
    edges = [
        (
            each["type"],
            each["edge"]["from"]["urn"].rpartition("/")[2],
            each["edge"]["to"]["urn"].rpartition("/")[2],
            each["edge"].get("key"),
        )
        for each in graph["edges"]
    ]
    assert sorted(edges, key=str) == [
        ("DerivedFrom", "clean", "hits", ""),
        ("DerivedFrom", "clean", "loop", ""),
        ("DerivedFrom", "daily", "clean", ""),
        ("DerivedFrom", "daily", "clean", "again"),
        ("DerivedFrom", "daily", "clicks", ""),
        ("DerivedFrom", "loop", "daily", ""),
        ("Writes", "etl", "clean", None),
    ]
    assert sum(each["back"] for each in graph["edges"]) >= 1


async def test_what_is_not_shown_is_counted_by_type(world: World) -> None:
    graph = await _graph(world, "clean", more="direction: UPSTREAM, maxDepth: 0")
    assert list(_by(graph, "depth")) == ["clean"]
    [frontier] = graph["frontier"]
    assert (frontier["direction"], frontier["shown"], frontier["hidden"]) == ("UPSTREAM", 0, 3)
    assert frontier["hiddenByType"] == [
        {"type": "Dataset", "count": 2},
        {"type": "Pipeline", "count": 1},
    ]
    assert graph["stoppedBy"] == ["MAX_DEPTH"]
    assert graph["complete"] is False


async def test_degrees_count_edges_that_are_not_shown(world: World) -> None:
    graph = await _graph(world, "clean", more="maxDepth: 0")
    [node] = graph["nodes"]
    assert (node["inDegree"], node["outDegree"]) == (3, 3)


async def test_the_walk_keeps_to_the_edges_and_nodes_that_are_asked_for(world: World) -> None:
    graph = await _graph(world, "clean", more="direction: UPSTREAM, edgeTypes: [Writes]")
    assert set(_by(graph, "depth")) == {"clean", "etl"}
    graph = await _graph(world, "clean", more="direction: UPSTREAM, nodeTypes: [Pipeline]")
    assert set(_by(graph, "depth")) == {"clean", "etl"}
    graph = await _graph(world, "clean", more="edgeTypes: [OwnedBy]")
    assert set(_by(graph, "depth")) == {"clean"}
    assert graph["complete"] is True


async def test_the_budget_and_the_fan_are_named_as_reasons(world: World) -> None:
    graph = await _graph(world, "daily", more="maxNodes: 2")
    assert len(graph["nodes"]) == 2
    assert "MAX_NODES" in graph["stoppedBy"]
    graph = await _graph(world, "clean", more="direction: UPSTREAM, perNode: 1")
    assert "PER_NODE" in graph["stoppedBy"]


async def test_lineage_is_of_one_time(world: World) -> None:
    graph = await _graph(world, "daily", more="asOf: $t", t=3)
    assert set(_by(graph, "depth")) == {"daily", "clean", "clicks", "hits"}
    assert graph["basis"] == {"t": "3"}
    assert graph["nodes"][0]["entity"]["steward"] is None


_TYPE_BESIDE_THE_INDEX = re.compile(
    r"JOIN fact_2 f\d+ ON f\d+\.e = \S+ AND \(f\d+\.t0 <= m\.m1 AND m\.m1 < f\d+\.t1\) IS TRUE"
)


async def test_roots_of_the_past_are_looked_up_whatever_postgresql_expects_of_skipping(
    world: World,
) -> None:
    plan = world.plan("{ lineage(of: [], asOf: 3) { complete } }")
    assert _TYPE_BESIDE_THE_INDEX.search(plan.statement.text)


async def test_several_roots_are_walked_together(world: World) -> None:
    graph = await _graph(world, "hits", "clicks", "hits", more="direction: DOWNSTREAM, maxDepth: 1")
    assert _by(graph, "depth") == {"hits": 0, "clicks": 0, "clean": 1, "daily": 1}


async def test_no_roots_give_an_empty_graph(world: World) -> None:
    graph = await _graph(world)
    assert (graph["nodes"], graph["edges"], graph["complete"]) == ([], [], True)


async def test_a_root_that_nobody_has_mentioned_by_then_is_an_error(world: World) -> None:
    fault = await _graph(world, "hits", "nobody")
    assert isinstance(fault, UnknownEntity)
    assert urn("nobody") in str(fault)
    assert isinstance(await _graph(world, "ctr", more="asOf: 5"), UnknownEntity)


async def test_more_roots_than_nodes_are_refused(world: World) -> None:
    fault = await _graph(world, "hits", "clicks", more="maxNodes: 1")
    assert isinstance(fault, LimitExceeded)
    twice = await _graph(world, "hits", "hits", more="maxNodes: 1, direction: UPSTREAM")
    assert set(_by(twice, "depth")) == {"hits"}


async def test_limits_beyond_the_most_are_refused(world: World) -> None:
    for more in ("maxDepth: 101", "maxNodes: 100001", "perNode: 100001"):
        assert isinstance(await _graph(world, "hits", more=more), LimitExceeded)
    assert isinstance(await _graph(world, "hits", more="maxDepth: -1"), BadUserInput)


async def test_passages_are_told_where_no_edges_are_asked_for(world: World) -> None:
    query = """{ lineage(of: $of, direction: UPSTREAM, through: [Dataset]) {
      nodes { id urn } passages { from to MORE }
    } }"""
    for more in ("length", "length back"):
        graph = await world.one(query.replace("MORE", more), of=[urn("ctr")])
        names = {node["id"]: node["urn"].rpartition("/")[2] for node in graph["nodes"]}
        ends = [
            (names[each["from"]], names[each["to"]], each["length"]) for each in graph["passages"]
        ]
        assert ends == [("etl", "ctr", 2)]
