"""All five places of a pattern in every view: now, as of, since, history."""

from collections.abc import Mapping
from typing import Any

import pytest

from datalog.errors import UnboundScan
from datalog.sql.compile import compile_operation
from datalog.syntax.views import AsOf, History, Since, View
from datalog.tree import Answer, Operation
from tests.datalog.shelf import Shelf, query

NOW: Mapping[str, View] = {}
AS_OF: Mapping[str, View] = {"$": AsOf("then")}
SINCE: Mapping[str, View] = {"$": Since("then")}
SINCE_UNTIL: Mapping[str, View] = {"$": Since("then", AsOf("end"))}
HISTORY: Mapping[str, View] = {"$": History()}
AFTER: Mapping[str, View] = {"$": History(after="then")}
UNTIL: Mapping[str, View] = {"$": History(AsOf("then"))}
A, B, C = ('"hw://test/shelf/a"', '"hw://test/shelf/b"', '"hw://test/shelf/c"')
Asked = tuple[str, Mapping[str, View], dict[str, int], list[Any]]

ROWS = f"[:find ?r ?tx ?op :where [{A} :Dataset/rows ?r ?tx ?op]]"
DERIVED = f"[:find ?e ?tx ?op :where [?e :DerivedFrom {A} ?tx ?op]]"
WEIGHT = "[:find ?w ?tx ?op :where [?edge :DerivedFrom/weight ?w ?tx ?op]]"
ENDS = (
    f"[:find ?e ?tx ?op :where [?edge :edge/to {A} ?tx ?op] [?edge :edge/from ?e ?tx ?op]"
    " [?edge :edge/type :DerivedFrom ?tx ?op]]"
)
KEY = "[:find ?k ?tx ?op :where [?edge :edge/key ?k ?tx ?op]]"
OF_TWO = "[(ground [:Dataset/name :Dataset/rows]) [?a ...]]"
ANY = f"[:find ?a ?v ?tx ?op :where [{B} ?a ?v ?tx ?op] {OF_TWO}]"
REASON = "[:find ?t ?r ?op :where [?tx :tx/reason ?r ?tx ?op] [?tx :tx/t ?t]]"

ASKED: list[Asked] = [
    # An attribute of an entity.
    (ROWS, NOW, {}, [[20, "T3", True]]),
    (ROWS, AS_OF, {"then": 2}, [[10, "T2", True]]),
    (ROWS, SINCE, {"then": 2}, [[20, "T3", True]]),
    (ROWS, SINCE, {"then": 3}, []),
    (ROWS, HISTORY, {}, [[10, "T2", True], [10, "T3", False], [20, "T3", True]]),
    (ROWS, AFTER, {"then": 2}, [[10, "T3", False], [20, "T3", True]]),
    (ROWS, UNTIL, {"then": 2}, [[10, "T2", True]]),
    (f"[:find ?r :where [{A} :Dataset/rows ?r _ false]]", HISTORY, {}, [[10]]),
    (f"[:find ?r :where [{A} :Dataset/rows ?r _ false]]", NOW, {}, []),
    (f"[:find ?r :where [{A} :Dataset/rows ?r _ true]]", NOW, {}, [[20]]),
    (
        f'[:find ?r ?op :where [{A} :Dataset/rows ?r "T3" ?op]]',
        HISTORY,
        {},
        [[10, False], [20, True]],
    ),
    ("[:find ?e ?op :where [?e :Dataset/rows 20 _ ?op]]", HISTORY, {}, [["a", True], ["b", True]]),
    # An edge type: parallel edges are one fact, each link and unlink one row of the history.
    (DERIVED, NOW, {}, [["b", "T4", True]]),
    (DERIVED, AS_OF, {"then": 3}, [["c", "T2", True], ["c", "T3", True]]),
    (f"[:find ?e :where [?e :DerivedFrom {A}]]", AS_OF, {"then": 3}, [["c"]]),
    (DERIVED, SINCE, {"then": 3}, [["b", "T4", True]]),
    (DERIVED, SINCE_UNTIL, {"then": 2, "end": 4}, [["b", "T4", True], ["c", "T3", True]]),
    (
        DERIVED,
        HISTORY,
        {},
        [
            ["b", "T2", True],
            ["b", "T3", False],
            ["b", "T4", True],
            ["c", "T2", True],
            ["c", "T3", True],
            ["c", "T5", False],
        ],
    ),
    (DERIVED, AFTER, {"then": 4}, [["c", "T5", False]]),
    (ENDS, AFTER, {"then": 3}, [["b", "T4", True], ["c", "T5", False]]),
    # A property of an edge, its key, when it began.
    (WEIGHT, NOW, {}, [[0.75, "T4", True]]),
    (WEIGHT, AS_OF, {"then": 3}, [[2.0, "T3", True]]),
    (WEIGHT, AFTER, {"then": 3}, [[0.75, "T4", True], [2.0, "T5", False]]),
    (KEY, NOW, {}, []),
    (KEY, AS_OF, {"then": 4}, [["again", "T3", True]]),
    (KEY, HISTORY, {}, [["again", "T3", True], ["again", "T5", False]]),
    (
        (
            f"[:find ?e ?x ?tx :where [?edge :edge/to {A}] [?edge :edge/from ?e]"
            " [?edge :edge/since ?x ?tx]]"
        ),
        NOW,
        {},
        [["b", "T4", "T4"]],
    ),
    ("[:find ?x ?op :where [?edge :edge/since ?x _ ?op]]", AFTER, {"then": 4}, [["T5", False]]),
    ("[:find ?x :where [?edge :edge/until ?x]]", HISTORY, {}, []),
    # Transactions, within the window.
    (REASON, NOW, {}, [[str(t), f"day {t}", True] for t in range(2, 6)]),
    (REASON, AS_OF, {"then": 3}, [["2", "day 2", True], ["3", "day 3", True]]),
    (REASON, SINCE, {"then": 4}, [["5", "day 5", True]]),
    (REASON, AFTER, {"then": 4}, [["5", "day 5", True]]),
    ('[:find ?tx :where [?tx :tx/reason "day 3" _ false]]', HISTORY, {}, []),
    ("[:find ?tx :where [?tx :tx/actor]]", NOW, {}, []),
    # What is known of an entity as such.
    (f"[:find ?c :where [{B} :entity/createdAt ?c]]", NOW, {}, [["T2"]]),
    (f"[:find ?c :where [{B} :entity/changedAt ?c]]", NOW, {}, [["T4"]]),
    (f"[:find ?c :where [{B} :entity/changedAt ?c]]", AS_OF, {"then": 3}, [["T2"]]),
    (f"[:find ?c :where [{B} :entity/createdAt ?c]]", SINCE, {"then": 2}, []),
    (
        "[:find ?e :where [?e :entity/createdAt _ ?tx] [?tx :tx/t 2] [?e :entity/type :Team]]",
        NOW,
        {},
        [["core"]],
    ),
    ("[:find ?e :where [?e :entity/id 1048577]]", NOW, {}, [["b"]]),
    ("[:find ?e :where [?e :entity/id ?e] [?e :entity/type :Team]]", NOW, {}, [["core"]]),
    ("[:find ?x ?tx :where [1048577 :db/id ?x ?tx]]", HISTORY, {}, [["b", "T2"]]),
    # An entity's type: Unknown first, a person then.
    ("[:find ?e ?tx :where [?e :entity/type :Unknown ?tx]]", AS_OF, {"then": 3}, [["ada", "T2"]]),
    ("[:find ?e :where [?e :entity/type :Unknown]]", NOW, {}, []),
    (
        "[:find ?n ?x ?y :where [?e :entity/type :Unknown ?x true] [?e :Person/name ?n ?y]]",
        HISTORY,
        {},
        [["Ada", "T2", "T4"]],
    ),
    # The log answers where the attribute is a variable.
    (ANY, NOW, {}, [["Dataset/rows", 20, "T4", True]]),
    (
        ANY,
        AS_OF,
        {"then": 3},
        [["Dataset/name", "items", "T2", True], ["Dataset/rows", 3, "T2", True]],
    ),
    (ANY, SINCE, {"then": 3}, [["Dataset/rows", 20, "T4", True]]),
    (
        ANY,
        AFTER,
        {"then": 3},
        [
            ["Dataset/name", "items", "T4", False],
            ["Dataset/rows", 20, "T4", True],
            ["Dataset/rows", 3, "T4", False],
        ],
    ),
    # The schema is a fact too.
    (
        "[:find ?p ?t :where [:Dataset :schema/plural ?p ?tx] [?tx :tx/t ?t]]",
        NOW,
        {},
        [["datasets", "1"]],
    ),
    ("[:find ?p :where [:Dataset :schema/plural ?p]]", AFTER, {"then": 1}, []),
    ("[:find ?n :where [?a :schema/owner :Team] [?a :db/ident ?n]]", NOW, {}, [["Team/name"]]),
]


@pytest.mark.parametrize("number", range(len(ASKED)))
async def test_every_place_in_every_view(shelf: Shelf, number: int) -> None:
    text, views, moments, rows = ASKED[number]
    assert await shelf.ask(text, views, **moments) == rows, text


VALUES: dict[str, list[Any]] = {
    # A value of any attribute equals a typed one and a constant of its own kind, either way round.
    f'[:find ?a :where [{A} ?a "orders"]]': [["Dataset/name"]],
    f"[:find ?a :where [{A} ?a 20]]": [["Dataset/rows"]],
    f"[:find ?a :where [{A} ?a 2.5]]": [["Dataset/price"]],
    f"[:find ?a :where [{A} ?a false]]": [["Dataset/hidden"]],
    f"[:find ?a :where [{A} ?a :RAW]]": [["Dataset/layer"]],
    f'[:find ?a :where [{A} ?a #inst "2024-05-06T07:08:09Z"]]': [["Dataset/seenAt"]],
    f"[:find ?a :where [{B} ?a ?v] [{A} :entity/id ?v]]": [["Dataset/replacement"]],
    f"[:find ?a ?b :where [{A} ?a ?v] [{B} ?b ?v] [(!= ?a ?b)]]": [],
    f"[:find ?a :where [{A} ?a ?v] [{B} :Dataset/rows ?v]]": [["Dataset/rows"]],
    f"[:find ?e :where [{B} ?a ?v] [(= ?a :Dataset/rows)] [?e :Dataset/rows ?v]]": [["a"], ["b"]],
    f"[:find ?a ?v :where [{A} ?a ?v] [(< 19 ?v)]]": [
        ["Dataset/rows", 20],
        ["Dataset/size", "100"],
    ],
    f'[:find ?a :where [{A} ?a ?v] [(starts-with? ?v "ord")]]': [["Dataset/name"]],
    f"[:find ?a ?w :where [{A} ?a ?v] [(+ ?v 1) ?w]]": [
        ["Dataset/price", "3.5"],
        ["Dataset/ratio", "1.5"],
        ["Dataset/rows", "21"],
        ["Dataset/size", "101"],
    ],
    f'[:find ?v :where (or [{A} :Dataset/rows ?v] [{B} _ ?v "T4"])]': [[20], ["PARTIAL"]],
    # An attribute joins with its name, with a constant, with another attribute.
    f"[:find ?n :where [?a :db/ident ?n] [{B} ?a 20]]": [["Dataset/rows"]],
    f"[:find ?v :where [?a :db/ident :Dataset/rows] [{B} ?a ?v]]": [[20]],
    f"[:find ?a :where [{A} ?a _] (not [{B} ?a _]) [(!= ?a :Dataset/extra)]]": [
        ["Dataset/name"],
        ["Dataset/ratio"],
        ["Dataset/seenAt"],
        ["Dataset/day"],
        ["Dataset/hidden"],
        ["Dataset/layer"],
        ["Dataset/home"],
        ["Dataset/token"],
    ],
    '[:find ?a ?v :where ["T3" ?a ?v] [(ground [:tx/source :tx/reason]) [?a ...]]]': [
        ["tx/source", "test"],
        ["tx/reason", "day 3"],
    ],
    '[:find ?e :where [?e ?a ?v "T5" true] [?e :entity/type :Dataset] [(= ?v "DELETED")]]': [["c"]],
}


async def test_a_value_of_any_attribute_is_what_it_is(shelf: Shelf) -> None:
    for text, rows in VALUES.items():
        found = await shelf.ask(text)
        assert sorted(map(str, found)) == sorted(map(str, rows)), text


async def test_the_log_is_not_read_in_full_unless_that_is_allowed(shelf: Shelf) -> None:
    for clauses in (
        "[?e ?a ?v]",
        '[?e ?a "orders"]',
        "[?e ?a ?v] [?e ?b ?w]",
        "[_ :Dataset/name ?v] [?e ?a ?v]",
        "[?e :Dataset/name] (not [?x ?a ?v])",
    ):
        shape = Answer("it", query(f"[:find ?e :where {clauses}]"), 10)
        operation = Operation((("it", shape),))
        with pytest.raises(UnboundScan, match="the whole log"):
            compile_operation(operation, shelf.catalogue)
        assert compile_operation(operation, shelf.catalogue, scan=True).text
    for clauses in (
        "[?e :Dataset/name] [?e ?a ?v]",
        "[?e ?a ?v ?tx] [?tx :tx/t 3]",
        "[?e ?a ?v] [?a :db/ident :Dataset/name]",
        "[?e ?a ?v] [?v :Dataset/name]",
        "[?e :Dataset/name] (not [?e ?a 20])",
    ):
        shape = Answer("it", query(f"[:find ?e :where {clauses}]"), 10)
        assert compile_operation(Operation((("it", shape),)), shelf.catalogue).text
