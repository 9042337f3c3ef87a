"""One hop of a search: the neighbours of nodes, those that it follows, those in groups."""

from datalog.sql.adjacent import Groups, Walk, adjacent, any_of
from datalog.sql.passing import passing
from datalog.syntax.clauses import EdgeStep
from store.sql import Sql, number, sql


def neighbours(steps: tuple[EdgeStep, ...], nodes: Sql, walk: Walk) -> Sql:
    """Return the pairs (near, node) of nodes in an array with their neighbours, some repeatedly."""
    if walk.search.through is None:
        return adjacent(steps, any_of(nodes), walk)
    return passing(steps, nodes, walk, walk.search.through)


def open_neighbours(steps: tuple[EdgeStep, ...], nodes: Sql, walk: Walk) -> Sql:
    """Return the pairs (near, node) that the walk follows: to nobody who is known or in a group."""
    sight = walk.sight
    pairs = neighbours(steps, nodes, walk)
    if sight.groups is not None:
        pairs = sql(
            "SELECT g.near, g.node FROM ({sized}) g WHERE NOT {grouped}",
            sized=in_groups(pairs, walk, sight.groups),
            grouped=is_grouped(sight.groups),
        )
    return _unknown(pairs, walk)


def is_plain(walk: Walk) -> bool:
    """Tell whether a walk follows single edges, so that neighbours of one node are few to read."""
    return walk.search.through is None and walk.sight.groups is None


def open_neighbours_of_one(steps: tuple[EdgeStep, ...], node: Sql, walk: Walk) -> Sql:
    """Return the pairs (near, node) of one node that a plain walk follows."""
    return _unknown(adjacent(steps, node, walk), walk)


def _unknown(pairs: Sql, walk: Walk) -> Sql:
    if walk.sight.known is None:
        return pairs
    return sql(
        "SELECT o.near, o.node FROM ({pairs}) o"
        " WHERE NOT EXISTS (SELECT FROM {known} k WHERE k.node = o.node)",
        pairs=pairs,
        known=walk.sight.known,
    )


def in_groups(pairs: Sql, walk: Walk, groups: Groups) -> Sql:
    """Return pairs of neighbours, each once, with type, value, and how many are like them."""
    asked = sql("")
    if groups.only is not None:
        asked = sql(
            "\nWHERE {only} IS NULL OR d.near <> ALL({roots}) OR {key} = {only}",
            only=groups.only,
            roots=groups.roots,
            key=group_key(sql("d")),
        )
    return sql(
        "SELECT d.*, count(*) OVER (PARTITION BY d.near, d.type, d.value) AS size\n"
        "FROM (SELECT z.near, z.node, (SELECT t.v FROM fact_2 t WHERE t.e = z.node AND {seen}"
        " LIMIT 1) AS type, {value} AS value\n"
        "FROM (SELECT DISTINCT q.near, q.node FROM ({pairs}) q) z OFFSET 0) d{asked}",
        seen=walk.compilation.seen_found(sql("t"), walk.view),
        value=groups.value,
        pairs=pairs,
        asked=asked,
    )


def group_key(row: Sql) -> Sql:
    """Return what tells the groups of a node apart, as text."""
    return sql("concat({row}.type, ' ', {row}.value)", row=row)


def is_grouped(groups: Groups) -> Sql:
    """Return the condition that `g` is a member of a group."""
    grouped = sql("g.size >= {at_least}", at_least=number(groups.at_least))
    if groups.only is None:
        return sql("({grouped})", grouped=grouped)
    return sql("({only} IS NULL AND {grouped})", only=groups.only, grouped=grouped)
