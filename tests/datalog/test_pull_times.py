"""A pull tells what held at a time, or what came after one."""

from datalog.syntax.query import Source
from datalog.syntax.views import AsOf, Since
from tests.datalog.family import BEFORE, LATELY, Family

THEN = Source("$", AsOf("then"))


def _id(name: str) -> dict[str, str]:
    return {"entity/id": name}


async def test_values_references_and_edges_as_of_a_time(family: Family) -> None:
    pattern = "[:Dataset/name :Dataset/rows :Dataset/tags {:OwnedBy [:Owner/name]} :_DerivedFrom]"
    for source in (THEN, BEFORE):
        told = await family.pull("a", pattern, source=source, then=2)
        assert told == {
            "Dataset/name": "A",
            "Dataset/rows": "10",
            "Dataset/tags": ["x", "y", "z"],
            "OwnedBy": [{"Owner/name": "Team"}, {"Owner/name": "Person"}],
        }
    told = await family.pull("a", pattern, source=THEN, then=3)
    assert (told["Dataset/name"], told["_DerivedFrom"]) == ("A renamed", [_id("d")])
    assert len(told["OwnedBy"]) == 2
    assert await family.pull("b", "[:Dataset/replacement]", source=THEN, then=3) == {
        "Dataset/replacement": _id("a")
    }
    assert await family.pull("b", "[:Dataset/replacement]", source=THEN, then=4) == {}


async def test_components_reverses_and_depths_as_of_a_time(family: Family) -> None:
    told = await family.pull("r", "[* {:Report/sections [:Section/title]}]", source=THEN, then=2)
    assert told["Report/cover"]["Note/text"] == "Cover"
    assert await family.pull("a", "[:Dataset/_replacement]", source=BEFORE, then=2) == {
        "Dataset/_replacement": [_id("b"), _id("c")]
    }
    told = await family.pull("a", "[:Dataset/name {:DerivedFrom ...}]", source=BEFORE, then=2)
    below = {"DerivedFrom": [{"Dataset/name": "D"}]}
    assert told == {
        "Dataset/name": "A",
        "DerivedFrom": [{"Dataset/name": "B", **below}, {"Dataset/name": "C", **below}],
    }


async def test_a_long_list_as_of_a_time(family: Family) -> None:
    told = await family.pull("d", "[[:Dataset/tags :limit 3]]", source=THEN, then=3)
    assert told == {"Dataset/tags": ["tag 0000", "tag 0001", "tag 0002"]}
    told = await family.pull("d", "[:Dataset/tags]", source=BEFORE, then=3)
    assert len(told["Dataset/tags"]) == 1_000


async def test_before_an_entity_there_is_its_id_alone(family: Family) -> None:
    told = await family.pull("a", "[:Dataset/name :entity/urn]", source=BEFORE, then=1)
    assert told == {}
    assert await family.pull("a", "[*]", source=BEFORE, then=1) == _id("a")


async def test_what_came_after_a_time(family: Family) -> None:
    pattern = (
        "[:entity/urn :Dataset/name :Dataset/rows :Dataset/tags :Dataset/hidden :entity/type"
        " {:DerivedFrom [:Dataset/name :DerivedFrom/weight :edge/key]} :_DerivedFrom :db/id]"
    )
    assert await family.pull("a", pattern, source=LATELY, then=2) == {
        "Dataset/name": "A renamed",
        "Dataset/rows": "11",
        "DerivedFrom": [{"edge/key": "again"}],
        "_DerivedFrom": [_id("d")],
        "entity/id": "a",
    }
    told = await family.pull("a", pattern, source=LATELY, then=1)
    assert (told["entity/type"], told["Dataset/tags"]) == ("Dataset", ["x", "y", "z"])
    assert told["DerivedFrom"][0] == {"Dataset/name": "B", "DerivedFrom/weight": 0.5}
    assert await family.pull("a", pattern, source=LATELY, then=4) == _id("a")


async def test_when_an_entity_changed_after_a_time(family: Family) -> None:
    pattern = "[:entity/createdAt :entity/changedAt]"
    told = await family.pull("a", pattern, source=LATELY, then=1)
    assert told == {"entity/createdAt": _id("T2"), "entity/changedAt": _id("T3")}
    told = await family.pull("a", pattern, source=LATELY, then=2)
    assert told == {"entity/changedAt": _id("T3")}
    assert await family.pull("a", pattern, source=LATELY, then=3) == {}


async def test_everything_that_came_after_a_time(family: Family) -> None:
    assert await family.pull("a", "[*]", source=LATELY, then=2) == {
        "entity/id": "a",
        "Dataset/name": "A renamed",
        "Dataset/rows": "11",
    }
    told = await family.pull("c", "[*]", source=LATELY, then=1)
    assert told["Dataset/similar"] == [_id("a"), _id("b")]
    assert told["entity/lifecycle"] == "ENRICHED"


async def test_between_two_times(family: Family) -> None:
    between = Source("$between", Since("then", AsOf("until")))
    told = await family.pull("a", "[:Dataset/name]", source=between, then=2, until=3)
    assert told == {"Dataset/name": "A renamed"}
