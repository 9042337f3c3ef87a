"""What has happened to edges since a t, for whoever keeps them elsewhere."""

from datalog.sql.columns import slot
from datalog.sql.levels import Scope
from datalog.tree import EdgesSince
from datalog.vocabulary import type_id
from store.catalogue import ValueType
from store.sql import Sql, join, number, sql

MOST = 1_000
"""Changes that a statement tells; who is further behind reads them by itself."""


def edges_since(shape: EdgesSince, scope: Scope) -> Sql:
    """Return all periods of the edges that began or ended since, as JSON text.

        {"t": 12, "table": 16412, "periods": [[1002, 1048577, 1048576, 1048579, 3, 11], …]}

    t        The basis of the statement.
    table    Which table the edges are read from: a rebuild makes another.
    periods  Type, from, to, edge, t0 and t1, in no order. Null where too much has changed.
    """
    types = [type_id(each, scope.compilation.catalogue) for each in shape.types]
    return sql(
        "(SELECT concat('{{\"t\":', m.t, ',\"table\":', to_regclass('edge')::oid, ',\"periods\":',"
        " CASE WHEN cardinality(c.edges) > {most} THEN 'null' ELSE {periods} END, '}}')\n"
        "FROM (SELECT ARRAY(SELECT l.e FROM log l WHERE l.a = 4 AND l.t > {since}"
        " ORDER BY l.t LIMIT {enough}) AS edges OFFSET 0) c)",
        most=number(MOST),
        enough=number(MOST + 1),
        # Hidden from the planner, who would plan anew at each run for the few that are this late.
        since=sql("(SELECT {it})", it=slot(shape.since.name, ValueType.LONG).sql),
        periods=sql(
            "(SELECT concat('[', string_agg(concat_ws(',', '[' || h.type, h.\"from\", h.\"to\","
            " h.e, h.t0, h.t1 || ']'), ','), ']') FROM edge h"
            " WHERE h.e = ANY(c.edges) AND h.type IN ({types}))",
            types=join(", ", [number(each or 0) for each in types] or [number(0)]),
        ),
    )
