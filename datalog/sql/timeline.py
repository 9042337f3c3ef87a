"""How much happened, by buckets of time: counts of a query's rows, each row a datom.

A bucket goes from one point in time to the next: what it counts came after the one and not after
the other. The buckets are equal in time, or in transactions; each is there, also where nothing
happened. Instants are divided as whole microseconds, so that the last bucket ends where it should.

    {"buckets": [{"from": ["12", "2024-01-01T00:00:00Z"], "to": ["40", "2024-02-01T00:00:00Z"],
                  "transactions": 3, "asserted": 20, "retracted": 4, "entities": 5,
                  "began": 2, "ended": 1}, …]}
"""

from datalog.reason import Empty
from datalog.sql.columns import Column, as_entity, as_t
from datalog.sql.json_text import as_json
from datalog.sql.levels import Found, Scope, enclosed, find
from datalog.sql.writing import Json
from datalog.syntax.views import AsOf, Now
from datalog.tree import Timeline
from datalog.vocabulary import BUILT_IN_IDS, EdgeColumn
from store.catalogue import ValueType
from store.sql import Bound, Slot, Sql, join, number, sql


def timeline(shape: Timeline, scope: Scope) -> Json:
    """Return the counts of a query's rows by buckets of time. Raises QueryError."""
    found = find(shape.query, (), scope)
    if isinstance(found, Empty):
        scope.compilation.reasons.append((shape.path, found.because))
        rows = sql("SELECT NULL::bigint AS t, NULL::bigint AS e, 0 AS a, true AS op WHERE false")
    else:
        rows = _rows(shape, enclosed(found, sql("")) if found.repeats else found)
    edge = [BUILT_IN_IDS[f"edge/{each}"] for each in EdgeColumn if f"edge/{each}" in BUILT_IN_IDS]
    for each in scope.compilation.catalogue.edge_types.values():
        edge += [attribute.id for attribute in each.properties]
    return (
        sql(
            _COUNTED,
            rows=rows,
            span=_span(shape, scope),
            many=Bound(Slot(shape.buckets.name), "integer"),
            boundary=sql(_BY_TRANSACTION) if shape.by_transaction else sql(_BY_TIME),
            edge=join(", ", [number(each) for each in edge]),
            type=number(BUILT_IN_IDS["edge/type"]),
            start=as_json(Column(sql("x.i0"), ValueType.DATETIME)),
            end=as_json(Column(sql("x.i1"), ValueType.DATETIME)),
        ),
    )


def _rows(shape: Timeline, found: Found) -> Sql:
    columns = found.scope.columns
    return sql(
        "SELECT {t} AS t, {e} AS e, {a} AS a, {op} AS op{body}",
        t=as_t(columns[shape.transaction]),
        e=as_entity(columns[shape.about]).sql,
        a=columns[shape.attribute].sql,
        op=columns[shape.operation].sql,
        body=found.rows.body(),
    )


def _span(shape: Timeline, scope: Scope) -> Sql:
    """Return the first and the last point in time: where none is said, the first change's."""
    if shape.start is None:
        start = sql("(SELECT f.t - 1 FROM f)")
        start_instant = sql("(SELECT x.instant FROM tx x WHERE x.t = (SELECT f.t FROM f))")
    else:
        start, start_instant = _point(shape.start, scope)
    end, end_instant = _point(shape.end, scope)
    return sql(
        "SELECT coalesce({start}, {end}) AS t0, {end} AS t1,"
        " coalesce({start_instant}, {end_instant}) AS i0, {end_instant} AS i1",
        start=start,
        end=end,
        start_instant=start_instant,
        end_instant=end_instant,
    )


def _point(view: Now | AsOf, scope: Scope) -> tuple[Sql, Sql]:
    """Return the t of a point in time, and its instant: that which is given, or of its t."""
    t = scope.compilation.until(view)
    if t is None or isinstance(view, Now):
        return sql("m.t"), sql("m.instant")
    instant = sql(
        "coalesce({given}, (SELECT x.instant FROM tx x WHERE x.t = {t}), to_timestamp(0))",
        given=Bound(Slot(f"{view.name}.instant"), "timestamptz"),
        t=t,
    )
    return t, instant


# Of an instant between two transactions, the t is that of the one before.
_BY_TIME = """
SELECT i.instant, (SELECT x.t FROM tx x WHERE x.instant <= i.instant
  ORDER BY x.instant DESC, x.t DESC LIMIT 1) AS t
FROM (SELECT s.i0 + div(s.micros::numeric * k.k, n.n)::bigint * interval '1 microsecond'
  AS instant) i"""

_BY_TRANSACTION = """
SELECT (SELECT x.instant FROM tx x WHERE x.t = j.t) AS instant, j.t
FROM (SELECT s.t0 + (s.t1 - s.t0) * k.k / n.n AS t) j"""

_COUNTED = """(WITH r AS MATERIALIZED ({rows}),
f AS MATERIALIZED (SELECT min(r.t) AS t FROM r),
s AS MATERIALIZED (SELECT q.*,
  ((extract(epoch FROM q.i1) - extract(epoch FROM q.i0)) * 1000000)::bigint AS micros
  FROM (SELECT p.t0, p.t1, p.i0, greatest(p.i0, p.i1) AS i1 FROM ({span}) p) q),
n AS (SELECT {many} AS n),
b AS MATERIALIZED (SELECT k.k,
  CASE WHEN k.k = 0 THEN s.i0 WHEN k.k = n.n THEN s.i1 ELSE coalesce(p.instant, s.i0) END AS i,
  CASE WHEN k.k = 0 THEN s.t0 WHEN k.k = n.n THEN s.t1
    ELSE greatest(s.t0, least(s.t1, coalesce(p.t, 0))) END AS t
  FROM s CROSS JOIN n CROSS JOIN LATERAL generate_series(0, n.n) k (k)
  CROSS JOIN LATERAL ({boundary}) p),
c AS (SELECT width_bucket(r.t, (SELECT array_agg(b.t + 1 ORDER BY b.k) FROM b)) AS k,
  count(DISTINCT r.t) AS transactions,
  count(*) FILTER (WHERE r.op) AS asserted,
  count(*) FILTER (WHERE NOT r.op) AS retracted,
  count(DISTINCT r.e) FILTER (WHERE r.a NOT IN ({edge})) AS entities,
  count(*) FILTER (WHERE r.a = {type} AND r.op) AS began,
  count(*) FILTER (WHERE r.a = {type} AND NOT r.op) AS ended
  FROM r GROUP BY 1),
x AS (SELECT b.k, b.i AS i1, b.t AS t1, lag(b.i) OVER (ORDER BY b.k) AS i0,
  lag(b.t) OVER (ORDER BY b.k) AS t0 FROM b)
SELECT concat('{{"buckets":[', string_agg(concat(
  '{{"from":["', x.t0, '",', {start}, '],"to":["', x.t1, '",', {end},
  '],"transactions":', coalesce(c.transactions, 0), ',"asserted":', coalesce(c.asserted, 0),
  ',"retracted":', coalesce(c.retracted, 0), ',"entities":', coalesce(c.entities, 0),
  ',"began":', coalesce(c.began, 0), ',"ended":', coalesce(c.ended, 0), '}}'), ',' ORDER BY x.k),
  ']}}')
FROM x LEFT JOIN c ON c.k = x.k WHERE x.k > 0)"""
