"""Databases with a catalog, for tests of writing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from textwrap import dedent

from schema import sdl
from store.database import Database
from store.schema_facts import read_catalogue
from store.schema_writer import apply


async def change(database: Database, text: str) -> None:
    """Apply a catalog in SDL."""
    await apply(database, sdl.parse(dedent(text), await read_catalogue(database)))


@asynccontextmanager
async def opened(url: str, catalog: str) -> AsyncIterator[Database]:
    """Open a database that has a catalog."""
    async with Database.open(url) as database:
        await change(database, catalog)
        yield database
