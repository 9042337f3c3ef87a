"""The benchmarks still run: all servers of a small warehouse say the same about it."""

from collections import Counter
from random import Random
from types import MappingProxyType

import pytest

from benchmarks import coalescing
from benchmarks.databases import Bench, build_warehouse
from benchmarks.measuring import Budget
from benchmarks.peers import answers, measure, throughput
from benchmarks.peers.answers import Differ
from benchmarks.peers.questions import COUNT, FAN, FOUR, Subjects, of_one_size
from benchmarks.profile import profiled
from benchmarks.report import Section
from benchmarks.warehouse import degrees
from benchmarks.warehouse.history import Size, transactions
from store.database import Database
from store.embedded.server import Server, create_database

_NAME = "headwater_benchmark_tiny"
_SIZE = Size(steps=40)
_ONCE = Budget(2, 2, 0.05)


async def test_all_servers_say_the_same_of_a_warehouse_before_they_are_timed(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "MIDDLE", _NAME)
    monkeypatch.setattr("benchmarks.profile.MIDDLE", _NAME)
    monkeypatch.setattr(coalescing, "MIDDLE", _NAME)
    monkeypatch.setattr(coalescing, "KEYS", (1, 8))
    monkeypatch.setattr(throughput, "CONNECTIONS", 2)
    await build_warehouse(postgres, _NAME, _SIZE)
    async with Database.open(create_database(postgres, _NAME), pool_size=1) as database:
        bench = Bench(postgres, MappingProxyType({_NAME: database}), _ONCE)
        subjects = await measure.now(database)
        assert len(subjects.datasets) == _SIZE.datasets
        async with measure.connected(measure.trio(bench.url(_NAME))) as askers:
            connections = {each.peer: each.connection for each in askers.values()}
            for question in (*FOUR, COUNT):
                drawn = measure.drawn(question, subjects, 4)
                assert await answers.compared(connections, question, drawn) >= 1
        sections: list[Section] = [section async for section in measure.measured(bench)]
        profile = await profiled(bench, python=False)
        [together] = [section async for section in coalescing.measured(bench)]
    assert [len(section.rows) for section in sections] == [8, 8, 10]
    assert len(together.rows) == 6
    assert [len(row) for row in profile.rows] == [len(profile.columns)] * 4


def test_a_small_warehouse_and_a_large_one_are_asked_about_as_much() -> None:
    few, many = (Subjects((), (), tuple(map(str, range(n))), "", 0, min(50, n)) for n in (33, 90))
    sized = of_one_size({"small": few, "large": many}).values()
    assert [len(FAN.drawn(each, Random(1))["urns"]) for each in sized] == [33, 33]


def test_another_value_is_another_answer_and_a_page_is_the_list_in_it() -> None:
    page = answers.normal(b'{"data": {"a": {"nodes": [{"b": 1}]}}, "extensions": {}}')
    assert page == answers.normal(b'{"data": {"a": [{"b": 1}]}}')
    assert page != answers.normal(b'{"data": {"a": [{"b": 2}]}}')
    with pytest.raises(Differ):
        answers.normal(b'{"data": {"a": null}, "errors": [{"message": "no"}]}')


def test_a_generated_warehouse_keeps_the_degrees_of_the_real_one() -> None:
    live: set[tuple[str, str, str]] = set()
    begun: Counter[str] = Counter()
    size = Size(steps=1_000)
    for told in transactions(size):
        for edge in told["unlink"]:
            live.remove((edge["type"], edge["from"], edge["to"]))
        for edge in told["link"]:
            assert (edge["type"], edge["from"], edge["to"]) not in live
            live.add((edge["type"], edge["from"], edge["to"]))
            begun[edge["type"]] += 1
    reads = Counter(near for kind, near, _ in live if kind == "DerivedFrom")
    read_by = Counter(far for kind, _, far in live if kind == "DerivedFrom")
    for counted, tally in ((reads, degrees.READS), (read_by, degrees.READ_BY)):
        by_degree = Counter(counted.values())
        for degree in (1, 2, 3):
            share = by_degree[degree] / size.datasets
            assert share == pytest.approx(tally[degree] / sum(tally.values()), rel=0.25)
    ended = 1 - sum(reads.values()) / begun["DerivedFrom"]
    assert ended == pytest.approx(degrees.READING_ENDED, abs=0.03)
