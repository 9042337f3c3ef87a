"""In which order the rows of a level are read.

The order in which clauses are written, and the names of variables, do not matter.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf

from datalog.checking.entity_types import narrowed
from datalog.checking.scoping import outward, outward_of
from datalog.errors import InsufficientBinding, Unsupported
from datalog.planning.access import (
    FactRow,
    GivenRow,
    MemberRow,
    OwnRow,
    RelationRow,
    Row,
    Situation,
)
from datalog.planning.canonical import Ordered, in_order, variables_in
from datalog.planning.cost import bound_before
from datalog.planning.estimates import estimate_inside, size_of
from datalog.planning.existence import Item, Some, binds, mentions, with_existence
from datalog.planning.grouping import grouped
from datalog.planning.order import Way, in_best_order
from datalog.planning.ranges import ranges_of
from datalog.planning.recursion import programs
from datalog.planning.relations import Definition, Program
from datalog.planning.seeding import Seed, begun, seeds
from datalog.planning.steps import (
    Applied,
    Arm,
    Exists,
    Expected,
    Filter,
    Fixpoint,
    Lookup,
    Matched,
    Plan,
    Step,
    Stratum,
    Union,
    Variables,
    Walked,
    path_end,
    unique,
    variables,
)
from datalog.reason import Empty
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.syntax.views import AsOf, Now


def plan(
    clauses: Sequence[Clause],
    asked: Collection[Variable],
    bound: Collection[Variable],
    situation: Situation,
    given: Sequence[GivenRow | RelationRow] = (),
) -> Plan:
    """Return how to find the rows of `asked` where the clauses hold, given what is bound.

    `given` are the inputs that hold several rows, and rows of relations. Variables that are asked,
    or bound, are told apart by their position where they come as a sequence. Raises
    InsufficientBinding where a clause needs what nothing binds.
    """
    named = [sorted(map(repr, each)) if isinstance(each, Set) else each for each in (asked, bound)]
    types = sorted((each.name, sorted(names)) for each, names in situation.types.items())
    # As text: the constants 1, 1.0 and true are equal otherwise.
    key = repr((clauses, named, types, given))
    if key not in situation.plans:
        situation.plans[key] = _planned(clauses, asked, bound, situation, given)
    found: Plan = situation.plans[key]
    return found


def _planned(
    clauses: Sequence[Clause],
    asked: Collection[Variable],
    bound: Collection[Variable],
    situation: Situation,
    given: Sequence[GivenRow | RelationRow],
) -> Plan:
    ordered = in_order(clauses, asked, bound)
    clauses = ordered.clauses
    asked, bound = frozenset(asked), frozenset(bound)
    view = situation.sources.get("$", Now())
    types = narrowed(clauses, situation.catalogue, situation.types, view)
    if not isinstance(types, Empty):  # The check has taken out what is empty.
        situation = replace(situation, types=types)
    way = _way(ordered, asked, bound, situation, given)
    unbound = asked - way.bound
    if unbound:
        raise InsufficientBinding(tuple(sorted(each.name for each in unbound)))
    steps = way.steps
    driving = way.driving if way.by_key else inf
    expected = tuple(map(Expected, way.accesses, way.rows))
    return Plan(steps, not unique(steps, asked | bound), unique(steps, bound), driving, expected)


def _way(
    level: Ordered,
    asked: Variables,
    bound: Variables,
    situation: Situation,
    given: Sequence[GivenRow | RelationRow],
) -> Way:
    """Return the way through a level; a recursion begins where it starts, or at all starts at once.

    Raises InsufficientBinding.
    """
    items = with_existence([*given, *grouped(level.clauses, situation)], asked, bound, situation)
    best = _Planning(situation, asked, level).ordered(items, bound)
    if len(situation.plans) > _MOST_PLANS:
        return best
    possible = seeds(level.clauses, given, asked, bound)
    # The longest first: it holds those of the recursions that it begins at.
    for seed in sorted(possible, key=lambda each: -len(each.clauses)):
        apart = (*seed.clauses, *seed.given, seed.call)
        clauses = [each for each in level.clauses if each not in apart]
        lists = [each for each in given if each not in apart]
        rest = with_existence(
            [*lists, *grouped(clauses, situation), seed.asked], asked, bound, situation
        )
        with suppress(InsufficientBinding):
            way = _Planning(situation, asked, level, seed).ordered(rest, bound)
            starts = plan(seed.clauses, (seed.start,), tuple(bound), situation, seed.given)
            if starts.expected[-1].rows >= _MANY and way.work <= best.work * _OFTEN:
                return way
    return best


_MOST_PLANS = 150
"""Plans for the parts of a level; with more, recursions in recursions begin where they start.

The ways to begin some recursions at what others come to double with each of them.
"""

_MANY = 2.0
"""Starts of which fewer are walked from one by one: that is all the same then."""

_OFTEN = 2.0
"""What walks from many starts come to often is estimated each time, and gone on from once."""


@dataclass(frozen=True, slots=True)
class _Planning:
    """Plans the items of one level; its clauses in their order say which variable comes first.

    `seed`: the recursion that begins at all of its starts.
    """

    situation: Situation
    asked: Variables
    level: Ordered
    seed: Seed | None = None

    def ordered(self, items: Sequence[Item], bound: Variables) -> Way:
        """Return the way through all items. Raises InsufficientBinding."""
        possible = bound.union(*map(binds, items))
        named = [mentions(item) for item in items]
        found: dict[tuple[int, Variables], tuple[float, Step] | None] = {}

        def next_(position: int, known: Variables) -> tuple[float, Step] | None:
            key = position, known & named[position]
            if key not in found:
                others = [item for other, item in enumerate(items) if other != position]
                found[key] = self._next(items[position], known, possible, others)
            return found[key]

        outset = replace(bound_before(bound), ranges=ranges_of(items, bound))
        start = Way(tuple(range(len(items))), bound, outset)
        multiplying = sum(not isinstance(each, _NOT_MULTIPLYING) for each in items)
        way = in_best_order(start, multiplying, next_, self.situation)
        if way.waiting:
            raise _unbound([items[each] for each in way.waiting], way.bound)
        return way

    def _next(  # noqa: C901, PLR0911, PLR0912  # One case for each kind of item.
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
                branches = (self._inner(item.clauses, bound),)
                return -0.5, self._exists(branches, bound, item, negated=True)
            case Or():
                return self._or(item, bound, others)
            case Some():
                if not item.shared <= bound:
                    return None
                inside = _Planning(self.situation, frozenset(), self.level)
                branches = (inside.ordered(item.items, bound).steps,)
                return -0.2, self._exists(branches, bound)
            case GetElse():
                return (50.0, self._lookup(item, bound)) if item.entity in bound else None
            case Search():
                view = self.situation.view(item.source)
                return (4.0, Walked(item, view)) if {item.root, *item.limits} <= bound else None
            case Fulltext(text=text, source=source):
                matched = Matched(item, self.situation.view(source))
                is_told = not isinstance(text, Variable) or text in bound
                return (2.0, matched) if is_told else None
            case Call():
                needed = frozenset(each for each in item.arguments if isinstance(each, Variable))
                return (-0.8, Applied(item)) if needed <= bound else None
            case RuleCall():
                return self._recursion(item, bound)
            case Ground():
                raise Unsupported("a ground that is not read as rows")
            case OwnRow():
                return self._row(_assured(item, others), bound)
            case _:
                return self._row(item, bound)

    def _row(self, row: Row, bound: Variables) -> tuple[float, Step] | None:
        if isinstance(row, MemberRow) and row.members not in bound:
            return None
        return (-0.1 if _only_tests(row, bound) else 1.0), row

    def _exists(
        self,
        branches: tuple[tuple[Step, ...], ...],
        bound: Variables,
        says: Not | Or | None = None,
        *,
        negated: bool = False,
    ) -> Exists:
        inside = estimate_inside(branches, bound, self.situation)
        return Exists(branches, negated, inside.rows, inside.work, says)

    def _lookup(self, item: GetElse, bound: Variables) -> Lookup:
        path = tuple(_path(item))
        found = plan(path, frozenset({path_end(item)}), bound, self.situation)
        inside = estimate_inside((found.steps,), bound, self.situation)
        return Lookup(item, found.steps, found.single, inside.work)

    def _or(self, item: Or, bound: Variables, others: Sequence[Item]) -> tuple[float, Step] | None:
        wanted = self.asked.union(*map(mentions, others))
        produced = (outward(item) & wanted) - bound
        try:
            branches = tuple(self._inner(branch, bound, produced) for branch in item.branches)
        except InsufficientBinding:
            return None
        if not produced:
            return -0.3, self._exists(branches, bound, item)
        inside = estimate_inside(branches, bound, self.situation)
        numbers = self.level.numbers
        in_turn = tuple(sorted(produced, key=lambda each: numbers.get(each, -1)))
        single = item.exclusive and all(unique(branch, bound) for branch in branches)
        found = tuple(
            tuple(_assured(step, others) if isinstance(step, OwnRow) else step for step in branch)
            for branch in branches
        )
        return 3.0, Union(found, in_turn, inside.rows, inside.work, item, single)

    def _recursion(self, call: RuleCall, bound: Variables) -> tuple[float, Step] | None:
        if self.seed is not None and call == self.seed.asked:
            return self._from_all(self.seed, bound)
        for ways in programs(call, self.situation.rules, bound):
            possible = [self._fixpoint(program, bound) for program in ways]
            found = [each for each in possible if each is not None]
            if found:
                best = replace(min(found, key=lambda each: each.work), says=call)
                if outward(call) <= bound:  # Whether there is such a row: one is enough.
                    return -0.1, self._exists(((best,),), bound)
                return 4.0, best
        return None

    def _from_all(self, seed: Seed, bound: Variables) -> tuple[float, Step] | None:
        """Return the recursion that begins at all starts, where it has them in no result."""
        for ways in programs(seed.call, self.situation.rules, bound | {seed.start}):
            possible = [begun(program, seed, bound) for program in ways]
            found = [self._fixpoint(each, bound) for each in possible if each is not None]
            if found and found[0] is not None:
                return 4.0, replace(found[0], says=seed.call, begins=seed.clauses)
        return None

    def _fixpoint(self, program: Program, bound: Variables) -> Fixpoint | None:
        """Plan the arms of a recursion; None where one needs what nothing binds."""
        try:
            strata = tuple(
                self._stratum(program, relations, bound) for relations in program.strata()
            )
        except InsufficientBinding:
            return None
        seeded = not bound.isdisjoint(variables_in(program.definitions))
        size = size_of(strata, bound, self.situation)
        return Fixpoint(strata, program.result, seeded, size.rows, size.work)

    def _stratum(self, program: Program, relations: frozenset[str], bound: Variables) -> Stratum:
        arms: list[Arm] = []
        linear = True
        for definition in program.of(relations):
            inside = [row for row in definition.rows if row.relation in relations]
            linear = linear and len(inside) <= 1
            starts: Sequence[RelationRow | None] = inside or (None,)
            arms.extend(self._arm(definition, start, bound) for start in starts)
        columns = tuple((name, program.columns[name]) for name in sorted(relations))
        return Stratum(columns, tuple(arms), linear)

    def _arm(self, definition: Definition, start: RelationRow | None, bound: Variables) -> Arm:
        """Plan how a definition finds rows, from a row found newly where it needs one."""
        rows = tuple(row for row in definition.rows if row is not start)
        others: tuple[GivenRow | RelationRow, ...] = (*rows, *definition.given)
        known = bound if start is None else bound | variables(start.arguments)
        asked = tuple(dict.fromkeys(each for each in definition.head if isinstance(each, Variable)))
        situation = replace(self.situation, types={})
        found = plan(definition.clauses, asked, tuple(known), situation, others)
        return Arm(definition.relation, definition.head, start, found.steps)

    def _inner(
        self, clauses: Sequence[Clause], bound: Variables, asked: Variables = frozenset()
    ) -> tuple[Step, ...]:
        return plan(clauses, asked, bound, self.situation).steps


def _assured(row: OwnRow, others: Iterable[Item]) -> OwnRow:
    """Return the row, which need not look whether that is there of which the others read a fact."""
    facts = (each for each in others if isinstance(each, FactRow))
    told = any((each.entity, each.view) == (row.entity, row.view) for each in facts)
    return replace(row, assured=told and isinstance(row.view, Now | AsOf))


def _only_tests(row: Row, bound: Variables) -> bool:
    """Tell whether a row stands beside an entity by its number: it gives no more rows then."""
    places = (row.entity, row.number) if isinstance(row, OwnRow) else ()
    return any(each in bound or isinstance(each, Constant) for each in places)


def _path(get: GetElse) -> Iterator[Clause]:
    """Return the patterns that lead from an entity to the value at a path's end."""
    before = get.entity
    for position, step in enumerate(get.path, 1):
        is_last = position == len(get.path)
        after = path_end(get) if is_last else Variable(f"{get.value.name}/{position}")
        if not is_last and _is_of_edge(get.path[position].name, step.name):
            near = "edge/to" if step.reverse else "edge/from"
            yield Pattern(after, "edge/type", Constant(Keyword(step.name)), source=get.source)
            yield Pattern(after, near, before, source=get.source)
        elif step.reverse:
            yield Pattern(after, step.name, before, source=get.source)
        else:
            yield Pattern(before, step.name, after, source=get.source)
        before = after


def _is_of_edge(attribute: str, walked: str) -> bool:
    """Tell whether an attribute belongs to the edge of the type that was walked, not to its end."""
    return "/" not in walked and attribute.partition("/")[0] in {"edge", walked}


_NOT_MULTIPLYING = (Compare, Not, Some, GetElse, OwnRow, Call)


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


def _unbound(waiting: Sequence[Item], bound: Variables) -> InsufficientBinding:
    """Return the fault of items that wait for what nothing binds, with the first that is told."""
    missing = frozenset().union(*map(mentions, waiting)) - bound
    names = tuple(sorted(each.name for each in missing))
    return InsufficientBinding(names, next(filter(None, map(_head, waiting)), ""))


def _head(item: Item) -> str:  # noqa: PLR0911  # One case for each kind of clause.
    """Return how a clause begins that needs its variables; nothing of what binds them itself."""
    match item:
        case Compare():
            return f"({item.operator} …)"
        case Call():
            return f"({item.name} …)"
        case RuleCall():
            return f"({_plain(item.name)} …)"
        case Not():
            return "(not …)" if item.join is None else "(not-join …)"
        case Or():
            return "(or …)" if item.join is None else "(or-join …)"
        case GetElse():
            return "(get-else …)"
        case Fulltext():
            return "(best-match …)" if item.best else "(fulltext …)"
        case _:
            return ""


def _plain(rule: str) -> str:
    """Return the name of a rule as it was written; the copy for a call has a number more."""
    return rule.partition("'")[0]
