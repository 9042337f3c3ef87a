"""Root fields of one shape: compiled once, read for each of their calls, told as an array.

WITH …, call1 AS MATERIALIZED (SELECT <slots and moments of each call>)
SELECT …, (SELECT array_agg(a.it ORDER BY a.n)
           FROM (SELECT call1.n, <shape> AS it FROM call1 OFFSET 0) a) FROM m
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datalog.sql.gathering import gathering
from datalog.sql.rows import Factors
from store.sql import Sql, numbered, sql


@dataclass(frozen=True, slots=True)
class Called:
    """The root fields of one shape in a statement: keys, moments, and the rows of their levels.

    `sizes` are those of one call. `is_one`: nothing differs, so that one text is that of all.
    """

    keys: tuple[str, ...]
    moments: tuple[str, ...]
    sizes: tuple[Factors, ...]
    is_one: bool

    @property
    def width(self) -> int:
        """Return how many columns of the statement's row tell of the calls."""
        return len(self.moments) + 1

    def told(self, columns: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
        """Yield what columns say of each call, by its key: the t of each moment, then its text."""
        if self.is_one:
            yield from ((key, columns) for key in self.keys)
        else:
            yield from zip(self.keys, zip(*columns, strict=True), strict=True)


@dataclass(frozen=True, slots=True)
class Calling:
    """The SQL of calls: what holds them, and the columns that tell of them."""

    called: Called
    held: Sql | None
    columns: tuple[Sql, ...]


def table(position: int) -> Sql:
    """Return the name of what holds the calls of one shape."""
    return numbered("call", position)


def calling(
    keys: tuple[str, ...],
    moments: Mapping[str, Sql],
    text: Sql,
    sizes: tuple[Factors, ...],
    position: int,
) -> Calling:
    """Return the SQL of the calls of one shape: `text` is its own, `moments` by their names."""
    name, gathered = table(position), gathering((*moments.values(), text), keys)
    if gathered is None:
        return Calling(Called(keys, (), sizes, is_one=True), None, (text,))
    times = [numbered("m", place) for place in range(1, len(moments) + 1)]
    told = [sql("{call}.{m}", call=name, m=each) for each in times]
    told.append(text.with_slots(gathered.at(name)))
    held = sql(
        "{name} AS MATERIALIZED (SELECT {columns}\nFROM {rows})",
        name=name,
        columns=gathered.columns(moments.values()),
        rows=gathered.rows(),
    )
    called = Called(keys, tuple(moments), sizes, is_one=False)
    return Calling(called, held, tuple(_gathered(name, each) for each in told))


def _gathered(name: Sql, text: Sql) -> Sql:
    # OFFSET 0: else PostgreSQL would put the text into the aggregate, and sort what it made.
    return sql(
        "(SELECT array_agg(a.it ORDER BY a.n)"
        " FROM (SELECT {name}.n, {text} AS it\nFROM {name} OFFSET 0) a)",
        name=name,
        text=text,
    )
