"""Many queries, one after the other: asked, compared, counted; the failures made small."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from datalog.errors import QueryError
from datalog.printing.queries import query_text
from store.errors import CallerFault
from tests.fuzz.asked import Asked
from tests.fuzz.judging import (
    Bench,
    Refused,
    Rows,
    Told,
    answered,
    are_same,
    difference,
    expected,
    written,
)
from tests.fuzz.queries import query
from tests.fuzz.shrinking import shrunk
from tests.fuzz.variants import variant
from tests.meaning.facts import World
from tests.model import TooMany, Unanswerable


@dataclass(frozen=True, slots=True)
class Failure:
    """What fails: the number of the query, what is asked, on which bench, and how it fails."""

    number: int
    asked: Asked
    bench: int
    how: str


@dataclass
class Tally:
    """What became of many queries."""

    asked: int = 0
    full: int = 0
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count in what became of others."""
        self.asked += other.asked
        self.full += other.full
        self.rows += other.rows
        self.refused += other.refused
        self.constructs += other.constructs
        self.failures += other.failures


Draw = Callable[[random.Random, World], Asked | None]
"""How a query is drawn."""


async def run(
    benches: Sequence[Bench],
    seed: int,
    numbers: Sequence[int],
    enough: float = inf,
    draw: Draw = query,
) -> Tally:
    """Ask the queries of these numbers of a seed, until enough have failed."""
    tally = Tally()
    for place, number in enumerate(numbers, 1):
        if place % 1000 == 0:
            print(f"{place} of {len(numbers)}, {len(tally.failures)} failures", flush=True)
        if len(tally.failures) >= enough:
            break
        which = number % len(benches)
        asked = drawn(seed, number, benches[which], draw)
        if asked is None:
            continue
        try:
            rows = expected(asked, benches[which].world)
        except TooMany:
            continue
        except Exception as fault:  # noqa: BLE001  # The model is wrong too, now and then.
            tally.failures.append(Failure(number, asked, which, f"model {fault!r}"))
            continue
        _count(tally, asked, rows)
        await _judge(tally, Failure(number, asked, which, ""), benches[which], rows)
    return tally


def _count(tally: Tally, asked: Asked, rows: Rows) -> None:
    tally.asked += 1
    tally.full += bool(rows.rows)
    tally.rows += len(rows.rows)
    tally.constructs.update({name: 1 for name, count in asked.constructs.items() if count})


async def _judge(tally: Tally, possible: Failure, bench: Bench, rows: Rows) -> None:
    """Ask a query, and its variant; note the first that is refused, or answered wrongly."""
    for each in (possible.asked, variant(possible.asked, random.Random(possible.number))):
        how = await failing(each, bench, rows)
        if how is not None and how.startswith("refused"):
            tally.refused[how.removeprefix("refused ")] += 1
            return
        if how is not None:
            tally.failures.append(replace(possible, asked=each, how=how))
            return


def drawn(seed: int, number: int, bench: Bench, draw: Draw = query) -> Asked | None:
    """Return the query of a number of a seed, or None where none was drawn."""
    return draw(random.Random(seed * 1_000_003 + number), bench.world)


async def failing(asked: Asked, bench: Bench, rows: Rows | None = None) -> str | None:
    """Return how the engine's answer is wrong, or None. `refused …` is fair."""
    try:
        right = rows if rows is not None else expected(asked, bench.world)
    except (Unanswerable, TooMany, KeyError, ValueError, TypeError, AttributeError) as fault:
        return f"model {type(fault).__name__}"
    try:
        found = await answered(asked, bench)
    except (QueryError, CallerFault) as fault:
        return f"fault {type(fault).__name__}: {fault}"
    except asyncio.CancelledError:
        raise
    except Exception as fault:  # noqa: BLE001  # Whatever the compiler or PostgreSQL fall over.
        return f"error {type(fault).__name__}: {fault}"
    match found:
        case Refused(because, fair):
            return f"refused {because}" if fair else f"fault {because}"
        case Told():
            rows = written(found)
            if are_same(asked, bench.world, right, rows):
                return None
            return f"differs: {difference(right.rows, rows.rows)}"


async def smallest(failure: Failure, benches: Sequence[Bench]) -> Failure:
    """Return a failure of the same sort with a smaller query."""
    bench = benches[failure.bench]
    sort = _sort(failure.how)

    async def fails(asked: Asked) -> bool:
        how = await failing(asked, bench)
        return how is not None and _sort(how) == sort

    asked = await shrunk(failure.asked, fails)
    how = await failing(asked, bench)
    return Failure(failure.number, asked, failure.bench, how or failure.how)


def _sort(how: str) -> str:
    return how.split(":")[0]


def text(asked: Asked) -> str:
    """Return a query as text, as far as it can be told."""
    try:
        return query_text(asked.query)
    except QueryError:
        return repr(asked.query)
