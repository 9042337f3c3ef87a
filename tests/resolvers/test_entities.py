"""Entities, attributes, references and relations, as they are asked for."""

from collections.abc import Mapping

import pytest

from tests.resolvers.world import World, urn

HITS, DAILY, CLICKS = urn("hits"), urn("daily"), urn("clicks")


async def test_an_entity_is_found_by_urn_and_by_id(world: World) -> None:
    by_urn = await world.one("{ dataset(id: $u) { id urn name } }", u=HITS)
    by_id = await world.one("{ dataset(id: $id) { id urn name } }", id=by_urn["id"])
    assert by_urn == by_id == {"id": by_urn["id"], "urn": HITS, "name": "hits"}


@pytest.mark.parametrize(
    "name", [urn("nobody"), "", "E1048575", "E9999999999", "T3", "a\0b", "\ud800"]
)
async def test_what_nobody_has_mentioned_is_null(world: World, name: str) -> None:
    asked = "{ dataset(id: $u) { id } entity(id: $u) { id } owner(id: $u) { id } }"
    assert await world.ask(asked, u=name) == {"dataset": None, "entity": None, "owner": None}


async def test_an_entity_of_another_type_is_null(world: World) -> None:
    asked = "{ team(id: $u) { id } owner(id: $u) { urn } }"
    ann = urn("ann")
    found = await world.ask(asked, u=ann)
    assert found == {"team": None, "owner": {"__typename": "Person", "urn": ann}}


async def test_keys_come_in_the_order_selected_under_their_aliases(world: World) -> None:
    found = await world.one("{ dataset(id: $u) { b: name a: name urn } }", u=HITS)
    assert list(found) == ["b", "a", "urn"]


async def test_values_come_as_their_types_are_written(world: World) -> None:
    asked = "{ dataset(id: $u) { rows tags layer price seenAt lifecycle type __typename } }"
    assert await world.one(asked, u=DAILY) == {
        "rows": "9007199254740993",
        "tags": [],
        "layer": None,
        "price": None,
        "seenAt": "2024-01-01T00:00:00Z",
        "lifecycle": "ENRICHED",
        "type": "Dataset",
        "__typename": "Dataset",
    }
    clean = await world.one("{ dataset(id: $u) { rows tags layer price } }", u=urn("clean"))
    assert clean == {"rows": "90", "tags": ["web"], "layer": "REFINED", "price": "1.5"}


async def test_references_lead_to_entities(world: World) -> None:
    found = await world.one(
        """{ dataset(id: $u) {
          replacement { name replacement { name } }
          readers { nodes { urn ... on Person { age } ... on Team { budget } } totalCount }
        } }""",
        u=HITS,
    )
    assert found == {
        "replacement": {"name": "clean", "replacement": None},
        "readers": {
            "nodes": [
                {"__typename": "Team", "urn": urn("growth"), "budget": "10.5"},
                {"__typename": "Person", "urn": urn("ann"), "age": 40},
            ],
            "totalCount": 2,
        },
    }


async def test_a_relation_to_one_is_the_entity_and_has_its_edge(world: World) -> None:
    found = await world.one(
        """{ dataset(id: $u) {
          steward { name }
          stewardEdge {
            type key since { t } until { t } from { urn } to { ... on Person { name } }
          }
          then: steward(asOf: 8) { name }
          thenEdge: stewardEdge(asOf: 8) { since { t } }
        } }""",
        u=HITS,
    )
    assert found == {
        "steward": {"name": "Ann"},
        "stewardEdge": {
            "type": "StewardedBy",
            "key": "",
            "since": {"t": "8"},
            "until": None,
            "from": {"__typename": "Dataset", "urn": HITS},
            "to": {"__typename": "Person", "name": "Ann"},
        },
        "then": {"name": "Ann"},
        "thenEdge": {"since": {"t": "8"}},
    }
    before = await world.one("{ dataset(id: $u, asOf: 7) { steward { name } } }", u=HITS)
    assert before == {"steward": {"name": "Bob"}}


async def test_a_relation_to_many_has_edges_with_properties(world: World) -> None:
    found = await world.one(
        """{ dataset(id: $u) { owners {
          edges { node { urn ... on Owner { name } } edge { duty from { urn } to { urn } } }
          totalCount
        } } }""",
        u=HITS,
    )
    start = {"__typename": "Dataset", "urn": HITS}
    team = {"__typename": "Team", "urn": urn("growth")}
    ann = {"__typename": "Person", "urn": urn("ann")}
    assert found["owners"] == {
        "edges": [
            {
                "node": {**team, "name": "Growth"},
                "edge": {"duty": "runs", "from": start, "to": team},
            },
            {"node": {**ann, "name": "Ann"}, "edge": {"duty": "knows", "from": start, "to": ann}},
        ],
        "totalCount": 2,
    }


async def test_parallel_edges_are_rows_of_their_own(world: World) -> None:
    found = await world.one(
        "{ dataset(id: $u) { upstream { edges { node { name } edge { key } } totalCount } } }",
        u=DAILY,
    )
    rows = [(each["node"]["name"], each["edge"]["key"]) for each in found["upstream"]["edges"]]
    assert sorted(rows) == [("clean", ""), ("clean", "again"), ("clicks", "")]
    assert found["upstream"]["totalCount"] == 3


async def test_unknown_answers_for_an_interface_with_nulls(world: World) -> None:
    found = await world.one(
        """{ dataset(id: $u) { owners { totalCount nodes {
          urn type lifecycle ... on Owner { name owns { totalCount } }
        } } } }""",
        u=DAILY,
    )
    unknown = {"urn": urn("somebody"), "type": "Unknown", "lifecycle": "UNCACHED"}
    node = {"__typename": "Unknown", **unknown, "name": None, "owns": None}
    assert found == {"owners": {"totalCount": 1, "nodes": [node]}}


async def test_an_interface_walks_back_to_what_it_owns(world: World) -> None:
    found = await world.one(
        "{ owner(id: $u) { ... on Owner { owns { nodes { ... on Asset { name } } } } } }",
        u=urn("ann"),
    )
    assert [each["name"] for each in found["owns"]["nodes"]] == ["hits", "clean"]


LIFE: Mapping[int, object] = {
    2: None,
    3: {"lifecycle": "UNCACHED", "name": None, "createdAt": {"t": "3"}, "changedAt": {"t": "3"}},
    7: {
        "lifecycle": "ENRICHED",
        "name": "clicks",
        "createdAt": {"t": "3"},
        "changedAt": {"t": "7"},
    },
}


@pytest.mark.parametrize("t", LIFE)
async def test_a_stub_becomes_an_entity_in_time(world: World, t: int) -> None:
    asked = "{ dataset(id: $u, asOf: $t) { lifecycle name createdAt { t } changedAt { t } } }"
    assert await world.one(asked, u=CLICKS, t=t) == LIFE[t]


async def test_what_was_deleted_is_found_by_name_and_left_out_of_lists(world: World) -> None:
    found = await world.ask(
        """{
          dataset(id: $u) { lifecycle name }
          datasets { totalCount nodes { name } }
          gone: datasets(where: {lifecycle: {in: [DELETED]}}) { nodes { urn } }
          then: datasets(asOf: 9) { totalCount }
        }""",
        u=urn("old"),
    )
    assert found["dataset"] == {"lifecycle": "DELETED", "name": None}
    assert found["datasets"]["totalCount"] == len(found["datasets"]["nodes"]) == 6
    assert found["gone"] == {"nodes": [{"urn": urn("old")}]}
    assert found["then"] == {"totalCount": 7}


async def test_a_list_of_an_interface_has_its_types_and_no_unknown(world: World) -> None:
    found = await world.one(
        "{ owners(orderBy: [{name: ASC}]) { nodes { ... on Owner { name } } } }"
    )
    assert [(each["__typename"], each["name"]) for each in found["nodes"]] == [
        ("Person", "Ann"),
        ("Person", "Bob"),
        ("Team", "Growth"),
    ]


async def test_every_root_field_is_as_of_one_basis(world: World) -> None:
    answer = await world.answer("{ basis { t instant } teams { totalCount basis { t } } }")
    assert (answer.read.t, answer.values["basis"]) == (
        10,
        {"t": "10", "instant": "2024-01-10T00:00:00Z"},
    )
    assert answer.values["teams"] == {"totalCount": 1, "basis": {"t": "10"}}
