"""A bulk load against COPY of the same rows into the same indexed tables."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import orjson

from benchmarks.databases import SHARED, Bench
from benchmarks.graph import CATALOG, Size, transactions
from benchmarks.measuring import Budget, Timings
from benchmarks.writing.anew import anew
from store.database import Database
from store.loading.lines import Source
from store.loading.load import Loaded, load
from store.writing.writer import Writer

LOAD, COPY = "the load", "COPY"
_NAME = "headwater_benchmark_loaded"
_ROUNDS = 5
_FILES = ("ml-hub.jsonl.xz", "warehouse.jsonl.xz")


@dataclass(frozen=True, slots=True)
class History:
    """What is loaded: its catalog, and files of transactions."""

    catalog: str
    files: tuple[Path, ...]


@asynccontextmanager
async def history(size: Size) -> AsyncIterator[History]:
    """Give both real histories, or where their files are not there a generated one of a size."""
    if SHARED.exists():
        files = tuple(SHARED / name for name in _FILES)
        yield History((SHARED / "catalog.graphql").read_text(), files)
        return
    with tempfile.TemporaryDirectory(prefix="headwater-benchmarks-") as folder:
        told = Path(folder) / "graph.jsonl"
        with told.open("wb") as lines:
            lines.writelines(orjson.dumps(each) + b"\n" for each in transactions(size))
        yield History(CATALOG, (told,))


SIZE = Size(steps=400)


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a table, in the order in which they lie there, as COPY writes them."""

    name: str
    columns: tuple[str, ...]
    rows: bytes


async def measured(bench: Bench, told: History, budget: Budget) -> tuple[int, Timings]:
    """Return how many rows there are in the end, and the seconds of both, round by round."""
    seconds: dict[str, list[float]] = {LOAD: [], COPY: []}
    tables: Sequence[_Table] = ()
    rows = 0
    for _ in range(min(_ROUNDS, budget.most)):
        async with anew(bench, _NAME, told.catalog) as database:
            begun = perf_counter()
            await loaded(database, told)
            seconds[LOAD].append(perf_counter() - begun)
            tables = tables or [table async for table in _copied_out(database)]
        async with anew(bench, _NAME, told.catalog) as database:
            begun = perf_counter()
            rows = await _copy_in(database, tables)
            seconds[COPY].append(perf_counter() - begun)
    return rows, {name: tuple(each) for name, each in seconds.items()}


async def loaded(database: Database, told: History) -> Loaded:
    """Load a history as the command line does."""
    sources = [Source(str(file)) for file in told.files]
    return await load(database, Writer(database), sources, _silent)


def _silent(_: Loaded) -> None:
    """Show nothing of a load's progress."""


_TABLES = r"""
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
  AND (c.relname IN ('log', 'tx', 'edge', 'version') OR c.relname ~ '^fact_\d+$')
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname
ORDER BY c.relname
"""


async def _copied_out(database: Database) -> AsyncIterator[_Table]:
    """Yield what a load has written: all but the transaction of the schema."""
    for name, columns in await database.rows(_TABLES):
        listed = ", ".join(f'"{column}"' for column in columns)
        where = " WHERE t > 1" if name in {"log", "tx"} else ""
        pieces: list[bytes] = []

        async def keep(piece: bytes, pieces: list[bytes] = pieces) -> None:
            pieces.append(piece)

        async with database.connection() as connection:
            statement = f'SELECT {listed} FROM "{name}"{where}'  # noqa: S608  # Our own names.
            await connection.copy_from_query(statement, output=keep, format="binary")
        yield _Table(name, tuple(columns), b"".join(pieces))


async def _copy_in(database: Database, tables: Sequence[_Table]) -> int:
    rows = 0
    async with database.connection() as connection, connection.transaction():
        for table in tables:
            source = _pieces(table.rows)
            said = await connection.copy_to_table(
                table.name, source=source, columns=table.columns, format="binary"
            )
            rows += int(said.split()[1])
    return rows


async def _pieces(rows: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(rows), _PIECE):
        yield rows[start : start + _PIECE]


_PIECE = 2**19
