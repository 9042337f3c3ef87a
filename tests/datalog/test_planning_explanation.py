"""What is told of a plan: clauses in the order they are read, estimates, and what there is."""

import pytest

from datalog.explanation import IMPLIED, Explanation, explain_query
from datalog.syntax.clauses import Clause, Ground, RuleCall
from datalog.syntax.query import Query, Rule
from datalog.syntax.terms import Constant
from tests.datalog.asking import NOW, Library
from tests.datalog.planning_queries import (
    ALIVE,
    QUERIES,
    RAW,
    SLOTS,
    A,
    B,
    C,
    E,
    N,
    hop,
    is_a,
    named,
)


def _explained(library: Library, name: str) -> Explanation:
    find, inputs, where = QUERIES[name]
    query = Query(find, (NOW, *inputs), where)
    return explain_query(query, library.catalogue, moments=("then",))


@pytest.mark.parametrize("name", QUERIES)
async def test_every_clause_is_told_with_a_number_that_can_be_counted(
    library: Library, name: str
) -> None:
    explanation = _explained(library, name)
    last = 0
    for step in explanation.steps:
        assert step.clause.startswith(("[", "(", ":in"))
        if step.counting is not None:
            assert step.estimated_rows is not None
            last = await library.run(step.counting, SLOTS)
        else:
            assert step.access == IMPLIED
    assert last > 0, "the rows of the last step are those of the answer"


async def test_a_plan_starts_where_few_rows_are_and_says_so(library: Library) -> None:
    where: tuple[Clause, ...] = (named(E, N), hop(E, "DerivedFrom", A), is_a(E, "Dataset"), RAW)
    explanation = explain_query(Query((A, E, N), (NOW,), where), library.catalogue)
    told = [(step.clause, step.access) for step in explanation.steps]
    assert told == [
        ("[?e :Dataset/layer :RAW]", "by value"),
        ("[?e :Dataset/name ?n]", "by entity"),
        ("[?e :DerivedFrom ?a]", "by the end it comes from"),
        ("[?e :entity/type :Dataset]", IMPLIED),
    ]


async def test_what_only_exists_and_what_does_not_are_tests(library: Library) -> None:
    where: tuple[Clause, ...] = (named(E, N), hop(E, "DerivedFrom", B), ALIVE)
    explanation = explain_query(Query((E,), (NOW,), where), library.catalogue)
    told = {step.clause: step.access for step in explanation.steps}
    assert told["[?e :DerivedFrom ?b]"].startswith("a test")
    assert told["(not [?e :entity/lifecycle :DELETED])"].startswith("a test")


async def test_an_empty_query_says_why_and_has_no_steps(library: Library) -> None:
    where = (is_a(E, "Team"), named(E, Constant("x")))
    explanation = explain_query(Query((E,), (NOW,), where), library.catalogue)
    assert explanation.steps == ()
    assert "Team" in str(explanation.empty_because)


async def test_a_rule_is_told_by_its_name_and_constants_as_given(library: Library) -> None:
    step = Rule("up", (A, B), (hop(A, "DerivedFrom", B),))
    more = Rule("up", (A, B), (hop(A, "DerivedFrom", C), RuleCall("up", (C, B))))
    ground = Ground((N,), ((Constant("a"),), (Constant("z"),)))
    where = (ground, named(A, N), RuleCall("up", (A, B)))
    query = Query((A, B), (NOW,), where, rules=(step, more))
    explanation = explain_query(query, library.catalogue)
    told = {step.clause: step.access for step in explanation.steps}
    assert told['[(ground ["a" "z"]) [?n ...]]'] == "given"
    assert "(up ?a ?b)" in told
