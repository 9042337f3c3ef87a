"""Runs that are interleaved, so that what else the machine does falls on all of them alike."""

import gc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

Run = Callable[[], Awaitable[object]]

WARM_UP = 7
"""Runs before the first that counts: PostgreSQL settles on a plan after the fifth."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to measure: rounds at most, and after the fewest no longer than so many seconds."""

    fewest: int
    most: int
    seconds: float


THOROUGH = Budget(9, 2_000, 2.0)
BRIEF = Budget(3, 9, 0.5)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much longer one takes than another: of the medians, and the quartiles of the rounds."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f} to {self.high:.2f})"


Timings = Mapping[str, tuple[float, ...]]
"""Seconds of each round, by the name of the run; the rounds of all runs are the same."""


async def interleaved(runs: Mapping[str, Run], budget: Budget) -> Timings:
    """Return what each run takes, round by round; every other round goes backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    begun = perf_counter()
    for _ in range(WARM_UP):
        for run in runs.values():
            await run()
        if perf_counter() - begun > budget.seconds:
            break
    gc.collect()
    gc.disable()
    begun = perf_counter()
    for number in range(budget.most):
        if number >= budget.fewest and perf_counter() - begun > budget.seconds:
            break
        for name in sorted(runs, reverse=bool(number % 2)):
            seconds[name].append(await _timed(runs[name]))
    gc.enable()
    return {name: tuple(each) for name, each in seconds.items()}


async def _timed(run: Run) -> float:
    begun = perf_counter()
    await run()
    return perf_counter() - begun


def ratio(timings: Timings, one: str, other: str) -> Ratio:
    """Return how much longer one run takes than another."""
    pairs = [a / b for a, b in zip(timings[one], timings[other], strict=True)]
    low, _, high = quantiles(pairs, n=4, method="inclusive")
    return Ratio(median(timings[one]) / median(timings[other]), low, high)
