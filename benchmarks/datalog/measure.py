"""All of Datalog's measurements, as tables, goals and plain figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from benchmarks.databases import GRAPH, HISTORIES
from benchmarks.datalog import closures, on_graph, on_histories, orders, past, queries
from benchmarks.datalog.asked import Asked
from benchmarks.datalog.cases import Case
from benchmarks.measuring import Budget
from benchmarks.report import Goal, Section, milliseconds
from store.database import Database

_CASES = {HISTORIES: on_histories.CASES, GRAPH: on_graph.CASES}


@dataclass(slots=True)
class Outcome:
    """What came of it: tables to show, goals, and the figures behind them by what they are of."""

    sections: list[Section] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, section: Section, figures: Sequence[Any], *goals: Goal) -> None:
        """Take in one table, with its figures (dataclasses) and its goals."""
        self.sections.append(section)
        self.goals.extend(goals)
        self.figures[section.title] = [asdict(each) for each in figures]


async def measured(databases: Mapping[str, Database], budget: Budget) -> Outcome:
    """Measure all that the databases allow. Raises ValueError where answers are not the same."""
    outcome = Outcome()
    asked = {name: await Asked.of(database) for name, database in databases.items()}
    await _queries(asked, budget, outcome)
    await _orders(asked, budget, outcome)
    if GRAPH in asked:
        await _past(asked[GRAPH], budget, outcome)
        await _closures(asked[GRAPH], budget, outcome)
    return outcome


def _cases(asked: Mapping[str, Asked]) -> Iterator[tuple[Case, Asked]]:
    for name, cases in _CASES.items():
        if name in asked:
            yield from ((case, asked[name]) for case in cases)


_QUERY_COLUMNS = ("query", "rows", "Datalog ms", "by hand ms", "ratio (quartiles)", "compiling ms")


def _query_row(each: queries.Measured) -> tuple[str, ...]:
    times = map(milliseconds, (each.seconds, each.by_hand))
    return (each.name, f"{each.rows:,}", *times, str(each.ratio), milliseconds(each.compiled))


async def _queries(asked: Mapping[str, Asked], budget: Budget, outcome: Outcome) -> None:
    found = [await queries.measured(case, of, budget) for case, of in _cases(asked)]
    rows = [_query_row(each) for each in found]
    middle = median(each.ratio.middle for each in found)
    outcome.add(
        Section("Datalog against SQL by hand", _QUERY_COLUMNS, rows),
        found,
        Goal(f"median ratio of {len(found)} queries", queries.GOAL, middle),
    )


async def _orders(asked: Mapping[str, Asked], budget: Budget, outcome: Outcome) -> None:
    found = [
        await orders.measured(case, of, budget)
        for case, of in _cases(asked)
        if orders.has_an_order(case)
    ]
    rows = [
        (
            each.name,
            f"{each.orders}",
            f"{each.statements}",
            milliseconds(each.best),
            str(each.ratio),
        )
        for each in found
    ]
    outcome.add(
        Section(
            "Orders of clauses, and names of variables",
            ("query", "orders", "statements", "best ms", "worst against best"),
            rows,
        ),
        found,
        Goal(
            "worst against best order, median of the queries",
            orders.GOAL,
            median(each.ratio.middle for each in found),
        ),
        Goal("the same, at most", orders.GOAL, max(each.ratio.middle for each in found)),
    )


async def _past(asked: Asked, budget: Budget, outcome: Outcome) -> None:
    found = [await past.measured(each, asked, budget) for each in past.QUESTIONS]
    rows = [
        (
            each.name,
            f"{each.rows[0]:,} / {each.rows[1]:,}",
            milliseconds(each.now),
            milliseconds(each.then),
            str(each.ratio),
        )
        for each in found
    ]
    by_key = [each.ratio.middle for each in found if not each.scan]
    scans = [Goal(each.name, past.GOAL_OF_SCANS, each.ratio.middle) for each in found if each.scan]
    outcome.add(
        Section(
            "As of the middle of the log against now",
            ("query", "rows now / then", "now ms", "then ms", "then against now"),
            rows,
        ),
        found,
        Goal("reads by key, median", past.GOAL_BY_KEY, median(by_key)),
        *scans,
    )


_FEW = 3
"""Rounds of what takes ten seconds and more on one side."""


async def _closures(asked: Asked, budget: Budget, outcome: Outcome) -> None:
    rounds = Budget(min(budget.fewest, _FEW), budget.most, budget.seconds)
    found = [
        await queries.measured(case, asked, rounds)
        for case in (closures.WITH_DEPTHS, closures.WITHOUT)
    ]
    depths, without = (each.ratio.middle for each in found)
    outcome.add(
        Section(
            "Closures against WITH RECURSIVE", _QUERY_COLUMNS, [_query_row(each) for each in found]
        ),
        found,
        Goal("closure with depths", closures.GOAL_WITH_DEPTHS, depths),
        Goal("closure without", closures.GOAL_WITHOUT, without),
    )
