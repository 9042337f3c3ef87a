"""How a query is answered: its clauses in the order in which they are read, and how many rows.

The estimates are those that the order was chosen by; a statement for each step counts the rows that
there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from datalog.planning.access import GivenRow
from datalog.planning.canonical import in_order
from datalog.planning.explanation import Answered, answered
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.printing.clauses import clause_text
from datalog.reason import Empty
from datalog.sql.compile import FIXED_COLUMNS, Statement, outermost, rendered
from datalog.sql.levels import PlannedLevel, plan_level
from datalog.syntax.clauses import Clause, RuleCall
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from store.catalogue import Catalogue
from store.sql import sql

IMPLIED = "implied by what is read"


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """Clauses that are answered together: as EDN, how their rows are found, and how many there are.

    `estimated_rows` are those after the step. `counting` is the statement that counts them: its
    last column is the number as text. Both are None of clauses for which nothing is read.
    """

    clause: str
    access: str
    estimated_rows: float | None
    counting: Statement | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of a query in order; of a query that is empty whatever the facts are, why."""

    steps: tuple[ExplainedStep, ...]
    empty_because: str | None = None


def explain_query(
    query: Query,
    catalogue: Catalogue,
    statistics: Statistics = NOTHING_KNOWN,
    moments: Iterable[str] = (),
) -> Explanation:
    """Return how the rows of a query are found, before they are aggregated, ordered and cut.

    `moments` are the names of the points in time that its sources have. Raises QueryError.
    """
    moments = tuple(moments)
    scope = outermost(moments, catalogue, statistics)
    level = plan_level(_rows_of(query), (), scope)
    if isinstance(level, Empty):
        return Explanation((), level.because)
    ordered = in_order(level.checked.where, level.asked, tuple(level.columns)).clauses
    found, implied = answered(level.plan, ordered, level.situation)
    steps = [
        ExplainedStep(
            _text(each), each.expected.access, each.expected.rows, _counting(level, place, moments)
        )
        for place, each in enumerate(found, 1)
    ]
    steps += [ExplainedStep(clause_text(each), IMPLIED, None, None) for each in implied]
    return Explanation(tuple(steps))


def _rows_of(query: Query) -> Query:
    """Return the query of the rows that an answer is made of."""
    found = (each if isinstance(each, Variable) else each.variable for each in query.find)
    variables = tuple(dict.fromkeys((*found, *query.with_)))
    return replace(query, find=variables, with_=(), order=(), limit=None, offset=None)


def _text(step: Answered) -> str:
    match step.step:
        case GivenRow(variables):
            return f":in [[{' '.join(f'?{each.name}' for each in variables)}]]"
        case _:
            return " ".join(_texts(step.clauses)) or "another row for the same clauses"


def _texts(clauses: Iterable[Clause]) -> Iterator[str]:
    for clause in clauses:
        if isinstance(clause, RuleCall):  # Under the name that it was called by.
            yield clause_text(replace(clause, name=clause.name.partition("'")[0]))
        else:
            yield clause_text(clause)


def _counting(level: PlannedLevel, steps: int, moments: tuple[str, ...]) -> Statement:
    counted = sql("(SELECT count(*)::text{body})", body=level.rows(steps).body())
    text, arguments = rendered(moments, [counted])
    return Statement(text, arguments, (*FIXED_COLUMNS, *moments, "rows"))
