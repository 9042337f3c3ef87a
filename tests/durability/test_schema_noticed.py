"""A schema change of one process is noticed by another, by its reads and its writes, at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from service.cli.schema import applied_to
from store.database import Database
from tests.durability.history import dataset, team
from tests.durability.judging import sound
from tests.serving import Served, serving

WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it) {
    transaction { t } facts { entity { urn lifecycle } attribute value op } redundant
  }
}"""
READ = """query ($id: ID!) {
  datasets(where: {name: {startsWith: "d"}}, orderBy: [{name: ASC}], first: 3) {
    totalCount nodes { name tags rows price details owners { totalCount } upstream { totalCount } }
  }
  dataset(id: $id) { urn name lifecycle }
  lineage(of: [$id]) { nodes { urn depth } }
}"""
# Of every kind that other processes hold plans, statements and rules about.
CHANGES = [
    "type Report @entity { title: String @required @index }",
    "type Dataset @entity { note: String @index }",
    'type Reads @edge(from: ["Report"], to: ["Dataset"], upstream: TO) { often: Int }',
    'type Dataset @entity { readBy: [Report!] @rel(edge: "Reads", reverse: true) }',
    'type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { agreed: Date }',
    "type Dataset @entity { later: String @required }",
]


@pytest.fixture
async def served(catalog_url: str) -> AsyncIterator[Served]:
    async with serving(catalog_url) as serving_it:
        await serving_it.ask(WRITE, {"it": _named("d0", rows="1", tags=["a"], price="1.5")})
        yield serving_it


def _named(name: str, **values: object) -> dict[str, Any]:
    upsert = {"type": "Dataset", "urn": dataset(name), "name": name, **values}
    link = {"type": "OwnedBy", "from": dataset(name), "to": team(1), "toType": "Team"}
    more = {"type": "DerivedFrom", "from": dataset(name), "to": dataset("d0")}
    return {"upsert": [upsert], "link": [link, more]}


async def test_no_request_fails_while_another_process_changes_the_schema(
    served: Served, catalog_url: str
) -> None:
    over = asyncio.Event()

    async def read() -> int:
        answers = 0
        while not over.is_set():
            data = await served.ask(READ, {"id": dataset("d0")})
            assert data["dataset"]["name"] == "d0"
            answers += 1
        return answers

    async def write(writer: int) -> int:
        written = 0
        while not over.is_set():
            said = _named(f"d-{writer}-{written}", rows=str(written))
            data = await served.ask(WRITE, {"it": said})
            assert data["transact"]["transaction"] is not None
            written += 1
        return written

    async with Database.open(catalog_url, pool_size=1) as other, asyncio.TaskGroup() as group:
        reading = [group.create_task(read()) for _ in range(4)]
        writing = [group.create_task(write(writer)) for writer in range(4)]
        for change in CHANGES:
            assert (await applied_to(other, change)).t is not None
            await served.ask("{ basis { t } }")
            await asyncio.sleep(0.1)
        over.set()
    answers, written = (sum(each.result() for each in tasks) for tasks in (reading, writing))
    assert await sound(served.database) == 1 + 1 + written + len(CHANGES)
    print(f"{answers} answers and {written} writes during {len(CHANGES)} changes of the schema")


async def test_what_another_process_added_can_be_asked_for_and_written_at_once(
    served: Served, catalog_url: str
) -> None:
    async with Database.open(catalog_url, pool_size=1) as other:
        await applied_to(other, CHANGES[0])
        data = await served.ask("{ reports { totalCount } }")
        assert data == {"reports": {"totalCount": 0}}
        await applied_to(other, CHANGES[2])
        link = {"type": "Reads", "from": "hw://report/x/1", "to": dataset("d0")}
        data = await served.ask(WRITE, {"it": {"link": [link]}})
        assert data["transact"]["transaction"]["t"] == "5"
        await applied_to(other, CHANGES[1])
        await served.ask(WRITE, {"it": _named("d0", note="noted")})
        data = await served.ask('{ datasets(where: {note: {eq: "noted"}}) { nodes { note } } }')
        assert data == {"datasets": {"nodes": [{"note": "noted"}]}}
        assert await served.refusal("{ nothingLikeThat }") == "GRAPHQL_VALIDATION_FAILED"


@dataclass(frozen=True, slots=True)
class Retyped:
    """An attribute's type before and after, a query that is good for both, and a new value."""

    before: str
    after: str
    arguments: str
    value: object


@pytest.mark.parametrize(
    "retyped",
    [
        Retyped("String", "Long", "where: {odd: {isNull: true}}", "7"),
        Retyped("Long", "String", "where: {not: {odd: {in: []}}}", "seven"),
        Retyped("Boolean", "[Int!]", "first: 3", [7]),
        Retyped("Date", "UUID", "orderBy: [{odd: DESC}]", "123e4567-e89b-12d3-a456-426614174000"),
    ],
    ids=lambda each: f"{each.before}-{each.after}",
)
async def test_an_attribute_without_facts_may_change_its_type_under_readers_and_writers(
    served: Served, catalog_url: str, retyped: Retyped
) -> None:
    field = "type Dataset @entity {{ odd: {} @index }}"
    query = f"{{ datasets({retyped.arguments}) {{ totalCount nodes {{ name odd }} }} }}"
    async with Database.open(catalog_url, pool_size=1) as other:
        await applied_to(other, field.format(retyped.before))
        # All connections of the server have planned and prepared what reads and writes it.
        for _ in range(2):
            await asyncio.gather(*(served.ask(query) for _ in range(12)))
        await served.ask(WRITE, {"it": _named("d1", odd=None)})
        await applied_to(other, field.format(retyped.after))
        answers = await asyncio.gather(*(served.ask(query) for _ in range(12)))
        assert {each["datasets"]["totalCount"] for each in answers} == {2}
        for name in ("d1", "d2", "d3"):
            data = await served.ask(WRITE, {"it": _named(name, odd=retyped.value)})
            written = {fact["attribute"]: fact["value"] for fact in data["transact"]["facts"]}
            assert retyped.value in (written["Dataset/odd"], [written["Dataset/odd"]])
        await sound(served.database)


async def test_a_list_that_becomes_one_and_one_that_becomes_a_list_are_read_and_written_at_once(
    served: Served, catalog_url: str
) -> None:
    both = "type Dataset @entity { tags: %s @index rows: %s @index }"
    query = "{ datasets { nodes { tags rows } } }"
    async with Database.open(catalog_url, pool_size=1) as other:
        await asyncio.gather(*(served.ask(query) for _ in range(12)))
        await applied_to(other, both % ("String", "[Long!]"))
        data = await served.ask(query)
        assert data["datasets"]["nodes"] == [{"tags": "a", "rows": ["1"]}]
        await served.ask(WRITE, {"it": _named("d0", tags="b", rows=["1", "2"])})
        data = await served.ask(query)
        assert data["datasets"]["nodes"] == [{"tags": "b", "rows": ["1", "2"]}]
        await sound(served.database)
