"""Exact aggregates to SQL: what is told of the values of all rows, or of those of a group."""

from datalog.sql.columns import NOTHING, Column
from datalog.syntax.terms import Variable
from datalog.tree import Measure, Measured
from store.catalogue import ValueType
from store.sql import Sql, number, sql

_MEAN_DIGITS = 20
_MOST_DIGITS = 1_000
_SPARE_DIGITS = 16


def held(measured: Measured) -> Variable:
    """Return the name under which rows hold a measure; no variable has a blank in its own."""
    variable = measured.variable
    return Variable(f"({measured.measure.value} {variable.name if variable else '*'})")


def measure(  # noqa: PLR0911  # One case for each measure.
    measured: Measured, column: Column | None
) -> Column:
    """Return the column of a measure of a column's values, or of the rows where there is none."""
    if column is None:
        return Column(sql("count(*)"), ValueType.INT)
    it = column.sql
    match measured.measure:
        case Measure.COUNT:
            return Column(sql("count({it})", it=it), ValueType.INT)
        case Measure.DISTINCT:
            return Column(sql("count(DISTINCT {it})", it=it), ValueType.INT)
        case Measure.MIN:
            return Column(sql("min({it})", it=it), column.kind, nullable=True)
        case Measure.MAX:
            return Column(sql("max({it})", it=it), column.kind, nullable=True)
        case Measure.SUM:
            return _sum(column)
        case Measure.AVG:
            return _mean(column)


def of_nothing(measured: Measured) -> Column:
    """Return the column of a measure where there are no rows."""
    if measured.measure in {Measure.COUNT, Measure.DISTINCT}:
        return Column(number(0), ValueType.INT)
    return Column(NOTHING, ValueType.JSON, nullable=True)


def _sum(column: Column) -> Column:
    match column.kind:
        case ValueType.INT:
            return Column(_added(column), ValueType.LONG, nullable=True)
        case ValueType.FLOAT:
            return Column(_as_float(_added(column)), ValueType.FLOAT, nullable=True)
        case _:
            return Column(_added(column), ValueType.DECIMAL, nullable=True)


def _added(column: Column) -> Sql:
    if column.kind is ValueType.FLOAT:
        # The text has all that tells a Float from the next one; the cast alone would round it.
        return sql("sum(({it})::text::numeric)", it=column.sql)
    return sql("sum({it})", it=column.sql)


def _mean(column: Column) -> Column:
    added = sql("{added}::numeric", added=_added(column))
    digits = sql(
        "(CASE WHEN {scale} > {most} THEN {all} ELSE {scale} + {more} END)",
        scale=sql("scale(trim_scale({added}))", added=added),
        most=number(_MOST_DIGITS - _MEAN_DIGITS - _SPARE_DIGITS),
        all=number(_MOST_DIGITS),
        more=number(_MEAN_DIGITS),
    )
    # PostgreSQL divides to as many digits as the dividend has.
    quotient = sql(
        "round({added}, {digits} + {spare}) / nullif(count({it}), 0)",
        added=added,
        digits=digits,
        spare=number(_SPARE_DIGITS),
        it=column.sql,
    )
    if column.kind is ValueType.FLOAT:
        return Column(_as_float(sql("({it})", it=quotient)), ValueType.FLOAT, nullable=True)
    mean = sql("round({it}, {digits})", it=quotient, digits=digits)
    return Column(mean, ValueType.DECIMAL, nullable=True)


def _as_float(it: Sql) -> Sql:
    """Return the Float next to a number, 0 where it is too small for one, NULL where too large."""
    return sql(
        "(CASE WHEN abs({it}) < 2.5e-324 THEN 0 WHEN abs({it}) < 1.797693134862315808e308"
        " THEN ({it})::float8 END)",
        it=it,
    )
