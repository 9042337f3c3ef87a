"""One hop through what is passed: from each node to all that it leads to over nodes not shown.

A breadth-first search of its own, one row a level. Its arrays are pairs side by side: near, the
node that the hop begins at, and the node that is passed or come to. Each pair is passed once, so
that cycles among what is passed end; all nodes of a level share one scan of the edges.
"""

from datalog.sql.adjacent import ONE_OF_MANY, Walk, adjacent, any_of, ids
from datalog.syntax.clauses import EdgeStep, Through
from store.sql import Sql, sql


def hops(steps: tuple[EdgeStep, ...], nodes: Sql, walk: Walk, through: Through, levels: Sql) -> Sql:
    """Return the recursive part of WITH: the levels of one hop from each node of an array.

    nears, nodes: passed on this level, from where it goes on. all_nears, all_nodes: passed so far.
    out_nears, out_nodes: come to on this level, over `length` edges. cut: the nodes whose hop would
    pass more than it may.
    """
    return sql(
        "{c} (length, nears, nodes, all_nears, all_nodes, out_nears, out_nodes, cut) AS (\n"
        "SELECT 0, q.nodes, q.nodes, '{{}}'::bigint[], '{{}}'::bigint[], '{{}}'::bigint[],"
        " '{{}}'::bigint[], '{{}}'::bigint[] FROM (SELECT {nodes} AS nodes) q\n"
        "UNION ALL\n"
        "SELECT {c}.length + 1, x.nears, x.nodes, {c}.all_nears || x.nears,"
        " {c}.all_nodes || x.nodes, x.out_nears, x.out_nodes, x.cut\n"
        "FROM {c} CROSS JOIN LATERAL ({step}) x\n"
        "WHERE cardinality({c}.nodes) > 0)",
        c=levels,
        nodes=nodes,
        step=_step(steps, walk, through, levels),
    )


def pairs(levels: Sql) -> Sql:
    """Return the pairs (near, node, length) that a hop comes to, once for each length."""
    return sql(
        "SELECT o.near, o.node, {c}.length FROM {c},"
        " unnest({c}.out_nears, {c}.out_nodes) o (near, node)",
        c=levels,
    )


def passing(steps: tuple[EdgeStep, ...], nodes: Sql, walk: Walk, through: Through) -> Sql:
    """Return the pairs (near, node) of nodes in an array with all that one hop comes to."""
    levels = walk.compilation.names.fresh("c")
    return sql(
        "SELECT o.near, o.node FROM (WITH RECURSIVE {hops}\n{pairs}) o",
        hops=hops(steps, nodes, walk, through, levels),
        pairs=pairs(levels),
    )


def _step(steps: tuple[EdgeStep, ...], walk: Walk, through: Through, levels: Sql) -> Sql:
    """Return one level more: what lies beyond the last one's nodes, passed or come to."""
    return sql(
        "WITH beyond AS MATERIALIZED (SELECT DISTINCT f.near, z.node, z.is_passed\n"
        "FROM (SELECT z.near, z.node, {is_passed} AS is_passed\n"
        "FROM (SELECT DISTINCT q.near, q.node FROM ({adjacent}) q) z, {many} OFFSET 0) z\n"
        "JOIN unnest({c}.nears, {c}.nodes) f (near, node) ON f.node = z.near),\n"
        "passed AS MATERIALIZED (SELECT g.near, g.node, coalesce(b.count, 0)"
        " + row_number() OVER (PARTITION BY g.near ORDER BY g.node) <= {most} AS stays\n"
        "FROM (SELECT b.near, b.node FROM beyond b WHERE b.is_passed"
        " EXCEPT SELECT * FROM unnest({c}.all_nears, {c}.all_nodes)) g\n"
        "LEFT JOIN (SELECT u.near, count(*) FROM unnest({c}.all_nears) u (near)"
        " GROUP BY u.near) b ON b.near = g.near)\n"
        "SELECT i.*, o.* FROM (SELECT"
        " coalesce(array_agg(p.near) FILTER (WHERE p.stays), '{{}}') AS nears,"
        " coalesce(array_agg(p.node) FILTER (WHERE p.stays), '{{}}') AS nodes,"
        " coalesce(array_agg(p.near) FILTER (WHERE NOT p.stays), '{{}}') AS cut FROM passed p) i,\n"
        "(SELECT coalesce(array_agg(b.near), '{{}}') AS out_nears,"
        " coalesce(array_agg(b.node), '{{}}') AS out_nodes FROM beyond b WHERE NOT b.is_passed) o",
        is_passed=_is_passed(walk, through),
        many=ONE_OF_MANY,
        adjacent=adjacent(steps, any_of(sql("{c}.nodes", c=levels)), walk),
        c=levels,
        most=walk.limit(through.per_hop),
    )


def _is_passed(walk: Walk, through: Through) -> Sql:
    """Return the condition that `z.node` is passed: it is of such a type, and not shown for sure.

    LIMIT keeps the type a look-up: as EXISTS, all entities of these types would be read at once.
    """
    shown = sql("SELECT unnest(r.roots) FROM ({roots}) r", roots=walk.roots)
    if walk.sight.known is not None:
        shown = sql("SELECT k.node FROM {known} k", known=walk.sight.known)
    return sql(
        "coalesce((SELECT t.v FROM fact_2 t WHERE t.e = z.node AND {seen} LIMIT 1) IN ({ids}),"
        " false) AND z.node NOT IN ({shown})",
        seen=walk.compilation.seen_found(sql("t"), walk.view),
        ids=ids(through.types, walk.compilation),
        shown=shown,
    )
