"""The first and the last day and instant that can be said are times as all others are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.refusals.conftest import filled
from tests.refusals.world import Door
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAYS = ["0001-01-01", "0001-01-02", "2024-02-29", "9999-12-30", "9999-12-31"]
INSTANTS = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000001Z",
    "2024-02-29T12:00:00Z",
    "9999-12-31T23:59:59.999998Z",
    "9999-12-31T23:59:59.999999Z",
]

WRITTEN = """mutation($items: [DatasetInput!]!) {
  upsertDatasets(items: $items) { redundant } }"""
WHERE = 'where: { urn: { startsWith: "hw://end/" } }'


@pytest.fixture(scope="module")
def times_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database with the world in it, to which may be added."""
    with new_database(template) as url:
        asyncio.run(filled(url))
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(times_url: str) -> AsyncIterator[Served]:
    """Give a server over datasets at all these times."""
    async with serving(times_url) as served:
        items = [
            {"urn": f"hw://end/{n}", "name": f"end {n}", "day": day, "created": instant}
            for n, (day, instant) in enumerate(zip(DAYS, INSTANTS, strict=True))
        ]
        await served.ask(WRITTEN, {"items": items})
        yield served


@pytest.mark.parametrize(("field", "said"), [("day", DAYS), ("created", INSTANTS)])
async def test_pages_in_the_order_of_time_hold_each_row_once(
    served: Served, field: str, said: list[str]
) -> None:
    for order, expected in (("ASC", said), ("DESC", said[::-1])):
        found: list[str] = []
        after = None
        while len(found) < len(said):
            asked = f"""query($after: String) {{ datasets(
              first: 1, after: $after, orderBy: {{ {field}: {order} }}, {WHERE}
            ) {{ nodes {{ {field} }} pageInfo {{ endCursor hasNextPage }} }} }}"""
            page = (await served.ask(asked, {"after": after}))["datasets"]
            found += [node[field] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            assert page["pageInfo"]["hasNextPage"] is (len(found) < len(said))
        assert found == expected


@pytest.mark.parametrize(("field", "said"), [("day", DAYS), ("created", INSTANTS)])
async def test_they_are_the_least_and_the_greatest_and_can_be_asked_for(
    served: Served, field: str, said: list[str]
) -> None:
    asked = f"""{{ datasets({WHERE}) {{ aggregate {{ {field} {{ min max }} }} }} }}"""
    scalar = "Date" if field == "day" else "DateTime"
    told = (await served.ask(asked))["datasets"]["aggregate"]
    assert told[field] == {"min": said[0], "max": said[-1]}
    for each in said:
        asked = f"""query($said: {scalar}) {{ datasets(where: {{ {field}: {{ eq: $said }} }}) {{
          nodes {{ {field} }} }} }}"""
        nodes: Any = (await served.ask(asked, {"said": each}))["datasets"]["nodes"]
        assert nodes == [{field: each}]


@pytest.mark.parametrize("start", ["0001-01-01", "0500-01-01T00:00:00Z", 0])
@pytest.mark.parametrize("scale", ["TIME", "TRANSACTION"])
async def test_what_happened_is_counted_from_the_first_instant_on(
    door: Door, start: object, scale: str
) -> None:
    asked = f"""query($from: TimePoint) {{ changes(from: $from, buckets: 1000, by: {scale}) {{
      buckets {{ from {{ t }} asserted }} }} }}"""
    buckets = (await door.served.ask(asked, {"from": start}))["changes"]["buckets"]
    whole = await door.served.ask("{ changes(from: 0, buckets: 1) { buckets { asserted } } }")
    assert len(buckets) == 1_000
    assert buckets[0]["from"]["t"] == "0"
    assert sum(each["asserted"] for each in buckets) == whole["changes"]["buckets"][0]["asserted"]


async def test_nothing_had_happened_by_the_first_instant(door: Door) -> None:
    asked = '{ changes(to: "0001-01-01", buckets: 2) { buckets { to { t } asserted } } }'
    told = await door.served.ask(asked)
    assert told["changes"]["buckets"] == [{"to": {"t": "0"}, "asserted": 0}] * 2
