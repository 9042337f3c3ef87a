"""Two servers of one database, one with edges in memory: they answer lineage byte for byte alike.

Also while others write, after a load, a rebuild, and a change of the schema.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adjacency.keeper import Keeper
from adjacency.snapshot import Snapshot
from schema.sdl import catalog as sdl
from store import transaction
from store.audit.rebuild import rebuild
from store.schema import writer as schema_writer
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.oracle.history import lines
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CATALOG = (EXAMPLES / "catalog.graphql").read_text()

ASK = """
query(
  $of: [ID!]!, $at: TimePoint, $direction: Direction!, $depth: Int, $nodes: Int, $fan: Int,
  $up: Int, $down: Int
) {
  lineage(
    of: $of, asOf: $at, direction: $direction, maxNodes: $nodes, perNode: $fan,
    maxDepth: $depth, upstreamDepth: $up, downstreamDepth: $down, edgeTypes: EDGES
  ) {
    basis { t }
    nodes { __typename id depth side rank inCycle inDegree outDegree }
    named: nodes { id }
    some: nodes { it: id depth }
    edges { __typename id type from to back }
    frontier { __typename node direction shown hidden exact cursor }
    groups { count }
    passages { from }
    complete
    stoppedBy
  }
  up: lineage(of: $of, asOf: $at, direction: UPSTREAM) { nodes { id depth } }
  down: lineage(of: $of, asOf: $at, direction: DOWNSTREAM) { nodes { id depth } }
  basis { t }
}
"""
WALKED = "edges in memory, as of the statement's basis"


@dataclass
class Roads:
    """The two servers, the writer, and what has not been written yet."""

    walked: Served
    by_sql: Served
    writer: Writer
    rest: list[dict[str, Any]]
    chance: random.Random

    @property
    def keeper(self) -> Keeper:
        """Return what holds the edges in memory."""
        keeper = self.walked.subscriptions.executor.reading.keeper
        assert keeper is not None
        return keeper

    async def is_read(self) -> Snapshot:
        """Wait until there are edges in memory."""
        await self.until(lambda _: True)
        assert self.keeper.snapshot is not None
        return self.keeper.snapshot

    async def until(self, holds: Callable[[Snapshot], bool]) -> None:
        """Wait until the edges in memory are as they should be."""
        async with asyncio.timeout(60):
            while (snapshot := self.keeper.snapshot) is None or not holds(snapshot):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def write(self) -> None:
        """Write the next line of the history."""
        await self.writer.transact(transaction.read(self.rest.pop(0)))

    async def compare(self, remark: str = "", *, statements: int = 1) -> Any:
        """Ask both servers the same; where edges are in memory it takes so many statements."""
        query, variables = await self._drawn()
        query += remark
        databases = self.walked.database, self.by_sql.database
        before, usual = (each.statements for each in databases)
        answer = await self.walked.post(query, variables)
        by_sql = await self.by_sql.post(query, variables)
        for each in (answer, by_sql):  # Each server has counted facts at its own start.
            each["extensions"].pop("cost", None)
        assert answer == by_sql
        usual = self.by_sql.database.statements - usual  # None, where arguments are refused.
        assert self.walked.database.statements == before + usual * statements
        return answer

    async def road(self) -> str:
        """Return what is told of how a lineage is walked."""
        explain = "query($q: String!, $v: JSON) { explain(query: $q, variables: $v) { lineage } }"
        query, variables = await self._drawn()
        asked = {"q": query, "v": variables}
        return str((await self.walked.ask(explain, asked))["explain"]["lineage"])

    async def _drawn(self) -> tuple[str, dict[str, Any]]:
        chance = self.chance
        [(t,)] = await self.by_sql.database.rows("SELECT t FROM clock")
        ids = [e for [e] in await self.by_sql.database.rows('SELECT DISTINCT "to" FROM edge')]
        urns = await self.by_sql.database.rows("SELECT v FROM fact_1 ORDER BY e")
        known = [f"E{e}" for e in ids] + [urn for [urn] in urns]
        types = "[TrainedOn, Produced, DerivedFrom]" if chance.random() < 0.2 else "null"
        return ASK.replace("EDGES", types), {
            "of": chance.sample(known, chance.choice([1, 1, 1, 2, 0])),
            "at": chance.choice([None, None, t, chance.randint(1, t)]),
            "direction": chance.choice(["UPSTREAM", "DOWNSTREAM", "BOTH"]),
            "depth": chance.choice([None, 0, 1, 2, 5]),
            "nodes": chance.choice([None, None, 1, 5, 20]),
            "fan": chance.choice([None, 1, 3]),
            "up": chance.choice([None, None, 0, 2]),
            "down": chance.choice([None, None, 0, 2]),
        }


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database("template0") as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def roads(url: str) -> AsyncIterator[Roads]:
    told = list(lines(EXAMPLES / "history.jsonl"))
    async with serving(url, CATALOG) as by_sql:
        writer = Writer(by_sql.database)
        half = len(told) // 2
        for line in told[:half]:
            await writer.transact(transaction.read(line))
        async with serving(url, lineage_snapshot=64) as walked:
            yield Roads(walked, by_sql, writer, told[half:], random.Random(11))


async def test_both_roads_say_the_same_as_of_any_t_while_others_write(roads: Roads) -> None:
    await roads.is_read()
    assert WALKED in await roads.road()
    found = 0
    for turn in range(240):
        if turn % 3 == 0 and len(roads.rest) > 60:
            await roads.write()
        roads.keeper.at_once = turn % 40  # What reads more is walked again, in a thread.
        answer = await roads.compare()
        lineage = answer["data"]["lineage"]
        found += lineage is not None and len(lineage["edges"]) > 1
    print(f"{found} of 240 graphs with more than one edge")
    assert found > 30
    assert len((await roads.is_read()).added.edge) > 0


async def test_who_is_far_behind_is_answered_by_sql_and_catches_up(
    roads: Roads, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await roads.is_read()
    monkeypatch.setattr("datalog.sql.since.MOST", 0)
    while not await _has_changed(roads, before.t):
        await roads.write()
    await roads.compare("# a plan of its own", statements=2)
    await roads.until(lambda snapshot: snapshot.t > before.t)
    for _ in range(10):
        await roads.compare()


async def _has_changed(roads: Roads, since: int) -> bool:
    asked = "SELECT count(*) > 1 FROM log WHERE a = 4 AND t > $1"
    return bool((await roads.by_sql.database.row(asked, [since]))[0])


async def test_a_rebuild_makes_edges_be_read_again(roads: Roads) -> None:
    before = await roads.is_read()
    await rebuild(roads.by_sql.database)
    await roads.compare(statements=2)
    await roads.until(lambda snapshot: snapshot.table != before.table)
    assert WALKED in await roads.road()
    for _ in range(10):
        await roads.compare()


async def test_a_new_edge_type_of_lineage_makes_edges_be_read_again(roads: Roads) -> None:
    before = await roads.is_read()
    more = 'type Mirrors @edge(from: ["Dataset"], to: ["Dataset"], upstream: FROM)'
    added = f'type Dataset @entity {{ mirrors: [Dataset!] @rel(edge: "Mirrors") }}\n{more}'
    await schema_writer.apply(roads.by_sql.database, sdl.parse(added))
    clock = await roads.by_sql.database.clock()
    for each in (roads.by_sql, roads.walked):
        await each.subscriptions.executor.live.at_least(clock.schema_t)
    query = '{ lineage(of: ["E1048576"]) { nodes { id } } }'
    await roads.walked.post(query)
    roads.keeper._read_again = 0.0
    await roads.walked.post(query)
    await roads.until(lambda snapshot: snapshot.types != before.types)
    for _ in range(20):
        await roads.compare()


async def test_what_needs_facts_is_walked_by_sql_and_says_so(roads: Roads) -> None:
    explain = "query($query: String!) { explain(query: $query) { lineage } }"
    for asked, why in (
        ('lineage(of: ["E1048576"]) { nodes { id urn } }', "nodes.urn"),
        ('lineage(of: ["E1048576"], nodeTypes: [Dataset]) { complete }', "the argument nodeTypes"),
    ):
        data = await roads.walked.ask(explain, {"query": f"{{ {asked} }}"})
        assert data["explain"]["lineage"] == f"lineage: SQL walks, as {why} needs facts"
    data = await roads.walked.ask(explain, {"query": "{ basis { t } }"})
    assert data["explain"]["lineage"] is None
    data = await roads.by_sql.ask(explain, {"query": '{ lineage(of: ["E1"]) { complete } }'})
    assert "no edges are held in memory" in data["explain"]["lineage"]


async def test_more_edges_than_there_is_room_for_are_not_held(url: str, roads: Roads) -> None:
    keeper = Keeper(roads.by_sql.database, 1_000, roads.keeper.types)
    await keeper.bring_forward()
    assert keeper.snapshot is None
    assert "more than 27 periods of edges" in keeper.reason
