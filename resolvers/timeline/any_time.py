"""An edge at any time, live or ended: its ends, and the transactions that began and ended it.

What a view shows of an edge is there while it is live only; all of this reads the history.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from datalog.syntax.clauses import Compare, Operator, Pattern
from datalog.syntax.query import Order, Parent, Query
from datalog.syntax.terms import BLANK, Constant, Variable
from datalog.tree import Bound, One, OpaqueId, Shape
from datalog.vocabulary import BUILT_IN_IDS
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place
from resolvers.selection import Selected

TransactionShape = Callable[[Draft, Place, Variable, Iterable[Selected]], Shape]
"""What makes the shape of a transaction."""


@dataclass(frozen=True, slots=True)
class EdgeAtAnyTime:
    """An edge, and what makes the shapes of its parts; `transaction` makes that of who did it."""

    draft: Draft
    transaction: TransactionShape
    edge: Variable

    def identity(self, place: Place) -> Mapping[str, Callable[[Selected], Shape]]:
        """Return what shapes the fields that an edge has for ever."""
        return {
            "id": lambda _: OpaqueId(self.edge),
            "type": lambda each: self._own(place.at(each.key), "type"),
            "key": lambda each: self._own(place.at(each.key), "key"),
            "from": lambda each: self._end(place.at(each.key), each),
            "to": lambda each: self._end(place.at(each.key), each),
        }

    def until(self, place: Place, selected: Selected, tx: Variable) -> Shape:
        """Return the transaction that ended the edge first, from a transaction on; else null."""
        ended = self.draft.variable("ended")
        end = Pattern(self.edge, "edge/type", BLANK, ended, Constant(value=False), source="$log")
        query = Query(
            (ended,),
            (place.source, place.log, Parent(self.edge), Parent(tx)),
            (end, Compare(Operator.GE, ended, tx)),
            (Order(ended),),
        )
        shape = self.transaction(self.draft, place, ended, selected.of())
        return One(place.label, query, shape)

    def life(self, place: Place, selected: Selected) -> Shape:
        """Return the edge with when it began last and ended; null where it is none."""
        began = self.draft.variable("began")
        start = Pattern(self.edge, "edge/type", BLANK, began, Constant(value=True), source="$log")
        query = Query(
            (began,),
            (place.source, place.log, Parent(self.edge)),
            (start,),
            (Order(began, descending=True),),
        )
        shape = fields(
            selected.of(),
            {
                "__typename": lambda _: text("EdgeLife"),
                **self.identity(place),
                "since": lambda each: self.transaction(
                    self.draft, place.at(each.key), began, each.of()
                ),
                "until": lambda each: self.until(place.at(each.key), each, began),
            },
        )
        return One(place.label, query, shape)

    def _own(self, place: Place, name: str) -> Shape:
        found = self.draft.variable(name)
        attribute = Constant(BUILT_IN_IDS[f"edge/{name}"])
        ids = self.draft.variable("attribute")
        where = (
            Pattern(self.edge, ids, found, source="$log"),
            Compare(Operator.EQ, ids, attribute),
        )
        query = Query((found,), (place.source, place.log, Parent(self.edge)), where)
        if name == "key":
            self.draft.finish(place, lambda _: lambda key: key if key is not None else "")
        return One(place.label, query, Bound(found))

    def _end(self, place: Place, selected: Selected) -> Shape:
        end = self.draft.variable(selected.name)
        query = Query(
            (end,),
            (place.source, place.log, Parent(self.edge)),
            (Pattern(self.edge, f"edge/{selected.name}", end, source="$log"),),
        )
        return One(place.label, query, self.draft.entity(place, selected, end))
