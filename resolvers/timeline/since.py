"""`since` and `changedSince` of a list: only what is new there, or was touched, after a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from datalog.syntax.clauses import Clause, Pattern
from datalog.syntax.query import Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import Since
from resolvers.draft import Draft, Place
from resolvers.selection import Selected


@dataclass(frozen=True, slots=True)
class Newer:
    """The clauses that leave what is new, and the databases that these and the list read."""

    clauses: tuple[Clause, ...]
    sources: Callable[[Place], tuple[Source, ...]]


def newer(draft: Draft, place: Place, selected: Selected, came: Pattern, entity: Variable) -> Newer:
    """Return what the arguments leave: `came` is the fact with which a row comes."""
    views: list[tuple[str, str]] = []
    clauses: list[Clause] = []
    for name in ("since", "changedSince"):
        argument = selected.arguments.get(name)
        if argument is None:
            continue
        moment, source = draft.moment(), f"${draft.variable(name).name}"
        draft.pin(place, moment, argument)
        views.append((source, moment))
        if name == "since":
            clauses.append(replace(came, source=source))
        else:
            tx = draft.variable("tx")
            clauses.append(Pattern(entity, "entity/changedAt", tx))
            clauses.append(Pattern(tx, "tx/t", source=source))

    def sources(at: Place) -> tuple[Source, ...]:
        newer = (Source(source, Since(moment, at.view)) for source, moment in views)
        return (at.source, *newer)

    return Newer(tuple(clauses), sources)
