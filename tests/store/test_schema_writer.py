"""Schema changes on a database with facts: written whole, or refused with what is in the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from schema.sdl import catalog as sdl
from store.catalogue import Attribute, Catalogue
from store.database import Database
from store.ids import FOREVER, T
from store.schema.change import SchemaDeclaration
from store.schema.conflict import SchemaConflict
from store.schema.facts import read_catalogue
from store.schema.writer import Applied, apply
from store.sql import Bound, fact_table, sql
from store.transaction import Transaction, read
from store.writing.writer import Writer

SMALL = """
enum Layer { RAW MADE }
interface Owner { name: String @index }
type Team implements Owner @entity { name: String @index @required }
type Dataset @entity {
  title: String @index
  tags: [String!]
  rows: Long
  layer: Keyword
  lead: Team
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Give a database with the small schema."""
    async with Database.open(database_url) as opened:
        await change(opened, SMALL)
        yield opened


async def change(database: Database, text: str) -> Applied:
    """Apply a catalog."""
    return await apply(database, sdl.parse(dedent(text), await read_catalogue(database)))


async def transact(database: Database, *statements: object, **said: object) -> T | None:
    """Write a transaction of upserts (dicts) and links (pairs of ends, OwnedBy)."""
    upserts = [one for one in statements if isinstance(one, dict)]
    links = [
        {"type": "OwnedBy", "from": one[0], "to": one[1]}
        for one in statements
        if isinstance(one, tuple)
    ]
    given = {"upsert": upserts, "link": links, **said}
    return (await Writer(database).transact(read(given))).t


def dataset(name: str, **values: object) -> dict[str, object]:
    """Return an upsert of a dataset."""
    return {"type": "Dataset", "urn": f"hw://dataset/{name}", **values}


def team(name: str, **values: object) -> dict[str, object]:
    """Return an upsert of a team."""
    return {"type": "Team", "urn": f"hw://team/{name}", **values}


async def refusal(database: Database, text: str) -> SchemaConflict:
    """Return why a change is refused, having seen that nothing of it was written."""
    before = await everything(database)
    with pytest.raises(SchemaConflict) as raised:
        await change(database, text)
    assert await everything(database) == before
    return raised.value


async def everything(database: Database) -> object:
    """Return what a refused change must not have touched."""
    return (
        await database.rows("SELECT * FROM clock"),
        await database.rows("SELECT count(*) FROM log"),
        await database.rows("SELECT * FROM schema_name ORDER BY id"),
        await database.rows("SELECT indexname, indexdef FROM pg_indexes ORDER BY 1"),
        await database.rows("SELECT * FROM version ORDER BY e, t0"),
    )


async def values_now(database: Database, attribute: Attribute) -> list[object]:
    """Return the values that an attribute has now, of all entities."""
    statement = sql(
        "SELECT v FROM {facts} WHERE t1 = {forever} ORDER BY v",
        facts=fact_table(attribute.id),
        forever=Bound(FOREVER, "bigint"),
    )
    return [value for [value] in await database.rows(*statement.render())]


async def versions(database: Database, urn: str, field: str) -> list[tuple[int, object]]:
    """Return since when an entity has had which text of an attribute."""
    catalogue = await read_catalogue(database)
    slot = catalogue.attribute(field).slot
    rows = await database.rows(
        "SELECT t0, values[$2] FROM version WHERE urn = to_json($1::text)::text ORDER BY t0",
        [urn, slot],
    )
    return [(t0, text) for t0, text in rows]


async def lifecycles(database: Database, urn: str) -> list[tuple[int, str]]:
    """Return since when an entity has had which lifecycle, from facts and versions alike."""
    facts = await database.rows(
        "SELECT f.t0, f.v FROM fact_3 f JOIN fact_1 u USING (e) WHERE u.v = $1 ORDER BY 1",
        [urn],
    )
    of_versions = await database.rows(
        "SELECT t0, lifecycle FROM version WHERE urn = to_json($1::text)::text ORDER BY t0", [urn]
    )
    moves = [row for n, row in enumerate(of_versions) if not n or of_versions[n - 1][1] != row[1]]
    assert facts == moves
    return [(t0, lifecycle) for t0, lifecycle in facts]


async def test_a_schema_is_written_as_a_transaction(database: Database) -> None:
    catalogue = await read_catalogue(database)
    assert catalogue.t == 1
    assert await database.row("SELECT t, schema_t FROM clock") == (1, 1)
    assert await database.row("SELECT instant FROM tx") == (datetime(1970, 1, 1, tzinfo=UTC),)
    for attribute in catalogue.entity_types["Dataset"].attributes:
        assert await values_now(database, attribute) == []
        name = "SELECT name FROM schema_name WHERE id = $1"
        assert await database.row(name, [attribute.id]) == (attribute.name,)


async def test_applying_it_again_takes_no_t(database: Database) -> None:
    before = await everything(database)
    applied = await change(database, SMALL)
    assert (applied.t, applied.basis, applied.datoms) == (None, 1, ())
    assert await everything(database) == before


async def test_who_changes_the_schema_and_why_is_in_the_log(database: Database) -> None:
    wanted = sdl.parse("type Lake @entity { name: String }", await read_catalogue(database))
    await apply(database, wanted, Transaction(actor="ada", reason="we have lakes now"))
    said = await database.row("SELECT actor, reason FROM tx WHERE t = 2")
    assert said == ("ada", "we have lakes now")


async def test_a_schema_takes_the_instant_of_the_transaction_before_it(database: Database) -> None:
    await transact(database, dataset("a"), tx={"instant": "2021-05-06T07:08:09Z"})
    applied = await change(database, "type Lake @entity { name: String }")
    assert applied.instant == datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert await database.row("SELECT instant FROM tx WHERE t = $1", [applied.t]) == (
        applied.instant,
    )


async def test_changes_of_several_processes_add_up(database_url: str) -> None:
    names = [f"Lake{letter}" for letter in "ABCDEFGH"]
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        await asyncio.gather(
            *(
                apply(where, sdl.parse(f"type {name} @entity {{ name: String }}"))
                for where, name in zip([one, other] * 4, names, strict=True)
            )
        )
        catalogue = await read_catalogue(one)
    assert set(catalogue.entity_types) == {*names, "Unknown"}
    assert catalogue.t == 8


async def test_a_new_attribute_touches_no_version(database: Database) -> None:
    await transact(database, dataset("a", title="A"))
    before = await database.rows("SELECT * FROM version")
    await change(database, "type Dataset @entity { day: Date }")
    assert await database.rows("SELECT * FROM version") == before
    await transact(database, dataset("a", day="2024-01-01"))
    assert await versions(database, "hw://dataset/a", "Dataset/day") == [
        (2, None),
        (4, '"2024-01-01"'),
    ]


async def test_a_rename_keeps_the_facts(database: Database) -> None:
    await transact(database, dataset("a", title="A"))
    await change(
        database,
        'type Table @entity @was(name: "Dataset") { name: String @index @was(name: "title") }',
    )
    assert await versions(database, "hw://dataset/a", "Table/name") == [(2, '"A"')]
    assert await database.rows("SELECT name FROM schema_name WHERE name LIKE '%/title'") == []
    assert await database.rows("SELECT name FROM schema_name WHERE name = 'Table/tags'") != []


async def test_one_value_becomes_a_list_of_one_in_the_past_too(database: Database) -> None:
    long = "x" * 2_045
    await transact(database, dataset("a", title="A"))
    await transact(database, dataset("a", title=long))
    await change(database, "type Dataset @entity { title: [String!] @index }")
    await transact(database, dataset("a", title=["B", "A"]))
    title = await versions(database, "hw://dataset/a", "Dataset/title")
    assert title == [(2, '["A"]'), (3, "~"), (5, '["A","B"]')]


async def test_a_list_becomes_its_least_value_where_nobody_holds_two_now(
    database: Database,
) -> None:
    many = [f"tag {number:03}" for number in range(100)]
    await transact(database, dataset("a", tags=["b", "ä", 'quote"']))
    await transact(database, dataset("a", tags=many))
    await transact(database, dataset("a", tags=["c"]))
    await change(database, "type Dataset @entity { tags: String }")
    tags = await versions(database, "hw://dataset/a", "Dataset/tags")
    assert tags == [(2, '"b"'), (3, '"tag 000"'), (4, '"c"')]
    await transact(database, dataset("a", tags="d"))
    catalogue = await read_catalogue(database)
    assert await values_now(database, catalogue.attribute("Dataset/tags")) == ["d"]


async def test_a_list_stays_one_where_entities_hold_two_values(database: Database) -> None:
    await transact(database, *(dataset(f"{n:02}", tags=["x", "y"]) for n in range(25)))
    conflict = await refusal(database, "type Dataset @entity { tags: String }")
    assert (len(conflict.offenders), conflict.count) == (20, 25)
    assert str(conflict).splitlines()[:2] == [
        "Dataset/tags: entities hold several values, so it stays a list",
        "  hw://dataset/00 Dataset/tags: x, y",
    ]
    assert str(conflict).endswith("and 5 more")
    assert conflict.details()["count"] == 25


async def test_a_unique_attribute_has_no_duplicates_now(database: Database) -> None:
    await transact(database, dataset("a", title="same"), dataset("b", title="same"))
    await transact(database, dataset("c", title="other"))
    unique = "type Dataset @entity { title: String @index @unique }"
    conflict = await refusal(database, unique)
    assert [offender.entity for offender in conflict.offenders] == [
        "hw://dataset/a",
        "hw://dataset/b",
    ]
    await transact(database, dataset("a", title="mine"))
    assert (await change(database, unique)).t == 5


async def test_an_attribute_with_facts_keeps_its_type(database: Database) -> None:
    other = "type Dataset @entity { rows: Int title: Float }"
    await transact(database, dataset("a", rows=7))
    await transact(database, dataset("a", rows=None))
    conflict = await refusal(database, other)
    assert conflict.problems == (
        "Dataset/rows: it has values, so it stays of type Long (add another attribute)",
    )
    assert [str(offender) for offender in conflict.offenders] == ["hw://dataset/a Dataset/rows: 7"]


async def test_an_attribute_without_facts_may_change_its_type(database: Database) -> None:
    await change(database, "type Dataset @entity { rows: [Date!] }")
    await transact(database, dataset("a", rows=["2024-01-01"]))
    assert await versions(database, "hw://dataset/a", "Dataset/rows") == [(3, '["2024-01-01"]')]


async def test_an_enum_must_have_what_is_stored(database: Database) -> None:
    await transact(database, dataset("a", layer="RAW"), dataset("b", layer="BURNT"))
    conflict = await refusal(database, "type Dataset @entity { layer: Layer }")
    assert [str(each) for each in conflict.offenders] == ["hw://dataset/b Dataset/layer: BURNT"]
    await change(database, "enum Layer { BURNT }\ntype Dataset @entity { layer: Layer }")


async def test_a_relation_to_one_has_no_two_live_edges(database: Database) -> None:
    a, x, y = "hw://dataset/a", "hw://team/x", "hw://team/y"
    await transact(database, dataset("a"), team("x"), team("y"), (a, x), (a, y))
    conflict = await refusal(
        database, 'type Dataset @entity { owners: Owner @rel(edge: "OwnedBy") }'
    )
    assert [str(each) for each in conflict.offenders] == [f"{a} OwnedBy: {x}, {y}"]
    owns = """
        type Team implements Owner @entity {
          name: String @index
          owns: Dataset @rel(edge: "OwnedBy", reverse: true)
        }
    """
    assert (await change(database, owns)).t is not None
    await transact(database, unlink=[{"type": "OwnedBy", "from": a, "to": y}])
    one = 'type Dataset @entity { owners: Owner @rel(edge: "OwnedBy") }'
    assert (await change(database, one)).catalogue.edge_types["OwnedBy"].one_from


async def test_ends_of_an_edge_type_cannot_shut_out_live_edges(database: Database) -> None:
    await change(database, "type Person implements Owner @entity { name: String @index }")
    person = {"type": "Person", "urn": "hw://person/p"}
    await transact(database, dataset("a"), person, ("hw://dataset/a", "hw://person/p"))
    narrow = """
        type Dataset @entity { owners: [Team!] @rel(edge: "OwnedBy") }
        type OwnedBy @edge(from: ["Dataset"], to: ["Team"], upstream: NONE)
    """
    conflict = await refusal(database, narrow)
    assert [str(each) for each in conflict.offenders] == [
        "hw://dataset/a -> hw://person/p OwnedBy: Person"
    ]
    ends = {"type": "OwnedBy", "from": "hw://dataset/a", "to": "hw://person/p"}
    await transact(database, unlink=[ends])
    assert (await change(database, narrow)).t is not None


async def test_references_must_lead_to_what_is_allowed(database: Database) -> None:
    await transact(database, dataset("a", lead="hw://team/x"), team("x"))
    conflict = await refusal(database, "type Dataset @entity { lead: Dataset }")
    assert [str(each) for each in conflict.offenders] == [
        "hw://dataset/a Dataset/lead: hw://team/x"
    ]
    assert (await change(database, "type Dataset @entity { lead: Owner }")).t is not None


async def test_what_is_required_from_now_on_moves_lifecycles_from_now_on(
    database: Database,
) -> None:
    await transact(
        database, dataset("a", title="A"), dataset("b"), ("hw://dataset/a", "hw://team/x")
    )
    assert await lifecycles(database, "hw://dataset/b") == [(2, "ENRICHED")]
    applied = await change(database, "type Dataset @entity { title: String @index @required }")
    assert applied.t == 3
    assert await lifecycles(database, "hw://dataset/a") == [(2, "ENRICHED")]
    assert await lifecycles(database, "hw://dataset/b") == [(2, "ENRICHED"), (3, "PARTIAL")]
    assert await lifecycles(database, "hw://team/x") == [(2, "UNCACHED")]
    said = "SELECT op, v FROM log WHERE t = 3 AND a = 3 ORDER BY n"
    assert await database.rows(said) == [(False, '"ENRICHED"'), (True, '"PARTIAL"')]
    await change(database, "type Dataset @entity { title: String @index }")
    assert (await lifecycles(database, "hw://dataset/b"))[-1] == (4, "ENRICHED")


async def test_a_required_relation_moves_lifecycles_too(database: Database) -> None:
    await transact(
        database,
        dataset("a"),
        dataset("b"),
        dataset("c"),
        team("x"),
        ("hw://dataset/a", "hw://team/x"),
    )
    unknown = {"type": "OwnedBy", "from": "hw://dataset/b", "to": "hw://unknown/u"}
    await change(database, "type Person implements Owner @entity { name: String @index }")
    await transact(database, link=[unknown])
    required = 'type Dataset @entity { owners: [Owner!] @rel(edge: "OwnedBy") @required }'
    await change(database, required)
    moved = {
        name: (await lifecycles(database, f"hw://dataset/{name}"))[-1][1]
        for name in ("a", "b", "c")
    }
    assert moved == {"a": "ENRICHED", "b": "ENRICHED", "c": "PARTIAL"}
    of_teams = """
        type Dataset @entity { owners: [Team!] @rel(edge: "OwnedBy") @required }
    """
    await change(database, of_teams)
    assert (await lifecycles(database, "hw://dataset/b"))[-1][1] == "PARTIAL"


async def test_edges_get_versions_with_their_first_property(database: Database) -> None:
    a, x = "hw://dataset/a", "hw://team/x"
    await transact(database, dataset("a"), team("x"), (a, x))
    await transact(database, unlink=[{"type": "OwnedBy", "from": a, "to": x}])
    await transact(database, (a, x))
    await change(
        database,
        'type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { duty: String }',
    )
    rows = "SELECT v.t0, v.t1, v.values FROM version v JOIN edge USING (e, t0) ORDER BY 1"
    assert await database.rows(rows) == [(2, 3, []), (4, FOREVER, [])]
    link = {"type": "OwnedBy", "from": a, "to": x, "properties": {"duty": "on call"}}
    await transact(database, link=[link])
    last = "SELECT v.t0, v.values FROM version v WHERE lifecycle IS NULL ORDER BY t0 DESC LIMIT 1"
    assert await database.row(last) == (6, ['"on call"'])
    assert await database.row("SELECT count(*) FROM version WHERE lifecycle IS NULL") == (3,)


async def test_readers_go_on_while_tables_change(database: Database) -> None:
    await transact(database, dataset("a", title="A", tags=["x"]))
    catalogue = await read_catalogue(database)
    text, _ = sql(
        "SELECT count(*) FROM {title} JOIN {tags} USING (e), pg_sleep(0.01)",
        title=fact_table(catalogue.attribute("Dataset/title").id),
        tags=fact_table(catalogue.attribute("Dataset/tags").id),
    ).render()

    async def read_on() -> None:
        for _ in range(50):
            assert await database.row(text) == (1,)

    async def change_back_and_forth() -> None:
        for _ in range(5):
            await change(database, "type Dataset @entity { title: [String!] tags: String }")
            await change(database, "type Dataset @entity { title: String tags: [String!] }")

    await asyncio.gather(read_on(), read_on(), change_back_and_forth())


async def test_an_empty_catalogue_stays_empty(database_url: str) -> None:
    async with Database.open(database_url) as database:
        applied = await apply(database, SchemaDeclaration())
        assert (applied.t, applied.catalogue) == (None, Catalogue())
