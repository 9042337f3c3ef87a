"""A call, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datalog.reading.forms import Form, List
from datalog.reading.notes import Notes
from datalog.reading.terms import argument, is_source, is_variable, refused, shown, symbol
from datalog.syntax.terms import Term

MOST_ARGUMENTS = 100
"""Of one call: each of a comparison becomes a clause of its own."""


@dataclass(frozen=True, slots=True)
class Within:
    """Where clauses are read.

    `source` is what clauses read that name no database. In a plain `or`, all branches must name the
    same variables, so that those of ours have to be hidden. `depth` counts the clauses around.
    """

    notes: Notes
    source: str = "$"
    in_or: bool = False
    depth: int = 0

    def below(self) -> "Within":
        """Return where the clauses of a clause are read."""
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Called:
    """`[(name argument*) result?]`."""

    form: Form
    name: str
    arguments: tuple[Form, ...]
    result: Form | None
    within: Within


def call_of(form: Form, members: Sequence[Form], within: Within) -> Called:
    """Return a call with its arguments and its result. Raises NotQuery."""
    if len(members) > 2 or not isinstance(members[0].value, List) or not members[0].value.members:
        raise refused(form, f"{shown(form)} is no call", "write [(name ?a)] or [(name ?a) ?b]")
    head, *arguments = members[0].value.members
    name = symbol(head)
    if name is None or is_variable(head) or is_source(head):
        raise refused(head, f"{shown(head)} is no function", "write its name: [(count ?a) ?b]")
    if len(arguments) > MOST_ARGUMENTS:
        raise refused(
            head, f"{name} is given too many arguments", f"give it {MOST_ARGUMENTS} at most"
        )
    name = name.removeprefix("clojure.string/")
    return Called(form, name, tuple(arguments), members[1] if len(members) == 2 else None, within)


def arguments_of(called: Called) -> tuple[Term, ...]:
    """Return the arguments of a call that reads no database. Raises NotQuery."""
    for each in called.arguments:
        if isinstance(each.value, List):
            raise refused(
                each,
                f"{shown(each)} stands inside of a call",
                f"bind it first: [{shown(each)} ?x], and use ?x here",
            )
        if is_source(each):
            raise refused(each, f"{called.name} takes no database", f"leave {shown(each)} out")
    return tuple(map(argument, called.arguments))


def source_of(called: Called) -> tuple[str, tuple[Form, ...]]:
    """Return the database that a function reads, and its other arguments."""
    if called.arguments and is_source(called.arguments[0]):
        return symbol(called.arguments[0]) or "$", called.arguments[1:]
    return called.within.source, called.arguments
