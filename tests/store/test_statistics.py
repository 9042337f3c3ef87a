"""Statistics: PostgreSQL knows our tables once they were refreshed, and we know how many facts."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from store import statistics
from store.database import Database
from store.ids import FIRST_ENTITY, AttributeId
from store.quantities import Quantities

LIFECYCLE = AttributeId(3)

_NEVER_ANALYZED = """
SELECT count(*)
FROM pg_class
WHERE relname IN ('fact_1', 'log', 'version') AND reltuples < 0
"""


async def test_every_table_is_known_after_a_refresh(database_url: str) -> None:
    async with Database.open(database_url) as database:
        assert await database.row(_NEVER_ANALYZED) == (3,)
        await statistics.refresh(database)
        assert await database.row(_NEVER_ANALYZED) == (0,)


_ANALYZED = """
SELECT DISTINCT tablename
FROM pg_stats
WHERE schemaname = current_schema() AND tablename IN ('edge', 'fact_3', 'version')
ORDER BY 1
"""


async def test_a_table_is_analyzed_once_it_has_rows_and_again_when_it_is_ten_times_as_large(
    database_url: str,
) -> None:
    async with Database.open(database_url, pool_size=1) as database:
        await statistics.catch_up(database)
        await database.rows(_EDGES, [100])
        await database.rows(_LIFECYCLES)
        before = database.statements
        assert await statistics.catch_up(database)
        assert database.statements == before
        assert await database.rows(_ANALYZED) == [("edge",), ("fact_3",)]
        assert not await statistics.catch_up(database)
        await database.rows(_TWELVE_TIMES)
        assert await statistics.catch_up(database)
        assert not await statistics.catch_up(database)


_TWELVE_TIMES = """
INSERT INTO fact_3 (e, v, t0, t1)
SELECT e + 10000 * n, v, t0, t1
FROM fact_3, generate_series(1, 12) n
"""


async def test_whoever_owns_nothing_counts_with_what_is_known(database_url: str) -> None:
    stranger = f"{urlsplit(database_url).path[1:]}_stranger"
    async with Database.open(database_url, pool_size=1) as database:
        await database.rows(_EDGES, [100])
        await database.rows(f'CREATE ROLE "{stranger}"')
        await database.rows(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{stranger}"')
        await database.rows(f'SET ROLE "{stranger}"')
        assert not await statistics.catch_up(database)
        counted = await statistics.count(database)
        assert sum(each.ever for each in counted.edges.values()) == 1_000
        await database.rows("RESET ROLE")
        await database.rows(f'DROP OWNED BY "{stranger}"')
        await database.rows(f'DROP ROLE "{stranger}"')


_EDGES = """
INSERT INTO edge (type, "from", "to", e, key, t0, t1)
SELECT 1000 + n % 2, n % $1, n % 7, n, n::text, 1,
    CASE WHEN n % 10 = 0 THEN 2 ELSE 9223372036854775807 END
FROM generate_series(1, 1000) n
"""
_LIFECYCLES = """
INSERT INTO fact_3 (e, v, t0, t1)
SELECT n, CASE WHEN n % 4 = 0 THEN 'DELETED' ELSE 'ENRICHED' END, 1,
    CASE WHEN n % 2 = 0 THEN 9223372036854775807 ELSE 2 END
FROM generate_series(1, 1000) n
"""


async def _counted(url: str) -> Quantities:
    async with Database.open(url, pool_size=1) as database:
        await database.rows(_EDGES, [100])
        await database.rows(_LIFECYCLES)
        await statistics.refresh(database)
        before = database.statements
        counted = await statistics.read(database)
        assert database.statements == before
        return counted


async def test_facts_are_counted_by_attribute_and_edges_by_type(database_url: str) -> None:
    counted = await _counted(database_url)
    lifecycle = counted.attributes[LIFECYCLE]
    assert (lifecycle.ever, lifecycle.entities, lifecycle.values) == (1_000, 1_000, 2)
    assert lifecycle.now == pytest.approx(500, rel=0.1)
    assert lifecycle.share("DELETED") == pytest.approx(0.25, rel=0.1)
    assert lifecycle.share("PARTIAL") < 0.05
    even, odd = counted.edges[AttributeId(1000)], counted.edges[AttributeId(1001)]
    assert (even.now, even.ever, even.sources, even.targets) == (400, 500, 40, 7)
    assert (odd.now, odd.ever, odd.sources, odd.targets) == (500, 500, 50, 7)
    assert odd.at_source == 10.0
    assert odd.at_target == pytest.approx(500 / 7, rel=0.01)


async def test_of_many_edges_a_sample_is_counted(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SAMPLED", 300)
    edges = (await _counted(database_url)).edges.values()
    assert sum(each.ever for each in edges) == pytest.approx(1_000)
    assert all(300 < each.now < 700 and 30 < each.sources < 70 for each in edges)
    assert all(6 < each.at_source < 15 and 50 < each.at_target < 90 for each in edges)


async def test_statistics_are_read_again_once_the_log_has_grown_by_a_tenth(
    database_url: str,
) -> None:
    async with Database.open(database_url, pool_size=1) as database:
        clock = await database.clock()
        known = replace(await statistics.read(database), extent=5_000)
        little, much = (replace(clock, next_entity=FIRST_ENTITY + n) for n in (5_400, 5_600))
        assert not statistics.has_grown(known, little)
        assert statistics.has_grown(known, much)


async def test_what_was_counted_is_kept_until_the_log_has_grown(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1) as database:
        cache = statistics.QuantitiesCache()
        first = await cache.current(database)
        assert await cache.current(database) is first
        cache.known = replace(first, extent=first.extent - 1_000)
        assert await cache.current(database) == first
