"""Databases that are made anew: what is measured changes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.databases import Bench
from schema.sdl import catalog as sdl
from store.database import Database, connect
from store.migrate import migrate
from store.schema import writer as schema_writer

_PATIENCE = 3_600.0


@asynccontextmanager
async def anew(
    bench: Bench, name: str, catalog: str, pool_size: int = 4
) -> AsyncIterator[Database]:
    """Give a database that has a catalog and no facts, and drop it at the end."""
    await _drop(bench, name)
    url = bench.url(name)
    await migrate(url)
    try:
        async with Database.open(url, pool_size=pool_size, statement_timeout=_PATIENCE) as database:
            await schema_writer.apply(database, sdl.parse(catalog))
            yield database
    finally:
        await _drop(bench, name)


async def _drop(bench: Bench, name: str) -> None:
    connection = await connect(bench.running.url)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()
