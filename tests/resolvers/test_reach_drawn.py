"""What is reached in drawn graphs: circles, diamonds, parallel edges, loops, deleted entities."""

import json
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.oracle import comparing_paths, impact
from tests.oracle.catalog import read
from tests.oracle.history import Line, Replay
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM
from tests.oracle.reach import Ways, common_ancestors, lowest
from tests.resolvers.world import CATALOG, day
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHS = 12
STEPS = 3


@dataclass
class Drawn:
    """The server with the drawn graphs in it, the state after each t, and the numbers of all."""

    served: Served
    states: dict[int, Replay]
    ids: dict[str, int]


def _urn(graph: int, number: int) -> str:
    return f"hw://drawn/{graph}/{number}"


def _lines(chance: random.Random) -> Iterator[Line]:
    """Yield what happens: each graph comes to be, and then changes."""
    live: list[dict[str, Any]] = []
    for number in range(STEPS):
        line: Line = {"tx": {"instant": day(number + 2)}, "upsert": [], "link": [], "unlink": []}
        gone = [each for each in live if chance.random() < 0.2]
        live = [each for each in live if each not in gone]
        line["unlink"] = gone
        for graph in range(GRAPHS):
            for each in _edges(graph, chance):
                if each not in live and each not in gone:
                    live.append(each)
                    line["link"].append(each)
            if number == 0:
                line["upsert"] += [
                    {"type": "Dataset", "urn": _urn(graph, n), "name": str(n)} for n in range(7)
                ]
        yield line
    yield {"tx": {"instant": day(9)}, "retract": [_urn(graph, 3) for graph in range(0, GRAPHS, 2)]}


def _edges(graph: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for _ in range(chance.randint(3, 7)):
        near, far = chance.randrange(7), chance.randrange(7)
        edge = {"type": "DerivedFrom", "from": _urn(graph, near), "to": _urn(graph, far)}
        yield {**edge, "key": chance.choice(["", "", "again"])}
    feature = {"type": "ComputedFrom", "from": _urn(graph, 7), "to": _urn(graph, 0), "key": ""}
    pipeline = {"type": "Writes", "from": _urn(graph, 8), "to": _urn(graph, 1), "key": ""}
    yield from (each for each in (feature, pipeline) if chance.random() < 0.5)


@pytest.fixture(scope="module")
def drawn_url(new_database: NewDatabase) -> Iterator[str]:
    with new_database("template0") as url:
        yield url


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("drawn") / "history.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in _lines(random.Random(20))))
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drawn(drawn_url: str, file: Path) -> AsyncIterator[Drawn]:
    lines = list(_lines(random.Random(20)))
    states: dict[int, Replay] = {}
    for count in range(1, len(lines) + 1):
        replay = Replay(read(CATALOG), t=1)
        for line in lines[:count]:
            replay.apply(line)
        states[replay.t] = replay
    async with serving(drawn_url, CATALOG, [file]) as served:
        rows = await served.database.rows("SELECT v, e FROM fact_1")
        yield Drawn(served, states, {str(urn): int(entity) for urn, entity in rows})


def _cases(drawn: Drawn, seed: int) -> Iterator[tuple[random.Random, int, Replay, list[str]]]:
    chance = random.Random(seed)
    for graph in range(GRAPHS):
        for t, replay in drawn.states.items():
            yield chance, t, replay, sorted(u for u in replay.entities if f"/{graph}/" in u)


async def test_impact_is_what_walks_come_to(drawn: Drawn) -> None:
    found = 0
    for chance, t, replay, names in _cases(drawn, 1):
        asked = impact.drawn(chance) | {"of": chance.sample(names, 2), "at": t}
        answer = await drawn.served.ask_once(impact.IMPACT, asked)
        found += impact.compare(answer["impact"], replay, asked, drawn.ids)
    assert found > 60


async def test_paths_are_all_there_are(drawn: Drawn) -> None:
    found = 0
    for chance, t, replay, names in _cases(drawn, 2):
        asked: dict[str, Any] = {
            "from": chance.sample(names, 2),
            "to": chance.sample(names, 2),
            "direction": chance.choice([UPSTREAM, DOWNSTREAM]),
            "length": chance.choice([2, 4, 9]),
            "nodes": chance.choice([None, None, ["Dataset"], ["Feature"]]),
            "at": t,
        }
        answer = await drawn.served.ask_once(comparing_paths.PATHS, asked)
        found += comparing_paths.compare(answer["paths"], replay, asked, drawn.ids)
    assert found > 30


async def test_common_ancestors_are_what_all_walks_come_to(drawn: Drawn) -> None:
    asked = """query($of: [ID!]!, $at: TimePoint) { commonAncestors(of: $of, asOf: $at) {
      edges { lowest distances { distance } node { urn } }
    } }"""
    found = 0
    for chance, t, replay, names in _cases(drawn, 3):
        of, ways = chance.sample(names, 2), Ways(replay)
        expected = common_ancestors(ways, of)
        answer = await drawn.served.ask_once(asked, {"of": of, "at": t})
        told = {
            each["node"]["urn"]: [every["distance"] for every in each["distances"]]
            for each in answer["commonAncestors"]["edges"]
        }
        assert told == {urn: sorted(hops.values()) for urn, hops in expected.items()}
        last = {e["node"]["urn"] for e in answer["commonAncestors"]["edges"] if e["lowest"]}
        assert last == lowest(ways, set(expected))
        found += len(told)
    assert found > 60
