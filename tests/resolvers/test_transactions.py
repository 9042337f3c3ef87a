"""Transactions, what they say, and what an entity has been through."""

from resolvers.errors import InvalidCursor
from tests.resolvers.world import LATEST, World, day, urn


async def test_transactions_come_newest_first(world: World) -> None:
    found = await world.one("{ transactions { totalCount nodes { t instant source reason } } }")
    assert found["totalCount"] == LATEST
    ts = [int(each["t"]) for each in found["nodes"]]
    assert ts == list(range(LATEST, 0, -1))
    newest = {"t": "10", "instant": day(10), "source": "test", "reason": "day 10"}
    assert found["nodes"][0] == newest


async def test_transactions_are_paged_either_way(world: World) -> None:
    page = "{ edges { cursor node { t } } pageInfo { hasNextPage endCursor hasPreviousPage } }"
    first = await world.one(f"{{ transactions(first: 4) {page} }}")
    assert [each["node"]["t"] for each in first["edges"]] == ["10", "9", "8", "7"]
    then = await world.one(
        f"{{ transactions(first: 4, after: $c) {page} }}", c=first["pageInfo"]["endCursor"]
    )
    assert [each["node"]["t"] for each in then["edges"]] == ["6", "5", "4", "3"]
    assert then["pageInfo"]["hasNextPage"] is True
    last = await world.one(
        f"{{ transactions(last: 2, before: $c) {page} }}", c=then["edges"][0]["cursor"]
    )
    assert [each["node"]["t"] for each in last["edges"]] == ["8", "7"]
    assert last["pageInfo"]["hasPreviousPage"] is True


async def test_a_transaction_tells_what_it_says_about_entities(world: World) -> None:
    found = await world.one(
        """{ node(id: "T7") { ... on Transaction { hash recordedAt facts {
          totalCount nodes { op attribute value entity { urn } transaction { t } }
        } } } }"""
    )
    facts = found["facts"]
    assert facts["totalCount"] == len(facts["nodes"])
    said = {
        (each["entity"]["urn"], each["attribute"], each["op"], each["value"])
        for each in facts["nodes"]
    }
    assert {
        (urn("hits"), "Dataset/rows", "RETRACT", "100"),
        (urn("hits"), "Dataset/rows", "ASSERT", "120"),
        (urn("clicks"), "Dataset/name", "ASSERT", "clicks"),
        (urn("clicks"), "entity/lifecycle", "ASSERT", "ENRICHED"),
    } <= said
    assert {each["transaction"]["t"] for each in facts["nodes"]} == {"7"}
    assert len(found["hash"]) == 64


async def test_history_is_newest_first_and_tells_references_by_their_entity(world: World) -> None:
    asked = """{ dataset(id: $u) { history(attributes: ["rows", "replacement"]) { totalCount nodes {
      op value target { urn } transaction { t }
    } } } }"""
    found = (await world.one(asked, u=urn("hits")))["history"]
    clean = {"__typename": "Dataset", "urn": urn("clean")}
    assert found["totalCount"] == 4
    assert [
        (each["transaction"]["t"], each["op"], each["value"], each["target"])
        for each in found["nodes"]
    ] in (
        [
            ("7", "RETRACT", "100", None),
            ("7", "ASSERT", "120", None),
            ("6", "ASSERT", None, clean),
            ("3", "ASSERT", "100", None),
        ],
        [
            ("7", "ASSERT", "120", None),
            ("7", "RETRACT", "100", None),
            ("6", "ASSERT", None, clean),
            ("3", "ASSERT", "100", None),
        ],
    )


async def test_history_ends_at_the_time_asked(world: World) -> None:
    asked = '{ dataset(id: $u, asOf: 6) { history(attributes: ["rows"]) { totalCount } } }'
    assert await world.one(asked, u=urn("hits")) == {"history": {"totalCount": 1}}


async def test_history_is_paged(world: World) -> None:
    whole = "{ dataset(id: $u) { history { nodes { attribute op value } } } }"
    every = (await world.one(whole, u=urn("hits")))["history"]["nodes"]
    asked = """{ dataset(id: $u) { history(first: 2 MORE) {
      nodes { attribute op value } pageInfo { endCursor hasNextPage } } } }"""
    seen, more, cursor = [], "", None
    while True:
        page = (await world.one(asked.replace("MORE", more), u=urn("hits"), c=cursor))["history"]
        seen += page["nodes"]
        more, cursor = "after: $c", page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == every
    other = '{ dataset(id: $u) { history(attributes: ["rows"], after: $c) { totalCount } } }'
    found = await world.one(other, u=urn("hits"), c=cursor)
    assert isinstance(found["history"], InvalidCursor)


async def test_what_was_deleted_keeps_its_history(world: World) -> None:
    asked = """{ dataset(id: $u) { history(attributes: ["lifecycle"]) {
      nodes { op value transaction { t } } } } }"""
    found = (await world.one(asked, u=urn("old")))["history"]["nodes"]
    assert found[-1] == {"op": "ASSERT", "value": "ENRICHED", "transaction": {"t": "9"}}
    assert {"op": "ASSERT", "value": "DELETED", "transaction": {"t": "10"}} in found
