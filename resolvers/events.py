"""What a subscription tells of one transaction: one function for each field of Subscription.

An event is a root field as of the transaction, compiled once. Which transaction it is, and which
of the watched entities or edges it touches, are values that come beside the variables. Where the
value is null, nothing happened that the subscription is about.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from datalog.syntax.clauses import Compare, Operator, Pattern
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import BasisT, Many, One, OpaqueId, Shape
from resolvers import named
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place, Request, Step
from resolvers.lineage import changes
from resolvers.selection import Given, Selected
from resolvers.timeline.filters import TransactionFilter
from resolvers.transactions import facts_of, transaction
from store.ids import EntityId, T, opaque

Shaping = Callable[[Draft, Selected], Shape]
"""Makes one shape of the field of a subscription."""

_T, _BEFORE, _TOUCHED = "the event's t", "the t before it", "what it touches"


def event(draft: Draft, selected: Selected) -> Shape:
    """Return the shape of one event of a subscription."""
    place = _timed(draft, selected, _T)
    return draft.guarded(place, lambda at: _EVENTS[selected.name](draft, at, selected))


def reach(draft: Draft, selected: Selected) -> Shape:
    """Return the shape of the ids of all that a subscription to lineage reaches at the event."""
    place = _timed(draft, selected, _T)
    return draft.guarded(place, lambda at: changes.reach(draft, at, selected))


def passing(draft: Draft, selected: Selected) -> Shape:
    """Return the shape of the ids of those transactions of a look that pass `where`."""
    place = _timed(draft, selected, _T)
    return draft.guarded(place, lambda at: _passing(draft, at, selected))


def _passing(draft: Draft, place: Place, selected: Selected) -> Shape:
    tx, t = draft.variable("tx"), draft.variable("t")
    after = draft.slot(place, "after", Given((_BEFORE,)), lambda t: t, 0)
    where = TransactionFilter(draft, place, tx)
    passes = where.clauses(selected.arguments.get("where"))
    inputs = (Scalar(after), *map(Scalar, draft.given(passes)))
    later = (Pattern(tx, "tx/t", t), Compare(Operator.GT, t, after))
    query = Query((tx,), (*where.read(place), *inputs), (*later, *passes), (Order(tx),))
    return Many(place.label, query, OpaqueId(tx))


def _timed(draft: Draft, selected: Selected, t: str) -> Place:
    place = Place((Step(selected.key),), selected.key)
    return draft.timed(place, Selected(selected.key, selected.name, {"asOf": Given((t,))}))


def given(before: T, t: T, touched: Sequence[EntityId] = ()) -> Mapping[str, object]:
    """Return what an event or a look is about: none of the variables can be called so."""
    return {_T: t, _BEFORE: before, _TOUCHED: [opaque(each) for each in touched]}


def _transactions(draft: Draft, place: Place, selected: Selected) -> Shape:
    tx, t = draft.variable("tx"), _t(draft, place)
    query = Query((tx,), (place.source, Scalar(t)), (Pattern(tx, "tx/t", t),))
    return One(place.label, query, transaction(draft, place, tx, selected.of()))


def _entity_changed(draft: Draft, place: Place, selected: Selected) -> Shape:
    return fields(
        selected.of(),
        {
            "__typename": lambda _: text("EntityChange"),
            "t": lambda _: BasisT(place.source),
            "transaction": lambda each: _transactions(draft, place.at(each.key), each),
            "entities": lambda each: _changed(draft, place.at(each.key), each),
        },
    )


def _changed(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the entities that are touched, each with what is said about it."""
    entity, t = draft.variable("entity"), _t(draft, place)
    names = named.several(draft, place, Given((_TOUCHED,)), lambda _: None)
    position = names.position or Variable("position")
    query = Query(
        (position, entity),
        (place.source, *names.inputs(names.id, names.urn)),
        (names.entity(entity), Pattern(entity, "entity/type")),
        (Order(position),),
    )
    shape = fields(
        selected.of(),
        {
            "__typename": lambda _: text("ChangedEntity"),
            "entity": lambda each: draft.entity(place.at(each.key), each, entity),
            "facts": lambda each: facts_of(draft, place.at(each.key), entity, t, each),
        },
    )
    return Many(place.label, query, shape)


def _lineage_changed(draft: Draft, place: Place, selected: Selected) -> Shape:
    shapes: Mapping[str, Callable[[Selected], Shape]] = {
        "__typename": lambda _: text("LineageChange"),
        "t": lambda _: BasisT(place.source),
        "transaction": lambda each: _transactions(draft, place.at(each.key), each),
    }
    others = {each.key: shapes[each.name](each) for each in selected.of() if each.name in shapes}
    places = _timed(draft, selected, _BEFORE), place
    return changes.change(draft, places, selected, others, _touched)


def _touched(request: Request) -> frozenset[str]:
    return frozenset(map(str, named.given_list(Given((_TOUCHED,)), request)))


def _t(draft: Draft, place: Place) -> Variable:
    return draft.slot(place, "t", Given((_T,)), lambda t: t, 0)


_EVENTS: Mapping[str, Callable[[Draft, Place, Selected], Shape]] = MappingProxyType(
    {
        "transactions": _transactions,
        "entityChanged": _entity_changed,
        "lineageChanged": _lineage_changed,
    }
)
