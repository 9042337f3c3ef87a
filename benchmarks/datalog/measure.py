"""All of Datalog's measurements, as sections of the report."""

from collections.abc import AsyncIterator, Iterator, Mapping
from statistics import median

from benchmarks.databases import GRAPH, HISTORIES, Bench
from benchmarks.datalog import closures, on_graph, on_histories, orders, past, queries
from benchmarks.datalog.asked import Asked
from benchmarks.datalog.cases import Case
from benchmarks.measuring import Budget
from benchmarks.report import Goal, Section, milliseconds

_CASES = {HISTORIES: on_histories.CASES, GRAPH: on_graph.CASES}


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield all that the databases allow. Raises ValueError where answers are not the same."""
    budget = bench.budget
    asked = {
        name: await Asked.of(database)
        for name, database in bench.databases.items()
        if name in _CASES
    }
    if not asked:
        return
    yield await _queries(asked, budget)
    yield await _orders(asked, budget)
    if GRAPH in asked:
        yield await _past(asked[GRAPH], budget)
        yield await _closures(asked[GRAPH], budget)


def _cases(asked: Mapping[str, Asked]) -> Iterator[tuple[Case, Asked]]:
    for name, cases in _CASES.items():
        if name in asked:
            yield from ((case, asked[name]) for case in cases)


_QUERY_COLUMNS = ("query", "rows", "Datalog ms", "by hand ms", "ratio (quartiles)", "compiling ms")


def _query_row(each: queries.Measured) -> tuple[str, ...]:
    times = map(milliseconds, (each.seconds, each.by_hand))
    return (each.name, f"{each.rows:,}", *times, str(each.ratio), milliseconds(each.compiled))


async def _queries(asked: Mapping[str, Asked], budget: Budget) -> Section:
    found = [await queries.measured(case, of, budget) for case, of in _cases(asked)]
    rows = [_query_row(each) for each in found]
    middle = median(each.ratio.middle for each in found)
    goal = Goal(f"median ratio of {len(found)} queries", middle, queries.GOAL)
    return Section("Datalog against SQL by hand", _QUERY_COLUMNS, rows, [goal], found)


async def _orders(asked: Mapping[str, Asked], budget: Budget) -> Section:
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
    ratios = [each.ratio.middle for each in found]
    return Section(
        "Orders of clauses, and names of variables",
        ("query", "orders", "statements", "best ms", "worst against best"),
        rows,
        [
            Goal("worst against best order, median of the queries", median(ratios), orders.GOAL),
            Goal("the same, at most", max(ratios), orders.GOAL),
        ],
        found,
    )


async def _past(asked: Asked, budget: Budget) -> Section:
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
    scans = [Goal(each.name, each.ratio.middle, past.GOAL_OF_SCANS) for each in found if each.scan]
    return Section(
        "As of the middle of the log against now, in Datalog",
        ("query", "rows now / then", "now ms", "then ms", "then against now"),
        rows,
        [Goal("reads by key, median", median(by_key), past.GOAL_BY_KEY), *scans],
        found,
    )


_FEW = 3
"""Rounds of what takes ten seconds and more on one side."""


async def _closures(asked: Asked, budget: Budget) -> Section:
    rounds = Budget(min(budget.fewest, _FEW), budget.most, budget.seconds)
    found = [
        await queries.measured(case, asked, rounds)
        for case in (closures.WITH_DEPTHS, closures.WITHOUT)
    ]
    depths, without = (each.ratio.middle for each in found)
    return Section(
        "Closures against WITH RECURSIVE, in Datalog",
        _QUERY_COLUMNS,
        [_query_row(each) for each in found],
        [
            Goal("closure with depths", depths, closures.GOAL_WITH_DEPTHS),
            Goal("closure without", without, closures.GOAL_WITHOUT),
        ],
        found,
    )
