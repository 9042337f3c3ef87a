"""What a subscription tells of one transaction: one function for each field of Subscription.

An event is a root field as of the transaction, compiled once. Which transaction it is, and which
of the watched entities it touches, are values that come beside the variables.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import BasisT, Many, One, Shape
from resolvers import named
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place, Step
from resolvers.selection import Given, Selected
from resolvers.transactions import facts_of, transaction
from store.ids import EntityId, T, opaque

_T, _ENTITIES = "the event's t", "the event's entities"


def event(draft: Draft, selected: Selected) -> Shape:
    """Return the shape of one event of a subscription."""
    place = Place((Step(selected.key),), selected.key)
    as_of = Selected(selected.key, selected.name, {"asOf": Given((_T,))})
    return _EVENTS[selected.name](draft, draft.timed(place, as_of), selected)


def given(t: T, entities: Sequence[EntityId] = ()) -> Mapping[str, object]:
    """Return what an event is about, to stand among the variables: none can be called so."""
    return {_T: t, _ENTITIES: [opaque(each) for each in entities]}


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
    names = named.several(draft, place, Given((_ENTITIES,)), lambda _: None)
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


def _t(draft: Draft, place: Place) -> Variable:
    return draft.slot(place, "t", Given((_T,)), lambda t: t, 0)


_EVENTS: Mapping[str, Callable[[Draft, Place, Selected], Shape]] = MappingProxyType(
    {
        "transactions": _transactions,
        "entityChanged": _entity_changed,
    }
)
