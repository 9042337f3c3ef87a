"""The impact field: what hangs on some entities, counted by what it is, and page by page.

One walk is held for the whole field; every count, and the page, is a query of its rows.
"""

from collections.abc import Callable
from typing import Any

from datalog.syntax.clauses import Pattern
from datalog.syntax.terms import Variable
from datalog.tree import AttributeName, Bound, Object, Shape, WalkEnd
from resolvers.connections import Listing, Shaping, fields, paged, text
from resolvers.draft import Change, Draft, Place, Request
from resolvers.entities import any_entity
from resolvers.limits import Limit
from resolvers.lineage.walks import types
from resolvers.orders import Key
from resolvers.pages import Question, paging
from resolvers.reach.groups import groups
from resolvers.reach.rows import Grouping, Reached, counted
from resolvers.reach.walking import (
    Number,
    Roots,
    reach,
    roots,
    walked,
)
from resolvers.selection import Selected
from store.catalogue import ValueType

_ASKED = ("of", "direction", "maxDepth", "maxNodes", "edgeTypes", "nodeTypes", "types")


def impact(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of what hangs on some entities. Raises BadUserInput."""
    place = draft.timed(place, selected)
    node, depth = draft.variable("node"), draft.variable("depth")
    keys = (Key(depth, ValueType.INT), Key(node, ValueType.REF))
    question = Question(("impact",), {each: selected.arguments.get(each) for each in _ASKED})
    page = paging(draft, place, selected, question, keys)
    at = page.place
    start = roots(draft, at, selected, "of", draft.limits.page.most)
    asked = reach(draft, selected, *far_and_wide(draft, selected))
    walk = walked(draft, at, "reached", start, asked)
    told = types(draft.catalogue, "types", selected.arguments.get("types"))
    reached = Reached(draft, at, walk.name, asked.depth.slot(draft, at), told)
    listing = Listing(
        name="Impact",
        question=question,
        find=(node, depth),
        where=reached.where(node, depth),
        keys=keys,
        node=lambda place, each: any_entity(draft, place, each, node),
        among=(reached.among(node, depth),),
        beside=_beside(reached, asked.depth),
        of_row={"distance": lambda _, __: Bound(depth)},
    )
    draft.reshape(place, lambda request: checked(start, request))
    shape = paged(draft, place, selected, listing, page)
    return Object((("there", start.there(draft, at)), ("found", walk.held(at, shape))))


def far_and_wide(draft: Draft, selected: Selected) -> tuple[Number, Number]:
    """Return how far to go, and to how many nodes: as far as the server allows by default."""
    depth, nodes = draft.limits.depth.most, draft.limits.nodes.most
    return (
        Number("maxDepth", selected.arguments.get("maxDepth"), Limit(depth, depth)),
        Number("maxNodes", selected.arguments.get("maxNodes"), Limit(nodes, nodes)),
    )


def checked(start: Roots, request: Request) -> Callable[[object], object]:
    """Return what gives the rows that were found, once all roots are known to be there."""

    def checked(column: Any) -> object:  # JSON that our own statement made.
        start.check(column["there"], request)
        return column["found"]

    return checked


def _beside(reached: Reached, depth: Number) -> dict[str, Shaping]:
    """Return what shapes the fields that are no other connection's."""
    draft = reached.draft
    return {
        "byType": lambda place, each: _by(reached, place, each, "type"),
        "byLifecycle": lambda place, each: _by(reached, place, each, "lifecycle"),
        "byDistance": lambda place, each: _by_distance(reached, place, each),
        "groups": lambda place, each: draft.guarded(place, lambda at: groups(reached, at, each)),
        **stopping(draft, reached.name, depth),
    }


def stopping(draft: Draft, name: str, depth: Number) -> dict[str, Shaping]:
    """Return what shapes `complete` and `stoppedBy`, of the walk that is held under a name."""

    def shaped(place: Place, told: Callable[[list[str]], object]) -> Shape:
        draft.finish(place, stopped(depth, told))
        return WalkEnd(name)

    return {
        "complete": lambda place, _: shaped(place, lambda reasons: not reasons),
        "stoppedBy": lambda place, _: shaped(place, lambda reasons: reasons),
    }


def stopped(depth: Number, told: Callable[[list[str]], object]) -> Change:
    """Return what tells, of the end of a walk, which limits it met."""

    def change(request: Request) -> Callable[[object], object]:
        def changed(end: Any) -> object:  # JSON that our own statement made.
            return told(reasons(end, depth.read(request)))

        return changed

    return change


def reasons(end: Any, most: int) -> list[str]:  # JSON that our own statement made.
    """Return which limits a walk met that went one level deeper than it was asked to."""
    refused = end["refused"]
    met = {
        "MAX_DEPTH": end["deepest"] > most or refused == most + 1,
        "MAX_NODES": refused is not None and refused <= most,
    }
    return [name for name, is_met in met.items() if is_met]


def _by(reached: Reached, place: Place, selected: Selected, name: str) -> Shape:
    key = reached.draft.variable(name)
    shown = AttributeName(key) if name == "type" else Bound(key)

    def row(count: Variable) -> Shape:
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text(f"{name.capitalize()}Count"),
                name: lambda _: shown,
                "count": lambda _: Bound(count),
            },
        )

    by = Grouping(key, lambda node: (Pattern(node, f"entity/{name}", key),))
    return counted(reached, place, by, row)


def _by_distance(reached: Reached, place: Place, selected: Selected) -> Shape:
    distance = reached.draft.variable("distance")

    def row(count: Variable) -> Shape:
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text("DistanceCount"),
                "distance": lambda _: Bound(distance),
                "count": lambda _: Bound(count),
            },
        )

    return counted(reached, place, Grouping(distance), row)
