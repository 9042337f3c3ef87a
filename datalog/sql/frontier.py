"""Where a lineage graph ends: at which nodes neighbours are not shown, and which are in groups."""

from collections.abc import Iterator
from dataclasses import dataclass

from datalog.sql.adjacent import ONE_OF_MANY, Groups
from datalog.sql.graph import GraphRows
from datalog.sql.neighbours import group_key, in_groups, is_grouped, neighbours
from datalog.sql.passages import Hops, cut
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
    hops: Hops | None


def _sides(rows: GraphRows) -> Iterator[_Side]:
    search = rows.walk.search
    up, down = map(rows.walk.limit, search.depths)
    hops = {each.upstream: each for each in rows.hops}
    if search.upstream:
        name, hop = sql("'UPSTREAM'"), hops.get(True)
        yield _Side(search.upstream, sql("n.up"), name, number(0), up, hop)
    if search.downstream:
        name, hop = sql("'DOWNSTREAM'"), hops.get(False)
        yield _Side(search.downstream, sql("n.down"), name, number(1), down, hop)


def frontier_json(rows: GraphRows) -> Sql:
    """Return the array of nodes that have neighbours which are not shown."""
    arms = [_ends(rows, side) for side in _sides(rows)]
    if not arms:
        return sql("'[]'")
    return sql(
        '(SELECT concat(\'[\', string_agg(concat(\'{{"id":"E\', f.node, \'","direction":"\','
        ' f.direction, \'","level":\', f.level, \',"shown":\', f.shown, \',"hidden":{{\','
        " f.hidden, '}}{exact}}}'), ',' ORDER BY f.depth, f.node, f.place), ']')\nFROM ({arms}) f)",
        arms=join("\nUNION ALL ", arms),
        exact=sql("") if not rows.hops else sql(",\"exact\":', f.exact::text, '"),
    )


def _ends(rows: GraphRows, side: _Side) -> Sql:
    """Return the nodes that have neighbours on one side which are not shown, and how many."""
    return sql(
        "SELECT n.node, n.depth, {place} AS place, {name} AS direction, {level} AS level,"
        " e.shown, e.hidden{exact}\nFROM (SELECT e.* FROM (SELECT q.near, sum(q.shown) AS shown,"
        " string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name)"
        " FILTER (WHERE q.hidden > 0) AS hidden{is_exact}\n"
        "FROM ({counted}) q LEFT JOIN schema_name s ON s.id = q.type\n"
        "GROUP BY q.near HAVING sum(q.hidden) > 0{inexact}) e CROSS JOIN {many} OFFSET 0) e\n"
        "JOIN {nodes} n ON n.node = e.near WHERE {level} IS NOT NULL",
        place=side.place,
        name=side.name,
        level=side.level,
        exact=sql("") if side.hops is None else sql(", e.exact"),
        is_exact=sql("") if side.hops is None else sql(", NOT bool_or(q.cut) AS exact"),
        counted=_counted(rows, side),
        inexact=sql("") if side.hops is None else sql(" OR bool_or(q.cut)"),
        many=ONE_OF_MANY,
        nodes=rows.name,
    )


def _counted(rows: GraphRows, side: _Side) -> Sql:
    """Count each node's neighbours on one side, by type where they are hidden."""
    counted = _neighbours_counted(rows, side)
    if side.hops is None:
        return counted
    return sql(
        "SELECT q.*, false AS cut FROM ({counted}) q"
        " UNION ALL SELECT w.near, NULL, 0, 0, true FROM ({cut}) w",
        counted=counted,
        cut=cut(side.hops),
    )


def _neighbours_counted(rows: GraphRows, side: _Side) -> Sql:
    return sql(
        "SELECT y.near, y.type,"
        " count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden\n"
        "FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN"
        " (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND {seen} LIMIT 1) END AS type\n"
        "FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown\n"
        "FROM ({near} OFFSET 0) z LEFT JOIN {shown} k ON k.node = z.node) w OFFSET 0) y\n"
        "GROUP BY y.near, y.type",
        shown=rows.shown,
        near=_alone(rows, side),
        seen=rows.walk.compilation.seen_found(sql("t"), rows.walk.view),
    )


def _pairs(rows: GraphRows, side: _Side, where: Sql) -> Sql:
    """Return the neighbours on one side of those nodes that meet a condition."""
    if side.hops is not None:
        return sql(
            "SELECT p.near, p.node FROM {pairs} p JOIN {n} n ON n.node = p.near WHERE {where}",
            pairs=side.hops.pairs,
            n=rows.name,
            where=where,
        )
    nodes = sql("ARRAY(SELECT n.node FROM {n} n WHERE {where})", n=rows.name, where=where)
    return neighbours(side.steps, nodes, rows.walk)


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
