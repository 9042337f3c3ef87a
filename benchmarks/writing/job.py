"""A process that writes from many tasks for some seconds, and says how much it has written.

python -m benchmarks.writing.job URL NAME WRITERS SECONDS
"""

import asyncio
import sys
from time import perf_counter

from benchmarks.writing.script import said
from store.database import Database
from store.writing.writer import Writer


async def written(database: Database, name: str, writers: int, seconds: float) -> int:
    """Write from many tasks for so long, and return how many transactions that were."""
    writer = Writer(database)
    end = perf_counter() + seconds

    async def busy(number: int) -> int:
        count = 0
        while perf_counter() < end:
            await writer.transact(said(f"{name}-{number}-{count}"))
            count += 1
        return count

    return sum(await asyncio.gather(*map(busy, range(writers))))


async def _main(url: str, name: str, writers: int, seconds: float) -> None:
    async with Database.open(url) as database:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(await written(database, name, writers, seconds), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
