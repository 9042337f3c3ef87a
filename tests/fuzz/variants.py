"""The same query under other names, its clauses and branches in another order: the same answer."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from datalog.syntax.clauses import Clause, Not, Or
from datalog.syntax.query import Rule
from datalog.syntax.terms import Variable
from tests.fuzz.asked import Asked


def variant(asked: Asked, draw: random.Random) -> Asked:
    """Return what is asked with other names of variables, and clauses shuffled at every depth.

    It is planned of what is known of the facts, where the other was planned of guesses.
    """
    query = asked.query
    shuffled = replace(
        query,
        where=_shuffled(query.where, draw),
        rules=tuple(replace(it, clauses=_shuffled(it.clauses, draw)) for it in query.rules),
    )
    free = [f"{letter}{number}" for letter in "abtmx" for number in range(60)]
    draw.shuffle(free)
    names: dict[str, str] = defaultdict(free.pop)
    outside = renamed(replace(shuffled, rules=()), names.__getitem__)
    given = {names[name]: value for name, value in asked.given.items()}
    rules = [_named_as_outside(rule, list(names.values()), draw) for rule in shuffled.rules]
    draw.shuffle(rules)
    return replace(asked, query=replace(outside, rules=tuple(rules)), given=given, counted=True)


def _named_as_outside(rule: Rule, outside: list[str], draw: random.Random) -> Rule:
    """Return a definition whose variables are called as those of the query: they are its own."""
    draw.shuffle(outside)
    names: dict[str, str] = defaultdict([*(f"r{number}" for number in range(60)), *outside].pop)
    named: Rule = renamed(rule, names.__getitem__)
    return named


def _shuffled(clauses: tuple[Clause, ...], draw: random.Random) -> tuple[Clause, ...]:
    mixed = [_inside(clause, draw) for clause in clauses]
    draw.shuffle(mixed)
    return tuple(mixed)


def _inside(clause: Clause, draw: random.Random) -> Clause:
    match clause:
        case Not():
            return replace(clause, clauses=_shuffled(clause.clauses, draw))
        case Or():
            branches = [_shuffled(branch, draw) for branch in clause.branches]
            draw.shuffle(branches)
            return replace(clause, branches=tuple(branches))
        case _:
            return clause


def renamed(value: Any, name_of: Callable[[str], str]) -> Any:
    """Return a part of a query with other names for its variables."""
    match value:
        case Variable(name):
            return Variable(name_of(name))
        case tuple():
            return tuple(renamed(each, name_of) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {each.name: getattr(value, each.name) for each in fields(value)}
            return replace(value, **{key: renamed(it, name_of) for key, it in parts.items()})
        case _:
            return value
