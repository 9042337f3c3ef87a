"""Walks through types in drawn graphs: circles, chains and parallel ways of what is not shown."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import NewDatabase
from tests.oracle.catalog import read
from tests.oracle.exploring import Explorer
from tests.oracle.history import Line, Replay
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM, Asked, Graph
from tests.resolvers.world import day
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

CATALOG = """
interface Step { name: String @required @index }
type Table @entity { name: String @required @index  made: Job @rel(edge: "MadeBy") }
type Job implements Step @entity { name: String @required @index }
type Task implements Step @entity { name: String @required @index }
type Reads @edge(from: ["Table", "Step"], to: ["Table", "Step"], upstream: TO) { rank: Int @index }
type Writes @edge(from: ["Step"], to: ["Table", "Step"], upstream: FROM)
type MadeBy @edge(from: ["Table"], to: ["Job"], upstream: NONE)
"""
KINDS = ("Table", "Table", "Table", "Job", "Job", "Job", "Job", "Task", "Task")
GRAPHS, STEPS = 20, 3
THROUGH = (("Job",), ("Task",), ("Table",), (), *(("Job", "Task"),) * 4)
SIDES = {"BOTH": (UPSTREAM, DOWNSTREAM), "UPSTREAM": (UPSTREAM,), "DOWNSTREAM": (DOWNSTREAM,)}


_NAMES = ("type", "from", "to", "key")


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
    live: dict[str, Line] = {}
    for number in range(STEPS):
        gone = [key for key in live if chance.random() < 0.2]
        unlinked = [live.pop(key) for key in gone]
        drawn = [each for graph in range(GRAPHS) for each in _edges(graph, chance)]
        fresh = {key: each for each in drawn if (key := _key(each)) not in {*live, *gone}}
        live |= fresh
        line: Line = {"tx": {"instant": day(number + 2)}, "unlink": []}
        line["unlink"] = [
            {name: each[name] for name in _NAMES if name in each} for each in unlinked
        ]
        line["link"] = [*fresh.values(), *(_makers(chance) if number == 0 else ())]
        line["upsert"] = [
            {"type": kind, "urn": _urn(graph, n), "name": f"{kind} {n} at {number}"}
            for graph in range(GRAPHS)
            for n, kind in enumerate(KINDS)
        ]
        yield line
    yield {"tx": {"instant": day(9)}, "retract": [_urn(graph, 4) for graph in range(0, GRAPHS, 2)]}


def _makers(chance: random.Random) -> Iterator[Line]:
    for graph in range(GRAPHS):
        for table in range(3):
            job = chance.choice([3, 3, 4])
            yield {"type": "MadeBy", "from": _urn(graph, table), "to": _urn(graph, job)}


def _key(edge: Line) -> str:
    return json.dumps([edge["type"], edge["from"], edge["to"], edge.get("key", "")])


def _edges(graph: int, chance: random.Random) -> Iterator[Line]:
    for _ in range(chance.randint(6, 12)):
        near, far = chance.randrange(len(KINDS)), chance.randrange(len(KINDS))
        ends = {"from": _urn(graph, near), "to": _urn(graph, far)}
        if KINDS[near] != "Table" and chance.random() < 0.5:
            yield {"type": "Writes", **ends, "fromType": KINDS[near], "toType": KINDS[far]}
        else:
            more = {
                "key": chance.choice(["", "again"]),
                "properties": {"rank": chance.randrange(5)},
            }
            yield {"type": "Reads", **ends, "fromType": KINDS[near], "toType": KINDS[far], **more}


@pytest.fixture(scope="module")
def drawn_url(new_database: NewDatabase) -> Iterator[str]:
    with new_database("template0") as url:
        yield url


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("drawn") / "history.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in _lines(random.Random(3))))
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drawn(drawn_url: str, file: Path) -> AsyncIterator[Drawn]:
    lines = list(_lines(random.Random(3)))
    states: dict[int, Replay] = {}
    for count in range(1, len(lines) + 1):
        replay = Replay(read(CATALOG), t=1)
        for line in lines[:count]:
            replay.apply(line)
        states[replay.t] = replay
    async with serving(drawn_url, CATALOG, [file]) as served:
        rows = await served.database.rows("SELECT v, e FROM fact_1")
        yield Drawn(served, states, {str(urn): int(entity) for urn, entity in rows})


async def test_walks_go_through_types_as_plain_ones_over_sets_do(drawn: Drawn) -> None:
    chance, seen = random.Random(8), Counter[str]()
    for t, replay in drawn.states.items():
        for graph in range(GRAPHS):
            names = sorted(urn for urn in replay.entities if f"/{graph}/" in urn)
            asked, variables = _asked(chance, names)
            explorer = Explorer(drawn.served, replay, drawn.ids.__getitem__, chance)
            found = await explorer.explore(asked, variables | {"at": t})
            seen.update(_seen(asked, found, replay))
    print(dict(seen))
    assert min(seen[what] for what in EXPECTED) >= 3


EXPECTED = (
    "passages",
    "passages over several nodes",
    "passages on a circle",
    "passages beside an edge",
    "passages back to where they began",
    "hops cut",
    "roots of a type to go through",
    "groups by a relation",
)


def _asked(chance: random.Random, names: list[str]) -> tuple[Asked, dict[str, Any]]:
    direction = chance.choice(["BOTH", *sorted(SIDES)])
    roots = chance.sample(names, chance.choice([1, 1, 2]))
    depth, nodes = chance.choice([0, 1, 2, 10, 10]), chance.choice([3, 100, 100])
    fan, hop = chance.choice([1, 9, 9]), chance.choice([0, 1, 2, 1000, 1000, 1000])
    through = frozenset(chance.choice(THROUGH))
    asked = Asked(roots, SIDES[direction], depth, nodes, fan, through=through, per_hop=hop)
    variables: dict[str, Any] = {"root": roots, "direction": direction, "depth": depth}
    variables |= {"nodes": nodes, "fan": fan, "hop": hop}
    if chance.random() < 0.4:
        asked = replace(
            asked, at_least=2, group_field=chance.choice([None, "made", "made", "made"])
        )
        field = {} if asked.group_field is None else {"field": asked.group_field}
        variables["groupBy"] = {"atLeast": 2, **field}
    if chance.random() < 0.3:
        asked = replace(asked, node_types=set(chance.sample(["Job", "Table", "Task"], 2)))
    return asked, variables


def _seen(asked: Asked, graph: Graph, replay: Replay) -> Iterator[str]:
    """Yield what a graph has that is worth a comparison."""
    for pair, length in graph.passages.items():
        yield from _seen_of(pair, length, graph)
    if "PER_HOP" in graph.stopped_by:
        yield "hops cut"
    if {replay.entities[urn].type for urn in asked.roots} & asked.through:
        yield "roots of a type to go through"
    if any(isinstance(each.value, str) for each in graph.groups):
        yield "groups by a relation"


def _seen_of(pair: tuple[str, str], length: int, graph: Graph) -> Iterator[str]:
    yield "passages"
    if length > 2:
        yield "passages over several nodes"
    if pair[0] == pair[1]:
        yield "passages back to where they began"
    elif graph.in_cycle[pair[0]] and graph.rank[pair[0]] == graph.rank[pair[1]]:
        yield "passages on a circle"
    if any(set(pair) == set(key[1:3]) for key in graph.edges):
        yield "passages beside an edge"
