"""What is asked in Datalog, and what is answered, as values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datalog.kinds import Kind
from datalog.syntax.finding import Aggregate, Count, FindElement, Pull
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from store.catalogue import Catalogue
from store.ids import T


@dataclass(frozen=True, slots=True)
class Question:
    """A query as text, what its `:in` is given, at which time, and how many rows to take.

    `inputs` are as callers write them: JSON, or EDN that was read. So are the times, which the
    database `$` is seen at. `rules` is the text of what `%` stands for, in `:in` or not. `scan`
    allows a clause over the whole log.
    """

    text: str
    inputs: tuple[object, ...] = ()
    rules: str | None = None
    as_of: object = None
    since: object = None
    history: bool = False
    first: object = None
    scan: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The rows of a query, each an array in the order of the columns, or an object under `:keys`.

    Values are JSON. `complete` is false where there are more than were asked for. `because` says
    why there can be no rows, whatever the facts are. The time is that of the database `$`;
    `catalogue` is the schema that the query was read with.
    """

    catalogue: Catalogue
    query: Query
    kinds: tuple[Kind, ...]
    rows: tuple[Any, ...]  # JSON.
    complete: bool
    t: T
    instant: datetime
    because: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of what is found, in order."""
        return columns(self.query)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows, each in the order of the columns."""
        for row in self.rows:
            yield tuple(row.values()) if isinstance(row, dict) else tuple(row)


def columns(query: Query) -> tuple[str, ...]:
    """Return the names of what a query finds: those of `:keys`, else its variables without `?`.

    What is made of a variable is called as it is written: `(max 3 ?x)`, `(pull ?x)`.
    """
    return query.maps.names if query.maps else tuple(map(_column, query.find))


def _column(found: FindElement) -> str:
    match found:
        case Variable(name):
            return name
        case Count(variable):
            return f"(count ?{variable.name})"
        case Pull(variable):
            return f"(pull ?{variable.name})"
        case Aggregate(aggregation, variable, amount):
            number = "" if amount is None else f"{amount} "
            return f"({aggregation} {number}?{variable.name})"
