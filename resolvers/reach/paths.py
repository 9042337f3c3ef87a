"""The paths field: what lies between some entities and others, read once, and the paths in it.

Two walks are held, one from each side, and the edges from what the one reached to what the other
did, where both together are short enough: every path is made of these. `simple_paths` finds the
paths of the page, `told_paths` tells what is selected of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datalog.syntax.clauses import Call, Clause, Compare, EdgeStep, Operator, Or, Pattern
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Among, Order, Query, Scalar
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import BasisT, Let, Many, Object, OpaqueId, Shape, TypeName, WalkEnd
from resolvers.clauses import any_of
from resolvers.connections import basis
from resolvers.draft import Draft, Place
from resolvers.edges import any_edge
from resolvers.limits import Limit
from resolvers.lineage.walks import types
from resolvers.orders import Key
from resolvers.pages import Question, paging
from resolvers.reach.told_paths import MOST_EDGES, Asked, extra_key, selected_paths, told
from resolvers.reach.walking import (
    Number,
    Reach,
    Steps,
    Walked,
    roots,
    steps_of,
    turned,
    walked,
)
from resolvers.selection import Selected
from store.catalogue import ValueType

_ASKED = ("from", "to", "direction", "edgeTypes", "nodeTypes", "maxLength", "maxNodes")
_PAGE = Limit(20, 1_000)
_NODES = 10_000
_COLUMNS = ("edge", "near", "far", "from", "span")
"""What is held of each edge: the node it comes from on the way, where it leads, as it is itself."""


def paths(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of what lies between some entities and others. Raises BadUserInput."""
    place = draft.timed(place, selected)
    given = selected.arguments
    question = Question(("paths",), {each: given.get(each) for each in _ASKED})
    key = Key(draft.variable("path"), ValueType.STRING)
    page = paging(draft, place, selected, question, (key,))
    at, most, limits = page.place, draft.limits.page.most, draft.limits
    start, end = (roots(draft, at, selected, each, most) for each in ("from", "to"))
    length = Number("maxLength", given.get("maxLength"), limits.depth)
    nodes = Number("maxNodes", given.get("maxNodes"), Limit(_NODES, limits.nodes.most))
    every = Number("maxNodes", None, Limit(limits.nodes.most, limits.nodes.most))
    through = types(draft.catalogue, "nodeTypes", given.get("nodeTypes"))
    steps = steps_of(draft.catalogue, selected)
    asked = Reach((), steps, through, length, every, beyond=0)
    back = Reach((), turned(steps), through, length, every, beyond=0)
    ahead, behind = (
        walked(draft, at, "ahead", start, asked),
        walked(draft, at, "behind", end, back),
    )
    ask = Asked(
        selected,
        question,
        page,
        start,
        end,
        through,
        length,
        nodes,
        Number("first", given.get("first"), _PAGE),
    )
    draft.reshape(place, lambda request: lambda column: told(column, ask, request))
    found = _Between(draft, at, ahead, behind, steps, length, nodes).held(selected)
    return Object(
        (
            ("from", start.there(draft, at)),
            ("to", end.there(draft, at)),
            ("t", BasisT(at.source)),
            ("bases", _bases(at, selected)),
            ("found", found),
        )
    )


def _bases(place: Place, selected: Selected) -> Shape:
    asked = (each for each in selected.of() if each.name == "basis")
    return Object(tuple((each.key, basis(place, each)) for each in asked))


@dataclass(frozen=True, slots=True)
class _Between:
    """What lies between two walks: edges by span, the length of the shortest way along each."""

    draft: Draft
    place: Place
    ahead: Walked
    behind: Walked
    steps: Steps
    length: Number
    nodes: Number

    def held(self, selected: Selected) -> Shape:
        """Return the shape of the nodes and edges, and of where the walks ended."""
        ends = [WalkEnd(each.name) for each in (self.ahead, self.behind)]
        between = self.draft.apart("between")
        parts = Object(
            (
                ("nodes", self._nodes(between, selected)),
                ("edges", self._edges(between, selected)),
                ("ahead", ends[0]),
                ("behind", ends[1]),
            )
        )
        onward = self.draft.apart("onward")
        held = Let(f"{self.place.label}(between)", between, self._joined(onward), parts)
        held = Let(f"{self.place.label}(onward)", onward, self._onward(), held)
        return self.ahead.held(self.place, self.behind.held(self.place, held))

    def _onward(self) -> Query:
        """Find each edge that leads on from what was reached ahead, with how far away that is.

        This is a step of its own: PostgreSQL would else look at all pairs of what the walks found.
        """
        edge, near, far, start, before = map(self.draft.variable, _COLUMNS)
        inputs = (self.place.source, Among(self.ahead.name, (near, before)))
        where = (_along(self.steps, edge, (near, far), start), Compare(Operator.NE, near, far))
        return Query((edge, near, far, start, before), inputs, where)

    def _joined(self, onward: str) -> Query:
        """Find each of these edges that lies on a way that is short enough, and how short."""
        (edge, near, far, start, before), among = self._among(onward)
        after, span = self.draft.variable("after"), self.draft.variable("span")
        most = self.length.slot(self.draft, self.place)
        inputs = (
            self.place.source,
            among,
            Among(self.behind.name, (far, after)),
            Scalar(most),
        )
        where = (
            Call("+", (before, after, Constant(1)), span),
            Compare(Operator.LE, span, most),
        )
        return Query((edge, near, far, start, span), inputs, where)

    def _among(self, between: str) -> tuple[tuple[Variable, ...], Among]:
        variables = tuple(map(self.draft.variable, _COLUMNS))
        return variables, Among(between, variables)

    def _nodes(self, between: str, selected: Selected) -> Shape:
        """Return the nodes on the shortest ways first, and one more than are looked at."""
        draft, (node, least) = self.draft, map(self.draft.variable, ("node", "span"))
        (_, near, far, _, span), among = self._among(between)
        either = Or(((Call("identity", (near,), node),), (Call("identity", (far,), node),)))
        found = (node, Aggregate(Aggregation.MIN, span))
        grouped = Query(found, (self.place.source, among), (either,))
        name, limit = draft.apart("nodes"), self.nodes.slot(draft, self.place, more=1)
        inputs = (self.place.source, Among(name, (node, least)), Scalar(limit))
        order = (Order(least), Order(node))
        rows = Query((node, least), inputs, (), order, limit)
        leaves = _leaves(self.place, selected, "nodes", "entity")
        extra = tuple((key, draft.entity(at, leaf, node)) for key, at, leaf in leaves)
        shape = Object((("id", OpaqueId(node)), ("type", TypeName(node)), *extra))
        label = f"{self.place.label}(nodes)"
        return Let(label, name, grouped, Many(label, rows, shape))

    def _edges(self, between: str, selected: Selected) -> Shape:
        (edge, near, far, start, span), among = self._among(between)
        order = tuple(map(Order, (span, edge, near, far)))
        inputs = (self.place.source, among)
        rows = Query((edge, near, far, start, span), inputs, (), order, MOST_EDGES + 1)
        leaves = _leaves(self.place, selected, "edges", "edge")
        extra = tuple((key, any_edge(self.draft, at, leaf, edge)) for key, at, leaf in leaves)
        shape = Object(
            (
                ("id", OpaqueId(edge)),
                ("type", TypeName(edge)),
                ("near", OpaqueId(near)),
                ("far", OpaqueId(far)),
                ("from", OpaqueId(start)),
                *extra,
            )
        )
        return Many(f"{self.place.label}(edges)", rows, shape)


def _leaves(
    place: Place, selected: Selected, lists: str, name: str
) -> Iterator[tuple[str, Place, Selected]]:
    """Yield what is selected of the entity of a node, or of the edge of a hop, with its key."""
    for at, path in selected_paths(place, selected):
        for each in path.of():
            for leaf in each.of() if each.name == lists else ():
                if leaf.name == name:
                    below = at.at(each.key).at(leaf.key)
                    yield extra_key(below), below, leaf


def _along(
    steps: Iterable[EdgeStep], edge: Variable, ends: tuple[Variable, Variable], start: Variable
) -> Clause:
    """Return the clause that an edge leads from one end to the other along one of the steps.

    `start` is then the node that the edge is from, which is the second where a step is reverse.
    """
    branches: list[tuple[Clause, ...]] = []
    for reverse in (False, True):
        names = [each.edge for each in steps if each.reverse == reverse]
        of_type = [Pattern(edge, "edge/type", Constant(Keyword(name))) for name in names]
        first, last = reversed(ends) if reverse else ends
        found = (
            Pattern(edge, "edge/from", first),
            Pattern(edge, "edge/to", last),
            Call("identity", (first,), start),
        )
        if of_type:
            branches.append((_any_type(of_type), *found))
    return any_of((edge, *ends, start), tuple(branches))


def _any_type(patterns: list[Pattern]) -> Clause:
    """Return the condition that one of the patterns holds."""
    return patterns[0] if len(patterns) == 1 else Or(tuple((each,) for each in patterns))
