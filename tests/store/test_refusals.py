"""What a transaction is refused for, and what the refusal says: what, where, and what to do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from store.audit.verify import verify
from store.database import Database
from store.errors import CallerFault
from store.ids import opaque
from store.transaction import read
from store.writing.writer import Report, Writer
from tests.store.catalogs import NewDatabase, opened

CATALOG = """
enum Layer { RAW MADE }
interface Owner { name: String }
type Team implements Owner @entity { name: String code: String @unique }
type User implements Owner @entity { name: String boss: User likes: [Owner!] }
type Dataset @entity {
  name: String
  rows: Long
  tags: [String!]
  layer: Layer
  notes: JSON
  publishedBy: Team @rel(edge: "PublishedBy")
  parts: [Dataset!] @rel(edge: "PartOf", reverse: true) @component
}
type PublishedBy @edge(from: ["Dataset"], to: ["Team"], upstream: NONE) { rank: Int }
type PartOf @edge(from: ["Dataset"], to: ["Dataset"], upstream: NONE)
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
"""
BEFORE: dict[str, Any] = {
    "upsert": [
        {"type": "Team", "urn": "hw://t/1", "code": "x"},
        {"type": "Team", "urn": "hw://t/2", "code": "y"},
        {"type": "User", "urn": "hw://u/1"},
        {"type": "Dataset", "urn": "hw://d/1", "name": "n"},
        {"type": "Dataset", "urn": "hw://d/part"},
    ],
    "link": [
        {"type": "PublishedBy", "from": "hw://d/1", "to": "hw://t/1"},
        {"type": "PartOf", "from": "hw://d/part", "to": "hw://d/1"},
        {"type": "OwnedBy", "from": "hw://d/1", "to": "hw://who"},
    ],
}


@pytest.fixture(scope="module")
def prepared_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds a little, for tests that write nothing, and to be copied."""
    with new_database(template) as url:
        asyncio.run(prepare(url))
        yield url


async def prepare(url: str) -> None:
    """Write what was before."""
    async with opened(url, CATALOG) as database:
        await Writer(database).transact(read(BEFORE))


@pytest.fixture
def copied_url(new_database: NewDatabase, prepared_url: str) -> Iterator[str]:
    """Give a copy to a test that writes."""
    with new_database(urlsplit(prepared_url).path.removeprefix("/")) as url:
        yield url


@pytest.fixture
async def database(copied_url: str) -> AsyncIterator[Database]:
    """Open the copy."""
    async with Database.open(copied_url) as there:
        yield there


def upsert(type_name: str, urn: str, **values: object) -> dict[str, Any]:
    """Return a transaction with an upsert."""
    return {"upsert": [{"type": type_name, "urn": urn, **values}]}


def link(edge_type: str, source: str, target: str, **more: object) -> dict[str, Any]:
    """Return a transaction with a link."""
    return {"link": [{"type": edge_type, "from": source, "to": target, **more}]}


def both(*transactions: dict[str, Any]) -> dict[str, Any]:
    """Return one transaction that says it all."""
    keys = {key for transaction in transactions for key in transaction}
    return {
        key: [one for transaction in transactions for one in transaction.get(key, [])]
        for key in keys
    }


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown type": (
        upsert("Table", "hw://x"),
        "UNKNOWN_TYPE",
        "upsert[0]: there is no entity type Table",
    ),
    "an interface, which nothing is": (upsert("Owner", "hw://x"), "UNKNOWN_TYPE", "Owner"),
    "an unknown attribute": (
        upsert("Team", "hw://t/1", motto="m"),
        "UNKNOWN_ATTRIBUTE",
        "upsert[0].motto: there is no attribute Team/motto",
    ),
    "an unknown edge type": (
        link("Knows", "hw://u/1", "hw://u/1"),
        "UNKNOWN_TYPE",
        "link[0]: there is no edge type Knows",
    ),
    "an unknown edge type to unlink": (
        {"unlink": [{"type": "Knows", "from": "hw://a", "to": "hw://b"}]},
        "UNKNOWN_TYPE",
        "unlink[0]: there is no edge type Knows",
    ),
    "an unknown type of an end": (
        link("OwnedBy", "hw://d/1", "hw://x", toType="Owner"),
        "UNKNOWN_TYPE",
        "link[0]: there is no entity type Owner",
    ),
    "an unknown property": (
        link("PublishedBy", "hw://d/1", "hw://t/1", properties={"weight": 1}),
        "UNKNOWN_ATTRIBUTE",
        "link[0].properties.weight: there is no attribute PublishedBy/weight",
    ),
    "a wrong value": (
        upsert("Dataset", "hw://d/1", rows="many"),
        "WRONG_VALUE",
        "upsert[0].rows: expected an integer of 64 bits",
    ),
    "a wrong property": (
        link("PublishedBy", "hw://d/1", "hw://t/1", properties={"rank": 2**31}),
        "WRONG_VALUE",
        "link[0].properties.rank: expected an integer of 32 bits",
    ),
    "one value for a list": (
        upsert("Dataset", "hw://d/1", tags="a"),
        "WRONG_VALUE",
        "upsert[0].tags: expected a list of String, got 'a'",
    ),
    "a list for one value": (upsert("Dataset", "hw://d/1", name=["a"]), "WRONG_VALUE", "a string"),
    "nothing in a list": (upsert("Dataset", "hw://d/1", tags=[None]), "WRONG_VALUE", "None"),
    "no value of the enum": (upsert("Dataset", "hw://d/1", layer="X"), "WRONG_VALUE", "RAW, MADE"),
    "a reference that is no name": (upsert("User", "hw://u/1", boss=5), "WRONG_VALUE", "a User"),
    "a list of references that is none": (
        upsert("User", "hw://u/1", likes="hw://t/1"),
        "WRONG_VALUE",
        "a list of Owner",
    ),
    "a reference to another type": (
        upsert("User", "hw://u/1", boss="hw://t/1"),
        "WRONG_VALUE",
        "upsert[0].boss: expected a User, got hw://t/1 of type Team",
    ),
    "a key with a lone surrogate": (
        link("OwnedBy", "hw://d/1", "hw://t/1", key="\ud800"),
        "WRONG_VALUE",
        "link[0].key: ",
    ),
    "a key that is too long": (
        link("OwnedBy", "hw://d/1", "hw://t/1", key="k" * 257),
        "WRONG_VALUE",
        "at most 256 characters",
    ),
    "no urn": (upsert("Team", "team one"), "MALFORMED_URN", "upsert[0]: 'team one' is no urn"),
    "a urn that is too long": (upsert("Team", "hw://" + "x" * 2044), "MALFORMED_URN", "2048"),
    "a urn with a control character": (upsert("Team", "hw://a\n"), "MALFORMED_URN", "control"),
    "a urn with a lone surrogate": (upsert("Team", "hw://\udfff"), "MALFORMED_URN", "upsert[0]"),
    "a urn with NUL": ({"retract": ["hw://\0"]}, "MALFORMED_URN", "retract[0]"),
    "no urn to unlink": (
        {"unlink": [{"type": "OwnedBy", "from": "", "to": "hw://x"}]},
        "MALFORMED_URN",
        "unlink[0]",
    ),
    "an id of nothing": (
        upsert("Team", "E99999999"),
        "UNKNOWN_ENTITY",
        "upsert[0]: there is no entity E99999999",
    ),
    "a transaction as an end": (link("OwnedBy", "hw://d/1", "T1"), "UNKNOWN_ENTITY", "T1"),
    "another type than it has": (
        upsert("User", "hw://t/1"),
        "TYPE_CONFLICT",
        "upsert[0]: hw://t/1 is of type Team and cannot become User",
    ),
    "two types at once": (
        both(upsert("User", "hw://x"), upsert("Team", "hw://x")),
        "TYPE_CONFLICT",
        "upsert[1]",
    ),
    "another type in a link": (
        link("OwnedBy", "hw://d/1", "hw://t/1", toType="User"),
        "TYPE_CONFLICT",
        "link[0]",
    ),
    "an end of a wrong type": (
        link("PublishedBy", "hw://d/1", "hw://u/1"),
        "EDGE_END_TYPE",
        "link[0]: PublishedBy allows Team as its to, and hw://u/1 is of type User",
    ),
    "a source of a wrong type": (link("OwnedBy", "hw://t/1", "hw://t/2"), "EDGE_END_TYPE", "from"),
    "a stub of a type that its edges do not allow": (
        upsert("Dataset", "hw://who"),
        "EDGE_END_TYPE",
        "upsert[0]: OwnedBy allows Owner as its to, and hw://who is of type Dataset",
    ),
    "two values": (
        both(upsert("Dataset", "hw://d/1", name="a"), upsert("Dataset", "hw://d/1", name="b")),
        "CARDINALITY_CONFLICT",
        'upsert[1].name: Dataset/name of hw://d/1 is said to be "a" and "b"',
    ),
    "a value and none": (
        both(upsert("Dataset", "hw://d/1", name="a"), upsert("Dataset", "hw://d/1", name=None)),
        "CARDINALITY_CONFLICT",
        "nothing",
    ),
    "two lists": (
        both(upsert("Dataset", "hw://d/1", tags=["a"]), upsert("Dataset", "hw://d/1", tags=["b"])),
        "CARDINALITY_CONFLICT",
        "Dataset/tags",
    ),
    "two ends of what leads to one": (
        both(
            link("PublishedBy", "hw://d/1", "hw://t/1"), link("PublishedBy", "hw://d/1", "hw://t/2")
        ),
        "CARDINALITY_CONFLICT",
        "link[1]: PublishedBy from of hw://d/1 is said to be hw://t/1 and hw://t/2",
    ),
    "an upsert of what is retracted": (
        {**upsert("Team", "hw://t/1"), "retract": ["hw://t/1"]},
        "CONTRADICTION",
        "upsert[0]: hw://t/1 is retracted",
    ),
    "an upsert of what is retracted and unknown": (
        {**upsert("Team", "hw://t/9"), "retract": ["hw://t/9"]},
        "CONTRADICTION",
        "hw://t/9",
    ),
    "an upsert of a part of what is retracted": (
        {**upsert("Dataset", "hw://d/part", name="x"), "retract": ["hw://d/1"]},
        "CONTRADICTION",
        "hw://d/part",
    ),
    "a link from what is retracted": (
        {**link("OwnedBy", "hw://d/1", "hw://t/1"), "retract": ["hw://d/1"]},
        "CONTRADICTION",
        "link[0]",
    ),
    "a link that is unlinked": (
        {
            **link("OwnedBy", "hw://d/1", "hw://t/1"),
            "unlink": [{"type": "OwnedBy", "from": "hw://d/1", "to": "hw://t/1"}],
        },
        "CONTRADICTION",
        "link[0]: unlink[0] ends the edge that this begins",
    ),
    "a unique value that is taken": (
        upsert("Team", "hw://t/2", code="x"),
        "UNIQUE_CONFLICT",
        'upsert[0]: Team/code "x" of hw://t/2 is held by hw://t/1',
    ),
    "a unique value twice": (
        both(upsert("Team", "hw://t/8", code="z"), upsert("Team", "hw://t/9", code="z")),
        "UNIQUE_CONFLICT",
        "upsert[1]",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_it_is_refused_and_nothing_is_written(prepared_url: str, name: str) -> None:
    said, code, sentence = REFUSED[name]
    async with Database.open(prepared_url) as database:
        before = await database.clock()
        with pytest.raises(CallerFault) as refused:
            await Writer(database).transact(read(both(said, upsert("User", "hw://u/other"))))
        assert refused.value.code == code
        assert sentence in str(refused.value)
        str(refused.value).encode()
        assert await database.clock() == before


@pytest.mark.parametrize("key", ["source", "actor", "reason"])
async def test_what_is_said_about_a_transaction_is_a_string_too(
    database: Database, key: str
) -> None:
    said = {"tx": {key: "a\0"}, **upsert("Team", "hw://t/9")}
    with pytest.raises(CallerFault, match=rf"tx\.{key}: expected a string without NUL"):
        await Writer(database).transact(read(said))


async def test_a_refused_transaction_takes_no_t_and_fails_nobody_else(database: Database) -> None:
    said = [upsert("Team", "hw://t/8", code="z"), *(said for said, _, _ in REFUSED.values())]
    said.append(upsert("Team", "hw://t/9", code="zz"))
    first, *refused, last = await Writer(database).transact_many([read(one) for one in said])
    assert isinstance(first, Report)
    assert isinstance(last, Report)
    assert all(isinstance(one, CallerFault) for one in refused)
    assert last.t == 4
    assert first.t == 3
    assert (await verify(database)).findings == ()


async def test_a_unique_value_moves_in_one_transaction(database: Database) -> None:
    swap = both(upsert("Team", "hw://t/1", code="y"), upsert("Team", "hw://t/2", code="x"))
    assert (await Writer(database).transact(read(swap))).t == 3
    moved = both(upsert("Team", "hw://t/3", code="x"), {"retract": ["hw://t/2"]})
    assert (await Writer(database).transact(read(moved))).t == 4


async def test_an_entity_may_be_named_by_its_id(database: Database) -> None:
    writer = Writer(database)
    [e] = await database.row("SELECT e FROM fact_1 WHERE v = 'hw://d/1'")
    name = opaque(e)
    assert (await writer.transact(read(upsert("Dataset", name, name="m")))).t == 3
    assert (await writer.transact(read(link("OwnedBy", name, "hw://t/1")))).t == 4
    assert (await writer.transact(read(link("OwnedBy", "hw://d/1", "hw://t/1")))).t is None
    assert (await writer.transact(read({"retract": [name, "E99999999"]}))).redundant == 1


async def test_a_reference_gives_a_stub_its_type(database: Database) -> None:
    said = upsert("User", "hw://u/1", boss="hw://u/boss", likes=["hw://a", "hw://t/1"])
    report = await Writer(database).transact(read(said))
    assert len(report.stubs) == 2
    types = await database.rows(
        "SELECT fact_1.v, name FROM fact_1 JOIN fact_2 USING (e) JOIN schema_name ON id = fact_2.v"
        " WHERE e = ANY ($1::bigint[]) ORDER BY 1",
        [list(report.stubs)],
    )
    assert types == [("hw://a", "Unknown"), ("hw://u/boss", "User")]


async def test_a_stub_of_a_reference_may_only_become_what_it_may_hold(database: Database) -> None:
    writer = Writer(database)
    await writer.transact(read(upsert("User", "hw://u/1", likes=["hw://a"])))
    with pytest.raises(CallerFault, match="expected a Owner, got hw://a of type Dataset"):
        await writer.transact(read(upsert("Dataset", "hw://a")))
    gone = {**upsert("Dataset", "hw://a"), "retract": ["hw://u/1"]}
    assert (await writer.transact(read(gone))).t == 4
