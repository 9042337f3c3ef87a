"""Databases that hold the histories, side by side with what the model sees of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from datalog.planning.statistics import Statistics
from store.database import Database
from store.schema.facts import read_catalogue
from store.statistics import read, refresh
from tests.fuzz import history
from tests.fuzz.judging import Bench

LONGEST = 10
"""Seconds that a statement may take: the histories are small, so that more is a fault."""

HISTORIES = (1, 2, 3)
"""The seeds of the histories that queries are asked of."""


@asynccontextmanager
async def opened(urls: Sequence[str]) -> AsyncIterator[list[Bench]]:
    """Open databases that have been filled, and read what the model sees of them."""
    async with AsyncExitStack() as stack:
        benches: list[Bench] = []
        for url in urls:
            database = await stack.enter_async_context(
                Database.open(url, pool_size=1, statement_timeout=LONGEST)
            )
            catalogue = await read_catalogue(database)
            await refresh(database)
            statistics = Statistics(await read(database))
            benches.append(Bench(database, catalogue, statistics, await history.world(database)))
        yield benches
