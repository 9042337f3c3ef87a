"""The rows of one level: its query checked, planned, and written as joined tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from datalog.checking.check import Checked, Known, check
from datalog.checking.entity_types import Types, narrowed
from datalog.errors import Unsupported
from datalog.kinds import Kind
from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    RelationRow,
    Situation,
    Sources,
    TransactionRow,
)
from datalog.planning.plan import plan
from datalog.planning.scans import entities_of, refuse_scans
from datalog.planning.steps import Plan
from datalog.reason import Empty
from datalog.sql.clauses import read
from datalog.sql.columns import Column, slot
from datalog.sql.ordering import SortKey
from datalog.sql.relations import Relation as HeldRows
from datalog.sql.rows import (
    Columns,
    Compilation,
    Factor,
    Factors,
    Item,
    Rows,
    handed_up,
    selected,
)
from datalog.sql.unification import Reading
from datalog.syntax.query import (
    Among,
    Collection,
    Order,
    Parent,
    Query,
    Relation,
    Scalar,
    Source,
)
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
    """What a shape can name: variables with their columns, databases, and rows read for output.

    `held` are the rows that a `Let` around it holds, by name.
    """

    compilation: Compilation
    columns: Columns
    kinds: Mapping[Variable, Kind]
    types: Types
    sources: Sources
    beside: Mapping[Beside, Sql]
    held: Mapping[str, HeldRows] = field(default_factory=dict)
    factors: Factors = ()

    def inside(self, factor: Factor) -> "Scope":
        """Return the scope of the rows of a level below, which are counted as what it costs."""
        factors = (*self.factors, factor)
        self.compilation.sizes.append(factors)
        return replace(self, factors=factors)


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


def find(
    query: Query,
    needed: Iterable[Variable],
    scope: Scope,
    *,
    most: Variable | int | None = None,
) -> Found | Empty:
    """Return the rows of a query with its find variables, and those needed of the rest.

    `most` bounds the rows that are shown where the query's limit does not. Raises QueryError.
    """
    planned = plan_level(query, needed, scope)
    if isinstance(planned, Empty):
        return planned
    found = _found(planned)
    rows = planned.plan.expected[-1].rows if planned.plan.expected else 1.0
    limit = query.limit if most is None else most
    factor = Factor(rows, limit.name if isinstance(limit, Variable) else limit)
    return _visible(replace(found, scope=found.scope.inside(factor)), scope)


@dataclass(frozen=True, slots=True)
class PlannedLevel:
    """The query of a level, checked and planned; `columns` are those that it is given."""

    checked: Checked
    plan: Plan
    situation: Situation
    asked: tuple[Variable, ...]
    columns: Columns
    scope: Scope

    def rows(self, steps: int) -> Rows:
        """Return the rows that the first steps give."""
        in_turn = _is_read_in_turn(self.plan, self.checked.query)
        scope = self.scope
        versions = {
            (entity, view): name
            for (entity, view, table), name in scope.beside.items()
            if table is Table.VERSION and entity in self.columns
        }
        reading = Reading(scope.compilation, self.checked.kinds, scope.held, versions)
        return read(Rows(self.columns, in_turn=in_turn), self.plan.steps[:steps], reading)


def plan_level(query: Query, needed: Iterable[Variable], scope: Scope) -> PlannedLevel | Empty:
    """Return the plan of a query with its find variables, and those needed of the rest.

    Raises QueryError.
    """
    inner = _inside(query, scope)
    catalogue, view = scope.compilation.catalogue, inner.sources["$"]
    checked = check(query, Known(catalogue, inner.kinds, inner.types, view=view))
    if isinstance(checked, Empty):
        return checked
    columns = {**inner.columns, **_scalars(checked.query, checked)}
    also = (each for each in needed if each in checked.kinds)
    asked = tuple(dict.fromkeys((*_asked(checked.query), *also)))
    types = narrowed(checked.where, catalogue, inner.types, view)
    if isinstance(types, Empty):  # The check has taken out what is empty.
        types = inner.types
    statistics = scope.compilation.statistics
    entities = entities_of(checked.kinds.items())
    situation = Situation(catalogue, inner.sources, types, statistics, checked.rules, entities)
    made = plan(checked.where, asked, tuple(columns), situation, _given(checked.query))
    if not scope.compilation.scan:
        refuse_scans(made.steps, frozenset(columns), entities)
    return PlannedLevel(checked, made, situation, asked, columns, inner)


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
    kinds = {each: column.kind for each, column in columns.items()} | _held_kinds(query, scope)
    return replace(scope, columns=columns, kinds=kinds, types=types, sources=sources)


def _found(planned: PlannedLevel) -> Found:
    rows = planned.rows(len(planned.plan.steps))
    own = tuple(each for each in planned.asked if each not in planned.columns)
    kinds, types = planned.checked.kinds, planned.situation.types
    inside = replace(planned.scope, columns=rows.columns, kinds=kinds, types=types)
    return Found(inside, rows, own, planned.plan.repeats, planned.plan.single)


_FEWEST_TABLES = 3
_MOST_TABLES = 12
_MOST_IN_TURN = 20_000.0
_MOST_OF_A_PART = 100.0


def _is_read_in_turn(planned: Plan, query: Query) -> bool:
    """Tell whether tables are read row by row, in our order, or joined as PostgreSQL likes.

    Row by row is the better way while few rows lead (measured, see ARCHITECTURE.md); of two tables
    no order is far from the best. Where a part of the rows is asked in an order, an index may give
    just those. To choose among very many tables takes PostgreSQL longer than any order of reading:
    28 that all join with each other, a minute.
    """
    most = _MOST_IN_TURN if query.limit is None else _MOST_OF_A_PART
    tables = sum(isinstance(step, FactRow | EdgeRow | TransactionRow) for step in planned.steps)
    # PostgreSQL would rather read all of a log of 200,000 than look 2,000 entities up in it.
    read = (step for step in planned.steps if isinstance(step, LogRow) and not step.refers)
    is_log = query.limit is None and any(read)
    is_long = tables >= _FEWEST_TABLES or is_log
    return tables > _MOST_TABLES or (is_long and planned.driving <= most)


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


def _held_kinds(query: Query, scope: Scope) -> dict[Variable, Kind]:
    """Return what the columns hold of the rows that a query is given of a `Let` above."""
    return {
        variable: column.kind
        for each in query.inputs
        if isinstance(each, Among)
        for variable, column in zip(each.variables, scope.held[each.name].held, strict=True)
    }


def _given(query: Query) -> list[GivenRow | RelationRow]:
    given: list[GivenRow | RelationRow] = []
    for each in query.inputs:
        match each:
            case Collection(variable):
                given.append(GivenRow((variable,)))
            case Relation(variables):
                given.append(GivenRow(variables))
            case Among(name, variables):
                given.append(RelationRow(name, variables))
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
