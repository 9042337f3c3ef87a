"""The far ends of edges that versions hold: as they are written, filled in, verified, made anew."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from store.audit.rebuild import rebuild
from store.audit.verify import verify
from store.database import Database
from store.ids import FOREVER, EntityId
from store.migrate import migrate
from store.schema.facts import read_catalogue
from store.transaction import read
from store.writing.rules import Rules
from store.writing.state import State
from store.writing.state_loading import load
from store.writing.writer import Writer
from tests.store.catalogs import change, opened

CATALOG = """
type Team @entity { name: String  lead: User @rel(edge: "Leads", reverse: true) }
type User @entity {
  name: String
  team: Team @rel(edge: "MemberOf")
  tags: [Tag!] @rel(edge: "Tagged")
}
type Tag @entity { name: String }
type Leads @edge(from: ["User"], to: ["Team"], upstream: NONE)
type MemberOf @edge(from: ["User"], to: ["Team"], upstream: NONE)
type Tagged @edge(from: ["User"], to: ["Tag"], upstream: NONE)
"""
WIDER = CATALOG.replace("team: Team", "team: [Team!]")
MORE = CATALOG.replace("tags:", 'seat: Tag @rel(edge: "SitsAt")  tags:') + (
    'type SitsAt @edge(from: ["User"], to: ["Tag"], upstream: NONE)'
)


def _link(edge: str, source: str, target: str) -> dict[str, str]:
    return {"type": edge, "from": f"hw://u/a/{source}", "to": f"hw://t/a/{target}"}


def _named(kind: str, urn: str, name: str) -> dict[str, str]:
    return {"type": kind, "urn": f"hw://{urn}", "name": name}


TOLD: list[dict[str, Any]] = [
    {"link": [_link("MemberOf", "x", "p"), _link("Leads", "x", "p"), _link("Tagged", "x", "g")]},
    {"upsert": [_named("User", "u/a/x", "X")], "link": [_link("MemberOf", "x", "q")]},
    {"upsert": [_named("User", "u/a/x", "Y"), _named("Team", "t/a/p", "P")]},
    {"link": [_link("Leads", "y", "p")], "unlink": [_link("MemberOf", "x", "q")]},
    {"upsert": [_named("User", "u/a/x", "Z")], "link": [_link("MemberOf", "y", "q")]},
    {"retract": ["hw://u/a/y"]},
]
"""At t 2 to 7."""


async def _tell(database: Database, *told: dict[str, Any], at_once: bool = False) -> None:
    writer = Writer(database)
    said = [read({"tx": {"source": "test"}, **each}) for each in told]
    for group in [said] if at_once else [[each] for each in said]:
        await writer.submit(group).answered


async def _held(database: Database, urn: str) -> list[tuple[int, int, list[str | int | None]]]:
    """Return the versions of an entity: from, to, and its ends by their short names."""
    names = {
        e: said.rpartition("/")[2] for e, said in await database.rows("SELECT e, v FROM fact_1")
    }
    rows = await database.rows(_OF_ONE, [f"hw://{urn}"])
    return [(t0, t1, [names.get(it, it) for it in ends]) for t0, t1, ends in rows]


_OF_ONE = """
SELECT version.t0, version.t1, ends
FROM version
JOIN fact_1 ON fact_1.e = version.e
WHERE fact_1.v = $1
ORDER BY version.t0
"""
_VERSIONS = "SELECT * FROM version ORDER BY e, t0"


@pytest.fixture(params=[False, True], ids=["one by one", "at once"])
async def told(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Give a database in which ends have come and gone."""
    async with Database.open(database_url) as database:
        await change(database, CATALOG)
        await _tell(database, *TOLD, at_once=request.param)
        yield database


async def test_a_version_holds_its_ends_and_goes_on_when_one_changes(told: Database) -> None:
    assert sorted((await read_catalogue(told)).held_ends.values()) == [1, 2]
    assert await _held(told, "t/a/p") == [(2, 4, ["x", 2]), (4, FOREVER, [None, 7])]
    assert await _held(told, "t/a/q") == [(3, FOREVER, [])]
    assert await _held(told, "u/a/x") == [
        (2, 3, [None, None, "p", 2]),
        (3, 4, [None, None, "q", 3]),
        (4, 6, [None, None, None, 5]),
        (6, FOREVER, [None, None, None, 5]),
    ]
    assert await _held(told, "u/a/y") == [
        (5, 7, [None, None, "q", 6]),
        (7, FOREVER, [None, None, None, 7]),
    ]


async def test_what_is_told_later_finds_the_ends_that_were_there(told: Database) -> None:
    await _tell(told, {"link": [_link("Leads", "x", "p")]}, {"retract": ["hw://t/a/q"]})
    assert await _held(told, "t/a/p") == [(2, 4, ["x", 2]), (4, FOREVER, ["x", 8])]
    await _tell(told, {"upsert": [_named("Team", "t/a/p", "Q")]}, {"retract": ["hw://u/a/x"]})
    assert (await _held(told, "t/a/p"))[1:] == [(4, 10, ["x", 8]), (10, FOREVER, [None, 11])]
    assert (await verify(told)).findings == ()


async def test_what_is_to_many_by_now_is_held_no_longer(told: Database) -> None:
    await change(told, WIDER)
    assert list((await read_catalogue(told)).held_ends.values()) == [1]
    await _tell(told, {"link": [_link("MemberOf", "x", "p"), _link("MemberOf", "x", "q")]})
    await _tell(told, {"upsert": [_named("User", "u/a/x", "A")]})
    assert (await verify(told)).findings == ()
    await rebuild(told)
    assert (await verify(told)).findings == ()
    assert (await _held(told, "u/a/x"))[-1][2] == []


async def test_an_edge_type_that_comes_later_gets_a_place_of_its_own(told: Database) -> None:
    await change(told, MORE)
    await _tell(told, {"link": [{**_link("SitsAt", "x", "p"), "to": "hw://t/a/s"}]})
    assert sorted((await read_catalogue(told)).held_ends.values()) == [1, 2, 3]
    assert (await _held(told, "u/a/x"))[-1][2] == [None, None, None, 5, "s", 9]
    assert (await verify(told)).findings == ()


async def test_a_rebuild_finds_what_the_writer_wrote(told: Database) -> None:
    before = await told.rows(_VERSIONS)
    await rebuild(told)
    assert await told.rows(_VERSIONS) == before


async def test_the_migration_finds_what_the_writer_wrote(told: Database, database_url: str) -> None:
    before = await told.rows(_VERSIONS)
    async with told.writing() as writing:
        await writing.connection.execute("ALTER TABLE version DROP COLUMN ends")
        await writing.connection.execute("DELETE FROM migration WHERE number = 5")
    await migrate(database_url)
    async with Database.open(database_url) as database:
        assert await database.rows(_VERSIONS) == before


CROWD = """
interface Owner { name: String }
type Team implements Owner @entity { name: String }
type User implements Owner @entity { name: String  owner: Owner @rel(edge: "OwnedBy") }
type OwnedBy @edge(from: ["User"], to: ["Owner"], upstream: NONE)
"""


async def test_edges_that_stay_do_not_make_a_writer_load_their_ends(database_url: str) -> None:
    async with opened(database_url, CROWD) as database:
        owned = [_link("OwnedBy", who, "unknown") for who in "abc"]
        await _tell(database, {"upsert": [_named("User", "u/a/d", "D")], "link": owned})
        rules = Rules.of(await read_catalogue(database))
        said = read({"link": [_link("OwnedBy", "d", "unknown"), _link("OwnedBy", "a", "e")]})
        async with database.writing() as writing:
            state = State(EntityId(writing.clock.next_entity), rules.held_ends)
            await load(writing.connection, rules, [said], state)
        urns = {one.urn for one in state.entities.values()}
        assert urns == {"hw://u/a/a", "hw://u/a/d", "hw://t/a/unknown"}
        assert len(state.edges) == len(owned)
