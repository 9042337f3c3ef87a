"""Answers of the server about lineage, held against those of the naive model."""

from typing import Any

from tests.oracle.history import Replay
from tests.oracle.lineage import Graph

GRAPH = """{
  basis { t } complete stoppedBy
  nodes {
    id urn type lifecycle depth side rank inDegree outDegree inCycle entity { urn lifecycle }
  }
  edges { type from to back edge { from { id urn } to { id urn } } }
  frontier { node direction shown hidden hiddenByType { type count } cursor }
  groups { id of direction type value count shown cursor }
}"""

LINEAGE = f"""
query(
  $root: ID!, $at: TimePoint, $direction: Direction!, $depth: Int, $nodes: Int, $fan: Int,
  $up: Int, $down: Int, $where: LineageNodeFilter, $edgeWhere: LineageEdgeFilter,
  $groupBy: LineageGroupBy
) {{
  lineage(
    of: [$root], asOf: $at, direction: $direction, maxNodes: $nodes, perNode: $fan,
    maxDepth: $depth, upstreamDepth: $up, downstreamDepth: $down,
    where: $where, edgeWhere: $edgeWhere, groupBy: $groupBy
  ) {GRAPH}
}}
"""

EXPAND = f"""
query(
  $cursor: String!, $known: [ID!], $first: Int,
  $where: LineageNodeFilter, $edgeWhere: LineageEdgeFilter, $groupBy: LineageGroupBy
) {{
  expand(
    cursor: $cursor, known: $known, first: $first,
    where: $where, edgeWhere: $edgeWhere, groupBy: $groupBy
  ) {GRAPH}
}}
"""


def compare(
    answer: dict[str, Any], graph: Graph, replay: Replay, known: dict[str, str] | None = None
) -> None:
    """Fail where a lineage graph differs from the model's; `known` has urns by id."""
    urns = names(answer) | (known or {})
    assert [_node(node) for node in answer["nodes"]] == [
        (
            urn,
            replay.entities[urn].type,
            replay.entities[urn].lifecycle,
            depth,
            graph.side[urn],
            graph.rank[urn],
            *graph.degrees[urn],
            graph.in_cycle[urn],
        )
        for urn, depth in graph.depth.items()
    ]
    assert all(node["entity"]["urn"] == node["urn"] for node in answer["nodes"])
    edges = [(edge["type"], urns[edge["from"]], urns[edge["to"]]) for edge in answer["edges"]]
    assert sorted(edges) == sorted(key[:3] for key in graph.edges)
    assert [
        (urns[each["node"]], each["direction"], each["shown"], each["hidden"], _counts(each))
        for each in answer["frontier"]
    ] == [
        (each.urn, each.direction, each.shown, sum(each.hidden.values()), each.hidden)
        for each in graph.frontier
    ]
    groups = [(urns[each["of"]], *(each[name] for name in _GROUP)) for each in answer["groups"]]
    expected = [
        (each.urn, each.direction, each.type, each.value, each.count, each.shown)
        for each in graph.groups
    ]
    assert sorted(groups, key=str) == sorted(expected, key=str)
    order = ["MAX_DEPTH", "MAX_NODES", "PER_NODE", "GROUPED"]
    assert answer["stoppedBy"] == [reason for reason in order if reason in graph.stopped_by]
    assert answer["complete"] == (not graph.frontier and not graph.groups)
    _check_back(answer, urns, graph)


_GROUP = ("direction", "type", "value", "count", "shown")


def names(answer: dict[str, Any]) -> dict[str, str]:
    """Return the urns of all that an answer shows, by id."""
    ends = (edge["edge"][end] for edge in answer["edges"] for end in ("from", "to"))
    return {each["id"]: each["urn"] for each in (*answer["nodes"], *ends)}


def _node(node: dict[str, Any]) -> tuple[Any, ...]:
    names = "urn type lifecycle depth side rank inDegree outDegree inCycle"
    return tuple(node[name] for name in names.split())


def _counts(each: dict[str, Any]) -> dict[str, int]:
    return {count["type"]: count["count"] for count in each["hiddenByType"]}


def _check_back(answer: dict[str, Any], urns: dict[str, str], graph: Graph) -> None:
    """Without its back edges the graph has no cycle, and every back edge lies on one."""
    for edge in answer["edges"]:
        if edge["back"]:
            assert graph.in_cycle[urns[edge["from"]]]
            assert graph.rank[urns[edge["from"]]] == graph.rank[urns[edge["to"]]]
    forward = [(edge["from"], edge["to"]) for edge in answer["edges"] if not edge["back"]]
    left = {end for pair in forward for end in pair}
    while True:
        sinks = left - {near for near, far in forward if far in left}
        if not sinks:
            break
        left -= sinks
    assert not left
