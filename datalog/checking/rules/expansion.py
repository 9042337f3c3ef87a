"""Rules in place of their calls.

A call of a rule that is not recursive becomes what the rule says, at every call anew. A call of a
recursive one stays a call, of a copy of the rule made for it: with the database of the call, and
with the constants that the recursion only passes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from datalog.checking.rules.alternatives import alternatives
from datalog.checking.rules.definitions import (
    MOST_CLAUSES,
    MOST_LEVELS,
    Definitions,
    check_calls,
    defined,
    every,
)
from datalog.checking.rules.dependencies import Loops, loops
from datalog.checking.rules.fresh import FreshNames, fresh_names
from datalog.checking.rules.passing import specialised
from datalog.checking.rules.requirements import check_requirements
from datalog.checking.rules.substitution import instance, substituted
from datalog.errors import TooManyClauses
from datalog.syntax.clauses import Clause, Not, Or, RuleCall
from datalog.syntax.query import Query, Rule
from datalog.syntax.terms import Constant, LookupRef, Variable

Clauses = tuple[Clause, ...]


def expanded(query: Query, inputs: frozenset[Variable]) -> Query:
    """Return a query that calls only recursive rules; its rules are those, made for each call.

    The definitions of such a rule share their parameters, which `parameter` names. Raises
    RuleError, and InsufficientBinding where a required parameter is unbound.
    """
    definitions = defined(query.rules)
    check_calls(query.where, definitions)
    if not query.rules:
        return query
    expansion = _Expansion(definitions, loops(definitions), fresh_names(query))
    check_requirements(query.where, inputs, definitions)
    where = expansion.clauses(query.where)
    return replace(query, where=where, rules=tuple(expansion.made))


def parameter(rule: str, position: int) -> Variable:
    """Return the parameter of a recursive rule that was made for a call."""
    return Variable(f"{rule}/{position}")


@dataclass(slots=True)
class _Expansion:
    """Puts rules in place of calls; `made` grows by the recursive rules, `size` by clauses."""

    definitions: Definitions
    loops: Loops
    names: FreshNames
    made: list[Rule] = field(default_factory=list)
    size: int = 0
    level: int = 0
    number: int = 0

    def clauses(self, clauses: Iterable[Clause], own: frozenset[str] = frozenset()) -> Clauses:
        """Return clauses beside each other; calls of the `own` rules stay as they are."""
        found: list[Clause] = []
        for clause in clauses:
            if not isinstance(clause, RuleCall):
                found.append(self._inside(clause, own))
                continue
            branches = self._answered(clause, own)
            if len(branches) == 1:
                found.extend(branches[0])
            else:
                found.append(_either(branches, clause))
        return tuple(found)

    def _inside(self, clause: Clause, own: frozenset[str]) -> Clause:
        match clause:
            case Not():
                return replace(clause, clauses=self.clauses(clause.clauses, own))
            case Or():
                branches = tuple(self._branch(each, own) for each in clause.branches)
                return replace(clause, branches=branches)
            case _:
                return clause

    def _branch(self, clauses: Clauses, own: frozenset[str]) -> Clauses:
        """Return a branch of an `or`, in which a rule must not add names that it has not."""
        return tuple(
            _either(self._answered(clause, own), clause)
            if isinstance(clause, RuleCall)
            else self._inside(clause, own)
            for clause in clauses
        )

    def _answered(self, call: RuleCall, own: frozenset[str]) -> list[Clauses]:
        """Return the clauses of which some hold where the call does."""
        if call.name in own:
            return [(call,)]
        if self.level == MOST_LEVELS:
            raise TooManyClauses(MOST_CLAUSES)
        self.level += 1
        if call.name in self.loops:
            found: list[Clauses] = [(self._specialised(call),)]
        else:
            found = [
                self.clauses(self._body(rule, call), own) for rule in self.definitions[call.name]
            ]
        self.level -= 1
        return found

    def _body(self, rule: Rule, call: RuleCall) -> Clauses:
        body = instance(rule, call.arguments, call.source, self.names)
        self._count(body)
        return body

    def _specialised(self, call: RuleCall) -> RuleCall:
        """Make a copy of a recursion for one call, and return the call of it."""
        loop = self.loops[call.name]
        self.number += 1
        names = {name: f"{name}'{self.number}" for name in loop}
        copies = {
            names[name]: tuple(
                copy for rule in self.definitions[name] for copy in self._copies(rule, call, names)
            )
            for name in sorted(loop)
        }
        constants = {
            position: term
            for position, term in enumerate(call.arguments)
            if isinstance(term, Constant | LookupRef)
        }
        copies_left, left = specialised(copies, names[call.name], constants, self.names)
        for rules in copies_left.values():
            for rule in rules:
                self._count(rule.clauses)
                self.made.append(self._with_parameters(rule))
        return RuleCall(names[call.name], tuple(call.arguments[at] for at in left), call.source)

    def _copies(self, rule: Rule, call: RuleCall, names: dict[str, str]) -> Iterator[Rule]:
        parameters = tuple(map(self.names.variable, rule.parameters))
        body = instance(rule, parameters, call.source, self.names)
        loop = frozenset(names)
        for clauses in alternatives(self.clauses(body, loop), loop):
            named = (
                replace(each, name=names[each.name])
                if isinstance(each, RuleCall) and each.name in names
                else each
                for each in clauses
            )
            yield Rule(names[rule.name], parameters, tuple(named), rule.required)

    def _with_parameters(self, rule: Rule) -> Rule:
        count = range(len(rule.parameters))
        parameters = tuple(parameter(rule.name, position) for position in count)
        terms = dict(zip(rule.parameters, parameters, strict=True))
        clauses = substituted(rule.clauses, terms, "$", self.names)
        return replace(rule, parameters=parameters, clauses=clauses)

    def _count(self, clauses: Clauses) -> None:
        self.size += sum(1 for _ in every(clauses))
        if self.size > MOST_CLAUSES:
            raise TooManyClauses(MOST_CLAUSES)


def _either(branches: list[Clauses], call: Clause) -> Clause:
    """Return one clause for the definitions of a rule; only the arguments are seen outside."""
    match branches:
        case [(RuleCall() as one,)]:
            return one
        case _:
            terms = call.arguments if isinstance(call, RuleCall) else ()
            join = dict.fromkeys(each for each in terms if isinstance(each, Variable))
            return Or(tuple(branches), tuple(join))
