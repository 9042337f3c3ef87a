"""What a shape needs of the level that it is made from: variables, and rows read for output."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import LiteralString

from datalog.checking.scoping import input_variables, outward_of
from datalog.sql.columns import as_entity, as_t
from datalog.sql.levels import Beside, Found, Scope, Table
from datalog.sql.rows import Item
from datalog.sql.rows import Rows as Joined
from datalog.syntax.query import Parent, Query, Source
from datalog.syntax.terms import Variable
from datalog.tree import (
    Answer,
    AttributeName,
    Bound,
    Graph,
    Groups,
    Let,
    Many,
    Measured,
    Object,
    One,
    OpaqueId,
    Page,
    Rows,
    Shape,
    Summary,
    Timeline,
    Total,
    TypeName,
    Value,
    Variant,
)
from datalog.vocabulary import TRANSACTION, EdgeColumn, Facts, Own, TransactionColumn, meaning
from store.catalogue import Catalogue
from store.sql import Sql, join, sql


def needs(shape: Shape) -> Iterator[Variable]:
    """Return the variables that a shape names, and that levels below it name but do not bind."""
    match shape:
        case Value(entity) | OpaqueId(entity) | TypeName(entity) | Variant(entity):
            yield entity
        case Bound(variable) | AttributeName(variable):
            yield variable
        case Measured(variable=Variable() as variable):
            yield variable
        case One() | Many() | Page() | Total() | Graph() | Let() | Answer() | Timeline():
            yield from parents(shape.query)
        case Summary() | Groups():
            yield from parents(shape.query)
        case _:
            pass
    for child, query in children(shape):
        bound = frozenset() if query is None else _bound(query)
        yield from (each for each in needs(child) if each not in bound)


def _bound(query: Query) -> frozenset[Variable]:
    return outward_of(query.where) | frozenset(input_variables(query.inputs))


def children(shape: Shape) -> Iterator[tuple[Shape, Query | None]]:
    """Return the shapes inside a shape, with the query of their level where that is below."""
    match shape:
        case Object(fields):
            yield from ((child, None) for _, child in fields)
        case Variant(cases=cases, otherwise=otherwise):
            yield from ((child, None) for _, child in cases)
            yield otherwise, None
        case Rows(child) | Let(shape=child):
            yield child, None
        case One() | Many() | Page() | Summary() | Groups():
            yield shape.shape, shape.query
        case Graph(query=query, node=node, edge=edge, grouping=grouping):
            value = None if grouping is None else grouping.value
            yield from ((child, query) for child in (node, edge, value) if child is not None)
        case _:
            pass


def parents(query: Query) -> Iterator[Variable]:
    """Return the variables of the level above that a query reads."""
    yield from (each.variable for each in query.inputs if isinstance(each, Parent))


def with_outputs(found: Found, shapes: Iterable[Shape]) -> Found:
    """Return the rows with one row of each table joined that the shapes write from."""
    scope, rows = found.scope, found.rows
    beside = dict(scope.beside)
    for each in dict.fromkeys(each for shape in shapes for each in _beside(shape, scope)):
        if each[0] in found.own and each not in beside:
            name = scope.compilation.names.fresh(_PREFIXES[each[2]])
            beside[each] = name
            rows = _with_row(rows, each, name, scope)
    return replace(found, rows=rows, scope=replace(scope, beside=beside))


_PREFIXES: dict[Table, LiteralString] = {
    Table.VERSION: "v",
    Table.EDGE: "h",
    Table.TRANSACTION: "x",
}


def _with_row(rows: Joined, beside: Beside, name: Sql, scope: Scope) -> Joined:
    """Join the row of a table; a version tells, too, what an entity is asked to be."""
    source, (variable, view, table) = _one_row(beside, name, scope), beside
    asking = [
        each
        for each in rows.items
        if each.asks is not None and (each.asks.entity, each.asks.view) == (variable, view)
    ]
    if table is not Table.VERSION or not asking:
        return rows.joined(Item(source, (), left=True), rows.columns)
    types = [each.asks.types for each in asking if each.asks is not None]
    of = [sql("{v}.type IN ({ids})", v=name, ids=join(", ", each)) for each in types]
    others = tuple(each for each in rows.items if each not in asking)
    return replace(rows, items=others).joined(Item(source, tuple(of)), rows.columns)


def _one_row(beside: Beside, name: Sql, scope: Scope) -> Sql:
    """Read the one row that is there at the view; LIMIT keeps it a look-up, as no estimate can."""
    variable, view, table = beside
    row = sql("w")
    key = as_entity(scope.columns[variable]).sql
    if table is Table.TRANSACTION:
        t = as_t(scope.columns[variable])
        return sql("LATERAL (SELECT * FROM tx w WHERE w.t = {t} LIMIT 1) {name}", t=t, name=name)
    past = scope.compilation.until(view) is not None
    return sql(
        "LATERAL (SELECT * FROM {table} w WHERE w.e = {key} AND {seen}{latest} LIMIT 1) {name}",
        table=sql("version") if table is Table.VERSION else sql("edge"),
        key=key,
        seen=scope.compilation.seen(row, view),
        latest=sql(" ORDER BY w.t0 DESC") if past else sql(""),
        name=name,
    )


def type_tables(types: frozenset[str] | None, catalogue: Catalogue) -> tuple[Table, ...]:
    """Return the tables that may tell an entity's type."""
    edges = catalogue.edge_types.keys()
    if types is None:
        return (Table.VERSION, Table.EDGE)
    found = (
        (Table.VERSION, bool(types - edges - {TRANSACTION})),
        (Table.EDGE, bool(types & edges)),
    )
    return tuple(table for table, possible in found if possible)


def _beside(shape: Shape, scope: Scope) -> Iterator[Beside]:
    match shape:
        case Value(entity, attribute, source):
            table = value_table(attribute, scope.compilation.catalogue)
            if table is not None:
                yield entity, scope.sources[source], table
        case TypeName(entity, source=source) | Variant(entity, source=source):
            yield from _types(entity, source, scope)
        case _:
            pass
    for child, query in children(shape):
        yield from _beside(child, scope if query is None else _below(query, scope))


def _types(entity: Variable, source: str, scope: Scope) -> Iterator[Beside]:
    types = scope.types.get(entity)
    if types is not None and len(types) == 1:
        return
    for table in type_tables(types, scope.compilation.catalogue):
        yield entity, scope.sources[source], table


def _below(query: Query, scope: Scope) -> Scope:
    declared = {each.name: each.view for each in query.inputs if isinstance(each, Source)}
    return replace(scope, sources={**scope.sources, **declared})


def value_table(attribute: str, catalogue: Catalogue) -> Table | None:
    """Return the table whose row tells an attribute's value, or None where none is needed."""
    match meaning(attribute, catalogue):
        case Facts() | Own.CHANGED_AT:
            return Table.VERSION
        case EdgeColumn.UNTIL | TransactionColumn.T:
            return None
        case EdgeColumn():
            return Table.EDGE
        case TransactionColumn():
            return Table.TRANSACTION
        case _:
            return None
