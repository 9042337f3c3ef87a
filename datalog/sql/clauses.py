"""The steps of a plan to SQL: rows joined, conditions, alternatives, look-ups."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from datalog.kinds import Special
from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    LogRow,
    MemberRow,
    OwnRow,
    RelationRow,
    TouchedRow,
    TransactionRow,
)
from datalog.planning.steps import (
    Applied,
    Exists,
    Filter,
    Fixpoint,
    Lookup,
    Matched,
    Step,
    Union,
    Walked,
    path_end,
)
from datalog.sql.columns import NOTHING, Column, constant
from datalog.sql.comparing import compare, is_member, same
from datalog.sql.facts import together
from datalog.sql.fixpoint import fixpoint_rows, relation_rows
from datalog.sql.fulltext import matched_rows
from datalog.sql.functions import applied
from datalog.sql.log_rows import log_rows
from datalog.sql.rows import Columns, Item, Rows, conjunction, handed_up, selected
from datalog.sql.search import walked_rows
from datalog.sql.table_rows import (
    edge_rows,
    fact_rows,
    given_rows,
    ground_rows,
    ident_rows,
    member_rows,
    own_rows,
    touched_rows,
    transaction_rows,
)
from datalog.sql.unification import Reading, kind_of_term, term_column
from datalog.syntax.clauses import Compare, GetElse, Operator
from datalog.syntax.terms import Variable
from store.sql import Sql, join, sql


def read(rows: Rows, steps: Iterable[Step], reading: Reading) -> Rows:
    """Return the rows joined with, or limited by, the steps."""
    for step in steps:
        rows = _step(rows, step, reading)
    return rows


def _step(rows: Rows, step: Step, reading: Reading) -> Rows:  # noqa: C901, PLR0911, PLR0912  # One case each.
    match step:
        case FactRow():
            return fact_rows(rows, step, reading)
        case EdgeRow():
            return edge_rows(rows, step, reading)
        case TransactionRow():
            return transaction_rows(rows, step, reading)
        case LogRow():
            return log_rows(rows, step, reading)
        case OwnRow():
            return own_rows(rows, step, reading)
        case TouchedRow():
            return touched_rows(rows, step, reading)
        case IdentRow():
            return ident_rows(rows, step, reading)
        case GroundRow():
            return ground_rows(rows, step, reading)
        case GivenRow():
            return given_rows(rows, step, reading)
        case MemberRow():
            return member_rows(rows, step, reading)
        case RelationRow():
            return relation_rows(rows, step, reading)
        case Walked():
            return walked_rows(rows, step, reading)
        case Matched():
            return matched_rows(rows, step, reading)
        case Fixpoint():
            return fixpoint_rows(rows, step, reading, read)
        case Filter():
            return rows.where(_compared(rows.columns, step.compare, reading))
        case Applied():
            return applied(rows, step.call, reading)
        case Exists():
            return rows.where(_exists(rows, step, reading))
        case Union():
            return _union(rows, step, reading)
        case Lookup():
            return _lookup(rows, step, reading)
        case _:
            assert_never(step)


def _compared(columns: Columns, comparison: Compare, reading: Reading) -> Sql:
    left, right = comparison.left, comparison.right
    if comparison.operator is Operator.MEMBER and isinstance(right, Variable):
        column = term_column(left, columns, kind_of_term(left, columns), reading)
        return is_member(column, right.name)
    first = term_column(left, columns, kind_of_term(right, columns), reading)
    second = term_column(right, columns, kind_of_term(left, columns), reading)
    return compare(comparison.operator, first, second)


def _exists(rows: Rows, step: Exists, reading: Reading) -> Sql:
    inner = [read(Rows(rows.columns), branch, reading) for branch in step.branches]
    conditions = [_matches(branch) for branch in inner]
    if not step.negated:
        return conditions[0] if len(conditions) == 1 else _any(conditions)
    match inner, conditions:
        case [Rows(items=())], [condition]:
            return sql("({condition}) IS NOT TRUE", condition=condition)
        case _, [condition]:
            return sql("NOT {condition}", condition=condition)
        case _:
            return sql("{any} IS NOT TRUE", any=_any(conditions))


def _matches(rows: Rows) -> Sql:
    if not rows.items:
        return conjunction(rows.conditions)
    return sql("EXISTS (SELECT{body})", body=rows.body())


def _any(conditions: Iterable[Sql]) -> Sql:
    bracketed = [sql("({it})", it=condition) for condition in conditions]
    return sql("({any})", any=join(" OR ", bracketed))


def _union(rows: Rows, step: Union, reading: Reading) -> Rows:
    table = reading.compilation.names.fresh("u")
    branches = [read(Rows(rows.columns), branch, reading) for branch in step.branches]
    alike = {each: together([it.columns[each] for it in branches]) for each in step.variables}
    shapes = [
        {each: alike[each][position] for each in step.variables}
        for position in range(len(branches))
    ]
    outside = handed_up(shapes[0], table)
    for shape in shapes[1:]:
        outside = {each: _either(outside[each], shape[each]) for each in step.variables}
    columns = {**rows.columns, **outside}
    if step.single and len(outside) == 1 and all(it.text is None for it in outside.values()):
        return rows.joined(_the_one(shapes, branches, table), columns)
    return rows.joined(Item(_each_once(shapes, branches, table), ()), columns)


def _each_once(shapes: Iterable[Columns], branches: Sequence[Rows], table: Sql) -> Sql:
    # Of several branches UNION gives each row once; one alone may repeat rows as well.
    once = sql("DISTINCT ") if len(branches) == 1 else sql("")
    selects = [
        sql("SELECT {once}{columns}{body}", once=once, columns=selected(shape), body=branch.body())
        for shape, branch in zip(shapes, branches, strict=True)
    ]
    return sql("LATERAL ({all}) {table}", all=join("\nUNION ", selects), table=table)


def _the_one(shapes: Iterable[Columns], branches: Iterable[Rows], table: Sql) -> Item:
    """Return the value of the one branch that has one; OFFSET 0, so that it is found once."""
    found = [
        _value(column, branch)
        for shape, branch in zip(shapes, branches, strict=True)
        for column in shape.values()
    ]
    source = sql(
        "LATERAL (SELECT coalesce({all}) AS c1 OFFSET 0) {table}",
        all=join(", ", found),
        table=table,
    )
    return Item(source, (sql("{table}.c1 IS NOT NULL", table=table),))


def _value(column: Column, rows: Rows) -> Sql:
    if rows.items:
        return sql("(SELECT {it}{body} LIMIT 1)", it=column.sql, body=rows.body())
    if rows.conditions:
        all_ = conjunction(rows.conditions)
        return sql("CASE WHEN {all} THEN {it} END", all=all_, it=column.sql)
    return column.sql


def _either(one: Column, other: Column) -> Column:
    return replace(one, nullable=one.nullable or other.nullable, mixed=one.mixed or other.mixed)


def _lookup(rows: Rows, step: Lookup, reading: Reading) -> Rows:
    found = read(Rows(rows.columns), step.steps, reading)
    column = replace(found.columns[path_end(step.get)], nullable=True, prefixed=False)
    if step.single and found.items and not found.conditions:
        item = _left_join(found.items)
    else:
        table = reading.compilation.names.fresh("k")
        source = sql(
            "LATERAL (SELECT {it} AS c1{body}\nORDER BY 1 LIMIT 1) {table}",
            it=column.sql,
            body=found.body(),
            table=table,
        )
        column = replace(column, sql=sql("{table}.c1", table=table))
        item = Item(source, (), left=True)
    value, column = step.get.value, _or_default(column, step.get, reading)
    if value in rows.columns:
        return rows.joined(item, rows.columns).where(same(column, rows.columns[value]))
    return rows.joined(item, {**rows.columns, value: column})


def _or_default(column: Column, get: GetElse, reading: Reading) -> Column:
    """Return a value that may be missing, or what stands for it then."""
    if get.default is None:
        return column
    like = reading.kinds.get(get.value, column.kind)  # FACT: the default is of another kind.
    default = constant(get.default, like, reading.compilation.catalogue)
    value, other = together([column, default])
    if value.kind is not Special.FACT:
        it = sql("coalesce({it}, {other})", it=value.sql, other=other.sql)
        return replace(value, sql=it, nullable=False)
    one, text, family = (
        sql(
            "CASE WHEN {given} IS NULL THEN {other} ELSE {it} END",
            given=column.sql,
            it=of_value or NOTHING,
            other=of_other or NOTHING,
        )
        for of_value, of_other in (
            (value.sql, other.sql),
            (value.text, other.text),
            (value.family, other.family),
        )
    )
    return replace(value, sql=one, text=text, family=family, nullable=False)


def _left_join(items: Sequence[Item]) -> Item:
    """Return joined tables as one item; so PostgreSQL may read them as a set, not row by row."""
    first, *rest = items
    if not rest:
        return replace(first, left=True)
    joins = [
        sql(" JOIN {table} ON {on}", table=item.table, on=conjunction(item.conditions))
        for item in rest
    ]
    tables = sql("({first}{joins})", first=first.table, joins=join("", joins))
    return Item(tables, first.conditions, left=True)
