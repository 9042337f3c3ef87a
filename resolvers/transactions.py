"""Transactions and facts as JSON: who wrote what, when; what an entity has been through.

A fact of the public schema is a datom about an entity. Datoms about edges, about the schema and
about transactions themselves are not among them: an edge has no urn, and `Fact.entity` has one.
What happens to edges is told by `timeline/edge_changes`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from datalog.syntax.clauses import Clause, Compare, Operator, Pattern
from datalog.syntax.query import Order, Parent, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import AttributeName, Bound, Many, Object, One, OpaqueId, Shape, Value
from resolvers.connections import Listing, connection, fields, text
from resolvers.draft import Draft, Place, Request
from resolvers.orders import Key
from resolvers.pages import Question
from resolvers.selection import Selected
from resolvers.timeline.edge_changes import EdgeChanges
from resolvers.timeline.filters import TransactionFilter
from resolvers.timeline.span import SPAN, span
from store.catalogue import Catalogue, UnknownAttribute, ValueType

Members = tuple[tuple[str, Shape], ...]


def transaction(draft: Draft, place: Place, tx: Variable, selected: Iterable[Selected]) -> Shape:
    """Return a transaction as a JSON object."""
    return Object(transaction_members(draft, place, tx, selected))


def transaction_members(
    draft: Draft, place: Place, tx: Variable, selected: Iterable[Selected], type_name: str = ""
) -> Members:
    """Return the fields that are selected of a transaction, whose type is told if others may be."""
    return tuple(
        (each.key, _transaction_field(draft, place.at(each.key, type_name), tx, each))
        for each in selected
    )


def _transaction_field(draft: Draft, place: Place, tx: Variable, selected: Selected) -> Shape:
    match selected.name:
        case "__typename":
            return text("Transaction")
        case "id":
            return OpaqueId(tx)
        case "facts":
            return draft.guarded(place, lambda at: _facts(draft, at, tx, selected))
        case "edgeChanges":
            changes = EdgeChanges(draft, transaction)
            return draft.guarded(place, lambda at: changes.of_transaction(at, tx, selected))
        case name:
            return Value(tx, f"tx/{name}")


def transaction_of(
    draft: Draft,
    place: Place,
    owner: Variable,
    attribute: str,
    selected: Selected,
) -> Shape:
    """Return the transaction that a built-in attribute leads to, such as `entity/createdAt`."""
    tx = draft.variable("tx")
    query = Query((tx,), (place.source, Parent(owner)), (Pattern(owner, attribute, tx),))
    return One(place.label, query, transaction(draft, place, tx, selected.of()))


def transactions(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the connection of the transactions that pass, newest first unless asked otherwise.

    Raises BadUserInput.
    """
    tx, t = draft.variable("tx"), draft.variable("t")
    asked = {name: selected.arguments.get(name) for name in ("where", "order")}
    passing = TransactionFilter(draft, place, tx)
    listing = Listing(
        name="Transaction",
        question=Question(("transactions",), asked),
        find=(tx,),
        where=(Pattern(tx, "tx/t", t), *passing.clauses(asked["where"])),
        keys=(Key(tx, ValueType.REF, descending=asked["order"] != "ASC"),),
        node=lambda at, each: transaction(draft, at, tx, each.of()),
        sources=passing.read,
    )
    return connection(draft, place, selected, listing)


def facts_of(draft: Draft, place: Place, owner: Variable, t: Variable, selected: Selected) -> Shape:
    """Return all that the transaction of a t says about an entity, in the order of the log."""
    fact = _fact(draft, owner, draft.variable("tx"))
    query = Query(
        fact.variables,
        (place.source, place.log, Parent(owner), Scalar(t)),
        (Pattern(fact.tx, "tx/t", t), fact.pattern),
        (Order(fact.position),),
    )
    return Many(place.label, query, fact.shape(place, selected))


def history(draft: Draft, place: Place, owner: Variable, selected: Selected) -> Shape:
    """Return the connection of an entity's facts up to the time of the place, newest first."""
    fact = _fact(draft, owner, draft.variable("tx"))
    names = selected.arguments.get("attributes")
    within = span(draft, place, fact.tx, selected)
    asked = {name: selected.arguments.get(name) for name in ("attributes", *SPAN)}
    listing = Listing(
        name="Fact",
        question=Question(("history",), asked),
        find=fact.variables,
        where=(
            fact.pattern,
            Pattern(fact.owner, "entity/urn"),
            *_of_attributes(draft, place, fact.attribute, names),
            *within.clauses,
        ),
        keys=(
            Key(fact.tx, ValueType.REF, descending=True),
            Key(fact.position, ValueType.INT),
        ),
        node=fact.shape,
        parent=owner,
        sources=lambda at: (at.source, at.log, *within.sources(at)),
    )
    return connection(draft, place, selected, listing)


def _facts(draft: Draft, place: Place, tx: Variable, selected: Selected) -> Shape:
    """Return the connection of what a transaction says about entities, in the order of the log."""
    fact = _fact(draft, draft.variable("entity"), tx)
    listing = Listing(
        name="Fact",
        question=Question(("facts",), {}),
        find=fact.variables,
        where=(fact.pattern, Pattern(fact.owner, "entity/urn")),
        keys=(Key(fact.position, ValueType.INT),),
        node=fact.shape,
        parent=tx,
        sources=lambda at: (at.source, at.log),
    )
    return connection(draft, place, selected, listing)


@dataclass(frozen=True, slots=True)
class _Fact:
    """The variables of a datom, and its shape."""

    draft: Draft
    owner: Variable
    attribute: Variable
    value: Variable
    tx: Variable
    operation: Variable
    position: Variable

    @property
    def variables(self) -> tuple[Variable, ...]:
        return (
            self.owner,
            self.attribute,
            self.value,
            self.tx,
            self.operation,
            self.position,
        )

    @property
    def pattern(self) -> Pattern:
        return Pattern(
            self.owner,
            self.attribute,
            self.value,
            self.tx,
            self.operation,
            self.position,
            source="$log",
        )

    def shape(self, place: Place, selected: Selected) -> Shape:
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text("Fact"),
                "entity": lambda each: self.draft.entity(place.at(each.key), each, self.owner),
                "attribute": lambda _: AttributeName(self.attribute),
                "value": lambda _: Bound(self.value),
                "target": lambda each: self._target(place.at(each.key), each),
                "op": lambda each: self._operation(place.at(each.key)),
                "transaction": lambda each: transaction(
                    self.draft, place.at(each.key), self.tx, each.of()
                ),
            },
        )

    def _target(self, place: Place, selected: Selected) -> Shape:
        query = Query(
            (self.value,),
            (place.source, Parent(self.value)),
            (Pattern(self.value, "entity/urn"),),
        )
        return One(place.label, query, self.draft.entity(place, selected, self.value))

    def _operation(self, place: Place) -> Shape:
        self.draft.finish(place, _naming_operations)
        return Bound(self.operation)


def _fact(draft: Draft, owner: Variable, tx: Variable) -> _Fact:
    attribute, value = draft.variable("attribute"), draft.variable("value")
    operation, position = draft.variable("operation"), draft.variable("position")
    return _Fact(draft, owner, attribute, value, tx, operation, position)


def _naming_operations(_: Request) -> Callable[[object], object]:
    return lambda op: ("ASSERT" if op else "RETRACT") if isinstance(op, bool) else op


def _of_attributes(
    draft: Draft, place: Place, attribute: Variable, names: object
) -> tuple[Clause, ...]:
    if names is None:
        return ()
    catalogue = draft.catalogue
    ids = draft.slot(place, "attributes", names, lambda given: _ids(catalogue, given), [])
    return (Compare(Operator.MEMBER, attribute, ids),)


_BUILT_IN: Mapping[str, int] = {"urn": 1, "type": 2, "lifecycle": 3}


def _ids(catalogue: Catalogue, names: object) -> list[int]:
    members = names if isinstance(names, list | tuple) else [names]
    return [number for name in members for number in _ids_of(catalogue, str(name))]


def _ids_of(catalogue: Catalogue, name: str) -> list[int]:
    """Return the attributes that a name stands for, full or not. Raises UnknownAttribute."""
    built_in = _BUILT_IN.get(name.removeprefix("entity/"))
    if built_in is not None:
        return [built_in]
    found: list[int] = [
        attribute.id
        for owner in catalogue.entity_types.values()
        for attribute in owner.attributes
        if name in {attribute.field, attribute.name}
    ]
    if not found:
        raise UnknownAttribute(name)
    return found
