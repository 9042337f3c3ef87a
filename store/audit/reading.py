"""Reads the log as of a t in pieces that fit into memory, by entity or by transaction."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from store.audit.replay import Logged
from store.database import Database
from store.ids import FIRST_ENTITY, FIRST_TRANSACTION, T
from store.log import Datom

PIECE = 20_000
"""Rows that are read at once, unless one entity or one transaction has more."""


@dataclass(frozen=True, slots=True)
class EntityRange:
    """The log of the entities from `first` up to `end`, which is not among them."""

    first: int
    end: int
    log: list[Logged]


_BY_ENTITY = """
SELECT e, t, n, a, op, r, v
FROM log
WHERE e >= $1 AND e < 4503599627370496 AND t <= $2
ORDER BY e, t, n
LIMIT $3
"""


async def entity_ranges(database: Database, t: T) -> AsyncIterator[EntityRange]:
    """Yield the log of all user entities up to `t`, ordered by entity, t and n."""
    first, size = FIRST_ENTITY, PIECE
    while True:
        rows = await database.rows(_BY_ENTITY, [first, t, size])
        if len(rows) < size:
            yield EntityRange(first, FIRST_TRANSACTION, [logged(row) for row in rows])
            return
        end = rows[-1][0]
        whole = [logged(row) for row in rows if row[0] < end]
        if whole:
            yield EntityRange(first, end, whole)
            first, size = end, PIECE
        else:
            size *= 2


def logged(row: Sequence[Any]) -> Logged:
    """Return a row of the log: e, t, n, a, op, r, v."""
    e, t, n, a, op, r, v = row
    return Logged(e, t, n, a, op, r if v is None else v)


_BY_TRANSACTION = """
SELECT t, n, e, a, op, r, v, salt
FROM log
WHERE t >= $1 AND t <= $2
ORDER BY t, n
LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class Salted:
    """A datom where it stands in the log."""

    t: T
    n: int
    datom: Datom
    salt: bytes


async def transactions(database: Database, t: T) -> AsyncIterator[list[Salted]]:
    """Yield the log up to `t`, some whole transactions at a time, ordered by t and n."""
    first, size = 0, PIECE
    while True:
        rows = await database.rows(_BY_TRANSACTION, [first, t, size])
        if len(rows) < size:
            yield [_salted(row) for row in rows]
            return
        end = rows[-1][0]
        whole = [_salted(row) for row in rows if row[0] < end]
        if whole:
            yield whole
            first, size = end, PIECE
        else:
            size *= 2


def _salted(row: Sequence[Any]) -> Salted:
    t, n, e, a, op, r, v, salt = row
    return Salted(t, n, Datom(e, a, op, r if v is None else v), salt)
