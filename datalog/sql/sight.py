"""What the walk of a graph may see: what passes its filters, is not known yet, is in no group."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from datalog.reason import Empty
from datalog.sql.adjacent import Groups, Sight, Walk, ids, is_of
from datalog.sql.columns import Column, slot
from datalog.sql.levels import Scope, find
from datalog.sql.writing import Json, as_text
from datalog.syntax.query import Query
from datalog.tree import Graph, Passing, Shape
from store.catalogue import ValueType
from store.sql import Sql, sql

Tell = Callable[[Shape, Scope], Json]
"""What makes JSON of a shape in a scope."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What makes JSON, and the table with the array of the roots."""

    tell: Tell
    seeds: Sql


def sight(graph: Graph, walk: Walk, scope: Scope, telling: Telling) -> Sight:
    """Return what the walk of a graph may see. Raises QueryError."""
    nodes = [
        _unless(None if each.types is None else is_of(each.types, walk), passes)
        for each in graph.nodes_pass
        for passes in (_passes(each, sql("z.node"), scope),)
    ]
    edges = [
        _unless(None if each.types is None else _is_edge_of(each.types, walk), passes)
        for each in graph.edges_pass
        for passes in (_passes(each, sql("h.e"), scope),)
    ]
    known = None if graph.known is None else walk.compilation.names.fresh("k")
    return Sight(tuple(nodes), tuple(edges), known, _groups(graph, scope, telling))


def _groups(graph: Graph, scope: Scope, telling: Telling) -> Groups | None:
    grouping, node = graph.grouping, graph.search.node
    if grouping is None:
        return None
    column = Column(sql("z.node"), ValueType.REF)
    types = {**scope.types, node: frozenset(scope.compilation.catalogue.entity_types)}
    inside = replace(scope, columns={**scope.columns, node: column}, types=types)
    only = grouping.only
    return Groups(
        grouping.at_least,
        as_text(telling.tell(grouping.value, inside)),
        sql("(SELECT roots FROM {seeds})::bigint[]", seeds=telling.seeds),
        None if only is None else slot(only.name, ValueType.STRING).sql,
    )


def known_nodes(query: Query, name: Sql, seeds: Sql, scope: Scope) -> Sql:
    """Return the part of WITH that has what is known: what a query finds, and the roots."""
    found = find(query, (), scope)
    roots = sql("SELECT unnest(roots) AS node FROM {seeds}", seeds=seeds)
    if isinstance(found, Empty):
        scope.compilation.reasons.append(("known", found.because))
        return sql("{name} AS MATERIALIZED ({roots})", name=name, roots=roots)
    [known] = found.own
    return sql(
        "{name} AS MATERIALIZED ({roots} UNION SELECT {it}{body})",
        name=name,
        roots=roots,
        it=found.rows.columns[known].sql,
        body=found.rows.body(),
    )


def _unless(concerned: Sql | None, passes: Sql) -> Sql:
    if concerned is None:
        return passes
    return sql("(NOT {concerned} OR {passes})", concerned=concerned, passes=passes)


def _is_edge_of(types: tuple[str, ...], walk: Walk) -> Sql:
    return sql("h.type IN ({ids})", ids=ids(types, walk.compilation))


def _passes(passing: Passing, key: Sql, scope: Scope) -> Sql:
    """Return the condition that an entity meets what is asked of those of its type."""
    columns = {**scope.columns, passing.of: Column(key, ValueType.REF)}
    types = dict(scope.types)
    if passing.types is not None:
        types[passing.of] = frozenset(passing.types)
    found = find(passing.query, (), replace(scope, columns=columns, types=types))
    if isinstance(found, Empty):
        scope.compilation.reasons.append((passing.path, found.because))
        return sql("false")
    return sql("EXISTS (SELECT{body})", body=found.rows.body())
