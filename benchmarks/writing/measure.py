"""All that is measured of writing: loads, writers side by side, and a mutation beside a load."""

from collections.abc import AsyncIterator, Iterator, Mapping
from math import ceil, inf
from statistics import median

from benchmarks.databases import Bench
from benchmarks.graph import Size
from benchmarks.measuring import Budget, Timings, ratio
from benchmarks.report import Compared, Section, comparison, milliseconds
from benchmarks.writing import beside, contending, loading
from benchmarks.writing.contending import HTTP, ONE, PGBENCH, TWO, WRITERS
from benchmarks.writing.loading import COPY, LOAD
from benchmarks.writing.script import FACTS

_LEAST: Mapping[str, float] = {ONE: 2.0, TWO: -inf, HTTP: -inf}
_BESIDE, _BESIDE_IN_BRIEF = Size(steps=400), Size(steps=40)
_LONG = 1.0
"""Seconds from which a budget is one for figures that are kept."""


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield the tables of writing."""
    budget = bench.budget
    is_long = budget.seconds >= _LONG
    async with loading.history(loading.SIZE if is_long else _BESIDE_IN_BRIEF) as told:
        rows, timings = await loading.measured(bench, told, budget)
    yield comparison("A bulk load, rows a second", [_load(rows, timings)], [timings])
    timings = await contending.measured(bench, budget)
    title = f"{WRITERS} writers at once, transactions of {FACTS} facts, transactions a second"
    yield comparison(title, list(_writers(timings)), [timings])
    yield await _beside(bench, budget)


def _load(rows: int, timings: Timings) -> Compared:
    name = f"bulk load against COPY of the same {rows:,} rows"
    ours, theirs = (f"{rows / median(timings[each]):,.0f}" for each in (LOAD, COPY))
    return Compared(name, ours, theirs, ratio(timings, COPY, LOAD), at_least=0.5)


def _writers(timings: Timings) -> Iterator[Compared]:
    for name, least in _LEAST.items():
        ours, theirs = (f"{1 / median(timings[each]):,.0f}" for each in (name, PGBENCH))
        case = f"{WRITERS} writers, {name}, against pgbench with as many clients"
        yield Compared(case, ours, theirs, ratio(timings, PGBENCH, name), at_least=least)


async def _beside(bench: Bench, budget: Budget) -> Section:
    size = _BESIDE if budget.seconds >= _LONG else _BESIDE_IN_BRIEF
    seconds = await beside.measured(bench, size)
    slow = seconds[ceil(0.99 * len(seconds)) - 1]
    figures = {"median": median(seconds), "p99": slow, "longest": seconds[-1]}
    row = (str(len(seconds)), *map(milliseconds, figures.values()))
    title = "A mutation beside a load in the same process, ms"
    return Section(title, ("mutations", *figures), [row], figures=[figures])
