"""`node` and `nodes`: entities, edges and transactions by their ids."""

from resolvers.errors import LimitExceeded
from tests.resolvers.world import World, urn

NODE = """{ node(id: $id) {
  __typename id
  ... on Entity { urn }
  ... on Dataset { name upstream { edges { edge { id weight } } } }
  ... on DerivedFrom { weight from { urn } }
  ... on Transaction { t source }
} }"""


async def test_an_entity_is_a_node(world: World) -> None:
    found = await world.one(NODE, id=urn("clean"))
    assert (found["__typename"], found["urn"], found["name"]) == ("Dataset", urn("clean"), "clean")
    assert await world.one(NODE, id=found["id"]) == found


async def test_an_edge_is_a_node_while_it_is_live(world: World) -> None:
    clean = await world.one(NODE, id=urn("clean"))
    edge = clean["upstream"]["edges"][0]["edge"]
    found = await world.one(NODE, id=edge["id"])
    hits = {"__typename": "Dataset", "urn": urn("clean")}
    assert found == {"__typename": "DerivedFrom", **edge, "from": hits}
    asked = NODE.replace("id: $id", "id: $id, asOf: 2")
    assert await world.one(asked, id=edge["id"]) is None


async def test_a_transaction_is_a_node(world: World) -> None:
    found = await world.one(NODE, id="T3")
    assert found == {"__typename": "Transaction", "id": "T3", "t": "3", "source": "test"}
    assert await world.one(NODE, id="T11") is None
    assert await world.one(NODE.replace("id: $id", "id: $id, asOf: 2"), id="T3") is None


async def test_nodes_come_in_the_order_asked_with_nulls(world: World) -> None:
    asked = "{ nodes(ids: $ids) { __typename id ... on Entity { urn } } }"
    names = [urn("hits"), "E1", "T2", urn("nobody"), urn("ann"), urn("hits")]
    found = await world.one(asked, ids=names)
    assert [each and each.get("urn", each["id"]) for each in found] == [
        urn("hits"),
        None,
        "T2",
        None,
        urn("ann"),
        urn("hits"),
    ]
    assert await world.one(asked, ids=[]) == []


async def test_nodes_have_relations_and_pages(world: World) -> None:
    asked = """{ nodes(ids: $ids) { ... on Dataset { upstream(first: 1) {
      pageInfo { endCursor } nodes { name } } } } }"""
    found = await world.one(asked, ids=[urn("clean"), urn("report")])
    assert [each["upstream"]["nodes"][0]["name"] for each in found] == ["hits", "daily"]
    assert all(isinstance(each["upstream"]["pageInfo"]["endCursor"], str) for each in found)


async def test_too_many_ids_are_refused(world: World) -> None:
    fault = await world.one("{ nodes(ids: $ids) { id } }", ids=["E1"] * 10_001)
    assert isinstance(fault, LimitExceeded)
