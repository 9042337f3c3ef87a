"""Answers of the server about lineage, held against those of the naive model."""

from typing import Any

from tests.oracle.history import Replay
from tests.oracle.lineage import Asked, Graph


def _graph(entity: str) -> str:
    return f"""{{
  basis {{ t }} complete stoppedBy
  nodes {{
    id urn type lifecycle depth side rank inDegree outDegree inCycle entity {{ {entity} }}
  }}
  edges {{ type from to back edge {{ from {{ id urn }} to {{ id urn }} }} }}
  passages {{ from to length back }}
  frontier {{ node direction shown hidden hiddenByType {{ type count }} exact cursor }}
  groups {{ id of direction type value count shown cursor }}
}}"""


def _types(asked: Asked) -> str:
    """Return the arguments that name types; these cannot be variables."""
    named = {"edgeTypes": asked.edge_types, "nodeTypes": asked.node_types, "through": asked.through}
    told = {name: sorted(types) for name, types in named.items() if types is not None}
    return " ".join(f"{name}: [{', '.join(types)}]" for name, types in told.items())


def lineage(asked: Asked) -> str:
    """Return the query for a request, whose other arguments are variables."""
    return f"""
query(
  $root: [ID!]!, $at: TimePoint, $direction: Direction!, $depth: Int, $nodes: Int, $fan: Int,
  $up: Int, $down: Int, $where: LineageNodeFilter, $edgeWhere: LineageEdgeFilter,
  $groupBy: LineageGroupBy, $hop: Int
) {{
  lineage(
    of: $root, asOf: $at, direction: $direction, maxNodes: $nodes, perNode: $fan,
    maxDepth: $depth, upstreamDepth: $up, downstreamDepth: $down, {_types(asked)}
    where: $where, edgeWhere: $edgeWhere, groupBy: $groupBy, perHop: $hop
  ) {_graph("urn lifecycle")}
}}
"""


def expand(asked: Asked, entity: str) -> str:
    """Return the query that goes on, with what is selected of the entities."""
    return f"""
query(
  $cursor: String!, $known: [ID!], $first: Int, $hop: Int,
  $where: LineageNodeFilter, $edgeWhere: LineageEdgeFilter, $groupBy: LineageGroupBy
) {{
  expand(
    cursor: $cursor, known: $known, first: $first, {_types(asked)}
    where: $where, edgeWhere: $edgeWhere, groupBy: $groupBy, perHop: $hop
  ) {_graph(entity)}
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
    passages = [(urns[each["from"]], urns[each["to"]]) for each in answer["passages"]]
    lengths = [each["length"] for each in answer["passages"]]
    assert len(set(passages)) == len(passages)
    assert dict(zip(passages, lengths, strict=True)) == graph.passages
    assert [
        (urns[each["node"]], *(each[name] for name in _FRONTIER), _counts(each))
        for each in answer["frontier"]
    ] == [
        (each.urn, each.direction, each.shown, sum(each.hidden.values()), each.exact, each.hidden)
        for each in graph.frontier
    ]
    groups = [(urns[each["of"]], *(each[name] for name in _GROUP)) for each in answer["groups"]]
    expected = [
        (each.urn, each.direction, each.type, each.value, each.count, each.shown)
        for each in graph.groups
    ]
    assert sorted(groups, key=str) == sorted(expected, key=str)
    order = ["MAX_DEPTH", "MAX_NODES", "PER_NODE", "PER_HOP", "GROUPED"]
    assert answer["stoppedBy"] == [reason for reason in order if reason in graph.stopped_by]
    is_cut = "PER_HOP" in graph.stopped_by
    assert answer["complete"] == (not graph.frontier and not graph.groups and not is_cut)
    _check_back(answer, urns, graph, replay)


_FRONTIER = ("direction", "shown", "hidden", "exact")
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


def _check_back(answer: dict[str, Any], urns: dict[str, str], graph: Graph, replay: Replay) -> None:
    """Without what is back the graph has no cycle, and all that is back lies on one."""
    arrows = [(each, each["from"], each["to"]) for each in answer["passages"]]
    for edge in answer["edges"]:
        upstream_is_to = replay.catalog.edges[edge["type"]].upstream == "TO"
        ends = (edge["to"], edge["from"]) if upstream_is_to else (edge["from"], edge["to"])
        arrows.append((edge, *ends))
    for each, near, far in arrows:
        if each["back"]:
            assert graph.in_cycle[urns[near]]
            assert graph.rank[urns[near]] == graph.rank[urns[far]]
    forward = [(near, far) for each, near, far in arrows if not each["back"]]
    left = {end for pair in forward for end in pair}
    while True:
        sinks = left - {near for near, far in forward if far in left}
        if not sinks:
            break
        left -= sinks
    assert not left
