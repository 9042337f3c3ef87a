"""Does a plan read the whole log? Only who asks for that may."""

from collections.abc import Iterable

from datalog.errors import UnboundScan
from datalog.kinds import ENTITIES
from datalog.planning.access import LogRow
from datalog.planning.steps import Exists, Fixpoint, Step, Union, Variables, bound_by, variables
from datalog.syntax.clauses import Pattern
from datalog.syntax.terms import Constant, LookupRef, Term, Variable


def refuse_scans(steps: Iterable[Step], bound: Variables, entities: Variables) -> None:
    """Raise UnboundScan where a row of the log is read with nothing to find it by.

    That is its entity, attribute or transaction, or its value where that is one of the `entities`
    and something else tells which.
    """
    steps = tuple(steps)
    others = (step for step in steps if not (isinstance(step, LogRow) and step.facts is None))
    within = entities
    entities &= bound.union(*map(bound_by, others))
    for step in steps:
        match step:
            case LogRow(pattern, facts=None):
                if not _is_found(pattern, bound, entities):
                    raise UnboundScan(_told(pattern))
            case Exists() | Union():
                for branch in step.branches:
                    refuse_scans(branch, bound, within)
            case Fixpoint():
                for arm in (arm for stratum in step.strata for arm in stratum.arms):
                    start = variables(arm.start.arguments) if arm.start else frozenset()
                    refuse_scans(arm.steps, bound | start, within)
            case _:
                pass
        bound |= bound_by(step)


def _is_found(pattern: Pattern, bound: Variables, entities: Variables) -> bool:
    keys: tuple[Term | str, ...] = (pattern.entity, pattern.attribute, pattern.transaction)
    if any(each in bound or isinstance(each, Constant | LookupRef) for each in keys):
        return True
    return pattern.value in entities


def _told(pattern: Pattern) -> str:
    terms = (pattern.entity, pattern.attribute, pattern.value)
    return f"[{' '.join(f'?{each.name}' if isinstance(each, Variable) else '_' for each in terms)}]"


def entities_of(kinds: Iterable[tuple[Variable, object]]) -> Variables:
    """Return the variables that hold entities."""
    return frozenset(variable for variable, kind in kinds if kind in ENTITIES)
