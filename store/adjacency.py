"""The edges of some types as arrays, read by COPY: all of them, or those that changed since a t.

A statement of its own each, as of one t. Rows of COPY have a fixed size here, so nothing is made
of one row alone.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from store.database import Database
from store.errors import OurFault
from store.ids import FIRST_ENTITY, FOREVER
from store.sql import Sql, join, number, sql

OPEN = 2**31 - 1
"""The end of a period that has none yet."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods of edges, a row each: a type by its number among those asked for, and the ends.

    Entities and edges are ids less the first one.
    """

    kind: NDArray[np.int16]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    edge: NDArray[np.int32]
    begun: NDArray[np.int32]
    ended: NDArray[np.int32]

    @classmethod
    def none(cls) -> Self:
        """Return no periods."""
        longs = (np.zeros(0, dtype=np.int32) for _ in range(5))
        return cls(np.zeros(0, dtype=np.int16), *longs)

    def joined(self, others: Self) -> Self:
        """Return these periods and others."""
        return type(self)(
            *(
                np.concatenate((getattr(self, each.name), getattr(others, each.name)))
                for each in fields(self)
            )
        )

    def taken(self, where: NDArray[np.bool_]) -> Self:
        """Return those that a flag says."""
        return type(self)(*(getattr(self, each.name)[where] for each in fields(self)))

    def ended_at(self, edge: int, begun: int, ended: int) -> Self:
        """Return the same, one period ended."""
        ends = self.ended.copy()
        ends[(self.edge == edge) & (self.begun == begun)] = ended
        return type(self)(self.kind, self.source, self.target, self.edge, self.begun, ends)


@dataclass(frozen=True, slots=True)
class Edges:
    """What was read as of `t`; `table` is the one it was read from: a rebuild makes another."""

    t: int
    table: int
    periods: Periods


@dataclass(eq=False)
class DoesNotFit(OurFault):
    """There is more than may be held, or numbers are greater than fit."""

    code: ClassVar[str] = "DOES_NOT_FIT"
    problem: str

    def __str__(self) -> str:
        return self.problem


async def read(database: Database, types: Collection[int], most: int) -> Edges:
    """Return all periods of edges of these types. Raises DoesNotFit, and as `Database.rows` does.

    `most` is how many there may be.
    """
    return await _read(database, types, most, sql(""))


async def changed(database: Database, types: Collection[int], since: int, most: int) -> Edges:
    """Return all periods of the edges that began or ended after a t. Raises as `read`."""
    where = sql(
        " AND h.e IN (SELECT l.e FROM log l WHERE l.a = 4 AND l.t > {since})", since=number(since)
    )
    return await _read(database, types, most, where)


async def _read(database: Database, types: Collection[int], most: int, where: Sql) -> Edges:
    reading = _Reading()
    asked = join(", ", map(number, types)) if types else number(0)  # No type has the id 0.
    enough = number(most + 2)  # One row is the clock's.
    await database.copied(sql(_EDGES, types=asked, where=where, enough=enough), reading.take)
    if reading.rows > most + 1:
        raise DoesNotFit(f"more than {most} periods of edges")
    return reading.edges(list(types))


_EDGES = """
SELECT 0 AS type, clock.t AS "from", to_regclass('edge')::oid::bigint AS "to", 0::bigint AS e,
  0::bigint AS t0, 0::bigint AS t1
FROM clock
UNION ALL
SELECT h.type, h."from", h."to", h.e, h.t0, h.t1
FROM edge h
WHERE h.type IN ({types}){where}
LIMIT {enough}
"""
_COLUMNS = ("type", "from", "to", "e", "t0", "t1")
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *(
            part
            for name in _COLUMNS
            for part in ((f"{name} bytes", ">i4"), (name, ">i4" if name == "type" else ">i8"))
        ),
    ]
)
_HEADER = 19
"""Bytes before the first row: a signature, flags, and the length of nothing."""


class _Reading:
    """Rows on their way; they come in pieces that begin and end anywhere."""

    def __init__(self) -> None:
        self.rows = 0
        self._greatest = 0
        self._left = b""
        self._begun = False
        self._clock: tuple[int, int] | None = None
        self._pieces: list[list[NDArray[Any]]] = []

    async def take(self, piece: bytes) -> None:
        """Take in the next bytes."""
        held = self._left + piece
        if not self._begun:
            if len(held) < _HEADER:
                self._left = held
                return
            held, self._begun = held[_HEADER:], True
        whole = len(held) // _ROW.itemsize
        rows = np.frombuffer(held, dtype=_ROW, count=whole)
        self._left = held[whole * _ROW.itemsize :]
        self.rows += whole
        if whole:
            self._pieces.append(self._narrow(rows))

    def _narrow(self, rows: NDArray[Any]) -> list[NDArray[Any]]:
        is_clock = rows["type"] == 0
        if is_clock.any():
            [clock] = rows[is_clock]
            self._clock = int(clock["from"]), int(clock["to"])
            rows = rows[~is_clock]
        ends = np.where(rows["t1"] == FOREVER, OPEN, rows["t1"])
        entities = [rows[name] - FIRST_ENTITY for name in ("from", "to", "e")]
        greatest = (int(each.max(initial=0)) for each in (*entities, rows["t0"]))
        self._greatest = max(self._greatest, *greatest)
        longs = [*entities, rows["t0"], ends]
        return [rows["type"].astype(np.int32), *(each.astype(np.int32) for each in longs)]

    def edges(self, types: list[int]) -> Edges:
        """Return what was read. Raises DoesNotFit."""
        if self._greatest >= OPEN:
            raise DoesNotFit(f"ids or transactions beyond {OPEN}")
        if self._clock is None:
            raise DoesNotFit("the clock is gone")
        columns = [np.concatenate(each) for each in zip(*self._pieces, strict=True)]
        self._pieces.clear()
        if not columns:
            return Edges(*self._clock, Periods.none())
        order = np.argsort(types)
        found = np.searchsorted(np.asarray(types)[order], columns[0])
        kind = order[found].astype(np.int16) if types else columns[0].astype(np.int16)
        return Edges(*self._clock, Periods(kind, *columns[1:]))
