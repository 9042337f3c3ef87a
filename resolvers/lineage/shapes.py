"""The shape of a raw graph: what is asked of each node and edge that a search finds."""

from collections.abc import Callable, Mapping

from datalog.syntax.clauses import Search
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from datalog.tree import Fixed, Graph, Object, Shape, Value
from resolvers import connections
from resolvers.draft import Draft, Place
from resolvers.edges import any_edge
from resolvers.lineage.graph import EDGE, NODE, extra_key
from resolvers.lineage.grouping import groups
from resolvers.lineage.walks import edges_pass, nodes_pass
from resolvers.selection import Selected


def bases(place: Place, selected: Selected) -> Shape:
    """Return what is selected of the basis, by key."""
    asked = (each for each in selected.of() if each.name == "basis")
    return Object(tuple((each.key, connections.basis(place, each)) for each in asked))


def graph(draft: Draft, place: Place, selected: Selected, query: Query, search: Search) -> Graph:
    """Return the raw graph of a search, with what is selected of it. Raises BadUserInput."""
    node_leaves, edge_leaves = _leaves(selected, "nodes"), _leaves(selected, "edges")
    edge = draft.variable("edge")
    of_nodes = {each.name for _, each in node_leaves}
    parts = {each.name for each in selected.of()}
    joined = [each.name for _, each in (*edge_leaves, *_leaves(selected, "passages"))]
    ordered = bool(of_nodes & {"rank", "inCycle"}) or "back" in joined
    ends = bool(parts & {"complete", "stoppedBy"})
    arguments, is_handed = selected.arguments, can_be_handed(selected)
    grouping = groups(draft.catalogue, place, search.node, arguments.get("groupBy"))
    return Graph(
        place.label,
        query,
        search,
        _extra(node_leaves, lambda of, each: _node_extra(draft, place, search.node, of, each)),
        _extra(edge_leaves, lambda of, each: _edge_extra(draft, place, edge, of, each)),
        degrees=bool(of_nodes & {"inDegree", "outDegree"}),
        edges=ordered or "edges" in parts,
        frontier=ends or "frontier" in parts,
        edge_entity=edge,
        nodes_pass=nodes_pass(draft, place, arguments.get("where"), search.node),
        edges_pass=edges_pass(draft, place, arguments.get("edgeWhere"), edge),
        grouping=grouping,
        groups=ends or "groups" in parts,
        passages=search.through is not None and (ordered or "passages" in parts),
        of_nodes=frozenset(of_nodes & {"type", "side"}),
        nodes_told=_told(node_leaves, NODE, "LineageNode") if is_handed else (),
        edges_told=_told(edge_leaves, EDGE, "LineageEdge") if is_handed else (),
    )


_ORDERED = frozenset({"rank", "inCycle", "back"})
"""What follows of the whole graph alone."""


def can_be_handed(selected: Selected) -> bool:
    """Tell whether the statement can write the lists of a graph as they are selected."""
    lists = [each for each in selected.of() if each.name in {"nodes", "edges", "passages"}]
    names = [each.name for each in lists]
    leaves = {leaf.name for each in lists for leaf in each.of()}
    is_one_each = len(names) == len(set(names))
    return bool(names) and "passages" not in names and is_one_each and not leaves & _ORDERED


def _told(
    leaves: "_Leaves", of_walk: Mapping[str, str], type_name: str
) -> tuple[tuple[str, str | Shape], ...]:
    """Return what is told under each key of a node or an edge."""

    def what(of: Selected, leaf: Selected) -> str | Shape:
        if leaf.name == "__typename":
            return Fixed(f'"{type_name}"')
        return of_walk.get(leaf.name) or extra_key(of, leaf)

    return tuple((leaf.key, what(of, leaf)) for of, leaf in leaves)


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
