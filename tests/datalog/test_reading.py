"""Texts and the queries that they say, one line of the grammar at a time."""

import pytest

from datalog.reading.query import read_query
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Step,
)
from datalog.syntax.terms import BLANK, Constant, Keyword, LookupRef, Variable

E, V, A, B, C, X = (Variable(name) for name in "evabcx")
NAME = "Dataset/name"
HAS_NAME = Pattern(E, NAME, V)

CLAUSES: dict[str, tuple[Clause, ...]] = {
    "[?e :Dataset/name ?v]": (HAS_NAME,),
    "[?e :Dataset/name]": (Pattern(E, NAME),),
    "[_ :Dataset/name ?v]": (Pattern(BLANK, NAME, V),),
    "[?e ?a ?v ?x ?b ?c]": (Pattern(E, A, V, X, B, C),),
    "[?e :Dataset/name ?v _ true]": (Pattern(E, NAME, V, BLANK, Constant(value=True)),),
    '["hw://a" :DerivedFrom ?v]': (Pattern(Constant("hw://a"), "DerivedFrom", V),),
    '[[:Dataset/name "a"] :DerivedFrom ?v]': (
        Pattern(LookupRef(NAME, Constant("a")), "DerivedFrom", V),
    ),
    "[$then ?e :Dataset/name ?v]": (Pattern(E, NAME, V, source="$then"),),
    "[?e :db/id ?v]": (Pattern(E, "entity/id", V),),
    "[?e :entity/type :Dataset]": (Pattern(E, "entity/type", Constant(Keyword("Dataset"))),),
    "[?e _ ?v]": (Pattern(E, Variable("_1"), V),),
    "[?e]": (Pattern(E, Variable("_1")),),
    "[(< ?e 3 ?v)]": (Compare(Operator.LT, E, Constant(3)), Compare(Operator.LT, Constant(3), V)),
    "[(!= ?e ?v)]": (Compare(Operator.NE, E, V),),
    "[(not= ?e ?v ?x)]": (Not((Compare(Operator.EQ, E, V), Compare(Operator.EQ, V, X))),),
    '[(clojure.string/starts-with? ?v "a")]': (Compare(Operator.STARTS_WITH, V, Constant("a")),),
    '[(includes? ?v "a")]': (Compare(Operator.CONTAINS, V, Constant("a")),),
    "[(member? ?v ?x)]": (Compare(Operator.MEMBER, V, X),),
    "[(even? ?v)]": (Call("even?", (V,)),),
    "[(+ ?v 1) ?x]": (Call("+", (V, Constant(1)), X),),
    "[(untuple ?v) [?a _]]": (Call("untuple", (V,), (A, BLANK)),),
    r'[(re-find #"\d+" ?v)]': (Call("re-find", (Constant(r"\d+"), V)),),
    "[(missing? $ ?e :Dataset/name)]": (Not((Pattern(E, NAME),)),),
    '[(get-else $ ?e :Dataset/name "none") ?v]': (
        GetElse(E, (Step(NAME),), V, "$", Constant("none")),
    ),
    "[(get-else $then ?e [:_DerivedFrom :Dataset/_home] nil) ?v]": (
        GetElse(
            E, (Step("DerivedFrom", reverse=True), Step("Dataset/home", reverse=True)), V, "$then"
        ),
    ),
    "[(get-some $ ?e :A/a :B/b) [?a ?v]]": (
        Or(
            (
                (Pattern(E, "A/a", V), Pattern(A, "db/ident", Constant(Keyword("A/a")))),
                (
                    Pattern(E, "B/b", V),
                    Pattern(A, "db/ident", Constant(Keyword("B/b"))),
                    Not((Pattern(E, "A/a"),)),
                ),
            ),
            (E, A, V),
        ),
    ),
    "[(ground 1) ?x]": (Ground((X,), ((Constant(1),),)),),
    "[(ground [1 2]) [?x ...]]": (Ground((X,), ((Constant(1),), (Constant(2),))),),
    "[(ground [1 2]) [?x _]]": (Ground((X, BLANK), ((Constant(1), Constant(2)),)),),
    "[(ground [[1 2] [3 4]]) [[?a ?b]]]": (
        Ground((A, B), ((Constant(1), Constant(2)), (Constant(3), Constant(4)))),
    ),
    "[(tx-ids $ 3 nil) [?x ...]]": (
        Pattern(X, "tx/t", Variable("_1")),
        Compare(Operator.GE, Variable("_1"), Constant(3)),
    ),
    "[(tx-data $ ?x) [[?e ?a ?v _ ?b]]]": (Pattern(E, A, V, X, B, source="$.log"),),
    "(not [?e :Dataset/name ?v])": (Not((HAS_NAME,)),),
    "(not-join [?e] [?e :Dataset/name ?v])": (Not((HAS_NAME,), (E,)),),
    "($then not [?e :Dataset/name ?v])": (Not((Pattern(E, NAME, V, source="$then"),)),),
    "(or [?e :Dataset/name ?v] (and [?e :A/a ?v] [?v :B/b]))": (
        Or(((HAS_NAME,), (Pattern(E, "A/a", V), Pattern(V, "B/b")))),
    ),
    "(or-join [[?e] ?v] [?e :Dataset/name ?v])": (Or(((HAS_NAME,),), (E, V)),),
    "(and [?e :Dataset/name ?v] [?v :B/b])": (HAS_NAME, Pattern(V, "B/b")),
    "(upstream ?e _ 3)": (RuleCall("upstream", (E, BLANK, Constant(3))),),
    "($then upstream ?e ?v)": (RuleCall("upstream", (E, V), "$then"),),
}


@pytest.mark.parametrize("text", CLAUSES)
def test_a_clause_says_what_it_says(text: str) -> None:
    read = read_query(f"[:find ?z :in $ ?z\n :where {text}]")
    assert read.query.where == CLAUSES[text]
    assert {read.places[clause].line for clause in read.query.where} == {2}
