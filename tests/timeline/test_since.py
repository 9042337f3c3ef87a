"""What is new in lists, against the naive model."""

import random

import pytest

from tests.oracle.history import Replay
from tests.timeline.world import History

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTED = """query($since: TimePoint, $changed: TimePoint, $at: TimePoint) {
  datasets(since: $since, changedSince: $changed, asOf: $at, first: 10000) {
    totalCount nodes { urn }
  }
}"""


async def test_a_list_leaves_what_came_or_changed_since(history: History) -> None:
    chance = random.Random(31)
    ends = sorted(chance.sample([step.t for step in history.steps[20:]], 4))
    found = 0
    for at, replay in history.states(ends).items():
        for _ in range(4):
            since, changed = (chance.choice((None, chance.randint(1, at))) for _ in range(2))
            answer = await history.ask(LISTED, since=since, changed=changed, at=at)
            expected = {
                urn
                for urn, entity in replay.entities.items()
                if entity.type == "Dataset" and entity.lifecycle != "DELETED"
                if replay.created[urn] > (since or 0) and replay.changed[urn] > (changed or 0)
            }
            assert {node["urn"] for node in answer["nodes"]} == expected, (since, changed, at)
            assert answer["totalCount"] == len(answer["nodes"])
            found += bool(expected)
    assert found > 4


async def test_a_relation_leaves_the_edges_that_began_since(history: History) -> None:
    chance = random.Random(37)
    at = history.steps[-20].t
    replay = history.states([at])[at]
    asked = """query($id: ID!, $since: TimePoint, $at: TimePoint) { dataset(id: $id, asOf: $at) {
      upstream(since: $since, first: 10000) {
        totalCount edges { node { urn } edge { key } } } } }"""
    found = 0
    derived = sorted(key for key in replay.edges if key[0] == "DerivedFrom")
    for key in chance.sample(derived, 30):
        since = replay.since[key] - chance.randint(0, 1)
        answer = (await history.ask(asked, id=key[1], since=since, at=at))["upstream"]
        expected = _began(replay, key[1], since)
        assert (
            sorted((edge["node"]["urn"], edge["edge"]["key"]) for edge in answer["edges"])
            == expected
        )
        assert answer["totalCount"] == len(expected)
        found += bool(expected)
    assert found > 5


def _began(replay: Replay, urn: str, since: int) -> list[tuple[str, str]]:
    live = replay.ends(urn, "DerivedFrom", reverse=False)
    return sorted((key[2], key[3]) for key in live if replay.since[key] > since)


async def test_pages_of_what_is_new_go_on_and_know_their_question(history: History) -> None:
    asked = """query($since: TimePoint, $after: String) {
      datasets(since: $since, first: 3, after: $after) {
        nodes { urn } pageInfo { endCursor hasNextPage } } }"""
    first = await history.ask(asked, since=2)
    cursor = first["pageInfo"]["endCursor"]
    second = await history.ask(asked, since=2, after=cursor)
    assert not {n["urn"] for n in first["nodes"]} & {n["urn"] for n in second["nodes"]}
    assert await history.served.refusal(asked, {"since": 3, "after": cursor}) == "INVALID_CURSOR"
    assert await history.served.refusal(asked, {"since": "2999-01-01"}) == "FUTURE_TIME_POINT"
    nothing = '{ datasets(since: "2026-12-31T00:00:00Z") { totalCount } }'
    assert await history.served.refusal(nothing) == "FUTURE_TIME_POINT"
