"""Clauses that questions are made of: types, existence, absence; what variables are in them."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from datalog.checking.scoping import outward
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
from datalog.syntax.terms import Constant, Keyword, Term, Variable

NEVER = Compare(Operator.EQ, Constant(0), Constant(1))
"""A condition that nothing meets."""


def of_types(entity: Variable, names: Iterable[str]) -> Clause:
    """Return the condition that an entity is of one of these concrete types."""
    patterns = [Pattern(entity, "entity/type", Constant(Keyword(name))) for name in names]
    match patterns:
        case []:
            return NEVER
        case [only]:
            return only
        case _:
            return Or(tuple((pattern,) for pattern in patterns))


def exists(outside: tuple[Variable, ...], clauses: tuple[Clause, ...]) -> Clause:
    """Return the condition that something meets the clauses, for these variables outside."""
    return Or((clauses,), join=outside)


def any_of(outside: tuple[Variable, ...], branches: tuple[tuple[Clause, ...], ...]) -> Clause:
    """Return the condition that one of the branches holds; each is a conjunction."""
    return Or(branches, join=outside) if branches else NEVER


def nothing(outside: tuple[Variable, ...], clauses: tuple[Clause, ...]) -> Clause:
    """Return the condition that nothing meets the clauses, for these variables outside."""
    return Not(clauses, join=outside) if clauses else NEVER


def mentioned(clauses: Iterable[Clause]) -> tuple[Variable, ...]:
    """Return the variables of the clauses, each once, as they come."""
    return tuple(dict.fromkeys(each for clause in clauses for each in _variables(clause)))


def _variables(clause: Clause) -> Iterator[Variable]:  # noqa: C901  # One case for each kind.
    match clause:
        case Pattern():
            yield from _terms(clause.entity, clause.value, clause.transaction)
            yield from _terms(clause.operation, clause.position)
            yield from _terms(*(each for each in (clause.attribute,) if isinstance(each, Variable)))
        case Compare():
            yield from _terms(clause.left, clause.right)
        case Not():
            yield from mentioned(clause.clauses)
        case Or():
            for branch in clause.branches:
                yield from mentioned(branch)
        case GetElse():
            yield from (clause.entity, clause.value)
        case Ground() | Call() | RuleCall():
            yield from outward(clause)
        case Search():
            yield from (clause.root, clause.node, clause.depth, clause.side)
            yield from clause.limits
        case Fulltext():
            yield from _terms(clause.text, *clause.found)
        case _:
            assert_never(clause)


def _terms(*terms: Term) -> Iterator[Variable]:
    yield from (term for term in terms if isinstance(term, Variable))
