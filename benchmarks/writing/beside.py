"""How long a mutation takes while a load runs, in the same process."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import orjson

from benchmarks.databases import Bench
from benchmarks.graph import CATALOG, Size, transactions
from benchmarks.writing.anew import anew
from store.loading.lines import Source
from store.loading.load import Loaded, load
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer

_NAME = "headwater_benchmark_beside"
_PAUSE = 0.02


async def measured(bench: Bench, size: Size) -> Sequence[float]:
    """Return the seconds of each of the mutations that came one after the other, in order."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="headwater-benchmarks-") as folder:
        told = Path(folder) / "graph.jsonl"
        with told.open("wb") as lines:
            lines.writelines(orjson.dumps(each | _NOW) + b"\n" for each in transactions(size))
        async with anew(bench, _NAME, CATALOG) as database:
            writer = Writer(database)
            mutating = asyncio.create_task(_mutate(writer, seconds))
            await load(database, writer, [Source(str(told))], _silent)
            mutating.cancel()
            with suppress(asyncio.CancelledError):
                await mutating
    return sorted(seconds)


# Of no instant of their own: those would be before the mutations'.
_NOW = {"tx": {"source": "benchmark"}}


def _silent(_: Loaded) -> None:
    """Show nothing of a load's progress."""


async def _mutate(writer: Writer, seconds: list[float]) -> None:
    number = 0
    while True:
        begun = perf_counter()
        number += 1
        upsert = Upsert("Team", f"hw://team/beside/{number}", {"name": "a team"})
        await writer.transact(Transaction(upserts=(upsert,)))
        seconds.append(perf_counter() - begun)
        await asyncio.sleep(_PAUSE)
