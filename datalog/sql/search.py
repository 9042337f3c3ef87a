"""Breadth-first search in pure SQL: one row for each level, with arrays of what it has reached.

Both sides walk in lockstep under one budget of nodes. A level's row holds the nodes newly reached
on each side, all reached so far, how many are shown, and whether the budget has refused one. Plain
`UNION` over (node, depth) pairs explodes on cyclic graphs; arrays do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from datalog.planning.steps import Walked
from datalog.sql.adjacent import Walk
from datalog.sql.columns import Column
from datalog.sql.neighbours import open_neighbours
from datalog.sql.rows import Item, Rows
from datalog.sql.unification import Reading, unified
from datalog.syntax.clauses import EdgeStep, Search
from datalog.syntax.terms import Variable
from store.catalogue import ValueType
from store.sql import Sql, join, number, numbered, sql


def levels(walk: Walk) -> Sql:
    """Return the recursive part of WITH: the levels of a walk.

    A candidate's tags: 1 upstream, 2 downstream; 4 and 8, where it is not shown yet.
    """
    up, down = (_first(steps, depth, walk) for steps, depth in _walked(walk.search))
    return sql(
        "{s} (level, up, down, ups, downs, shown, refused) AS (\n"
        "SELECT 0, {up}, {down}, {up}, {down}, cardinality(r.roots), false FROM ({roots}) r\n"
        "UNION ALL\n"
        "SELECT {s}.level + 1, x.up, x.down, {s}.ups || x.up, {s}.downs || x.down,"
        " {s}.shown + x.fresh, {s}.refused OR x.refused\n"
        "FROM {s} CROSS JOIN LATERAL ({step}) x\n"
        "WHERE {s}.level < {max_depth} AND cardinality({s}.up) + cardinality({s}.down) > 0)",
        s=walk.levels,
        up=up,
        down=down,
        roots=walk.roots,
        step=_step(walk),
        max_depth=_greatest_depth(walk),
    )


def _walked(search: Search) -> tuple[tuple[tuple[EdgeStep, ...], Variable], ...]:
    up, down = search.depths
    return (search.upstream, up), (search.downstream, down)


def _first(steps: tuple[EdgeStep, ...], depth: Variable, walk: Walk) -> Sql:
    """Return where a side begins: at the roots, or nowhere."""
    if not steps:
        return sql("'{{}}'::bigint[]")
    if walk.search.downstream_depth is None:
        return sql("r.roots")
    return sql("CASE WHEN {depth} >= 0 THEN r.roots ELSE '{{}}' END", depth=walk.limit(depth))


def _greatest_depth(walk: Walk) -> Sql:
    depths = [walk.limit(each) for each in dict.fromkeys(walk.search.depths)]
    return depths[0] if len(depths) == 1 else sql("greatest({all})", all=join(", ", depths))


_UP = 1


@dataclass(frozen=True, slots=True)
class _Side:
    """A side that is walked: its steps, the arrays of a level, and its tag."""

    steps: tuple[EdgeStep, ...]
    fresh: Sql
    reached: Sql
    tag: int


def _step(walk: Walk) -> Sql:
    sides = _sides(walk)
    return _step_of_one(sides[0], walk) if len(sides) == 1 else _step_of_both(walk)


def _step_of_one(side: _Side, walk: Walk) -> Sql:
    """Return the next level where only one side is walked: none of its candidates is shown yet."""
    came = sql("coalesce(array_agg(c.node) FILTER (WHERE c.stays), '{{}}')")
    nobody = sql("'{{}}'::bigint[]")
    return sql(
        "SELECT {up} AS up, {down} AS down, (count(*) FILTER (WHERE c.stays))::int AS fresh,"
        " coalesce(bool_or(NOT c.stays), false) AS refused\n"
        "FROM (SELECT f.node, row_number() OVER (ORDER BY f.node) <= {max_nodes} - {s}.shown"
        " AS stays FROM ({fresh}) f) c",
        up=came if side.tag == _UP else nobody,
        down=nobody if side.tag == _UP else came,
        max_nodes=walk.limit(walk.search.max_nodes),
        s=walk.levels,
        fresh=_fresh(side, walk),
    )


def _step_of_both(walk: Walk) -> Sql:
    fresh = [(_name(side), _fresh(side, walk)) for side in _sides(walk)]
    judged = sql(
        "SELECT g.node, g.tags, g.tags & 12 = 0 OR row_number() OVER"
        " (PARTITION BY g.tags & 12 = 0 ORDER BY g.node) <= {max_nodes} - {s}.shown AS stays\n"
        "FROM (SELECT q.node, bit_or(q.tag) AS tags FROM ({tagged}) q GROUP BY q.node) g",
        max_nodes=walk.limit(walk.search.max_nodes),
        s=walk.levels,
        tagged=join("\nUNION ALL ", _tagged(walk)),
    )
    return sql(
        "WITH {fresh}\nSELECT"
        " coalesce(array_agg(c.node) FILTER (WHERE c.stays AND c.tags & 1 <> 0), '{{}}') AS up,"
        " coalesce(array_agg(c.node) FILTER (WHERE c.stays AND c.tags & 2 <> 0), '{{}}') AS down,"
        " (count(*) FILTER (WHERE c.stays AND c.tags & 12 <> 0))::int AS fresh,"
        " coalesce(bool_or(NOT c.stays), false) AS refused\n"
        "FROM ({judged}) c",
        fresh=join(
            ",\n",
            [
                sql("{name} AS MATERIALIZED ({nodes})", name=name, nodes=nodes)
                for name, nodes in fresh
            ]
            or [sql("nobody AS (SELECT)")],
        ),
        judged=judged,
    )


def _sides(walk: Walk) -> list[_Side]:
    s, search = walk.levels, walk.search
    up, down = search.depths
    sides = (
        _Side(search.upstream, _within(sql("{s}.up", s=s), up, walk), sql("{s}.ups", s=s), _UP),
        _Side(
            search.downstream, _within(sql("{s}.down", s=s), down, walk), sql("{s}.downs", s=s), 2
        ),
    )
    return [side for side in sides if side.steps]


def _within(fresh: Sql, depth: Variable, walk: Walk) -> Sql:
    """Return the nodes of a level from which a side goes on: none at its own greatest depth."""
    if walk.search.downstream_depth is None:
        return fresh
    return sql(
        "CASE WHEN {s}.level < {depth} THEN {fresh} ELSE '{{}}' END",
        s=walk.levels,
        depth=walk.limit(depth),
        fresh=fresh,
    )


def _name(side: _Side) -> Sql:
    return numbered("fresh_", side.tag)


def _fresh(side: _Side, walk: Walk) -> Sql:
    """Return the candidates of a side: the first neighbours of each, if not reached before."""
    return sql(
        "SELECT p.node FROM (SELECT y.node,"
        " dense_rank() OVER (PARTITION BY y.near ORDER BY y.node) AS place\n"
        "FROM ({near}) y) p WHERE p.place <= {most}\nEXCEPT SELECT unnest({reached})",
        near=open_neighbours(side.steps, side.fresh, walk),
        most=walk.limit(walk.search.per_node),
        reached=side.reached,
    )


def _tagged(walk: Walk) -> Iterable[Sql]:
    """Tag the candidates: with their side, and with its quadruple where they are not shown yet."""
    sides = _sides(walk)
    for side in sides:
        name, tag = _name(side), number(side.tag)
        yield sql("SELECT f.node, {tag} AS tag FROM {name} f", tag=tag, name=name)
        shown = [other.reached for other in sides if other is not side]
        yield sql(
            "SELECT f.node, {tag} AS tag FROM (SELECT node FROM {name}{shown}) f",
            tag=number(4 * side.tag),
            name=name,
            shown=join("", [sql(" EXCEPT SELECT unnest({it})", it=each) for each in shown]),
        )
    if not sides:
        yield sql("SELECT NULL::bigint AS node, 0 AS tag WHERE false")


def reached(walk: Walk, name: Sql) -> Sql:
    """Return the part of WITH that has each shown node with its level on either side."""
    return sql(
        "{name} AS MATERIALIZED (SELECT q.node, min(q.up) AS up, min(q.down) AS down,"
        " coalesce(least(min(q.up), min(q.down)), 0) AS depth FROM (\n"
        "SELECT u.node, {s}.level AS up, NULL::int AS down FROM {s}, unnest({s}.up) u (node)\n"
        "UNION ALL SELECT u.node, NULL, {s}.level FROM {s}, unnest({s}.down) u (node)\n"
        "UNION ALL SELECT u.node, NULL, NULL FROM ({roots}) r, unnest(r.roots) u (node)) q\n"
        "GROUP BY q.node)",
        name=name,
        s=walk.levels,
        roots=walk.roots,
    )


def told_side(name: Sql) -> Sql:
    """Return on which side a node that was reached lies, as a word."""
    return sql(
        "CASE WHEN {n}.depth = 0 THEN 'ROOT' WHEN {n}.down IS NULL THEN 'UPSTREAM'"
        " WHEN {n}.up IS NULL THEN 'DOWNSTREAM' ELSE 'BOTH' END",
        n=name,
    )


def walked_rows(rows: Rows, step: Walked, reading: Reading) -> Rows:
    """Join what a search comes to from the root of each row, which itself comes at depth 0."""
    search, names = step.search, reading.compilation.names
    table, nodes = names.fresh("u"), names.fresh("n")
    roots = sql("SELECT ARRAY[{root}] AS roots", root=rows.columns[search.root].sql)
    walk = Walk(search, step.view, reading.compilation, names.fresh("s"), roots, rows.columns)
    source = sql(
        "LATERAL (WITH RECURSIVE {levels},\n{reached}\n"
        "SELECT {n}.node AS c1, {n}.depth AS c2, {side} AS c3 FROM {n}) {table}",
        levels=levels(walk),
        reached=reached(walk, nodes),
        n=nodes,
        side=told_side(nodes),
        table=table,
    )
    held = (
        (search.node, Column(sql("{u}.c1", u=table), ValueType.REF)),
        (search.depth, Column(sql("{u}.c2", u=table), ValueType.INT)),
        (search.side, Column(sql("{u}.c3", u=table), ValueType.KEYWORD)),
    )
    columns, conditions = unified(rows.columns, held, reading)
    return rows.joined(Item(source, conditions), columns)
