"""Names that nobody has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datalog.checking.rules.definitions import every
from datalog.checking.scoping import input_variables, outward
from datalog.syntax.clauses import Clause
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable


@dataclass(slots=True)
class FreshNames:
    """Gives names that are not taken; `taken` grows.

    Variables that are known `outside` of all clauses keep their names there.
    """

    taken: set[Variable]
    outside: frozenset[Variable] = frozenset()
    number: int = 0

    def variable(self, like: Variable) -> Variable:
        """Return a variable whose name is like another's."""
        stem = like.name.partition("'")[0]
        while True:
            self.number += 1
            fresh = Variable(f"{stem}'{self.number}")
            if fresh not in self.taken:
                self.taken.add(fresh)
                return fresh


def fresh_names(query: Query) -> FreshNames:
    """Return names that neither a query nor its rules have."""
    taken = {*input_variables(query.inputs), *_named(query.where)}
    for rule in query.rules:
        taken |= {*rule.parameters, *_named(rule.clauses)}
    return FreshNames(taken)


def _named(clauses: Iterable[Clause]) -> Iterator[Variable]:
    for clause in every(clauses):
        yield from outward(clause)
