"""What each step of a plan gives and costs, those with steps inside them too."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    LogRow,
    MemberRow,
    OwnRow,
    RelationRow,
    Situation,
    TouchedRow,
    TransactionRow,
)
from datalog.planning.cost import (
    GIVEN_ROWS,
    Access,
    Estimate,
    Prefix,
    bound_before,
    estimate_row,
)
from datalog.planning.ranges import TURNED, share_of_range
from datalog.planning.steps import (
    Applied,
    Exists,
    Filter,
    Fixpoint,
    Lookup,
    Matched,
    Step,
    Stratum,
    Union,
    Variables,
    Walked,
    bound_by,
    variables,
)
from datalog.syntax.clauses import Compare, Operator
from datalog.syntax.terms import Constant, Variable

_LEAST = 0.02
"""No test is taken to leave out more, or less, than this of all but nothing."""

_TESTED = 0.1
"""What it costs to test or to compute something of a row that was read."""

_SHARES = {
    Operator.NE: 0.95,
    Operator.LT: 1 / 3,
    Operator.LE: 1 / 3,
    Operator.GT: 1 / 3,
    Operator.GE: 1 / 3,
    Operator.STARTS_WITH: 0.05,
    Operator.CONTAINS: 0.1,
}


@dataclass(frozen=True, slots=True)
class Inside:
    """What steps inside another give for one row before them, and what they cost."""

    rows: float
    work: float


def estimate_inside(
    branches: Iterable[Iterable[Step]], bound: Variables, situation: Situation
) -> Inside:
    """Return what branches give and cost together, for one row before them."""
    rows = work = 0.0
    for branch in branches:
        prefix = bound_before(bound)
        for step in branch:
            estimate = estimate_step(step, prefix, situation)
            prefix, work = estimate.after, work + estimate.work
        rows += prefix.rows
    return Inside(rows, work)


def estimate_step(  # noqa: PLR0911  # One case for each kind of step.
    step: Step, before: Prefix, situation: Situation
) -> Estimate:
    """Return what a step makes of the rows before it."""
    match step:
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
            return estimate_row(step, before, situation) or _computed(step, before)
        case Filter(compare):
            rows = before.rows * _share(compare, before)
            return Estimate(replace(before, rows=rows), before.rows * _TESTED, Access.TEST)
        case Exists():
            holds = min(max(step.rows, _LEAST), 1 - _LEAST)
            rows = before.rows * (1 - holds if step.negated else holds)
            return Estimate(replace(before, rows=rows), before.rows * step.work, Access.TEST)
        case Applied(call) if call.binding is None:
            return Estimate(
                replace(before, rows=before.rows / 3), before.rows * _TESTED, Access.TEST
            )
        case Union() | Fixpoint() | Walked() | Matched():
            return _several(step, before)
        case Lookup():
            return replace(_computed(step, before), work=before.rows * step.work)
        case _:
            return _computed(step, before)


def _several(step: Union | Fixpoint | Walked | Matched, before: Prefix) -> Estimate:
    rows = before.rows * step.rows
    distinct = {**dict.fromkeys(bound_by(step), max(rows, 1.0)), **before.distinct}
    times = 1.0 if isinstance(step, Fixpoint) and not step.seeded else before.rows
    after = replace(before, rows=rows, distinct=distinct)
    return Estimate(after, times * step.work + rows, Access.BRANCHES)


def _computed(step: Step, before: Prefix) -> Estimate:
    """Return the estimate of what is computed of each row, and gives one for it."""
    access = Access.LOOKUP if isinstance(step, Lookup) else Access.COMPUTED
    distinct = {**dict.fromkeys(bound_by(step), before.rows), **before.distinct}
    return Estimate(replace(before, distinct=distinct), before.rows * _TESTED, access)


def _share(compare: Compare, before: Prefix) -> float:
    terms = (compare.left, compare.right)
    different = max(
        [2.0, *(before.different(each) for each in terms if isinstance(each, Variable))]
    )
    match compare.operator:
        case Operator.EQ:
            return 1.0 / max(different, 2.0)
        case Operator.MEMBER:
            return min(1.0, GIVEN_ROWS / different)
        case operator:
            return _known_share(compare, before) or _SHARES.get(operator, 1.0)


def _known_share(compare: Compare, before: Prefix) -> float | None:
    """Return what a comparison with a constant leaves of a value whose attribute is known."""
    match compare.left, compare.right:
        case Variable() as variable, Constant(value) if variable in before.origins:
            return share_of_range(before.origins[variable], compare.operator, value)
        case Constant(value), Variable() as variable if variable in before.origins:
            turned = TURNED.get(compare.operator, compare.operator)
            return share_of_range(before.origins[variable], turned, value)
        case _:
            return None


_ROUNDS = 10.0
"""How many times as much as it begins with a recursion is taken to find."""


def size_of(strata: Iterable[Stratum], bound: Variables, situation: Situation) -> Inside:
    """Return how many rows a recursion gives, and what all its rounds cost."""
    rows, work = 1.0, 0.0
    for stratum in strata:
        begins = [arm for arm in stratum.arms if arm.start is None]
        grows = [arm for arm in stratum.arms if arm.start is not None]
        first = estimate_inside([arm.steps for arm in begins], bound, situation)
        rows = max(first.rows, 1.0) * (_ROUNDS if grows else 1.0)
        work += first.work
        for arm in grows:
            known = bound | variables(arm.start.arguments if arm.start else ())
            work += rows * estimate_inside([arm.steps], known, situation).work
    return Inside(rows, work)
