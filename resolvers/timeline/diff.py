"""The lineageDiff field: the same search at two times, in one statement.

Both raw graphs carry with every node and edge the datoms of it between the two times, each with
what is asked of its transaction; `differences` makes the answer. What is asked of a node itself is
read as of the later time, also where the node is in the earlier graph only.
"""

from dataclasses import dataclass, replace
from typing import Any

from datalog.syntax.clauses import EdgeStep, Pattern, Search
from datalog.syntax.query import Order, Parent, Query, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, History
from datalog.tree import AttributeName, Bound, Graph, Many, Object, OpaqueId, Shape, Value
from resolvers import connections, named
from resolvers.draft import Draft, Found, Place, Request, Slots
from resolvers.errors import BadUserInput
from resolvers.lineage.field import roots_among
from resolvers.lineage.graph import Bounds, Lineage
from resolvers.lineage.walks import Numbers, types, upstream_steps
from resolvers.named import Named
from resolvers.selection import Selected
from resolvers.timeline.differences import Compared, told, transaction_leaves
from resolvers.transactions import transaction
from store.catalogue import Catalogue

_SIDES = {"UPSTREAM": (True, False), "DOWNSTREAM": (False, True), "BOTH": (True, True)}


def lineage_diff(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of both raw graphs and what else the answer needs. Raises BadUserInput."""
    times = _times(draft, place, selected)
    numbers = Numbers(draft.limits, selected)
    roots = named.several(draft, place, selected.arguments.get("of"), numbers.check_roots)
    search = _search(draft, place, selected, numbers)
    tx = draft.variable("tx")
    told_of_nodes = _of_nodes(draft, times.after, selected, search.node)
    told_of_tx = _of_transactions(draft, times.after, selected, tx)
    made = _Diff(draft, times, selected, roots, search, tx, told_of_nodes, told_of_tx)
    draft.reshape(
        place, lambda request: _Answering(draft.catalogue, selected, search, numbers, request).of
    )
    return Object(
        (
            ("roots", made.roots()),
            ("bases", made.bases()),
            ("before", made.graph("before", times.before)),
            ("after", made.graph("after", times.after)),
        )
    )


@dataclass(frozen=True, slots=True)
class _Times:
    """The two places, and the database of all datoms between them."""

    before: Place
    after: Place
    between: Source


def _times(draft: Draft, place: Place, selected: Selected) -> _Times:
    start = draft.moment()
    draft.pin(place, start, selected.arguments.get("from"))
    after, end = place, None
    if selected.arguments.get("to") is not None:
        end = draft.moment()
        draft.pin(place, end, selected.arguments.get("to"))
        after = replace(place, view=AsOf(end), said=end)

    def in_order(_: Slots, found: Found) -> None:
        first, last = found.moments[start], found.t if end is None else found.moments[end]
        if first > last:
            raise BadUserInput("from", f"it is after to (t {first}, t {last}): swap them")

    draft.check(place, in_order)
    before = replace(place, view=AsOf(start), said=start)
    return _Times(before, after, Source("$between", History(after.view, start)))


def _search(draft: Draft, place: Place, selected: Selected, numbers: Numbers) -> Search:
    direction = str(selected.arguments.get("direction") or "BOTH")
    if direction not in _SIDES:
        raise BadUserInput("direction", f"expected one of {', '.join(_SIDES)}")
    upstream, downstream = _SIDES[direction]
    steps = upstream_steps(draft.catalogue, selected.arguments.get("edgeTypes"))
    names = ("maxDepth", "maxNodes", "perNode")
    max_depth, max_nodes, per_node = (numbers.slot(draft, place, name) for name in names)
    return Search(
        draft.variable("root"),
        draft.variable("node"),
        draft.variable("depth"),
        draft.variable("side"),
        steps if upstream else (),
        tuple(EdgeStep(each.edge, not each.reverse) for each in steps) if downstream else (),
        types(draft.catalogue, "nodeTypes", selected.arguments.get("nodeTypes")),
        max_depth,
        max_nodes,
        per_node,
    )


_SOURCE = "$seen"
"""The database that a graph is of, beside the one of the later time that its nodes are read at."""


@dataclass(frozen=True, slots=True)
class _Diff:
    """What both graphs share: the roots, the search, and what is told of nodes and transactions.

    What is told is shaped once: what is still to be made of a value is made once for each place.
    """

    draft: Draft
    times: _Times
    selected: Selected
    named: Named
    search: Search
    tx: Variable
    of_nodes: tuple[tuple[str, Shape], ...]
    of_transactions: Shape

    def roots(self) -> Shape:
        """Return the roots that there are at the later time, by their position."""
        root, position = self.draft.variable("root"), self.named.position or Variable("position")
        place = self.times.after
        query = Query(
            (position, root),
            (place.source, *self.named.inputs(self.named.id, self.named.urn)),
            (self.named.entity(root), Pattern(root, "entity/type")),
            (Order(position),),
        )
        return Many(f"{place.label}(roots)", query, Bound(position))

    def bases(self) -> Shape:
        """Return what is asked of the two points in time, by the keys that lead there."""
        places = {"from": self.times.before, "to": self.times.after}
        return Object(
            tuple(
                (f"{side.key}.{each.key}", connections.basis(places[side.name], each))
                for side in self.selected.of()
                if side.name in places
                for each in side.of()
                if each.name == "basis"
            )
        )

    def graph(self, key: str, place: Place) -> Shape:
        """Return the raw graph as of a place."""
        search, after = replace(self.search, source=_SOURCE), self.times.after
        known = Pattern(search.root, "entity/type", source=_SOURCE)
        query = Query(
            (search.node, search.depth, search.side),
            (
                after.source,
                Source(_SOURCE, place.view),
                *self.named.inputs(self.named.id, self.named.urn),
                *map(Scalar, search.limits),
            ),
            (self.named.entity(search.root), known, search),
        )
        edge = self.draft.variable("edge")
        return Graph(
            f"{after.label}({key})",
            query,
            search,
            Object((*self.of_nodes, ("facts", self._facts(key, search.node)))),
            Object((("facts", self._facts(f"{key}.edges", edge)),)),
            degrees=False,
            edges=True,
            frontier=True,
            edge_entity=edge,
            groups=True,
        )

    def _facts(self, key: str, about: Variable) -> Shape:
        """Return the datoms of a node or an edge between the two times, in their order."""
        draft, place, source = self.draft, self.times.after, self.times.between
        attribute, value = draft.variable("attribute"), draft.variable("value")
        tx, operation = self.tx, draft.variable("operation")
        position = draft.variable("position")
        pattern = Pattern(about, attribute, value, tx, operation, position, source=source.name)
        query = Query(
            (attribute, value, tx, operation, position),
            (place.source, source, Parent(about)),
            (pattern,),
            (Order(tx), Order(position)),
        )
        shape = Object(
            (
                ("attribute", AttributeName(attribute)),
                ("value", Bound(value)),
                ("target", OpaqueId(value)),
                ("op", Bound(operation)),
                ("t", Value(tx, "tx/t")),
                ("tx", self.of_transactions),
            )
        )
        return Many(f"{place.label}({key}.facts)", query, shape)


def _of_nodes(
    draft: Draft, place: Place, selected: Selected, node: Variable
) -> tuple[tuple[str, Shape], ...]:
    """Return what is asked of every node itself."""
    leaves = [(nodes, leaf) for nodes in selected.of() for leaf in nodes.of()]
    return tuple(
        (
            f"{nodes.key}.{leaf.key}",
            Value(node, "entity/urn")
            if leaf.name == "urn"
            else draft.entity(place.at(nodes.key).at(leaf.key), leaf, node),
        )
        for nodes, leaf in leaves
        if nodes.name == "nodes" and leaf.name in {"urn", "entity"}
    )


def _of_transactions(draft: Draft, place: Place, selected: Selected, tx: Variable) -> Shape:
    """Return what is asked of a transaction, wherever it may come to stand in the answer."""
    return Object(
        tuple(
            (
                ".".join(each.key for each in way),
                transaction(draft, _at(place, way), tx, way[-1].of()),
            )
            for way in transaction_leaves(selected)
        )
    )


def _at(place: Place, way: tuple[Selected, ...]) -> Place:
    for each in way:
        place = place.at(each.key)
    return place


@dataclass(frozen=True, slots=True)
class _Answering:
    """What makes the answer of the column, for one request."""

    catalogue: Catalogue
    selected: Selected
    search: Search
    numbers: Numbers
    request: Request

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the differences as selected. Raises UnknownEntity and LimitExceeded."""
        distinct = roots_among(column["after"]["nodes"])
        self.numbers.check_found(column["roots"], distinct, self.request)
        depth = self.numbers.number("maxDepth", self.request)
        bounds = Bounds(depth, depth, self.numbers.number("perNode", self.request))

        def graph(raw: Any) -> Lineage:
            return Lineage(raw, self.catalogue, lambda: bounds, lambda node, direction: "")

        compared = Compared(graph(column["before"]), graph(column["after"]), self.search, depth)
        return told(compared, self.selected, column["bases"])
