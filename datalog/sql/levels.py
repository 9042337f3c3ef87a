"""The rows of one level: its query checked, planned, and written as joined tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from datalog.checking.check import Checked, Known, check
from datalog.checking.entity_types import Types, narrowed
from datalog.errors import Unsupported
from datalog.kinds import Kind
from datalog.planning.access import GivenRow, Situation, Sources
from datalog.planning.plan import plan
from datalog.reason import Empty
from datalog.sql.clauses import read
from datalog.sql.columns import Column, slot
from datalog.sql.ordering import SortKey
from datalog.sql.rows import Columns, Compilation, Item, Rows, handed_up, selected
from datalog.sql.unification import Reading
from datalog.syntax.query import Collection, Order, Parent, Query, Relation, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import View
from store.catalogue import ValueType
from store.sql import Sql, sql


class Table(StrEnum):
    """A table of which one row is read for output."""

    VERSION = "version"
    EDGE = "edge"
    TRANSACTION = "tx"


Beside = tuple[Variable, View, Table]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a shape can name: variables with their columns, databases, and rows read for output."""

    compilation: Compilation
    columns: Columns
    kinds: Mapping[Variable, Kind]
    types: Types
    sources: Sources
    beside: Mapping[Beside, Sql]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a level, and the variables that it binds beside those of the levels above.

    `repeats`: a row can be there more than once. `single`: there is at most one.
    """

    scope: Scope
    rows: Rows
    own: tuple[Variable, ...]
    repeats: bool
    single: bool


def find(query: Query, needed: Iterable[Variable], scope: Scope) -> Found | Empty:
    """Return the rows of a query with its find variables, and those needed of the rest.

    Raises QueryError.
    """
    inner = _inside(query, scope)
    checked = check(query, Known(scope.compilation.catalogue, inner.kinds, inner.types))
    if isinstance(checked, Empty):
        return checked
    return _visible(_found(checked, tuple(needed), inner), scope)


def _visible(found: Found, outer: Scope) -> Found:
    """Let shapes name what the levels above bind, where the level has no such name itself."""
    scope = replace(
        found.scope,
        columns={**outer.columns, **found.scope.columns},
        types={**outer.types, **found.scope.types},
    )
    return replace(found, scope=scope)


def _inside(query: Query, scope: Scope) -> Scope:
    """Return what a query sees of the levels above: its databases and its parents."""
    declared = {each.name: each.view for each in query.inputs if isinstance(each, Source)}
    sources = {**scope.sources, **declared}
    parents = [each.variable for each in query.inputs if isinstance(each, Parent)]
    columns = {each: scope.columns[each] for each in parents}
    same_time = sources.get("$") == scope.sources.get("$")
    types = {each: scope.types[each] for each in parents if same_time and each in scope.types}
    kinds = {each: column.kind for each, column in columns.items()}
    return replace(scope, columns=columns, kinds=kinds, types=types, sources=sources)


def _found(checked: Checked, needed: tuple[Variable, ...], scope: Scope) -> Found:
    query = checked.query
    columns = {**scope.columns, **_scalars(query, checked)}
    asked = tuple(
        dict.fromkeys((*_asked(query), *(each for each in needed if each in checked.kinds)))
    )
    catalogue = scope.compilation.catalogue
    types = narrowed(checked.where, catalogue, scope.types)
    if isinstance(types, Empty):  # The check has taken out what is empty.
        types = scope.types
    situation = Situation(catalogue, scope.sources, scope.types, scope.compilation.statistics)
    planned = plan(checked.where, asked, tuple(columns), situation, _given(query))
    reading = Reading(scope.compilation, checked.kinds)
    rows = read(Rows(columns), planned.steps, reading)
    own = tuple(each for each in asked if each not in columns)
    inside = replace(scope, columns=rows.columns, kinds=checked.kinds, types=types)
    return Found(inside, rows, own, planned.repeats, planned.single)


def _scalars(query: Query, checked: Checked) -> dict[Variable, Column]:
    scalars = [each.variable for each in query.inputs if isinstance(each, Scalar)]
    return {each: slot(each.name, checked.kinds.get(each, ValueType.INT)) for each in scalars}


def _asked(query: Query) -> Iterable[Variable]:
    for each in query.find:
        yield each if isinstance(each, Variable) else each.variable
    yield from (sorted_variable(key) for key in query.order)


def sorted_variable(key: Order) -> Variable:
    """Return the variable that a key of an order is. Raises Unsupported for an aggregate."""
    if isinstance(key.variable, Variable):
        return key.variable
    raise Unsupported("an aggregate in the order of a level")


def _given(query: Query) -> list[GivenRow]:
    given: list[GivenRow] = []
    for each in query.inputs:
        match each:
            case Collection(variable):
                given.append(GivenRow((variable,)))
            case Relation(variables):
                given.append(GivenRow(variables))
            case _:
                pass
    return given


def sort_keys(query: Query, columns: Columns) -> tuple[SortKey, ...]:
    """Return the keys of a query's order."""
    return tuple(SortKey(columns[sorted_variable(key)], key.descending) for key in query.order)


def default_keys(found: Found) -> tuple[SortKey, ...]:
    """Return keys that order the rows of a level whose query does not, always in the same way."""
    return tuple(SortKey(found.scope.columns[each]) for each in found.own)


def enclosed(found: Found, tail: Sql) -> Found:
    """Return the same rows read in a subquery, each once; `tail` is its ORDER BY and LIMIT."""
    table = found.scope.compilation.names.fresh("r")
    own = {each: found.rows.columns[each] for each in found.own}
    distinct = sql("DISTINCT ") if found.repeats else sql("")
    source = sql(
        "(SELECT {distinct}{columns}{body}{tail}) {table}",
        distinct=distinct,
        columns=selected(own),
        body=found.rows.body(),
        tail=tail,
        table=table,
    )
    columns = {**found.scope.columns, **handed_up(own, table)}
    rows = Rows(columns).joined(Item(source, ()), columns)
    return replace(found, rows=rows, repeats=False, scope=replace(found.scope, columns=columns))
