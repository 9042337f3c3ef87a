"""The steps of a plan, what they bind, and whether they can repeat a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import assert_never

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    MemberRow,
    OwnRow,
    Place,
    Row,
    TouchedRow,
    TransactionRow,
)
from datalog.planning.row_terms import places, row_keys
from datalog.syntax.clauses import Compare, GetElse
from datalog.syntax.terms import Constant, Variable

Variables = frozenset[Variable]


@dataclass(frozen=True, slots=True)
class Filter:
    """A comparison of what is bound by then."""

    compare: Compare


@dataclass(frozen=True, slots=True)
class Exists:
    """Some branch matches (or none does), whatever its own variables are.

    `rows` and `work`: how many rows the branches give for one row before, and what that costs.
    """

    branches: tuple[tuple["Step", ...], ...]
    negated: bool
    rows: float = 0.5
    work: float = 10.0


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of all branches, each once; `rows` and `work` as in Exists."""

    branches: tuple[tuple["Step", ...], ...]
    variables: tuple[Variable, ...]
    rows: float = 10.0
    work: float = 10.0


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value at the end of a path, or null; the least where it is not `single`."""

    get: GetElse
    steps: tuple["Step", ...]
    single: bool
    work: float = 10.0


Step = Row | Filter | Exists | Union | Lookup


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order.

    `repeats`: they can give a row of the variables asked more than once. `single`: at most once, of
    one row. `driving`: how many rows are looked further for, at most; infinite where a step after
    the first finds its rows by no key.
    """

    steps: tuple[Step, ...]
    repeats: bool
    single: bool
    driving: float = inf


def bound_by(step: Step) -> Variables:
    """Return the variables that a step gives a value."""
    match step:
        case Filter() | Exists():
            return frozenset()
        case Union():
            return frozenset(step.variables)
        case Lookup():
            return frozenset({step.get.value})
        case _:
            return variables(places(step))


def variables(found: Iterable[Place]) -> Variables:
    """Return the variables among places."""
    return frozenset(place for place in found if isinstance(place, Variable))


def unique(steps: Iterable[Step], known: Variables) -> bool:
    """Tell whether the known variables leave at most one way to match all steps."""
    waiting = [step for step in steps if not isinstance(step, Filter | Exists)]
    while waiting:
        pinned = [step for step in waiting if _is_pinned(step, known)]
        if not pinned:
            return False
        known = known.union(*map(bound_by, pinned))
        waiting = [step for step in waiting if step not in pinned]
    return True


def _is_pinned(step: Step, known: Variables) -> bool:
    match step:
        case Lookup() | Filter() | Exists():
            return True
        case Union():
            return frozenset(step.variables) <= known
        case (
            FactRow()
            | EdgeRow()
            | TransactionRow()
            | LogRow()
            | OwnRow()
            | TouchedRow()
            | GivenRow()
            | MemberRow()
        ):
            return any(all(_is_known(place, known) for place in key) for key in row_keys(step))
        case _:
            assert_never(step)


def _is_known(place: Place, known: Variables) -> bool:
    return place in known if isinstance(place, Variable) else isinstance(place, Constant)
