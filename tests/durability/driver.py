"""A process that writes until it is told enough, or killed: says every acknowledgement at once.

    python -m tests.durability.driver load URL FILE
    python -m tests.durability.driver write URL NAME WRITERS TRANSACTIONS
    python -m tests.durability.driver transact URL FILE WRITERS

Each line of its output is JSON. A line is out before anything else happens, so what was read from
here was acknowledged.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from store.database import Database
from store.errors import OurFault
from store.loading.lines import Source
from store.loading.load import Loaded, load
from store.transaction import Transaction, Upsert, read
from store.writing.writer import Writer
from tests.durability.history import dataset

_PAUSE = 0.05


def main() -> None:
    """Do what the arguments say."""
    match sys.argv[1:]:
        case ["load", url, file]:
            asyncio.run(_load(url, file))
        case ["write", url, name, writers, transactions]:
            asyncio.run(_write(url, name, int(writers), int(transactions)))
        case ["transact", url, file, writers]:
            asyncio.run(_transact(url, Path(file).read_text().splitlines(), int(writers)))
        case _:
            raise SystemExit(__doc__)


def _say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


async def _load(url: str, file: str) -> None:
    """Load a file, saying after every commit how many of its lines are there."""

    def progress(loaded: Loaded) -> None:
        _say(lines=loaded.skipped + loaded.lines)

    async with Database.open(url, pool_size=2) as database:
        await load(database, Writer(database), [Source(file)], progress)


async def _write(url: str, name: str, writers: int, transactions: int) -> None:
    """Write through one writer from many tasks, each transaction again until it is there."""
    async with Database.open(url) as database:
        writer = Writer(database)
        async with asyncio.TaskGroup() as group:
            for number in range(writers):
                keys = [f"{name}-{number}-{each}" for each in range(transactions)]
                group.create_task(_each(writer, keys))


async def _transact(url: str, said: list[str], writers: int) -> None:
    """Write lines of a file from many tasks, which take them in turns."""
    lines = iter(enumerate(said))
    async with Database.open(url) as database:
        writer = Writer(database)
        async with asyncio.TaskGroup() as group:
            for _ in range(writers):
                group.create_task(_take_turns(writer, lines))


async def _take_turns(writer: Writer, lines: Iterator[tuple[int, str]]) -> None:
    for number, line in lines:
        report = await writer.transact(read(json.loads(line)))
        _say(line=number, t=report.t, basis=report.basis)


async def _each(writer: Writer, keys: list[str]) -> None:
    for key in keys:
        upsert = Upsert("Dataset", dataset(key), {"name": key, "tags": ["a", "b"]})
        said = Transaction(upserts=(upsert,), idempotency_key=key)
        faults: list[str] = []
        while True:
            try:
                report = await writer.transact(said)
            except OurFault as fault:
                faults.append(fault.code)
                await asyncio.sleep(_PAUSE)
            else:
                break
        _say(key=key, t=report.t, replayed=report.replayed, faults=faults)


if __name__ == "__main__":
    main()
