"""Relations that are found together: definitions, and in which order they are worked out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datalog.checking.rules.definitions import Definitions
from datalog.checking.rules.dependencies import components
from datalog.planning.access import GivenRow, RelationRow
from datalog.syntax.clauses import Clause, RuleCall
from datalog.syntax.terms import Term, Variable


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to find a row: from rows of relations, where the clauses hold.

    `head` are the values of the row: variables, or what is known outside. `given` are inputs of
    several rows that are read with the clauses.
    """

    relation: str
    head: tuple[Term, ...]
    rows: tuple[RelationRow, ...]
    clauses: tuple[Clause, ...]
    given: tuple[GivenRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """The definitions of all relations, and the row that is asked of one of them.

    `columns` are the parameters of each relation, by which the check knows their kinds.
    """

    columns: Mapping[str, tuple[Variable, ...]]
    definitions: tuple[Definition, ...]
    result: RelationRow

    def of(self, names: Iterable[str]) -> tuple[Definition, ...]:
        """Return the definitions of some of the relations."""
        wanted = frozenset(names)
        return tuple(each for each in self.definitions if each.relation in wanted)

    def strata(self) -> list[frozenset[str]]:
        """Return the relations that need each other, together, those first that others need."""
        calls = {
            name: [row.relation for each in self.of([name]) for row in each.rows]
            for name in self.columns
        }
        return components(calls)


def plain(rules: Definitions, result: RelationRow) -> Program:
    """Return recursive rules as relations, worked out from the bottom up."""
    definitions = tuple(
        Definition(name, rule.parameters, *split(rule.clauses, rules))
        for name, found in rules.items()
        for rule in found
    )
    columns = {name: found[0].parameters for name, found in rules.items() if found}
    return Program(columns, definitions, result)


def split(
    clauses: Iterable[Clause], rules: Definitions
) -> tuple[tuple[RelationRow, ...], tuple[Clause, ...]]:
    """Return the calls of these rules among clauses as rows, and the other clauses."""
    rows: list[RelationRow] = []
    others: list[Clause] = []
    for clause in clauses:
        if isinstance(clause, RuleCall) and clause.name in rules:
            rows.append(RelationRow(clause.name, clause.arguments))
        else:
            others.append(clause)
    return tuple(rows), tuple(others)
