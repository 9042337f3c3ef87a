"""The peer that an expert writes by hand: a Starlette route a question, one SQL statement each.

PostgreSQL writes the whole answer as JSON text on the ordinary tables, and Python passes on its
bytes. Text is put together with `||` and string_agg, which was quicker than json_agg (21 to 26
against 30 to 36 ms for the list of 1,000, on a busy machine); `to_json` escapes what may need it.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.serving import Pool, application, serve

_ENTITY = """
SELECT '{"data":{"dataset":' || coalesce((
  SELECT '{"name":' || to_json(name)
    || ',"description":' || coalesce(to_json(description)::text, 'null')
    || ',"layer":' || coalesce('"' || layer || '"', 'null')
    || ',"rows":' || coalesce('"' || rows || '"', 'null')
    || ',"quality":' || coalesce(quality::text, 'null')
    || ',"deprecated":' || coalesce(deprecated::text, 'null')
    || '}'
  FROM ordinary.dataset
  WHERE id = $1), 'null') || '}}'
"""

_NEST = """
SELECT '{"data":{"pipeline":' || coalesce((
  SELECT '{"name":' || to_json(p.name)
    || ',"state":' || coalesce(to_json(p.state)::text, 'null')
    || ',"produces":[' || coalesce((
      SELECT string_agg('{"name":' || to_json(d.name)
        || ',"layer":' || coalesce('"' || d.layer || '"', 'null')
        || ',"upstream":[' || coalesce((
          SELECT string_agg('{"name":' || to_json(u.name)
            || ',"rows":' || coalesce('"' || u.rows || '"', 'null')
            || ',"owner":' || coalesce(
              (SELECT '{"name":' || to_json(o.name) || '}'
               FROM ordinary.owner o
               WHERE o.id = u.owner_id), 'null')
            || '}', ',' ORDER BY u.id)
          FROM (
            SELECT upstream_id
            FROM ordinary.derived_from
            WHERE dataset_id = d.id
            ORDER BY upstream_id
            LIMIT 5) f
          JOIN ordinary.dataset u ON u.id = f.upstream_id), '')
        || ']}', ',' ORDER BY d.id)
      FROM (
        SELECT id, name, layer
        FROM ordinary.dataset
        WHERE pipeline_id = p.id
        ORDER BY id
        LIMIT 10) d), '')
    || ']}'
  FROM ordinary.pipeline p
  WHERE p.id = $1), 'null') || '}}'
"""

_LIST = """
SELECT '{"data":{"datasets":[' || coalesce(string_agg('{"name":' || to_json(d.name)
    || ',"description":' || coalesce(to_json(d.description)::text, 'null')
    || ',"layer":' || coalesce('"' || d.layer || '"', 'null')
    || ',"rows":' || coalesce('"' || d.rows || '"', 'null')
    || ',"quality":' || coalesce(d.quality::text, 'null')
    || ',"deprecated":' || coalesce(d.deprecated::text, 'null')
    || ',"created":' || coalesce('"' || d.created || '"', 'null')
    || ',"owner":' || coalesce('{"name":' || to_json(o.name) || '}', 'null')
    || '}', ',' ORDER BY d.number, d.id), '') || ']}}'
FROM (
  SELECT *
  FROM ordinary.dataset
  WHERE number >= $1
  ORDER BY number, id
  LIMIT 1000) d
LEFT JOIN ordinary.owner o ON o.id = d.owner_id
"""

_FAN = """
WITH owners AS MATERIALIZED (
  SELECT id, name
  FROM ordinary.owner
  WHERE urn = ANY ($1::text[])
  ORDER BY id
  LIMIT 50),
datasets AS MATERIALIZED (
  SELECT o.id AS owner_id, d.id, d.name, d.layer
  FROM owners o
  CROSS JOIN LATERAL (
    SELECT id, name, layer
    FROM ordinary.dataset
    WHERE owner_id = o.id
    ORDER BY id
    LIMIT 8) d)
SELECT '{"data":{"owners":[' || coalesce(string_agg('{"name":' || to_json(o.name)
    || ',"datasets":[' || coalesce(d.told, '') || ']}', ',' ORDER BY o.id), '') || ']}}'
FROM owners o
LEFT JOIN (
  SELECT d.owner_id, string_agg('{"name":' || to_json(d.name)
      || ',"layer":' || coalesce('"' || d.layer || '"', 'null')
      || ',"checks":[' || coalesce(c.told, '') || ']}', ',' ORDER BY d.id) AS told
  FROM datasets d
  CROSS JOIN LATERAL (
    SELECT string_agg('{"name":' || to_json(k.name)
      || ',"state":' || coalesce(to_json(k.state)::text, 'null') || '}', ',' ORDER BY k.id) AS told
    FROM (
      SELECT id, name, state
      FROM ordinary.quality_check
      WHERE dataset_id = d.id
      ORDER BY id
      LIMIT 2) k) c
  GROUP BY d.owner_id) d ON d.owner_id = o.id
"""

_COUNT = """
SELECT '{"data":{"tag":' || coalesce((
  SELECT '{"name":' || to_json(t.name) || ',"datasets":{"totalCount":'
    || (SELECT count(*) FROM ordinary.tagged WHERE tag_id = t.id)
    || ',"nodes":[' || coalesce((
      SELECT string_agg('{"name":' || to_json(d.name) || '}', ',' ORDER BY d.id)
      FROM (
        SELECT dataset_id
        FROM ordinary.tagged
        WHERE tag_id = t.id
        ORDER BY dataset_id
        LIMIT $2) g
      JOIN ordinary.dataset d ON d.id = g.dataset_id), '')
    || ']}}'
  FROM ordinary.tag t
  WHERE t.id = $1), 'null') || '}}'
"""

Arguments = Callable[[Mapping[str, Any]], tuple[object, ...]]


def _by_id(variables: Mapping[str, Any]) -> tuple[object, ...]:
    return (int(variables["id"][1:]),)


STATEMENTS: Mapping[str, tuple[str, Arguments]] = MappingProxyType(
    {
        "entity": (_ENTITY, _by_id),
        "nest": (_NEST, _by_id),
        "list": (_LIST, lambda variables: (variables["from"],)),
        "fan": (_FAN, lambda variables: (variables["urns"],)),
        "count": (_COUNT, lambda variables: (*_by_id(variables), variables["first"])),
    }
)
"""Each question's statement, and its arguments out of the variables that GraphQL would have."""


def _endpoint(
    pool: Pool, statement: str, arguments: Arguments
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        variables = orjson.loads(await request.body())
        told = await pool.connections.fetchval(statement, *arguments(variables))
        return Response(told, media_type="application/json")

    return endpoint


async def _nothing(request: Request) -> Response:
    """Answer as many bytes as are asked for, without any database: what HTTP alone costs."""
    asked = orjson.loads(await request.body())
    return Response(b" " * int(asked["bytes"]), media_type="application/json")


def _main(url: str) -> None:
    pool = Pool(url, told_as_bytes=True)
    routes = [
        Route(f"/{name}", _endpoint(pool, *asked), methods=["POST"])
        for name, asked in STATEMENTS.items()
    ]
    serve(application([*routes, Route("/nothing", _nothing, methods=["POST"])], pool))


if __name__ == "__main__":
    _main(sys.argv[1])
