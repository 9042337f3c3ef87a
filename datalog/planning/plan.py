"""In which order the rows of a level are read.

The order in which clauses are written, and the names of variables, do not matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from datalog.checking.entity_types import narrowed
from datalog.checking.scoping import outward, outward_of
from datalog.errors import InsufficientBinding, Unsupported
from datalog.planning.access import GivenRow, MemberRow, Situation
from datalog.planning.cost import cost_of_row
from datalog.planning.existence import Item, Some, binds, mentions, with_existence
from datalog.planning.grouping import grouped
from datalog.planning.steps import (
    Exists,
    Filter,
    Lookup,
    Plan,
    Step,
    Union,
    Variables,
    bound_by,
    unique,
)
from datalog.reason import Empty
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Variable


def plan(
    clauses: Sequence[Clause],
    asked: Variables,
    bound: Variables,
    situation: Situation,
    given: Sequence[GivenRow] = (),
) -> Plan:
    """Return how to find the rows of `asked` where the clauses hold, given what is bound.

    `given` are the inputs that hold several rows. Raises InsufficientBinding where a clause needs
    what nothing binds.
    """
    types = narrowed(clauses, situation.catalogue, situation.types)
    if not isinstance(types, Empty):  # The check has taken out what is empty.
        situation = Situation(situation.catalogue, situation.sources, types)
    items = with_existence([*given, *grouped(clauses, situation)], asked, bound)
    steps = _Planning(situation, asked).ordered(items, bound)
    unbound = asked - bound.union(*map(bound_by, steps))
    if unbound:
        raise InsufficientBinding(tuple(sorted(each.name for each in unbound)))
    return Plan(steps, not unique(steps, asked | bound), unique(steps, bound))


@dataclass(frozen=True, slots=True)
class _Planning:
    situation: Situation
    asked: Variables

    def ordered(self, items: Sequence[Item], bound: Variables) -> tuple[Step, ...]:
        """Return the steps, the cheapest that is possible next each time."""
        steps: list[Step] = []
        waiting = list(items)
        possible = bound.union(*map(binds, waiting))
        while waiting:
            chosen: tuple[float, Item, Step] | None = None
            for item in waiting:
                others = [other for other in waiting if other is not item]
                found = self._next(item, bound, possible, others)
                if found is not None and (chosen is None or found[0] < chosen[0]):
                    chosen = (found[0], item, found[1])
            if chosen is None:
                raise InsufficientBinding(_unbound(waiting, bound))
            steps.append(chosen[2])
            waiting = [item for item in waiting if item is not chosen[1]]
            bound |= bound_by(chosen[2])
        return tuple(steps)

    def _next(  # noqa: C901, PLR0911  # One case for each kind of item.
        self, item: Item, bound: Variables, possible: Variables, others: Sequence[Item]
    ) -> tuple[float, Step] | None:
        """Return what the item costs now, and its step; None where something must come first."""
        match item:
            case Compare():
                return _comparison(item, bound)
            case Not():
                needed = _needed(item, possible)
                if not needed <= bound:
                    return None
                return -0.5, Exists((self._inner(item.clauses, bound),), negated=True)
            case Or():
                return self._or(item, bound, others)
            case Some():
                if not item.shared <= bound:
                    return None
                inner = _Planning(self.situation, frozenset()).ordered(item.items, bound)
                return -0.2, Exists((inner,), negated=False)
            case GetElse():
                return (50.0, self._lookup(item, bound)) if item.entity in bound else None
            case Search():
                raise Unsupported("search outside of a graph")
            case Ground() | Call() | RuleCall():
                raise Unsupported("a function or a rule")
            case _:
                cost = cost_of_row(item, bound)
                return None if cost is None else (cost, item)

    def _lookup(self, item: GetElse, bound: Variables) -> Lookup:
        path = tuple(_path(item))
        found = plan(path, frozenset({item.value}), bound, self.situation)
        return Lookup(item, found.steps, found.single)

    def _or(self, item: Or, bound: Variables, others: Sequence[Item]) -> tuple[float, Step] | None:
        wanted = self.asked.union(*map(mentions, others))
        produced = (outward(item) & wanted) - bound
        try:
            branches = tuple(self._inner(branch, bound, produced) for branch in item.branches)
        except InsufficientBinding:
            return None
        if not produced:
            return -0.3, Exists(branches, negated=False)
        return 3.0, Union(branches, tuple(sorted(produced, key=lambda each: each.name)))

    def _inner(
        self, clauses: Sequence[Clause], bound: Variables, asked: Variables = frozenset()
    ) -> tuple[Step, ...]:
        return plan(clauses, asked, bound, self.situation).steps


def _path(get: GetElse) -> Iterator[Clause]:
    """Return the patterns that lead from an entity to the value at a path's end."""
    before = get.entity
    for position, step in enumerate(get.path, 1):
        is_last = position == len(get.path)
        after = get.value if is_last else Variable(f"{get.value.name}/{position}")
        if step.reverse:
            yield Pattern(after, step.name, before, source=get.source)
        else:
            yield Pattern(before, step.name, after, source=get.source)
        before = after


def _comparison(compare: Compare, bound: Variables) -> tuple[float, Step] | None:
    unbound = outward(compare) - bound
    if not unbound:
        return -1.0, Filter(compare)
    match compare:
        case Compare(Operator.MEMBER, Variable() as left, Variable() as right) if unbound == {left}:
            return 3.5, MemberRow(left, right)
        case _:
            return None


def _needed(negation: Not, possible: Variables) -> Variables:
    if negation.join is not None:
        return frozenset(negation.join)
    return outward_of(negation.clauses) & possible


def _unbound(waiting: Iterable[Item], bound: Variables) -> tuple[str, ...]:
    missing = frozenset().union(*map(mentions, waiting)) - bound
    return tuple(sorted(each.name for each in missing))
