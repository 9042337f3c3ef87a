"""What is refused, what is empty by construction, and what does not matter."""

import pytest

from datalog.errors import (
    InsufficientBinding,
    MixedKinds,
    QueryError,
    UnevenBranches,
    UnknownSource,
    UnlistedInput,
)
from datalog.sql.compile import compile_operation
from datalog.syntax.clauses import Clause, Compare, GetElse, Not, Operator, Or, Pattern, Step
from datalog.syntax.query import Order, Parent, Query, Scalar, Source
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.syntax.views import History, Now
from datalog.tree import Fixed, Many, Object, Operation, Page, Rows, Total, Value
from store.catalogue import UnknownAttribute, UnknownType
from tests.datalog.asking import Library
from tests.datalog.operations import NOW, E

X, Y, GIVEN = Variable("x"), Variable("y"), Variable("given")
NAME = Pattern(E, "Dataset/name", X)
DATASET = Pattern(E, "entity/type", Constant(Keyword("Dataset")))


def _query(*where: Clause) -> Query:
    return Query((E,), (NOW, Scalar(GIVEN)), where)


REFUSED: list[tuple[tuple[Clause, ...], type[Exception], str]] = [
    ((Pattern(E, "Dataset/nmae", X),), UnknownAttribute, "there is no attribute Dataset/nmae"),
    (
        (Pattern(E, "entity/type", Constant(Keyword("Datset"))),),
        UnknownType,
        "there is no entity type Datset",
    ),
    ((Compare(Operator.LT, X, Constant(3)),), InsufficientBinding, "nothing binds ?x"),
    ((DATASET, Not((NAME,), (E, Y))), InsufficientBinding, "nothing binds ?y"),
    ((Not((DATASET,)),), InsufficientBinding, "nothing binds ?e"),
    (
        (DATASET, Or(((NAME, Compare(Operator.EQ, X, GIVEN)),), (E,))),
        UnlistedInput,
        "?given is an input",
    ),
    ((Or(((NAME,), (DATASET,))),), UnevenBranches, "not every branch of the or names ?x"),
    (
        (
            Or(
                ((NAME,), (Pattern(E, "Dataset/rows", X),)),
            ),
        ),
        MixedKinds,
        "?x would be String and Int at once",
    ),
    ((Pattern(E, "Dataset/name", X, source="$then"),), UnknownSource, "$then is no database"),
]


@pytest.mark.parametrize(("where", "error", "sentence"), REFUSED, ids=str)
async def test_what_is_unsound_is_refused_with_a_sentence(
    library: Library, where: tuple[Clause, ...], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        library.compile(Many("it", _query(*where), Fixed("1")))
    assert sentence in str(refused.value)
    if isinstance(refused.value, QueryError):
        assert refused.value.code.isupper()


EMPTY: list[tuple[tuple[Clause, ...], str]] = [
    ((DATASET, Pattern(E, "Team/name", X)), "?e would be Dataset, and Team"),
    ((Pattern(E, "StewardedBy", X), Pattern(X, "Dataset/name")), "?x would be"),
    ((NAME, Pattern(E, "Dataset/rows", X)), "?x is String, but Dataset/rows has Int"),
    ((Pattern(E, "Dataset/name", Constant(3)),), "a constant is Long"),
    ((DATASET, Compare(Operator.EQ, Constant(0), Constant(1))), "does not hold"),
    ((DATASET, Or(())), "an or without branches"),
    ((DATASET, Not(())), "a not of what always holds"),
    ((DATASET, Not((Compare(Operator.EQ, Constant(1), Constant(1)),))), "a not of what always"),
    ((NAME, Pattern(E, "Dataset/rows", Y), Compare(Operator.EQ, X, Y)), "?x is String"),
    (
        (DATASET, Or(((Pattern(E, "Team/name", X),), (Pattern(E, "Person/name", X),)), (E,))),
        "?e would be Dataset, and Team",
    ),
]


@pytest.mark.parametrize(("where", "because"), EMPTY, ids=str)
async def test_what_cannot_match_never_becomes_sql(
    library: Library, where: tuple[Clause, ...], because: str
) -> None:
    query = _query(*where)
    paged = Query((E,), query.inputs, where, (Order(E),), 10)
    operation = Operation(
        (
            ("many", Many("many", query, Fixed("1"))),
            ("total", Total("total", query)),
            ("page", Page("page", paged, Rows(Fixed("1")))),
        )
    )
    statement = compile_operation(operation, library.catalogue)
    assert [path for path, _ in statement.reasons] == ["many", "total", "page"]
    assert all(because in reason for _, reason in statement.reasons)
    assert "fact_" not in statement.text
    assert [await library.column(statement, {}, name) for name in ("many", "total", "page")] == [
        [],
        0,
        [],
    ]


async def test_a_branch_that_cannot_match_is_left_out(library: Library) -> None:
    never = (Pattern(E, "Team/name", X),)
    query = _query(DATASET, Or((never, (Pattern(E, "Dataset/hidden", X),)), (E,)), Not(never))
    statement = library.compile(Total("it", query))
    assert (
        statement.text
        == library.compile(
            Total("it", _query(DATASET, Or(((Pattern(E, "Dataset/hidden", X),),), (E,))))
        ).text
    )


async def test_names_of_variables_and_the_order_of_clauses_do_not_matter(library: Library) -> None:
    def named(e: str, x: str, *order: int) -> Many:
        entity, value = Variable(e), Variable(x)
        clauses = (
            Pattern(entity, "entity/type", Constant(Keyword("Dataset"))),
            Pattern(entity, "Dataset/name", value),
            Compare(Operator.STARTS_WITH, value, Constant("a")),
            Not((Pattern(entity, "Dataset/tags", Constant("x")),)),
            GetElse(entity, (Step("Dataset/rows"),), Variable(f"{x}-rows")),
        )
        where = tuple(clauses[position] for position in order)
        return Many("it", Query((entity,), (NOW,), where), Fixed("1"))

    texts = {
        library.compile(named("e", "x", 0, 1, 2, 3, 4)).text,
        library.compile(named("zebra", "a", 0, 1, 2, 3, 4)).text,
        library.compile(named("e", "x", 4, 2, 3, 1, 0)).text,
    }
    answers = [
        await library.ask(named(e, x, *order))
        for e, x, order in (("e", "x", (0, 1, 2, 3, 4)), ("b", "a", (3, 4, 2, 0, 1)))
    ]
    assert answers[0] == answers[1]
    assert len(answers[0]) > 1
    assert len(texts) <= 2  # Conditions keep their order; nothing else does.


async def test_inner_names_of_join_forms_are_their_own(library: Library) -> None:
    """The two ?x are two variables: one dataset's name, and another's."""
    other = Or(((Pattern(E, "DerivedFrom", Y), Pattern(Y, "Dataset/name", X)),), (E,))
    shared = await library.ask(Total("it", _query(NAME, other)))
    apart = Or(((Pattern(E, "DerivedFrom", Y), Pattern(Y, "Dataset/name", Variable("z"))),), (E,))
    assert shared == await library.ask(Total("it", _query(NAME, apart))) > 0


async def test_a_log_without_a_known_attribute_reads_what_holds_now(library: Library) -> None:
    """Without one, a variable for an attribute finds what is asserted and not retracted since."""
    a, v = Variable("a"), Variable("v")
    by_log = Query(
        (E, v),
        (NOW,),
        (Pattern(E, a, v), Compare(Operator.EQ, a, Constant(Keyword("Dataset/rows")))),
    )
    by_fact = Query((E, X), (NOW,), (Pattern(E, "Dataset/rows", X),))
    assert await library.ask(Total("it", by_log)) == await library.ask(Total("it", by_fact)) > 0


async def test_the_history_of_one_attribute_has_its_retractions(library: Library) -> None:
    log, v, op, tx = Source("$log", History(Now())), Variable("v"), Variable("op"), Variable("tx")
    where = (Pattern(E, "Dataset/rows", v, tx, op, source="$log"),)
    everything = Query((E, v, tx, op), (NOW, log), where)
    gone = Pattern(E, "Dataset/rows", v, tx, Constant(value=False), source="$log")
    retracted = Query((E, v, tx), (NOW, log), (gone,))
    assert (
        await library.ask(Total("it", everything)) > await library.ask(Total("it", retracted)) > 0
    )


async def test_a_shape_can_name_what_a_level_above_it_binds(library: Library) -> None:
    owners = Query((Y,), (NOW, Parent(E)), (Pattern(E, "OwnedBy", Y), Pattern(Y, "Team/name", X)))
    pair = Object((("owner", Value(Y, "Team/name")), ("of", Value(E, "entity/urn"))))
    datasets = Query((E,), (NOW,), (DATASET,), (Order(E),), 40)
    inner = Rows(Object((("urn", Value(E, "entity/urn")), ("owners", Many("in", owners, pair)))))
    found = await library.ask(Page("it", datasets, inner))
    pairs = [(dataset["urn"], each) for dataset in found for each in dataset["owners"]]
    assert pairs
    assert all(each["of"] == urn for urn, each in pairs)


async def test_a_to_one_relation_is_read_as_a_set_where_it_orders_a_list(library: Library) -> None:
    get = GetElse(E, (Step("StewardedBy"), Step("Person/name")), X)
    query = Query((E,), (NOW,), (DATASET, get), (Order(X), Order(E)), 5)
    statement = library.compile(Page("it", query, Rows(Fixed("1"))))
    assert "LEFT JOIN (edge " in statement.text
