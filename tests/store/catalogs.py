"""Databases with a catalog and a small history, for tests of writing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from textwrap import dedent
from typing import Any

from schema.sdl import catalog as sdl
from store.database import Database
from store.schema.facts import read_catalogue
from store.schema.writer import apply
from store.transaction import read
from store.writing.writer import Writer
from tests.store.model import CATALOG

NewDatabase = Callable[[str], AbstractContextManager[str]]
"""Makes a database from the template that is named, for as long as it is needed."""

HISTORY: list[dict[str, Any]] = [
    {
        "tx": {"instant": "2020-01-01T00:00:00Z", "source": "test", "reason": "why"},
        "upsert": [
            {"type": "Dataset", "urn": "hw://d/1", "name": "one", "tags": ["b", "a"], "rows": 7},
            {"type": "Team", "urn": "hw://t/1", "name": "team", "code": "x"},
            {"type": "User", "urn": "hw://u/1", "boss": "hw://u/2", "friends": ["hw://x/1"]},
        ],
        "link": [
            {"type": "PublishedBy", "from": "hw://d/1", "to": "hw://t/1"},
            {
                "type": "DerivedFrom",
                "from": "hw://d/1",
                "to": "hw://d/2",
                "key": "k",
                "properties": {"weight": 0.5, "notes": ["m"]},
            },
        ],
    },
    {
        "upsert": [{"type": "Dataset", "urn": "hw://d/1", "name": None, "tags": ["a"]}],
        "link": [
            {
                "type": "DerivedFrom",
                "from": "hw://d/1",
                "to": "hw://d/2",
                "key": "k",
                "properties": {"weight": 2.0},
            }
        ],
    },
    {
        "upsert": [
            {"type": "Dataset", "urn": "hw://d/3", "tags": [f"tag {n:03}" for n in range(70)]}
        ],
        "retract": ["hw://t/1"],
    },
    {"retract": ["hw://d/1"]},
    {"link": [{"type": "DerivedFrom", "from": "hw://d/3", "to": "hw://d/2"}]},
]


async def change(database: Database, text: str) -> None:
    """Apply a catalog in SDL."""
    await apply(database, sdl.parse(dedent(text), await read_catalogue(database)))


@asynccontextmanager
async def opened(url: str, catalog: str) -> AsyncIterator[Database]:
    """Open a database that has a catalog."""
    async with Database.open(url) as database:
        await change(database, catalog)
        yield database


async def write_history(url: str) -> None:
    """Give a database the model's catalog and the small history."""
    async with opened(url, CATALOG) as database:
        await Writer(database).transact_many([read(said) for said in HISTORY])
