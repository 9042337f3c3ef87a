"""Small random histories, written through the writer, and the same as the model sees them.

Stubs that are filled in later, values that change and go, entities that are deleted and come back,
edges that end and begin again, parallel edges, cycles, and values of every type from small pools,
so that much of it joins.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.schema import writer as schema_writer
from store.writing.writer import Writer
from tests.meaning import log
from tests.meaning.facts import Schema, World

CATALOG = """
interface Owner { name: String @index  code: String }
enum Layer { RAW REFINED SERVED }
type Dataset @entity {
  name: String @index
  rows: Int @index
  size: Long @index
  price: Decimal @index
  ratio: Float @index
  seenAt: DateTime @index
  day: Date @index
  hidden: Boolean @index
  layer: Layer @index
  home: URI @index
  extra: JSON
  token: UUID @index
  tags: [String!] @index
  ranks: [Int!]
  replacement: Dataset
  parts: [Dataset!]
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type Pipeline @entity { name: String @index  runs: Int  writes: [Dataset!] @rel(edge: "Writes") }
type Team implements Owner @entity { name: String @index  code: String @unique }
type Person implements Owner @entity(plural: "people") {
  name: String @index
  code: String
  age: Int @index
  boss: Person
  follows: [Person!] @rel(edge: "Follows")
}
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) {
  weight: Float @index
  note: String
}
type Writes @edge(from: ["Pipeline"], to: ["Dataset"], upstream: FROM)
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { duty: Keyword @index }
type Follows @edge(from: ["Person"], to: ["Person"], upstream: NONE)
"""

_TYPES = {
    "Dataset/name": "String",
    "Dataset/rows": "Int",
    "Dataset/size": "Long",
    "Dataset/price": "Decimal",
    "Dataset/ratio": "Float",
    "Dataset/seenAt": "DateTime",
    "Dataset/day": "Date",
    "Dataset/hidden": "Boolean",
    "Dataset/layer": "Keyword",
    "Dataset/home": "URI",
    "Dataset/extra": "JSON",
    "Dataset/token": "UUID",
    "Dataset/replacement": "Ref",
    "Pipeline/name": "String",
    "Pipeline/runs": "Int",
    "Team/name": "String",
    "Person/name": "String",
    "Person/code": "String",
    "Person/age": "Int",
    "Person/boss": "Ref",
    "DerivedFrom/weight": "Float",
    "DerivedFrom/note": "String",
    "OwnedBy/duty": "Keyword",
}

SCHEMA = Schema(
    log.attributes(
        *_TYPES.items(),
        ("Dataset/tags", "String", {"many": True}),
        ("Dataset/ranks", "Int", {"many": True}),
        ("Dataset/parts", "Ref", {"many": True}),
        ("Team/code", "String", {"unique": True}),
    ),
    {"Owner/name": ("Team/name", "Person/name"), "Owner/code": ("Team/code", "Person/code")},
    frozenset({"DerivedFrom", "Writes", "OwnedBy", "Follows"}),
    {},
)

LENGTH = 60
"""Transactions in a history, the schema's apart."""

_NAMES = ["a", "b", "c", "ä", "A b", "a%", "x_y", 'q"u', "RAW", "", "10", "z" * 300]
_POOLS: dict[str, list[object]] = {
    "name": [*_NAMES, None],
    "rows": [None, 0, 1, 2, 5, -7, 2**31 - 1],
    "size": [None, "1", "5", "7", "9007199254740993"],
    "price": [None, "1.5", "5", "10", "0.125", "-2.25"],
    "ratio": [None, 0.5, 1.5, 5.0, -2.25],
    "seenAt": [None, "2024-01-01T00:00:00Z", "2024-02-29T12:00:00.25Z", "2023-12-31T23:59:59Z"],
    "day": [None, "2024-01-01", "2024-02-29", "1999-12-31"],
    "hidden": [None, True, False],
    "layer": [None, "RAW", "REFINED", "SERVED"],
    "home": [None, "https://example.org/a", "https://example.org/b?c=d"],
    "extra": [None, {"b": [1, None], "a": "x"}, {"k": True}],
    "token": [
        None,
        "123e4567-e89b-12d3-a456-426614174000",
        "00000000-0000-4000-8000-000000000001",
    ],
    "code": [None, "x", "y"],
    "age": [None, 1, 5, 30, 42],
    "runs": [None, 0, 5, 9],
}
_FIELDS = {
    "Dataset": [
        "name",
        "rows",
        "size",
        "price",
        "ratio",
        "seenAt",
        "day",
        "hidden",
        "layer",
        "home",
        "extra",
        "token",
    ],
    "Pipeline": ["name", "runs"],
    "Team": ["name"],
    "Person": ["name", "code", "age"],
}
_SIZES = {"Dataset": 14, "Pipeline": 4, "Team": 3, "Person": 6}
_EDGES = {
    "DerivedFrom": ("Dataset", ("Dataset",)),
    "Writes": ("Pipeline", ("Dataset",)),
    "OwnedBy": ("Dataset", ("Team", "Person")),
    "Follows": ("Person", ("Person",)),
}


def urn(type_name: str, number: int) -> str:
    """Return the urn of something of these histories."""
    return f"hw://fuzz/{type_name.lower()}/{number}"


def transactions(seed: int) -> list[dict[str, object]]:
    """Return the transactions of a history."""
    draw = random.Random(seed)
    live: list[dict[str, object]] = []
    said = [_transaction(draw, t, live) for t in range(2, LENGTH + 2)]
    return [each for each in said if len(each) > 1]


def _transaction(draw: random.Random, t: int, live: list[dict[str, object]]) -> dict[str, object]:
    about: dict[str, object] = {
        "instant": (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=t)).isoformat(),
        "source": draw.choice(["test", "scan", "a"]),
    }
    if draw.random() < 0.5:
        about["actor"] = draw.choice(["ann", "bob"])
    retracts = [_urn(draw)] if draw.random() < 0.12 else []
    upserts = [_upsert(draw) for _ in range(draw.choice([0, 1, 1, 2, 5]))]
    upserts = list({each["urn"]: each for each in upserts if each["urn"] not in retracts}.values())
    unlinks = [live.pop(draw.randrange(len(live)))] if live and draw.random() < 0.4 else []
    links = [_link(draw, retracts) for _ in range(draw.choice([0, 1, 2, 4]))]
    fresh = [each for each in links if each is not None and _key(each) not in map(_key, unlinks)]
    once = list({str(_key(each)): each for each in fresh}.values())
    live.extend({key: each[key] for key in ("type", "from", "to", "key")} for each in once)
    told = {"upsert": upserts, "link": once, "unlink": unlinks, "retract": retracts}
    return {"tx": about, **{key: value for key, value in told.items() if value}}


def _key(edge: dict[str, object]) -> tuple[object, ...]:
    return (edge["type"], edge["from"], edge["to"], edge["key"])


def _urn(draw: random.Random) -> str:
    type_name = draw.choice(list(_SIZES))
    return urn(type_name, draw.randrange(_SIZES[type_name]))


def _upsert(draw: random.Random) -> dict[str, object]:
    type_name = draw.choice(["Dataset", "Dataset", "Dataset", "Pipeline", "Team", "Person"])
    number = draw.randrange(_SIZES[type_name])
    upsert: dict[str, object] = {"type": type_name, "urn": urn(type_name, number)}
    for field in _FIELDS[type_name]:
        if draw.random() < 0.55:
            upsert[field] = draw.choice(_POOLS[field])
    if type_name == "Team":
        upsert["code"] = draw.choice([None, f"team {number}"])  # It is unique.
    if type_name == "Person" and draw.random() < 0.4:
        upsert["boss"] = draw.choice([None, urn("Person", draw.randrange(6))])
    if type_name == "Dataset":
        _references(draw, upsert)
    return upsert


def _references(draw: random.Random, upsert: dict[str, object]) -> None:
    if draw.random() < 0.4:
        upsert["tags"] = draw.sample(["x", "y", "%", "é", "a"], draw.randint(0, 3))
    if draw.random() < 0.3:
        upsert["ranks"] = draw.sample([1, 2, 5, 9], draw.randint(0, 3))
    if draw.random() < 0.4:
        upsert["replacement"] = draw.choice([None, urn("Dataset", draw.randrange(16))])
    if draw.random() < 0.3:
        numbers = draw.sample(range(14), draw.randint(0, 3))
        upsert["parts"] = [urn("Dataset", number) for number in numbers]


def _link(draw: random.Random, retracts: Sequence[str]) -> dict[str, object] | None:
    edge = draw.choice(
        ["DerivedFrom", "DerivedFrom", "DerivedFrom", "Writes", "OwnedBy", "Follows"]
    )
    near, far = _EDGES[edge]
    to_type = draw.choice(far)
    from_urn = urn(near, draw.randrange(_SIZES[near]))
    link: dict[str, object] = {
        "type": edge,
        "from": from_urn,
        "to": urn(to_type, draw.randrange(_SIZES[to_type])),
        "key": draw.choice(["", "", "", "again"]),
    }
    if len(far) > 1:
        link["toType"] = to_type
    if edge == "DerivedFrom" and draw.random() < 0.7:
        link["properties"] = {
            "weight": draw.choice([None, 0.5, 1.5, 5.0]),
            "note": draw.choice([None, "a", "b"]),
        }
    if edge == "OwnedBy" and draw.random() < 0.6:
        link["properties"] = {"duty": draw.choice(["RAW", "care"])}
    return None if from_urn in retracts else link


async def fill(url: str, seed: int) -> None:
    """Write a history into a database that has been migrated."""
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        outcomes = await writer.transact_many([transaction.read(it) for it in transactions(seed)])
        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if refused:
            raise refused[0]


async def world(database: Database) -> World:
    """Return what the model sees of a database that `fill` has filled."""
    return log.world(
        await database.rows(log.DATOMS),
        await database.rows(log.NAMES),
        await database.rows(log.HASHES),
        SCHEMA,
    )
