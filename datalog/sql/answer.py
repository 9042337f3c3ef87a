"""The answer of a query that someone wrote: its rows found, aggregated, ordered, cut, and told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datalog.errors import NotInFind
from datalog.kinds import TEXTS, Special
from datalog.reason import Empty
from datalog.sql.aggregates import aggregated
from datalog.sql.columns import Column
from datalog.sql.facts import one_of_the_same, sameness
from datalog.sql.json_text import told
from datalog.sql.levels import Found, Scope, find
from datalog.sql.ordering import SortKey, order_by
from datalog.sql.pulling.pull import pulled
from datalog.sql.rows import Columns, Item, Rows, handed_up, selected
from datalog.sql.writing import Json, array, as_text, json_object
from datalog.syntax.finding import Aggregate, Aggregation, Count, FindElement, Pull
from datalog.syntax.query import FindSpec, Order, Query
from datalog.syntax.terms import Variable
from datalog.tree import Answer
from store.catalogue import ValueType
from store.sql import Bound, Slot, Sql, join, number, sql

NO_ROWS = '{"rows":[],"complete":true}'


def answer(shape: Answer, scope: Scope) -> Json:
    """Return the JSON object of a query's rows. Raises QueryError."""
    query = shape.query
    order = tuple(_order(query))
    found = set_of_rows(query, scope, most=shape.first)
    if isinstance(found, Empty):
        scope.compilation.reasons.append((shape.path, found.because))
        return (NO_ROWS,)
    rows = found.rows
    first = _given(shape.first)
    shown = _cut(rows, order, _limit(query, first), query, scope)
    kinds = tuple(shown.rows.columns[_held(each)].kind for each in _elements(query))
    scope.compilation.kinds.append((shape.path, kinds))
    return _told_rows(shown, query, first, found.scope)


@dataclass(frozen=True, slots=True)
class RowSet:
    """The set of rows that a query finds, aggregated where it says so, and what they can name."""

    rows: Rows
    scope: Scope

    def columns(self, query: Query) -> list[Column]:
        """Return the columns of what the query finds, in its order."""
        return [self.rows.columns[_held(each)] for each in _elements(query)]


def set_of_rows(
    query: Query, scope: Scope, *, most: Variable | int | None = None
) -> RowSet | Empty:
    """Return the rows of a query, each once, neither ordered nor cut; `most` are shown of them.

    Raises QueryError.
    """
    found = find(_basis(query), (), scope, most=most)
    if isinstance(found, Empty):
        return found
    rows = _each_once(found, _basis(query).find)
    if _aggregates(query):
        rows = _grouped(rows, query, scope)
    return RowSet(rows, found.scope)


Element = Variable | Aggregate | Pull


def _elements(query: Query) -> tuple[Element, ...]:
    return tuple(map(_element, query.find))


def _aggregates(query: Query) -> bool:
    return any(isinstance(each, Aggregate) for each in _elements(query))


def _element(element: FindElement) -> Element:
    if isinstance(element, Count):
        return Aggregate(Aggregation.COUNT_DISTINCT, element.variable)
    return element


def _key(element: Variable | Aggregate) -> Variable:
    """Return the name under which the rows hold an element; no variable has a blank in its own."""
    if isinstance(element, Variable):
        return element
    amount = "" if element.amount is None else f" {element.amount}"
    return Variable(f"({element.aggregation}{amount} ?{element.variable.name})")


def _held(element: Element) -> Variable:
    """Return the name under which the rows hold what an element is made from."""
    return element.variable if isinstance(element, Pull) else _key(element)


def _variable(element: Element) -> Variable:
    return element if isinstance(element, Variable) else element.variable


def _basis(query: Query) -> Query:
    """Return the query of the set of rows that the answer is made of."""
    variables = dict.fromkeys((*map(_variable, _elements(query)), *query.with_))
    # Of rows in an order of their own, a part can be asked: reading may then stop early.
    limit = query.limit if query.order and not _aggregates(query) else None
    return replace(query, find=tuple(variables), with_=(), order=(), limit=limit, offset=None)


def _each_once(found: Found, variables: tuple[FindElement, ...]) -> Rows:
    """Return the rows of these variables, each once."""
    columns = {each: found.scope.columns[each] for each in variables if isinstance(each, Variable)}
    distinct = sql("DISTINCT ") if found.repeats else sql("")
    names, body = selected(columns), found.rows.body()
    select = sql("SELECT {distinct}{names}{body}", distinct=distinct, names=names, body=body)
    rows = _selected(select, columns, found.scope)
    if not found.repeats or all(each.kind is not Special.FACT for each in columns.values()):
        return rows
    return _by(rows, rows.columns, {}, found.scope)


def _selected(select: Sql, columns: Columns, scope: Scope) -> Rows:
    table = scope.compilation.names.fresh("r")
    outside = handed_up(columns, table)
    return Rows(outside).joined(Item(sql("({select}) {r}", select=select, r=table), ()), outside)


def _grouped(rows: Rows, query: Query, scope: Scope) -> Rows:
    """Return one row for each group of rows that agree in what find does not aggregate."""
    elements = _elements(query)
    groups = {
        _variable(each): rows.columns[_variable(each)]
        for each in elements
        if not isinstance(each, Aggregate)
    }
    made = {
        _key(each): aggregated(each, rows.columns[each.variable])
        for each in elements
        if isinstance(each, Aggregate)
    }
    return _by(rows, groups, made, scope)


def _by(rows: Rows, groups: Columns, made: Columns, scope: Scope) -> Rows:
    """Return one row for each group of rows that hold the same there, with what is made of it."""
    keys = join(", ", list(sameness(groups.values())))
    by = sql("\nGROUP BY {keys}", keys=keys) if groups else sql("\nHAVING count(*) > 0")
    columns = {**{each: one_of_the_same(it) for each, it in groups.items()}, **made}
    return _selected(
        sql("SELECT {columns}{body}{by}", columns=selected(columns), body=rows.body(), by=by),
        columns,
        scope,
    )


def _order(query: Query) -> Iterator[Order]:
    """Return the keys of the order, then what of find settles it. Raises NotInFind."""
    held = dict.fromkeys(map(_held, _elements(query)))
    possible = held.keys() if _aggregates(query) else held.keys() | set(query.with_)
    named: set[Variable] = set()
    for order in query.order:
        key = _key(order.variable)
        if key not in possible:
            raise NotInFind(key.name if isinstance(order.variable, Aggregate) else f"?{key.name}")
        named.add(key)
        yield replace(order, variable=key)
    yield from (Order(key) for key in held if key not in named)


def _given(value: Variable | int) -> Sql:
    if isinstance(value, Variable):
        return sql("{it}", it=Bound(Slot(value.name), "bigint"))
    return number(value)


def _limit(query: Query, first: Sql) -> Sql:
    """Return how many rows to read: one more than is shown tells whether there are more."""
    bounds = [sql("{first} + 1", first=first)]
    if query.limit is not None:
        bounds.append(_given(query.limit))
    if query.spec in {FindSpec.SCALAR, FindSpec.TUPLE}:
        bounds.append(number(1))
    return sql("least({all})", all=join(", ", bounds))


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rows to show, and one more if there is one; `place` numbers them in their order."""

    rows: Rows
    place: Sql


def _cut(rows: Rows, order: tuple[Order, ...], limit: Sql, query: Query, scope: Scope) -> _Shown:
    offset = sql("") if query.offset is None else sql(" OFFSET {it}", it=_given(query.offset))
    columns = {each: rows.columns[each] for each in _shown(query)}
    inner, outer = scope.compilation.names.fresh("q"), scope.compilation.names.fresh("p")
    source = sql(
        "(SELECT row_number() OVER () AS n, {q}.*"
        " FROM (SELECT {columns}{body}{order} LIMIT {limit}{offset}) {q}) {p}",
        q=inner,
        columns=selected(columns),
        body=rows.body(),
        order=order_by([key for each in order for key in _sort_keys(each, rows.columns)]),
        limit=limit,
        offset=offset,
        p=outer,
    )
    outside = handed_up(columns, outer)
    rows = Rows(outside).joined(Item(source, ()), outside)
    return _Shown(rows, sql("{p}.n", p=outer))


def _shown(query: Query) -> dict[Variable, None]:
    return dict.fromkeys(_held(element) for element in _elements(query))


def _sort_keys(order: Order, columns: Columns) -> Iterator[SortKey]:
    column = columns[_key(order.variable)]
    if column.text is not None:
        yield SortKey(replace(column, nullable=True), order.descending)
        column = Column(column.text, ValueType.STRING, column.nullable)
    elif column.kind in TEXTS and not column.many:
        column = replace(column, sql=sql('{it} COLLATE "C"', it=column.sql))
    yield SortKey(column, order.descending)


def _told(element: Element, column: Column, scope: Scope) -> Sql:
    if isinstance(element, Pull):
        return pulled(element, column, scope)
    return told(column)


def _told_rows(shown: _Shown, query: Query, first: Sql, scope: Scope) -> Json:
    # Nothing is joined to the rows, so they are put together in the order in which they come.
    rows = shown.rows
    members = [(_told(each, rows.columns[_held(each)], scope),) for each in _elements(query)]
    if query.maps is None:
        row = array(members)
    else:
        row = json_object(zip(query.maps.names, members, strict=True))
    return (
        sql(
            "(SELECT concat('{{\"rows\":[', string_agg({row}, ',')"
            " FILTER (WHERE {n} <= {first}), '],\"complete\":',"
            " (count(*) <= {first})::text, '}}'){body})",
            row=as_text(row),
            n=shown.place,
            first=first,
            body=rows.body(),
        ),
    )
