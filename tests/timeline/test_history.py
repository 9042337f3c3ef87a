"""What an entity or an edge has been through, also one that is gone, against the naive model."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.oracle.history import EdgeKey
from tests.oracle.timeline import ADDED, REMOVED, Fact, Step
from tests.timeline.world import History, ends

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANGED = "type key change from { urn } to { urn } transaction { t } until { t }"
OF_EDGE = f"""query($id: ID!, $at: TimePoint, $since: TimePoint, $until: TimePoint) {{
  history(id: $id, asOf: $at) {{
    id basis {{ t }} entity {{ urn }}
    edge {{ id type key from {{ urn }} to {{ urn }} since {{ t }} until {{ t }} }}
    facts {{ totalCount nodes {{ attribute }} }}
    edgeChanges(since: $since, until: $until, first: 1000) {{ totalCount nodes {{ {CHANGED} }} }}
  }}
}}"""


async def test_an_edge_that_ended_tells_its_whole_life(history: History) -> None:
    chance = random.Random(31)
    lives = _lives(history)
    gone = sorted(key for key, life in lives.items() if any(kind == REMOVED for _, kind in life))
    live = sorted(lives.keys() - set(gone))
    ended = 0
    for key in [*chance.sample(gone, 12), *chance.sample(live, 4)]:
        id_ = await _id(history, key, lives[key][0][0])
        ts = [step.t for step in history.steps if step.t >= lives[key][0][0]]
        at, start, end = (
            chance.choice((ts[-1], chance.choice(ts))),
            *sorted(chance.choices(ts, k=2)),
        )
        told = await history.ask(OF_EDGE, id=id_, at=at, since=start, until=end)
        known = [(t, kind) for t, kind in lives[key] if t <= at]
        assert told["basis"]["t"] == str(at)
        assert (told["id"], told["entity"]) == (id_, None)
        assert told["facts"] == {"totalCount": 0, "nodes": []}
        assert (told["edge"]["id"], ends(told["edge"])) == (id_, key)
        began = max(t for t, kind in known if kind == ADDED)
        assert told["edge"]["since"] == {"t": str(began)}
        assert told["edge"]["until"] == _until(known, began)
        asked = [(t, kind) for t, kind in reversed(known) if start < t <= end]
        assert told["edgeChanges"]["totalCount"] == len(asked)
        for (t, kind), each in zip(asked, told["edgeChanges"]["nodes"], strict=True):
            assert (each["transaction"]["t"], each["change"]) == (str(t), kind)
            assert (ends(each), each["until"]) == (key, _until(known, t))
        ended += told["edge"]["until"] is not None
    assert ended > 3


def _lives(history: History) -> dict[EdgeKey, list[tuple[int, str]]]:
    """Return what each edge has been through, the oldest first."""
    found: dict[EdgeKey, list[tuple[int, str]]] = {}
    for step in history.steps:
        for key, change in step.changes().items():
            found.setdefault(key, []).append((step.t, change))
    return found


def _until(life: list[tuple[int, str]], t: int) -> dict[str, str] | None:
    end = next((each for each, kind in life if kind == REMOVED and each >= t), None)
    return None if end is None else {"t": str(end)}


BEGAN = f"""query($id: ID!) {{ node(id: $id) {{ ... on Transaction {{
  edgeChanges(first: 10000) {{ nodes {{ id {CHANGED} }} }}
}} }} }}"""


async def _id(history: History, key: EdgeKey, t: int) -> str:
    rows = (await history.ask(BEGAN, id=f"T{t}"))["edgeChanges"]["nodes"]
    [found] = {str(each["id"]) for each in rows if ends(each) == key}
    return found


OF_ENTITY = f"""query(
  $id: ID!, $at: TimePoint, $since: TimePoint, $until: TimePoint, $names: [String!], $after: String
) {{
  history(id: $id, asOf: $at) {{
    entity {{ urn history(attributes: $names, since: $since, until: $until) {{ totalCount }} }}
    edge {{ id }}
    facts(attributes: $names, since: $since, until: $until, first: 30, after: $after) {{
      totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{ entity {{ urn }} attribute op transaction {{ t }} }}
    }}
    edgeChanges(since: $since, until: $until, first: 1000) {{ totalCount nodes {{ {CHANGED} }} }}
  }}
}}"""


async def test_an_entity_tells_what_was_said_of_it_in_a_span_of_time(history: History) -> None:
    chance = random.Random(37)
    urns = sorted(urn for step in history.steps for urn in step.entities)
    gone = sorted(u for u, each in history.end.entities.items() if each.lifecycle == "DELETED")
    compared = 0
    for urn in [*chance.choices(urns, k=14), *chance.sample(gone, min(4, len(gone)))]:
        asked = _asked(history, urn, chance)
        told, rows = await _paged(history, urn, asked)
        expected = list(_facts(history, urn, asked))
        assert told["edge"] is None
        assert told["facts"]["totalCount"] == len(expected) == len(rows)
        assert told["entity"]["urn"] == urn
        assert told["entity"]["history"] == {"totalCount": len(expected)}
        assert sorted((row["transaction"]["t"], row["attribute"], row["op"]) for row in rows) == (
            sorted((str(t), fact.attribute, fact.op) for t, fact in expected)
        )
        order = [int(row["transaction"]["t"]) for row in rows]
        assert order == sorted(order, reverse=True)
        changes = told["edgeChanges"]
        assert changes["totalCount"] == len(_changes(history, urn, asked))
        found = {
            (each["transaction"]["t"], ends(each)): each["change"] for each in changes["nodes"]
        }
        assert found.items() <= _changes(history, urn, asked).items()
        compared += len(rows)
    print(f"{compared} facts compared")
    assert compared > 40


def _asked(history: History, urn: str, chance: random.Random) -> dict[str, Any]:
    first = next(step.t for step in history.steps if urn in step.entities)
    ts = [step.t for step in history.steps if step.t >= first]
    asked: dict[str, Any] = {"at": chance.choice((ts[-1], chance.choice(ts)))}
    start, end = sorted(chance.choices(ts, k=2))
    if chance.random() < 0.4:
        asked["since"] = start
    if chance.random() < 0.4:
        asked["until"] = f"T{end}"
    if chance.random() < 0.3:
        asked["names"] = ["lifecycle"]
    return asked


async def _paged(history: History, urn: str, asked: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    rows: list[Any] = []
    after = None
    while True:
        told = await history.ask(OF_ENTITY, id=urn, after=after, **asked)
        rows += told["facts"]["nodes"]
        if not told["facts"]["pageInfo"]["hasNextPage"]:
            return told, rows
        after = told["facts"]["pageInfo"]["endCursor"]


def _span(history: History, asked: Mapping[str, Any]) -> Iterator[Step]:
    end = int(str(asked.get("until", asked["at"])).removeprefix("T"))
    for step in history.steps:
        if asked.get("since", 0) < step.t <= min(end, asked["at"]):
            yield step


def _facts(history: History, urn: str, asked: Mapping[str, Any]) -> Iterator[tuple[int, Fact]]:
    for step in _span(history, asked):
        for fact in step.facts() if urn in step.entities else ():
            if fact.about == urn and fact.attribute in _names(asked, fact):
                yield step.t, fact


def _names(asked: Mapping[str, Any], fact: Fact) -> list[str]:
    return [f"entity/{name}" for name in asked["names"]] if "names" in asked else [fact.attribute]


def _changes(
    history: History, urn: str, asked: Mapping[str, Any]
) -> dict[tuple[str, EdgeKey], str]:
    return {
        (str(step.t), key): change
        for step in _span(history, asked)
        for key, change in step.changes().items()
        if urn in key[1:3]
    }


async def test_what_nobody_has_mentioned_has_no_history(history: History) -> None:
    for name in ("hw://nobody", "", "E99999999999", "T3", "E1", "E-5"):
        assert await history.ask("query($id: ID!) { history(id: $id) { id } }", id=name) is None
    urn = next(urn for urn in history.steps[-1].entities)
    early = "query($id: ID!) { history(id: $id, asOf: 1) { id } }"
    assert await history.ask(early, id=urn) is None


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ('facts(since: "yesterday")', "MALFORMED_TIME_POINT"),
        ("facts(until: 99999999)", "FUTURE_TIME_POINT"),
        ('facts(attributes: ["nothing"])', "UNKNOWN_ATTRIBUTE"),
        ("facts(first: -1)", "BAD_USER_INPUT"),
        ('facts(after: "x")', "INVALID_CURSOR"),
        ('edgeChanges(since: "2999-01-01")', "FUTURE_TIME_POINT"),
        ("edgeChanges(first: 100000000)", "LIMIT_EXCEEDED"),
    ],
)
async def test_a_part_that_cannot_be_meant_is_refused(
    history: History, field: str, code: str
) -> None:
    urn = next(urn for urn in history.steps[0].entities)
    part = f"{field} {{ totalCount nodes {{ __typename }} }}"
    asked = f"query($id: ID!) {{ history(id: $id) {{ {part} }} }}"
    assert await history.served.refusal(asked, {"id": urn}) == code


async def test_a_cursor_goes_on_in_the_same_span_only(history: History) -> None:
    mentioned = Counter(urn for step in history.steps for urn in step.entities)
    [(urn, _)] = mentioned.most_common(1)
    asked = """query($id: ID!, $after: String, $since: TimePoint) { history(id: $id) {
      facts(first: 1, after: $after, since: $since) { pageInfo { endCursor } } } }"""
    first = await history.ask(asked, id=urn)
    again = {"id": urn, "after": first["facts"]["pageInfo"]["endCursor"]}
    assert (await history.ask(asked, **again))["facts"]["pageInfo"]["endCursor"]
    assert await history.served.refusal(asked, {**again, "since": 1}) == "INVALID_CURSOR"
