"""The lineage field: a search as Datalog, and what is asked of each node and edge that it finds.

The search gives the raw graph (`datalog/sql/graph.py`), `graph` makes the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datalog.syntax.clauses import EdgeStep, Pattern, Search
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import BasisT, Bound, Graph, Many, Object, Shape, Value
from resolvers import connections, cursors, named
from resolvers.draft import Draft, Place, Request
from resolvers.edges import any_edge
from resolvers.errors import BadUserInput, LimitExceeded, UnknownEntity
from resolvers.lineage.graph import Bounds, Json, Lineage, extra_key, told
from resolvers.lineage.walks import Numbers, edges_pass, nodes_pass, types, upstream_steps
from resolvers.named import Named
from resolvers.selection import Selected
from store.catalogue import Catalogue

_SIDES = {"UPSTREAM": (True, False), "DOWNSTREAM": (False, True), "BOTH": (True, True)}


def lineage(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the raw graph and what else the answer needs. Raises BadUserInput."""
    place = draft.timed(place, selected)
    numbers = Numbers(draft.limits, selected)
    draft.reshape(place, lambda request: Answering(draft.catalogue, selected, numbers, request).of)
    return searched(draft, place, selected, numbers)


def searched(draft: Draft, place: Place, selected: Selected, numbers: Numbers) -> Shape:
    """Return the shape of a search at the time of a place, of which `Answering` makes the answer.

    Raises BadUserInput.
    """
    roots = named.several(draft, place, selected.arguments.get("of"), numbers.check_roots)
    search, inputs = _search(draft, place, selected, numbers)
    where = (roots.entity(search.root), Pattern(search.root, "entity/type"), search)
    names = roots.inputs(roots.id, roots.urn)
    query = Query(
        (search.node, search.depth, search.side),
        (place.source, *names, *map(Scalar, inputs)),
        where,
    )
    return Object(
        (
            ("roots", _roots(draft, place, roots)),
            ("t", BasisT(place.source)),
            ("bases", _bases(place, selected)),
            ("graph", _graph(draft, place, selected, query, search)),
        )
    )


def _search(
    draft: Draft, place: Place, selected: Selected, numbers: Numbers
) -> tuple[Search, tuple[Variable, ...]]:
    """Return the search, and the `:in` variables of its limits."""
    direction = str(selected.arguments.get("direction") or "BOTH")
    if direction not in _SIDES:
        raise BadUserInput("direction", f"expected one of {', '.join(_SIDES)}")
    upstream, downstream = _SIDES[direction]
    steps = upstream_steps(draft.catalogue, selected.arguments.get("edgeTypes"))
    depths = ("upstreamDepth", "downstreamDepth") if numbers.has_own_depths else ("maxDepth",)
    depth, *own = (numbers.slot(draft, place, name) for name in depths)
    search = Search(
        draft.variable("root"),
        draft.variable("node"),
        draft.variable("depth"),
        draft.variable("side"),
        steps if upstream else (),
        tuple(EdgeStep(each.edge, not each.reverse) for each in steps) if downstream else (),
        types(draft.catalogue, "nodeTypes", selected.arguments.get("nodeTypes")),
        depth,
        numbers.slot(draft, place, "maxNodes"),
        numbers.slot(draft, place, "perNode"),
        downstream_depth=own[0] if own else None,
    )
    return search, search.limits


def _roots(draft: Draft, place: Place, roots: Named) -> Shape:
    """Return the roots that there are, by their position among those asked for."""
    root, position = draft.variable("root"), roots.position or Variable("position")
    query = Query(
        (position, root),
        (place.source, *roots.inputs(roots.id, roots.urn)),
        (roots.entity(root), Pattern(root, "entity/type")),
        (Order(position),),
    )
    return Many(f"{place.label}(roots)", query, Bound(position))


def _bases(place: Place, selected: Selected) -> Shape:
    asked = (each for each in selected.of() if each.name == "basis")
    return Object(tuple((each.key, connections.basis(place, each)) for each in asked))


def _graph(draft: Draft, place: Place, selected: Selected, query: Query, search: Search) -> Shape:
    node_leaves, edge_leaves = _leaves(selected, "nodes"), _leaves(selected, "edges")
    edge = draft.variable("edge")
    of_nodes = {each.name for _, each in node_leaves}
    parts = {each.name for each in selected.of()}
    return Graph(
        place.label,
        query,
        search,
        _extra(node_leaves, lambda of, each: _node_extra(draft, place, search.node, of, each)),
        _extra(edge_leaves, lambda of, each: _edge_extra(draft, place, edge, of, each)),
        degrees=bool(of_nodes & {"inDegree", "outDegree"}),
        edges="edges" in parts or bool(of_nodes & {"rank", "inCycle"}),
        frontier=bool(parts & {"frontier", "complete", "stoppedBy"}),
        edge_entity=edge,
        nodes_pass=nodes_pass(draft, place, selected.arguments.get("where"), search.node),
        edges_pass=edges_pass(draft, place, selected.arguments.get("edgeWhere"), edge),
    )


_Leaves = list[tuple[Selected, Selected]]


def _leaves(selected: Selected, name: str) -> _Leaves:
    return [(each, leaf) for each in selected.of() if each.name == name for leaf in each.of()]


def _extra(leaves: _Leaves, shape: Callable[[Selected, Selected], Shape | None]) -> Shape | None:
    shaped = ((extra_key(each, leaf), shape(each, leaf)) for each, leaf in leaves)
    members = tuple((key, made) for key, made in shaped if made is not None)
    return Object(members) if members else None


def _node_extra(
    draft: Draft, place: Place, node: Variable, nodes: Selected, leaf: Selected
) -> Shape | None:
    match leaf.name:
        case "urn" | "lifecycle" as name:
            return Value(node, f"entity/{name}")
        case "entity":
            return draft.entity(place.at(nodes.key).at(leaf.key), leaf, node)
        case _:
            return None


def _edge_extra(
    draft: Draft, place: Place, edge: Variable, edges: Selected, leaf: Selected
) -> Shape | None:
    if leaf.name != "edge":
        return None
    return any_edge(draft, place.at(edges.key).at(leaf.key), leaf, edge)


@dataclass(frozen=True, slots=True)
class Answering:
    """What makes the answer of the column, for one request."""

    catalogue: Catalogue
    selected: Selected
    numbers: Numbers
    request: Request

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the graph as selected. Raises UnknownEntity and LimitExceeded for its roots."""
        self._check_roots(column)
        return self.told(column)

    def told(self, column: Any) -> Json:  # JSON that our own statement made.
        """Return the graph as selected, of those roots that there are."""
        graph = column["graph"]
        t, question = int(column["t"]), cursors.asked("frontier")

        def sign(node: str, direction: str) -> str:
            return cursors.sign(self.request.secret, question, [t, node, direction])

        bounds = Bounds(
            self.numbers.number("upstreamDepth", self.request),
            self.numbers.number("downstreamDepth", self.request),
            self.numbers.number("perNode", self.request),
        )
        found = Lineage(graph, self.catalogue, bounds, sign)
        return told(found, self.selected.of(), column["bases"])

    def _check_roots(self, column: Any) -> None:
        asked = named.given_list(self.selected.arguments.get("of"), self.request)
        known = set(map(int, column["roots"]))
        for position, root in enumerate(asked):
            if position not in known:
                raise UnknownEntity(str(root))
        most = self.numbers.number("maxNodes", self.request)
        distinct = sum(1 for node in column["graph"]["nodes"] if node["depth"] == 0)
        if distinct > most:
            raise LimitExceeded("of", distinct, most)
