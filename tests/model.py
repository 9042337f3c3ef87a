"""What a query means: a naive evaluator over a list of datoms, to be read as the specification.

`rows` evaluates a query. The clauses of a conjunction are taken in any order in which each has
bound what it needs: the answer does not depend on it. It shares with `datalog/` the syntax tree and
nothing else; its parts are in `tests/meaning/`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

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
from datalog.syntax.query import Query, Rule, Source
from datalog.syntax.terms import Constant, LookupRef, Term, Variable
from datalog.syntax.views import Now, View
from tests.meaning.binding import (
    Names,
    bindable,
    bindable_of,
    calls,
    grounded,
    is_constant,
    named_in,
    places,
    rank,
    read_from,
    rules_by_name,
    variables,
)
from tests.meaning.facts import Fact, Seen, World
from tests.meaning.finding import found
from tests.meaning.functions import FUNCTIONS, PREDICATES, NoValue
from tests.meaning.given import Row, given_value, input_variables, rows_of
from tests.meaning.numbers import NumberType, number_types, of_type
from tests.meaning.values import GIVEN, TEXT, TUPLE, Value, compared, read_as, settled

MOST = 5_000
"""Rows in between that the model still goes through; beyond, it gives up."""


ANY_TIME = "at any time"
"""The source that a reader looks urns up in: a urn holds for ever, so that now it is there too."""


class Unanswerable(Exception):
    """Nothing binds what some clause needs."""


class TooMany(Exception):
    """The model is too naive for this query."""


def answer(
    query: Query,
    world: World,
    moments: Mapping[str, int] = {},
    given: Mapping[str, object] = {},
) -> list[tuple[object, ...]]:
    """Return the rows of a query, in its order; `given` holds what `:in` is given, by variable.

    Raises Unanswerable where something is never bound, TooMany where it takes too long.
    """
    views: dict[str, View] = {"$": Now(), ANY_TIME: Now()}
    views |= {each.name: each.view for each in query.inputs if isinstance(each, Source)}
    seen = {name: world.seen(view, moments) for name, view in views.items()}
    lists = {name: it for name, it in given.items() if isinstance(it, list)}
    rows: list[Row] = [{}]
    for each in query.inputs:
        rows = [{**row, **more} for row in rows for more in rows_of(each, given)]
    bound = input_variables(query, lists)
    binding = bound | bindable_of(query.where)
    asked = {each if isinstance(each, Variable) else each.variable for each in query.find}
    if not asked | set(query.with_) <= binding:
        raise Unanswerable(query.find)
    constants = bound | grounded(query.where)
    evaluation = Evaluation(seen, rules_by_name(query.rules), lists, constants)
    evaluation.types.update(number_types(query, world.schema))
    rows = evaluation.solve(query.where, rows, bound, frozenset())
    return found(query, [{each: settled(it) for each, it in row.items()} for row in rows], seen)


Key = tuple[str, str, tuple[object, ...]]
"""A call of a rule: its name, its source, and the values that it starts from (False: none)."""


@dataclass
class Evaluation:
    """What is the same through a query: its sources, its rules, and what is known of the rules."""

    seen: Mapping[str, Seen]
    rules: Mapping[str, list[Rule]]
    lists: dict[str, list[object]] = field(default_factory=dict)
    constants: Names = frozenset()
    types: dict[Term, NumberType] = field(default_factory=dict)
    done: dict[Key, set[tuple[Value, ...]]] = field(default_factory=dict)
    growing: dict[Key, set[tuple[Value, ...]]] = field(default_factory=dict)
    loops: dict[str, set[str]] = field(default_factory=dict)
    starts: dict[tuple[str, tuple[bool, ...]], tuple[bool, ...] | None] = field(
        default_factory=dict
    )

    def solve(
        self, clauses: Sequence[Clause], rows: list[Row], bound: Names, scope: Names
    ) -> list[Row]:
        """Return the rows under which all clauses hold; `scope` is what binds outside of them."""
        scope |= bound | bindable_of(clauses)
        left = list(clauses)
        while left:
            ready = [each for each in left if self.is_ready(each, bound, scope)]
            if not ready:
                raise Unanswerable(left)
            reading = bindable_of(each for each in left if isinstance(each, Pattern))
            clause = min(ready, key=lambda each: (self._is_early(each, reading), rank(each, bound)))
            left.remove(clause)
            rows = self.step(clause, rows, bound, scope)
            if len(rows) > MOST:
                raise TooMany
            bound |= bindable(clause)
        return rows

    def _is_early(self, clause: Clause, reading: Names) -> bool:
        """Tell whether a test is of a constant that some pattern will still tell the kind of."""
        return not isinstance(clause, Pattern) and bool(named_in(clause) & reading & self.constants)

    def can_solve(self, clauses: Sequence[Clause], bound: Names, scope: Names) -> bool:
        """Tell whether the clauses can be taken in some order."""
        scope |= bound | bindable_of(clauses)
        left = list(clauses)
        while left:
            ready = [each for each in left if self.is_ready(each, bound, scope)]
            if not ready:
                return False
            for each in ready:
                left.remove(each)
                bound |= bindable(each)
        return True

    def is_ready(  # noqa: C901, PLR0911  # One case for each kind of clause.
        self, clause: Clause, bound: Names, scope: Names
    ) -> bool:
        """Tell whether all that a clause needs is bound."""
        match clause:
            case Pattern() | Ground() | Compare(operator=Operator.MEMBER):
                return True
            case Compare(left=left, right=right):
                return variables((left, right)) <= bound
            case Not(clauses, None):
                return named_in(clause) & scope <= bound and self.can_solve(clauses, bound, scope)
            case Not(clauses, join):
                inner = frozenset(join or ())
                return inner <= bound and self.can_solve(clauses, inner, frozenset())
            case Or(branches, None):
                return all(self.can_solve(each, bound, scope) for each in branches)
            case Or(branches, join):
                inner = frozenset(join or ()) & bound
                return all(
                    self.can_solve(each, inner, frozenset())
                    and frozenset(join or ()) <= inner | bindable_of(each)
                    for each in branches
                )
            case GetElse():
                return clause.entity in bound
            case Call():
                return variables(clause.arguments) <= bound
            case RuleCall():
                return self._start(clause, bound) is not None
            case Search() | Fulltext():
                raise NotImplementedError("tests/oracle/lineage.py, searching.py say what it means")
            case _:
                assert_never(clause)

    def step(  # noqa: C901, PLR0911  # One case for each kind of clause.
        self, clause: Clause, rows: list[Row], bound: Names, scope: Names
    ) -> list[Row]:
        """Return the rows under which one more clause holds."""
        match clause:
            case Pattern():
                return _once(self._matches(clause, rows, bound))
            case Compare():
                return [each for row in rows for each in self._compared(clause, row)]
            case Not():
                return self._without(clause, rows, bound, scope)
            case Or(branches, None):
                return _once(self._alternatives(branches, rows, bound, scope))
            case Or(branches, join):
                return _once(self._joined(branches, join or (), rows))
            case GetElse():
                return [each for row in rows for each in self._get_else(clause, row)]
            case Ground():
                return _once(self._grounded(clause, rows))
            case Call():
                return [each for row in rows for each in self._called(clause, row)]
            case RuleCall():
                return _once(self._ruled(clause, rows, bound))
            case Search() | Fulltext():
                raise NotImplementedError
            case _:
                assert_never(clause)

    # Patterns.

    def _matches(self, pattern: Pattern, rows: list[Row], bound: Names) -> Iterator[Row]:
        terms = places(pattern)
        seen = self.seen[pattern.source]
        attribute = pattern.attribute if isinstance(pattern.attribute, str) else None
        constants = [(n, term) for n, term in enumerate(terms) if is_constant(term)]
        named = [(n, term) for n, term in enumerate(terms) if isinstance(term, Variable)]
        joined = [(n, term) for n, term in named if term in bound]
        new = [(n, term) for n, term in named if term not in bound]
        matching: dict[tuple[Value, ...], list[Fact]] = defaultdict(list)
        for fact in seen.facts(attribute):
            if all(_meet(seen.constant(term, fact[n]), fact[n]) for n, term in constants):
                matching[tuple(fact[n] for n, _ in joined)].append(fact)
        for written in rows:
            row = self._read(written, [term for _, term in joined], matching, seen)
            for fact in matching.get(tuple(row[term] for _, term in joined), ()):
                wider = {**row, **{term: fact[n] for n, term in new}}
                if all(_meet(wider[term], fact[n]) for n, term in new):
                    yield wider

    def _read(
        self,
        row: Row,
        joined: list[Variable],
        matching: Mapping[tuple[Value, ...], object],
        seen: Seen,
    ) -> Row:
        """Return a row whose constants are read as what they meet."""
        for position, term in enumerate(joined):
            value = row[term]
            if value is not None and value[0] == GIVEN:
                met = {key[position]: None for key in matching}
                read = [seen.read(value[1], each) for each in met]
                same = [it for it, each in zip(read, met, strict=True) if it == each]
                row = {**row, term: same[0] if same else value}
        return row

    # Conditions and functions.

    def _operands(self, terms: Sequence[Term], row: Row) -> list[Value]:
        """Return the values of terms; a constant is read as what it stands beside."""
        values = [self._operand(term, row) for term in terms]
        known = [each for each in values if each is not None and each[0] != GIVEN]
        if not known:  # A constant beside another: a text may be read as what that is.
            known = [each for each in map(settled, values) if each is not None and each[0] != TEXT]
        if not known:
            return [settled(each) for each in values]
        return [
            self.seen["$"].read(each[1], known[0]) if each and each[0] == GIVEN else each
            for each in values
        ]

    def _operand(self, term: Term, row: Row) -> Value:
        match term:
            case Variable():
                return row[term]
            case Constant(value):
                return (GIVEN, value)
            case LookupRef():
                return self.seen["$"].entity(term)
            case _:
                raise TypeError(term)

    def _compared(self, compare: Compare, row: Row) -> Iterator[Row]:
        if compare.operator is Operator.MEMBER:
            yield from self._members(compare, row)
            return
        left, right = self._operands((compare.left, compare.right), row)
        if compared(compare.operator, left, right):
            yield row

    def _members(self, compare: Compare, row: Row) -> Iterator[Row]:
        """Let `member?` go through its list, or test against it what is bound."""
        assert isinstance(compare.right, Variable)
        members = [(GIVEN, each) for each in dict.fromkeys(self.lists[compare.right.name])]
        left = compare.left
        if isinstance(left, Variable) and left not in row:
            yield from ({**row, left: each} for each in members)
            return
        [value] = self._operands((left,), row)
        if any(self._unified(value, each) is not None for each in members):
            yield row

    def _called(self, call: Call, row: Row) -> Iterator[Row]:
        arguments = [
            of_type(self._operands((each,), row)[0], self.types.get(each))
            for each in call.arguments
        ]
        if call.binding is None:
            if PREDICATES[call.name](*arguments):
                yield row
            return
        try:
            value = FUNCTIONS[call.name](*arguments) if call.name != "untuple" else arguments[0]
        except NoValue:
            return
        if isinstance(call.binding, Variable):
            yield from self._bind(row, [(call.binding, value)])
        elif value is not None and value[0] == TUPLE and len(value[1]) == len(call.binding):
            yield from self._bind(row, zip(call.binding, value[1], strict=True))

    def _get_else(self, clause: GetElse, row: Row) -> Iterator[Row]:
        seen = self.seen[clause.source]
        at = {self._unless_given(row[clause.entity], seen)}
        for step in clause.path:
            ends = [(fact.entity, fact.value) for fact in seen.facts(step.name)]
            if step.reverse:
                ends = [(far, near) for near, far in ends]
            at = {far for near, far in ends if near in at}
        least = min((it for it in at if it is not None), key=lambda it: it[1], default=None)
        if least is None and clause.default is not None:
            least = read_as(clause.default.value, seen.family(clause.path[-1].name))
        yield from self._bind(row, [(clause.value, least)])

    def _unless_given(self, entity: Value, seen: Seen) -> Value:
        given = entity is not None and entity[0] == GIVEN
        return seen.entity(entity[1]) if given and entity is not None else entity

    def _grounded(self, clause: Ground, rows: list[Row]) -> Iterator[Row]:
        for row in rows:
            for values in clause.rows:
                constants = [given_value(each.value) for each in values]
                yield from self._bind(row, zip(clause.variables, constants, strict=True))

    def _bind(self, row: Row, pairs: Iterable[tuple[Term, Value]]) -> Iterator[Row]:
        """Yield the row with terms bound to values, where that is no contradiction."""
        wider = dict(row)
        for term, value in pairs:
            if not isinstance(term, Variable):
                continue
            same = self._unified(wider[term], value) if term in wider else value
            if same is None and term in wider:
                return
            wider[term] = same
        yield wider

    def _unified(self, one: Value, other: Value) -> Value:
        """Return the value that two are, or None where they differ."""
        if one is None or other is None:
            return None
        for it, met in ((one, other), (other, one)):
            if it[0] == GIVEN and met[0] != GIVEN:
                return met if self.seen["$"].read(it[1], met) == met else None
        return one if settled(one) == settled(other) else None

    # Negation and alternatives.

    def _without(self, clause: Not, rows: list[Row], bound: Names, scope: Names) -> list[Row]:
        """Return the rows under which the clauses of a `not` never hold all at once."""
        known = bound & (named_in(clause) if clause.join is None else frozenset(clause.join))
        inner_scope = scope if clause.join is None else frozenset()
        holds: dict[frozenset[tuple[Variable, Value]], bool] = {}
        kept: list[Row] = []
        for row in rows:
            start = {each: row[each] for each in row if each in known}
            key = frozenset(start.items())
            if key not in holds:
                holds[key] = bool(self.solve(clause.clauses, [start], known, inner_scope))
            if not holds[key]:
                kept.append(row)
        return kept

    def _inside(self, clauses: Sequence[Clause], join: Sequence[Variable], row: Row) -> list[Row]:
        """Return the rows of a join form: only what it lists is known inside, and in the end."""
        start = {each: row[each] for each in join if each in row}
        inner = self.solve(clauses, [start], frozenset(start), frozenset())
        return [{each: found_[each] for each in join} for found_ in inner]

    def _joined(
        self, branches: Sequence[Sequence[Clause]], join: Sequence[Variable], rows: list[Row]
    ) -> Iterator[Row]:
        inside: dict[tuple[Value, ...], list[Row]] = {}
        for row in rows:
            key = tuple(row.get(each) for each in join)
            if key not in inside:
                inside[key] = [it for each in branches for it in self._inside(each, join, row)]
            yield from ({**row, **inner} for inner in inside[key])

    def _alternatives(
        self, branches: Sequence[Sequence[Clause]], rows: list[Row], bound: Names, scope: Names
    ) -> Iterator[Row]:
        shared = bound | frozenset.intersection(*map(bindable_of, branches))
        for branch in branches:
            for row in self.solve(branch, rows, bound, scope):
                yield {each: row[each] for each in row if each in shared}

    # Rules.

    def _start(self, call: RuleCall, bound: Names) -> tuple[bool, ...] | None:
        """Return from which arguments a rule starts: from as few as it can. None: it cannot yet.

        Which they are makes no difference to what the rule says of them.
        """
        known = tuple(is_constant(each) or each in bound for each in call.arguments)
        if (call.name, known) not in self.starts:
            self.starts[call.name, known] = known  # So that a rule may count on itself.
            self.starts[call.name, known] = self._least_start(call.name, known)
        return self.starts[call.name, known]

    def _least_start(self, name: str, known: tuple[bool, ...]) -> tuple[bool, ...] | None:
        rules = self.rules[name]
        required = tuple(n < rules[0].required for n in range(len(known)))
        if any(need and not has for need, has in zip(required, known, strict=True)):
            return None
        for start in (required, known):
            if all(self._can_start(rule, start) for rule in rules):
                return start
        return None

    def _can_start(self, rule: Rule, start: tuple[bool, ...]) -> bool:
        bound = frozenset(p for p, known in zip(rule.parameters, start, strict=True) if known)
        parameters = frozenset(rule.parameters)
        binds = bound | bindable_of(rule.clauses)
        return parameters <= binds and self.can_solve(rule.clauses, bound, parameters)

    def _ruled(self, call: RuleCall, rows: list[Row], bound: Names) -> Iterator[Row]:
        start = self._start(call, bound)
        assert start is not None
        seen = self.seen[call.source]
        for row in rows:
            arguments = [self._argument(each, row, seen) for each in call.arguments]
            known = tuple(it if use else False for it, use in zip(arguments, start, strict=True))
            for result in self._table((call.name, call.source, known)):
                pairs = list(zip(call.arguments, result, strict=True))
                if all(self._is(term, it, seen) for term, it in pairs if is_constant(term)):
                    yield from self._bind(row, pairs)

    def _argument(self, term: Term, row: Row, seen: Seen) -> Value:
        if isinstance(term, Variable):
            return row.get(term)
        return seen.entity(term) if isinstance(term, LookupRef) else _argument_of(term)

    def _is(self, constant: Term, value: Value, seen: Seen) -> bool:
        return value == _argument_of(constant) or _meet(seen.constant(constant, value), value)

    def _table(self, key: Key) -> Iterable[tuple[Value, ...]]:
        """Return what a rule says: the least set that its definitions, and those beside, close."""
        if key in self.done:
            return self.done[key]
        if any(key[0] in self._loop(name) for name in {name for name, _, _ in self.growing}):
            return set(self.growing.setdefault(key, set()))
        outside, self.growing = self.growing, {key: set()}
        before = -1
        while before != (size := sum(1 + len(rows) for rows in self.growing.values())):
            before = size
            for each in list(self.growing):
                self.growing[each] |= set(self._defined(each))
        self.done |= self.growing
        self.growing = outside
        return self.done[key]

    def _loop(self, name: str) -> set[str]:
        """Return the rules that a rule calls, and that call it in turn: with it they grow."""
        if name not in self.loops:
            called = calls(name, self.rules)
            calling = {each for each in called if name in calls(each, self.rules)}
            self.loops[name] = calling | {name}
        return self.loops[name]

    def _defined(self, key: Key) -> Iterator[tuple[Value, ...]]:
        name, source, known = key
        for rule in self.rules[name]:
            pairs = zip(rule.parameters, known, strict=True)
            row: Row = {each: it for each, it in pairs if it is not False}  # type: ignore[misc]  # It is a value.
            body = [read_from(clause, source) for clause in rule.clauses]
            for found_ in self.solve(body, [row], frozenset(row), frozenset(rule.parameters)):
                yield tuple(found_[each] for each in rule.parameters)


def _argument_of(term: Term) -> Value:
    return (GIVEN, term.value) if isinstance(term, Constant) else None


def _meet(one: Value, other: Value) -> bool:
    """Tell whether two values are the same; what is missing is nothing's same."""
    return one is not None and one == other


def _once(rows: Iterable[Row]) -> list[Row]:
    once: dict[frozenset[tuple[Variable, Value]], Row] = {}
    for row in rows:
        once[frozenset(row.items())] = row
        if len(once) > MOST:
            raise TooMany
    return list(once.values())
