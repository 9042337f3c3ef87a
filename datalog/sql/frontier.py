"""Where a lineage graph ends: at which nodes neighbours are not shown, and which are in groups."""

from collections.abc import Iterator
from dataclasses import dataclass

from datalog.sql.adjacent import Groups, adjacent
from datalog.sql.graph import GraphRows
from datalog.sql.neighbours import group_key, in_groups, is_grouped
from datalog.syntax.clauses import EdgeStep
from store.sql import Sql, join, number, sql


@dataclass(frozen=True, slots=True)
class _Side:
    """A side that was walked: its steps, the level of a node `n` on it, its name and how far."""

    steps: tuple[EdgeStep, ...]
    level: Sql
    name: Sql
    place: Sql
    depth: Sql


def _sides(rows: GraphRows) -> Iterator[_Side]:
    search = rows.walk.search
    up, down = map(rows.walk.limit, search.depths)
    if search.upstream:
        yield _Side(search.upstream, sql("n.up"), sql("'UPSTREAM'"), number(0), up)
    if search.downstream:
        yield _Side(search.downstream, sql("n.down"), sql("'DOWNSTREAM'"), number(1), down)


def frontier_json(rows: GraphRows) -> Sql:
    """Return the array of nodes that have neighbours which are not shown."""
    arms = [
        sql(
            "SELECT q.node, q.depth, {place} AS place, {name} AS direction, q.level,"
            " sum(q.shown) AS shown,"
            " string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name)"
            " FILTER (WHERE q.hidden > 0) AS hidden\n"
            "FROM ({counted}) q LEFT JOIN schema_name s ON s.id = q.type\n"
            "GROUP BY q.node, q.depth, q.level HAVING sum(q.hidden) > 0",
            place=side.place,
            name=side.name,
            counted=_counted(rows, side),
        )
        for side in _sides(rows)
    ]
    if not arms:
        return sql("'[]'")
    return sql(
        '(SELECT concat(\'[\', string_agg(concat(\'{{"id":"E\', f.node, \'","direction":"\','
        ' f.direction, \'","level":\', f.level, \',"shown":\', f.shown, \',"hidden":{{\','
        " f.hidden, '}}}}'), ',' ORDER BY f.depth, f.node, f.place), ']')\nFROM ({arms}) f)",
        arms=join("\nUNION ALL ", arms),
    )


def _counted(rows: GraphRows, side: _Side) -> Sql:
    """Count each node's neighbours on one side, by type where they are hidden."""
    return sql(
        "SELECT n.node, n.depth, {level} AS level, y.type,"
        " count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden\n"
        "FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN"
        " (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND {seen} LIMIT 1) END AS type\n"
        "FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown\n"
        "FROM ({near} OFFSET 0) z LEFT JOIN {shown} k ON k.node = z.node) w OFFSET 0) y\n"
        "JOIN {nodes} n ON n.node = y.near GROUP BY n.node, n.depth, {level}, y.type",
        level=side.level,
        nodes=rows.name,
        shown=rows.shown,
        near=_alone(rows, side),
        seen=rows.walk.compilation.seen(sql("t"), rows.walk.view),
    )


def _pairs(rows: GraphRows, side: _Side, where: Sql) -> Sql:
    """Return the neighbours on one side of those nodes that meet a condition."""
    nodes = sql("ARRAY(SELECT n.node FROM {n} n WHERE {where})", n=rows.name, where=where)
    return adjacent(side.steps, nodes, rows.walk)


def _alone(rows: GraphRows, side: _Side) -> Sql:
    """Return the neighbours of what was reached on a side, without the members of groups."""
    pairs = _pairs(rows, side, sql("{level} IS NOT NULL", level=side.level))
    groups = rows.walk.sight.groups
    if groups is None:
        return pairs
    return sql(
        "SELECT g.near, g.node FROM ({sized}) g JOIN {nodes} n ON n.node = g.near\n"
        "WHERE {level} >= {depth} OR NOT {grouped}",
        sized=in_groups(pairs, rows.walk, groups),
        nodes=rows.name,
        level=side.level,
        depth=side.depth,
        grouped=is_grouped(groups),
    )


def crowds_json(rows: GraphRows, groups: Groups) -> Sql:
    """Return the array of groups: at which node, of what, how many are shown and how many not."""
    arms = [_group_rows(rows, side, groups) for side in _sides(rows)]
    if not arms:
        return sql("'[]'")
    return sql(
        '(SELECT concat(\'[\', string_agg(concat(\'{{"id":"E\', f.node, \'","direction":"\','
        ' f.direction, \'","type":\', to_json(s.name)::text, \',"value":\', f.value,'
        " ',\"key\":', to_json(f.key)::text, ',\"shown\":', f.shown, ',\"count\":', f.count,"
        " '}}'), ',' ORDER BY f.depth, f.node, f.place, f.count DESC, s.name, f.key COLLATE \"C\"),"
        " ']')\nFROM ({arms}) f LEFT JOIN schema_name s ON s.id = f.type)",
        arms=join("\nUNION ALL ", arms),
    )


def _group_rows(rows: GraphRows, side: _Side, groups: Groups) -> Sql:
    going_on = sql("{level} < {depth}", level=side.level, depth=side.depth)
    return sql(
        "SELECT n.node, n.depth, {place} AS place, {name} AS direction, g.type, g.value,"
        " {key} AS key, count(*) FILTER (WHERE k.node IS NOT NULL) AS shown,"
        " count(*) FILTER (WHERE k.node IS NULL) AS count\n"
        "FROM ({sized}) g JOIN {nodes} n ON n.node = g.near\n"
        "LEFT JOIN {shown} k ON k.node = g.node\n"
        "WHERE {grouped} GROUP BY n.node, n.depth, g.type, g.value"
        " HAVING count(*) FILTER (WHERE k.node IS NULL) > 0",
        place=side.place,
        name=side.name,
        key=group_key(sql("g")),
        sized=in_groups(_pairs(rows, side, going_on), rows.walk, groups),
        nodes=rows.name,
        shown=rows.shown,
        grouped=is_grouped(groups),
    )
