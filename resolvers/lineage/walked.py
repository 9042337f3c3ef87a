"""Lineage that is walked over a snapshot of the edges, told without a fact about any node.

The statement says which roots there are, as of which t, and what has happened to edges since the
snapshot; the walk comes after it. So all is as of one transaction, and nothing has to be sent to
PostgreSQL and back. What needs facts of the nodes is left to SQL, which has to read them anyway:
their types, urns and fields, filters, groups, and walks through types.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
import orjson

from adjacency import graph
from adjacency.graph import Between, Ending
from adjacency.walk import DOWN, UP, Steps, Walked
from datalog.syntax.clauses import EdgeStep
from resolvers.lineage.arrows import Arrows
from resolvers.lineage.layers import Layers, back, layers
from resolvers.selection import Selected
from store.catalogue import Catalogue, Upstream
from store.ids import FIRST_ENTITY

Json = dict[str, Any]

_ARGUMENTS = frozenset(
    {
        "of",
        "direction",
        "edgeTypes",
        "asOf",
        "maxDepth",
        "upstreamDepth",
        "downstreamDepth",
        "maxNodes",
        "perNode",
        "perHop",
    }
)
_TOLD = {
    "nodes": frozenset({"id", "depth", "side", "rank", "inCycle", "inDegree", "outDegree"}),
    "edges": frozenset({"id", "type", "from", "to", "back"}),
    "frontier": frozenset({"node", "direction", "shown", "hidden", "exact", "cursor"}),
}


def reason(selected: Selected) -> str | None:
    """Return what of a lineage field needs facts, so that SQL has to walk; None where nothing."""
    for name, given in selected.arguments.items():
        if given is not None and name not in _ARGUMENTS and (name, given) != ("through", []):
            return f"the argument {name}"
    for each in selected.of():
        for leaf in each.of() if each.name in _TOLD else ():
            if leaf.name not in {*_TOLD[each.name], "__typename"}:
                return f"{each.name}.{leaf.name}"
    return None


def lineage_types(catalogue: Catalogue) -> tuple[int, ...]:
    """Return the ids of all edge types along which data flows."""
    return tuple(
        sorted(
            each.id for each in catalogue.edge_types.values() if each.upstream is not Upstream.NONE
        )
    )


def lineage_names(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the names of all edge types along which data flows."""
    found = (
        each.name for each in catalogue.edge_types.values() if each.upstream is not Upstream.NONE
    )
    return tuple(sorted(found))


def steps(catalogue: Catalogue, walked: Iterable[EdgeStep]) -> Steps:
    """Return the ids of the edge types of steps, by the way they go."""
    along: list[int] = []
    against: list[int] = []
    for each in walked:
        (against if each.reverse else along).append(catalogue.edge_type(each.edge).id)
    return Steps(tuple(along), tuple(against))


@dataclass(frozen=True)
class Found:
    """What a walk came to, and what follows; each part is worked out when first asked for."""

    walked: Walked
    catalogue: Catalogue
    sign: Callable[..., str]
    """Signs the cursor of a frontier: its node and direction."""

    @cached_property
    def names(self) -> list[str]:
        """The ids of the nodes."""
        return _names(self.walked.nodes)

    @cached_property
    def between(self) -> Between:
        """The edges between the nodes."""
        return graph.between(self.walked)

    @cached_property
    def edge_names(self) -> list[str]:
        """The names of the types of edges, by their codes."""
        names: dict[int, str] = {each.id: each.name for each in self.catalogue.edge_types.values()}
        return [names[each] for each in self.walked.reading.snapshot.types]

    @cached_property
    def arrows(self) -> Arrows:
        """Where data flows from each node, in order of (entity id, edge id)."""
        types = self.catalogue.edge_types
        flows = np.array(
            [types[each].upstream is Upstream.TO for each in self.edge_names] or [True]
        )
        edges, nodes = self.between, self.walked.nodes
        turned = flows[edges.kind]
        near = np.where(turned, edges.target, edges.source)
        far = np.where(turned, edges.source, edges.target)
        # Stable: edges come in their order already.
        return Arrows.of(len(nodes), near, far, np.lexsort((nodes[far], near)))

    @cached_property
    def layers(self) -> Layers:
        """The rank of every node, and whether it lies on a cycle."""
        return layers(self.arrows)

    @cached_property
    def back(self) -> frozenset[int]:
        """The edges that close a cycle, by position."""
        return back(self.arrows)

    @cached_property
    def endings(self) -> tuple[tuple[int, Ending], ...]:
        """Where each side ends."""
        return tuple(graph.endings(self.walked))

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return not any(len(each.at) for _, each in self.endings)

    @property
    def stopped_by(self) -> list[str]:
        """Why something is hidden, in the order of the enum."""
        asked = self.walked.question
        depths = {UP: asked.upstream_depth, DOWN: asked.downstream_depth}
        deepest = crowded = False
        for flag, each in self.endings:
            is_deepest = each.levels >= depths[flag]
            deepest |= bool(is_deepest.any())
            crowd = each.shown + each.hidden > asked.per_node
            crowded |= bool((crowd & ~is_deepest).any())
        reasons = {"MAX_DEPTH": deepest, "MAX_NODES": self.walked.refused, "PER_NODE": crowded}
        return [name for name, holds in reasons.items() if holds]


def _names(places: np.ndarray[Any, np.dtype[np.int32]]) -> list[str]:
    return list(map("E%d".__mod__, (places.astype(np.int64) + FIRST_ENTITY).tolist()))


def told(found: Found, selected: Iterable[Selected], bases: Json) -> Json:
    """Return the graph as selected; `bases` has what is selected of the basis, by key."""
    return {each.key: _part(found, each, bases) for each in selected}


def as_text(found: Found, selected: Iterable[Selected], bases: Json) -> Json:
    """Do as `told`, with the nodes as JSON text: to make 100,000 objects of them takes longest."""
    return {
        each.key: _nodes_text(found, each) if each.name == "nodes" else _part(found, each, bases)
        for each in selected
    }


def _nodes_text(found: Found, selected: Selected) -> orjson.Fragment:
    """Return the nodes as JSON text: of many rows one pattern, filled in at once."""
    leaves = selected.of()
    if [leaf.name for leaf in leaves] == ["id"] and len(found.walked.nodes):
        return _ids_text(found, leaves[0].key)
    pattern = ",".join(f"{orjson.dumps(leaf.key).decode()}:{_pattern(leaf)}" for leaf in leaves)
    columns = [_numbers(found, leaf) for leaf in leaves]
    rows = ",".join([f"{{{pattern}}}"] * len(found.walked.nodes))
    values = tuple(chain.from_iterable(zip(*columns, strict=True)))
    return orjson.Fragment(f"[{rows % values}]")


def _ids_text(found: Found, key: str) -> orjson.Fragment:
    """Return nodes of which nothing but the id is told: numbers in text, with the rest between."""
    ids = found.walked.nodes.astype(np.int64) + FIRST_ENTITY
    numbers = orjson.dumps(ids, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    begin = b"{" + orjson.dumps(key) + b':"E'
    return orjson.Fragment(b"[" + begin + numbers.replace(b",", b'"},' + begin) + b'"}]')


def _pattern(leaf: Selected) -> str:
    match leaf.name:
        case "id":
            return '"E%d"'
        case "depth" | "rank" | "inDegree" | "outDegree":
            return "%d"
        case "inCycle":
            return "%s"
        case _:
            return '"%s"'


def _numbers(found: Found, leaf: Selected) -> Iterable[object]:
    match leaf.name:
        case "id":
            ids: list[int] = (found.walked.nodes.astype(np.int64) + FIRST_ENTITY).tolist()
            return ids
        case "inCycle":
            return map(("false", "true").__getitem__, found.layers.in_cycle)
        case "__typename":
            return ["LineageNode"] * len(found.walked.nodes)
        case _:
            return _node_column(found, leaf)


def _part(found: Found, selected: Selected, bases: Json) -> object:  # noqa: PLR0911  # One each.
    match selected.name:
        case "basis":
            return bases[selected.key]
        case "nodes":
            return _rows(selected, len(found.names), lambda leaf: _node_column(found, leaf))
        case "edges":
            edges = len(found.between.edge)
            return _rows(selected, edges, lambda leaf: _edge_column(found, leaf))
        case "frontier":
            return _frontier(found, selected)
        case "groups" | "passages":
            return []
        case "complete":
            return found.complete
        case "stoppedBy":
            return found.stopped_by
        case _:
            return "LineageGraph"


def _rows(
    selected: Selected, rows: int, column: Callable[[Selected], Iterable[object]]
) -> list[Json]:
    """Return an object for each row, made column by column: there may be 100,000."""
    keys = [leaf.key for leaf in selected.of()]
    columns = [column(leaf) for leaf in selected.of()]
    if len(keys) == 1:
        [key] = keys
        return [{key: value} for _, value in zip(range(rows), columns[0], strict=False)]
    return [
        dict(zip(keys, row, strict=True)) for _, *row in zip(range(rows), *columns, strict=False)
    ]


_SIDES = ("ROOT", "UPSTREAM", "DOWNSTREAM", "BOTH")


def _node_column(found: Found, leaf: Selected) -> Iterable[object]:  # noqa: PLR0911  # One each.
    walked = found.walked
    match leaf.name:
        case "id":
            return found.names
        case "depth":
            return list(walked.depths.tolist())
        case "side":
            sides = np.where(walked.depths == 0, 0, walked.flags[walked.nodes] & (UP | DOWN))
            return list(map(_SIDES.__getitem__, sides.tolist()))
        case "rank":
            return found.layers.rank
        case "inCycle":
            return found.layers.in_cycle
        case "inDegree":
            return _degrees(found, _upstream(found.catalogue))
        case "outDegree":
            return _degrees(found, _upstream(found.catalogue).turned())
        case _:
            return repeat("LineageNode")


def _degrees(found: Found, steps: Steps) -> list[int]:
    counts: list[int] = graph.degrees(found.walked, steps).tolist()
    return counts


def _upstream(catalogue: Catalogue) -> Steps:
    """Return the steps upstream along all lineage edges."""
    types = catalogue.edge_types.values()
    return Steps(
        tuple(each.id for each in types if each.upstream is Upstream.TO),
        tuple(each.id for each in types if each.upstream is Upstream.FROM),
    )


def _edge_column(found: Found, leaf: Selected) -> Iterable[object]:
    edges = found.between
    match leaf.name:
        case "id":
            return _names(edges.edge)
        case "type":
            return map(found.edge_names.__getitem__, edges.kind.tolist())
        case "from":
            return map(found.names.__getitem__, edges.source.tolist())
        case "to":
            return map(found.names.__getitem__, edges.target.tolist())
        case "back":
            return map(found.back.__contains__, range(len(edges.edge)))
        case _:
            return repeat("LineageEdge")


def _frontier(found: Found, selected: Selected) -> list[Json]:
    """Return the frontier in the order of the nodes, upstream first."""
    rows = [
        _End(at, flag, shown, hidden)
        for flag, each in found.endings
        for at, shown, hidden in zip(
            each.at.tolist(), each.shown.tolist(), each.hidden.tolist(), strict=True
        )
    ]
    rows.sort()
    leaves = selected.of()
    return [{leaf.key: _ended(found, leaf.name, row) for leaf in leaves} for row in rows]


class _End(NamedTuple):
    """A node, the flag of a side, and how many neighbours are shown and hidden there."""

    at: int
    flag: int
    shown: int
    hidden: int


def _ended(found: Found, name: str, end: _End) -> object:  # noqa: PLR0911  # One each.
    node, direction = found.names[end.at], _SIDES[end.flag]
    match name:
        case "node":
            return node
        case "direction":
            return direction
        case "shown":
            return end.shown
        case "hidden":
            return end.hidden
        case "exact":
            return True
        case "cursor":
            return found.sign(node, direction)
        case _:
            return "Frontier"
