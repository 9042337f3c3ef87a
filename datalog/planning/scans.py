"""Does a plan read the whole log? Only who asks for that may."""

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from datalog.errors import UnboundScan
from datalog.kinds import ENTITIES
from datalog.planning.access import LogRow
from datalog.planning.steps import (
    Exists,
    Filter,
    Fixpoint,
    Step,
    Union,
    Variables,
    bound_by,
    variables,
)
from datalog.syntax.clauses import Compare, Operator, Pattern
from datalog.syntax.terms import Constant, LookupRef, Term, Variable


def refuse_scans(steps: Iterable[Step], bound: Variables, entities: Variables) -> None:
    """Raise UnboundScan where a row of the log is read with nothing to find it by.

    That is its entity, attribute or transaction, or its value where that is one of the `entities`,
    if it is given or some other step tells it; which of them comes first is for the planner to say.
    """
    steps = tuple(steps)
    waiting = [step.pattern for step in steps if _is_of_any_attribute(step)]
    told = bound.union(*(_tells(step) for step in steps if not _is_of_any_attribute(step)))
    while waiting:
        found = [pattern for pattern in waiting if _is_found(pattern, told, entities)]
        if not found:
            raise UnboundScan(_told(waiting[0]))
        told |= frozenset(each for pattern in found for each in _places(pattern))
        waiting = [pattern for pattern in waiting if pattern not in found]
    for step in steps:
        _refuse_inside(step, bound, entities)
        bound |= bound_by(step)


def _tells(step: Step) -> Variables:
    """Return the variables that a step binds, or says to be a constant."""
    match step:
        case Filter(Compare(Operator.EQ, Variable() as variable, Constant())):
            return frozenset({variable})
        case Filter(Compare(Operator.EQ, Constant(), Variable() as variable)):
            return frozenset({variable})
        case _:
            return bound_by(step)


def _refuse_inside(step: Step, bound: Variables, entities: Variables) -> None:
    match step:
        case Exists() | Union():
            for branch in step.branches:
                refuse_scans(branch, bound, entities)
        case Fixpoint():
            for arm in (arm for stratum in step.strata for arm in stratum.arms):
                start = variables(arm.start.arguments) if arm.start else frozenset()
                refuse_scans(arm.steps, bound | start, entities)
        case _:
            pass


def _is_of_any_attribute(step: Step) -> TypeGuard[LogRow]:
    return isinstance(step, LogRow) and step.facts is None


def _places(pattern: Pattern) -> Iterator[Variable]:
    places = (pattern.entity, pattern.attribute, pattern.value, pattern.transaction)
    yield from (each for each in places if isinstance(each, Variable))


def _is_found(pattern: Pattern, told: Variables, entities: Variables) -> bool:
    keys: tuple[Term | str, ...] = (pattern.entity, pattern.attribute, pattern.transaction)
    if any(each in told or isinstance(each, Constant | LookupRef) for each in keys):
        return True
    return pattern.value in told and pattern.value in entities


def _told(pattern: Pattern) -> str:
    terms = (pattern.entity, pattern.attribute, pattern.value)
    return f"[{' '.join(f'?{each.name}' if isinstance(each, Variable) else '_' for each in terms)}]"


def entities_of(kinds: Iterable[tuple[Variable, object]]) -> Variables:
    """Return the variables that hold entities."""
    return frozenset(variable for variable, kind in kinds if kind in ENTITIES)
