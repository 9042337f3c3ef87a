"""The databases that are measured: built once by the product's own loading, and kept.

They lie in the embedded PostgreSQL of the settings, beside the user's own. Built by
`python -m benchmarks.databases`; what was interrupted goes on where it stopped.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import orjson

from benchmarks import graph
from benchmarks.measuring import Budget
from benchmarks.warehouse import history, tables
from schema.sdl import catalog as sdl
from service.settings import Settings
from store.database import Database
from store.embedded.server import Server, create_database, started
from store.loading.lines import Source
from store.loading.load import Loaded, load
from store.migrate import migrate
from store.schema import writer as schema_writer
from store.writing.writer import Writer

GRAPH = "headwater_benchmark_graph"
HISTORIES = "headwater_benchmark_histories"
TEN_MILLION_EDGES = "headwater_benchmark_ten_million_edges"
WAREHOUSES: Mapping[str, history.Size] = MappingProxyType(
    {
        "headwater_benchmark_1e5": history.Size(steps=255),
        "headwater_benchmark_1e6": history.Size(steps=2_550),
        "headwater_benchmark_1e7": history.Size(steps=25_500),
    }
)
"""The generated warehouses, by the name of their databases, which says how many facts they hold."""

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
_FILES = ("ml-hub.jsonl.xz", "warehouse.jsonl.xz")
_PATIENCE = 3_600.0


@contextmanager
def server() -> Iterator[Server]:
    """Give the embedded PostgreSQL that keeps the databases."""
    with started(Settings.from_environment().data_dir) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Bench:
    """What measurements are taken with: PostgreSQL, the databases in it by name, how long.

    Each database has one connection of ours; `url` is where a server of its own finds it.
    """

    running: Server
    databases: Mapping[str, Database]
    budget: Budget

    def url(self, name: str) -> str:
        """Return the URL of a database, which is created where it is missing."""
        return create_database(self.running, name)


@asynccontextmanager
async def opened(budget: Budget) -> AsyncIterator[Bench]:
    """Give the databases that were built."""
    with server() as running:
        async with AsyncExitStack() as stack:
            found: dict[str, Database] = {}
            for name in (HISTORIES, GRAPH, TEN_MILLION_EDGES, *WAREHOUSES):
                url = create_database(running, name)
                database = await stack.enter_async_context(
                    Database.open(url, pool_size=1, statement_timeout=_PATIENCE)
                )
                [built] = await database.row(_BUILT)
                if name in WAREHOUSES:
                    built = await tables.are_there(database)
                if built:
                    found[name] = database
                else:
                    edges = "-edges" if name == TEN_MILLION_EDGES else ""
                    print(f"{name} is not there; `make bench-data{edges}` builds it")
            yield Bench(running, found, budget)


_BUILT = "SELECT to_regclass('clock') IS NOT NULL"


async def build_histories(running: Server) -> None:
    """Build the database of both real histories, where their files are."""
    if not SHARED.exists():
        print(f"no real histories: {SHARED} is not there")
        return
    files = [SHARED / name for name in _FILES]
    await _build(running, HISTORIES, (SHARED / "catalog.graphql").read_text(), files)


async def build_graph(running: Server, size: graph.Size) -> None:
    """Build the database of the generated graph, unless all of it is there."""
    told = graph.transactions(size)
    await _build_generated(running, GRAPH, graph.CATALOG, told, size.steps)


async def build_warehouse(running: Server, name: str, size: history.Size) -> None:
    """Build a database of the generated warehouse, with the ordinary tables beside ours."""
    told = history.transactions(size)
    await _build_generated(running, name, history.CATALOG, told, size.steps)
    async with _migrated(running, name) as database:
        if await tables.build(database):
            await database.rows("VACUUM (ANALYZE)")
            print(f"{name}: the same in ordinary tables")


async def _build_generated(
    running: Server, name: str, catalog: str, told: Iterable[graph.Told], steps: int
) -> None:
    """Build a database of transactions that are told, unless all of them are there."""
    async with _migrated(running, name) as database:
        if (await database.clock()).t > steps:  # The schema took one.
            print(f"{name}: there already")
            return
    with tempfile.TemporaryDirectory(prefix="headwater-benchmarks-") as folder:
        file = Path(folder) / f"{name}.jsonl"
        with file.open("wb") as lines:
            lines.writelines(orjson.dumps(each) + b"\n" for each in told)
        await _build(running, name, catalog, [file])


@asynccontextmanager
async def _migrated(running: Server, name: str) -> AsyncIterator[Database]:
    url = create_database(running, name)
    await migrate(url)
    async with Database.open(url, pool_size=2, statement_timeout=_PATIENCE) as database:
        yield database


async def _build(running: Server, name: str, catalog: str, files: Sequence[Path]) -> None:
    begun = perf_counter()
    async with _migrated(running, name) as database:
        if (await database.clock()).t == 0:
            await schema_writer.apply(database, sdl.parse(catalog))
        sources = [Source(str(file)) for file in files]
        loaded = await load(database, Writer(database), sources, _shown)
        if loaded.datoms:
            await database.rows("VACUUM (ANALYZE)")
            seconds = perf_counter() - begun
            print(f"\n{name}: {loaded.datoms:,} datoms in {seconds:.0f} s")
        else:
            print(f"{name}: there already")


def _shown(loaded: Loaded) -> None:
    if loaded.transactions:
        print(f"\r{loaded.transactions:,} transactions", end="", flush=True)


async def _main() -> None:
    with server() as running:
        await build_histories(running)
        for name, size in WAREHOUSES.items():
            await build_warehouse(running, name, size)
        await build_graph(running, graph.Size())


if __name__ == "__main__":
    asyncio.run(_main())
