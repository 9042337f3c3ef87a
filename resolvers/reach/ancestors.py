"""Common ancestors: the entities upstream of several, with how far each is, and which are lowest.

Each of the several makes a walk of its own; what all walks came to is held, and the page and the
counts are queries of it. An entity is upstream of itself, at distance 0: where one of several is
upstream of the others, it is what they have in common.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from datalog.syntax.clauses import Compare, Operator
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Among, Order, Parent, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Let, Many, Object, OpaqueId, Shape
from resolvers.connections import Listing, fields, paged, text
from resolvers.draft import Draft, Place, Request
from resolvers.entities import any_entity
from resolvers.limits import Limit
from resolvers.lineage.walks import types, upstream_steps
from resolvers.orders import Key
from resolvers.pages import Paging, Question, paging
from resolvers.reach.lowest import lowest
from resolvers.reach.walking import (
    Number,
    Reach,
    Roots,
    roots,
    search_from,
    step,
    turned,
)
from resolvers.selection import Selected
from store.catalogue import ValueType

_ASKED = ("of", "edgeTypes", "nodeTypes", "maxDepth", "maxNodes")
_MOST_ROOTS = 100
_NODES = 10_000


def common_ancestors(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of what several entities have upstream in common. Raises BadUserInput."""
    place = draft.timed(place, selected)
    given = selected.arguments
    question = Question(("commonAncestors",), {each: given.get(each) for each in _ASKED})
    node, total = draft.variable("node"), draft.variable("total")
    keys = (Key(total, ValueType.LONG), Key(node, ValueType.REF))
    page = paging(draft, place, selected, question, keys)
    at, limits = page.place, draft.limits
    steps = upstream_steps(draft.catalogue, given.get("edgeTypes"))
    depth = Number("maxDepth", given.get("maxDepth"), Limit(limits.depth.most, limits.depth.most))
    nodes = Number("maxNodes", given.get("maxNodes"), Limit(_NODES, limits.nodes.most))
    through = types(draft.catalogue, "nodeTypes", given.get("nodeTypes"))
    asked = Reach(steps, (), through, depth, nodes, more_nodes=1)
    start = roots(draft, at, selected, "of", _MOST_ROOTS)
    common = _Common(draft, at, start, asked)
    shape = common.shape(place, selected, _Page(question, page, node, total, keys))
    draft.reshape(place, lambda request: lambda column: common.told(column, selected, request))
    return Object((("there", start.there(draft, at)), ("found", shape)))


@dataclass(frozen=True, slots=True)
class _Page:
    """Which page is asked for, and the variables that order it."""

    question: Question
    paging: Paging
    node: Variable
    total: Variable
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Common:
    """What is asked: from where to walk, and how."""

    draft: Draft
    place: Place
    start: Roots
    asked: Reach

    def shape(self, place: Place, selected: Selected, page: _Page) -> Shape:
        """Return the shape of the page, and of what is needed beside it."""
        draft, label = self.draft, self.place.label
        reached, shared, several, common = map(
            draft.apart, ("reached", "shared", "several", "common")
        )
        listing = Listing(
            name="CommonAncestor",
            question=page.question,
            find=(page.node, page.total),
            where=(),
            keys=page.keys,
            node=lambda at, each: any_entity(draft, at, each, page.node),
            among=(Among(common, (page.node, page.total)),),
            beside=dict.fromkeys(("complete", "stoppedBy"), _left_open),
            of_row={
                "distances": lambda at, each: self._distances(reached, at, each, page.node),
                "lowest": lambda _, __: OpaqueId(page.node),
            },
        )
        parts = [("page", paged(draft, place, selected, listing, page.paging))]
        parts.append(("extents", self._extents(reached)))
        if _asks_for_lowest(selected):
            parts.append(("pairs", self._pairs(common)))
        shape: Shape = Object(tuple(parts))
        for name, query in (
            (common, self._common(shared, several)),
            (several, self._several(reached)),
            (shared, self._shared(reached)),
            (reached, self._reached()),
        ):
            shape = Let(f"{label}({name})", name, query, shape)
        return shape

    def _reached(self) -> Query:
        """Find what each root comes to."""
        root = self.draft.variable("root")
        search = search_from(self.draft, self.place, root, self.asked)
        inputs, where = self.start.query(self.place, root)
        found = (root, search.node, search.depth)
        return Query(found, (*inputs, *map(Scalar, search.limits)), (*where, search))

    def _rows(self, reached: str) -> tuple[tuple[Variable, ...], Among]:
        variables = tuple(map(self.draft.variable, ("root", "node", "depth")))
        return variables, Among(reached, variables)

    def _shared(self, reached: str) -> Query:
        """Count from how many roots each node was reached, near enough, and add the distances."""
        (root, node, depth), among = self._rows(reached)
        most = self.asked.depth.slot(self.draft, self.place)
        found = (
            node,
            Aggregate(Aggregation.COUNT_DISTINCT, root),
            Aggregate(Aggregation.SUM, depth),
        )
        return Query(
            found,
            (self.place.source, among, Scalar(most)),
            (Compare(Operator.LE, depth, most),),
            with_=(root,),
        )

    def _several(self, reached: str) -> Query:
        """Count the roots."""
        (root, _, _), among = self._rows(reached)
        return Query((Aggregate(Aggregation.COUNT_DISTINCT, root),), (self.place.source, among), ())

    def _common(self, shared: str, several: str) -> Query:
        """Find the nodes that were reached from as many roots as there are."""
        node, number, total = map(self.draft.variable, ("node", "number", "total"))
        among = (Among(shared, (node, number, total)), Among(several, (number,)))
        return Query((node, total), (self.place.source, *among), ())

    def _distances(self, reached: str, place: Place, selected: Selected, node: Variable) -> Shape:
        root, depth = self.draft.variable("root"), self.draft.variable("depth")
        inputs = (self.place.source, Parent(node), Among(reached, (root, node, depth)))
        query = Query((root, depth), inputs, (), (Order(depth), Order(root)))
        shape = fields(
            selected.of(),
            {
                "__typename": lambda _: text("AncestorDistance"),
                "of": lambda _: OpaqueId(root),
                "distance": lambda _: Bound(depth),
            },
        )
        return Many(place.label, query, shape)

    def _extents(self, reached: str) -> Shape:
        """Return how many nodes each root came to at each distance."""
        (root, node, depth), among = self._rows(reached)
        number, draft = self.draft.variable("number"), self.draft
        name = draft.apart("extents")
        found = (root, depth, Aggregate(Aggregation.COUNT, node))
        counted = Query(found, (self.place.source, among), ())
        rows = Query(
            (root, depth, number), (self.place.source, Among(name, (root, depth, number))), ()
        )
        parts = (("of", OpaqueId(root)), ("distance", Bound(depth)), ("count", Bound(number)))
        label = f"{self.place.label}(extents)"
        return Let(label, name, counted, Many(label, rows, Object(parts)))

    def _pairs(self, common: str) -> Shape:
        """Return which common ancestors follow which, along the flow of data, and all of them."""
        draft, label = self.draft, f"{self.place.label}(pairs)"
        near, far, one, other, led = map(draft.variable, ("near", "far", "one", "other", "led"))
        name = draft.apart("onward")
        onward = Query(
            (near, led),
            (self.place.source, Among(common, (near, one))),
            (step(near, led, turned(self.asked.upstream)),),
        )
        rows = Query(
            (near, far),
            (self.place.source, Among(name, (near, far)), Among(common, (far, other))),
            (),
        )
        pair = Object((("near", OpaqueId(near)), ("far", OpaqueId(far))))
        return Let(label, name, onward, Many(label, rows, pair))

    def told(self, column: Any, selected: Selected, request: Request) -> object:
        """Return the page with what its rows leave open. Raises UnknownEntity."""
        self.start.check(column["there"], request)
        found = column["found"]
        page, reasons = found["page"], self._reasons(found["extents"], request)
        last = lowest((each["near"], each["far"]) for each in found.get("pairs", ()))
        for each in selected.of():
            match each.name:
                case "complete":
                    page[each.key] = not reasons
                case "stoppedBy":
                    page[each.key] = reasons
                case "edges":
                    for leaf in (leaf for leaf in each.of() if leaf.name == "lowest"):
                        for row in page[each.key]:
                            row[leaf.key] = last(row[leaf.key])
                case _:
                    pass
        return page

    def _reasons(self, extents: Iterable[Any], request: Request) -> list[str]:
        depth, nodes = self.asked.depth.read(request), self.asked.nodes.read(request)
        within: dict[str, int] = {}
        deeper = False
        for each in extents:
            if each["distance"] > depth:
                deeper = True
            else:
                within[each["of"]] = within.get(each["of"], 0) + each["count"]
        met = {"MAX_DEPTH": deeper, "MAX_NODES": any(n > nodes for n in within.values())}
        return [name for name, is_met in met.items() if is_met]


def _left_open(_: Place, __: Selected) -> Shape:
    return text("")


def _asks_for_lowest(selected: Selected) -> bool:
    edges = (each for each in selected.of() if each.name == "edges")
    return any(leaf.name == "lowest" for each in edges for leaf in each.of())
