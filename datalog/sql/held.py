"""The rows of a `Let`: read once, under a name that the levels inside it join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datalog.kinds import Kind
from datalog.reason import Empty
from datalog.sql.adjacent import Walk
from datalog.sql.answer import set_of_rows
from datalog.sql.levels import Scope, enclosed, find
from datalog.sql.relations import Held, Relation
from datalog.sql.rows import selected
from datalog.sql.search import levels, reached
from datalog.syntax.clauses import Search
from datalog.syntax.terms import Variable
from datalog.tree import Let
from store.catalogue import ValueType
from store.sql import Sql, join, missing, numbered, sql

_WALK = "the levels of "
"""What the levels of a walk are held under, before the name of its rows; nobody can write it."""


@dataclass(frozen=True, slots=True)
class HeldRows:
    """What WITH defines for a `Let`, and the scope in which its shape can name the rows."""

    parts: Sql
    scope: Scope


def held_rows(shape: Let, scope: Scope) -> HeldRows | Empty:
    """Return the rows of a `Let`. Raises QueryError."""
    if shape.search is not None:
        return _walked(shape, shape.search, scope)
    found = set_of_rows(shape.query, scope)
    if isinstance(found, Empty):
        return found
    columns = found.columns(shape.query)
    name = scope.compilation.names.fresh("l")
    part = sql(
        "{name} AS MATERIALIZED (SELECT {columns}{body})",
        name=name,
        columns=selected({Variable(str(at)): each for at, each in enumerate(columns)}),
        body=found.rows.body(),
    )
    return HeldRows(part, _holding(shape.name, name, [each.kind for each in columns], scope))


def _walked(shape: Let, search: Search, scope: Scope) -> HeldRows | Empty:
    """Walk once from all roots; a row is a node with its depth."""
    names = scope.compilation.names
    where = tuple(clause for clause in shape.query.where if clause != search)
    seeds = find(replace(shape.query, find=(search.root,), where=where), (), scope)
    if isinstance(seeds, Empty):
        return seeds
    if seeds.repeats:
        seeds = enclosed(seeds, sql(""))
    roots, found, name = names.fresh("w"), names.fresh("n"), names.fresh("l")
    view = seeds.scope.sources[search.source]
    all_roots = sql("SELECT * FROM {roots}", roots=roots)
    walk = Walk(search, view, scope.compilation, names.fresh("s"), all_roots)
    parts = [
        sql(
            "{roots} AS MATERIALIZED"
            " (SELECT coalesce(array_agg({it} ORDER BY {it}), '{{}}') AS roots{body})",
            roots=roots,
            it=seeds.rows.columns[search.root].sql,
            body=seeds.rows.body(),
        ),
        levels(walk),
        reached(walk, found),
        sql("{name} AS (SELECT node AS c1, depth AS c2 FROM {found})", name=name, found=found),
    ]
    inside = _holding(shape.name, name, [ValueType.REF, ValueType.INT], scope)
    inside = _holding(_WALK + shape.name, walk.levels, [], inside)
    return HeldRows(join(",\n", parts), inside)


def no_rows(shape: Let, scope: Scope) -> HeldRows:
    """Return the rows of a `Let` that can have none, whatever the facts are."""
    name, levels_name = scope.compilation.names.fresh("l"), scope.compilation.names.fresh("s")
    nothing = [
        sql("{it} AS {as_}", it=missing("bigint"), as_=numbered("c", at))
        for at, _ in enumerate(_width(shape), 1)
    ]
    parts = [
        sql("{name} AS (SELECT {nothing} WHERE false)", name=name, nothing=join(", ", nothing)),
        sql(
            "{name} (level, up, down, refused) AS"
            " (SELECT 0, '{{}}'::bigint[], '{{}}'::bigint[], false WHERE false)",
            name=levels_name,
        ),
    ]
    inside = _holding(shape.name, name, [ValueType.REF for _ in _width(shape)], scope)
    inside = _holding(_WALK + shape.name, levels_name, [], inside)
    return HeldRows(join(",\n", parts), inside)


def _width(shape: Let) -> Sequence[object]:
    return shape.query.find if shape.search is None else (shape.search.node, shape.search.depth)


def _holding(name: str, table: Sql, kinds: Sequence[Kind], scope: Scope) -> Scope:
    columns = tuple(Held(kind, mixed=False, fields=(at,)) for at, kind in enumerate(kinds, 1))
    held = Relation(table, sql(""), None, columns)
    return replace(scope, held={**scope.held, name: held})


def walk_end(name: str, scope: Scope) -> Sql:
    """Return where the walk of a `Let` ended, as JSON."""
    return sql(
        "(SELECT concat('{{\"deepest\":', coalesce(max(s.level) FILTER"
        " (WHERE cardinality(s.up) + cardinality(s.down) > 0), 0),"
        " ',\"refused\":', coalesce(min(s.level) FILTER (WHERE s.refused)::text, 'null'), '}}')"
        " FROM {levels} s)",
        levels=scope.held[_WALK + name].table,
    )
