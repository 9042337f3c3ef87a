"""Counts in buckets of time, against a naive count of what each transaction did."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.oracle.timeline import Fact
from tests.timeline.world import FIRST, History

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNTED = """query(
  $of: [ID!], $types: [EntityType!], $from: TimePoint, $to: TimePoint, $buckets: Int,
  $by: BucketScale
) {
  changes(of: $of, types: $types, from: $from, to: $to, buckets: $buckets, by: $by) {
    basis { t }
    buckets { from { t instant } to { t instant }
      transactions asserted retracted entities began ended }
  }
}"""
Point = tuple[int, datetime]


async def test_every_bucket_counts_what_happened_in_it(history: History) -> None:
    chance = random.Random(23)
    counted = 0
    for _ in range(history.draws(20)):
        asked = _drawn(history, chance)
        answer = await history.ask(COUNTED, **asked)
        edges = _edges(history, asked)
        assert answer["basis"]["t"] == str(edges[-1][0])
        assert len(answer["buckets"]) == asked["buckets"] == len(edges) - 1
        for bucket, start, end in zip(answer["buckets"], edges, edges[1:], strict=False):
            assert (_point(bucket["from"]), _point(bucket["to"])) == (start, end), asked
            told = {name: bucket[name] for name in bucket if name not in {"from", "to"}}
            assert told == _count(history, asked, start[0], end[0]), (asked, start, end)
            counted += bucket["transactions"] > 0
    print(f"{counted} buckets with something in them compared")
    assert counted > history.draws(40)


def _drawn(history: History, chance: random.Random) -> dict[str, Any]:
    asked: dict[str, Any] = {"buckets": chance.choice((1, 2, 7, 40)), "by": "TIME"}
    if chance.random() < 0.4:
        asked["by"] = "TRANSACTION"
    scope = chance.choice(("of", "types", "everything"))
    urns = sorted(urn for urn, keys in history.end.touching.items() if keys)
    if scope == "of":
        asked["of"] = chance.sample(urns, 3)
    elif scope == "types":
        asked["types"] = [history.end.entities[chance.choice(urns)].type]
    start, end = sorted(chance.sample(range(len(history.steps)), 2))
    for name, step in (("from", history.steps[start]), ("to", history.steps[end])):
        if chance.random() < 0.7:
            asked[name] = chance.choice((step.t, f"T{step.t}", step.said["instant"]))
    return asked


def _point(raw: dict[str, str]) -> Point:
    return int(raw["t"]), _read(raw["instant"])


def _read(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(UTC)


def _instant(history: History, t: int) -> datetime:
    return history.instants[t - FIRST - 1]


def _as_of(history: History, instant: datetime) -> int:
    return FIRST + bisect_right(history.instants, instant)


def _said(history: History, asked: Any) -> Point:
    """Return a point in time as it is meant: a t, the id of a transaction, or an instant."""
    if isinstance(asked, str) and not asked.startswith("T"):
        return _as_of(history, _read(asked)), _read(asked)
    t = int(str(asked).removeprefix("T"))
    return t, _instant(history, t)


def _edges(history: History, asked: dict[str, Any]) -> list[Point]:
    """Return where the buckets begin and end."""
    last = history.steps[-1].t
    end = _said(history, asked["to"]) if "to" in asked else (last, _instant(history, last))
    if "from" in asked:
        start = _said(history, asked["from"])
    else:
        counted = [step.t for step in history.steps if step.t <= end[0]]
        first = next((t for t in counted if any(_scoped(history, asked, t))), None)
        start = end if first is None else (first - 1, _instant(history, first))
    many, points = asked["buckets"], [start]
    for number in range(1, many):
        if asked["by"] == "TRANSACTION":
            t = start[0] + (end[0] - start[0]) * number // many
            points.append((t, _instant(history, t) if t > start[0] else start[1]))
        else:
            micros = (end[1] - start[1]) // timedelta(microseconds=1) * number // many
            instant = start[1] + timedelta(microseconds=micros)
            points.append((max(start[0], min(end[0], _as_of(history, instant))), instant))
    return [*points, end]


def _scoped(history: History, asked: dict[str, Any], t: int) -> Iterator[Fact]:
    """Yield the facts of a transaction that are counted."""
    of, types = asked.get("of"), asked.get("types")
    for fact in history.facts[t - FIRST - 1]:
        ends = (fact.about,) if isinstance(fact.about, str) else fact.about[1:3]
        if of is not None and not any(end in of for end in ends):
            continue
        if types is not None and not any(history.end.entities[end].type in types for end in ends):
            continue
        yield fact


def _count(history: History, asked: dict[str, Any], start: int, end: int) -> dict[str, int]:
    facts = [(t, fact) for t in range(start + 1, end + 1) for fact in _scoped(history, asked, t)]
    ops = [fact.op for _, fact in facts]
    began = [fact.op for _, fact in facts if fact.attribute == "edge/type"]
    return {
        "transactions": len({t for t, _ in facts}),
        "asserted": ops.count("ASSERT"),
        "retracted": ops.count("RETRACT"),
        "entities": len({fact.about for _, fact in facts if isinstance(fact.about, str)}),
        "began": began.count("ASSERT"),
        "ended": began.count("RETRACT"),
    }


EXPLAINED = """query($query: String!, $variables: JSON) {
  explain(query: $query, variables: $variables) { plan }
}"""


async def test_what_is_about_some_entities_is_looked_up(history: History) -> None:
    urns = sorted(urn for urn, keys in history.end.touching.items() if keys)[:100]
    asked = {"query": COUNTED, "variables": {"of": urns, "by": "TIME"}}
    told = (await history.served.ask(EXPLAINED, asked))["explain"]["plan"]
    reads = [each for each in _nodes(told) if each.get("Relation Name") == "log"]
    assert reads
    assert all(each["Node Type"].startswith(("Index", "Bitmap")) for each in reads)


def _nodes(plan: Any) -> Iterator[Any]:
    """Yield every step of PostgreSQL's plan."""
    match plan:
        case dict():
            yield plan
            for each in plan.values():
                yield from _nodes(each)
        case list():
            for each in plan:
                yield from _nodes(each)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("buckets: 0", "BAD_USER_INPUT"),
        ("buckets: -3", "BAD_USER_INPUT"),
        ("buckets: 1001", "LIMIT_EXCEEDED"),
        ("from: 300, to: 200", "BAD_USER_INPUT"),
        ('from: "2999-01-01"', "FUTURE_TIME_POINT"),
        ("to: 99999999", "FUTURE_TIME_POINT"),
    ],
)
async def test_what_cannot_be_counted_is_refused(
    history: History, arguments: str, code: str
) -> None:
    asked = f"{{ changes({arguments}) {{ buckets {{ transactions }} }} }}"
    assert await history.served.refusal(asked) == code


async def test_nothing_is_counted_in_buckets_that_are_there_all_the_same(history: History) -> None:
    for arguments in ("of: []", 'of: ["hw://nobody", "", "T3"]', "from: 9, to: 9", "types: []"):
        asked = f"{{ changes(buckets: 3, {arguments}) {{ buckets {{ transactions asserted }} }} }}"
        answer = await history.ask(asked)
        assert answer["buckets"] == [{"transactions": 0, "asserted": 0}] * 3, arguments
