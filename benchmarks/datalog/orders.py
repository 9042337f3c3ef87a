"""The best order of clauses against the worst, with every variable called something else."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.datalog.asked import Asked, Ready, compiled, rows
from benchmarks.datalog.by_hand import alike
from benchmarks.datalog.cases import Case
from benchmarks.measuring import Budget, Ratio, interleaved, ratio
from datalog.reading.query import read_query

GOAL = 1.5

_ORDERS = 24
_FEWEST_CLAUSES = 4
_VARIABLE = re.compile(r"\?(\w+)")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A case: orders tried, the different statements that they gave, and worst against best.

    Orders that give one and the same statement have no worst.
    """

    name: str
    orders: int
    statements: int
    best: float
    ratio: Ratio


def has_an_order(case: Case) -> bool:
    """Tell whether a case has clauses enough to be put into an order."""
    return len(read_query(case.query).query.where) >= _FEWEST_CLAUSES


async def measured(case: Case, asked: Asked, budget: Budget) -> Ordered:
    """Return what the orders take. Raises ValueError where one has other rows than the first."""
    statements = {each.statement.text: each for each in _ordered(case, asked)}
    answers = [alike(rows(await each.run(asked.database))) for each in statements.values()]
    if any(answer != answers[0] for answer in answers):
        raise ValueError(f"{case.name}: another order of clauses, other rows")
    runs = {f"{at}": _Run(each, asked) for at, each in enumerate(statements.values())}
    timings = await interleaved(runs, budget)
    places = sorted(runs, key=lambda name: median(timings[name]))
    best, worst = places[0], places[-1]
    return Ordered(
        case.name, _ORDERS, len(runs), median(timings[best]), ratio(timings, worst, best)
    )


@dataclass(frozen=True, slots=True)
class _Run:
    ready: Ready
    asked: Asked

    async def __call__(self) -> None:
        await self.ready.run(self.asked.database)


def _ordered(case: Case, asked: Asked) -> Iterator[Ready]:
    draw = random.Random(case.name)
    t = asked.middle if case.past else None
    for number in range(_ORDERS):
        query = read_query(_renamed(case.query, draw) if number else case.query).query
        where = tuple(draw.sample(query.where, len(query.where))) if number else query.where
        yield compiled(asked, replace(query, where=where), t, {})


def _renamed(text: str, draw: random.Random) -> str:
    names = sorted(set(_VARIABLE.findall(text)))
    others = dict(zip(names, draw.sample(range(100), len(names)), strict=True))
    return _VARIABLE.sub(lambda found: f"?v{others[found[1]]}", text)
