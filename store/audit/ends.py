"""The ends that versions hold, from the edges: what verify compares, and a rebuild fills in.

A version holds the far end of each of its entity's edges that are to one, as it was when the
version ended or is now, and the t since when.
"""

from collections.abc import Iterable, Mapping, Sequence

from store.audit.findings import Findings
from store.catalogue import HeldEnds
from store.database import Database
from store.ids import AttributeId, EntityId
from store.sql import Bound, Sql, quoted, sql


async def verify_ends(
    database: Database, first: int, end: int, held: HeldEnds, findings: Findings
) -> None:
    """Compare the ends in versions of the entities from `first` up to `end` with the edges.

    Places of ends that are no longer to one are not looked at.
    """
    bounds = {"first": Bound(first, "bigint"), "end": Bound(end, "bigint")}
    near = sql("BETWEEN {first} AND {end} - 1", **bounds)
    found = _found(held, near, "edge", "version")
    text, arguments = sql(_COMPARED, found=found, near=near).render()
    for e, t0, ends, expected in await database.rows(text, arguments):
        if _looked_at(ends, held) != _looked_at(expected, held):
            says = f"it holds the ends {ends}, and the edges say {expected}"
            findings.add(says, f"table version e {e} t0 {t0}")


def _looked_at(ends: Sequence[int | None], held: HeldEnds) -> dict[int, Sequence[int | None]]:
    pairs = ((place, ends[2 * place - 2 : 2 * place]) for place in held.values())
    return {place: pair for place, pair in pairs if set(pair) - {None}}


def fill_ends(held: HeldEnds, entities: Iterable[EntityId] | None = None) -> Sql:
    """Return the statement that fills the ends into new versions, from the new edges.

    For all versions, or for those of some entities.
    """
    near = sql("IS NOT NULL")
    if entities is not None:
        near = sql("= ANY ({entities})", entities=Bound(list(entities), "bigint[]"))
    return sql(_FILL, found=_found(held, near, "edge_new", "version_new"))


def _found(held: HeldEnds, near: Sql, edge: str, version: str) -> Sql:
    leaving = {edge_type: at for (edge_type, reverse), at in held.items() if not reverse}
    arriving = {edge_type: at for (edge_type, reverse), at in held.items() if reverse}
    return sql(
        _FOUND,
        leaving=_places(leaving),
        arriving=_places(arriving),
        near=near,
        edge=quoted(edge),
        version=quoted(version),
    )


def _places(ways: Mapping[AttributeId, int]) -> Sql:
    types = Bound(list(ways), "int[]")
    return sql("unnest({types}, {places})", types=types, places=Bound(list(ways.values()), "int[]"))


_FOUND = """
held AS (
  SELECT edge."from" AS e, edge."to" AS far, way.place, edge.t0, edge.t1
  FROM {leaving} AS way (type, place)
  JOIN {edge} AS edge ON edge.type = way.type
  WHERE edge."from" {near}
  UNION ALL
  SELECT edge."to", edge."from", way.place, edge.t0, edge.t1
  FROM {arriving} AS way (type, place)
  JOIN {edge} AS edge ON edge.type = way.type
  WHERE edge."to" {near}
), told AS (
  SELECT
    version.e,
    version.t0,
    held.place,
    max(held.far) FILTER (WHERE held.t1 >= version.t1) AS far,
    greatest(max(held.t0), max(held.t1) FILTER (WHERE held.t1 < version.t1)) AS since
  FROM {version} AS version
  JOIN held ON held.e = version.e AND held.t0 < version.t1
  WHERE version.e {near}
  GROUP BY version.e, version.t0, held.place
), listed AS (
  SELECT e, t0, jsonb_object_agg(place, ARRAY[far, since]) AS ends, max(place) AS size
  FROM told
  GROUP BY e, t0
), found AS (
  SELECT
    e,
    t0,
    ARRAY(
      SELECT (ends -> ((n + 1) / 2)::text ->> ((n + 1) % 2)::int)::bigint
      FROM generate_series(1, 2 * size) AS n
      ORDER BY n
    ) AS ends
  FROM listed
)
"""
_COMPARED = """
WITH {found}
SELECT version.e, version.t0, version.ends, coalesce(found.ends, '{{}}')
FROM version
LEFT JOIN found ON found.e = version.e AND found.t0 = version.t0
WHERE version.e {near} AND version.ends <> coalesce(found.ends, '{{}}')
"""
_FILL = """
WITH {found}
UPDATE version_new AS version
SET ends = found.ends
FROM found
WHERE version.e = found.e AND version.t0 = found.t0
"""
