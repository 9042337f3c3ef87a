"""What is served knows how many facts there are, and counts anew once there are many more."""

import asyncio
from dataclasses import replace

from datalog.planning.statistics import Statistics
from schema.execution.documents import DocumentLimits
from schema.execution.served import LiveSchema
from store.database import Database


async def test_facts_are_counted_at_the_start_and_again_after_growth(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1) as database:
        live = await LiveSchema.opened(database, DocumentLimits())
        counted = live.current.statistics.counted
        assert counted is not None
        known = Statistics(replace(counted, extent=counted.extent - 1_000))
        live.current = replace(live.current, statistics=known)
        watching = asyncio.create_task(live.watch(0.01))
        async with asyncio.timeout(10):
            while live.current.statistics is known:  # noqa: ASYNC110  # Nothing tells when.
                await asyncio.sleep(0.01)
        watching.cancel()
        assert live.current.statistics == Statistics(counted)
