"""A search as one flat graph, in raw JSON: what was found, what joins it, and what stayed out.

    {"nodes": [{"id": "E1048577", "type": "Dataset", "depth": 1, "side": "UPSTREAM",
                "up": 1, "down": null, "in": 2, "out": 1, "extra": {…}}, …],
     "edges": [{"id": "E1048590", "type": "DerivedFrom",
                "from": "E1048576", "to": "E1048577", "extra": {…}}, …],
     "frontier": [{"id": "E1048577", "direction": "UPSTREAM", "level": 1,
                   "shown": 0, "hidden": {"Dataset": 2}}, …],
     "groups": [{"id": "E1048577", "direction": "DOWNSTREAM", "type": "Dataset", "value": null,
                 "key": "20 null", "shown": 1, "count": 12}, …],
     "passages": [{"from": "E1048577", "to": "E1048576", "length": 2}, …],
     "cut": false, "refused": false}

nodes      Ordered by depth, then entity. Roots that do not exist at the view are not there.
up, down   The level at which the walk upstream (downstream) reached the node, null where it did
           not; roots are at level 0 of each side that was asked. depth is the lesser of the two.
side       ROOT where depth is 0, else UPSTREAM, DOWNSTREAM or BOTH.
in, out    Live lineage edges from upstream, to downstream; of all lineage edge types (`degrees`).
edges      Every live edge of the walked types between two nodes, ordered by edge (`edges`).
frontier   Nodes with neighbours that are not among the nodes, in the order of the nodes, UPSTREAM
           first. level: the node's on that side. shown, hidden: how many neighbours in that
           direction are among the nodes, and are not, by type in order of name (`frontier`).
           Of a walk through nodes, each has "exact" too: false where its hop passes more nodes than
           it may, so that there may be more. Such a node is there even with nothing hidden.
groups     Neighbours that stand together, in the order of the nodes, UPSTREAM first, the largest
           first. count, shown: how many of them are not among the nodes, and are (`groups`).
passages   The pairs of nodes that ways through join, from upstream to downstream, each once, with
           the fewest edges that it takes, by their numbers (`passages`).
cut        Whether any hop would pass more nodes than it may (of a walk through nodes, `frontier`).
refused    Whether the budget of nodes kept a candidate out.
roots      How many roots there are, where the nodes are `handed`.
positions  At which of the positions that were asked for there is a root (`position`), in order.
type, side, up and down are there where `of_nodes` names them (up and down as "levels").
extra      The shape of the node, or of the edge (left out where the graph has none).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datalog.reason import Empty
from datalog.sql.adjacent import Sight, Walk, adjacent, any_of, ids
from datalog.sql.columns import Column
from datalog.sql.levels import Found, Scope, Table, find
from datalog.sql.passages import Hops, graph_hops
from datalog.sql.rows import Factor, Item, Rows, conjunction
from datalog.sql.search import Side, alone, levels, reached, told_side
from datalog.sql.sight import Tell, Telling, known_nodes, sight
from datalog.sql.writing import Json, as_text, json_object
from datalog.syntax.clauses import EdgeStep
from datalog.tree import Fixed, Graph
from store.catalogue import Catalogue, Upstream, ValueType
from store.sql import Sql, join, sql


@dataclass(frozen=True, slots=True)
class GraphRows:
    """The nodes of a graph and the edges between them, each a level that its shapes are of.

    `parts` are what WITH defines: the roots under `seeds`, the levels of the walk, the nodes under
    `name`, under `shown` these and what is known, and the `hops` of a walk through nodes.
    """

    walk: Walk
    parts: Sql
    seeds: Sql
    name: Sql
    shown: Sql
    nodes: Found
    edges: Found
    hops: tuple[Hops, ...] = ()


def graph_rows(graph: Graph, scope: Scope, tell: Tell) -> GraphRows | Empty:
    """Return the rows of a graph; `tell` makes JSON of shapes. Raises QueryError."""
    search = graph.search
    where = tuple(clause for clause in graph.query.where if clause != search)
    asked = (search.root,) if graph.position is None else (search.root, graph.position)
    roots = find(replace(graph.query, find=asked, where=where, order=()), (), scope)
    if isinstance(roots, Empty):
        return roots
    names = scope.compilation.names
    seeds, name = names.fresh("w"), names.fresh("n")
    inner = replace(roots.scope, columns=scope.columns)
    view = roots.scope.sources[search.source]
    seeded = sql("SELECT * FROM {seeds}", seeds=seeds)
    walk = Walk(search, view, scope.compilation, names.fresh("s"), seeded)
    walk = replace(walk, sight=sight(graph, walk, inner, Telling(tell, seeds)))
    parts = [sql("{seeds} AS MATERIALIZED ({it})", seeds=seeds, it=_roots(roots, graph))]
    shown = name
    if walk.sight.known is not None and graph.known is not None:
        parts.append(known_nodes(graph.known, walk.sight.known, seeds, inner))
        shown = names.fresh("a")
    parts += [levels(walk), reached(walk, name)]
    if walk.sight.known is not None:
        parts.append(_all_shown(shown, name, walk.sight.known))
    hops: tuple[Hops, ...] = ()
    if search.through is not None and (graph.frontier or graph.groups or graph.passages):
        hops = graph_hops(walk, search.through, name)
        parts += [part for each in hops for part in each.parts]
    inner = replace(inner, factors=scope.factors).inside(_size(graph, scope))
    between = inner.inside(_edges_of_a_node(scope)) if graph.edges else inner
    nodes, edges = _nodes(walk, name, inner), _edges(graph, walk, name, shown, between)
    return GraphRows(walk, join(",\n", parts), seeds, name, shown, nodes, edges, hops)


def _all_shown(shown: Sql, name: Sql, known: Sql) -> Sql:
    return sql(
        "{shown} AS MATERIALIZED (SELECT node FROM {name} UNION SELECT node FROM {known})",
        shown=shown,
        name=name,
        known=known,
    )


def _edges_of_a_node(scope: Scope) -> Factor:
    known = scope.compilation.statistics
    return Factor(max(known.any_edge().now / max(known.log.touched, 1.0), 1.0))


def _size(graph: Graph, scope: Scope) -> Factor:
    """Return how many nodes there may be: as many as are allowed, or as there are entities."""
    return Factor(scope.compilation.statistics.log.touched, graph.search.max_nodes.name)


def _roots(found: Found, graph: Graph) -> Sql:
    gathered = [(sql("roots"), graph.search.root)]
    if graph.position is not None:
        gathered.append((sql("positions"), graph.position))
    distinct = sql("DISTINCT ") if found.repeats else sql("")
    arrays = [
        sql(
            "coalesce(array_agg({distinct}{it} ORDER BY {it}), '{{}}') AS {name}",
            distinct=distinct,
            it=found.rows.columns[of].sql,
            name=name,
        )
        for name, of in gathered
    ]
    return sql("SELECT {arrays}{body}", arrays=join(", ", arrays), body=found.rows.body())


def _nodes(walk: Walk, name: Sql, scope: Scope) -> Found:
    search = walk.search
    columns = {
        **scope.columns,
        search.node: Column(sql("n.node"), ValueType.REF),
        search.depth: Column(sql("n.depth"), ValueType.INT),
        search.side: Column(told_side(sql("n")), ValueType.KEYWORD),
    }
    types = {search.node: frozenset(scope.compilation.catalogue.entity_types)}
    rows = Rows(columns).joined(Item(sql("{name} n", name=name), ()), columns)
    if walk.sight.known is not None:
        rows = rows.where(sql("n.depth > 0"))
    inside = replace(scope, columns=columns, types=types)
    return Found(inside, rows, (search.node,), repeats=False, single=False)


def _all(name: Sql) -> Sql:
    return sql("ARRAY(SELECT node FROM {name})", name=name)


def _edges(graph: Graph, walk: Walk, name: Sql, shown: Sql, scope: Scope) -> Found:
    """Read the edges between what is shown; beside what is known, those that have a new end."""
    steps = (*walk.search.upstream, *walk.search.downstream)
    edges = tuple(dict.fromkeys(step.edge for step in steps))
    near = walk.compilation.names.fresh("h")
    leaving, arriving = (sql('h."from"'), sql('"to"')), (sql('h."to"'), sql('"from"'))
    if walk.sight.known is None:
        table = _between(_Reading(*leaving, others=name, nodes=_all(name)), edges, walk, near)
    else:
        new = sql("ARRAY(SELECT node FROM {name} WHERE depth > 0)", name=name)
        table = sql(
            "(SELECT {h}.* FROM {leaving} UNION ALL SELECT {h}.* FROM {arriving}) {h}",
            h=near,
            leaving=_between(_Reading(*leaving, others=shown, nodes=new), edges, walk, near),
            arriving=_between(
                _Reading(*arriving, others=walk.sight.known, nodes=new), edges, walk, near
            ),
        )
    columns = {**scope.columns, graph.edge_entity: Column(sql("{h}.e", h=near), ValueType.REF)}
    inside = replace(
        scope,
        columns=columns,
        types={graph.edge_entity: frozenset(edges)},
        beside={**scope.beside, (graph.edge_entity, walk.view, Table.EDGE): near},
    )
    rows = Rows(columns).joined(Item(table, ()), columns)
    return Found(inside, rows, (graph.edge_entity,), repeats=False, single=False)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How edges are read: from which end, of which nodes; and in which table the others are."""

    near: Sql
    far: Sql
    nodes: Sql
    others: Sql


def _between(reading: _Reading, edges: tuple[str, ...], walk: Walk, name: Sql) -> Sql:
    """Return the edges at nodes of an array, then those of them whose far end is in a table."""
    return sql(
        "(SELECT * FROM edge h WHERE {near} = ANY({nodes}) AND h.type IN ({ids}) AND {seen}"
        " OFFSET 0) {h} JOIN {others} b ON b.node = {h}.{far}",
        near=reading.near,
        nodes=reading.nodes,
        ids=ids(edges, walk.compilation),
        seen=conjunction((walk.compilation.seen_found(sql("h"), walk.view), *walk.sight.edges)),
        h=name,
        others=reading.others,
        far=reading.far,
    )


def node_members(graph: Graph) -> Iterator[tuple[str, Json]]:
    """Yield what the walk tells of a node, by key."""
    yield "depth", (sql("n.depth::text"),)
    if "side" in graph.of_nodes:
        yield "side", ('"', told_side(sql("n")), '"')
    if "levels" in graph.of_nodes:
        yield "up", (sql("coalesce(n.up::text, 'null')"),)
        yield "down", (sql("coalesce(n.down::text, 'null')"),)
    if graph.degrees:
        yield "in", (sql("coalesce(i.count, 0)::text"),)
        yield "out", (sql("coalesce(o.count, 0)::text"),)


def with_degrees(rows: GraphRows, found: Found) -> Found:
    """Return the nodes joined with how many lineage edges they have on either side."""
    upstream, downstream = _lineage_steps(rows.walk.compilation.catalogue)
    joined = found.rows
    for steps, name in ((upstream, sql("i")), (downstream, sql("o"))):
        counted = sql(
            "(SELECT q.near, count(*) FROM ({pairs}) q GROUP BY q.near) {name}",
            pairs=_every_edge(steps, rows),
            name=name,
        )
        on = sql("{name}.near = n.node", name=name)
        joined = joined.joined(Item(counted, (on,), left=True), joined.columns)
    return replace(found, rows=joined)


def _every_edge(steps: tuple[EdgeStep, ...], rows: GraphRows) -> Sql:
    if not steps:
        return sql("SELECT NULL::bigint AS near WHERE false")
    search = replace(rows.walk.search, types=None, through=None)
    anything = replace(rows.walk, search=search, sight=Sight())
    return adjacent(steps, any_of(_all(rows.name)), anything)


def _lineage_steps(catalogue: Catalogue) -> tuple[tuple[EdgeStep, ...], tuple[EdgeStep, ...]]:
    """Return the steps along all lineage edges, upstream and downstream."""
    lineage = [edge for edge in catalogue.edge_types.values() if edge.upstream is not Upstream.NONE]
    upstream = tuple(EdgeStep(edge.name, edge.upstream is Upstream.FROM) for edge in lineage)
    return upstream, tuple(EdgeStep(step.edge, not step.reverse) for step in upstream)


def nodes_json(node: Json, graph: Graph, found: Found) -> Sql:
    """Return the array of nodes."""
    return _array(node, sql("n.depth, n.node"), graph, found)


_ID = sql("id")
"""Where the id of a node stands, as long as it is in no text."""


def nodes_of_levels_json(graph: Graph, rows: GraphRows) -> Sql | None:
    """Return the array of nodes where nothing but the id differs within a level, else None.

    So the text of a level is written at once. It is in order, as the nodes of a level are.
    """
    side, told = alone(rows.walk), dict(graph.nodes_told)
    names = [what for what in told.values() if isinstance(what, str)]
    if side is None or not graph.handed or names.count("id") != 1 or not {*names} <= _IN_LEVELS:
        return None
    of_level: dict[str, Json] = {
        "id": ('"E', _ID, '"'),
        "depth": (sql("{s}.level::text", s=rows.walk.levels),),
        "side": ('"', _side_of_level(side, rows.walk), '"'),
    }
    pieces = json_object(
        (key, of_level[what] if isinstance(what, str) else (what.json,))
        for key, what in told.items()
        if isinstance(what, str | Fixed)
    )
    at = next(at for at, piece in enumerate(pieces) if piece is _ID)
    before, after = pieces[:at], pieces[at + 1 :]
    ids = sql(
        "array_to_string({nodes}, {between})",
        nodes=side.nodes,
        between=as_text((*after, ",", *before)),
    )
    text = sql(
        "string_agg({level}, ',' ORDER BY {s}.level) FILTER (WHERE cardinality({nodes}) > 0)",
        level=as_text((*before, ids, *after)),
        nodes=side.nodes,
        s=rows.walk.levels,
    )
    return _listed(text, graph, sql(" FROM {s}", s=rows.walk.levels))


_IN_LEVELS = frozenset({"id", "depth", "side"})


def _side_of_level(side: Side, walk: Walk) -> Sql:
    return sql(
        "CASE WHEN {s}.level = 0 THEN 'ROOT' ELSE {side} END",
        s=walk.levels,
        side=sql("'UPSTREAM'") if side.is_upstream else sql("'DOWNSTREAM'"),
    )


def edge_members(rows: GraphRows, graph: Graph) -> tuple[tuple[str, Json], ...]:
    """Return the ends of an edge, by key."""
    row = rows.edges.scope.beside[graph.edge_entity, rows.walk.view, Table.EDGE]
    return (
        ("from", (sql("""'"E' || {h}."from" || '"'""", h=row),)),
        ("to", (sql("""'"E' || {h}."to" || '"'""", h=row),)),
    )


def edges_json(edge: Json, graph: Graph, found: Found) -> Sql:
    """Return the array of edges."""
    return _array(edge, found.scope.columns[graph.edge_entity].sql, graph, found)


def _array(member: Json, order: Sql, graph: Graph, found: Found) -> Sql:
    text = sql("string_agg({member}, ',' ORDER BY {order})", member=as_text(member), order=order)
    return _listed(text, graph, found.rows.body())


def _listed(members: Sql, graph: Graph, body: Sql) -> Sql:
    # What is handed on as it is stands on a line of its own: in JSON text there are no others.
    return sql(
        "(SELECT concat({begin}, {members}, {end}){body})",
        begin=sql("E'\\n['") if graph.handed else sql("'['"),
        end=sql("E']\\n'") if graph.handed else sql("']'"),
        members=members,
        body=body,
    )


def graph_json(rows: GraphRows, members: Json) -> Sql:
    """Return the whole graph as one subquery."""
    return sql("(WITH RECURSIVE {parts}\nSELECT {text})", parts=rows.parts, text=as_text(members))


def roots_counted(rows: GraphRows) -> Sql:
    """Return how many roots there are."""
    return sql("(SELECT cardinality(r.roots)::text FROM {seeds} r)", seeds=rows.seeds)


def positions(rows: GraphRows) -> Sql:
    """Return the positions that roots were found by, in order."""
    return sql("(SELECT array_to_json(r.positions)::text FROM {seeds} r)", seeds=rows.seeds)


def refused(rows: GraphRows) -> Sql:
    """Return whether the budget has kept a candidate out."""
    return sql("(SELECT bool_or({s}.refused)::text FROM {s})", s=rows.walk.levels)
