"""Lineage against WITH RECURSIVE by hand: closures, depth 5, the widest dataset, ten million edges.

By hand each question has its best form: where depths are asked for, a recursion over node and depth
down to the depth that is asked, else one over the node alone. Both sides find the root by its urn
and return ids, with depths or with their count. Ours are whole operations in one process, once by
SQL and once over edges in memory; the same over HTTP, in the same process, is told beside them.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, LiteralString

import httpx
import orjson

from benchmarks.databases import HISTORIES, TEN_MILLION_EDGES, Bench
from benchmarks.lineage.building import dataset
from benchmarks.measuring import Ratio, Timings, interleaved, ratio
from benchmarks.report import Goal, Section, milliseconds
from schema.execution.executor import Executor
from schema.execution.requests import Request
from service.app import create_app
from service.settings import Settings
from store.catalogue import Catalogue, Upstream
from store.schema.facts import read_catalogue
from store.sql import Sql, join, number, sql

_MOST = 3_000_000
_DEEPEST = 100
_MEMORY = 1_000
WIDEST = "hw://dataset/tfhub/imagenet-ilsvrc-2012-cls"
TYPICAL = dataset(1_500_000)
"""Its upstream of depth 5 has 1,076 nodes of 2.5 million."""
LARGE = dataset(200_000)
"""Its whole upstream has 170,580 nodes."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question about one root, and what it may take beside SQL by hand, and at most in all."""

    name: str
    database: str
    root: str
    direction: str
    at_most: float
    depth: int | None = None
    """How deep, and then depths are asked for; None is all there is, without its depths."""
    at_most_ms: float | None = None


CASES = (
    Case("the widest dataset, depth 5", HISTORIES, WIDEST, "DOWNSTREAM", 1.0, depth=5),
    Case("all below the widest dataset", HISTORIES, WIDEST, "DOWNSTREAM", 1.0),
    Case(
        "10^7 edges, depth 5, a typical root",
        TEN_MILLION_EDGES,
        TYPICAL,
        "UPSTREAM",
        1.0,
        depth=5,
        at_most_ms=50.0,
    ),
    Case("10^7 edges, closure of 170,000 nodes", TEN_MILLION_EDGES, LARGE, "UPSTREAM", 0.1),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one case takes, in seconds: by hand, by SQL of ours, over memory, and over HTTP."""

    name: str
    nodes: int
    by_hand: float
    by_sql: float
    in_memory: float
    http: float
    of_sql: Ratio
    of_memory: Ratio


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield what the databases allow. Raises ValueError where answers are not the same."""
    for name in (HISTORIES, TEN_MILLION_EDGES):
        if name in bench.databases:
            cases = [case for case in CASES if case.database == name]
            yield await _section(bench, name, cases)


_COLUMNS = (
    "lineage",
    "nodes",
    "by hand ms",
    "SQL ms",
    "memory ms",
    "HTTP ms",
    "SQL / hand",
    "memory / hand",
)


async def _section(bench: Bench, name: str, cases: list[Case]) -> Section:
    async with AsyncExitStack() as stack:
        by_sql = await stack.enter_async_context(_serving(bench.url(name), 0))
        walked = await stack.enter_async_context(_serving(bench.url(name), _MEMORY))
        catalogue = await read_catalogue(bench.databases[name])
        servers = by_sql, walked
        found = [await _measure(bench, case, catalogue, servers) for case in cases]
    goals: list[Goal] = []
    for case, each in zip(cases, found, strict=True):
        goals.append(Goal(f"{case.name}, in memory", each.of_memory.middle, case.at_most))
        if case.depth is not None:
            goals.append(Goal(f"{case.name}, by SQL", each.of_sql.middle, case.at_most))
        if case.at_most_ms is not None:
            goals.append(Goal(f"{case.name}, ms by SQL", each.by_sql * 1_000, case.at_most_ms))
    return Section("Lineage against WITH RECURSIVE", _COLUMNS, list(map(_row, found)), goals, found)


def _row(each: Measured) -> tuple[str, ...]:
    times = map(milliseconds, (each.by_hand, each.by_sql, each.in_memory, each.http))
    return (each.name, f"{each.nodes:,}", *times, str(each.of_sql), str(each.of_memory))


@dataclass(frozen=True, slots=True)
class _Served:
    executor: Executor
    client: httpx.AsyncClient


@asynccontextmanager
async def _serving(url: str, memory: int) -> AsyncIterator[_Served]:
    settings = Settings(
        database_url=url,
        log_level="warning",
        lineage_snapshot=memory,
        lineage_nodes_limit=_MOST,
        lineage_per_node_limit=_MOST,
        query_cost_limit=100 * _MOST,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        executor: Executor = app.state.server.view.executor
        keeper = executor.reading.keeper
        while keeper is not None and keeper.snapshot is None:  # noqa: ASYNC110  # Nobody tells us.
            await asyncio.sleep(0.1)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://headwater", timeout=600
        ) as client:
            yield _Served(executor, client)


def _asked(case: Case) -> Request:
    selected = "id" if case.depth is None else "id depth"
    query = (
        "query($of: [ID!]!, $depth: Int, $most: Int) { lineage(of: $of, maxDepth: $depth,"
        f" maxNodes: $most, perNode: $most, direction: {case.direction})"
        f" {{ nodes {{ {selected} }} }} }}"
    )
    return Request(query, {"of": [case.root], "depth": case.depth or _DEEPEST, "most": _MOST})


async def _measure(
    bench: Bench,
    case: Case,
    catalogue: Catalogue,
    servers: tuple[_Served, _Served],
) -> Measured:
    by_sql, walked = servers
    database = bench.databases[case.database]
    asked = _asked(case)
    text = _by_hand(case, catalogue).render()[0]
    given = [case.root] if case.depth is None else [case.root, case.depth]

    async def by_hand() -> Any:
        return await database.row(text, given)

    async def http() -> Any:
        body = {"query": asked.query, "variables": asked.variables}
        return (await walked.client.post("/graphql", json=body)).content

    nodes = _same(case, await by_hand(), await http())
    timings = await interleaved(
        {
            "hand": by_hand,
            "sql": lambda: by_sql.executor.execute(asked),
            "memory": lambda: walked.executor.execute(asked),
            "http": http,
        },
        bench.budget,
    )
    return Measured(case.name, nodes, *_medians(timings), *_ratios(timings))


def _medians(timings: Timings) -> tuple[float, float, float, float]:
    hand, by_sql, memory, http = (
        median(timings[each]) for each in ("hand", "sql", "memory", "http")
    )
    return hand, by_sql, memory, http


def _ratios(timings: Timings) -> tuple[Ratio, Ratio]:
    return ratio(timings, "sql", "hand"), ratio(timings, "memory", "hand")


def _same(case: Case, row: Any, content: bytes) -> int:
    told: list[Mapping[str, Any]] = orjson.loads(content)["data"]["lineage"]["nodes"]
    ours = {(int(node["id"][1:]), node.get("depth")) for node in told}
    first, second = row
    by_hand = set(zip(first, [None] * len(first) if case.depth is None else second, strict=True))
    if ours != by_hand:
        raise ValueError(f"{case.name}: {len(ours)} nodes, by hand {len(by_hand)}")
    return len(ours)


def _by_hand(case: Case, catalogue: Catalogue) -> Sql:
    """Return what an expert would write."""
    template: LiteralString = _NODES_ALONE if case.depth is None else _WITH_DEPTHS
    return sql(template, hops=_hops(case, catalogue))


_NODES_ALONE = """
WITH RECURSIVE reached (node) AS (
  SELECT u.e
  FROM fact_1 u
  WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = 9223372036854775807
  UNION
  SELECT h.node
  FROM reached r
  CROSS JOIN LATERAL ({hops}) h)
SELECT array_agg(node), count(*) FROM reached
"""
_WITH_DEPTHS = """
WITH RECURSIVE reached (node, depth) AS (
  SELECT u.e, 0
  FROM fact_1 u
  WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = 9223372036854775807
  UNION
  SELECT h.node, r.depth + 1
  FROM reached r
  CROSS JOIN LATERAL ({hops}) h
  WHERE r.depth < $2)
SELECT array_agg(node), array_agg(depth)
FROM (SELECT node, min(depth) AS depth FROM reached GROUP BY node) q
"""


def _hops(case: Case, catalogue: Catalogue) -> Sql:
    """Return the neighbours of `r.node`: over edge types that flow one way, and the other."""
    up = case.direction == "UPSTREAM"
    flows = {
        True: Upstream.TO if up else Upstream.FROM,
        False: Upstream.FROM if up else Upstream.TO,
    }
    arms: list[Sql] = []
    for along, flow in flows.items():
        types = [each.id for each in catalogue.edge_types.values() if each.upstream is flow]
        if types:
            arm = _ALONG if along else _AGAINST
            arms.append(sql(arm, types=join(", ", map(number, types))))
    return join(" UNION ALL ", arms)


_ALONG: LiteralString = (
    'SELECT h."to" AS node FROM edge h WHERE h."from" = r.node AND h.type IN ({types})'
    " AND h.t1 = 9223372036854775807"
)
_AGAINST: LiteralString = (
    'SELECT h."from" AS node FROM edge h WHERE h."to" = r.node AND h.type IN ({types})'
    " AND h.t1 = 9223372036854775807"
)
