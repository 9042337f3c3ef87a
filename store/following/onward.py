"""The next transactions after a t that somebody follows, as far as one look reaches.

One look reads a bounded number of transactions, by their own rows of the log: it costs what was
written meanwhile, not how much there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from store.database import Database, Row
from store.ids import AttributeId, EntityId, T

MOST = 200
"""Transactions that one look reads."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A transaction that is followed, and the entities or edges that it touches, by id.

    Of edges, `ends` are all the entities that they lead from or to. `at_root`: one of those is
    watched, or was mentioned for the first time.
    """

    t: T
    instant: datetime
    entities: tuple[EntityId, ...] = ()
    ends: frozenset[EntityId] = frozenset()
    at_root: bool = False


@dataclass(frozen=True, slots=True)
class Onward:
    """What one look found: all that is followed after where it began, up to and with `upto`."""

    upto: T
    found: tuple[Touched, ...]


async def t_at(database: Database, instant: datetime) -> T:
    """Return the last transaction at or before an instant, 0 before the first."""
    rows = await database.aside(_AT, [instant])
    return T(rows[0][0] if rows else 0)


_AT = "SELECT t FROM tx WHERE instant <= $1 ORDER BY instant DESC, t DESC LIMIT 1"


async def transactions(database: Database, after: T) -> Onward:
    """Return the next transactions. Raises as Database.rows does."""
    return _onward(await database.aside(_TRANSACTIONS, [after, MOST]))


_TRANSACTIONS = """
WITH head AS (
  SELECT least(t, $1::bigint + $2) AS upto
  FROM clock
)
SELECT head.upto, tx.t, tx.instant, NULL::bigint AS e
FROM head
LEFT JOIN tx ON tx.t > $1 AND tx.t <= head.upto
ORDER BY tx.t
"""


async def touching(
    database: Database, after: T, ids: Sequence[EntityId], urns: Sequence[str]
) -> Onward:
    """Return the next transactions that touch one of the entities. Raises as Database.rows does.

    A transaction touches an entity by a fact about it, or about an edge that it is an end of. Who
    is named by a urn may come to be only later.
    """
    return _onward(await database.aside(_TOUCHING, [after, MOST, list(ids), list(urns)]))


_TOUCHING = """
WITH head AS (
  SELECT least(t, $1::bigint + $2) AS upto
  FROM clock
),
watched AS MATERIALIZED (
  SELECT unnest($3::bigint[]) AS e
  UNION
  SELECT named.e
  FROM unnest($4::text[]) AS given (urn)
  JOIN fact_1 AS named ON left(named.v, 256) = left(given.urn, 256) AND named.v = given.urn
),
said AS MATERIALIZED (
  SELECT DISTINCT log.t, log.e
  FROM head
  JOIN log ON log.t > $1 AND log.t <= head.upto
),
touched AS (
  SELECT said.t, said.e
  FROM said
  JOIN watched ON watched.e = said.e
  UNION
  SELECT said.t, watched.e
  FROM said
  JOIN edge ON edge.e = said.e
  JOIN watched ON watched.e IN (edge."from", edge."to")
)
SELECT head.upto, tx.t, tx.instant, touched.e
FROM head
LEFT JOIN (touched JOIN tx ON tx.t = touched.t) ON true
ORDER BY touched.t, touched.e
"""


async def moving(
    database: Database,
    after: T,
    edge_types: Sequence[AttributeId],
    roots: tuple[Sequence[EntityId], Sequence[str]],
) -> Onward:
    """Return the next transactions that touch edges of these types, or first mention a root.

    `roots` are named by ids and urns. Raises as Database.rows does.
    """
    ids, urns = map(list, roots)
    rows = await database.aside(_MOVING, [after, MOST, list(edge_types), ids, urns])
    ends: dict[T, set[EntityId]] = {}
    at_root: set[T] = set()
    for _, t, _, _, one, other, is_at_root in rows:
        ends.setdefault(t, set()).update((one, other))
        at_root |= {t} if is_at_root else set()
    touched = _onward([row[:4] for row in rows])
    found = (
        replace(each, ends=frozenset(ends[each.t]), at_root=each.t in at_root)
        for each in touched.found
    )
    return Onward(touched.upto, tuple(found))


_MOVING = """
WITH head AS (
  SELECT least(t, $1::bigint + $2) AS upto
  FROM clock
),
watched AS MATERIALIZED (
  SELECT unnest($4::bigint[]) AS e
  UNION
  SELECT named.e
  FROM unnest($5::text[]) AS given (urn)
  JOIN fact_1 AS named ON left(named.v, 256) = left(given.urn, 256) AND named.v = given.urn
),
moved AS (
  SELECT DISTINCT log.t, edge.e, edge."from", edge."to",
    edge."from" IN (SELECT e FROM watched) OR edge."to" IN (SELECT e FROM watched) AS at_root
  FROM head
  JOIN log ON log.t > $1 AND log.t <= head.upto
  JOIN edge ON edge.e = log.e AND edge.type = ANY ($3::int[])
  UNION ALL
  SELECT named.t0, NULL, named.e, named.e, true
  FROM head
  CROSS JOIN watched
  JOIN fact_1 AS named ON named.e = watched.e AND named.t0 > $1 AND named.t0 <= head.upto
)
SELECT head.upto, tx.t, tx.instant, moved.e, moved."from", moved."to", moved.at_root
FROM head
LEFT JOIN (moved JOIN tx ON tx.t = moved.t) ON true
ORDER BY tx.t, moved.e
"""


def _onward(rows: Sequence[Row]) -> Onward:
    """Return what the rows say: each has where the look ends, and a transaction, if any."""
    found = tuple(
        Touched(t, instant, tuple(e for *_, e in group if e is not None))
        for (t, instant), group in groupby(rows, itemgetter(1, 2))
        if t is not None
    )
    return Onward(rows[0][0], found)
