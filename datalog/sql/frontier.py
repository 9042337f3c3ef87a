"""Where a lineage graph ends: the nodes with neighbours that are not shown, and how many."""

from datalog.sql.graph import GraphRows
from datalog.sql.neighbours import neighbours
from datalog.syntax.clauses import EdgeStep
from store.sql import Sql, join, number, sql


def frontier_json(rows: GraphRows) -> Sql:
    """Return the array of nodes that have neighbours which are not shown."""
    search = rows.walk.search
    sides = (
        (search.upstream, sql("n.up"), sql("'UPSTREAM'"), number(0)),
        (search.downstream, sql("n.down"), sql("'DOWNSTREAM'"), number(1)),
    )
    arms = [
        sql(
            "SELECT q.node, q.depth, {place} AS place, {name} AS direction, q.level,"
            " sum(q.shown) AS shown,"
            " string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name)"
            " FILTER (WHERE q.hidden > 0) AS hidden\n"
            "FROM ({counted}) q LEFT JOIN schema_name s ON s.id = q.type\n"
            "GROUP BY q.node, q.depth, q.level HAVING sum(q.hidden) > 0",
            place=place,
            name=name,
            counted=_counted(rows, steps, level),
        )
        for steps, level, name, place in sides
        if steps
    ]
    if not arms:
        return sql("'[]'")
    return sql(
        '(SELECT concat(\'[\', string_agg(concat(\'{{"id":"E\', f.node, \'","direction":"\','
        ' f.direction, \'","level":\', f.level, \',"shown":\', f.shown, \',"hidden":{{\','
        " f.hidden, '}}}}'), ',' ORDER BY f.depth, f.node, f.place), ']')\nFROM ({arms}) f)",
        arms=join("\nUNION ALL ", arms),
    )


def _counted(rows: GraphRows, steps: tuple[EdgeStep, ...], level: Sql) -> Sql:
    """Count each node's neighbours on one side, by type where they are hidden."""
    return sql(
        "SELECT n.node, n.depth, {level} AS level, y.type,"
        " count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden\n"
        "FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN"
        " (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND {seen} LIMIT 1) END AS type\n"
        "FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown\n"
        "FROM ({near} OFFSET 0) z LEFT JOIN {nodes} k ON k.node = z.node) w OFFSET 0) y\n"
        "JOIN {nodes} n ON n.node = y.near GROUP BY n.node, n.depth, {level}, y.type",
        level=level,
        nodes=rows.name,
        near=neighbours(steps, _reached(rows.name, level), rows.walk),
        seen=rows.walk.compilation.seen(sql("t"), rows.walk.view),
    )


def _reached(name: Sql, level: Sql) -> Sql:
    return sql("ARRAY(SELECT n.node FROM {n} n WHERE {level} IS NOT NULL)", n=name, level=level)
