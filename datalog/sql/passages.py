"""The hops of a graph whose walk goes through nodes: made once, for all that is told of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from datalog.sql.adjacent import Walk
from datalog.sql.passing import hops, pairs
from datalog.syntax.clauses import EdgeStep, Through
from store.sql import Sql, join, sql


@dataclass(frozen=True, slots=True)
class Hops:
    """The hops of one side: their levels, and the table of pairs (near, node, length).

    `length` is how many edges the shortest way through takes, null where only an edge leads there.
    """

    levels: Sql
    pairs: Sql
    upstream: bool
    parts: tuple[Sql, ...]


def graph_hops(walk: Walk, through: Through, nodes: Sql) -> tuple[Hops, ...]:
    """Return the hops of a graph from the nodes of a table, upstream first.

    What is shown is joined by the hops of one side alone. So that side goes from every node, the
    other from those only that it came to. Beside what is known, both go from all that is new.
    """
    search, expands = walk.search, walk.sight.known is not None
    found: list[Hops] = []
    for upstream, steps in ((True, search.upstream), (False, search.downstream)):
        reached = sql("n.up IS NOT NULL") if upstream else sql("n.down IS NOT NULL")
        if expands:
            reached = sql("(n.depth > 0 OR {reached})", reached=reached)
        elif not found:
            reached = sql("true")
        if steps:
            near = sql(
                "ARRAY(SELECT n.node FROM {nodes} n WHERE {reached})", nodes=nodes, reached=reached
            )
            found.append(_hops(steps, near, walk, through, upstream))
    return tuple(found)


def _hops(
    steps: tuple[EdgeStep, ...],
    near: Sql,
    walk: Walk,
    through: Through,
    upstream: bool,  # noqa: FBT001  # Which of the two sides it is.
) -> Hops:
    names = walk.compilation.names
    levels, table = names.fresh("c"), names.fresh("p")
    made = sql(
        "{table} AS MATERIALIZED (SELECT o.near, o.node,"
        " min(o.length) FILTER (WHERE o.length > 1) AS length\n"
        "FROM ({pairs}) o GROUP BY o.near, o.node)",
        table=table,
        pairs=pairs(levels),
    )
    return Hops(levels, table, upstream, (hops(steps, near, walk, through, levels), made))


def cut(each: Hops) -> Sql:
    """Return the nodes (near) whose hop would pass more than it may."""
    return sql("SELECT DISTINCT u.near FROM {c}, unnest({c}.cut) u (near)", c=each.levels)


def is_cut(every: Iterable[Hops]) -> Sql:
    """Return whether any hop would pass more than it may, as text."""
    found = [sql("EXISTS ({cut})", cut=cut(each)) for each in every]
    return sql("({any})::text", any=join(" OR ", found or [sql("false")]))


def passages_json(every: tuple[Hops, ...], walk: Walk, nodes: Sql, shown: Sql) -> Sql:
    """Return the array of the pairs of shown nodes that ways through join, as data flows.

    Beside what is known one of the two is new: the one downstream, or the one upstream of what is
    known.
    """
    known = walk.sight.known
    if known is None:
        arms = [_arm(each, sql("true"), nodes, shown) for each in every[:1]]
    else:
        arms = [
            _arm(each, sql("n.depth > 0"), nodes, shown if each.upstream else known)
            for each in every
        ]
    if not arms:
        return sql("'[]'")
    return sql(
        '(SELECT concat(\'[\', string_agg(concat(\'{{"from":"E\', f.source, \'","to":"E\','
        " f.target, '\",\"length\":', f.length, '}}'), ',' ORDER BY f.source, f.target), ']')\n"
        "FROM ({arms}) f)",
        arms=join("\nUNION ALL ", arms),
    )


def _arm(each: Hops, near: Sql, nodes: Sql, others: Sql) -> Sql:
    source, target = sql("p.node"), sql("p.near")
    if not each.upstream:
        source, target = target, source
    return sql(
        "SELECT {source} AS source, {target} AS target, p.length FROM {pairs} p"
        " JOIN {nodes} n ON n.node = p.near AND {near} JOIN {others} k ON k.node = p.node\n"
        "WHERE p.length IS NOT NULL",
        source=source,
        target=target,
        pairs=each.pairs,
        nodes=nodes,
        near=near,
        others=others,
    )
