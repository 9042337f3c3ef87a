"""Edges that began, ended or changed, each with the transaction that did it.

`Fact.entity` is an entity with a urn, and an edge has none: what a transaction does to an edge is
told as one change, with the facts of its properties. The time of an edge that has ended is in no
view of what holds, so all of this reads the history.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from datalog.syntax.clauses import Call, Clause, Compare, Operator, Pattern
from datalog.syntax.query import Order, Parent, Query, Scalar
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable
from datalog.tree import AttributeName, Bound, Many, One, Shape
from datalog.vocabulary import BUILT_IN_IDS
from resolvers.clauses import any_of, nothing
from resolvers.connections import Listing, connection, fields, text
from resolvers.draft import Draft, Place, Request
from resolvers.errors import BadUserInput
from resolvers.orders import Key
from resolvers.pages import Question
from resolvers.selection import Given, Selected
from resolvers.timeline.any_time import EdgeAtAnyTime, TransactionShape
from resolvers.timeline.span import SPAN, span
from store.catalogue import ValueType

_OF_EVERY_EDGE = [BUILT_IN_IDS[f"edge/{name}"] for name in ("type", "from", "to", "key")]
_ENDS: Mapping[object, tuple[str, ...]] = {"FROM": ("from",), "TO": ("to",), None: ("from", "to")}


@dataclass(frozen=True, slots=True)
class EdgeChanges:
    """A connection of what happened to edges; `transaction` makes the shape of who did it."""

    draft: Draft
    transaction: TransactionShape

    def of_transaction(self, place: Place, tx: Variable, selected: Selected) -> Shape:
        """Return the edges that a transaction began, ended or changed."""
        change = self._change(self.draft.variable("edge"), tx)
        return self._listed(place, selected, change, tx, ())

    def of_edge(self, place: Place, edge: Variable, selected: Selected) -> Shape:
        """Return what an edge has been through, newest first. Raises BadUserInput."""
        change = self._change(edge, self.draft.variable("tx"))
        return self._listed(place, selected, change, edge, ())

    def of_either(self, place: Place, about: Variable, selected: Selected) -> Shape:
        """Return what an edge, or the edges at an entity, have been through, newest first.

        Raises BadUserInput.
        """
        edge = self.draft.variable("edge")
        itself: Clause = Call("identity", (about,), edge)
        return self._of_some(place, about, selected, edge, ((itself,),))

    def of_entity(self, place: Place, entity: Variable, selected: Selected) -> Shape:
        """Return how the edges at an entity came and went, newest first. Raises BadUserInput."""
        return self._of_some(place, entity, selected, self.draft.variable("edge"), ())

    def _of_some(
        self,
        place: Place,
        about: Variable,
        selected: Selected,
        edge: Variable,
        others: tuple[tuple[Clause, ...], ...],
    ) -> Shape:
        ends = tuple(
            (Pattern(edge, f"edge/{end}", about, source="$log"),)
            for end in _ENDS[selected.arguments.get("end")]
        )
        types = edge_types(edge, selected.arguments.get("types"), "types")
        change = self._change(edge, self.draft.variable("tx"))
        found = any_of((edge, about), (*others, *ends))
        return self._listed(place, selected, change, about, (found, *types))

    def _change(self, edge: Variable, tx: Variable) -> "_Change":
        return _Change(self.draft, self.transaction, edge, tx)

    def _listed(
        self,
        place: Place,
        selected: Selected,
        change: "_Change",
        parent: Variable,
        where: tuple[Clause, ...],
    ) -> Shape:
        names = ("types", "end", *SPAN)
        asked = {name: selected.arguments.get(name) for name in names}
        within = span(self.draft, place, change.tx, selected)
        keys = (Key(change.tx, ValueType.REF, descending=True), Key(change.edge, ValueType.REF))
        own = tuple(key for key in keys if key.variable != parent)
        listing = Listing(
            name="EdgeChange",
            question=Question(("edgeChanges", selected.name), asked),
            find=tuple(key.variable for key in own),
            where=(*where, *change.where, *within.clauses),
            keys=own,
            node=change.shape,
            parent=parent,
            sources=lambda at: (at.source, at.log, *within.sources(at)),
        )
        return connection(self.draft, place, selected, listing)


def edge_types(edge: Variable, asked: object, argument: str) -> tuple[Clause, ...]:
    """Return the condition that an edge is, or was, of one of these types; None is any."""
    if asked is None:
        return ()
    names = asked if isinstance(asked, list | tuple) else [asked]
    if any(isinstance(name, Given) for name in names):
        raise BadUserInput(argument, "which types decides the plan: give their names")
    branches = tuple(
        (Pattern(edge, "edge/type", Constant(Keyword(name)), source="$log"),)
        for name in dict.fromkeys(map(str, names))
    )
    return (any_of((edge,), branches),)


@dataclass(frozen=True, slots=True)
class _Change:
    """What one transaction did to one edge, and its shape."""

    draft: Draft
    transaction: TransactionShape
    edge: Variable
    tx: Variable

    @property
    def where(self) -> tuple[Clause, ...]:
        attribute = self.draft.variable("attribute")
        datom = Pattern(self.edge, attribute, BLANK, self.tx, source="$log")
        # An edge has ends as long as it is known at all.
        return datom, any_of((self.edge,), ((Pattern(self.edge, "edge/from", source="$log"),),))

    def shape(self, place: Place, selected: Selected) -> Shape:
        """Return the shape of the change."""
        edge = EdgeAtAnyTime(self.draft, self.transaction, self.edge)
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text("EdgeChange"),
                **edge.identity(place),
                "change": lambda each: self._kind(place.at(each.key)),
                "facts": lambda each: self._facts(place.at(each.key), each),
                "transaction": lambda each: self.transaction(
                    self.draft, place.at(each.key), self.tx, each.of()
                ),
                "until": lambda each: edge.until(place.at(each.key), each, self.tx),
            },
        )

    def _kind(self, place: Place) -> Shape:
        operation = self.draft.variable("operation")
        began = Pattern(self.edge, "edge/type", BLANK, self.tx, operation, source="$log")
        inputs = (place.source, place.log, Parent(self.edge), Parent(self.tx))
        self.draft.finish(place, _naming_changes)
        return One(place.label, Query((operation,), inputs, (began,)), Bound(operation))

    def _facts(self, place: Place, selected: Selected) -> Shape:
        """Return the facts about properties, in the order of the log."""
        attribute, value = self.draft.variable("attribute"), self.draft.variable("value")
        operation, position = self.draft.variable("operation"), self.draft.variable("position")
        built_in = self.draft.slot(place, "built-in", _OF_EVERY_EDGE, lambda given: given, [])
        where = (
            Pattern(self.edge, attribute, value, self.tx, operation, position, source="$log"),
            nothing((attribute, built_in), (Compare(Operator.MEMBER, attribute, built_in),)),
        )
        inputs = (
            place.source,
            place.log,
            Parent(self.edge),
            Parent(self.tx),
            Scalar(built_in),
        )
        query = Query((attribute, value, operation, position), inputs, where, (Order(position),))
        shape = fields(
            selected.of(),
            {
                "__typename": lambda _: text("EdgeFact"),
                "attribute": lambda _: AttributeName(attribute),
                "value": lambda _: Bound(value),
                "target": lambda each: self._target(place.at(each.key), each, value),
                "op": lambda each: self._operation(place.at(each.key), operation),
            },
        )
        return Many(place.label, query, shape)

    def _target(self, place: Place, selected: Selected, value: Variable) -> Shape:
        query = Query((value,), (place.source, Parent(value)), (Pattern(value, "entity/urn"),))
        return One(place.label, query, self.draft.entity(place, selected, value))

    def _operation(self, place: Place, operation: Variable) -> Shape:
        self.draft.finish(place, _naming_operations)
        return Bound(operation)


def _naming_operations(_: Request) -> Callable[[object], object]:
    return lambda op: ("ASSERT" if op else "RETRACT") if isinstance(op, bool) else op


def _naming_changes(_: Request) -> Callable[[object], object]:
    """Name what became of an edge: it began, it ended, or neither."""
    names = {True: "ADDED", False: "REMOVED", None: "CHANGED"}
    return lambda op: names[op] if op is None or isinstance(op, bool) else op
