"""Statistics: PostgreSQL's own, brought up to date after much was written, and ours, read of them.

Autovacuum analyzes in its own time; until then a plan is made of guesses (measured on the sample:
540 ms for a query with nested filters, 24 ms once the tables had been analyzed).
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from store.database import Clock, Database, Row
from store.database_errors import DeadlineExceeded, ReadOnly
from store.ids import FIRST_ENTITY, AttributeId
from store.quantities import AttributeQuantities, EdgeQuantities, Quantities
from store.sql import join, quoted, sql

MANY = 1_000
"""Datoms after which guesses are not good enough."""

_OURS = """
SELECT relname
FROM pg_class
WHERE relkind = 'r'
    AND relnamespace = current_schema()::regnamespace
    AND pg_has_role(relowner, 'USAGE')
"""


async def refresh(database: Database) -> None:
    """Analyze every table of ours that this role owns. Raises what Database.rows raises.

    Two connections share them, the largest first: whoever has loaded waits for half as long.
    """
    tables = [quoted(str(name)) for (name,) in await database.rows(_OURS + _LARGEST_FIRST)]
    halves = [half for half in (tables[::2], tables[1::2]) if half]
    texts = [sql("ANALYZE {tables}", tables=join(", ", half)).render()[0] for half in halves]
    await asyncio.gather(*map(database.rows, texts))


_LARGEST_FIRST = "ORDER BY pg_relation_size(oid) DESC"


_UNKNOWN = (
    _OURS
    + """
    AND NOT pg_is_in_recovery()
    AND pg_relation_size(oid) > 0
    AND (
        pg_relation_size(oid) > 10.0 * relpages * current_setting('block_size')::int
        OR NOT EXISTS (
            SELECT
            FROM pg_stats s
            WHERE s.schemaname = current_schema() AND s.tablename = relname
        )
    )
"""
)


async def catch_up(database: Database) -> bool:
    """Analyze what PostgreSQL knows nothing of yet, or what is ten times as large by now.

    Of a new database's first thousands of facts autovacuum learns minutes later; until then plain
    joins are nested blindly. Nobody waits for it: it locks out neither reads nor writes, and what a
    schema change holds is left for the next time. On a standby, and for a role that owns nothing,
    there is nothing to do. Returns whether there was. Raises what Database.rows raises.
    """
    tables = [quoted(str(name)) for (name,) in await database.aside(_UNKNOWN)]
    if tables:
        text, _ = sql("ANALYZE (SKIP_LOCKED) {all}", all=join(", ", tables)).render()
        await database.aside(text)
    return bool(tables)


async def count(database: Database) -> Quantities:
    """Return how many facts there are of what, once PostgreSQL has caught up. Raises as `read`."""
    with suppress(DeadlineExceeded, ReadOnly):  # Then what is known must do.
        await catch_up(database)
    return await read(database)


async def read(database: Database) -> Quantities:
    """Return how many facts there are of what, in three statements that no request waits for.

    Facts are told by what PostgreSQL has analyzed (its rows for each page, times the pages that a
    table has by now): 9 ms with 60 attributes. Edges are counted by type, all of them up to
    `SAMPLED`, else in a sample of as many: 120 ms, whatever their number. Raises as `Database.rows`
    does.
    """
    clock = await database.clock()
    tables = _tables(await database.aside(_ANALYZED))
    none = _Table(0.0, {})
    rows = max(tables.get("edge", none).rows, 1.0)
    edges = _edges(await database.aside(_EDGES, [min(100.0, 100.0 * SAMPLED / rows)]), rows)
    log, transactions = tables.get("log", none), tables.get("tx", none)
    return Quantities(
        {
            AttributeId(int(name.removeprefix(_FACTS))): _attribute(table)
            for name, table in tables.items()
            if name.startswith(_FACTS)
        },
        edges,
        max(log.rows, 1.0),
        max(log.different("e"), 1.0),
        max(transactions.rows, float(clock.t), 1.0),
        _extent(clock),
    )


def has_grown(known: Quantities, clock: Clock) -> bool:
    """Tell whether so much was written since that it is time to read again: a tenth, 100 at least.

    What was written is counted in transactions and new entities, which the clock tells.
    """
    return _extent(clock) - known.extent > max(_LEAST_GROWTH, known.extent // 10)


@dataclass(slots=True)
class QuantitiesCache:
    """What was counted last, for whoever asks now and then and has nobody to count beside it."""

    known: Quantities | None = None

    async def current(self, database: Database) -> Quantities:
        """Return what was counted, anew where the log has grown. Raises as `count` does."""
        if self.known is None or has_grown(self.known, await database.clock()):
            self.known = await count(database)
        return self.known


def _extent(clock: Clock) -> int:
    return clock.t + clock.next_entity - FIRST_ENTITY


SAMPLED = 200_000
"""So many edges are counted at most; of more, a sample."""

_LEAST_GROWTH = 100
_FACTS = "fact_"
_FOREVER = "9223372036854775807"

# pg_stats is read once for all tables: joined as a view, it was gone through for each of them.
_ANALYZED = """
WITH s AS MATERIALIZED (
  SELECT p.tablename, p.attname, p.n_distinct,
    p.most_common_vals, p.most_common_freqs, p.histogram_bounds
  FROM pg_stats p
  WHERE p.schemaname = current_schema()
    AND p.attname IN ('e', 'v', 't1')
)
SELECT c.relname,
    CASE WHEN c.reltuples > 0 AND c.relpages > 0
        THEN c.reltuples / c.relpages ELSE 80 END
    * pg_relation_size(c.oid) / current_setting('block_size')::int,
    s.attname, s.n_distinct, c.reltuples,
    s.most_common_vals::text::text[], s.most_common_freqs,
    CASE WHEN s.attname = 'v' THEN s.histogram_bounds::text::text[] END
FROM pg_class c
LEFT JOIN s ON s.tablename = c.relname
WHERE c.relkind = 'r'
    AND c.relnamespace = current_schema()::regnamespace
    AND (c.relname ~ '^fact_[0-9]+$' OR c.relname IN ('log', 'tx', 'edge'))
"""

# Different ends in a sample stand for more of them, the more of them were met only once.
_EDGES = """
WITH sampled AS MATERIALIZED (
  SELECT type, "from", "to", t1 = 9223372036854775807 AS live
  FROM edge TABLESAMPLE BERNOULLI ($1::real) REPEATABLE (0)
), counted AS (
  SELECT type, count(*) AS ever, count(*) FILTER (WHERE live) AS now
  FROM sampled GROUP BY type
), sources AS (
  SELECT type, count(*) AS different, count(*) FILTER (WHERE times = 1) AS once,
    sum(times * (times - 1))::float8 AS pairs
  FROM (SELECT type, count(*) AS times FROM sampled WHERE live GROUP BY type, "from") x
  GROUP BY type
), targets AS (
  SELECT type, count(*) AS different, count(*) FILTER (WHERE times = 1) AS once,
    sum(times * (times - 1))::float8 AS pairs
  FROM (SELECT type, count(*) AS times FROM sampled WHERE live GROUP BY type, "to") x
  GROUP BY type
)
SELECT type, ever, now, s.different, s.once, t.different, t.once, s.pairs, t.pairs
FROM counted LEFT JOIN sources s USING (type) LEFT JOIN targets t USING (type)
"""


@dataclass(frozen=True, slots=True)
class _Column:
    """What PostgreSQL found of a column: how many different values, and the common ones' share.

    `bounds` are those of its histogram of the others.
    """

    different: float
    common: Mapping[str, float]
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    rows: float
    columns: Mapping[str, _Column]

    def different(self, name: str) -> float:
        """Return how many different values a column has; where nobody knows, all are."""
        column = self.columns.get(name)
        return self.rows if column is None else min(column.different, self.rows)

    def common(self, name: str) -> Mapping[str, float]:
        """Return the most common values of a column with their shares."""
        column = self.columns.get(name)
        return {} if column is None else column.common


def _tables(found: Iterable[Row]) -> dict[str, _Table]:
    rows: dict[str, float] = {}
    columns: dict[str, dict[str, _Column]] = {}
    for table, count, name, different, analyzed, common, shares, bounds in found:
        rows[table] = float(count)
        if name is not None:
            # A negative number is a share of all rows, whose number changes.
            number = -different * max(analyzed, float(count)) if different < 0 else different
            shared: dict[str, float] = dict(zip(common or (), shares or (), strict=False))
            columns.setdefault(table, {})[name] = _Column(number, shared, tuple(bounds or ()))
    return {table: _Table(count, columns.get(table, {})) for table, count in rows.items()}


def _attribute(table: _Table) -> AttributeQuantities:
    ever = table.rows
    now = ever * table.common("t1").get(_FOREVER, 1.0)
    value = table.columns.get("v")
    bounds = () if value is None else value.bounds
    return AttributeQuantities(
        now, ever, table.different("e"), table.different("v"), table.common("v"), bounds
    )


def _edges(found: Iterable[Row], rows: float) -> dict[AttributeId, EdgeQuantities]:
    found = list(found)
    sampled = sum(row[1] for row in found)
    factor = max(1.0, rows / sampled) if rows > SAMPLED and sampled else 1.0
    return {
        AttributeId(row[0]): EdgeQuantities(
            row[2] * factor,
            row[1] * factor,
            _different(row[2], row[3], row[4], factor),
            _different(row[2], row[5], row[6], factor),
            _beside(row[2], row[7], factor),
            _beside(row[2], row[8], factor),
        )
        for row in found
    }


def _different(sampled: Any, different: Any, once: Any, factor: float) -> float:
    """Return how many different values there are in all (Haas and Stokes, as PostgreSQL does)."""
    if not different:
        return 0.0
    seen_once = float(once)
    return float(sampled * different / (sampled - seen_once + seen_once / factor))


def _beside(sampled: Any, pairs: Any, factor: float) -> float:
    """Return how many edges share an end with an edge, itself too, by the pairs in a sample."""
    return 1.0 + float(pairs) * factor / float(sampled) if sampled else 0.0
