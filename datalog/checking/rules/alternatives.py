"""The definitions of a recursive rule, none of which calls its own loop inside an `or`."""

from collections.abc import Iterable
from itertools import product
from math import prod

from datalog.checking.rules.definitions import MOST_CLAUSES
from datalog.checking.rules.dependencies import called
from datalog.errors import TooManyClauses
from datalog.syntax.clauses import Clause, Or

Clauses = tuple[Clause, ...]


def alternatives(clauses: Iterable[Clause], loop: frozenset[str]) -> list[Clauses]:
    """Return conjunctions of which one holds where the clauses do.

    An `or` around a call of the loop becomes as many definitions as it has branches; its own
    variables have names of their own already. Raises TooManyClauses.
    """
    choices = [_choices(clause, loop) for clause in clauses]
    if prod(map(len, choices)) > MOST_CLAUSES:
        raise TooManyClauses(MOST_CLAUSES)
    return [tuple(each for part in parts for each in part) for parts in product(*choices)]


def calls_into(clauses: Iterable[Clause], loop: frozenset[str]) -> bool:
    """Tell whether clauses call a rule of a loop."""
    return any(name in loop for name, _ in called(clauses))


def _choices(clause: Clause, loop: frozenset[str]) -> list[Clauses]:
    match clause:
        case Or() if calls_into((clause,), loop):
            return [each for branch in clause.branches for each in alternatives(branch, loop)]
        case _:
            return [(clause,)]
