"""The rows of a query: a set, ordered, cut, in the form that find asks for."""

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import Constant, Variable
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
