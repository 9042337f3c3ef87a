"""What a relation holds while the types that its edges allow come and go."""

from typing import Any

import pytest

from resolvers.limits import Limits
from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.writing.writer import Writer
from tests.resolvers.world import World

CATALOG = """
type Team @entity { name: String }
type Person @entity { name: String }
type Table @entity { name: String  owner: Team @rel(edge: "OwnedBy") }
type OwnedBy @edge(from: ["Table"], to: [%s], upstream: NONE)
"""
TEAMS = CATALOG % '"Team"'
BOTH = CATALOG % '"Team", "Person"'
ASKED = '{ table(id: "hw://t/a/a"%s) { owner { urn type } } }'


def _owned_by(name: str) -> dict[str, Any]:
    return {"link": [{"type": "OwnedBy", "from": "hw://t/a/a", "to": f"hw://o/a/{name}"}]}


def _upsert(kind: str, urn: str) -> dict[str, Any]:
    return {"upsert": [{"type": kind, "urn": urn, "name": "n"}]}


async def _happen(database: Database, *said: str | dict[str, Any]) -> World:
    """Apply catalogs, and transact what is none; each takes a t."""
    for each in said:
        if isinstance(each, str):
            await schema_writer.apply(database, sdl.parse(each))
        else:
            await Writer(database).transact(transaction.read({"tx": {"source": "test"}, **each}))
    return World(database, await read_catalogue(database), Limits())


async def _owner(world: World, t: int | None) -> object:
    found = await world.one(ASKED % ("" if t is None else f", asOf: {t}"))
    owner = found["owner"]
    return None if owner is None else (owner["urn"].rpartition("/")[2], owner["type"])


@pytest.fixture
def told() -> list[str | dict[str, Any]]:
    return [
        BOTH,  # t 1
        _upsert("Table", "hw://t/a/a"),
        _owned_by("x"),  # t 3: of either type, so it is Unknown.
    ]


async def test_an_unknown_end_is_none_of_a_team_though_only_teams_are_allowed_by_now(
    database_url: str, told: list[str | dict[str, Any]]
) -> None:
    async with Database.open(database_url) as database:
        world = await _happen(database, *told, TEAMS)
        assert [await _owner(world, t) for t in (3, 4, None)] == [None, None, None]
        world = await _happen(database, _upsert("Team", "hw://o/a/x"))
        assert [await _owner(world, t) for t in (4, 5, None)] == [
            None,
            ("x", "Team"),
            ("x", "Team"),
        ]


async def test_what_was_allowed_once_is_left_out_in_the_past_too(
    database_url: str, told: list[str | dict[str, Any]]
) -> None:
    unlinked = {"unlink": _owned_by("x")["link"]}
    async with Database.open(database_url) as database:
        person, team = _upsert("Person", "hw://o/a/x"), _owned_by("y")
        world = await _happen(database, *told, person, unlinked, TEAMS, team)
        assert [await _owner(world, t) for t in (4, 5, 7)] == [None, None, ("y", "Team")]


async def test_what_has_always_been_of_one_type_needs_no_look_at_it(database_url: str) -> None:
    async with Database.open(database_url) as database:
        world = await _happen(database, TEAMS, _upsert("Table", "hw://t/a/a"), _owned_by("x"))
        assert [await _owner(world, t) for t in (2, 3, None)] == [
            None,
            ("x", "Team"),
            ("x", "Team"),
        ]
        assert world.catalogue.ends_ever["OwnedBy"] == (frozenset({"Table"}), frozenset({"Team"}))
        for asked in (ASKED % "", ASKED % ", asOf: 3"):
            owner = world.plan(asked).statement.text.partition('"owner":')[2]
            assert "fact_2" not in owner.partition("FROM edge")[2].partition("FROM LATERAL")[0]
        wider = await _happen(database, BOTH)
        assert wider.catalogue.ends_ever["OwnedBy"][1] == {"Team", "Person", "Unknown"}
        assert [await _owner(wider, t) for t in (2, 3, None)] == [
            None,
            ("x", "Team"),
            ("x", "Team"),
        ]


GROUPED = "{ teams(asOf: %d) { groups(by: name) { nodes { key count } } } }"


async def test_what_has_always_been_one_value_is_joined_in_the_past_as_it_is_now(
    database_url: str,
) -> None:
    async with Database.open(database_url) as database:
        indexed = TEAMS.replace("Team @entity { name: String", "Team @entity { name: String @index")
        renamed = {"upsert": [{"type": "Team", "urn": "hw://o/a/x", "name": "m"}]}
        world = await _happen(database, indexed, _upsert("Team", "hw://o/a/x"), renamed)
        for t, name in ((2, "n"), (3, "m")):
            found = await world.one(GROUPED % t)
            assert found["groups"]["nodes"] == [{"key": name, "count": 1}]
            assert "ORDER BY 1 LIMIT 1)" not in world.plan(GROUPED % t).statement.text


async def test_of_what_was_a_list_once_the_past_tells_the_first(database_url: str) -> None:
    listed = TEAMS.replace("Team @entity { name: String", "Team @entity { name: [String!] @index")
    single = TEAMS.replace("Team @entity { name: String", "Team @entity { name: String @index")
    async with Database.open(database_url) as database:
        several = {"upsert": [{"type": "Team", "urn": "hw://o/a/x", "name": ["b", "a"]}]}
        one = {"upsert": [{"type": "Team", "urn": "hw://o/a/x", "name": ["c"]}]}
        world = await _happen(database, listed, several, one, single)
        for t, name in ((2, "a"), (3, "c"), (4, "c")):
            found = await world.one(GROUPED % t)
            assert found["groups"]["nodes"] == [{"key": name, "count": 1}]
