"""What the server says of paths, held against the naive model."""

from itertools import pairwise
from typing import Any

from tests.oracle.history import Replay
from tests.oracle.reach import Ways, paths

PATHS = """
query(
  $from: [ID!]!, $to: [ID!]!, $at: TimePoint, $direction: Direction!, $length: Int,
  $nodes: [EntityType!]
) {
  paths(
    from: $from, to: $to, asOf: $at, direction: $direction, maxLength: $length, nodeTypes: $nodes,
    first: 1000
  ) {
    total complete shortest
    nodes {
      length
      nodes { id type entity { urn } }
      edges { hop type from to edge { from { urn } to { urn } } }
    }
  }
}
"""


def compare(
    answer: dict[str, Any], replay: Replay, asked: dict[str, Any], ids: dict[str, int]
) -> int:
    """Fail where an answer differs from the model's; return how many paths there are."""
    ways = Ways(replay, node_types=None if asked.get("nodes") is None else set(asked["nodes"]))
    starts, ends, direction = asked["from"], set(asked["to"]), asked["direction"]
    every = sorted(
        paths(ways, starts, ends, direction, asked["length"]),
        key=lambda path: (len(path), [ids[urn] for urn in path]),
    )
    assert [[node["entity"]["urn"] for node in each["nodes"]] for each in answer["nodes"]] == every
    assert (answer["total"], answer["complete"]) == (str(len(every)), True)
    assert answer["shortest"] == (len(every[0]) - 1 if every else None)
    for path, each in zip(every, answer["nodes"], strict=True):
        assert each["length"] == len(path) - 1
        _check_edges(each, path, ways, direction)
    return len(every)


def _check_edges(told: dict[str, Any], path: list[str], ways: Ways, direction: str) -> None:
    urns = {node["id"]: node["entity"]["urn"] for node in told["nodes"]}
    found = [
        (edge["hop"], edge["type"], urns[edge["from"]], urns[edge["to"]]) for edge in told["edges"]
    ]
    expected = [
        (hop, *key[:3])
        for hop, (near, far) in enumerate(pairwise(path))
        for key, to in ways.hops(near, direction)
        if to == far
    ]
    assert sorted(found) == sorted(expected)
    assert all(edge["edge"]["from"]["urn"] == urns[edge["from"]] for edge in told["edges"])
