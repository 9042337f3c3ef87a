"""Going on from a cursor of a lineage graph: one more hop, without what the client knows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from datalog.syntax.clauses import EdgeStep, Pattern, Search
from datalog.syntax.query import Input, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf
from datalog.tree import BasisT, Graph, Object, Shape
from resolvers import cursors, named
from resolvers.draft import Binding, Draft, Found, Place, Request, Slots, moment_slots
from resolvers.errors import InvalidCursor, LimitExceeded
from resolvers.lineage import walks
from resolvers.lineage.graph import Bounds, Lineage, told
from resolvers.lineage.shapes import bases, graph
from resolvers.lineage.walks import types, upstream_steps
from resolvers.pages import at_most
from resolvers.selection import Selected, given_value
from store.catalogue import Catalogue
from store.ids import from_opaque


def expand(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the raw graph of one hop. Raises BadUserInput."""
    begun = _Begun(draft, selected)
    place, start, search, only = begun.bound(place)
    where = (Pattern(search.root, "entity/id", start), Pattern(search.root, "entity/type"), search)
    inputs: tuple[Input, ...] = (place.source, *map(Scalar, (start, *search.limits)))
    query = Query((search.node, search.depth, search.side), inputs, where)
    shape = graph(draft, place, selected, query, search)
    known = begun.known(place)
    grouping = None if shape.grouping is None else replace(shape.grouping, only=only)
    shape = replace(shape, known=known, grouping=grouping)
    draft.reshape(place, lambda request: _Answering(draft.catalogue, begun, shape, request).of)
    return Object(
        (("t", BasisT(place.source)), ("bases", bases(place, selected)), ("graph", shape))
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a cursor says: its basis, the node, the direction, and the group whose members come."""

    t: int
    node: int
    direction: str
    group: str | None


@dataclass(frozen=True, slots=True)
class _Begun:
    """The field's arguments."""

    draft: Draft
    selected: Selected

    def mark(self, request: Request) -> _Mark:
        """Return what the cursor says. Raises InvalidCursor."""
        asked = walks.question(self.selected, request)
        cursor = given_value(self.selected.arguments.get("cursor"), request.variables)
        mark = cursors.read(request.secret, asked, cursor, "cursor")
        match mark.keys:
            case [str(node), str(direction)]:
                group = None
            case [str(node), str(direction), str(group)]:
                pass
            case _:
                raise InvalidCursor("cursor", "the cursor belongs to another question")
        return _Mark(mark.t, from_opaque(node) or 0, direction, group)

    def first(self, request: Request) -> int:
        """Return how many new nodes may come. Raises BadUserInput and LimitExceeded."""
        limit = self.draft.limits.per_node
        given = given_value(self.selected.arguments.get("first"), request.variables)
        return limit.default if given is None else at_most("first", limit.most)(given)

    def bound(self, place: Place) -> tuple[Place, Variable, Search, Variable]:
        """Bind what the cursor says; return the place, which reads at the cursor's basis."""
        draft, arguments = self.draft, self.selected.arguments
        name, start, only = draft.moment(), draft.variable("start"), draft.variable("group")
        steps = upstream_steps(draft.catalogue, arguments.get("edgeTypes"))
        search = Search(
            draft.variable("root"),
            draft.variable("node"),
            draft.variable("depth"),
            draft.variable("side"),
            steps,
            tuple(EdgeStep(each.edge, not each.reverse) for each in steps),
            types(draft.catalogue, "nodeTypes", arguments.get("nodeTypes")),
            draft.variable("upstreamDepth"),
            draft.variable("maxNodes"),
            draft.variable("perNode"),
            downstream_depth=draft.variable("downstreamDepth"),
        )

        def values(request: Request) -> tuple[object, ...]:
            mark, first = self.mark(request), self.first(request)
            depths = (1, -1) if mark.direction == "UPSTREAM" else (-1, 1)
            return (mark.t, None, mark.node, mark.group, depths[0], first + 1, first, depths[1])

        names = (*moment_slots(name), start.name, only.name, *(e.name for e in search.limits))
        draft.bind(place, Binding(names, values, (0, None, None, None, -1, 0, 0, -1)))
        draft.check(place, lambda slots, found: _check_here(slots, name, found))
        search = replace(search, through=walks.through(draft, place, self.selected))
        return replace(place, view=AsOf(name)), start, search, only

    def known(self, place: Place) -> Query:
        """Return what finds the entities that the client knows; others are no fault."""
        draft = self.draft
        given = self.selected.arguments.get("known")
        found = draft.variable("known")
        names = named.several(draft, place, () if given is None else given, self._check_known)
        inputs = (place.source, *names.inputs(names.id, names.urn))
        return Query((found,), inputs, (names.entity(found),))

    def _check_known(self, known: Sequence[object]) -> None:
        most = self.draft.limits.nodes.most
        if len(known) > most:
            raise LimitExceeded("known", len(known), most)


def _check_here(slots: Slots, name: str, found: Found) -> None:
    t = slots[f"{name}.t"]
    if isinstance(t, int) and t > found.t:
        raise InvalidCursor("cursor", f"the cursor is as of t {t}, which is not here")


@dataclass(frozen=True, slots=True)
class _Answering:
    """What makes the answer of the column, for one request."""

    catalogue: Catalogue
    begun: _Begun
    shape: Graph
    request: Request

    def of(self, column: Any) -> object:  # JSON that our own statement made.
        """Return the graph as selected."""
        mark, selected = self.begun.mark(self.request), self.begun.selected
        question = walks.question(selected, self.request)

        def sign(node: str, direction: str, *group: object) -> str:
            if not group and mark.group is not None and from_opaque(node) == mark.node:
                group = (mark.group,)
            return cursors.sign(self.request.secret, question, [mark.t, node, direction, *group])

        bounds = Bounds(1, 1, self.begun.first(self.request))
        found = Lineage(column["graph"], self.catalogue, lambda: bounds, sign)
        return told(found, selected.of(), column["bases"])
