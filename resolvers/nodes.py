"""`node` and `nodes`: whatever an id stands for, an entity, an edge or a transaction.

The three are looked up side by side, each in its own way; the answer takes the one that is there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Order, Query
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Many, Object, One, Shape
from resolvers import named
from resolvers.connections import text
from resolvers.draft import Draft, Place, Request
from resolvers.edges import any_edge
from resolvers.entities import any_entity
from resolvers.errors import LimitExceeded
from resolvers.named import Named
from resolvers.selection import Selected
from resolvers.subjects import typed
from resolvers.transactions import transaction_members

_Level = tuple[Query, Shape]


def node(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the node that an argument names."""
    place = draft.timed(place, selected)
    name = named.one(draft, place, selected.arguments.get("id"))
    draft.reshape(place, lambda _: _present)
    levels = _levels(draft, place, selected, name)
    return Object(
        tuple((kind, One(f"{place.label}({kind})", *level)) for kind, level in levels.items())
    )


def nodes(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the nodes that a list names, each with its place in the list."""
    place = draft.timed(place, selected)
    argument, most = selected.arguments.get("ids"), draft.limits.page.most

    def check(ids: Sequence[object]) -> None:
        if len(ids) > most:
            raise LimitExceeded("ids", len(ids), most)

    def arranging(request: Request) -> Callable[[object], object]:
        count = len(named.given_list(argument, request))
        return lambda found: _arranged(found, count)

    names = named.several(draft, place, argument, check)
    draft.reshape(place, arranging)
    levels = _levels(draft, place, selected, names)
    return Object(
        tuple(
            (kind, Many(f"{place.label}({kind})", *_positioned(level, names)))
            for kind, level in levels.items()
        )
    )


def _levels(draft: Draft, place: Place, selected: Selected, name: Named) -> Mapping[str, _Level]:
    entity, edge, tx = map(draft.variable, ("entity", "edge", "tx"))
    of_entity = (name.entity(entity), Pattern(entity, "entity/type"))
    of_edge = (Pattern(edge, "entity/id", name.id), Pattern(edge, "edge/type"))
    by_t = (Pattern(tx, "tx/t", name.t),)
    members = transaction_members(
        draft, place, tx, selected.of("Transaction") or selected.of(), "Transaction"
    )
    written = typed(members, text("Transaction"))
    draft.hide(place, ["Transaction"] if written.hides else [])
    return {
        "entity": (
            Query((entity,), (place.source, *name.inputs(name.id, name.urn)), of_entity),
            any_entity(draft, place, selected, entity),
        ),
        "edge": (
            Query((edge,), (place.source, *name.inputs(name.id)), of_edge),
            any_edge(draft, place, selected, edge),
        ),
        "transaction": (Query((tx,), (place.source, *name.inputs(name.t)), by_t), written),
    }


def _positioned(level: _Level, names: Named) -> _Level:
    query, shape = level
    position = names.position or Variable("position")
    ordered = Query((position, *query.find), query.inputs, query.where, (Order(position),))
    return ordered, Object((("position", Bound(position)), ("node", shape)))


def _present(found: Any) -> object:  # JSON that our own statement made.
    return next((each for each in found.values() if each is not None), None)


def _arranged(found: Any, count: int) -> list[object]:  # JSON that our own statement made.
    arranged: list[object] = [None] * count
    for rows in found.values():
        for row in rows:
            arranged[int(row["position"])] = row["node"]
    return arranged
