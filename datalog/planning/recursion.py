"""A call of a recursive rule as relations to be worked out, by what is bound at the call.

What the recursion passes on unchanged becomes a constant of it. From another argument that is bound
the rules are walked: where all that is asked is passed on, only what the walk comes to is kept;
otherwise the rules are worked out for what it comes to (magic sets). With nothing bound they are
worked out from the bottom up.

Only finitely many facts can be reached, but a recursion that computes new values, `(+ ?n 1)`, may
find more for ever: it ends at the deadline of its statement.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from datalog.checking.rules.definitions import Definitions
from datalog.checking.rules.fresh import FreshNames
from datalog.checking.rules.passing import carried, own_calls, specialised
from datalog.checking.scoping import bindable, outward, outward_of
from datalog.planning.access import RelationRow
from datalog.planning.canonical import variables_in
from datalog.planning.closures import turned
from datalog.planning.relations import Definition, Program, plain, split
from datalog.planning.steps import Variables
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Not,
    Operator,
    RuleCall,
    Search,
)
from datalog.syntax.query import Rule
from datalog.syntax.terms import Blank, Term, Variable


def programs(call: RuleCall, rules: Definitions, bound: Variables) -> Iterable[tuple[Program, ...]]:
    """Return ways to answer a call, the best first; what cannot be planned gives way.

    Of the ways that come together the cheapest is the best: with both ends known, a walk may begin
    at either, and ends as soon as it comes to the other.
    """
    known = [at for at, term in enumerate(call.arguments) if _is_known(term, bound)]
    if len(known) == len(call.arguments) == _BOTH:
        yield tuple(_towards(call, end, rules, bound) for end in known)
    for way in _ways(call, rules, bound):
        yield (way,)


_BOTH = 2


def _towards(call: RuleCall, end: int, rules: Definitions, bound: Variables) -> Program:
    """Return the best way to answer a call as if one of its arguments were not known."""
    unknown = _names(call, rules, bound).variable(Variable("end"))
    terms = tuple(unknown if at == end else term for at, term in enumerate(call.arguments))
    found = next(iter(_ways(replace(call, arguments=terms), rules, bound)))
    given = call.arguments[end]
    arguments = tuple(given if term == unknown else term for term in found.result.arguments)
    return replace(found, result=replace(found.result, arguments=arguments))


def _ways(call: RuleCall, rules: Definitions, bound: Variables) -> Iterator[Program]:
    loop = _loop(call.name, rules)
    names = _names(call, loop, bound)
    known = {at: term for at, term in enumerate(call.arguments) if _is_known(term, bound)}
    loop, left = specialised(loop, call.name, known, names)
    arguments = tuple(call.arguments[at] for at in left)
    ends = frozenset(at for at, term in enumerate(arguments) if _is_known(term, bound))
    if ends or not _is_linear(loop):
        loop = turned(loop, ends, names)
        known = {at: arguments[at] for at in ends}
        loop, left = specialised(loop, call.name, known, names)
        arguments = tuple(arguments[at] for at in left)
    asked = _Asked(loop, RelationRow(call.name, arguments), bound)
    walk = _walk(asked)
    if walk is not None:
        yield walk
    elif asked.known:
        magic = _magic(asked)
        if magic is not None:
            yield magic
    yield plain(loop, asked.row)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Recursive rules, and the row that is asked of them."""

    rules: Definitions
    row: RelationRow
    bound: Variables

    @property
    def known(self) -> tuple[int, ...]:
        """Return the positions of arguments that are known."""
        found = enumerate(self.row.arguments)
        return tuple(at for at, term in found if _is_known(term, self.bound))


def _loop(name: str, rules: Definitions) -> Definitions:
    """Return the rules that were made for the same call."""
    made = name.rpartition("'")[2]
    return {each: found for each, found in rules.items() if each.rpartition("'")[2] == made}


def _names(call: RuleCall, loop: Definitions, bound: Variables) -> FreshNames:
    taken = {*bound, *variables_in(call)}
    for rules in loop.values():
        for rule in rules:
            taken |= {*rule.parameters, *variables_in(rule.clauses)}
    return FreshNames(taken, bound)


def _is_known(term: Term, bound: Variables) -> bool:
    return term in bound if isinstance(term, Variable) else not isinstance(term, Blank)


def _is_linear(rules: Definitions) -> bool:
    return all(
        len(own_calls(rule.clauses, rules)) <= 1 for found in rules.values() for rule in found
    )


def _walk(asked: _Asked) -> Program | None:
    """Return the walk from what is known, where all else is passed on to the end of it."""
    rules, name = asked.rules, asked.row.relation
    known = asked.known
    if not known or not _is_linear(rules):
        return None
    free = [at for at in range(len(asked.row.arguments)) if at not in known]
    passed = [carried(rules, name, at) for at in free]
    at_end = [each for each in passed if each is not None]
    if len(at_end) < len(passed):
        return None
    walking = _Walking(rules, {of: [each[of] for each in at_end] for of in rules})
    recursive = (rule for found in rules.values() for rule in found if walking.goes_on(rule))
    if any(walking.looks_ahead(rule) for rule in recursive):
        return None
    return walking.program(asked)


@dataclass(frozen=True, slots=True)
class _Walking:
    """Rules that are walked; `passed` are the positions of each that only its end decides."""

    rules: Definitions
    passed: dict[str, list[int]]

    def goes_on(self, rule: Rule) -> bool:
        return bool(own_calls(rule.clauses, self.rules))

    def looks_ahead(self, rule: Rule) -> bool:
        """Tell whether a step needs what only the end of the walk decides."""
        _, others = split(rule.clauses, self.rules)
        at_end = frozenset(rule.parameters[at] for at in self.passed[rule.name])
        return bool(outward_of(others) & at_end)

    def program(self, asked: _Asked) -> Program:
        name, arguments = asked.row.relation, asked.row.arguments
        seed = Definition(_seeds(name), self.walked(name, arguments), (), ())
        every = [rule for found in self.rules.values() for rule in found]
        definitions = (seed, *(self.definition(rule, asked) for rule in every))
        columns = {
            _seeds(rule.name): tuple(
                each for at, each in enumerate(rule.parameters) if at not in self.passed[rule.name]
            )
            for rule in every
        }
        passed = self.passed[name]
        columns[name] = tuple(self.rules[name][0].parameters[at] for at in passed)
        return Program(
            columns, definitions, RelationRow(name, tuple(arguments[at] for at in passed))
        )

    def walked(self, name: str, terms: Sequence[Term]) -> tuple[Term, ...]:
        return tuple(each for at, each in enumerate(terms) if at not in self.passed[name])

    def definition(self, rule: Rule, asked: _Asked) -> Definition:
        """Return what a definition adds: to the walk, or to what is found at its end."""
        calls, others = split(rule.clauses, self.rules)
        start = RelationRow(_seeds(rule.name), self.walked(rule.name, rule.parameters))
        if calls:
            [call] = calls
            head = self.walked(call.relation, call.arguments)
            return Definition(_seeds(call.relation), head, (start,), others)
        found = tuple(rule.parameters[at] for at in self.passed[rule.name])
        return Definition(asked.row.relation, found, (start,), others)


def _seeds(name: str) -> str:
    return f"{name}?"


def _magic(asked: _Asked) -> Program | None:
    """Return the rules, worked out only for what a walk from the known arguments comes to."""
    patterns = _patterns(asked)
    if patterns is None:
        return None
    name = asked.row.relation
    seed = tuple(asked.row.arguments[at] for at in patterns[name])
    definitions = [Definition(_seeds(name), seed, (), ())]
    columns: dict[str, tuple[Variable, ...]] = {}
    for of, found in asked.rules.items():
        columns[of] = found[0].parameters
        columns[_seeds(of)] = tuple(found[0].parameters[at] for at in patterns[of])
        for rule in found:
            start = RelationRow(_seeds(of), tuple(rule.parameters[at] for at in patterns[of]))
            rows, others = split(rule.clauses, asked.rules)
            definitions.append(Definition(of, rule.parameters, (start, *rows), others))
            for call, before, clauses in _prefixes(rule, patterns, asked):
                head = tuple(call.arguments[at] for at in patterns[call.relation])
                definitions.append(
                    Definition(_seeds(call.relation), head, (start, *before), clauses)
                )
    return Program(columns, tuple(definitions), asked.row)


Patterns = dict[str, tuple[int, ...]]
"""Which arguments of each rule are bound wherever the recursion calls it."""


def _patterns(asked: _Asked) -> Patterns | None:
    """Return the binding patterns that hold throughout; None where a rule is called with none."""
    every = {of: range(len(found[0].parameters)) for of, found in asked.rules.items() if found}
    if len(every) < len(asked.rules):
        return None
    patterns: Patterns = {of: tuple(positions) for of, positions in every.items()}
    patterns[asked.row.relation] = asked.known
    while True:
        fewer = dict(patterns)
        for found in asked.rules.values():
            for rule in found:
                for call, before, clauses in _prefixes(rule, patterns, asked):
                    start = frozenset(rule.parameters[at] for at in patterns[rule.name])
                    bound = start.union(*(_named(row.arguments) for row in before))
                    bound = bound.union(*map(bindable, clauses)) | asked.bound
                    fewer[call.relation] = tuple(
                        at for at in fewer[call.relation] if _is_known(call.arguments[at], bound)
                    )
        if not all(fewer.values()):
            return None
        if fewer == patterns:
            return patterns
        patterns = fewer


def _prefixes(
    rule: Rule, patterns: Patterns, asked: _Asked
) -> Iterable[tuple[RelationRow, tuple[RelationRow, ...], tuple[Clause, ...]]]:
    """Return each call of a definition with what binds its arguments: calls before, clauses."""
    rows, others = split(rule.clauses, asked.rules)
    start = asked.bound.union(rule.parameters[at] for at in patterns[rule.name])
    before: list[RelationRow] = []
    waiting = list(rows)
    while waiting:
        bound = start.union(*(_named(row.arguments) for row in before))
        found = _connected(others, bound)
        known = bound.union(*map(bindable, found))
        best = max(waiting, key=lambda row: len(_named(row.arguments) & known))
        needs = _named(best.arguments[at] for at in patterns[best.relation])
        alone = _connected(others, start)
        if needs <= start.union(*map(bindable, alone)):
            yield best, (), alone
        else:
            yield best, tuple(before), found
        before.append(best)
        waiting.remove(best)


def _connected(clauses: Iterable[Clause], bound: Variables) -> tuple[Clause, ...]:
    """Return the clauses that can be read from what is bound, and those that test it."""
    found: list[Clause] = []
    waiting = list(clauses)
    while True:
        ready = [clause for clause in waiting if _is_ready(clause, bound)]
        if not ready:
            return tuple(found)
        found += ready
        waiting = [clause for clause in waiting if clause not in ready]
        bound = bound.union(*map(bindable, ready))


def _is_ready(  # noqa: PLR0911  # One case for each kind of clause.
    clause: Clause, bound: Variables
) -> bool:
    match clause:
        case Compare(operator=Operator.MEMBER):
            return False
        case Compare() | Not():
            return outward(clause) <= bound
        case Call():
            return _named(clause.arguments) <= bound
        case GetElse():
            return clause.entity in bound
        case Search():
            return clause.root in bound
        case Fulltext():
            return not isinstance(clause.text, Variable) or clause.text in bound
        case _:
            return bool(outward(clause) & bound)


def _named(terms: Iterable[Term]) -> Variables:
    return frozenset(term for term in terms if isinstance(term, Variable))
