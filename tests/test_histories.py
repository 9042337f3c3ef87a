"""Both real histories, loaded together: the server against the naive model, now and in the past."""

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.filling import REAL
from tests.oracle import aggregates, comparing_paths, impact, reading
from tests.oracle.catalog import Catalog, read
from tests.oracle.comparing import lineage
from tests.oracle.drawing import between, drawn
from tests.oracle.exploring import Explorer
from tests.oracle.found import compare_search
from tests.oracle.history import Line, Replay, merged
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM, Asked
from tests.oracle.reach import Ways, common_ancestors, ends, lowest
from tests.oracle.texts import searched
from tests.serving import Served, needs_shared, serving

pytestmark = [needs_shared, pytest.mark.asyncio(loop_scope="module")]

PAIRS = 240
ROOTS = 55
INSTANTS = (
    "2019-12-31T23:59:59Z",
    "2021-03-15T00:00:00Z",
    "2023-06-30T12:00:00Z",
    "2024-11-01T00:00:00Z",
    "2026-11-01T00:00:00Z",
)
WIDEST = "hw://dataset/tfhub/imagenet-ilsvrc-2012-cls"


@dataclass
class Histories:
    """The server with both histories in it, and what the model needs to answer the same."""

    served: Served
    catalog: Catalog
    lines: list[Line]
    ids: dict[str, int]

    @cached_property
    def states(self) -> dict[str, Replay]:
        """Return the naive state at each of the instants."""
        found: dict[str, Replay] = {}
        for instant in INSTANTS:
            replay = Replay(self.catalog, t=1)  # The catalog took t 1.
            for line in self.lines:
                if line["tx"]["instant"] > instant:
                    break
                replay.apply(line)
            found[instant] = replay
        return found


@pytest.fixture(scope="module")
def histories_url(new_database: NewDatabase, real_template: str) -> Iterator[str]:
    with new_database(real_template) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def histories(histories_url: str) -> AsyncIterator[Histories]:
    async with serving(histories_url) as served:
        yield await _loaded(served)


async def _loaded(served: Served) -> Histories:
    catalog, files = REAL
    rows = await served.database.rows("SELECT v, e FROM fact_1")
    ids = {str(urn): int(entity) for urn, entity in rows}
    return Histories(served, read(catalog.read_text()), merged(files), ids)


async def test_the_log_holds_every_transaction_that_changed_something(histories: Histories) -> None:
    end = histories.states[INSTANTS[-1]]
    answer = await histories.served.ask_once("{ basis { t instant } }")
    assert answer["basis"] == {"t": str(end.t), "instant": histories.lines[-1]["tx"]["instant"]}
    assert set(histories.ids) >= set(end.entities)


async def test_entities_are_what_the_lines_say_at_any_time(
    histories: Histories, record_property: Any
) -> None:
    chance = random.Random(20260823)
    replays = histories.states
    pairs = _pairs(replays, chance)
    answered = 0
    for instant, urn in pairs:
        expected = reading.expected(replays[instant], urn)
        seen = reading.selection(histories.catalog, expected["type"] if expected else "Dataset")
        ask = f"query($urn: ID!, $at: TimePoint) {{ entity(id: $urn, asOf: $at) {{ {seen} }} }}"
        answer = await histories.served.ask_once(ask, {"urn": urn, "at": instant})
        assert reading.sorted_ends(answer["entity"]) == expected, (urn, instant)
        answered += expected is not None
    share = answered / len(pairs)
    print(f"{len(pairs)} entities compared, {share:.0%} of the answers not empty")
    assert len(pairs) >= 200
    assert share >= 0.5


LISTS = {"models": "Model", "modelInstances": "ModelInstance", "deployments": "Deployment"}


async def test_aggregates_and_groups_are_what_python_makes_of_the_lines(
    histories: Histories,
) -> None:
    lists = " ".join(
        f"{field}(asOf: $at) {{ {aggregates.selection(histories.catalog, owner)} }}"
        for field, owner in LISTS.items()
    )
    compared = 0
    for instant in INSTANTS[2:]:
        told = await histories.served.ask_once(
            f"query($at: TimePoint) {{ {lists} }}", {"at": instant}
        )
        for field, owner in LISTS.items():
            compared += aggregates.check(histories.states[instant], owner, told[field])
    print(f"{compared} groups compared")
    assert compared > 1_000


def _pairs(replays: dict[str, Replay], chance: random.Random) -> list[tuple[str, str]]:
    everybody = sorted(replays[INSTANTS[-1]].entities)
    pairs = [(instant, WIDEST) for instant in INSTANTS]
    pairs += [(chance.choice(INSTANTS), chance.choice(everybody)) for _ in range(PAIRS // 4)]
    for instant in INSTANTS[1:]:
        entities = replays[instant].entities
        for lifecycle in ("UNCACHED", "DELETED", "PARTIAL", "ENRICHED"):
            alike = sorted(u for u, each in entities.items() if each.lifecycle == lifecycle)
            pairs += [(instant, urn) for urn in chance.sample(alike, min(12, len(alike)))]
    return pairs


LIMITS = ((10, 1000, 100), (1, 1000, 100), (3, 40, 100), (4, 1000, 3))
SIDES = {"BOTH": (UPSTREAM, DOWNSTREAM), "UPSTREAM": (UPSTREAM,), "DOWNSTREAM": (DOWNSTREAM,)}


async def test_lineage_is_what_the_lines_say_at_any_time(histories: Histories) -> None:
    chance = random.Random(7)
    replays = histories.states
    roots = _roots(replays[INSTANTS[-1]], chance)
    known = found = 0
    for position, root in enumerate(roots):
        for instant in INSTANTS:
            replay = replays[instant]
            depth, nodes, fan = LIMITS[position % len(LIMITS)]
            direction = chance.choice(sorted(SIDES))
            variables: dict[str, Any] = {"root": root, "at": instant, "direction": direction}
            variables |= {"depth": depth, "nodes": nodes, "fan": fan}
            asked = Asked([root], SIDES[direction], depth, nodes, fan)
            if root not in replay.entities:
                code = await histories.served.refusal(lineage(asked), variables)
                assert code == "UNKNOWN_ENTITY"
                continue
            if chance.random() < 0.6:
                asked, more = drawn(asked, replay, chance)
                variables |= more
            explorer = Explorer(histories.served, replay, histories.ids.__getitem__, chance)
            graph = await explorer.explore(asked, variables)
            known += 1
            found += len(graph.depth) > 1
    print(f"{known} graphs compared, {found / known:.0%} of them with more than the root")
    assert len(roots) >= 50
    assert found / known >= 0.5


THROUGH = ({"Model"}, {"Pipeline"}, {"Dataset"}, {"ModelInstance"}, {"ModelInstance", "Dataset"})


async def test_walks_through_types_are_what_the_lines_say_at_any_time(
    histories: Histories,
) -> None:
    chance, joined, cut = random.Random(17), 0, 0
    for position in range(40):
        replay = histories.states[chance.choice(INSTANTS[2:])]
        through = THROUGH[position % len(THROUGH)]
        root, direction = _beside(replay, through, chance), chance.choice(["BOTH", *SIDES])
        depth, nodes, fan = chance.choice(LIMITS)
        hop = chance.choice([1000, 1000, 3])
        asked = Asked([root], SIDES[direction], depth, nodes, fan, per_hop=hop)
        asked = replace(asked, through=frozenset(through))
        variables = {"root": root, "at": replay.t, "direction": direction}
        variables |= {"depth": depth, "nodes": nodes, "fan": fan, "hop": hop}
        explorer = Explorer(histories.served, replay, histories.ids.__getitem__, chance)
        graph = await explorer.explore(asked, variables)
        joined, cut = joined + len(graph.passages), cut + ("PER_HOP" in graph.stopped_by)
    print(f"{joined} passages, {cut} graphs with hops that were cut")
    assert joined > 20
    assert cut > 0


def _beside(replay: Replay, types: set[str], chance: random.Random) -> str:
    """Return an end of an edge of an entity of such types that data goes through, if one has it."""
    alike = sorted(urn for urn, each in replay.entities.items() if each.type in types)
    urn = chance.choice(between(replay, alike) or alike)
    ends = {end for key in replay.touching[urn] for end in key[1:3]}
    return chance.choice(sorted(ends) or [urn])


def _roots(replay: Replay, chance: random.Random) -> list[str]:
    cyclic = sorted({key[1] for key in replay.edges if key[::-1][1:3] == key[1:3]})
    busy = sorted(urn for urn, keys in replay.touching.items() if len(keys) > 3)
    anybody = sorted(replay.entities)
    return [WIDEST, *cyclic[:4], *chance.sample(busy, 40), *chance.sample(anybody, ROOTS - 40)]


async def test_what_hangs_on_anything_is_what_the_lines_say_at_any_time(
    histories: Histories,
) -> None:
    chance, replays = random.Random(5), histories.states
    answered = largest = 0
    for position, roots in enumerate(_reached_from(replays[INSTANTS[-1]], chance)):
        instant = chance.choice(INSTANTS[2:])
        if not set(roots) <= replays[instant].entities.keys():
            continue
        first = {"direction": "DOWNSTREAM"}
        asked = (impact.drawn(chance) if position else first) | {"of": roots, "at": instant}
        answer = await histories.served.ask_once(impact.IMPACT, asked)
        told = impact.compare(answer["impact"], replays[instant], asked, histories.ids)
        answered, largest = answered + bool(told), max(largest, told)
    print(f"{answered} answers with something in them, {largest} entities in the largest")
    assert answered >= 15
    assert largest >= 1000


def _reached_from(replay: Replay, chance: random.Random) -> list[list[str]]:
    busy = sorted(urn for urn, keys in replay.touching.items() if len(keys) > 3)
    several = [chance.sample(busy, 3) for _ in range(10)]
    return [[WIDEST], *several, *([urn] for urn in chance.sample(busy, 30))]


async def test_paths_are_all_that_the_lines_have_at_any_time(histories: Histories) -> None:
    chance, replays = random.Random(11), histories.states
    answered = most = 0
    for instant in INSTANTS[2:]:
        replay = replays[instant]
        for _ in range(8):
            asked = _from_to(replay, chance) | {"at": instant}
            answer = await histories.served.ask_once(comparing_paths.PATHS, asked)
            told = comparing_paths.compare(answer["paths"], replay, asked, histories.ids)
            answered, most = answered + bool(told), max(most, told)
    print(f"{answered} answers with paths, {most} of them in one")
    assert answered >= 16
    assert most >= 5


def _from_to(replay: Replay, chance: random.Random) -> dict[str, Any]:
    """Draw where paths begin, and where they end among what lies downstream of it."""
    busy = sorted(urn for urn, keys in replay.touching.items() if len(keys) > 5)
    starts = chance.sample(busy, 3)
    below = sorted(Ways(replay).distances(starts, DOWNSTREAM, 6))
    ends = chance.sample(below, min(6, len(below)))
    up = chance.random() < 0.3
    return {
        "from": ends if up else starts,
        "to": starts if up else ends,
        "direction": UPSTREAM if up else DOWNSTREAM,
        "length": chance.choice([3, 6, 8]),
        "nodes": chance.choice([None, None, ["Dataset"]]),
    }


async def test_searches_find_what_a_naive_searcher_finds_at_five_times(
    histories: Histories,
) -> None:
    chance, fields = random.Random(6), searched(REAL[0].read_text())
    found = [
        await compare_search(histories.served, replay, fields, chance)
        for replay in histories.states.values()
        for _ in range(10)
        if replay.entities
    ]
    share = sum(map(bool, found)) / len(found)
    print(f"{len(found)} searches, {share:.0%} found something, {sum(found)} entities")
    assert share > 0.7


COMMON = """query($of: [ID!]!, $at: TimePoint) {
  commonAncestors(of: $of, asOf: $at, first: 10000) {
    totalCount complete
    edges { lowest distances { of distance } node { id urn } }
  }
}"""


async def test_common_ancestors_are_those_of_the_lines_at_any_time(histories: Histories) -> None:
    chance, answered, ids = random.Random(13), 0, histories.ids
    for instant in INSTANTS[2:] * 6:
        ways = Ways(histories.states[instant])
        busy = sorted(u for u, keys in ways.replay.touching.items() if len(keys) > 3)
        below = ways.distances([chance.choice(busy)], DOWNSTREAM, 4)
        of = chance.sample(sorted(below), min(3, len(below)))
        expected = common_ancestors(ways, of)
        answer = await histories.served.ask_once(COMMON, {"of": of, "at": instant})
        common = answer["commonAncestors"]
        in_order = sorted(expected, key=lambda urn: (sum(expected[urn].values()), ids[urn]))
        assert [each["node"]["urn"] for each in common["edges"]] == in_order
        assert (common["totalCount"], common["complete"]) == (len(expected), True)
        for each in common["edges"]:
            told = {every["of"]: every["distance"] for every in each["distances"]}
            distances = expected[each["node"]["urn"]]
            assert told == {f"E{ids[root]}": hops for root, hops in distances.items()}
        last = {each["node"]["urn"] for each in common["edges"] if each["lowest"]}
        assert last == lowest(ways, set(expected))
        answered += bool(expected)
    print(f"{answered} answers with common ancestors")
    assert answered >= 9


async def test_lineage_begins_and_ends_where_the_lines_say(histories: Histories) -> None:
    for name, direction in (("lineageRoots", UPSTREAM), ("lineageLeaves", DOWNSTREAM)):
        asked = f"query($at: TimePoint) {{ found: {name}(asOf: $at, first: 10000)"
        asked += " { totalCount nodes { urn } } }"
        for instant in INSTANTS[1:]:
            expected = ends(Ways(histories.states[instant]), direction)
            answer = await histories.served.ask_once(asked, {"at": instant})
            in_order = sorted(expected, key=histories.ids.__getitem__)
            assert [each["urn"] for each in answer["found"]["nodes"]] == in_order
            assert answer["found"]["totalCount"] == len(expected) > 0
