"""Predicates and functions: what they give for values that are written, and for facts."""

from typing import Any

import pytest

from datalog.checking.regular_expressions import translated
from datalog.errors import (
    InsufficientBinding,
    MalformedPattern,
    UnknownFunction,
    WrongArguments,
)
from datalog.sql.compile import compile_operation
from datalog.syntax.views import AsOf
from datalog.tree import Answer, Operation
from store.database_errors import NoRegularExpression, NoResult, TooLarge
from tests.datalog.asking import answer
from tests.datalog.shelf import Shelf, query

GIVES: dict[str, Any] = {
    "(+ 1 2 3)": "6",
    "(+ 5)": "5",
    "(- 5)": "-5",
    "(- 5 2 1)": "2",
    "(* 2 3 4)": "24",
    "(+ 1 0.5)": 1.5,
    "(+ 1 0.5M)": "1.5",
    "(+ 0.5M 0.25)": 0.75,
    "(/ 7 2)": "3",
    "(/ -7 2)": "-3",
    "(/ 7.0 2)": 3.5,
    "(/ 7M 2)": "3.5",
    "(/ 2.0)": 0.5,
    "(quot -7 2)": "-3",
    "(quot 7.5 2)": 3.0,
    "(rem -7 2)": "-1",
    "(rem -7.5 2)": -1.5,
    "(mod -7 2)": "1",
    "(mod 7 -2)": "-1",
    "(mod -7 7)": "0",
    "(inc 9)": "10",
    "(dec 0.5)": -0.5,
    "(abs -3M)": "3",
    "(min 3 1 2)": "1",
    "(max 3 1 2.5)": 3.0,
    '(str "a" 1 2.50M true :k)': "a12.5truek",
    "(str)": "",
    '(subs "hello" 1)': "ello",
    '(subs "hello" 1 3)': "el",
    '(subs "hello" 5)': "",
    '(subs "a😀b" 1 2)': "😀",
    '(count "a😀b")': "3",
    '(upper-case "aé")': "Aé",
    '(lower-case "AÉ")': "aÉ",
    '(clojure.string/trim " \\n a \\t")': "a",
    '(name "a/b")': "b",
    "(name :Dataset/name)": "name",
    "(namespace :Dataset/name)": "Dataset",
    '(keyword "a" "b")': "a/b",
    "(identity 1.5)": 1.5,
    '(re-find #"[0-9]+" "a12b3")': "12",
    '(re-find #"a(.)c" "xabcx")': "abc",
    '(re-matches #"a.c" "abc")': "abc",
    '(re-find #"(?i)B+" "abb")': "bb",
}

NOTHING = (
    "(/ 1 0)",
    "(/ 1.0 0)",
    "(/ 0M)",
    "(quot 1 0)",
    "(rem 1 0)",
    "(mod 1.5 0)",
    '(subs "abc" 4)',
    '(subs "abc" 2 1)',
    '(subs "abc" -1)',
    '(subs "abc" 0 99999999999)',
    '(subs "abc" 99999999999)',
    '(namespace "a")',
    '(keyword "")',
    '(re-find #"x" "abc")',
    '(re-matches #"b" "abc")',
    '(+ 1 "a")',
    "(upper-case 5)",
)

HOLDS = (
    '(ends-with? "abc" "bc")',
    '(ends-with? "abc" "")',
    '(blank? " \\t\\n")',
    '(re-find #"b" "abc")',
    '(re-find #"\\bfoo\\b" "a foo b")',
    '(re-matches #"[a-c]{3}" "abc")',
    '(re-matches #"a.b" "axb")',
    "(even? -2)",
    "(odd? -3)",
    "(even? -2.0)",
    "(odd? 3.0)",
    "(odd? 3M)",
    "(zero? 0.0)",
    "(pos? 0.1M)",
    "(neg? -1)",
    "(true? true)",
    "(false? false)",
)

FAILS = (
    '(ends-with? "abc" "b")',
    '(blank? " a")',
    '(re-find #"\\bfo\\b" "a foo b")',
    '(re-matches #"b" "abc")',
    '(re-matches #"a.b" "a\\nb")',
    "(even? 3)",
    "(odd? 2)",
    "(odd? 2.5)",
    "(even? 2.5M)",
    "(odd? 1e300)",
    "(zero? 1)",
    "(pos? 0)",
    "(neg? 0)",
    "(true? false)",
    '(true? "true")',
    "(false? 0)",
    "(blank? 5)",
)


async def test_a_function_gives_its_value(shelf: Shelf) -> None:
    for call, expected in GIVES.items():
        found = await shelf.ask(f"[:find ?x :where [{call} ?x]]")
        assert found == [[expected]], call


async def test_a_function_without_a_value_for_its_arguments_matches_nothing(shelf: Shelf) -> None:
    for call in NOTHING:
        assert await shelf.ask(f"[:find ?x :where [{call} ?x]]") == [], call


async def test_a_predicate_holds_or_not(shelf: Shelf) -> None:
    for call in HOLDS:
        assert await shelf.ask(f"[:find ?x :where [(ground 1) ?x] [{call}]]") == [["1"]], call
    for call in FAILS:
        assert await shelf.ask(f"[:find ?x :where [(ground 1) ?x] [{call}]]") == [], call


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "[:find ?n ?up :where [?e :Dataset/name ?n] [(upper-case ?n) ?up]]",
            [["Orders 2", "ORDERS 2"], ["items", "ITEMS"], ["orders", "ORDERS"]],
        ),
        (
            "[:find ?r ?half :where [_ :Dataset/rows ?r] [(/ ?r 2) ?half]]",
            [[-7, "-3"], [3, "1"], [10, "5"]],
        ),
        (  # What is computed joins with what is there already.
            (
                "[:find ?n :where [?e :Dataset/rows ?r] [?e :Dataset/size ?s] [(* ?r ?r) ?x]"
                " [(= ?s ?x)] [?e :Dataset/name ?n]]"
            ),
            [["orders"]],
        ),
        (
            (
                "[:find ?n :where [?e :Dataset/size ?s] [?e :Dataset/rows ?r] [(* ?r 10) ?s]"
                " [?e :Dataset/name ?n]]"
            ),
            [["orders"]],
        ),
        (
            '[:find ?n :where [?e :Dataset/name ?n] (not [(re-find #"^[a-z]+$" ?n)])]',
            [["Orders 2"]],
        ),
        (
            (
                "[:find ?n ?x :where [?e :Dataset/name ?n] (or-join [?n ?x]"
                ' (and [(ends-with? ?n "s")] [(count ?n) ?x]) (and [(blank? ?n)] [(ground 0) ?x]))]'
            ),
            [["items", "5"], ["orders", "6"]],
        ),
        (
            (
                '[:find ?x ?n :where [(ground [[1 "orders"] [2 "none"]]) [[?x ?n]]]'
                " [_ :Dataset/name ?n]]"
            ),
            [["1", "orders"]],
        ),
        (
            (
                '[:find ?name :where [?e :Dataset/name "items"] [?e :entity/type ?type]'
                " [(name ?type) ?name]]"
            ),
            [["Dataset"]],
        ),
        (
            (
                '[:find ?text :where [?e :Dataset/name "orders"]'
                " [?e :Dataset/seenAt ?i] [?e :Dataset/day ?d] [?e :Dataset/hidden ?h]"
                ' [(str ?d " " ?i " " ?h) ?text]]'
            ),
            [["2024-02-29 2024-05-06T07:08:09Z false"]],
        ),
    ],
)
async def test_functions_of_facts(shelf: Shelf, text: str, rows: list[Any]) -> None:
    assert await _at_2(shelf, text) == rows


async def _at_2(shelf: Shelf, text: str) -> list[Any]:
    return await shelf.ask(text, {"$": AsOf("then")}, then=2)


async def test_a_long_chain_of_functions_stays_a_short_statement(shelf: Shelf) -> None:
    steps = " ".join(f"[(+ ?x{n} ?x{n}) ?x{n + 1}]" for n in range(40))
    text = f"[:find ?x40 :where [(ground 1) ?x0] {steps}]"
    statement = compile_operation(
        Operation((("it", Answer("it", query(text), 10)),)), shelf.catalogue
    )
    assert len(statement.text) < 20_000
    assert await shelf.ask(text) == [[str(2**40)]]


async def test_more_than_64_bits_are_the_callers_fault(shelf: Shelf) -> None:
    text = "[:find ?y :where [?e :Dataset/size ?x] [(* ?x 9223372036854775807) ?y]]"
    statement = compile_operation(
        Operation((("it", Answer("it", query(text), 10)),)), shelf.catalogue
    )
    with pytest.raises(NoResult):
        await shelf.database.row_of_query(statement.text, statement.arguments)


@pytest.mark.parametrize("grown", ["(str ?n ?n)", "(keyword ?n ?n)", "(tuple ?n ?n)"])
@pytest.mark.parametrize("recursive", [True, False])
async def test_a_text_that_grows_beyond_bounds_is_the_callers_fault(
    shelf: Shelf, grown: str, *, recursive: bool
) -> None:
    if recursive:
        rules = f"[(long ?n) [_ :Dataset/name ?n]] [(long ?m) (long ?n) [{grown} ?m]]"
        text = f"[:find ?n :rules [{rules}] :where (long ?n)]"
    else:
        steps = [f"[{grown.replace('?n', f'?x{n}')} ?x{n + 1}]" for n in range(40)]
        text = f"[:find ?x40 :where [_ :Dataset/name ?x0] {' '.join(steps)}]"
    statement = compile_operation(
        Operation((("it", Answer("it", query(text), 10)),)), shelf.catalogue
    )
    with pytest.raises(TooLarge):
        await shelf.database.row_of_query(statement.text, statement.arguments)


async def test_a_pattern_that_is_no_regular_expression_is_the_callers_fault(shelf: Shelf) -> None:
    text = '[:find ?n :where [(ground ["("]) [?p ...]] [?e :Dataset/name ?n] [(re-find ?p ?n)]]'
    statement = compile_operation(
        Operation((("it", Answer("it", query(text), 10)),)), shelf.catalogue
    )
    with pytest.raises(NoRegularExpression):
        await shelf.database.row_of_query(statement.text, statement.arguments)


@pytest.mark.parametrize(
    ("clauses", "error", "sentence"),
    [
        ("[?e :Dataset/name ?n] [(shout ?n) ?m]", UnknownFunction, "there is no shout"),
        ("[?e :Dataset/name ?n] [(upper-case ?n)]", WrongArguments, "gives a value"),
        ("[?e :Dataset/rows ?n] [(even? ?n) ?m]", WrongArguments, "is a predicate"),
        ("[?e :Dataset/rows ?n] [(inc ?n ?n) ?m]", WrongArguments, "takes 1 argument, and has 2"),
        ("[?e :Dataset/name ?n] [(subs ?n) ?m]", WrongArguments, "takes 2 to 3 arguments"),
        ("[?e :Dataset/name ?n] [(inc ?n) [?m ?o]]", WrongArguments, "gives one value"),
        ('[?e :Dataset/name ?n] [(re-find #"a(" ?n)]', MalformedPattern, "not closed"),
        ('[?e :Dataset/name ?n] [(re-find #"a++" ?n)]', MalformedPattern, "possessive"),
        ('[?e :Dataset/name ?n] [(re-find #"a*b+?" ?n)]', MalformedPattern, "mixes"),
        ("[?e :Dataset/rows ?n] [(+ ?n ?k) ?m]", InsufficientBinding, "?k"),
    ],
)
async def test_a_call_that_can_never_be_is_refused(
    shelf: Shelf, clauses: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        await shelf.ask(f"[:find ?n :where {clauses}]")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("*a", "repeats nothing"),
        ("a)", "closes a group"),
        ("[a", "class that is not closed"),
        ("[]", "class"),
        ("[[a]]", "class inside of a class"),
        ("a{2,1}", "repeats"),
        ("a{0,256}", "repeats"),
        ("(?<name>a)", "kind of group"),
        (r"\p{L}", "escape"),
        (r"a\1", "refers back"),
        ("a\\", "escape"),
        ("{", "bounds nothing"),
    ],
)
def test_a_pattern_outside_of_the_common_core_says_where(pattern: str, problem: str) -> None:
    with pytest.raises(MalformedPattern) as refused:
        translated(pattern)
    assert problem in str(refused.value)
    assert "at character" in str(refused.value)


async def test_hostile_patterns_reach_postgresql_as_values_only(shelf: Shelf) -> None:
    for pattern in (r"'; DROP TABLE log; --", r"$1", r"\x27", "***=a", "(?i)x|'"):
        text = query("[:find ?n :in $ ?p :where [_ :Dataset/name ?n] [(re-find ?p ?n)]]")
        found = await answer(shelf.database, shelf.catalogue, text, {"p": pattern})
        assert found.rows == []


async def test_a_number_of_two_types_is_divided_as_the_wider_one(shelf: Shelf) -> None:
    either = "(or [?e :Dataset/rows ?n] [?e :Dataset/price ?n]) [(/ ?n 4) ?x]"
    found = await shelf.ask(f"[:find ?x :where {either} :order-by ?x]")
    assert found == [["0.625"], ["2.5"], ["5"]]
    rows, price = "[?e :Dataset/rows ?n]", "[?m :Dataset/price ?n]"
    for both in (f"{rows} {price}", f"{price} {rows}"):
        text = f"[:find ?x :where {both} [(/ ?n 4) ?x]]"
        assert await shelf.ask(text, {"$": AsOf("then")}, then=2) == [["2.5"]]


async def test_what_is_computed_tells_how_a_constant_beside_it_is_read(shelf: Shelf) -> None:
    ground, minus = '[(ground "20") ?n]', "[?e :Dataset/rows ?r] [(abs ?r) ?n]"
    for clauses in (f"{ground} {minus}", f"{minus} {ground}"):
        assert await shelf.ask(f"[:find ?n :where {clauses}]") == [["20"]]
