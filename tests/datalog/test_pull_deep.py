"""A pull goes along edges, to components, and down again and again, and comes to an end."""

import pytest

from datalog.sql.pulling import walk
from store.database_errors import TooLarge
from tests.datalog.family import Family


def _id(name: str) -> dict[str, str]:
    return {"entity/id": name}


def _named(name: str, **below: object) -> dict[str, object]:
    return {"Dataset/name": name, **below}


async def test_an_edge_type_leads_to_the_other_end(family: Family) -> None:
    """Two edges lead from `a` to `b`; as values of an attribute they are one."""
    told = await family.pull("a", "[:DerivedFrom :_DerivedFrom {:OwnedBy [:Team/name]}]")
    assert told == {
        "DerivedFrom": [_id("b"), _id("c")],
        "_DerivedFrom": [_id("d")],
        "OwnedBy": [{"Team/name": "Team"}],
    }


async def test_an_edge_type_of_one_is_a_map(family: Family) -> None:
    told = await family.pull("a", "[:StewardedBy {:OwnedBy [:OwnedBy/duty]}]")
    assert told == {"StewardedBy": _id("p"), "OwnedBy": [{"OwnedBy/duty": "keeps"}]}


async def test_a_pull_takes_what_belongs_to_the_edges_along(family: Family) -> None:
    pattern = (
        "[{:DerivedFrom [:Dataset/name :DerivedFrom/weight :DerivedFrom/labels :edge/key"
        " {:edge/since [:tx/t]}]}]"
    )
    told = await family.pull("a", pattern)
    assert told == {
        "DerivedFrom": [
            {
                "Dataset/name": "B",
                "DerivedFrom/weight": 0.5,
                "DerivedFrom/labels": ["l1", "l2"],
                "edge/since": {"tx/t": "2"},
            },
            {"Dataset/name": "B", "edge/key": "again", "edge/since": {"tx/t": "3"}},
            {"Dataset/name": "C", "edge/since": {"tx/t": "2"}},
        ]
    }
    assert await family.pull("d", "[{:_DerivedFrom [:Dataset/name :DerivedFrom/weight]}]") == {
        "_DerivedFrom": [_named("B"), {"Dataset/name": "C", "DerivedFrom/weight": 0.25}]
    }


async def test_a_component_is_told_whole(family: Family) -> None:
    note = {"entity/type": "Note", "entity/lifecycle": "ENRICHED", "Note/text": "On one one"}
    told = await family.pull("s11", "[:Section/note]")
    assert told["Section/note"].items() >= note.items()
    told = await family.pull("r", "[:Report/sections :Remark]")
    first, second = told["Report/sections"]
    assert (first["Section/title"], second["Section/title"]) == ("One", "Two")
    assert first["Section/note"]["Note/text"] == "On one"
    [below] = first["Section/sections"]
    assert (below["entity/id"], below["Section/note"]["Note/text"]) == ("s11", "On one one")
    assert "Section/sections" not in below
    assert told["Remark"][0]["Note/text"] == "Remark"


async def test_everything_tells_components_whole(family: Family) -> None:
    told = await family.pull("r", "[*]")
    assert list(told) == [
        "entity/id",
        "entity/urn",
        "entity/type",
        "entity/lifecycle",
        "Report/title",
        "Report/sections",
        "Report/cover",
        "Remark",
    ]
    assert told["Report/cover"]["Note/text"] == "Cover 2"
    assert told["Report/sections"][0]["Section/sections"][0]["Section/title"] == "One one"
    told = await family.pull("r", "[* {:Report/sections [:Section/title]} :Report/cover]")
    assert told["Report/sections"] == [{"Section/title": "One"}, {"Section/title": "Two"}]
    assert told["Report/cover"]["Note/text"] == "Cover 2"


async def test_an_edge_leads_to_components_only_from_their_owners(family: Family) -> None:
    for pattern in ("[:Notice]", "[* :Notice]"):
        [notice] = (await family.pull("p2", pattern))["Notice"]
        assert notice["Note/text"] == "Known"
        assert (await family.pull("o", pattern))["Notice"] == [_id("k")]
    assert "Notice" not in await family.pull("o", "[*]")
    assert (await family.pull("p2", "[*]"))["Notice"][0]["Note/text"] == "Known"
    assert await family.pull("k", "[:_Notice]") == {"_Notice": [_id("p2"), _id("o")]}


async def test_components_that_own_each_other_come_to_an_end(family: Family) -> None:
    for pattern in ("[*]", "[:Section/title :Section/sections]"):
        told = await family.pull("l1", pattern)
        [below] = told["Section/sections"]
        assert (below["Section/title"], below["Section/sections"]) == ("Loop 2", [_id("l1")])


async def test_again_and_again_until_an_entity_comes_back(family: Family) -> None:
    told = await family.pull("a", "[:Dataset/name {:DerivedFrom ...}]")
    back = {"DerivedFrom": [_named("D", DerivedFrom=[_id("a")])]}
    assert told == _named("A renamed", DerivedFrom=[_named("B", **back), _named("C", **back)])


async def test_so_many_times_and_no_more(family: Family) -> None:
    for depth, below in (
        (1, {}),
        (2, {"DerivedFrom": [_named("D")]}),
        (3, {"DerivedFrom": [_named("D", DerivedFrom=[_id("a")])]}),
        (9, {"DerivedFrom": [_named("D", DerivedFrom=[_id("a")])]}),
    ):
        told = await family.pull("a", f"[:Dataset/name {{:DerivedFrom {depth}}}]")
        derived = [_named("B", **below), _named("C", **below)]
        assert told == _named("A renamed", DerivedFrom=derived)


async def test_what_repeats_stands_in_its_place(family: Family) -> None:
    pattern = "[:Dataset/rows {:DerivedFrom 1} :Dataset/price {:Dataset/replacement ...} :db/id]"
    told = await family.pull("c", pattern)
    a = {
        "Dataset/rows": "11",
        "DerivedFrom": [{"Dataset/price": "1.5", "entity/id": "b"}, _id("c")],
    }
    assert told == {
        "DerivedFrom": [_id("d")],
        "Dataset/replacement": {**a, "entity/id": "a"},
        "entity/id": "c",
    }
    assert list(told) == ["DerivedFrom", "Dataset/replacement", "entity/id"]
    assert list(told["Dataset/replacement"]) == ["Dataset/rows", "DerivedFrom", "entity/id"]


async def test_what_repeats_takes_its_edges_along(family: Family) -> None:
    told = await family.pull("b", "[:Dataset/name :DerivedFrom/weight {:_DerivedFrom ...}]")
    a = _named("A renamed", _DerivedFrom=[_named("D", _DerivedFrom=[_id("b"), _c()])])
    assert told == _named(
        "B", _DerivedFrom=[{"Dataset/name": "A renamed", "DerivedFrom/weight": 0.5, **_rest(a)}, a]
    )


def _c() -> dict[str, object]:
    return {"Dataset/name": "C", "DerivedFrom/weight": 0.25, "_DerivedFrom": [_id("a")]}


def _rest(told: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in told.items() if key != "Dataset/name"}


async def test_each_pattern_repeats_itself_alone(family: Family) -> None:
    pattern = "[:Dataset/name {:StewardedBy [:Person/name {:Person/boss ...}]} {:DerivedFrom 1}]"
    told = await family.pull("a", pattern)
    assert told == {
        "Dataset/name": "A renamed",
        "StewardedBy": {"Person/name": "Person", "Person/boss": {"Person/name": "Boss"}},
        "DerivedFrom": [_named("B"), _named("C")],
    }


async def test_defaults_limits_and_keys_of_what_repeats(family: Family) -> None:
    pattern = '[:Dataset/name {[:DerivedFrom :limit 1 :default "none" :as "from"] 2}]'
    told = await family.pull("a", pattern)
    assert told == _named("A renamed", **{"from": [_named("B", **{"from": [_named("D")]})]})
    boss = '[:Person/name {[:Person/boss :default "nobody"] ...}]'
    assert await family.pull("p", boss) == {
        "Person/name": "Person",
        "Person/boss": {"Person/name": "Boss", "Person/boss": "nobody"},
    }


async def test_everything_again_and_again(family: Family) -> None:
    told = await family.pull("p", "[* {:Person/boss ...}]")
    assert told["Person/name"] == "Person"
    boss = told["Person/boss"]
    assert (boss["Person/name"], boss["entity/id"], "Person/boss" in boss) == ("Boss", "q", False)


async def test_more_ways_than_anybody_can_read_are_refused(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = "[:Dataset/name {:DerivedFrom ...}]"
    monkeypatch.setattr(walk, "MOST_MET", 7)
    assert (await family.pull("a", pattern))["Dataset/name"] == "A renamed"
    monkeypatch.setattr(walk, "MOST_MET", 6)
    with pytest.raises(TooLarge):
        await family.pull("a", pattern)
