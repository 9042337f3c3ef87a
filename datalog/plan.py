"""In which order the rows of a level are read, what need only exist, and whether rows can repeat.

The order in which clauses are written, and the names of variables, do not matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import assert_never

from datalog.access import (
    Condition,
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    MemberRow,
    OwnRow,
    Place,
    Row,
    Situation,
    TouchedRow,
    TransactionRow,
    grouped,
)
from datalog.cost import cost_of_row
from datalog.entity_types import narrowed
from datalog.errors import InsufficientBinding, Unsupported
from datalog.reason import Empty
from datalog.row_terms import places, row_keys
from datalog.scoping import bindable, outward, outward_of
from datalog.syntax import (
    Clause,
    Compare,
    Constant,
    GetElse,
    Not,
    Operator,
    Or,
    Pattern,
    Search,
    Variable,
)

Variables = frozenset[Variable]


@dataclass(frozen=True, slots=True)
class Filter:
    """A comparison of what is bound by then."""

    compare: Compare


@dataclass(frozen=True, slots=True)
class Exists:
    """Some branch matches (or none does), whatever its own variables are."""

    branches: tuple[tuple["Step", ...], ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Union:
    """The rows of all branches, each once."""

    branches: tuple[tuple["Step", ...], ...]
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value at the end of a path, or null; the least where it is not `single`."""

    get: GetElse
    steps: tuple["Step", ...]
    single: bool


Step = Row | Filter | Exists | Union | Lookup


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order.

    `repeats`: they can give a row of the variables asked more than once. `single`: at most once, of
    one row.
    """

    steps: tuple[Step, ...]
    repeats: bool
    single: bool


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
    items = _with_existence([*given, *grouped(clauses, situation)], asked, bound)
    steps = _Planning(situation, asked).ordered(items, bound)
    unbound = asked - bound.union(*map(_bound_by, steps))
    if unbound:
        raise InsufficientBinding(tuple(sorted(each.name for each in unbound)))
    return Plan(steps, not _unique(steps, asked | bound), _unique(steps, bound))


@dataclass(frozen=True, slots=True)
class _Some:
    """Items that need only match somehow."""

    items: tuple[Row | Condition, ...]
    shared: Variables


_Item = Row | Condition | _Some


def _with_existence(
    items: list[Row | Condition], asked: Variables, bound: Variables
) -> list[_Item]:
    """Turn what multiplies rows, and binds nothing that is asked, into mere existence."""
    groups = _groups(items, asked | bound)
    kept: list[_Item] = []
    for position, group in enumerate(groups):
        others = [item for rest in groups[position + 1 :] for item in rest]
        elsewhere = bound.union(*map(_binds, [*kept, *others]))
        shared = frozenset().union(*map(_mentions, group)) & (asked | bound)
        rows = _rows(group)
        if (
            not rows
            or not shared <= elsewhere
            or _unique(rows, asked | bound)
            or _leads(rows, _rows([*kept, *others]), bound)
        ):
            kept.extend(group)
        else:
            kept.append(_Some(tuple(group), shared))
    return kept


def _leads(rows: Iterable[Row], others: Iterable[Row], bound: Variables) -> bool:
    """Tell whether to start with rows found by a key, as the others would be read in full."""
    return _cheapest(rows, bound) <= _BY_KEY and _cheapest(others, bound) >= _IN_FULL


_BY_KEY = 5.0
_IN_FULL = 8.0


def _cheapest(rows: Iterable[Row], bound: Variables) -> float:
    costs = (cost_of_row(row, bound) for row in rows)
    return min((cost for cost in costs if cost is not None), default=inf)


def _rows(items: Iterable[_Item]) -> list[Row]:
    return [
        item
        for item in items
        if not isinstance(item, Compare | Not | Or | GetElse | Search | _Some)
    ]


def _groups(items: list[Row | Condition], outside: Variables) -> list[list[Row | Condition]]:
    """Return the items, together where they share a variable that nobody outside sees."""
    groups: list[tuple[Variables, list[Row | Condition]]] = []
    for item in items:
        local, together = _mentions(item) - outside, [item]
        apart: list[tuple[Variables, list[Row | Condition]]] = []
        for seen, group in groups:
            if seen & local:
                local, together = local | seen, group + together
            else:
                apart.append((seen, group))
        groups = [*apart, (local, together)]
    return [group for _, group in groups]


@dataclass(frozen=True, slots=True)
class _Planning:
    situation: Situation
    asked: Variables

    def ordered(self, items: Sequence[_Item], bound: Variables) -> tuple[Step, ...]:
        """Return the steps, the cheapest that is possible next each time."""
        steps: list[Step] = []
        waiting = list(items)
        possible = bound.union(*map(_binds, waiting))
        while waiting:
            chosen: tuple[float, _Item, Step] | None = None
            for item in waiting:
                others = [other for other in waiting if other is not item]
                found = self._next(item, bound, possible, others)
                if found is not None and (chosen is None or found[0] < chosen[0]):
                    chosen = (found[0], item, found[1])
            if chosen is None:
                raise InsufficientBinding(_unbound(waiting, bound))
            steps.append(chosen[2])
            waiting = [item for item in waiting if item is not chosen[1]]
            bound |= _bound_by(chosen[2])
        return tuple(steps)

    def _next(  # noqa: C901, PLR0911  # One case for each kind of item.
        self, item: _Item, bound: Variables, possible: Variables, others: Sequence[_Item]
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
            case _Some():
                if not item.shared <= bound:
                    return None
                inner = _Planning(self.situation, frozenset()).ordered(item.items, bound)
                return -0.2, Exists((inner,), negated=False)
            case GetElse():
                return (50.0, self._lookup(item, bound)) if item.entity in bound else None
            case Search():
                raise Unsupported("search outside of a graph")
            case _:
                cost = cost_of_row(item, bound)
                return None if cost is None else (cost, item)

    def _lookup(self, item: GetElse, bound: Variables) -> Lookup:
        path = tuple(_path(item))
        found = plan(path, frozenset({item.value}), bound, self.situation)
        return Lookup(item, found.steps, found.single)

    def _or(self, item: Or, bound: Variables, others: Sequence[_Item]) -> tuple[float, Step] | None:
        wanted = self.asked.union(*map(_mentions, others))
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


def _unbound(waiting: Iterable[_Item], bound: Variables) -> tuple[str, ...]:
    missing = frozenset().union(*map(_mentions, waiting)) - bound
    return tuple(sorted(each.name for each in missing))


def _mentions(item: _Item) -> Variables:
    match item:
        case Compare() | Not() | Or() | GetElse() | Search():
            return outward(item)
        case _Some():
            return item.shared
        case _:
            return _variables(places(item))


def _binds(item: _Item) -> Variables:
    """Return the variables that an item can bind."""
    match item:
        case Compare() | Not() | Or() | GetElse() | Search():
            return bindable(item)
        case _Some():
            return frozenset()
        case _:
            return _variables(places(item))


def _bound_by(step: Step) -> Variables:
    match step:
        case Filter() | Exists():
            return frozenset()
        case Union():
            return frozenset(step.variables)
        case Lookup():
            return frozenset({step.get.value})
        case _:
            return _variables(places(step))


def _variables(found: Iterable[Place]) -> Variables:
    return frozenset(place for place in found if isinstance(place, Variable))


def _unique(steps: Iterable[Step], known: Variables) -> bool:
    """Tell whether the known variables leave at most one way to match all steps."""
    waiting = [step for step in steps if not isinstance(step, Filter | Exists)]
    while waiting:
        pinned = [step for step in waiting if _is_pinned(step, known)]
        if not pinned:
            return False
        known = known.union(*map(_bound_by, pinned))
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
