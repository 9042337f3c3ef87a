"""A process knows the catalogue, and learns of changes that others made."""

import asyncio
from dataclasses import replace

from schema.sdl import catalog as sdl
from store.catalogue import Catalogue
from store.database import Database
from store.ids import T
from store.schema.cache import CatalogueCache
from store.schema.writer import apply

LAKE = "type Lake @entity { name: String }"


async def test_the_catalogue_is_read_once_by_whoever_asks_together(database_url: str) -> None:
    async with Database.open(database_url) as database:
        cache = CatalogueCache()
        catalogues = await asyncio.gather(*(cache.current(database) for _ in range(5)))
        assert catalogues == [Catalogue()] * 5
        assert database.statements == 1


async def test_a_newer_schema_t_makes_it_read_again(database_url: str) -> None:
    async with Database.open(database_url) as database, Database.open(database_url) as other:
        cache = CatalogueCache()
        await cache.current(database)
        applied = await apply(other, sdl.parse(LAKE))
        assert (await cache.current(database)).t == 0
        catalogues = await asyncio.gather(*(cache.current(database, T(1)) for _ in range(5)))
        assert catalogues == [applied.catalogue] * 5
        assert database.statements == 2


async def test_the_newest_is_asked_of_the_clock(database_url: str) -> None:
    async with Database.open(database_url) as database, Database.open(database_url) as other:
        cache = CatalogueCache()
        await cache.newest(database)
        await apply(other, sdl.parse(LAKE))
        assert set((await cache.newest(database)).entity_types) == {"Lake", "Unknown"}
        read = database.statements
        await cache.newest(database)
        assert database.statements == read + 1


async def test_an_older_catalogue_is_not_learnt(database_url: str) -> None:
    async with Database.open(database_url) as database:
        cache = CatalogueCache()
        newer = replace(Catalogue(), t=T(7))
        cache.learn(newer)
        cache.learn(Catalogue())
        assert await cache.current(database) is newer
        assert database.statements == 0
