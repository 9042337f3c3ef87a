"""What PostgreSQL does for lineage in the past, over a graph that is larger than a page."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from resolvers.draft import Request
from resolvers.explain import explain
from resolvers.limits import Limits
from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.resolvers.world import CATALOG, NOW, SECRET, World, urn

_STEPS, _NEW, _READ = 20, 50, 3
_ROOTS = [urn(f"d{n}") for n in range(_STEPS * _NEW - 30, _STEPS * _NEW)]
ASKED = """{ lineage(of: $of, asOf: 21, direction: UPSTREAM, maxDepth: 1 MORE) {
  nodes { id } frontier { node shown hidden hiddenByType { type count } }
} }"""


@pytest.fixture(scope="module")
def wide_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database in which each dataset is made from some of those before it."""
    with new_database(template) as url:
        asyncio.run(_happen(url))
        yield url


async def _happen(url: str) -> None:
    draw = random.Random(7)  # Nothing secret.
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for first in range(0, _STEPS * _NEW, _NEW):
            new = range(first, first + _NEW)
            told = {
                "upsert": [{"type": "Dataset", "urn": urn(f"d{n}"), "name": f"{n}"} for n in new],
                "link": [
                    {"type": "DerivedFrom", "from": urn(f"d{n}"), "to": urn(f"d{before}")}
                    for n in new
                    for before in {draw.randrange(max(1, n)) for _ in range(_READ)}
                ],
            }
            await writer.transact(transaction.read({"tx": {"source": "test"}, **told}))
        await database.rows("VACUUM ANALYZE")


@pytest.fixture
async def wide(wide_url: str) -> AsyncIterator[World]:
    """Give the way to ask for its lineage."""
    async with Database.open(wide_url, pool_size=1) as database:
        yield World(database, await read_catalogue(database), Limits())


@pytest.mark.parametrize(
    "more",
    ["", "through: [Feature]", "nodeTypes: [Dataset]", "groupBy: {atLeast: 5}"],
    ids=["plain", "through", "of types", "in groups"],
)
async def test_periods_are_looked_at_in_what_was_found(wide: World, more: str) -> None:
    """Told to look for them in the index, PostgreSQL expects to skip through every t."""
    asked, given = ASKED.replace("MORE", more), {"of": _ROOTS}
    assert (await wide.one(asked, **given))["frontier"]
    explained = explain(wide.plan(asked), Request(given, NOW, SECRET))
    text = f"EXPLAIN (FORMAT JSON) {explained.sql}"
    [plan] = await wide.database.row(text, explained.arguments)
    conditions = {
        (node["Relation Name"], node["Index Cond"])
        for node in _nodes(json.loads(plan)[0]["Plan"])
        if node.get("Relation Name") in {"edge", "fact_2"} and "Index Cond" in node
    }
    assert {name for name, _ in conditions} == {"edge", "fact_2"}
    assert not [each for each in conditions if "t0" in each[1]]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
