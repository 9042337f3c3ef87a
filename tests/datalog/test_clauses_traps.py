"""What compilers of Datalog got wrong before us: joins, negation, or, get-else, tuples, sources."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from datalog.errors import InsufficientBinding, MixedKinds, UnevenBranches, Unsupported
from datalog.syntax.views import AsOf, History, View
from tests.datalog.shelf import Shelf

A, B = '"hw://test/shelf/a"', '"hw://test/shelf/b"'
TWO: Mapping[str, View] = {"$then": AsOf("then")}

TRAPS: dict[str, list[Any]] = {
    # Joins: cycles, a variable twice in a clause, entity and value of one variable.
    "[:find ?e ?f ?g :where [?e :DerivedFrom ?f] [?f :DerivedFrom ?g] [?g :DerivedFrom ?e]]": [],
    "[:find ?e :where [?e :Dataset/replacement ?f] [?e :DerivedFrom ?f]]": [["b"]],
    "[:find ?e :where [?e :Dataset/name ?e]]": [],
    "[:find ?e :where [?e :entity/id ?e] [?e :Dataset/name]]": [["a"]],
    "[:find ?e ?f :where [?e :Dataset/rows ?r] [?f :Dataset/rows ?r] [(!= ?e ?f)]]": [
        ["a", "b"],
        ["b", "a"],
    ],
    # An int equals a long, a decimal and a float that are the same number.
    "[:find ?e :where [?e :Dataset/size ?n] [(* ?n 0.025M) ?p] [?e :Dataset/price ?p]]": [["a"]],
    "[:find ?n :where [_ :Dataset/rows ?n] [(= ?n 20.0)]]": [[20]],
    # Negation: of an outer variable, of a gate, of constants alone, of what matches nothing.
    f"[:find ?e :where [?e :Dataset/rows ?r] (not [{B} :Dataset/replacement ?e])]": [["b"]],
    "[:find ?e :where [?e :Dataset/rows] (not [?x :Pipeline/name])]": [["a"], ["b"]],
    "[:find ?e :where [?e :Dataset/rows] (not [?x :Team/name])]": [],
    f"[:find ?e :where [?e :Dataset/rows] (not [{A} :Dataset/rows 20])]": [],
    f"[:find ?e :where [?e :Dataset/rows] (not [{A} :Dataset/rows 10])]": [["a"], ["b"]],
    "[:find ?e :where [?e :Dataset/rows ?r] (not-join [?e] [?e :Dataset/name ?r])]": [["b"]],
    '[:find ?e :where [?e :Dataset/rows] (not [?e :Dataset/tags ?t] [(= ?t "x")])]': [["b"]],
    '[:find ?e :where [?e :Dataset/rows] (not (not [?e :Dataset/tags "x"]))]': [["a"]],
    "[:find ?e :where [?e :Dataset/rows ?r] [(> ?r 5)] (not [(< ?r 5)])]": [["a"], ["b"]],
    # Or: a branch of constants alone, one that never holds, one that binds by a function.
    f"[:find ?e :where [?e :Dataset/rows] (or-join [?e] [{A} :Dataset/rows 10] [?e"
    f" :Dataset/name])]": [["a"]],
    f"[:find ?e :where [?e :Dataset/rows] (or-join [?e] [{A} :Dataset/rows 20] [?e"
    f" :Dataset/name])]": [
        ["a"],
        ["b"],
    ],
    '[:find ?e :where [?e :Dataset/rows] (or [?e :Team/name] [?e :Dataset/tags "x"])]': [["a"]],
    "[:find ?v :where (or [_ :Dataset/size ?v] [_ :Dataset/rows ?v])]": [["100"], ["20"], ["3"]],
    "[:find ?v :where (or-join [?v] (and [_ :Dataset/rows ?r] [(+ ?r 1) ?v]) [(ground 5) ?v])]": [
        ["21"],
        ["5"],
    ],
    # get-else: its default, of its own kind or another, beside a list, on what is there already.
    '[:find ?e ?n :where [?e :Dataset/rows] [(get-else $ ?e :Dataset/name "none") ?n]]': [
        ["a", "orders"],
        ["b", "none"],
    ],
    "[:find ?e ?n :where [?e :Dataset/rows] [(get-else $ ?e :Dataset/name 0) ?n]]": [
        ["a", "orders"],
        ["b", "0"],
    ],
    "[:find ?e ?p :where [?e :Dataset/rows] [(get-else $ ?e :Dataset/ratio 7) ?p]]": [
        ["a", 0.5],
        ["b", 7.0],
    ],
    '[:find ?e ?t ?n :where [?e :Dataset/tags ?t] [(get-else $ ?e :Dataset/name "-") ?n]]': [
        ["a", "x", "orders"],
        ["a", "y", "orders"],
        ["b", "y", "-"],
    ],
    # Along an edge type, and then of the edge itself; or of what it leads to.
    "[:find ?e ?w :where [?e :Dataset/rows]"
    " [(get-else $ ?e [:DerivedFrom :DerivedFrom/weight] nil) ?w]]": [["a", None], ["b", 0.75]],
    "[:find ?e ?w :where [?e :Dataset/rows]"
    " [(get-else $ ?e [:_DerivedFrom :DerivedFrom/weight] nil) ?w]]": [["a", 0.75], ["b", None]],
    "[:find ?e ?t :where [?e :Dataset/rows]"
    " [(get-else $ ?e [:DerivedFrom :edge/since :tx/t] nil) ?t]]": [["a", None], ["b", "4"]],
    "[:find ?e ?n :where [?e :Dataset/rows]"
    " [(get-else $ ?e [:DerivedFrom :Dataset/name] nil) ?n]]": [["a", None], ["b", "orders"]],
    '[:find ?e :where [?e :Dataset/rows] [(get-else $ ?e :Dataset/name "-") ?n] [(= ?n "-")]]': [
        ["b"]
    ],
    "[:find ?e :where [?e :Dataset/size ?n] [(get-else $ ?e :Dataset/rows 3) ?n]]": [],
    "[:find ?e ?s :where [?e :Dataset/rows ?s] [(get-else $ ?e :Dataset/rows 3) ?s]]": [
        ["a", 20],
        ["b", 20],
    ],
    "[:find ?e ?v ?a :where [?e :Dataset/tags] [(get-some $ ?e :Dataset/ratio"
    " :Dataset/rows) [?a ?v]]]": [
        ["a", 0.5, "Dataset/ratio"],
        ["b", 20.0, "Dataset/rows"],
    ],
    "[:find ?e :where [?e :Dataset/rows] [(missing? $ ?e :Dataset/name)]]": [["b"]],
    # Predicates between two variables, and on a variable that something else need only have.
    "[:find ?e :where [?e :Dataset/rows ?r] [?e :Dataset/size ?s] [(< ?s ?r)]]": [["b"]],
    '[:find ?e :where [?e :Dataset/tags ?t] [(< "x" ?t)]]': [["a"], ["b"]],
    "[:find ?e :where [?e :Dataset/name ?n] [(!= ?n 5)]]": [["a"]],
    "[:find ?e :where [?e :Dataset/name ?n] [(< ?n 5)]]": [],
    # Tuples are made, told, compared and taken apart.
    "[:find ?t :where [?e :Dataset/rows ?r] [?e :Dataset/tags ?tag] [(tuple ?tag ?r) ?t]]": [
        [["x", 20]],
        [["y", 20]],
    ],
    "[:find ?x :where [?e :Dataset/rows ?r] [(tuple ?e ?r) ?t] [(untuple ?t) [?x _]]]": [
        ["a"],
        ["b"],
    ],
    "[:find ?e ?f :where [?e :Dataset/rows ?r] [?f :Dataset/size ?s] [(tuple ?r ?e) ?t]"
    " [(tuple 20 ?f) ?t]]": [["a", "a"], ["b", "b"]],
    # Ground: of several columns, of several kinds of number, beside what is bound already.
    '[:find ?e ?n :where [?e :Dataset/rows ?r] [(ground [[20 "twenty"] [3 "three"]]) [[?r ?n]]]]': [
        ["a", "twenty"],
        ["b", "twenty"],
    ],
    "[:find ?e :where [(ground [20 20.0 2.5M]) [?r ...]] [?e :Dataset/rows ?r]]": [["a"], ["b"]],
    '[:find ?x :where [(ground ["B" "a" "C"]) [?x ...]] [(< ?x "a")]]': [["B"], ["C"]],
}


async def test_traps_have_their_answers(shelf: Shelf) -> None:
    for text, rows in TRAPS.items():
        found = await shelf.ask(text)
        assert sorted(map(str, found)) == sorted(map(str, rows)), text


async def test_a_get_else_looks_at_its_own_time(shelf: Shelf) -> None:
    named = '[(get-else $then ?e :Dataset/name "-") ?n]'
    text = f"[:find ?n :in $ $then :where [?e :Dataset/rows 20] {named}]"
    assert await shelf.ask(text, TWO, then=3) == [["items"], ["orders"]]
    history: Mapping[str, View] = {"$log": History()}
    text = f"[:find ?r :in $ $log :where [(ground {A}) ?e] [(get-else $log ?e :Dataset/rows 0) ?r]]"
    assert await shelf.ask(text, history) == [[10]]  # The least of several.


ACROSS: list[tuple[str, int, list[Any]]] = [
    ("[?e :Dataset/rows ?now] [$then ?e :Dataset/rows ?was] [(< ?was ?now)]", 2, [["a"], ["b"]]),
    ("[?e :Dataset/rows ?now] [$then ?e :Dataset/rows ?was] [(< ?was ?now)]", 3, [["b"]]),
    # Gone since, and come since.
    ("[$then ?e :Dataset/rows] (not [?e :Dataset/rows])", 4, [["c"]]),
    ("[?e :DerivedFrom] (not [$then ?e :DerivedFrom])", 3, [["b"]]),
    # What was Unknown then has a type now, and neither clause makes the other impossible.
    ("[?e :Person/name] [$then ?e :entity/type :Unknown]", 3, [["ada"]]),
    ("[?e :Person/name] [$then ?e :entity/type :Person]", 3, []),
    ("[$then ?x :OwnedBy ?e] [?e :Person/name]", 2, [["ada"]]),
    # An entity that is written is the same one in both.
    (f"[?e :DerivedFrom {A}] [$then {A} :Dataset/rows 10]", 2, [["b"]]),
    # Values join across sources.
    ("[?x :Dataset/rows ?r] [$then ?e :Dataset/rows ?r]", 4, [["a"], ["b"]]),
    ('[$then ?e ?a "items"] [?e :Dataset/rows]', 2, [["b"]]),
]


@pytest.mark.parametrize(("clauses", "then", "rows"), ACROSS)
async def test_two_points_in_time_in_one_query(
    shelf: Shelf, clauses: str, then: int, rows: list[Any]
) -> None:
    assert await shelf.ask(f"[:find ?e :in $ $then :where {clauses}]", TWO, then=then) == rows


async def test_a_default_of_another_kind_stands_for_what_is_missing(shelf: Shelf) -> None:
    day = '[?e :Dataset/rows] [(get-else $ ?e :Dataset/day "none") ?d]'
    found = await shelf.ask(f"[:find ?e ?d :where {day} :order-by ?e]")
    assert found == [["a", "2024-02-29"], ["b", "none"]]
    assert await shelf.ask(f'[:find ?e :where {day} [(= ?d "none")]]') == [["b"]]


async def test_many_tables_that_all_join_take_postgresql_no_time_to_plan(shelf: Shelf) -> None:
    pairs = [(one, other) for other in range(9) for one in range(other)]
    edges = " ".join(f"[?d{one} :OwnedBy ?d{other}]" for one, other in pairs)
    async with asyncio.timeout(10):  # It took minutes.
        assert await shelf.ask(f"[:find ?d0 :where {edges}]") == []


async def test_many_recursions_one_after_the_other_are_planned_soon(shelf: Shelf) -> None:
    rules = "[[(up ?a ?b) [?a :DerivedFrom ?b]] [(up ?a ?b) (up ?a ?x) (up ?x ?b)]]"
    calls = " ".join(f"(up ?d{at} ?d{at + 1})" for at in range(7))
    async with asyncio.timeout(20):  # It took minutes.
        assert await shelf.ask(f"[:find ?d0 :rules {rules} :where {calls}]") == []


@pytest.mark.parametrize(
    ("clauses", "error", "sentence"),
    [
        ("[?e :Dataset/name] [(< ?x 5)]", InsufficientBinding, "binds ?x, which (< …) needs"),
        (
            "[?e :Dataset/name] (not-join [?x] [?x :Dataset/name])",
            InsufficientBinding,
            "(not-join …)",
        ),
        ("(or [?e :Dataset/name ?n] [?e :Dataset/rows])", UnevenBranches, "?n"),
        ("[?e :Dataset/name] (or [?e :Dataset/day ?v] [?e :Team/name ?v])", MixedKinds, "?v"),
        ("[?e :Dataset/name ?t] [(untuple ?t) [?x ?y]]", Unsupported, "untuple"),
    ],
)
async def test_what_is_unsound_is_refused(
    shelf: Shelf, clauses: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        await shelf.ask(f"[:find ?e :where {clauses}]")
    assert sentence in str(refused.value)
