"""Breadth-first search in pure SQL: one row for each level, with arrays of what it has reached.

Both sides walk in lockstep under one budget of nodes. A level's row holds the nodes newly reached
on each side, all reached so far, how many are shown, and whether the budget has refused one. Plain
`UNION` over (node, depth) pairs explodes on cyclic graphs; arrays do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from datalog.planning.steps import Walked
from datalog.sql.adjacent import ONE_OF_MANY, Walk
from datalog.sql.columns import Column
from datalog.sql.neighbours import is_plain, open_neighbours, open_neighbours_of_one
from datalog.sql.rows import Item, Rows
from datalog.sql.unification import Reading, unified
from datalog.syntax.clauses import EdgeStep
from datalog.syntax.terms import Variable
from store.catalogue import ValueType
from store.sql import Sql, join, number, numbered, sql


def levels(walk: Walk) -> Sql:
    """Return the recursive part of WITH: the levels of a walk, each with what it newly came to.

    `up` and `down` are the nodes of each side, `refused` tells whether the budget kept one out.
    """
    match _sides(walk):
        case [side]:
            return _levels_of_one(side, walk)
        case [up, down]:
            return _levels_of_both(up, down, walk)
        case _:
            return sql(
                "{s} AS (SELECT 0 AS level, {nobody} AS up, {nobody} AS down, false AS refused)",
                s=walk.levels,
                nobody=_NOBODY,
            )


_NOBODY = sql("'{{}}'::bigint[]")
_UPSTREAM, _DOWNSTREAM = 1, 2


@dataclass(frozen=True, slots=True)
class Side:
    """A side that is walked: its steps, the nodes of a level that it goes on from, its number.

    The nodes of a level are in order.
    """

    steps: tuple[EdgeStep, ...]
    depth: Variable
    nodes: Sql
    number: int

    @property
    def is_upstream(self) -> bool:
        """Tell whether it is the side upstream."""
        return self.number == _UPSTREAM


def _sides(walk: Walk) -> list[Side]:
    s, search = walk.levels, walk.search
    up, down = search.depths
    sides = (
        Side(search.upstream, up, sql("{s}.up", s=s), _UPSTREAM),
        Side(search.downstream, down, sql("{s}.down", s=s), _DOWNSTREAM),
    )
    return [side for side in sides if side.steps]


def _first(side: Side, walk: Walk) -> Sql:
    """Return where a side begins: at the roots, or nowhere."""
    if walk.search.downstream_depth is None:
        return sql("r.roots")
    return sql("CASE WHEN {depth} >= 0 THEN r.roots ELSE '{{}}' END", depth=walk.limit(side.depth))


def _levels_of_one(side: Side, walk: Walk) -> Sql:
    """Return the levels where one side is walked: what it has reached is what is shown."""
    first, came = _first(side, walk), sql("x.nodes")
    is_up = side.is_upstream
    return sql(
        "{s} (level, up, down, reached, refused) AS (\n"
        "SELECT 0, {first_up}, {first_down}, {first}, false FROM ({roots}) r\n"
        "UNION ALL\n"
        "SELECT {s}.level + 1, {up}, {down}, {s}.reached || x.nodes, x.refused\n"
        "FROM {s} CROSS JOIN LATERAL ({parts}"
        "SELECT coalesce(c.nodes[:{room}], '{{}}') AS nodes, c.count > {room} AS refused\n"
        "FROM ({candidates}) c) x\n"
        "WHERE {s}.level < {depth} AND cardinality({nodes}) > 0)",
        s=walk.levels,
        first_up=first if is_up else _NOBODY,
        first_down=_NOBODY if is_up else first,
        first=first,
        roots=walk.roots,
        up=came if is_up else _NOBODY,
        down=_NOBODY if is_up else came,
        parts=_with(_near(side, side.nodes, walk)),
        room=_room(walk, sql("cardinality({s}.reached)", s=walk.levels)),
        candidates=_in_order(_fresh(side, side.nodes, walk, sql("{s}.reached", s=walk.levels))),
        depth=walk.limit(side.depth),
        nodes=side.nodes,
    )


def _levels_of_both(up: Side, down: Side, walk: Walk) -> Sql:
    """Return the levels where both sides are walked in lockstep, under one budget of nodes.

    Candidates are those whom neither side has reached; of these the budget keeps out the last.
    """
    parts: list[Sql] = []
    for side, reached_ in (
        (up, sql("{s}.ups", s=walk.levels)),
        (down, sql("{s}.downs", s=walk.levels)),
    ):
        nodes = _within(side, walk)
        fresh = _fresh(side, nodes, walk, reached_)
        parts += _near(side, nodes, walk)
        parts.append(sql("fresh_{side} AS MATERIALIZED ({it})", side=number(side.number), it=fresh))
    return sql(
        "{s} (level, up, down, ups, downs, shown, refused) AS (\n"
        "SELECT 0, {first_up}, {first_down}, {first_up}, {first_down}, cardinality(r.roots), false"
        " FROM ({roots}) r\n"
        "UNION ALL\n"
        "SELECT {s}.level + 1, x.up, x.down, {s}.ups || x.up, {s}.downs || x.down,"
        " {s}.shown + least(x.count, {room})::int, x.count > {room}\n"
        "FROM {s} CROSS JOIN LATERAL ({parts}"
        "SELECT {came_1} AS up, {came_2} AS down, c.count\nFROM ({candidates}) c) x\n"
        "WHERE {s}.level < {depth} AND cardinality({s}.up) + cardinality({s}.down) > 0)",
        s=walk.levels,
        first_up=_first(up, walk),
        first_down=_first(down, walk),
        roots=walk.roots,
        parts=_with(parts),
        came_1=_admitted(up, walk),
        came_2=_admitted(down, walk),
        candidates=_in_order(
            sql(
                "SELECT node FROM fresh_1 EXCEPT SELECT unnest({s}.downs)\n"
                "UNION (SELECT node FROM fresh_2 EXCEPT SELECT unnest({s}.ups))",
                s=walk.levels,
            )
        ),
        room=_room_beside(walk),
        depth=_greatest_depth(walk),
    )


def _in_order(nodes: Sql) -> Sql:
    return sql(
        "SELECT array_agg(f.node ORDER BY f.node) AS nodes, count(*) FROM ({nodes}) f", nodes=nodes
    )


def _room(walk: Walk, shown: Sql) -> Sql:
    """Return how many nodes the budget has room for."""
    return sql("greatest({most} - {shown}, 0)", most=walk.limit(walk.search.max_nodes), shown=shown)


def _room_beside(walk: Walk) -> Sql:
    return _room(walk, sql("{s}.shown", s=walk.levels))


def _admitted(side: Side, walk: Walk) -> Sql:
    """Return the array of a side's candidates without those that the budget keeps out."""
    return sql(
        "CASE WHEN c.count <= {room} THEN ARRAY(SELECT node FROM {fresh})"
        " ELSE ARRAY(SELECT node FROM {fresh} EXCEPT SELECT unnest(c.nodes[{room} + 1:])) END",
        room=_room_beside(walk),
        fresh=numbered("fresh_", side.number),
    )


def _greatest_depth(walk: Walk) -> Sql:
    depths = [walk.limit(each) for each in dict.fromkeys(walk.search.depths)]
    return depths[0] if len(depths) == 1 else sql("greatest({all})", all=join(", ", depths))


def _within(side: Side, walk: Walk) -> Sql:
    """Return the nodes of a level from which a side goes on: none at its own greatest depth."""
    if walk.search.downstream_depth is None:
        return side.nodes
    return sql(
        "CASE WHEN {s}.level < {depth} THEN {nodes} ELSE '{{}}' END",
        s=walk.levels,
        depth=walk.limit(side.depth),
        nodes=side.nodes,
    )


def _with(parts: Sequence[Sql]) -> Sql:
    return sql("WITH {parts}\n", parts=join(",\n", parts)) if parts else sql("")


def _fresh(side: Side, nodes: Sql, walk: Walk, reached: Sql) -> Sql:
    """Return the candidates of a side: the first neighbours of each, if not reached before."""
    first = _first_of_each(side, nodes, walk) if is_plain(walk) else _first_of_crowds(side, walk)
    return sql("({first})\nEXCEPT SELECT unnest({reached})", first=first, reached=reached)


def _first_of_each(side: Side, nodes: Sql, walk: Walk) -> Sql:
    """Return the first neighbours of each node of a level.

    Where all of them together have no more than are followed of one, these are read in one scan.
    """
    return sql(
        "SELECT unnest(CASE WHEN cardinality(e.far) <= {most} THEN e.far ELSE ARRAY("
        "SELECT y.node FROM unnest({nodes}) u (near) CROSS JOIN LATERAL"
        " (SELECT DISTINCT q.node FROM ({of_one}) q ORDER BY q.node LIMIT {most}) y) END) AS node\n"
        "FROM (SELECT ARRAY(SELECT q.node FROM ({of_all}) q LIMIT (SELECT {most}::bigint + 1))"
        # Else it would sort all that was reached, on each level, to take it away, where it is
        # enough to hash the few that are new.
        " AS far OFFSET 0) e, {many}",
        many=ONE_OF_MANY,
        most=sql("greatest({most}, 0)", most=walk.limit(walk.search.per_node)),
        nodes=nodes,
        of_one=open_neighbours_of_one(side.steps, sql("u.near"), walk),
        of_all=open_neighbours(side.steps, nodes, walk),
    )


def _near(side: Side, nodes: Sql, walk: Walk) -> list[Sql]:
    """Return the parts of WITH that have the neighbours of a level, and whether they crowd a node.

    Mostly nobody has more neighbours than are followed, and to count them is less than to rank.
    There are none of a plain walk.
    """
    if is_plain(walk):
        return []
    return [
        sql(
            "near_{side} AS MATERIALIZED ({pairs})",
            side=number(side.number),
            pairs=open_neighbours(side.steps, nodes, walk),
        ),
        sql(
            "crowd_{side} AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near_{side})"
            " > {most} THEN EXISTS (SELECT FROM near_{side} q GROUP BY q.near"
            " HAVING count(*) > {most}) ELSE false END AS yes)",
            side=number(side.number),
            most=walk.limit(walk.search.per_node),
        ),
    ]


def _first_of_crowds(side: Side, walk: Walk) -> Sql:
    """Return the first neighbours of each node of a level, ranked where they crowd one."""
    return sql(
        "SELECT q.node FROM near_{side} q WHERE NOT (SELECT w.yes FROM crowd_{side} w)\n"
        "UNION ALL SELECT p.node FROM (SELECT y.node,"
        " dense_rank() OVER (PARTITION BY y.near ORDER BY y.node) AS place\n"
        "FROM near_{side} y WHERE (SELECT w.yes FROM crowd_{side} w)) p WHERE p.place <= {most}",
        side=number(side.number),
        most=walk.limit(walk.search.per_node),
    )


def reached(walk: Walk, name: Sql) -> Sql:
    """Return the part of WITH that has each shown node with its level on either side."""
    side = alone(walk)
    if side is not None:
        return _reached_on_one(side, walk, name)
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


def alone(walk: Walk) -> Side | None:
    """Return the side that is walked where it is the only one: its levels are what is shown."""
    sides = _sides(walk)
    return sides[0] if len(sides) == 1 and walk.search.downstream_depth is None else None


def _reached_on_one(side: Side, walk: Walk, name: Sql) -> Sql:
    """Return what one side has reached, each node once; its roots are at level 0."""
    level, never = sql("{s}.level", s=walk.levels), sql("NULL::int")
    is_up = side.is_upstream
    return sql(
        "{name} AS (SELECT u.node, {up} AS up, {down} AS down, {s}.level AS depth"
        " FROM {s}, unnest({nodes}) u (node))",
        name=name,
        up=level if is_up else never,
        down=never if is_up else level,
        s=walk.levels,
        nodes=side.nodes,
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
