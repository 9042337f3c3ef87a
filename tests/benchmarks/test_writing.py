"""The benchmarks of writing still run: pgbench sends what our writer sends, and all is counted."""

from pathlib import Path
from types import MappingProxyType

import pytest

from benchmarks.databases import Bench
from benchmarks.graph import Size
from benchmarks.measuring import Budget
from benchmarks.writing import contending, measure
from benchmarks.writing.contending import HTTP, ONE, PGBENCH, TWO
from store.embedded.server import Server


async def test_every_table_of_writing_is_made(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmarks.writing.loading.SHARED", tmp_path / "nowhere")
    monkeypatch.setattr(
        measure, "_BESIDE_IN_BRIEF", Size(steps=20, datasets=8, pipelines=4, teams=5, ends=2)
    )
    monkeypatch.setattr(contending, "WRITERS", 4)
    bench = Bench(postgres, MappingProxyType({}), Budget(2, 2, 0.2))
    load, writers, beside = [section async for section in measure.measured(bench)]
    [timings] = writers.figures
    assert timings.keys() == {ONE, TWO, HTTP, PGBENCH}
    assert all(len(each) == 2 for each in timings.values())
    assert [goal.at_least for goal in (*load.goals, *writers.goals)] == [0.5, 2.0]
    assert len(beside.rows) == 1
