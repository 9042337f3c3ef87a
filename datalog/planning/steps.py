"""The steps of a plan, what they bind, and whether they can repeat a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import assert_never

from datalog.checking.scoping import bindable
from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    LogRow,
    MemberRow,
    OwnRow,
    Place,
    RelationRow,
    Row,
    TouchedRow,
    TransactionRow,
)
from datalog.planning.row_terms import places, row_keys
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Not,
    Or,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Constant, Term, Variable
from datalog.syntax.views import View

Variables = frozenset[Variable]


@dataclass(frozen=True, slots=True)
class Filter:
    """A comparison of what is bound by then."""

    compare: Compare


@dataclass(frozen=True, slots=True)
class Applied:
    """A predicate that holds of what is bound by then, or a function that has a value for it."""

    call: Call


@dataclass(frozen=True, slots=True)
class Exists:
    """Some branch matches (or none does), whatever its own variables are.

    `rows` and `work`: how many rows the branches give for one row before, and what that costs.
    `says`: the clause that it was made of, where it was one.
    """

    branches: tuple[tuple["Step", ...], ...]
    negated: bool
    rows: float = 0.5
    work: float = 10.0
    says: Not | Or | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of all branches, each once; `rows`, `work` and `says` as in Exists.

    `single`: one branch at most gives a row, and only one.
    """

    branches: tuple[tuple["Step", ...], ...]
    variables: tuple[Variable, ...]
    rows: float = 10.0
    work: float = 10.0
    says: Or | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value at the end of a path, or null; the least where it is not `single`.

    The steps bind it to `path_end`; the variable of `get` may have a value already.
    """

    get: GetElse
    steps: tuple["Step", ...]
    single: bool
    work: float = 10.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to find a row of a relation; `start` is a row found newly, to which all is joined."""

    relation: str
    head: tuple[Term, ...]
    start: RelationRow | None
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Relations that need each other, with their columns.

    `linear`: no arm needs two rows of them.
    """

    columns: tuple[tuple[str, tuple[Variable, ...]], ...]
    arms: tuple[Arm, ...]
    linear: bool


@dataclass(frozen=True, slots=True)
class Fixpoint:
    """Relations worked out until nothing is new, and the row that is asked of the last.

    `seeded`: from what the rows before hold, thus for each of them. `says`: the call that it was
    made of, `begins`: clauses that say where it starts.
    """

    strata: tuple[Stratum, ...]
    result: RelationRow
    seeded: bool
    rows: float = 100.0
    work: float = 1_000.0
    says: RuleCall | None = None
    begins: tuple[Clause, ...] = ()


def path_end(get: GetElse) -> Variable:
    """Return the variable that the steps of a look-up bind, which nobody can write."""
    return Variable(f"{get.value.name} found")


@dataclass(frozen=True, slots=True)
class Walked:
    """A search from the root of each row."""

    search: Search
    view: View
    rows: float = 100.0
    work: float = 1_000.0


@dataclass(frozen=True, slots=True)
class Matched:
    """Values in which words are found; few of all there are."""

    fulltext: Fulltext
    view: View
    rows: float = 50.0
    work: float = 100.0


Step = Row | Walked | Matched | Fixpoint | Filter | Applied | Exists | Union | Lookup


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
    expected: tuple["Expected", ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """How the rows of a step are found, and how many rows there should be after it."""

    access: str
    rows: float


def bound_by(step: Step) -> Variables:  # noqa: PLR0911  # One case for each kind of step.
    """Return the variables that a step gives a value."""
    match step:
        case Filter() | Exists():
            return frozenset()
        case Union():
            return frozenset(step.variables)
        case Fixpoint():
            return variables(step.result.arguments)
        case Walked(search):
            return frozenset({search.node, search.depth, search.side})
        case Matched(fulltext):
            return variables(fulltext.found)
        case Lookup():
            return frozenset({step.get.value})
        case Applied():
            return bindable(step.call)
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
        case Lookup() | Filter() | Applied() | Exists():
            return True
        case Union():
            return step.single or frozenset(step.variables) <= known
        case Walked(search):
            return {search.root, search.node} <= known
        case Matched(fulltext):
            return all(_is_known(place, known) for place in _identity(fulltext))
        case Fixpoint():
            return all(_is_known(place, known) for place in step.result.arguments)
        case (
            FactRow()
            | EdgeRow()
            | TransactionRow()
            | LogRow()
            | OwnRow()
            | TouchedRow()
            | IdentRow()
            | GroundRow()
            | GivenRow()
            | MemberRow()
            | RelationRow()
        ):
            return any(all(_is_known(place, known) for place in key) for key in row_keys(step))
        case _:
            assert_never(step)


def _identity(fulltext: Fulltext) -> tuple[Place, ...]:
    """Return the places that tell what was found from all else: of the best, the entity."""
    if fulltext.best:
        return fulltext.found[:1]
    entity, value, _, _, attribute = fulltext.found
    return (entity, value) if len(fulltext.attributes) == 1 else (entity, value, attribute)


def _is_known(place: Place, known: Variables) -> bool:
    return place in known if isinstance(place, Variable) else isinstance(place, Constant)
