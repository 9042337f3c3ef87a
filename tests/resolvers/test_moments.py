"""`asOf` at every level, what it may be, and what becomes of one that makes no sense."""

import pytest

from resolvers.answer import answer
from resolvers.errors import BadUserInput, StaleCatalogue
from store.catalogue import Catalogue, UnknownAttribute
from store.errors import CallerFault
from store.ids import T
from store.moment import AtT, FutureTimePoint, MalformedTimePoint
from store.values import WrongValue
from tests.resolvers.world import NOW, SECRET, World, urn

ROWS = "{ dataset(id: $u, asOf: $t) { rows } }"


@pytest.mark.parametrize(
    ("time", "rows"),
    [
        (6, "100"),
        (7, "120"),
        ("7", "120"),
        ("T6", "100"),
        ("2024-01-07", "120"),
        ("2024-01-06T23:59:59Z", "100"),
        ("2024-01-07T01:00:00+02:00", "100"),
        (AtT(T(6)), "100"),
    ],
)
async def test_a_time_is_a_t_an_instant_or_a_transaction(
    world: World, time: object, rows: str
) -> None:
    assert await world.one(ROWS, u=urn("hits"), t=time) == {"rows": rows}


async def test_before_the_first_transaction_the_graph_is_empty(world: World) -> None:
    asked = """{ dataset(id: $u, asOf: $t) { rows } datasets(asOf: $t) { totalCount nodes { id }
      basis { t } } transactions(asOf: $t) { totalCount } }"""
    found = await world.ask(asked, u=urn("hits"), t="1969-01-01")
    assert found["dataset"] is None
    assert found["datasets"] == {"totalCount": 0, "nodes": [], "basis": {"t": "0"}}
    assert found["transactions"] == {"totalCount": 0}


async def test_a_time_holds_below_until_another_is_said(world: World) -> None:
    found = await world.one(
        """{ dataset(id: $u, asOf: 7) {
          steward { name owns { totalCount } later: owns(asOf: 10) { totalCount } }
          now: steward(asOf: "2024-01-09") { name }
          same: steward(asOf: null) { name }
          owners(asOf: 4) { totalCount basis { t } nodes { urn } }
          upstream { basis { t } }
        } }""",
        u=urn("hits"),
    )
    assert found == {
        "steward": {"name": "Bob", "owns": {"totalCount": 0}, "later": {"totalCount": 0}},
        "now": {"name": "Ann"},
        "same": {"name": "Bob"},
        "owners": {"totalCount": 0, "basis": {"t": "4"}, "nodes": []},
        "upstream": {"basis": {"t": "7"}},
    }


async def test_the_answer_tells_what_t_each_moment_was(world: World) -> None:
    answer = await world.answer('{ datasets(asOf: "2024-01-05T12:00:00Z") { totalCount } }')
    assert list(answer.read.moments.values()) == [5]
    assert answer.read.t == 10


@pytest.mark.parametrize(
    ("time", "fault"),
    [
        (11, FutureTimePoint),
        ("T11", FutureTimePoint),
        ("2025-01-02", FutureTimePoint),
        ("yesterday", MalformedTimePoint),
        ("2024-02-30", MalformedTimePoint),
        (-1, MalformedTimePoint),
        (True, MalformedTimePoint),
        (1.5, MalformedTimePoint),
    ],
)
async def test_a_time_that_cannot_be_is_the_error_of_its_field(
    world: World, time: object, fault: type[CallerFault]
) -> None:
    asked = """{
      root: dataset(id: $u, asOf: $t) { rows }
      fine: dataset(id: $u) { name upstream(asOf: $t) { totalCount } owners { totalCount } }
      many: datasets { nodes { name steward(asOf: $t) { name } } }
    }"""
    found = await world.ask(asked, u=urn("hits"), t=time)
    assert isinstance(found["root"], fault)
    assert isinstance(found["fine"].pop("upstream"), fault)
    assert found["fine"] == {"name": "hits", "owners": {"totalCount": 2}}
    assert [type(node["steward"]) for node in found["many"]["nodes"]] == [fault] * 6


async def test_a_fault_stands_only_where_its_field_is(world: World) -> None:
    found = await world.one(
        """{ owners { nodes {
          ... on Team { owns(first: -1) { totalCount } }
          ... on Person { owns(first: 1) { totalCount } }
        } } }"""
    )
    faults = {each["__typename"]: each["owns"] for each in found["nodes"]}
    assert isinstance(faults["Team"], BadUserInput)
    assert faults["Person"] in ({"totalCount": 0}, {"totalCount": 2})


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ('datasets(where: {rows: {eq: "many"}}) { totalCount }', WrongValue),
        ("datasets(where: {rows: {gt: 9223372036854775808}}) { totalCount }", WrongValue),
        ('datasets(where: {name: {eq: "a\\u0000"}}) { totalCount }', WrongValue),
        ("datasets(orderBy: [{name: ASC, rows: ASC}]) { totalCount }", BadUserInput),
        ('history: dataset(id: "x") { id }', type(None)),
        ("datasets(where: {nothing: {eq: 1}}) { totalCount }", BadUserInput),
        ("planets { totalCount }", BadUserInput),
    ],
)
async def test_one_field_at_fault_leaves_the_others_alone(
    world: World, field: str, fault: type[object]
) -> None:
    found = await world.ask(f"{{ it: {field.removeprefix('history: ')} teams {{ totalCount }} }}")
    assert isinstance(found["it"], fault)
    assert found["teams"] == {"totalCount": 1}


async def test_an_unknown_attribute_of_history_is_its_own_error(world: World) -> None:
    asked = '{ dataset(id: $u) { name history(attributes: ["nothing"]) { totalCount } } }'
    found = await world.one(asked, u=urn("hits"))
    assert isinstance(found.pop("history"), UnknownAttribute)
    assert found == {"name": "hits"}


async def test_an_older_catalogue_is_noticed(world: World) -> None:
    current = world.catalogue
    older = Catalogue(
        T(0), current.entity_types, current.interfaces, current.edge_types, current.enums
    )
    stale = World(world.database, older, world.limits).plan("{ basis { t } }")
    with pytest.raises(StaleCatalogue):
        await answer(world.database, stale, {}, NOW, SECRET)
