"""Root fields that differ only in values are compiled once, and answered as if each were alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from datalog.sql.compile import compile_operation
from resolvers.answer import bind
from resolvers.cost import cost
from resolvers.draft import Request
from resolvers.errors import BadUserInput, InvalidCursor, LimitExceeded
from resolvers.explain import explain
from store.errors import CallerFault
from store.moment import FutureTimePoint
from tests.resolvers.world import NOW, SECRET, World, urn

NAMES = ("hits", "clean", "daily", "nobody", "report", "ann")


def _aliased(field: str, count: int) -> str:
    """Return a field as often as that, each with variables of its own: `$x0`, `$x1` and so on."""
    return "{" + " ".join(f"k{n}: " + field.replace("#", str(n)) for n in range(count)) + "}"


DATASET = "dataset(id: $u#) { name tags upstream(first: $n#) { totalCount nodes { urn } } }"


async def _alone(world: World, field: str, count: int, variables: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for n in range(count):
        made = world.plan("{ k" + str(n) + ": " + field.replace("#", str(n)) + "}")
        assert not made.operation.calls
        found.update((await world.answered(made, variables)).values)
    return found


def same(found: Any, expected: Any) -> bool:
    """Tell whether answers are the same; faults are, where they say the same."""
    if isinstance(expected, Exception):
        return type(found) is type(expected) and str(found) == str(expected)
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(
            same(found[key], each) for key, each in expected.items()
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)


async def _check(world: World, field: str, count: int, **variables: Any) -> dict[str, Any]:
    """Return the answer to a field asked with several values, which is as if each were alone."""
    made = world.plan(_aliased(field, count))
    [calls] = made.operation.calls
    assert calls.keys == tuple(f"k{n}" for n in range(count))
    assert not made.operation.fields
    found = await world.answered(made, variables)
    expected = await _alone(world, field, count, variables)
    assert list(found.values) == list(expected)
    assert same(found.values, expected)
    return dict(found.values)


async def test_aliases_are_answered_each_in_its_place(world: World) -> None:
    given = {f"u{n}": urn(name) for n, name in enumerate(NAMES)}
    found = await _check(world, DATASET, 6, **given, **{f"n{n}": n for n in range(6)})
    assert [each and each["name"] for each in found.values()] == [
        "hits",
        "clean",
        "daily",
        None,
        "report",
        None,
    ]
    assert [len(found[key]["upstream"]["nodes"]) for key in ("k0", "k1", "k2")] == [0, 1, 2]


def test_neither_text_nor_plan_grows_with_the_aliases(world: World) -> None:
    two, many = (world.plan(_aliased(DATASET, count)) for count in (2, 200))
    assert two.statement.text == many.statement.text
    assert len(two.statement.arguments) == len(many.statement.arguments)


async def test_literals_are_values_too(world: World) -> None:
    found = await world.answer(
        """{ a: datasets(first: 1, where: {name: {eq: "hits"}}) { nodes { name } }
             b: datasets(first: 2, where: {name: {eq: "daily"}}) { nodes { name } } }"""
    )
    assert found.values == {"a": {"nodes": [{"name": "hits"}]}, "b": {"nodes": [{"name": "daily"}]}}


async def test_each_is_as_of_its_own_time(world: World) -> None:
    field = "dataset(id: $u, asOf: $t#) { rows steward { name } owners(asOf: $s#) { basis { t } } }"
    given = {"t0": 3, "t1": "2024-01-07", "t2": 10, "t3": "T6", "t4": 8}
    found = await _check(
        world, field, 5, u=urn("hits"), **given, s0=4, s1=5, s2="2024-01-02", s3=7, s4=1
    )
    assert [each["rows"] for each in found.values()] == ["100", "120", "120", "100", "120"]


async def test_a_fault_is_that_of_its_alias(world: World) -> None:
    field = "datasets(first: $n#, asOf: $t#) { nodes { name upstream(first: $m#) { totalCount nodes { urn }} } }"  # noqa: E501
    found = await _check(
        world,
        field,
        6,
        n0=1,
        n1=-1,
        n2=99_999,
        n3=1,
        n4=1,
        n5=2,
        t0=5,
        t1=5,
        t2=5,
        t3=11,
        t4="2040-01-01",
        t5="2024-01-05",
        **{f"m{n}": -1 if n == 0 else 3 for n in range(6)},
    )
    assert isinstance(found["k1"], BadUserInput)
    assert isinstance(found["k2"], LimitExceeded)
    assert isinstance(found["k3"], FutureTimePoint)
    assert isinstance(found["k4"], FutureTimePoint)
    assert isinstance(found["k0"]["nodes"][0]["upstream"], BadUserInput)
    assert len(found["k5"]["nodes"]) == 2


async def test_each_goes_on_after_its_own_cursor(world: World) -> None:
    paged = (
        "datasets(first: 2{}, orderBy: [{{name: ASC}}]) {{ edges {{ cursor node {{ name }} }} }}"
    )
    first = await world.one("{" + paged.format("") + "}")
    cursors = [each["cursor"] for each in first["edges"]]
    found = await _check(
        world, paged.format(", after: $c#"), 3, c0=cursors[0], c1=cursors[1], c2="nonsense"
    )
    names = [
        each["node"]["name"]
        for each in (
            await world.one("{ datasets(orderBy: [{name: ASC}]) { edges { node { name } } } }")
        )["edges"]
    ]
    assert [each["node"]["name"] for each in found["k0"]["edges"]] == names[1:3]
    assert [each["node"]["name"] for each in found["k1"]["edges"]] == names[2:4]
    assert isinstance(found["k2"], InvalidCursor)


@pytest.mark.parametrize(
    "field",
    [
        "nodes(ids: $l#) { __typename id }",
        "datasets(where: {name: {in: $l#}}) { totalCount }",
        "datasets(where: {tags: {hasAny: $l#}}) { totalCount nodes { name } }",
    ],
)
async def test_lists_may_differ_in_length(world: World, field: str) -> None:
    lists: Sequence[Sequence[str | None]]
    lists = ([], [urn("hits"), "T2"], [None, urn("nobody"), "E1"], [urn("ann")], [])
    if "where" in field:
        lists = (
            [],
            ["hits", "daily"],
            ["raw"],
            ["web", "clean", "hits"],
            [],
        )
    await _check(world, field, 5, **{f"l{n}": each for n, each in enumerate(lists)})


async def test_searches_and_lineage_are_called_too(world: World) -> None:
    lineage = "lineage(of: $o#, direction: UPSTREAM, maxDepth: $d#) { nodes { depth entity { urn } } stoppedBy complete }"  # noqa: E501
    given = {"o0": [urn("report")], "o1": [urn("daily"), urn("clean")], "o2": [urn("nobody")]}
    found = await _check(world, lineage, 3, **given, d0=1, d1=9, d2=3)
    assert len(found["k0"]["nodes"]) == 2
    assert isinstance(found["k2"], Exception)
    await _check(world, "impact(of: $o#) { totalCount }", 2, **given)


async def test_the_same_field_twice_is_read_once(world: World) -> None:
    made = world.plan("{ a: datasets { nodes { name } } b: datasets { nodes { name } } }")
    assert made.statement.text.count("FROM version") == 1
    found = (await world.answered(made, {})).values
    assert found["a"] == found["b"] != {"nodes": []}


def test_what_reads_differently_stays_alone(world: World) -> None:
    made = world.plan(
        """{ a: dataset(id: $u) { name } b: dataset(id: $u) { urn }
             c: dataset(id: $u, asOf: 3) { name } d: datasets(first: 1) { totalCount }
             e: datasets(last: 1) { nodes { name } } f: basis { t }
             g: datasets(first: -1, last: 1) { totalCount } }"""
    )
    assert not made.operation.calls
    assert [key for key, _ in made.operation.fields] == list("abcdefg")


async def test_alone_and_alike_come_in_the_order_asked(world: World) -> None:
    asked = """{ a: dataset(id: $u) { name } b: basis { t } c: team(id: $t) { name }
        d: dataset(id: $v) { name } e: team(id: $t) { name } f: datasets { totalCount } }"""
    made = world.plan(asked)
    assert {each.keys for each in made.operation.calls} == {("a", "d"), ("c", "e")}
    found = await world.answered(made, {"u": urn("hits"), "v": urn("clean"), "t": urn("growth")})
    assert found.values == {
        "a": {"name": "hits"},
        "b": {"t": "10"},
        "c": {"name": "Growth"},
        "d": {"name": "clean"},
        "e": {"name": "Growth"},
        "f": {"totalCount": 6},
    }


async def test_what_is_explained_is_what_is_sent(world: World) -> None:
    made = world.plan(_aliased(DATASET, 3))
    given = {f"u{n}": urn("hits") for n in range(3)} | {f"n{n}": n for n in range(3)}
    explained = explain(made, Request(given, NOW, SECRET))
    assert [level.path for level in explained.levels] == [
        "k0 (so, too: k1, k2)",
        "k0 (so, too: k1, k2).upstream",
        "k0 (so, too: k1, k2).upstream.totalCount",
    ]
    assert explained.sql == compile_operation(made.operation, world.catalogue).text
    row = await world.database.row(explained.sql, explained.arguments)
    assert [len(each) for each in row[3:]] == [3]


def test_each_call_costs_what_it_would_alone(world: World) -> None:
    request = Request(
        {**{f"u{n}": urn("hits") for n in range(9)}, **{f"n{n}": n for n in range(9)}}, NOW, SECRET
    )

    def rows(text: str) -> int:
        made = world.plan(text)
        return bind(made, request).rows

    alone = sum(rows("{" + DATASET.replace("#", str(n)) + "}") for n in range(9))
    assert rows(_aliased(DATASET, 9)) == alone


PAGES = (
    'datasets(first: 2, asOf: $t#, where: {name: {eq: "hits"}}) '
    "{ totalCount nodes { name upstream(first: 1, asOf: 5) { nodes { urn } } } }"
)


@pytest.mark.parametrize("t1", [3, "2024-01-05", "2040-01-01", "nonsense"])
@pytest.mark.parametrize(
    "text",
    [
        _aliased(PAGES, 3),
        _aliased(DATASET, 2),
        _aliased(PAGES, 2)[:-1] + "lone: " + PAGES.replace("#", "1") + "}",
        '{ a: dataset(id: "x") { name } b: dataset(id: "y") { name } c: datasets { totalCount } }',
    ],
)
def test_what_is_filled_in_ahead_is_what_each_request_would_fill_in(
    world: World, text: str, t1: str | int
) -> None:
    made = world.plan(text)
    given = {"t0": 4, "t1": t1, "t2": 5, "u0": urn("hits"), "u1": None, "n0": 2, "n1": -1}
    request = Request(given, NOW, SECRET)
    slots: dict[str, dict[str, object]] = {key: {} for key, _ in made.called}
    shared: dict[str, object] = {}
    at_fault = set()
    for site in made.sites:
        filled = slots.get(site.path[0].key, shared)
        try:
            for each in site.bindings:
                filled.update(zip(each.names, each.values(request), strict=True))
        except CallerFault:
            at_fault.add(site.path)
            for each in site.bindings:
                filled.update(zip(each.names, each.harmless, strict=True))
    bound = bind(made, request)
    assert (bound.slots, bound.called, set(bound.faults)) == (shared, slots, at_fault)
    nothing: dict[str, dict[str, object]] = {key: {} for key in slots}
    assert bound.rows == cost(made.statement, {}, nothing).rows(shared, slots)


def test_what_the_document_says_is_filled_in_once(world: World) -> None:
    made = world.plan('{ a: dataset(id: "x") { name } b: dataset(id: "y") { name } }')
    assert not made.prefilled.open
    assert set(made.prefilled.called) == {"a", "b"}


async def test_only_what_is_pinned_in_every_call_is_pinned(world: World) -> None:
    asked = _aliased("dataset(id: $u, asOf: $t#) { name }", 2)
    assert (await world.answer(asked, u=urn("hits"), t0=3, t1=4)).read.is_pinned
    assert not (await world.answer(asked, u=urn("hits"), t0=3, t1="2024-01-04")).read.is_pinned
    now = _aliased("dataset(id: $u#) { name }", 2)
    assert not (await world.answer(now, u0=urn("hits"), u1=urn("ann"))).read.is_pinned


async def test_datalog_is_read_as_it_stands(world: World) -> None:
    text = """[:find ?n :in $ ?u :where [?d :entity/urn ?u] [?d :Dataset/name ?n]]"""
    made = world.plan(
        f"""{{ a: datalog(query: "{text}", inputs: ["{urn("hits")}"]) {{ rows }}
               b: datalog(query: "{text}", inputs: ["{urn("clean")}"]) {{ rows }} }}"""
    )
    assert not made.operation.calls
