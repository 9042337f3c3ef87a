"""What rows have together: all of them as one summary, or in groups by a key."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datalog.kinds import TEXTS, Kind, sql_type
from datalog.reason import Empty
from datalog.sql.columns import Column
from datalog.sql.levels import Found, Scope, enclosed, find
from datalog.sql.measures import held, measure, of_nothing
from datalog.sql.ordering import SortKey, order_terms
from datalog.sql.outputs import children
from datalog.sql.pages import limit_of
from datalog.sql.rows import Columns, Item, Rows, handed_up, selected
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from datalog.tree import Groups, Measure, Measured, Shape, Summary
from store.sql import Sql, join, missing, sql

_ROWS = Measured(Measure.COUNT)


def summary_rows(summary: Summary, scope: Scope) -> Found | Empty:
    """Return the one row that holds the measures of a summary. Raises QueryError."""
    found = _each_once(summary.query, scope)
    if isinstance(found, Empty):
        return found
    made = _measures(summary.shape, found)
    table = scope.compilation.names.fresh("m")
    source = sql(
        "(SELECT {columns}{body}) {table}",
        columns=selected(made),
        body=found.rows.body(),
        table=table,
    )
    return _standing(source, handed_up(made, table), found)


def of_no_rows(shape: Shape, scope: Scope) -> Scope:
    """Return a scope that holds the measures of a shape where there are no rows."""
    nothing = {held(each): of_nothing(each) for each in measured_in(shape)}
    return replace(scope, columns={**scope.columns, **nothing})


@dataclass(frozen=True, slots=True)
class GroupRows:
    """Groups, as many as are told and one more; `place` numbers them, `total` is their number."""

    found: Found
    place: Sql
    total: Sql
    limit: Sql


def group_rows(groups: Groups, scope: Scope) -> GroupRows | Empty:
    """Return the rows of groups, each with its key and its measures. Raises QueryError."""
    queries = (groups.query, *([groups.without] if groups.without else []))
    # All rows are read, however few groups are told.
    parts = [_each_once(replace(query, limit=None), scope) for query in queries]
    found = [each for each in parts if not isinstance(each, Empty)]
    if not found:
        return next(each for each in parts if isinstance(each, Empty))
    return _numbered(groups, found)


def _each_once(query: Query, scope: Scope) -> Found | Empty:
    found = find(query, (), scope)
    if isinstance(found, Empty) or not found.repeats:
        return found
    return enclosed(found, sql(""))


def _measures(shape: Shape, found: Found) -> dict[Variable, Column]:
    columns = found.rows.columns
    return {
        held(each): measure(each, columns[each.variable] if each.variable else None)
        for each in measured_in(shape)
    }


def measured_in(shape: Shape) -> Iterator[Measured]:
    """Return the measures that a shape tells, but those of levels below it."""
    if isinstance(shape, Measured):
        yield shape
    for child, query in children(shape):
        if query is None:
            yield from measured_in(child)


def _numbered(groups: Groups, parts: list[Found]) -> GroupRows:
    first, limit = parts[0], limit_of(groups.query)
    names = first.scope.compilation.names
    columns = [_columns(groups, each, parts) for each in parts]
    inner, outer = names.fresh("g"), names.fresh("p")
    grouped = [_grouped(groups, each, of) for each, of in zip(parts, columns, strict=True)]
    inside = handed_up(columns[0], inner)
    source = sql(
        "(SELECT row_number() OVER (ORDER BY {order}) AS n, count(*) OVER () AS total, {inner}.*"
        " FROM ({grouped}) {inner}\nORDER BY 1 LIMIT {limit} + 1) {outer}",
        order=order_terms(tuple(_keys(groups, inside))),
        inner=inner,
        grouped=join(" UNION ALL ", grouped),
        limit=limit,
        outer=outer,
    )
    found = _told(_standing(source, handed_up(columns[0], outer), first), groups.query.limit)
    place, total = sql("{p}.n", p=outer), sql("{p}.total", p=outer)
    return GroupRows(found, place, total, limit)


def _told(found: Found, limit: Variable | int | None) -> Found:
    """Let what stands below a group be counted as often as groups are told."""
    *outer, rows = found.scope.factors
    bound = limit.name if isinstance(limit, Variable) else limit
    scope = replace(found.scope, factors=(*outer, replace(rows, limit=bound)))
    return replace(found, scope=scope)


def _columns(groups: Groups, part: Found, parts: list[Found]) -> dict[Variable, Column]:
    """Return the columns of a part: the key, which may be missing, and the measures."""
    kind = next(
        each.rows.columns[groups.key].kind for each in parts if groups.key in each.rows.columns
    )
    key = part.rows.columns.get(groups.key, Column(_missing(kind), kind))
    counted = {held(_ROWS): measure(_ROWS, None)}
    key = replace(key, nullable=True, prefixed=False)
    return {groups.key: key, **counted, **_measures(groups.shape, part)}


def _missing(kind: Kind) -> Sql:
    nothing = missing(sql_type(kind))
    return sql('{nothing} COLLATE "C"', nothing=nothing) if kind in TEXTS else nothing


def _grouped(groups: Groups, part: Found, columns: Columns) -> Sql:
    has_key = groups.key in part.rows.columns
    by = (
        sql("GROUP BY {key}", key=columns[groups.key].sql)
        if has_key
        else sql("HAVING count(*) > 0")
    )
    return sql(
        "SELECT {columns}{body}\n{by}", columns=selected(columns), body=part.rows.body(), by=by
    )


def _keys(groups: Groups, columns: Columns) -> Iterator[SortKey]:
    key = columns[groups.key]
    if groups.by_key:
        yield SortKey(key, groups.descending)
    else:
        yield SortKey(columns[held(_ROWS)], groups.descending)
        yield SortKey(key)


def _standing(source: Sql, columns: Columns, found: Found) -> Found:
    """Return the rows of a subquery in the place of those that it was made from."""
    seen = {**found.scope.columns, **columns}
    rows = Rows(seen).joined(Item(source, ()), seen)
    scope = replace(found.scope, columns=seen)
    return Found(scope, rows, tuple(columns), repeats=False, single=False)
