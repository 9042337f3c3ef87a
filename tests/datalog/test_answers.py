"""The rows of a query: a set, ordered, cut, in the form that find asks for."""

from dataclasses import replace

import pytest

from datalog.errors import NotInFind
from datalog.syntax.clauses import Pattern
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Collection, FindSpec, Order, Query, ReturnMaps, Scalar
from datalog.syntax.terms import Constant, Variable
from datalog.tree import Answer
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST, urn

E, NAME, ROWS, TYPE = (Variable(name) for name in ("e", "name", "rows", "type"))


def _names(library: Library, t: int = LAST) -> set[str]:
    values = library.facts.datasets(t).values()
    return {str(each["name"]) for each in values if each["name"] is not None}


async def test_rows_are_a_set_of_tuples(library: Library) -> None:
    query = Query((NAME,), (NOW,), (Pattern(E, "Dataset/name", NAME),))
    found = await library.answer(query)
    names = _names(library)
    assert found.rows == [[name] for name in sorted(names)]
    assert found.complete


async def test_as_of_a_time(library: Library) -> None:
    query = Query((NAME,), (THEN,), (Pattern(E, "Dataset/name", NAME),))
    found = await library.answer(query, then=3)
    names = _names(library, 3)
    assert found.rows == [[name] for name in sorted(names)]


async def test_entities_transactions_and_types_are_told_by_their_public_names(
    library: Library,
) -> None:
    tx = Variable("tx")
    where = (
        Pattern(E, "entity/urn", Constant(urn("t1"))),
        Pattern(E, "entity/type", TYPE, tx),
    )
    found = await library.answer(Query((E, TYPE, tx), (NOW,), where))
    assert found.rows == [[f"E{library.facts.numbers[urn('t1')]}", "Team", "T2"]]


async def test_the_value_of_any_attribute_is_told_as_what_it_is(library: Library) -> None:
    a, v = Variable("a"), Variable("v")
    where = (Pattern(E, "entity/urn", Constant(urn("dfull"))), Pattern(E, a, v))
    found = dict((await library.answer(Query((a, v), (NOW,), where))).rows)
    assert found["entity/type"] == "Dataset"
    assert found["Dataset/replacement"] == f"E{library.facts.numbers[urn('d00')]}"
    assert (found["Dataset/rows"], found["Dataset/size"]) == (5, "-12")


async def test_a_bound_that_cuts_rows_says_so(library: Library) -> None:
    query = Query((E,), (NOW,), (Pattern(E, "Team/name"),))
    found = await library.answer(query, first=2)
    assert (len(found.rows), found.complete) == (2, False)
    assert (await library.answer(query, first=3)).complete


def _named_rows(library: Library) -> list[tuple[str, int, str]]:
    """Return the public id, rows and name of every dataset that has both, in that order."""
    found = [
        (f"E{library.facts.numbers[of]}", values["rows"], values["name"])
        for of, values in library.facts.datasets().items()
        if values["name"] is not None and values["rows"] is not None
    ]
    return [(e, int(str(rows)), str(name)) for e, rows, name in found]


NAMED = (Pattern(E, "Dataset/name", NAME), Pattern(E, "Dataset/rows", ROWS))


async def test_rows_come_in_the_order_asked_then_in_that_of_find(library: Library) -> None:
    order = (Order(ROWS, descending=True),)
    found = await library.answer(Query((NAME, ROWS, E), (NOW,), NAMED, order))
    rows = [[name, rows, e] for e, rows, name in _named_rows(library)]
    assert found.rows == sorted(rows, key=lambda row: (-int(str(row[1])), row[0], row[2]))


async def test_an_offset_and_a_limit_cut_the_ordered_rows(library: Library) -> None:
    skipped, shown = Variable("skipped"), Variable("shown")
    order = (Order(E),)
    every = (await library.answer(Query((E,), (NOW,), NAMED, order))).rows
    cut = Query((E,), (NOW,), NAMED, order, limit=4, offset=3)
    assert (await library.answer(cut)).rows == every[3:7]
    given = Query(
        (E,), (NOW, Scalar(skipped), Scalar(shown)), NAMED, order, limit=shown, offset=skipped
    )
    assert (await library.answer(given, skipped=5, shown=2)).rows == every[5:7]
    assert (await library.answer(given, skipped=1_000, shown=2)).rows == []
    beside = await library.answer(cut, first=3)
    assert (beside.rows, beside.complete) == (every[3:6], False)
    assert (await library.answer(cut, first=4)).complete


async def test_what_with_names_is_dropped_and_leaves_a_bag(library: Library) -> None:
    found = await library.answer(Query((NAME,), (NOW,), NAMED, with_=(E,)))
    assert found.rows == sorted([name] for _, _, name in _named_rows(library))
    by_entity = Query((NAME,), (NOW,), NAMED, (Order(E, descending=True),), with_=(E,))
    rows = sorted(_named_rows(library), reverse=True)
    assert (await library.answer(by_entity)).rows == [[name] for _, _, name in rows]


async def test_an_order_by_what_find_has_not_is_refused(library: Library) -> None:
    count = Aggregate(Aggregation.COUNT, E)
    for find, order, with_ in (
        ((NAME,), ROWS, ()),
        ((NAME,), count, ()),
        ((NAME, count), E, ()),
        ((NAME, count), E, (E,)),
    ):
        with pytest.raises(NotInFind, match="is not in :find"):
            await library.answer(Query(find, (NOW,), NAMED, (Order(order),), with_=with_))


async def test_a_tuple_and_a_scalar_are_one_row(library: Library) -> None:
    rows = sorted(_named_rows(library))
    order = (Order(E, descending=True),)
    for spec in (FindSpec.TUPLE, FindSpec.SCALAR):
        query = Query((E, ROWS), (NOW,), NAMED, spec=spec)
        found = await library.answer(query, first=1)
        assert (found.rows, found.complete) == ([[rows[0][0], rows[0][1]]], True)
        found = await library.answer(replace(query, order=order))
        assert found.rows == [[rows[-1][0], rows[-1][1]]]
        nothing = (Pattern(E, "Dataset/name", Constant("no such name")), NAMED[1])
        assert (await library.answer(replace(query, where=nothing))).rows == []
    collected = await library.answer(Query((E,), (NOW,), NAMED, spec=FindSpec.COLLECTION))
    assert collected.rows == [[row[0]] for row in rows]


async def test_a_row_is_a_map_where_find_names_its_places(library: Library) -> None:
    maps = ReturnMaps("keys", ("née", "rows"))
    query = Query((NAME, ROWS), (NOW,), NAMED, maps=maps, limit=1)
    [row] = (await library.answer(query)).rows
    assert list(row) == ["née", "rows"]


async def test_an_input_can_be_found(library: Library) -> None:
    given = Variable("given")
    query = Query((given, NAME), (NOW, Scalar(given)), (Pattern(given, "Team/name", NAME),))
    team = library.facts.numbers[urn("t2")]
    assert (await library.answer(query, given=team)).rows == [[f"E{team}", "Team 2"]]
    alone = Query((given,), (Collection(given),), ())
    assert (await library.answer(alone, given=[3, 1, 3])).rows == [[1], [3]]


async def test_what_is_empty_whatever_the_facts_never_reaches_the_database(
    library: Library,
) -> None:
    a_number = (Pattern(E, "Team/name", NAME), Pattern(E, "Dataset/rows", ROWS))
    statement = library.compile(Answer("it", Query((E,), (NOW,), a_number), 10))
    assert statement.is_empty
    assert statement.known == ('{"rows":[],"complete":true}',)
    assert statement.reasons[0][0] == "it"
    before = library.database.statements
    assert (await library.answer(Query((E,), (NOW,), a_number))).rows == []
    assert library.database.statements == before
    assert not library.compile(Answer("it", Query((E,), (NOW,), NAMED), 10)).is_empty
