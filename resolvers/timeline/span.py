"""`since` and `until` of a history: only what transactions after one time and up to another did."""

from collections.abc import Callable
from dataclasses import dataclass

from datalog.syntax.clauses import Clause, Pattern
from datalog.syntax.query import Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, Since
from resolvers.draft import Draft, Place
from resolvers.selection import Selected

SPAN = ("since", "until")
"""The arguments that say a span of time; the first point is not in it, the last one is."""


@dataclass(frozen=True, slots=True)
class Span:
    """The clauses that hold where a transaction is in a span, and the databases that they read.

    The databases are functions of the place: its time may be that of a cursor.
    """

    clauses: tuple[Clause, ...]
    databases: tuple[Callable[[Place], Source], ...]

    def sources(self, place: Place) -> tuple[Source, ...]:
        """Return the databases at a place."""
        return tuple(each(place) for each in self.databases)


def span(draft: Draft, place: Place, tx: Variable, selected: Selected) -> Span:
    """Return the span that the arguments of a field say; without any, all of time."""
    given = {name: selected.arguments.get(name) for name in SPAN}
    parts = [bound(draft, place, tx, name, it) for name, it in given.items() if it is not None]
    return Span(tuple(clause for clause, _ in parts), tuple(source for _, source in parts))


def bound(
    draft: Draft, place: Place, tx: Variable, name: str, argument: object
) -> tuple[Clause, Callable[[Place], Source]]:
    """Return the condition of one end of a span, and the database that it reads.

    That one sees a part of the log only, and so knows only the transactions of that part.
    """
    moment, source = draft.moment(), f"${draft.variable(name).name}"
    draft.pin(place, moment, argument)

    def database(at: Place) -> Source:
        return Source(source, Since(moment, at.view) if name == "since" else AsOf(moment))

    return Pattern(tx, "tx/t", source=source), database
