"""The definitions of rules by name, and what is wrong with them, or with a call."""

from collections.abc import Iterable, Iterator, Mapping

from datalog.checking.scoping import outward_of
from datalog.errors import (
    RepeatedParameter,
    SourceInRule,
    UnboundParameter,
    UnevenDefinitions,
    UnknownRule,
    WrongArity,
)
from datalog.syntax.clauses import Clause, Fulltext, GetElse, Not, Or, Pattern, RuleCall, Search
from datalog.syntax.query import Rule

Definitions = Mapping[str, tuple[Rule, ...]]

MOST_CLAUSES = 1_000
"""How long a query may become with its rules in place of their calls."""

MOST_LEVELS = 50
"""How deep rules may call rules, recursion apart."""


def defined(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Return the definitions of every rule. Raises RuleError where one of them is not sound."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.name] = (*found.get(rule.name, ()), rule)
    for definitions in found.values():
        for rule in definitions:
            _check_head(rule, definitions[0])
            _check_sources(rule)
    for definitions in found.values():
        for rule in definitions:
            check_calls(rule.clauses, found)
    return found


def check_calls(clauses: Iterable[Clause], definitions: Definitions) -> None:
    """Raise UnknownRule or WrongArity where a clause calls what there is not."""
    for clause in every(clauses):
        if isinstance(clause, RuleCall):
            if clause.name not in definitions:
                raise UnknownRule(clause.name, tuple(sorted(definitions)))
            expected, given = len(definitions[clause.name][0].parameters), len(clause.arguments)
            if expected != given:
                raise WrongArity(clause.name, expected, given)


def every(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Return the clauses, and those inside them."""
    for clause in clauses:
        yield clause
        match clause:
            case Not():
                yield from every(clause.clauses)
            case Or():
                for branch in clause.branches:
                    yield from every(branch)
            case _:
                pass


def _check_head(rule: Rule, first: Rule) -> None:
    if (len(rule.parameters), rule.required) != (len(first.parameters), first.required):
        raise UnevenDefinitions(rule.name)
    for position, parameter in enumerate(rule.parameters):
        if parameter in rule.parameters[:position]:
            raise RepeatedParameter(rule.name, parameter.name)
    named = outward_of(rule.clauses)
    for parameter in rule.parameters[rule.required :]:
        if parameter not in named:
            raise UnboundParameter(rule.name, parameter.name)


def _check_sources(rule: Rule) -> None:
    for clause in every(rule.clauses):
        match clause:
            case Pattern() | GetElse() | RuleCall() | Search() | Fulltext() if clause.source != "$":
                raise SourceInRule(rule.name, clause.source)
            case _:
                pass
