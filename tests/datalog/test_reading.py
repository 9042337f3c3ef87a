"""Texts and the queries that they say, one line of the grammar at a time."""

import pytest

from datalog.reading.bindings import Each, One
from datalog.reading.given import Database, Named, Rules
from datalog.reading.query import read_pull, read_query
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
from datalog.syntax.finding import (
    Aggregate,
    Aggregation,
    Pull,
    PullAttribute,
    PullPattern,
    PullWildcard,
    Recursion,
)
from datalog.syntax.query import (
    Collection,
    FindSpec,
    Order,
    Query,
    Relation,
    ReturnMaps,
    Rule,
    Scalar,
    Source,
)
from datalog.syntax.terms import BLANK, Constant, Keyword, LookupRef, Variable
from datalog.syntax.views import History, Now

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
    "($then not [$ ?e :Dataset/name ?v])": (Not((HAS_NAME,)),),
    "($then not (up ?e) [(missing? ?e :A/a)])": (
        Not((RuleCall("up", (E,), "$then"), Not((Pattern(E, "A/a", source="$then"),)))),
    ),
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


NOW = Source("$", Now())
WHOLE = {
    "[:find ?e :where [?e :Dataset/name]]": Query((E,), (NOW,), (Pattern(E, NAME),)),
    "(:find ?e :where [?e :Dataset/name])": Query((E,), (NOW,), (Pattern(E, NAME),)),
    "{:find [?e .] :where [[?e :Dataset/name]] :limit 3}": Query(
        (E,), (NOW,), (Pattern(E, NAME),), limit=3, spec=FindSpec.SCALAR
    ),
    "[:find [?e ...] :in $ ?e :offset ?e]": Query(
        (E,), (NOW, Scalar(E)), (), offset=E, spec=FindSpec.COLLECTION
    ),
    "[:find [?e ?v] :strs a b :in $ [?e _] [[?v _ ?x]]]": Query(
        (E, V),
        (NOW, Scalar(E), Relation((V, X))),
        (),
        spec=FindSpec.TUPLE,
        maps=ReturnMaps("strs", ("a", "b")),
    ),
    "[:find (count ?e) (max 3 ?v) :with ?x :in $ $then [?e ...] ?v ?x\n"
    " :order-by [(count ?e) :desc] ?x]": Query(
        (Aggregate(Aggregation.COUNT, E), Aggregate(Aggregation.MAX, V, 3)),
        (NOW, Source("$then", Now()), Collection(E), Scalar(V), Scalar(X)),
        (),
        order=(Order(Aggregate(Aggregation.COUNT, E), descending=True), Order(X)),
        with_=(X,),
    ),
    "[:find (pull $then ?e [*]) :in $then ?e :order-by [?e :asc]]": Query(
        (Pull(E, PullPattern((PullWildcard(),)), "$then"),),
        (Source("$then", Now()), Scalar(E)),
        (),
        order=(Order(E),),
    ),
    "[:find ?e :in $ % ?e :rules [[(up [?a] ?b) [?a :A/a ?b] (up ?a ?b)]]]": Query(
        (E,),
        (NOW, Scalar(E)),
        (),
        rules=(Rule("up", (A, B), (Pattern(A, "A/a", B), RuleCall("up", (A, B))), 1),),
    ),
    "[:find ?e :where [(tx-data $ 3) [[?e _ _ _ ?v]]]]": Query(
        (E,),
        (NOW, Source("$.log", History())),
        (Pattern(E, Variable("_1"), BLANK, Constant(3), V, source="$.log"),),
    ),
    "[:find ?e :where (or [?e _ 1] [?e :A/a])]": Query(
        (E,),
        (NOW,),
        (
            Or(
                (
                    (Or(((Pattern(E, Variable("_1"), Constant(1)),),), (E,)),),
                    (Pattern(E, "A/a"),),
                )
            ),
        ),
    ),
}


@pytest.mark.parametrize("text", WHOLE)
def test_a_query_says_what_it_says(text: str) -> None:
    assert read_query(text).query == WHOLE[text]


PULLED: dict[str, tuple[PullAttribute | PullWildcard, ...]] = {
    "*": (PullWildcard(),),
    '"*"': (PullWildcard(),),
    ":Dataset/name :db/id": (PullAttribute(NAME), PullAttribute("entity/id")),
    ":Dataset/_home :_DerivedFrom": (
        PullAttribute("Dataset/home", reverse=True),
        PullAttribute("DerivedFrom", reverse=True),
    ),
    '[:A/a :limit 5 :as "x" :default 0]': (
        PullAttribute("A/a", key="x", limit=5, default=Constant(0)),
    ),
    "[:A/a :limit nil :as :x/y]": (PullAttribute("A/a", key="x/y", limit=None),),
    "(limit :A/a 5) (default :A/b false)": (
        PullAttribute("A/a", limit=5),
        PullAttribute("A/b", default=Constant(value=False)),
    ),
    "{:A/a ... [:A/b :limit 2] 3 (limit :A/c 1) [*]}": (
        PullAttribute("A/a", pattern=Recursion(None)),
        PullAttribute("A/b", limit=2, pattern=Recursion(3)),
        PullAttribute("A/c", limit=1, pattern=PullPattern((PullWildcard(),))),
    ),
}


@pytest.mark.parametrize("text", PULLED)
def test_a_pull_pattern_says_what_it_says(text: str) -> None:
    assert read_pull(f"[{text}]").items == PULLED[text]


def test_what_is_beside_the_query_is_told() -> None:
    read = read_query("[:find (pull ?e shape) ?n :in ?n % shape $then [?e ...]]")
    assert read.given == (One(Variable("n")), Rules(), Named("shape"), Database("$then"), Each(E))
    assert read.patterns == {0: "shape"}
    assert read.logs == {}
