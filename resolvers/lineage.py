"""From the raw graph of a search to the lineage graph of the answer.

What the search keeps, and in which order:
- The walk goes level by level from the roots, on each asked side. Level d+1 of a side: of every
  node newly reached on that side at level d, its first `perNode` neighbours by entity id.
- At most `maxNodes` nodes are shown, roots included. The candidates of both sides of one level
  that are not shown yet are admitted in order of entity id while the budget lasts.
- Nodes are ordered by (depth, entity id), edges by edge id, the frontier as the nodes.

What is made of it here: ranks, cycles and back edges over the nodes and edges that are shown, the
hidden counts by type, and why the walk ended. `datalog/graph.py` says what the raw graph holds.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from resolvers.layers import Layers, Successors, back, layers
from resolvers.selection import Selected
from store.catalogue import Catalogue, Upstream

Raw = Mapping[str, Any]  # JSON that our own statement made; `datalog/graph.py` says which.
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that the walk kept to."""

    max_depth: int
    per_node: int


@dataclass(frozen=True)
class Lineage:
    """A raw graph, and what follows from it; each part is worked out when first asked for."""

    raw: Raw
    catalogue: Catalogue
    bounds: Bounds
    sign: Callable[[str, str], str]
    """Signs the cursor of a frontier: its node and direction."""

    @cached_property
    def successors(self) -> Successors:
        """Where data flows from each node, in order of (entity id, edge id)."""
        place = {node["id"]: position for position, node in enumerate(self.raw["nodes"])}
        found: list[list[tuple[int, int]]] = [[] for _ in place]
        ordered = sorted(enumerate(self.raw["edges"]), key=self._by_ends)
        for number, edge in ordered:
            source, target = self._flow(edge)
            found[place[source]].append((place[target], number))
        return found

    @cached_property
    def layers(self) -> Layers:
        """The rank of every node, and whether it lies on a cycle."""
        return layers(self.successors)

    @cached_property
    def back(self) -> frozenset[int]:
        """The edges that close a cycle, by position."""
        return back(self.successors)

    @property
    def stopped_by(self) -> list[str]:
        """Why something is hidden, in the order of the enum."""
        frontier, deepest = self.raw["frontier"], self.bounds.max_depth
        crowded = (
            each["shown"] + sum(each["hidden"].values()) > self.bounds.per_node
            for each in frontier
            if each["level"] < deepest
        )
        reasons = {
            "MAX_DEPTH": any(each["level"] >= deepest for each in frontier),
            "MAX_NODES": bool(self.raw["refused"]),
            "PER_NODE": any(crowded),
        }
        return [name for name, holds in reasons.items() if holds]

    def _flow(self, edge: Raw) -> tuple[str, str]:
        if self.catalogue.edge_type(edge["type"]).upstream is Upstream.TO:
            return edge["to"], edge["from"]
        return edge["from"], edge["to"]

    def _by_ends(self, numbered: tuple[int, Raw]) -> tuple[int, int]:
        _, edge = numbered
        return _number(self._flow(edge)[1]), _number(edge["id"])


def told(lineage: Lineage, selected: Iterable[Selected], bases: Mapping[str, object]) -> Json:
    """Return the graph as selected; `bases` has what is selected of the basis, by key."""
    graph: Json = {}
    for each in selected:
        match each.name:
            case "basis":
                graph[each.key] = bases[each.key]
            case "nodes":
                graph[each.key] = _nodes(lineage, each)
            case "edges":
                graph[each.key] = _edges(lineage, each)
            case "frontier":
                graph[each.key] = [_frontier(lineage, raw, each) for raw in lineage.raw["frontier"]]
            case "complete":
                graph[each.key] = not lineage.raw["frontier"]
            case "stoppedBy":
                graph[each.key] = lineage.stopped_by
            case _:
                graph[each.key] = "LineageGraph"
    return graph


_NODE = {"id": "id", "type": "type", "depth": "depth", "side": "side"}
_NODE |= {"inDegree": "in", "outDegree": "out"}
_EDGE = {"id": "id", "type": "type", "from": "from", "to": "to"}


def extra_key(list_field: Selected, leaf: Selected) -> str:
    """Return the name under which a raw node or edge carries what is selected of its own shape."""
    return f"{list_field.key}.{leaf.key}"


def _nodes(lineage: Lineage, selected: Selected) -> list[Json]:
    return [
        {each.key: _node_field(lineage, number, raw, selected, each) for each in selected.of()}
        for number, raw in enumerate(lineage.raw["nodes"])
    ]


def _node_field(lineage: Lineage, number: int, raw: Raw, nodes: Selected, leaf: Selected) -> object:
    match leaf.name:
        case "rank":
            return lineage.layers.rank[number]
        case "inCycle":
            return lineage.layers.in_cycle[number]
        case "__typename":
            return "LineageNode"
        case name if name in _NODE:
            return raw[_NODE[name]]
        case _:
            return raw["extra"][extra_key(nodes, leaf)]


def _edges(lineage: Lineage, selected: Selected) -> list[Json]:
    return [
        {each.key: _edge_field(lineage, number, raw, selected, each) for each in selected.of()}
        for number, raw in enumerate(lineage.raw["edges"])
    ]


def _edge_field(lineage: Lineage, number: int, raw: Raw, edges: Selected, leaf: Selected) -> object:
    match leaf.name:
        case "back":
            return number in lineage.back
        case "__typename":
            return "LineageEdge"
        case name if name in _EDGE:
            return raw[_EDGE[name]]
        case _:
            return raw["extra"][extra_key(edges, leaf)]


def _frontier(lineage: Lineage, raw: Raw, selected: Selected) -> Json:
    shown: Json = {}
    for each in selected.of():
        match each.name:
            case "node":
                shown[each.key] = raw["id"]
            case "direction" | "shown" as name:
                shown[each.key] = raw[name]
            case "hidden":
                shown[each.key] = sum(raw["hidden"].values())
            case "hiddenByType":
                shown[each.key] = [_count(pair, each) for pair in sorted(raw["hidden"].items())]
            case "cursor":
                shown[each.key] = lineage.sign(raw["id"], raw["direction"])
            case _:
                shown[each.key] = "Frontier"
    return shown


def _count(pair: tuple[str, int], selected: Selected) -> Json:
    values = {"type": pair[0], "count": pair[1], "__typename": "TypeCount"}
    return {each.key: values[each.name] for each in selected.of()}


def _number(opaque: str) -> int:
    return int(opaque[1:])
