"""The lineage field: a search as Datalog, and what is asked of each node and edge that it finds.

The search gives the raw graph (`datalog/sql/graph.py`), `graph` makes the answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from adjacency.keeper import Behind
from adjacency.snapshot import place as place_of
from adjacency.walk import Question
from datalog.syntax.clauses import EdgeStep, Pattern, Search
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import BasisT, Bound, EdgesSince, Many, Object, OpaqueId, Shape
from resolvers import cursors, named
from resolvers.draft import Binding, Draft, Place, Request
from resolvers.errors import BadUserInput
from resolvers.lineage import walked, walks
from resolvers.lineage.graph import Bounds, Json, Lineage, told
from resolvers.lineage.shapes import bases, can_be_handed, graph
from resolvers.lineage.walks import Numbers, through, types, upstream_steps
from resolvers.named import Named
from resolvers.selection import Selected
from store.catalogue import Catalogue

Ways = tuple[tuple[EdgeStep, ...], tuple[EdgeStep, ...]]

_SIDES = {"UPSTREAM": (True, False), "DOWNSTREAM": (False, True), "BOTH": (True, True)}


def lineage(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the raw graph and what else the answer needs. Raises BadUserInput."""
    place = draft.timed(place, selected)
    numbers = Numbers(draft.limits, selected)
    draft.roads[selected.key] = reason = walked.reason(selected)
    if draft.walks and reason is None:
        return _over_a_snapshot(draft, place, selected, numbers)
    draft.reshape(place, lambda request: Answering(draft.catalogue, selected, numbers, request).of)
    if can_be_handed(selected):
        draft.handed.add(place.path[0].key)
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
    found = replace(graph(draft, place, selected, query, search), position=roots.position)
    return Object(
        (("t", BasisT(place.source)), ("bases", bases(place, selected)), ("graph", found))
    )


def _search(
    draft: Draft, place: Place, selected: Selected, numbers: Numbers
) -> tuple[Search, tuple[Variable, ...]]:
    """Return the search, and the `:in` variables of its limits."""
    upstream, downstream = _ways(draft.catalogue, selected)
    depth, most, per_node, own = _slots(draft, place, numbers)
    search = Search(
        draft.variable("root"),
        draft.variable("node"),
        draft.variable("depth"),
        draft.variable("side"),
        upstream,
        downstream,
        types(draft.catalogue, "nodeTypes", selected.arguments.get("nodeTypes")),
        depth,
        most,
        per_node,
        downstream_depth=own,
        through=through(draft, place, selected),
    )
    return search, search.limits


def _ways(catalogue: Catalogue, selected: Selected) -> Ways:
    """Return the steps upstream, and those downstream. Raises BadUserInput."""
    direction = str(selected.arguments.get("direction") or "BOTH")
    if direction not in _SIDES:
        raise BadUserInput("direction", f"expected one of {', '.join(_SIDES)}")
    upstream, downstream = _SIDES[direction]
    steps = upstream_steps(catalogue, selected.arguments.get("edgeTypes"))
    turned = tuple(EdgeStep(each.edge, not each.reverse) for each in steps)
    return steps if upstream else (), turned if downstream else ()


def _slots(
    draft: Draft, place: Place, numbers: Numbers
) -> tuple[Variable, Variable, Variable, Variable | None]:
    """Return the `:in` variables of the limits: depth, nodes, edges of a node, and depth down."""
    depths = ("upstreamDepth", "downstreamDepth") if numbers.has_own_depths else ("maxDepth",)
    depth, *own = (numbers.slot(draft, place, name) for name in depths)
    most, per_node = (numbers.slot(draft, place, name) for name in ("maxNodes", "perNode"))
    return depth, most, per_node, own[0] if own else None


def _over_a_snapshot(draft: Draft, place: Place, selected: Selected, numbers: Numbers) -> Shape:
    """Return the shape of what a statement tells where the walk comes after it."""
    catalogue = draft.catalogue
    roots = named.several(draft, place, selected.arguments.get("of"), numbers.check_roots)
    ways = _ways(catalogue, selected)
    _slots(draft, place, numbers)  # So that limits are refused as they are where SQL walks.
    since = draft.variable("since")

    def known(request: Request) -> tuple[object, ...]:
        return (None if request.edges is None else request.edges.snapshot.t,)

    draft.bind(place, Binding((since.name,), known, (None,)))
    draft.reshape(place, lambda request: Walking(catalogue, selected, numbers, request, ways).of)
    return Object(
        (
            ("roots", _roots(draft, place, roots)),
            ("t", BasisT(place.source)),
            ("bases", bases(place, selected)),
            ("since", EdgesSince(since, walked.lineage_names(catalogue))),
        )
    )


def _roots(draft: Draft, place: Place, roots: Named) -> Shape:
    """Return the roots that there are, with their positions among those asked for."""
    root, position = draft.variable("root"), roots.position or Variable("position")
    query = Query(
        (position, root),
        (place.source, *roots.inputs(roots.id, roots.urn)),
        (roots.entity(root), Pattern(root, "entity/type")),
        (Order(position),),
    )
    told = Object((("position", Bound(position)), ("id", OpaqueId(root))))
    return Many(f"{place.label}(roots)", query, told)


@dataclass(frozen=True, slots=True)
class Answering:
    """What makes the answer of the column, for one request."""

    catalogue: Catalogue
    selected: Selected
    numbers: Numbers
    request: Request

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the graph as selected. Raises UnknownEntity and LimitExceeded for its roots."""
        raw = column["graph"]
        distinct = raw["roots"] if "roots" in raw else roots_among(raw["nodes"])
        self.numbers.check_found(raw["positions"], distinct, self.request)
        return self.told(column)

    def told(self, column: Any) -> Json:  # JSON that our own statement made.
        """Return the graph as selected, of those roots that there are."""
        sign = signing(self.selected, self.request, int(column["t"]))
        limits = partial(bounds, self.numbers, self.request)
        found = Lineage(column["graph"], self.catalogue, limits, sign)
        return told(found, self.selected.of(), column["bases"])


def roots_among(nodes: Iterable[Mapping[str, Any]]) -> int:  # JSON that our own statement made.
    """Return how many nodes of a raw graph are roots."""
    return sum(1 for node in nodes if node["depth"] == 0)


def signing(selected: Selected, request: Request, t: int) -> Callable[..., str]:
    """Return what signs the cursors of a graph as of a t."""
    question: list[str] = []  # Made for the first cursor: few graphs show any.

    def sign(*ended: object) -> str:
        if not question:
            question.append(walks.question(selected, request))
        return cursors.sign(request.secret, question[0], [t, *ended])

    return sign


def bounds(numbers: Numbers, request: Request) -> Bounds:
    """Return the limits that a request gives. Raises as `Numbers.number`."""
    return Bounds(
        numbers.number("upstreamDepth", request),
        numbers.number("downstreamDepth", request),
        numbers.number("perNode", request),
    )


@dataclass(frozen=True, slots=True)
class Walking:
    """What walks over the snapshot and makes the answer of the column, for one request."""

    catalogue: Catalogue
    selected: Selected
    numbers: Numbers
    request: Request
    ways: Ways

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the graph as selected.

        Raises UnknownEntity and LimitExceeded for its roots, Behind and TooLong.
        """
        request, numbers = self.request, self.numbers
        if request.edges is None:
            raise Behind
        roots = {place_of(int(root["id"][1:])) for root in column["roots"]}
        positions = [root["position"] for root in column["roots"]]
        numbers.check_found(positions, len(roots), request)
        limits, t = bounds(numbers, request), int(column["t"])
        upstream, downstream = (walked.steps(self.catalogue, way) for way in self.ways)
        question = Question(
            sorted(roots),
            t,
            upstream,
            downstream,
            limits.upstream_depth,
            limits.downstream_depth,
            numbers.number("maxNodes", request),
            limits.per_node,
            request.edges.patience,
        )
        snapshot = request.edges.caught_up(column["since"])
        with request.edges.keeper.walk(snapshot, question) as came:
            found = walked.Found(came, self.catalogue, signing(self.selected, request, t))
            told_as = walked.as_text if request.as_text else walked.told
            return told_as(found, self.selected.of(), column["bases"])
