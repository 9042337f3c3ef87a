"""A pull tells of an entity what its pattern names: attributes, references, options."""

from dataclasses import replace

import pytest

from datalog.errors import UnknownSource, WrongPull
from datalog.reading import edn
from datalog.reading.pulling import pull_pattern
from datalog.sql.compile import compile_operation
from datalog.syntax.clauses import Pattern
from datalog.syntax.finding import (
    Aggregate,
    Aggregation,
    Pull,
    PullAttribute,
    PullPattern,
    PullWildcard,
    Recursion,
)
from datalog.syntax.query import Order, Query, Source
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.syntax.views import History
from datalog.tree import Answer, Operation
from store.catalogue import UnknownAttribute
from tests.datalog.asking import NOW, answer
from tests.datalog.family import Family, urn

E, X, NAME, A = (Variable(name) for name in ("e", "x", "name", "a"))


def _id(name: str) -> dict[str, str]:
    return {"entity/id": name}


async def test_keys_come_in_the_order_of_the_pattern(family: Family) -> None:
    told = await family.pull("a", "[:Dataset/rows :Dataset/name :db/id :Dataset/hidden]")
    expected = {"Dataset/rows": "11", "Dataset/name": "A renamed", "entity/id": "a"}
    assert list(told.items()) == [*expected.items(), ("Dataset/hidden", False)]


async def test_what_is_missing_is_left_out(family: Family) -> None:
    assert await family.pull("b", "[:Dataset/name :Dataset/rows]") == {"Dataset/name": "B"}
    assert await family.pull("b", "[:Dataset/rows :Dataset/tags]") == {}


async def test_an_attribute_of_another_type_is_left_out(family: Family) -> None:
    assert await family.pull("p", "[:Team/name :Person/name]") == {"Person/name": "Person"}
    assert await family.pull("a", "[:Note/text {:Person/boss [:Person/name]}]") == {}


async def test_an_attribute_of_an_interface_is_that_of_each_type(family: Family) -> None:
    owners = "[{:OwnedBy [:Owner/name :entity/type]}]"
    told = await family.pull("a", owners, source=Source("$", NOW.view))
    assert told == {"OwnedBy": [{"Owner/name": "Team", "entity/type": "Team"}]}
    assert await family.pull("p", "[:Owner/name]") == {"Owner/name": "Person"}


async def test_what_every_entity_has(family: Family) -> None:
    told = await family.pull("t", "[:entity/urn :entity/type :entity/lifecycle :entity/id]")
    assert told == {
        "entity/urn": urn("t"),
        "entity/type": "Team",
        "entity/lifecycle": "ENRICHED",
        "entity/id": "t",
    }
    touched = "[{:entity/createdAt [:tx/t]} :entity/changedAt]"
    assert await family.pull("a", touched) == {
        "entity/createdAt": {"tx/t": "2"},
        "entity/changedAt": _id("T3"),
    }


async def test_a_reference_is_an_id_or_what_its_pattern_tells(family: Family) -> None:
    assert await family.pull("c", "[:Dataset/replacement]") == {"Dataset/replacement": _id("a")}
    assert await family.pull("c", "[{:Dataset/replacement [:Dataset/rows]}]") == {
        "Dataset/replacement": {"Dataset/rows": "11"}
    }
    assert await family.pull("c", "[{:Dataset/replacement [:Dataset/price]}]") == {
        "Dataset/replacement": {}
    }
    assert await family.pull("c", "[:Dataset/similar]") == {"Dataset/similar": [_id("a"), _id("b")]}
    nested = "[{:Dataset/similar [:Dataset/name {:Dataset/_similar [:Dataset/name]}]}]"
    told = await family.pull("c", nested)
    back = {"Dataset/_similar": [{"Dataset/name": "C"}]}
    assert told == {
        "Dataset/similar": [{"Dataset/name": "A renamed", **back}, {"Dataset/name": "B", **back}]
    }


async def test_in_reverse_an_attribute_is_a_list(family: Family) -> None:
    told = await family.pull("a", "[:Dataset/_replacement {:Dataset/_similar [:Dataset/name]}]")
    assert told == {
        "Dataset/_replacement": [_id("c")],
        "Dataset/_similar": [{"Dataset/name": "C"}],
    }
    assert await family.pull("q", "[{:Person/_boss [:Person/name]}]") == {
        "Person/_boss": [{"Person/name": "Person"}]
    }
    assert await family.pull("d", "[:Dataset/_replacement]") == {}


async def test_in_reverse_a_component_is_the_map_of_its_owner(family: Family) -> None:
    told = await family.pull("s11", "[:Section/_sections {:Section/_note [:Section/title]}]")
    assert told == {"Section/_sections": _id("s1")}
    assert await family.pull("n1", "[{:Section/_note [:Section/title]}]") == {
        "Section/_note": {"Section/title": "One"}
    }
    assert await family.pull("m", "[:_Remark]") == {"_Remark": _id("r")}


async def test_a_list_has_so_many_members_as_it_is_asked_for(family: Family) -> None:
    tags = [f"tag {number:04}" for number in range(1_100)]
    for pattern, length in (
        ("[:Dataset/tags]", 1_000),
        ("[[:Dataset/tags :limit nil]]", 1_100),
        ("[[:Dataset/tags :limit 2]]", 2),
        ("[(limit :Dataset/tags 1050)]", 1_050),
    ):
        assert await family.pull("d", pattern) == {"Dataset/tags": tags[:length]}
    assert await family.pull("a", "[[:Dataset/tags :limit 2]]") == {"Dataset/tags": ["x", "y"]}
    assert await family.pull("c", "[[:Dataset/similar :limit 1]]") == {
        "Dataset/similar": [_id("a")]
    }
    assert await family.pull("a", "[{[:DerivedFrom :limit 1] [:Dataset/name]}]") == {
        "DerivedFrom": [{"Dataset/name": "B"}]
    }
    assert await family.pull("a", "[[:_DerivedFrom :limit 1]]") == {"_DerivedFrom": [_id("d")]}


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("[:Dataset/rows :default 0]", {"Dataset/rows": "0"}),
        ('[:Dataset/seenAt :default "never"]', {"Dataset/seenAt": "never"}),
        ("[:Dataset/hidden :default false]", {"Dataset/hidden": False}),
        ("[:Dataset/tags :default :none]", {"Dataset/tags": "none"}),
        ("[:Dataset/similar :default 1.50M]", {"Dataset/similar": "1.5"}),
        (
            '[:StewardedBy :default #inst "2024-02-03T04:05:06.700Z"]',
            {"StewardedBy": "2024-02-03T04:05:06.7Z"},
        ),
        ("(default :Dataset/rows 7)", {"Dataset/rows": "7"}),
        ('[:Dataset/name :default "no"]', {"Dataset/name": "B"}),
    ],
)
async def test_a_default_stands_for_what_is_missing(
    family: Family, option: str, told: object
) -> None:
    assert await family.pull("b", f"[{option}]") == told


async def test_a_value_stands_under_any_key(family: Family) -> None:
    pattern = """[[:Dataset/name :as "it's \\"née\\" {"] [:DerivedFrom :as :from :limit 1]]"""
    told = await family.pull("a", pattern)
    assert told == {'it\'s "née" {': "A renamed", "from": [_id("b")]}


async def test_keys_and_defaults_never_enter_the_statement(family: Family) -> None:
    hostile = "'; DROP TABLE log; --"
    item = PullAttribute("Dataset/rows", key=hostile, default=Constant(hostile))
    again = replace(item, name="DerivedFrom", pattern=Recursion(1), key=hostile * 2)
    query = Query((Pull(E, PullPattern((item, again))),), (NOW,), (Pattern(E, "Team/name"),))
    operation = Operation((("it", Answer("it", query, 1)),))
    assert "DROP" not in compile_operation(operation, family.catalogue).text
    found = await answer(family.database, family.catalogue, query, {})
    assert found.rows == [[{hostile: hostile, hostile * 2: hostile}]]


async def test_everything_of_an_entity(family: Family) -> None:
    told = await family.pull("c", "[*]")
    assert told == {
        "entity/id": "c",
        "entity/urn": urn("c"),
        "entity/type": "Dataset",
        "entity/lifecycle": "ENRICHED",
        "Dataset/name": "C",
        "Dataset/replacement": _id("a"),
        "Dataset/similar": [_id("a"), _id("b")],
    }


async def test_what_is_named_beside_everything_replaces_that(family: Family) -> None:
    told = await family.pull("c", "[* {:Dataset/replacement [:Dataset/name]}]")
    assert told["Dataset/replacement"] == {"Dataset/name": "A renamed"}
    told = await family.pull("c", '["*" [:Dataset/name :as "name"] [:Dataset/rows :default 5]]')
    assert "Dataset/name" not in told
    assert (told["name"], told["Dataset/rows"]) == ("C", "5")


async def test_nothing_matched_is_an_empty_map(family: Family) -> None:
    where = (Pattern(E, "entity/urn", Constant(urn("a"))), Pattern(E, "Dataset/rows", X))
    found = await answer(
        family.database,
        family.catalogue,
        Query((X, Pull(E, pull_pattern(edn.read("[:Person/name]")))), (NOW,), where),
        {},
    )
    assert found.rows == [["11", {}]]


async def test_a_pull_neither_joins_nor_filters_and_groups_by_its_entity(family: Family) -> None:
    where = (Pattern(E, "DerivedFrom", X),)
    pull = Pull(E, pull_pattern(edn.read("[:Dataset/name]")))
    query = Query((pull, Aggregate(Aggregation.COUNT, X)), (NOW,), where)
    found = await answer(family.database, family.catalogue, query, {})
    assert found.rows == [
        [{"Dataset/name": "A renamed"}, 2],
        [{"Dataset/name": "B"}, 1],
        [{"Dataset/name": "C"}, 1],
        [{"Dataset/name": "D"}, 1],
    ]
    ordered = Query((pull,), (NOW,), where, (Order(E, descending=True),), limit=2)
    found = await answer(family.database, family.catalogue, ordered, {})
    assert found.rows == [[{"Dataset/name": "D"}], [{"Dataset/name": "C"}]]


async def test_an_edge_is_an_entity_too(family: Family) -> None:
    def edge(near: str, kind: str) -> tuple[Pattern, ...]:
        return (
            Pattern(X, "entity/urn", Constant(urn(near))),
            Pattern(E, "edge/from", X),
            Pattern(E, "edge/type", Constant(Keyword(kind))),
        )

    told = await family.pull_where(
        edge("c", "DerivedFrom"),
        "[:edge/type :edge/from {:edge/to [:Dataset/name]} :edge/key :DerivedFrom/weight"
        " {:edge/since [:tx/t :tx/reason]} :edge/until :entity/type :entity/urn]",
    )
    assert told == {
        "edge/type": "DerivedFrom",
        "edge/from": _id("c"),
        "edge/to": {"Dataset/name": "D"},
        "DerivedFrom/weight": 0.25,
        "edge/since": {"tx/t": "2", "tx/reason": "day 2"},
    }
    told = await family.pull_where(edge("r", "Remark"), "[*]")
    del told["entity/id"]
    assert told == {"edge/type": "Remark", "edge/from": _id("r"), "edge/to": _id("m")}
    told = await family.pull_where(edge("c", "DerivedFrom"), "[*]")
    assert told["DerivedFrom/weight"] == 0.25


async def test_from_an_end_to_its_edges(family: Family) -> None:
    told = await family.pull("a", "[{:edge/_to [:edge/type {:edge/from [:Dataset/name]}]}]")
    assert told == {"edge/_to": [{"edge/type": "DerivedFrom", "edge/from": {"Dataset/name": "D"}}]}
    told = await family.pull("b", "[{:edge/_to [:DerivedFrom/labels :edge/key]}]")
    assert told == {"edge/_to": [{"DerivedFrom/labels": ["l1", "l2"]}, {"edge/key": "again"}]}


async def test_a_transaction_is_an_entity_too(family: Family) -> None:
    where = (Pattern(E, "tx/t", Constant(3)),)
    told = await family.pull_where(where, "[:db/id :tx/t :tx/instant :tx/reason :tx/actor]")
    assert told == {
        "entity/id": "T3",
        "tx/t": "3",
        "tx/instant": "2024-01-04T00:00:00Z",
        "tx/reason": "day 3",
    }
    told = await family.pull_where(where, "[*]")
    assert (told["entity/id"], told["tx/reason"]) == ("T3", "day 3")
    assert told.keys() >= {"tx/instant", "tx/recordedAt"}
    assert "tx/hash" not in told


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("[{:Dataset/name [:Dataset/rows]}]", ":Dataset/name leads to no entities"),
        ("[{:Dataset/name ...}]", ":Dataset/name leads to no entities"),
        ("[:Dataset/_name]", ":Dataset/name cannot be walked in reverse"),
        ("[:tx/_instant]", ":tx/instant cannot be walked in reverse"),
    ],
)
async def test_what_cannot_be_pulled(family: Family, pattern: str, problem: str) -> None:
    with pytest.raises(WrongPull, match=problem):
        await family.pull("a", pattern)


async def test_pulls_of_what_is_no_entity_no_point_in_time_no_source(family: Family) -> None:
    pattern = pull_pattern(edn.read("[:Dataset/name]"))
    where = (Pattern(E, "Dataset/name", X),)
    for pull, problem in (
        (Pull(X, pattern), "x is String, and no entity"),
        (Pull(E, pattern, "$log"), "log is a history"),
    ):
        inputs = (NOW, Source("$log", History()))
        with pytest.raises(WrongPull, match=problem):
            await answer(family.database, family.catalogue, Query((pull,), inputs, where), {})
    query = Query((Pull(E, pattern, "$then"),), (NOW,), where)
    with pytest.raises(UnknownSource):
        await answer(family.database, family.catalogue, query, {})
    with pytest.raises(UnknownAttribute):
        await family.pull("a", "[:Dataset/nome]")


async def test_attributes_and_types_are_entities_too(family: Family) -> None:
    pattern = pull_pattern(edn.read("[:db/ident :schema/name :schema/valueType :db/id]"))
    where = (
        Pattern(X, "entity/urn", Constant(urn("b"))),
        Pattern(X, A, NAME),
        Pattern(X, "Dataset/price", NAME),
    )
    query = Query((Pull(A, pattern),), (NOW,), where)
    [[told]] = (await answer(family.database, family.catalogue, query, {})).rows
    assert told["db/ident"] == told["entity/id"] == "Dataset/price"
    assert (told["schema/name"], told["schema/valueType"]) == ("price", "Decimal")
    everything = Query((Pull(A, PullPattern((PullWildcard(),))),), (NOW,), where)
    [[told]] = (await answer(family.database, family.catalogue, everything, {})).rows
    assert (
        told.items()
        >= {
            "entity/id": "Dataset/price",
            "db/ident": "Dataset/price",
            "schema/owner": "Dataset",
        }.items()
    )


async def test_from_an_entity_to_its_type(family: Family) -> None:
    assert await family.pull("p", "[{:entity/type [:db/ident :schema/plural]}]") == {
        "entity/type": {"db/ident": "Person", "schema/plural": "people"}
    }
