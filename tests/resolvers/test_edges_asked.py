"""Pages in the order of edges, while others write; and what is refused of edges and groups."""

import pytest

from resolvers.errors import BadUserInput, InvalidCursor, LimitExceeded
from resolvers.limits import Limits
from store import transaction
from store.database import Database
from store.errors import CallerFault
from store.schema.facts import read_catalogue
from store.writing.writer import Writer
from tests.resolvers.world import LATEST, World, day, happen, urn

FIRST = """query { dataset(id: $u) {
  upstream(edgeOrderBy: [{weight: DESC}, {key: ASC}], first: 1) {
    edges { edge { id weight } } pageInfo { hasNextPage endCursor }
    totalCount edgeAggregate { weight { sum } }
  }
} }"""
NEXT = FIRST.replace("first: 1", "first: 1, after: $after")


async def test_paging_by_edges_never_skips_or_repeats_while_others_write(database_url: str) -> None:
    await happen(database_url)
    async with Database.open(database_url, pool_size=1) as database:
        world = World(database, await read_catalogue(database), Limits())
        writer, ask, cursor = Writer(database), FIRST, ""
        found: list[dict[str, object]] = []
        for weight in (9.0, 0.25, 4.0, 0.0):
            page = (await world.one(ask, u=urn("daily"), after=cursor))["upstream"]
            assert (page["totalCount"], page["edgeAggregate"]) == (3, {"weight": {"sum": 1.0}})
            found += [each["edge"] for each in page["edges"]]
            ask, cursor = NEXT, page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            await writer.transact(_changed(weight, LATEST + len(found)))
        assert [each["weight"] for each in found] == [1.0, None, None]
        assert len({each["id"] for each in found}) == 3


def _changed(weight: float, t: int) -> transaction.Transaction:
    ends = {"type": "DerivedFrom", "from": urn("daily")}
    return transaction.read(
        {
            "tx": {"instant": day(t)},
            "link": [
                {**ends, "to": urn("clean"), "properties": {"weight": weight}},
                {**ends, "to": urn("clean"), "key": f"new {t}", "properties": {"weight": weight}},
                {**ends, "to": urn("clicks"), "properties": {"weight": weight}},
            ],
        }
    )


async def test_a_cursor_belongs_to_the_order_and_the_filter_of_its_edges(world: World) -> None:
    made = await world.one(FIRST, u=urn("daily"))
    cursor = made["upstream"]["pageInfo"]["endCursor"]
    for other in ("edgeOrderBy: [{weight: ASC}]", 'edgeWhere: {key: {eq: ""}}', ""):
        ask = f"query {{ dataset(id: $u) {{ upstream({other} after: $c) {{ nodes {{ id }} }} }} }}"
        found = (await world.one(ask, u=urn("daily"), c=cursor))["upstream"]
        assert isinstance(found, InvalidCursor)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("by: layer, first: -1", BadUserInput),
        ("by: layer, first: 10001", LimitExceeded),
        ("by: layer, orderBy: {}", BadUserInput),
        ('by: layer, orderBy: {count: "UP"}', BadUserInput),
        ("by: nothing", BadUserInput),
        ("", BadUserInput),
    ],
)
async def test_a_fault_of_groups_is_their_own(
    world: World, arguments: str, fault: type[CallerFault]
) -> None:
    groups = f"groups({arguments})" if arguments else "groups"
    told = await world.one(
        f"{{ datasets {{ totalCount {groups} {{ totalCount nodes {{ count }} }} }} }}"
    )
    assert told["totalCount"] == 6
    assert isinstance(told["groups"], fault)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("edgeOrderBy: [{}]", BadUserInput),
        ("edgeOrderBy: [{duty: ASC}]", BadUserInput),
        (f"edgeOrderBy: [{'{weight: ASC} ' * 17}]", LimitExceeded),
        ("edgeWhere: {duty: {eq: 1}}", BadUserInput),
        ("edgeWhere: {weight: {gt: null}}", BadUserInput),
    ],
)
async def test_what_makes_no_sense_of_edges_is_a_fault_of_the_relation(
    world: World, arguments: str, fault: type[CallerFault]
) -> None:
    ask = f"query {{ dataset(id: $u) {{ name upstream({arguments}) {{ totalCount }} }} }}"
    found = await world.one(ask, u=urn("daily"))
    assert found["name"] == "daily"
    assert isinstance(found["upstream"], fault)


async def test_groups_by_a_relation_tell_of_its_entities(world: World) -> None:
    told = await world.one(
        "{ assets { groups(by: owners) {"
        " complete nodes { count entity { urn ... on Owner { name } } }"
        " } } }"
    )
    assert told["groups"] == {
        "complete": True,
        "nodes": [
            {"count": 4, "entity": None},
            {"count": 2, "entity": {"__typename": "Person", "urn": urn("ann"), "name": "Ann"}},
            {"count": 1, "entity": {"__typename": "Team", "urn": urn("growth"), "name": "Growth"}},
            {"count": 1, "entity": {"__typename": "Unknown", "urn": urn("somebody"), "name": None}},
        ],
    }


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ('{eq: ""}', ["", ""]),
        ('{ne: ""}', ["again"]),
        ('{in: [""]}', ["", ""]),
        ('{in: ["", "again"]}', ["", "", "again"]),
        ('{startsWith: ""}', ["", "", "again"]),
        ('{gt: ""}', ["again"]),
        ("{isNull: false}", ["", "", "again"]),
        ("{isNull: true}", []),
        ('{ne: "again"}', ["", ""]),
        ("{eq: null}", []),
        ("{ne: null}", ["", "", "again"]),
    ],
)
async def test_the_empty_key_is_a_key_wherever_edges_are_filtered(
    world: World, condition: str, keys: list[str]
) -> None:
    ask = "query { dataset(id: $u) { upstream(edgeWhere: {key: %s}) { edges { edge { key } } } } }"
    found = (await world.one(ask % condition, u=urn("daily")))["upstream"]["edges"]
    assert sorted(each["edge"]["key"] for each in found) == keys
    ask = (
        "{ lineage(of: $u, direction: UPSTREAM, maxDepth: 1, edgeTypes: [DerivedFrom],"
        " edgeWhere: {DerivedFrom: {key: %s}}) { edges { edge { ... on DerivedFrom { key } } } } }"
    )
    edges = (await world.one(ask % condition, u=[urn("daily")]))["edges"]
    assert sorted(each["edge"]["key"] for each in edges) == keys
