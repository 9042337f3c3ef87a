"""Which clauses each step of a plan answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from datalog.planning.access import EdgeRow, FactRow, MemberRow, Situation, TransactionRow
from datalog.planning.grouping import grouped
from datalog.planning.steps import (
    Applied,
    Exists,
    Expected,
    Filter,
    Fixpoint,
    Lookup,
    Matched,
    Plan,
    Step,
    Union,
)
from datalog.syntax.clauses import Clause, Compare, Ground, Operator, Or, Pattern
from datalog.syntax.terms import Blank


@dataclass(frozen=True, slots=True)
class Answered:
    """A step of a plan with the clauses that it answers; an input of several rows has none."""

    step: Step
    expected: Expected
    clauses: tuple[Clause, ...]


def answered(
    plan: Plan, where: Iterable[Clause], situation: Situation
) -> tuple[tuple[Answered, ...], tuple[Clause, ...]]:
    """Return the steps with their clauses, and the clauses that hold by what the others read.

    `where` is in the plan's own order; `situation` is the one that was planned in, with the types
    that the clauses tell.
    """
    waiting = list(where)
    found: list[Answered] = []
    for step, expected in zip(plan.steps, plan.expected, strict=True):
        clauses = tuple(each for each in waiting if _answers(step, each, situation))
        waiting = [each for each in waiting if each not in clauses]
        found.append(Answered(step, expected, clauses))
    return tuple(found), tuple(waiting)


def _answers(step: Step, clause: Clause, situation: Situation) -> bool:
    match step:
        case Fixpoint(begins=begins) if clause in begins:
            return True
        case Filter() | Applied() | Lookup() | Matched() | Fixpoint() | MemberRow():
            return clause == _only_clause(step)
        case Exists(says=says) | Union(says=says) if says is not None:
            return clause == says
        case Exists(branches):
            return any(_answers(each, clause, situation) for inside in branches for each in inside)
        case _ if isinstance(clause, Pattern | Or | Ground):
            return any(_is_part(row, step) for row in grouped((clause,), situation))
        case _:
            return False


def _only_clause(
    step: Filter | Applied | Lookup | Matched | Fixpoint | MemberRow,
) -> Clause | None:
    match step:
        case Filter(compare):
            return compare
        case Applied(call):
            return call
        case Lookup(get):
            return get
        case Matched(fulltext):
            return fulltext
        case Fixpoint(says=says):
            return says
        case MemberRow(member, members):
            return Compare(Operator.MEMBER, member, members)
        case _:
            assert_never(step)


def _is_part(one: object, whole: Step) -> bool:
    """Tell whether a row that one pattern asks for is read with the row of a step."""
    match one, whole:
        case FactRow(), FactRow():
            return _is_fact_of(one, whole)
        case EdgeRow(), EdgeRow():
            asked = [each for each in one.columns if not isinstance(each[1], Blank)]
            alike = replace(one, columns=whole.columns, ends=whole.ends) == whole
            return alike and all(each in whole.columns for each in asked)
        case TransactionRow(), TransactionRow():
            return one.transaction == whole.transaction and one.view == whole.view
        case _:
            return one == whole


def _is_fact_of(one: FactRow, whole: FactRow) -> bool:
    alike = replace(one, value=whole.value, transaction=whole.transaction, also=whole.also)
    among = _is_among(one.value, (whole.value, *whole.also))
    return alike == whole and among and _is_among(one.transaction, (whole.transaction,))


def _is_among(place: object, places: tuple[object, ...]) -> bool:
    return isinstance(place, Blank) or place in places
