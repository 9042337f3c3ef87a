"""Every case: the time of Datalog against that of SQL written by hand, for the same rows."""

from dataclasses import dataclass
from statistics import median

from benchmarks.datalog.asked import Asked, Ready, ready, rows
from benchmarks.datalog.by_hand import alike, filled
from benchmarks.datalog.cases import Case
from benchmarks.measuring import Budget, Ratio, interleaved, ratio

GOAL = 1.3


@dataclass(frozen=True, slots=True)
class Measured:
    """A case: how many rows it has, the seconds of both sides, and their ratio.

    `compiled`: seconds from Datalog's text to SQL, which a plan that is kept does not cost.
    """

    name: str
    rows: int
    seconds: float
    by_hand: float
    compiled: float
    ratio: Ratio


async def measured(case: Case, asked: Asked, budget: Budget) -> Measured:
    """Return what a case takes.

    Raises ValueError where the two sides differ in their rows, or find none.
    """
    statement = _ready(case, asked)
    text, arguments = _by_hand(case, asked)
    found = rows(await statement.run(asked.database))
    expected = await asked.database.rows(text, arguments)
    if not found or alike(found) != alike(expected):
        raise ValueError(f"{case.name}: {len(found)} rows in Datalog, {len(expected)} by hand")

    async def datalog() -> None:
        await statement.run(asked.database)

    async def by_hand() -> None:
        await asked.database.rows(text, arguments)

    async def compiling() -> None:
        _ready(case, asked)

    runs = {"datalog": datalog, "by hand": by_hand, "compiling": compiling}
    timings = await interleaved(runs, budget)
    return Measured(
        case.name,
        len(found),
        median(timings["datalog"]),
        median(timings["by hand"]),
        median(timings["compiling"]),
        ratio(timings, "datalog", "by hand"),
    )


def _ready(case: Case, asked: Asked) -> Ready:
    return ready(asked, case.query, asked.middle if case.past else None, case.given)


def _by_hand(case: Case, asked: Asked) -> tuple[str, tuple[object, ...]]:
    times = (asked.middle,) if case.past else ()
    return filled(case.by_hand, asked.catalogue), (*case.arguments, *times)
