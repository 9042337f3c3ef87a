"""What the server says of impact, held against the naive model."""

from collections import Counter
from random import Random
from typing import Any

from tests.oracle.history import Replay
from tests.oracle.reach import Ways, impact, led_to

IMPACT = """
query(
  $of: [ID!]!, $at: TimePoint, $direction: Direction!, $depth: Int, $nodes: [EntityType!],
  $edges: [EdgeType!], $only: [EntityType!]
) {
  impact(
    of: $of, asOf: $at, direction: $direction, maxDepth: $depth, nodeTypes: $nodes,
    edgeTypes: $edges, types: $only, first: 10000
  ) {
    totalCount complete stoppedBy
    byType { type count } byDistance { distance count } byLifecycle { lifecycle count }
    edges { distance node { urn } }
    groups(by: owners, first: 10000) { total without groups { count entity { urn } } }
  }
}
"""

_MOSTLY_NOTHING = [None] * 7


def drawn(chance: Random) -> dict[str, Any]:
    """Return arguments that a caller might give."""
    return {
        "direction": chance.choice(["UPSTREAM", "DOWNSTREAM", "BOTH"]),
        "depth": chance.choice([None, None, None, 0, 1, 2, 5]),
        "nodes": chance.choice([*_MOSTLY_NOTHING, ["Dataset"]]),
        "edges": chance.choice([*_MOSTLY_NOTHING, ["DerivedFrom"]]),
        "only": chance.choice([*_MOSTLY_NOTHING, ["Dataset"]]),
    }


def compare(
    answer: dict[str, Any], replay: Replay, asked: dict[str, Any], ids: dict[str, int]
) -> int:
    """Fail where an answer differs from the model's; return how many entities it holds."""
    depth, only = asked.get("depth"), _set(asked.get("only"))
    ways = Ways(replay, _set(asked.get("edges")), _set(asked.get("nodes")))
    found = impact(ways, asked["of"], asked["direction"], 100 if depth is None else depth)
    told = {
        urn: distance
        for urn, distance in found.distance.items()
        if only is None or replay.entities[urn].type in only
    }
    in_order = sorted(told, key=lambda urn: (told[urn], ids[urn]))
    assert [each["node"]["urn"] for each in answer["edges"]] == in_order
    assert [each["distance"] for each in answer["edges"]] == [told[urn] for urn in in_order]
    assert answer["complete"] == (not found.deeper)
    assert answer["stoppedBy"] == (["MAX_DEPTH"] if found.deeper else [])
    _check_counts(answer, replay, told)
    _check_groups(answer["groups"], replay, told, ids)
    return len(told)


def _check_counts(answer: dict[str, Any], replay: Replay, told: dict[str, int]) -> None:
    entities = [replay.entities[urn] for urn in told]
    assert answer["totalCount"] == len(told)
    assert _counts(answer, "type") == Counter(each.type for each in entities)
    assert _counts(answer, "lifecycle") == Counter(each.lifecycle for each in entities)
    assert _counts(answer, "distance") == Counter(told.values())
    assert list(_counts(answer, "distance")) == sorted(set(told.values()))
    for key in ("byType", "byLifecycle"):
        numbers = [each["count"] for each in answer[key]]
        assert numbers == sorted(numbers, reverse=True)


def _check_groups(
    groups: dict[str, Any], replay: Replay, told: dict[str, int], ids: dict[str, int]
) -> None:
    owners, without = led_to(replay, told, "owners")
    assert (groups["total"], groups["without"]) == (len(owners), without)
    largest_first = sorted(owners, key=lambda urn: (-owners[urn], ids[urn]))
    assert [(each["entity"]["urn"], each["count"]) for each in groups["groups"]] == [
        (urn, owners[urn]) for urn in largest_first
    ]


def _set(names: list[str] | None) -> set[str] | None:
    return None if names is None else set(names)


def _counts(answer: dict[str, Any], key: str) -> dict[Any, int]:
    return {each[key]: each["count"] for each in answer[f"by{key.capitalize()}"]}
