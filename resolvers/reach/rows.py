"""The rows of a walk that is held: what was reached, and what of it counts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from datalog.syntax.clauses import Clause, Compare, Operator
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Among, Input, Order, Query, Scalar
from datalog.syntax.terms import Constant, Variable
from datalog.tree import Let, Many, Shape
from resolvers.clauses import of_types
from resolvers.draft import Draft, Place


@dataclass(frozen=True, slots=True)
class Reached:
    """The nodes of a walk that count: within the distance, of the types, and none of its roots.

    `name` is that of the rows, which are held for the levels inside; `most` is the distance.
    """

    draft: Draft
    place: Place
    name: str
    most: Variable
    types: tuple[str, ...] | None

    def among(self, node: Variable, depth: Variable) -> Among:
        """Return the input that has the rows under these variables."""
        return Among(self.name, (node, depth))

    def where(self, node: Variable, depth: Variable) -> tuple[Clause, ...]:
        """Return the conditions that a row counts."""
        within = (
            Compare(Operator.GT, depth, Constant(0)),
            Compare(Operator.LE, depth, self.most),
        )
        return within if self.types is None else (*within, of_types(node, self.types))

    def query(self, find: Variable, node: Variable, depth: Variable, *more: Clause) -> Query:
        """Return the query of what more clauses find for the nodes that count."""
        inputs: tuple[Input, ...] = (self.place.source, self.among(node, depth), Scalar(self.most))
        return Query((find,), inputs, (*self.where(node, depth), *more))


@dataclass(frozen=True, slots=True)
class Grouping:
    """What nodes are grouped by: a variable, and the clauses that bind it for a node.

    Without clauses it is their distance, and the nearest come first; else the greatest number.
    """

    key: Variable
    clauses: Callable[[Variable], tuple[Clause, ...]] | None = None


def counted(
    reached: Reached, place: Place, by: Grouping, shape: Callable[[Variable], Shape]
) -> Shape:
    """Return the list of how many nodes each group has; `shape` is given their number."""
    draft = reached.draft
    node, depth, count = map(draft.variable, ("node", "depth", "count"))
    if by.clauses is None:
        found = reached.query(by.key, node, by.key)
        order: tuple[Order, ...] = (Order(by.key),)
    else:
        found = reached.query(by.key, node, depth, *by.clauses(node))
        order = (Order(count, descending=True), Order(by.key))
    grouped = replace(found, find=(by.key, Aggregate(Aggregation.COUNT, node)))
    name = draft.apart("counts")
    rows = Query((by.key, count), (reached.place.source, Among(name, (by.key, count))), (), order)
    return Let(f"{place.label}(count)", name, grouped, Many(place.label, rows, shape(count)))
