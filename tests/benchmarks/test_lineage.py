"""The graph of ten million edges, made small: a valid log, and both sides say the same of it."""

from types import MappingProxyType

import pytest

from benchmarks.databases import TEN_MILLION_EDGES, Bench
from benchmarks.lineage import measure
from benchmarks.lineage.building import build, dataset
from benchmarks.lineage.graph import Size
from benchmarks.lineage.measure import Case
from benchmarks.measuring import Budget
from store.audit.verify import verify
from store.database import Database
from store.embedded.server import Server, create_database
from store.migrate import migrate

_SIZE = Size(steps=60, datasets=30, ends=8)
_ONCE = Budget(2, 2, 0.05)


async def test_the_graph_is_a_valid_log_and_every_road_comes_to_the_same(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create_database(postgres, TEN_MILLION_EDGES)
    await migrate(url)
    async with Database.open(url, pool_size=2) as database:
        datoms = await build(database, _SIZE)
        verification = await verify(database)
        assert verification.findings == ()
        assert verification.datoms > datoms > 10_000
        [live, ended] = await database.row(_EDGES)
        assert live > 5 * ended > 0
        root, name = dataset(_SIZE.steps * _SIZE.datasets - 1), TEN_MILLION_EDGES
        cases = [
            Case("deep", name, root, "UPSTREAM", 1.0, depth=5, at_most_ms=50.0),
            Case("all", name, root, "UPSTREAM", 1.0),
            Case("down", name, dataset(0), "DOWNSTREAM", 1.0),
        ]
        monkeypatch.setattr(measure, "CASES", cases)
        bench = Bench(postgres, MappingProxyType({name: database}), _ONCE)
        [section] = [each async for each in measure.measured(bench)]
        assert [each.name for each in section.figures] == ["deep", "all", "down"]
        assert max(each.nodes for each in section.figures) > 500


_EDGES = """
SELECT count(*) FILTER (WHERE t1 = 9223372036854775807),
  count(*) FILTER (WHERE t1 < 9223372036854775807)
FROM edge
"""
