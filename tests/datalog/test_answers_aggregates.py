"""Every aggregate, with an answer that was worked out by hand; now, and as of a time."""

from statistics import median, pstdev, pvariance
from typing import Any

import pytest

from datalog.errors import WrongAggregate
from datalog.syntax.clauses import Ground, Pattern
from datalog.syntax.finding import Aggregate, Aggregation, Count
from datalog.syntax.query import Collection, FindSpec, Order, Query, Relation
from datalog.syntax.terms import Constant, Keyword, Variable
from store.database_errors import NoResult
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import urn

E, FAR, X, G, NAME = (Variable(name) for name in ("e", "far", "x", "g", "name"))


def _of(name: str, variable: Variable = X, amount: int | None = None) -> Aggregate:
    return Aggregate(Aggregation(name), variable, amount)


async def _ages(library: Library, *aggregates: Aggregate) -> list[Any]:
    query = Query(aggregates, (Collection(X),), ())
    found = await library.answer(query, x=[8, 12, 34, 42])
    assert found.complete
    return found.rows


async def test_aggregates_of_four_numbers(library: Library) -> None:
    names = ("avg", "count", "count-distinct", "distinct", "max", "median", "min", "sum")
    [row] = await _ages(library, *map(_of, names))
    assert row == [24.0, 4, 4, [8, 12, 34, 42], 42, 23.0, 8, "96"]


async def test_variance_and_deviation_are_those_of_a_population(library: Library) -> None:
    query = Query((_of("variance"), _of("stddev"), _of("median")), (Collection(X),), ())
    [[variance, deviation, middle]] = (await library.answer(query, x=[10, 15, 20, 35, 75])).rows
    assert variance == 554.0
    assert deviation == pytest.approx(23.537, abs=0.001)
    assert middle == 20.0
    large = [1, 7, 600_000_000, 1_234_567_890]  # Of numbers as large it has a fraction still.
    [[_, deviation, _]] = (await library.answer(query, x=large)).rows
    assert deviation == pytest.approx(pstdev(large), rel=1e-14)


async def test_the_least_and_the_greatest_of_several_are_lists(library: Library) -> None:
    [row] = await _ages(library, _of("min", amount=3), _of("max", amount=2), _of("min", amount=9))
    assert row == [[8, 12, 34], [42, 34], [8, 12, 34, 42]]
    [row] = await _ages(library, _of("min", amount=0), _of("max", amount=0))
    assert row == [[], []]


async def test_what_is_drawn_is_from_the_group(library: Library) -> None:
    [[one, many, some, all_]] = await _ages(
        library,
        _of("rand"),
        _of("rand", amount=9),
        _of("sample", amount=2),
        _of("sample", amount=9),
    )
    assert one in {8, 12, 34, 42}
    assert len(many) == 9
    assert set(many) <= {8, 12, 34, 42}
    assert len(set(some)) == 2
    assert sorted(all_) == [8, 12, 34, 42]


async def test_draws_differ(library: Library) -> None:
    """Of 9 numbers out of 1,000 two draws are alike once in 10 to the 27."""
    query = Query((_of("rand", amount=9), _of("sample", amount=9)), (Collection(X),), ())
    found = [(await library.answer(query, x=list(range(1_000)))).rows[0] for _ in range(2)]
    assert found[0][0] != found[1][0]
    assert found[0][1] != found[1][1]


async def test_without_rows_there_is_no_row(library: Library) -> None:
    for spec in FindSpec:
        query = Query((_of("count"),), (Collection(X),), (), spec=spec)
        assert (await library.answer(query, x=[])).rows == []
    where = (Pattern(E, "Dataset/name", Constant("no such name")),)
    assert (await library.answer(Query((_of("count", E),), (NOW,), where))).rows == []


async def test_equal_values_collapse_unless_something_tells_them_apart(library: Library) -> None:
    heads = [3, 1, 1, 1]
    given = (Relation((NAME, X)),)
    where = (Pattern(E, "Team/name", Variable("team")),)
    find = (_of("sum"), _of("count"), _of("count-distinct"), _of("min", amount=3))
    plain = await library.answer(Query(find, (NOW, *given), where), name=[1, 2, 3, 4], x=heads)
    assert plain.rows == [["4", 2, 2, [1, 3]]]
    apart = Query(find, (NOW, *given), where, with_=(NAME,))
    found = await library.answer(apart, name=[1, 2, 3, 4], x=heads)
    assert found.rows == [["6", 4, 2, [1, 1, 1]]]


async def test_rows_group_by_what_is_not_aggregated(library: Library) -> None:
    layer = Variable("layer")
    where = (Pattern(E, "Dataset/layer", layer), Pattern(E, "Dataset/rows", X))
    for source, t in ((NOW, 12), (THEN, 3)):
        expected: dict[str, list[int]] = {}
        for values in library.facts.datasets(t).values():
            if values.get("layer") is not None and values.get("rows") is not None:
                expected.setdefault(str(values["layer"]), []).append(int(str(values["rows"])))
        find = (layer, _of("sum"), _of("count"), _of("median"), _of("variance"), _of("stddev"))
        query = Query(find, (source,), where, (Order(layer, descending=True),), with_=(E,))
        found = await library.answer(query, then=t)
        told = [[name, int(total), many, *rest] for name, total, many, *rest in found.rows]
        assert told == [
            [
                name,
                sum(rows),
                len(rows),
                pytest.approx(median(rows)),
                pytest.approx(pvariance(rows)),
                pytest.approx(pstdev(rows)),
            ]
            for name, rows in sorted(expected.items(), reverse=True)
        ]


async def test_groups_are_ordered_by_an_aggregate_and_cut(library: Library) -> None:
    where = (Pattern(E, "DerivedFrom", FAR),)
    derived: dict[str, set[str]] = {}
    for kind, near, far, _ in library.facts.states[12].edges:
        if kind == "DerivedFrom":
            derived.setdefault(f"E{library.facts.numbers[near]}", set()).add(far)
    counted = sorted((-len(far), of) for of, far in derived.items())
    order = (Order(_of("count", FAR), descending=True),)
    query = Query((E, _of("count", FAR)), (NOW,), where, order, limit=5)
    assert (await library.answer(query)).rows == [[of, -many] for many, of in counted[:5]]


async def test_sums_are_as_wide_as_their_numbers(library: Library) -> None:
    where = (
        Pattern(E, "entity/urn", Constant(urn("dfull"))),
        Pattern(E, "Dataset/rows", Variable("rows")),
        Pattern(E, "Dataset/size", Variable("size")),
        Pattern(E, "Dataset/price", Variable("price")),
        Pattern(E, "Dataset/ratio", Variable("ratio")),
    )
    find = tuple(_of("sum", Variable(name)) for name in ("rows", "size", "price", "ratio"))
    assert (await library.answer(Query(find, (NOW,), where))).rows == [["5", "-12", "2.5", 1e-7]]
    find = tuple(_of("avg", Variable(name)) for name in ("rows", "size", "price", "ratio"))
    assert (await library.answer(Query(find, (NOW,), where))).rows == [[5.0, -12.0, 2.5, 1e-7]]


async def test_whatever_has_an_order_has_a_least_and_a_greatest(library: Library) -> None:
    names = ["name", "seenAt", "day", "hidden", "layer", "home", "extra", "token", "replacement"]
    for name in names:
        held = Pattern(E, f"Dataset/{name}", X)
        every = [row[0] for row in (await library.answer(Query((X,), (NOW,), (held,)))).rows]
        find = (_of("min"), _of("max"), _of("min", amount=2), _of("distinct"), _of("count"))
        [row] = (await library.answer(Query(find, (NOW,), (held,)))).rows
        assert row == [every[0], every[-1], every[:2], every, len(every)], name


async def test_transactions_and_types_are_counted_and_listed(library: Library) -> None:
    tx, kind = Variable("tx"), Variable("kind")
    where = (Pattern(E, "Team/name", X, tx), Pattern(E, "entity/type", kind))
    find = (_of("max", tx), _of("distinct", tx), _of("distinct", kind), _of("count", E))
    assert (await library.answer(Query(find, (NOW,), where))).rows == [["T2", ["T2"], ["Team"], 3]]


async def test_values_of_any_attribute_are_counted_and_no_more(library: Library) -> None:
    a, v = Variable("a"), Variable("v")
    where = (Pattern(E, "entity/urn", Constant(urn("t1"))), Pattern(E, a, v))
    query = Query((_of("count-distinct", v), _of("count", a), Count(v)), (NOW,), where)
    assert (await library.answer(query)).rows == [[4, 4, 4]]
    with pytest.raises(WrongAggregate, match="any attribute"):
        await library.answer(Query((_of("max", v),), (NOW,), where))


@pytest.mark.parametrize("name", ["sum", "avg", "median", "variance", "stddev"])
async def test_numbers_alone_add_up(library: Library, name: str) -> None:
    for attribute in ("Team/name", "entity/type", "Dataset/seenAt", "Dataset/hidden"):
        query = Query((_of(name),), (NOW,), (Pattern(E, attribute, X),))
        with pytest.raises(WrongAggregate, match=f"{name} is of numbers, and \\?x is"):
            await library.answer(query)


@pytest.mark.parametrize(
    ("aggregate", "problem"),
    [
        (_of("sum", amount=2), "sum takes no number"),
        (_of("min", amount=-1), "min cannot give -1 values"),
        (_of("rand", amount=10**9), "rand draws at most 10000 values"),
    ],
)
async def test_a_number_that_an_aggregate_does_not_take(
    library: Library, aggregate: Aggregate, problem: str
) -> None:
    with pytest.raises(WrongAggregate, match=problem):
        await library.answer(Query((aggregate,), (Collection(X),), ()), x=[1])


async def test_a_count_of_a_lifecycle_known_by_type(library: Library) -> None:
    where = (Pattern(E, "entity/type", Constant(Keyword("Pipeline"))),)
    assert (await library.answer(Query((_of("count", E),), (NOW,), where))).rows == [[8]]


@pytest.mark.parametrize("t", [3, 12])
async def test_every_aggregate_of_what_held_at_a_time(library: Library, t: int) -> None:
    values = library.facts.datasets(t).values()
    rows = sorted(int(str(each["rows"])) for each in values if each.get("rows") is not None)
    find = (
        *map(_of, ("avg", "count", "count-distinct", "distinct", "max", "median", "min", "sum")),
        *map(_of, ("variance", "stddev", "rand")),
        *(_of(name, amount=5) for name in ("min", "max", "rand")),
        _of("sample", amount=99),
    )
    query = Query(find, (THEN,), (Pattern(E, "Dataset/rows", X),), with_=(E,))
    [told] = (await library.answer(query, then=t)).rows
    assert told[:10] == [
        pytest.approx(sum(rows) / len(rows)),
        len(rows),
        len(set(rows)),
        sorted(set(rows)),
        rows[-1],
        median(rows),
        rows[0],
        str(sum(rows)),
        pytest.approx(pvariance(rows)),
        pytest.approx(pstdev(rows)),
    ]
    assert told[10] in rows
    assert told[11:13] == [rows[:5], rows[::-1][:5]]
    assert len(told[13]) == 5
    assert set(told[13]) <= set(rows)
    assert sorted(told[14]) == sorted(set(rows))


async def test_a_sum_that_64_bits_do_not_hold_is_told(library: Library) -> None:
    where = (Ground((X,), ((Constant(2**63 - 1),), (Constant(1),))),)
    with pytest.raises(NoResult, match="out of range"):
        await library.answer(Query((_of("sum"),), (NOW,), where))
    [[average]] = (await library.answer(Query((_of("avg"),), (NOW,), where))).rows
    assert average == pytest.approx(2.0**62)
