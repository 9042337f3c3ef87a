"""Transactions a second of 32 writers: ours in one process, in two, over HTTP, and pgbench's."""

import asyncio
import re
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from benchmarks.databases import Bench
from benchmarks.graph import CATALOG
from benchmarks.measuring import Budget, Timings
from benchmarks.peers import servers
from benchmarks.peers.client import Connection
from benchmarks.writing.anew import anew
from benchmarks.writing.job import written
from benchmarks.writing.script import recorded
from store.database import Database
from store.embedded import binaries

WRITERS = 32
ONE, TWO, HTTP, PGBENCH = "one process", "two processes", "over HTTP", "pgbench"
_OURS, _THEIRS = "headwater_benchmark_writers", "headwater_benchmark_pgbench"
_ROUNDS = 5
_ROOT = Path(__file__).parent.parent.parent

Contender = Callable[[str, float], Awaitable[float]]
"""Takes the name of a round and how long it is; returns the seconds for each transaction."""


async def measured(bench: Bench, budget: Budget) -> Timings:
    """Return the seconds for each transaction of each contender, round by round."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(anew(bench, _OURS, CATALOG, pool_size=10))
        theirs = await stack.enter_async_context(anew(bench, _THEIRS, CATALOG))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "transaction.sql"
        script.write_text(await recorded(bench.url(_THEIRS)))
        server = await stack.enter_async_context(servers.ours(bench.url(_OURS)))
        contenders: dict[str, Contender] = {
            ONE: lambda name, seconds: _in_one(ours, name, seconds),
            TWO: lambda name, seconds: _in_two(bench.url(_OURS), name, seconds),
            HTTP: lambda name, seconds: _over_http(server.url, name, seconds),
            PGBENCH: lambda _, seconds: _pgbench(theirs, bench.url(_THEIRS), script, seconds),
        }
        found: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(-1, min(_ROUNDS, budget.most)):
            for name in sorted(contenders, reverse=bool(number % 2)):
                each = await contenders[name](f"r{number}", budget.seconds)
                if number >= 0:  # The first is to warm up.
                    found[name].append(each)
    return {name: tuple(each) for name, each in found.items()}


async def _in_one(database: Database, name: str, seconds: float) -> float:
    begun = perf_counter()
    count = await written(database, f"{name}-one", WRITERS, seconds)
    return (perf_counter() - begun) / count


async def _in_two(url: str, name: str, seconds: float) -> float:
    jobs = [await _job(url, f"{name}-{number}", seconds) for number in range(2)]
    begun = perf_counter()
    for job in jobs:
        job.stdin.write(b"\n")  # type: ignore[union-attr]  # Both are pipes.
    counts = [int(await job.stdout.readline()) for job in jobs]  # type: ignore[union-attr]  # Pipes.
    lasted = perf_counter() - begun
    for job in jobs:
        await job.wait()
    return lasted / sum(counts)


async def _job(url: str, name: str, seconds: float) -> Process:
    job = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.writing.job", url, name),
        *(str(WRITERS // 2), str(seconds)),
        cwd=_ROOT,
        stdin=PIPE,
        stdout=PIPE,
    )
    await job.stdout.readline()  # type: ignore[union-attr]  # A pipe.
    return job


_TRANSACT = """
mutation ($name: String!, $urn: String!) {
  transact(transaction: {upsert: [{type: "Dataset", urn: $urn, name: $name, layer: "RAW"}]}) {
    transaction { t }
  }
}
"""


async def _over_http(url: str, name: str, seconds: float) -> float:
    begun = perf_counter()
    end = begun + seconds

    async def busy(number: int) -> int:
        count = 0
        async with Connection.open(url) as connection:
            while perf_counter() < end:
                variables = {
                    "name": "a table",
                    "urn": f"hw://dataset/graph/h{name}-{number}-{count}",
                }
                request = {"query": _TRANSACT, "variables": variables}
                answer = await connection.answer(connection.request("/graphql", request))
                if b'"errors"' in answer:
                    raise RuntimeError(answer.decode())
                count += 1
        return count

    counts = await asyncio.gather(*map(busy, range(WRITERS)))
    return (perf_counter() - begun) / sum(counts)


_COUNT = re.compile(rb"transactions actually processed: (\d+)")


async def _pgbench(database: Database, url: str, script: Path, seconds: float) -> float:
    """Let pgbench run the script with as many clients, and hold what it says to what is there."""
    before = (await database.clock()).t
    begun = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(str(binaries.find().folder / "pgbench"), "--no-vacuum", "--protocol=prepared"),
        *(f"--client={WRITERS}", "--jobs=2", f"--time={max(1, round(seconds))}"),
        *(f"--file={script}", url),
        stdout=PIPE,
        stderr=PIPE,
    )
    said, errors = await process.communicate()
    lasted = perf_counter() - begun
    after = (await database.clock()).t
    found = _COUNT.search(said)
    if found is None or process.returncode or after - before != int(found[1]):
        raise RuntimeError(f"pgbench: {(said + errors).decode()}")
    return lasted / (after - before)
