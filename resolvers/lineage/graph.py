"""From the raw graph of a search to the lineage graph of the answer.

What the search keeps, and in which order:
- The walk goes level by level from the roots, on each asked side. Level d+1 of a side: of every
  node newly reached on that side at level d, its first `perNode` neighbours by entity id.
- At most `maxNodes` nodes are shown, roots included. The candidates of both sides of one level
  that are not shown yet are admitted in order of entity id while the budget lasts.
- Where it goes through types, the neighbours of a node are those that its hop comes to: along the
  edges of the side, over nodes of these types that are no roots, to any other. The hop passes the
  first `perHop` of them, in order of how many edges lead there, then of entity id.
- Nodes are ordered by (depth, entity id), edges by edge id, the frontier as the nodes,
  passages by the ids of their ends.

What is made of it here: ranks, cycles and back edges over the nodes and edges that are shown, the
hidden counts by type, and why the walk ended. `datalog/sql/graph.py` says what the raw graph holds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import Any

import numpy as np

from resolvers import cursors
from resolvers.lineage.arrows import Arrows
from resolvers.lineage.layers import Layers, back, layers
from resolvers.selection import Selected
from store.catalogue import Catalogue, Upstream

Raw = Mapping[str, Any]  # JSON that our own statement made; `datalog/sql/graph.py` says which.
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that the walk kept to."""

    upstream_depth: int
    downstream_depth: int
    per_node: int

    def depth(self, direction: str) -> int:
        """Return how far the walk went in a direction."""
        return self.upstream_depth if direction == "UPSTREAM" else self.downstream_depth


@dataclass(frozen=True)
class Lineage:
    """A raw graph, and what follows from it; each part is worked out when first asked for."""

    raw: Raw
    catalogue: Catalogue
    bounds: Callable[[], Bounds]
    sign: Callable[..., str]
    """Signs the cursor of a frontier: its node and direction; of a group, its key too."""

    @cached_property
    def arrows(self) -> Arrows:
        """Where data flows from each node, in order of (entity id, edge id); passages come last."""
        edges, passages = self.raw["edges"], self.passages
        nodes = [node["id"] for node in self.raw["nodes"]]
        nodes += self._ends_elsewhere(nodes)
        place = {name: position for position, name in enumerate(nodes)}
        number = np.array([int(name[1:]) for name in nodes], dtype=np.int64)
        joined = (*edges, *passages)
        source = np.array([place[each["from"]] for each in joined], dtype=np.int64)
        target = np.array([place[each["to"]] for each in joined], dtype=np.int64)
        turns = {
            name: each.upstream is Upstream.TO for name, each in self.catalogue.edge_types.items()
        }
        turned = np.array([turns[each["type"]] for each in edges] + [False] * len(passages))
        near, far = np.where(turned, (target, source), (source, target))
        return Arrows.of(len(nodes), near, far, np.lexsort((number[far], near)))

    @property
    def is_handed(self) -> bool:
        """Whether nodes and edges are as the answer has them already."""
        return "roots" in self.raw

    @property
    def passages(self) -> Sequence[Raw]:
        """The pairs of nodes that ways through what is not shown join."""
        found: Sequence[Raw] = self.raw.get("passages", ())
        return found

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return not self.raw["frontier"] and not self.raw["groups"] and not self.raw.get("cut")

    def _ends_elsewhere(self, nodes: Iterable[str]) -> list[str]:
        """Return the ends of edges that are no nodes: what a client knows already."""
        here = set(nodes)
        joined = (*self.raw["edges"], *self.passages)
        ends = (each[end] for each in joined for end in ("from", "to"))
        return list(dict.fromkeys(end for end in ends if end not in here))

    @cached_property
    def layers(self) -> Layers:
        """The rank of every node, and whether it lies on a cycle."""
        return layers(self.arrows)

    @cached_property
    def back(self) -> frozenset[int]:
        """The edges that close a cycle, by position; passages are counted on from them."""
        return back(self.arrows)

    @property
    def stopped_by(self) -> list[str]:
        """Why something is hidden, in the order of the enum."""
        bounds = self.bounds()
        frontier = [each for each in self.raw["frontier"] if each["hidden"]]
        deepest = [each["level"] >= bounds.depth(each["direction"]) for each in frontier]
        crowded = (
            each["shown"] + sum(each["hidden"].values()) > bounds.per_node
            for each, is_deepest in zip(frontier, deepest, strict=True)
            if not is_deepest
        )
        reasons = {
            "MAX_DEPTH": any(deepest),
            "MAX_NODES": bool(self.raw["refused"]),
            "PER_NODE": any(crowded),
            "PER_HOP": bool(self.raw.get("cut")),
            "GROUPED": bool(self.raw.get("groups")),  # None where no groups are asked for.
        }
        return [name for name, holds in reasons.items() if holds]


def told(lineage: Lineage, selected: Iterable[Selected], bases: Mapping[str, object]) -> Json:
    """Return the graph as selected; `bases` has what is selected of the basis, by key."""
    return {each.key: _part(lineage, each, bases) for each in selected}


def _part(  # noqa: C901, PLR0911  # One case for each field.
    lineage: Lineage, selected: Selected, bases: Mapping[str, object]
) -> object:
    match selected.name:
        case "basis":
            return bases[selected.key]
        case "nodes" | "edges" as name if lineage.is_handed:
            return lineage.raw[name]
        case "nodes":
            return _nodes(lineage, selected)
        case "edges":
            return _edges(lineage, selected)
        case "frontier":
            return [_frontier(lineage, raw, selected) for raw in lineage.raw["frontier"]]
        case "groups":
            return [_group(lineage, raw, selected) for raw in lineage.raw["groups"]]
        case "passages":
            return _passages(lineage, selected)
        case "complete":
            return lineage.complete
        case "stoppedBy":
            return lineage.stopped_by
        case _:
            return "LineageGraph"


NODE = {"id": "id", "type": "type", "depth": "depth", "side": "side"}
NODE |= {"inDegree": "in", "outDegree": "out"}
"""What the raw graph tells of a node, by the names of fields."""
EDGE = {"id": "id", "type": "type", "from": "from", "to": "to"}
"""The same of an edge."""


def extra_key(list_field: Selected, leaf: Selected) -> str:
    """Return the name under which a raw node or edge carries what is selected of its own shape."""
    return f"{list_field.key}.{leaf.key}"


def _nodes(lineage: Lineage, selected: Selected) -> list[Json]:
    return _rows(
        lineage.raw["nodes"],
        selected,
        lambda leaf: _node_column(lineage, selected, leaf),
    )


def _node_column(lineage: Lineage, nodes: Selected, leaf: Selected) -> Iterable[object]:
    raw = lineage.raw["nodes"]
    match leaf.name:
        case "rank":
            return lineage.layers.rank
        case "inCycle":
            return lineage.layers.in_cycle
        case "__typename":
            return repeat("LineageNode")
        case name if name in NODE:
            return map(itemgetter(NODE[name]), raw)
        case _:
            return _extra(raw, extra_key(nodes, leaf))


def _edges(lineage: Lineage, selected: Selected) -> list[Json]:
    return _rows(
        lineage.raw["edges"],
        selected,
        lambda leaf: _edge_column(lineage, selected, leaf),
    )


def _edge_column(lineage: Lineage, edges: Selected, leaf: Selected) -> Iterable[object]:
    raw = lineage.raw["edges"]
    match leaf.name:
        case "back":
            return map(lineage.back.__contains__, range(len(raw)))
        case "__typename":
            return repeat("LineageEdge")
        case name if name in EDGE:
            return map(itemgetter(EDGE[name]), raw)
        case _:
            return _extra(raw, extra_key(edges, leaf))


def _passages(lineage: Lineage, selected: Selected) -> list[Json]:
    return _rows(lineage.passages, selected, lambda leaf: _passage_column(lineage, leaf))


def _passage_column(lineage: Lineage, leaf: Selected) -> Iterable[object]:
    raw = lineage.passages
    match leaf.name:
        case "back":
            first = len(lineage.raw["edges"])
            return map(lineage.back.__contains__, range(first, first + len(raw)))
        case "__typename":
            return repeat("Passage")
        case name:
            return map(itemgetter(name), raw)


def _rows(
    raw: Sequence[Raw], selected: Selected, column: Callable[[Selected], Iterable[object]]
) -> list[Json]:
    """Return an object for each raw one, made column by column: there may be 100,000."""
    keys = [leaf.key for leaf in selected.of()]
    columns = [column(leaf) for leaf in selected.of()]
    return [dict(zip(keys, row, strict=True)) for _, *row in zip(raw, *columns, strict=False)]


def _extra(raw: Sequence[Raw], key: str) -> Iterable[object]:
    return (each["extra"][key] for each in raw)


def _frontier(lineage: Lineage, raw: Raw, selected: Selected) -> Json:
    shown: Json = {}
    for each in selected.of():
        match each.name:
            case "node":
                shown[each.key] = raw["id"]
            case "direction" | "shown" as name:
                shown[each.key] = raw[name]
            case "exact":
                shown[each.key] = raw.get("exact", True)
            case "hidden":
                shown[each.key] = sum(raw["hidden"].values())
            case "hiddenByType":
                shown[each.key] = [_count(pair, each) for pair in sorted(raw["hidden"].items())]
            case "cursor":
                shown[each.key] = lineage.sign(raw["id"], raw["direction"])
            case _:
                shown[each.key] = "Frontier"
    return shown


def _group(lineage: Lineage, raw: Raw, selected: Selected) -> Json:
    node, direction, key = raw["id"], raw["direction"], raw["key"]
    shown: Json = {}
    for each in selected.of():
        match each.name:
            case "id":
                shown[each.key] = cursors.asked("group", node, direction, key)
            case "of":
                shown[each.key] = node
            case "cursor":
                shown[each.key] = lineage.sign(node, direction, key)
            case "value":
                values = (raw["value"] or {}).values()  # By kind; one of these has it, or none.
                shown[each.key] = next((value for value in values if value is not None), None)
            case "__typename":
                shown[each.key] = "LineageGroup"
            case name:
                shown[each.key] = raw[name]
    return shown


def _count(pair: tuple[str, int], selected: Selected) -> Json:
    values = {"type": pair[0], "count": pair[1], "__typename": "TypeCount"}
    return {each.key: values[each.name] for each in selected.of()}
