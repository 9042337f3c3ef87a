"""The lineage field: a search as Datalog, and what is asked of each node and edge that it finds.

The search gives the raw graph (`datalog/sql/graph.py`), `graph` makes the answer.
"""

from dataclasses import dataclass
from typing import Any

from datalog.syntax.clauses import EdgeStep, Pattern, Search
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import BasisT, Bound, Many, Object, Shape
from resolvers import cursors, named
from resolvers.draft import Draft, Place, Request
from resolvers.errors import BadUserInput
from resolvers.lineage import walks
from resolvers.lineage.graph import Bounds, Json, Lineage, told
from resolvers.lineage.shapes import bases, graph
from resolvers.lineage.walks import Numbers, through, types, upstream_steps
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
            ("bases", bases(place, selected)),
            ("graph", graph(draft, place, selected, query, search)),
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
        through=through(draft, place, selected),
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


@dataclass(frozen=True, slots=True)
class Answering:
    """What makes the answer of the column, for one request."""

    catalogue: Catalogue
    selected: Selected
    numbers: Numbers
    request: Request

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the graph as selected. Raises UnknownEntity and LimitExceeded for its roots."""
        self.numbers.check_found(column["roots"], column["graph"]["nodes"], self.request)
        return self.told(column)

    def told(self, column: Any) -> Json:  # JSON that our own statement made.
        """Return the graph as selected, of those roots that there are."""
        t, question = int(column["t"]), walks.question(self.selected, self.request)

        def sign(*ended: object) -> str:
            return cursors.sign(self.request.secret, question, [t, *ended])

        bounds = Bounds(
            self.numbers.number("upstreamDepth", self.request),
            self.numbers.number("downstreamDepth", self.request),
            self.numbers.number("perNode", self.request),
        )
        found = Lineage(column["graph"], self.catalogue, bounds, sign)
        return told(found, self.selected.of(), column["bases"])
