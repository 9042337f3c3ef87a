"""Entities written as constants: urns, public ids, numbers, keywords, lookup refs, everywhere."""

from typing import Any

import pytest

from datalog.errors import MixedKinds, NotUnique, WrongConstant
from datalog.syntax.views import AsOf, History, Since
from tests.datalog.shelf import Shelf

A = '"hw://test/shelf/a"'

FINDS: dict[str, list[Any]] = {
    # As the entity, as the value of a reference, at either end of an edge type.
    f"[:find ?n :where [{A} :Dataset/name ?n]]": [["orders"]],
    f"[:find ?e :where [?e :Dataset/replacement {A}]]": [["b"]],
    f"[:find ?e :where [?e :DerivedFrom {A}]]": [["b"]],
    '[:find ?e :where ["hw://test/shelf/b" :DerivedFrom ?e]]': [["a"]],
    f"[:find ?k :where [?edge :edge/to {A}] [?edge :DerivedFrom/weight ?k]]": [[0.75]],
    # A lookup ref by a urn, and one by a number of its own.
    f"[:find ?n :where [[:entity/urn {A}] :Dataset/name ?n]]": [["orders"]],
    f"[:find ?e :where [?e :DerivedFrom [:entity/urn {A}]]]": [["b"]],
    "[:find ?n :where [1048576 :Dataset/name ?n]]": [["orders"]],
    '[:find ?n :where ["E1048576" :Dataset/name ?n]]': [["orders"]],
    # Types and attributes by name, transactions by their public id.
    "[:find ?e :where [?e :entity/type :Team]]": [["core"]],
    '[:find ?r :where ["T4" :tx/reason ?r]]': [["day 4"]],
    '[:find ?e :where [?e :Dataset/rows _ "T4"]]': [["b"]],
    "[:find ?o :where [:Dataset/name :schema/owner ?o]]": [["Dataset"]],
    # In comparisons, in ground, in functions and in calls of rules.
    f"[:find ?e :where [?e :Dataset/rows] [(= ?e {A})]]": [["a"]],
    f"[:find ?e :where [?e :Dataset/rows] [(!= ?e {A})]]": [["b"]],
    f'[:find ?e ?n :where [(ground [{A} "E1048577" "hw://none"]) [?e ...]] [?e'
    f" :Dataset/rows ?n]]": [
        ["a", 20],
        ["b", 20],
    ],
    f"[:find ?n :where [(ground {A}) ?e] [(get-else $ ?e :Dataset/name nil) ?n]]": [["orders"]],
    # Who names nobody matches nothing; so a not of it holds.
    '[:find ?n :where ["hw://test/shelf/none" :Dataset/name ?n]]': [],
    '[:find ?e :where [?e :DerivedFrom "hw://test/shelf/none"]]': [],
    '[:find ?e :where [?e :entity/type :Team] (not [?e :DerivedFrom "hw://none"])]': [["core"]],
    f"[:find ?e :where [?e :Dataset/rows] (not [?e :DerivedFrom {A}])]": [["a"]],
    f'[:find ?e :where (or [?e :DerivedFrom {A}] [?e :OwnedBy "hw://test/shelf/core"])]': [
        ["a"],
        ["b"],
    ],
    # The same entity at both ends, and in both places of one clause.
    f"[:find ?n :where [{A} :DerivedFrom {A}] [{A} :Dataset/name ?n]]": [],
    "[:find ?e :where [?e :DerivedFrom ?e]]": [],
    "[:find ?e ?f :where [?e :DerivedFrom ?f] [?f :DerivedFrom ?e]]": [],
}


async def test_an_entity_may_be_written_wherever_one_stands(shelf: Shelf) -> None:
    for text, rows in FINDS.items():
        assert await shelf.ask(text) == rows, text


async def test_a_urn_names_its_entity_at_any_time(shelf: Shelf) -> None:
    text = f"[:find ?r :where [{A} :Dataset/rows ?r]]"
    assert await shelf.ask(text, {"$": AsOf("then")}, then=2) == [[10]]
    assert await shelf.ask(text, {"$": AsOf("then")}, then=1) == []
    # The urn's own datom is older than what a since shows, and still names the entity.
    assert await shelf.ask(text, {"$": Since("then")}, then=2) == [[20]]
    assert await shelf.ask(text, {"$": History()}) == [[10], [20]]


async def test_constants_are_read_as_what_stands_in_their_place(shelf: Shelf) -> None:
    for value in (
        ':Dataset/size "100"',
        ":Dataset/size 100",
        ":Dataset/price 2.5",
        ':Dataset/price "2.50"',
        ":Dataset/ratio 0.5M",
        ":Dataset/ratio 0.5",
        ':Dataset/seenAt "2024-05-06T09:08:09+02:00"',
        ':Dataset/seenAt #inst "2024-05-06T07:08:09Z"',
        ':Dataset/day "2024-02-29"',
        ':Dataset/token "00000000-0000-0000-0000-000000000007"',
        ":Dataset/layer :RAW",
        ':Dataset/layer "RAW"',
        ':Dataset/home "https://example.org/a"',
        ':Dataset/extra "{\\"k\\":1}"',
        ":Dataset/hidden false",
        ":Dataset/rows 20.0",
    ):
        assert await shelf.ask(f'[:find ?e :where [?e {value}] [?e :Dataset/name "orders"]]') == [
            ["a"]
        ], value


async def test_a_constant_of_another_family_matches_nothing(shelf: Shelf) -> None:
    for value in (
        ":Dataset/name 5",
        ":Dataset/rows true",
        ":Dataset/hidden 0",
        ":Dataset/seenAt 5",
        ":Dataset/rows 2.5",
        ":Dataset/rows 9223372036854775808",
    ):
        assert await shelf.ask(f"[:find ?e :where [?e {value}]]") == [], value


@pytest.mark.parametrize(
    ("clauses", "error", "sentence"),
    [
        ('[?e :Dataset/seenAt "soon"]', WrongConstant, ":Dataset/seenAt: expected an instant"),
        ('[?e :Dataset/day "2024-02-30"]', WrongConstant, "expected a date"),
        ('[?e :Dataset/token "x"]', WrongConstant, "expected a UUID"),
        ('[?e :Dataset/size "many"]', WrongConstant, "expected a number"),
        ('[?e :Dataset/rows ?r] [(< ?r "many")]', WrongConstant, "beside ?r"),
        ('[[:Dataset/name "orders"] :Dataset/rows ?e]', NotUnique, ":Dataset/name is not unique"),
        ('[(ground [1 "a"]) [?e ...]]', MixedKinds, "Long and String"),
    ],
)
async def test_a_constant_that_cannot_be_read_is_an_error(
    shelf: Shelf, clauses: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        await shelf.ask(f"[:find ?e :where {clauses}]")
    assert sentence in str(refused.value)
