"""What differs in lineage between two times, and who did it, against the naive model."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from tests.oracle.history import EdgeKey, Replay
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM, Graph
from tests.oracle.timeline import ADDED, CHANGED, REMOVED, Step
from tests.timeline.world import History

pytestmark = pytest.mark.asyncio(loop_scope="session")

DIFF = """query(
  $of: [ID!]!, $from: TimePoint!, $to: TimePoint, $direction: Direction!, $depth: Int
) {
  lineageDiff(
    of: $of, from: $from, to: $to, direction: $direction, maxDepth: $depth,
    maxNodes: 100000, perNode: 100000
  ) {
    from { basis { t } nodes edges } to { basis { t } nodes edges }
    nodes {
      id urn change depth transaction { t }
      values { attribute before after transaction { t } } entity { urn lifecycle }
    }
    edges { type from to change transaction { t } until { t } values { attribute before after } }
  }
}"""
SIDES = {"BOTH": (UPSTREAM, DOWNSTREAM), "UPSTREAM": (UPSTREAM,), "DOWNSTREAM": (DOWNSTREAM,)}


@dataclass
class Between:
    """Two states and their graphs by the model, and the steps between the two."""

    root: str
    depth: int
    sides: tuple[str, ...]
    before: Replay
    after: Replay
    steps: list[Step]
    ids: Mapping[str, int]

    def graph(self, replay: Replay) -> Graph:
        """Return the graph of a state; where it does not know the root, nothing."""
        depth = self.reachable(replay, lambda _: True)
        edges = {
            key
            for urn in depth
            for key in replay.touching[urn]
            if {key[1], key[2]} <= depth.keys() and replay.catalog.edges[key[0]].upstream != "NONE"
        }
        return Graph(depth=depth, edges=edges)

    def last(self, key: EdgeKey, change: str) -> int | None:
        """Return when an edge last began, or ended, between the two."""
        return self._last.get((key, change))

    @cached_property
    def _last(self) -> dict[tuple[EdgeKey, str], int]:
        return {each: step.t for step in self.steps for each in step.changes().items()}

    def reachable(self, replay: Replay, passes: Callable[[EdgeKey], bool]) -> dict[str, int]:
        """Return what is reached over the edges of a state that pass, with how many hops."""
        found = {self.root: 0} if self.root in replay.entities else {}
        for side in self.sides:
            level, seen = {self.root}, {self.root}
            for depth in range(1, self.depth + 1):
                level = {
                    far
                    for urn in level
                    for key in replay.touching[urn]
                    for far in _far(replay, key, urn, side)
                    if passes(key)
                } - seen
                seen |= level
                for urn in level:
                    found[urn] = min(found.get(urn, depth), depth)
        return found


def _far(replay: Replay, key: EdgeKey, urn: str, side: str) -> Iterable[str]:
    where = replay.catalog.edges[key[0]].upstream
    if where == "NONE":
        return ()
    upstream, downstream = (key[2], key[1]) if where == "TO" else (key[1], key[2])
    near, far = (downstream, upstream) if side == UPSTREAM else (upstream, downstream)
    return (far,) if near == urn else ()


async def test_lineage_differs_as_the_steps_between_say(history: History) -> None:
    chance = random.Random(17)
    seen: set[str] = set()
    ts = sorted(chance.sample([step.t for step in history.steps], 8))
    states = history.states(ts)
    for number in range(history.draws(16)):
        start, end = sorted(chance.sample(ts, 2))
        roots = sorted(urn for urn, keys in states[end].touching.items() if len(keys) > 1)
        direction = chance.choice(sorted(SIDES))
        between = Between(
            chance.choice(roots),
            chance.choice((1, 2, 4)),
            SIDES[direction],
            states[start],
            states[end],
            [step for step in history.steps if start < step.t <= end],
            history.ids,
        )
        variables = {"of": [between.root], "from": start, "to": end if number % 4 else f"T{end}"}
        answer = await history.ask(DIFF, **variables, direction=direction, depth=between.depth)
        assert [answer["from"]["basis"]["t"], answer["to"]["basis"]["t"]] == [str(start), str(end)]
        seen |= _compare(answer, between)
    assert seen == {ADDED, REMOVED, CHANGED}


def _compare(answer: Mapping[str, Any], between: Between) -> set[str]:
    old, new = between.graph(between.before), between.graph(between.after)
    assert (answer["from"]["nodes"], answer["from"]["edges"]) == (len(old.depth), len(old.edges))
    assert (answer["to"]["nodes"], answer["to"]["edges"]) == (len(new.depth), len(new.edges))
    nodes = {node["urn"]: node for node in answer["nodes"]}
    both = old.depth.keys() & new.depth.keys()
    expected = dict.fromkeys(new.depth.keys() - old.depth.keys(), ADDED)
    expected |= dict.fromkeys(old.depth.keys() - new.depth.keys(), REMOVED)
    expected |= {
        urn: CHANGED for urn in both if between.before.entities[urn] != between.after.entities[urn]
    }
    assert {urn: node["change"] for urn, node in nodes.items()} == expected
    assert all(node["entity"]["urn"] == urn for urn, node in nodes.items())
    assert [node["depth"] for node in answer["nodes"]] == sorted(
        {**old.depth, **new.depth}[urn] for urn in expected
    )
    times = _times(between, expected, old.edges | new.edges)
    told = {urn: int(node["transaction"]["t"]) for urn, node in nodes.items()}
    assert told == times
    _compare_values(nodes, between)
    _compare_edges(answer, between, old, new, times)
    return set(expected.values())


def _times(between: Between, expected: Mapping[str, str], edges: set[EdgeKey]) -> dict[str, int]:
    """Return who did it by trying every time there is, one after the other."""
    found: dict[str, int] = {}
    for step in between.steps:
        for urn in step.entities:
            if expected.get(urn) == CHANGED and _still(between, urn, step):
                found[urn] = step.t
        if between.root in step.entities and expected.get(between.root) == ADDED:
            found.setdefault(between.root, step.t)
    began = {key: between.last(key, ADDED) or 0 for key in between.after.edges}
    ended = {
        key: (between.last(key, REMOVED) or 0) if key not in between.after.edges else 10**9
        for key in between.before.edges
    }
    came = {urn for urn, change in expected.items() if change == ADDED}
    went = {urn for urn, change in expected.items() if change == REMOVED}
    for step in (step for step in between.steps if step.edges.keys() & edges):
        now = between.reachable(between.after, lambda key: began[key] <= step.t)  # noqa: B023
        for urn in (came & now.keys()) - found.keys():
            found[urn] = step.t
        was = between.reachable(between.before, lambda key: ended[key] >= step.t)  # noqa: B023
        found |= dict.fromkeys(went & was.keys(), step.t)
    return found


def _still(between: Between, urn: str, step: Step) -> bool:
    """Tell whether a step changed a value that is not the same at both times."""
    old, new = _told(between.before, urn), _told(between.after, urn)
    differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return any(
        fact.about == urn
        and fact.attribute in differing
        and not _same_member(old, new, fact.attribute, fact.value)
        for fact in step.facts()
    )


def _same_member(old: Mapping[str, Any], new: Mapping[str, Any], name: str, value: Any) -> bool:
    """Tell whether a value is there at both times, or at neither."""
    return (value in _members(old.get(name))) == (value in _members(new.get(name)))


def _members(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _told(replay: Replay, urn: str) -> dict[str, Any]:
    entity = replay.entities[urn]
    values = {f"{entity.type}/{name}": value for name, value in entity.values.items()}
    return {"entity/type": entity.type, "entity/lifecycle": entity.lifecycle, **values}


def _compare_values(nodes: Mapping[str, Any], between: Between) -> None:
    for urn, node in nodes.items():
        if node["change"] != CHANGED:
            assert node["values"] == []
            continue
        old, new = _told(between.before, urn), _told(between.after, urn)
        expected = {
            name: (
                sum(each not in _members(new.get(name)) for each in _members(old.get(name))),
                sum(each not in _members(old.get(name)) for each in _members(new.get(name))),
            )
            for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)
        }
        told = {each["attribute"]: each for each in node["values"]}
        assert {n: (len(v["before"]), len(v["after"])) for n, v in told.items()} == expected
        if "entity/lifecycle" in told:
            assert told["entity/lifecycle"]["after"] == [new["entity/lifecycle"]]


def _compare_edges(
    answer: Mapping[str, Any],
    between: Between,
    old: Graph,
    new: Graph,
    times: Mapping[str, int],
) -> None:
    urns = {f"E{number}": urn for urn, number in between.ids.items()}
    expected = [(key, ADDED, _came(between, key, old, times)) for key in new.edges - old.edges]
    expected += [(key, REMOVED, _went(between, key, new, times)) for key in old.edges - new.edges]
    for key in old.edges & new.edges:
        if between.before.edges[key].values != between.after.edges[key].values:
            last = [step.t for step in between.steps if key in step.edges][-1]
            expected.append((key, CHANGED, last))
    told = [
        (
            each["type"],
            urns[each["from"]],
            urns[each["to"]],
            each["change"],
            each["transaction"]["t"],
            each["until"] and each["until"]["t"],
        )
        for each in answer["edges"]
    ]
    assert sorted(told, key=str) == sorted(
        ((*key[:3], kind, str(t), _until(between, key)) for key, kind, t in expected), key=str
    )


def _until(between: Between, key: EdgeKey) -> str | None:
    """Return when an edge ended that is not live at the later time."""
    return None if key in between.after.edges else str(between.last(key, REMOVED))


def _came(between: Between, key: EdgeKey, old: Graph, times: Mapping[str, int]) -> int:
    ends = [times[end] for end in key[1:3] if end not in old.depth]
    return max([between.last(key, ADDED) or 0, *ends])


def _went(between: Between, key: EdgeKey, new: Graph, times: Mapping[str, int]) -> int:
    ends = [times[end] for end in key[1:3] if end not in new.depth]
    own = [between.last(key, REMOVED)] if key not in between.after.edges else []
    return min(t for t in (*ends, *own) if t is not None)


async def test_nothing_differs_between_a_time_and_itself(history: History) -> None:
    t = history.steps[len(history.steps) // 2].t
    root = next(iter(history.states([t])[t].edges))[1]
    for point in (t, f"T{t}", history.steps[t - 2].said["instant"]):
        variables = {"of": [root], "from": point, "to": point, "direction": "BOTH", "depth": 5}
        answer = await history.ask(DIFF, **variables)
        assert answer["nodes"] == answer["edges"] == []
        assert answer["from"] == answer["to"]


def _widest(history: History) -> str:
    """Return an entity with as much lineage as any."""
    ends = Counter(
        end
        for key in history.end.edges
        if history.catalog.edges[key[0]].upstream != "NONE"
        for end in key[1:3]
    )
    return ends.most_common(1)[0][0]


async def test_a_limit_says_that_not_all_differences_are_told(history: History) -> None:
    root = _widest(history)
    asked = """query($of: [ID!]!) { lineageDiff(of: $of, from: 2, maxNodes: 2) {
      complete to { complete stoppedBy nodes } } }"""
    answer = await history.ask(asked, of=[root])
    assert answer["complete"] is False
    assert "MAX_NODES" in answer["to"]["stoppedBy"]
    assert answer["to"]["nodes"] == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('of: ["hw://nobody"], from: 2', "UNKNOWN_ENTITY"),
        ("of: [$root], from: 100, to: 99", "BAD_USER_INPUT"),
        ('of: [$root], from: "2999-01-01"', "FUTURE_TIME_POINT"),
        ("of: [$root], from: 2, to: 9999999", "FUTURE_TIME_POINT"),
        ("of: [$root], from: 2, maxDepth: -1", "BAD_USER_INPUT"),
        ("of: [$root], from: 2, maxDepth: 1000", "LIMIT_EXCEEDED"),
        ("of: [$root, $other], from: 2, maxNodes: 1", "LIMIT_EXCEEDED"),
    ],
)
async def test_what_cannot_be_compared_is_refused(
    history: History, arguments: str, code: str
) -> None:
    asked = """query($root: ID!, $other: ID!) { lineageDiff(ARGUMENTS) { complete }
      basis { t } node(id: $root) { id } other: node(id: $other) { id } }"""
    asked = asked.replace("ARGUMENTS", arguments)
    root, other = sorted(history.end.entities)[:2]
    answer = await history.served.post(asked, {"root": root, "other": other})
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert answer["data"]["lineageDiff"] is None
    assert answer["data"]["basis"]["t"] == str(history.end.t)


async def test_what_is_asked_of_a_transaction_is_its_own_wherever_it_stands(
    history: History,
) -> None:
    """Its pages are signed too, each in its place: they go on."""
    root = _widest(history)
    asked = """query($of: [ID!]!) { lineageDiff(of: $of, from: 2, maxDepth: 1, maxNodes: 20) {
      nodes { a: transaction { t facts(first: 1) { pageInfo { endCursor } } } transaction { id } }
      edges { transaction { t facts(first: 1) { pageInfo { endCursor } } } } } }"""
    answer = await history.ask(asked, of=[root])
    assert len(answer["nodes"]) > 1
    by_t = {each["transaction"]["t"]: each["transaction"] for each in answer["edges"]}
    by_t |= {node["a"]["t"]: node["a"] for node in answer["nodes"]}
    more = """query($id: ID!, $c: String) { node(id: $id) { ... on Transaction {
      facts(first: 1, after: $c) { nodes { attribute } } } } }"""
    for t, each in list(by_t.items())[:3]:
        cursor = each["facts"]["pageInfo"]["endCursor"]
        assert (await history.ask(more, id=f"T{t}", c=cursor))["facts"] is not None
