"""Aggregates to SQL: one value, or one list, of the values of a group."""

from dataclasses import replace
from typing import assert_never

from datalog.errors import WrongAggregate
from datalog.kinds import NUMBERS, TEXTS, Special
from datalog.sql.columns import Column
from datalog.sql.facts import comparison_key
from datalog.syntax.finding import Aggregate, Aggregation
from store.catalogue import ValueType
from store.sql import Sql, number, sql

MOST_DRAWN = 10_000
"""How many values `rand` and `sample` draw at most: `rand` draws as many as it is asked for."""


def aggregated(aggregate: Aggregate, column: Column) -> Column:  # noqa: PLR0911  # One case each.
    """Return the column of an aggregate of a column of the rows of a group.

    A count is an Int. The sum of Int and Long is a Long, of Decimal a Decimal, of Float a Float.
    Floats are added in their order, so that a sum does not depend on the plan. What a `get-else`
    did not find counts as a row, and is no value: an aggregate of nothing else is missing. Raises
    WrongAggregate where the values have no such aggregate.
    """
    _check(aggregate, column)
    match aggregate.aggregation:
        case Aggregation.COUNT:
            return Column(sql("count(*)"), ValueType.INT)
        case Aggregation.COUNT_DISTINCT:
            return Column(_count_distinct(column), ValueType.INT)
        case Aggregation.DISTINCT:
            return _listed(
                column,
                sql(
                    "array_agg(DISTINCT {it} ORDER BY {it}){there}",
                    it=_it(column),
                    there=_there(column),
                ),
            )
        case Aggregation.SUM:
            return replace(_sum(column), nullable=column.nullable)
        case (
            Aggregation.AVG | Aggregation.MEDIAN | Aggregation.STDDEV | Aggregation.VARIANCE
        ) as mean:
            return Column(_mean(mean, column), ValueType.FLOAT, column.nullable)
        case Aggregation.MIN | Aggregation.MAX:
            return _extreme(aggregate, column)
        case Aggregation.RAND | Aggregation.SAMPLE:
            return _drawn(aggregate, column)
        case _:
            assert_never(aggregate.aggregation)


def _there(column: Column) -> Sql:
    """Return what keeps missing values out of a list."""
    return sql(" FILTER (WHERE {it} IS NOT NULL)", it=column.sql) if column.nullable else sql("")


def _check(aggregate: Aggregate, column: Column) -> None:
    problem = _wrong_amount(aggregate) or _wrong_values(aggregate, column)
    if problem is not None:
        raise WrongAggregate(aggregate.aggregation.value, problem)


def _wrong_amount(aggregate: Aggregate) -> str | None:
    amount = aggregate.amount
    if amount is None:
        return None
    if aggregate.aggregation not in _WITH_AMOUNT:
        return "takes no number"
    if amount < 0:
        return f"cannot give {amount} values"
    if aggregate.aggregation in _DRAWN and amount > MOST_DRAWN:
        return f"draws at most {MOST_DRAWN} values"
    return None


def _wrong_values(aggregate: Aggregate, column: Column) -> str | None:
    name, variable = aggregate.aggregation, f"?{aggregate.variable.name}"
    if name in _OF_NUMBERS and column.kind not in NUMBERS:
        return f"is of numbers, and {variable} is {column.kind.value}"
    if column.kind is Special.FACT and name not in _COUNTS:
        return f"is of values of one type, and {variable} is of any attribute's"
    return None


_COUNTS = frozenset({Aggregation.COUNT, Aggregation.COUNT_DISTINCT})
_DRAWN = frozenset({Aggregation.RAND, Aggregation.SAMPLE})
_WITH_AMOUNT = _DRAWN | {Aggregation.MIN, Aggregation.MAX}
_OF_NUMBERS = frozenset(
    {
        Aggregation.AVG,
        Aggregation.MEDIAN,
        Aggregation.STDDEV,
        Aggregation.SUM,
        Aggregation.VARIANCE,
    }
)


def _it(column: Column) -> Sql:
    """Return the expression as it sorts: text by code point."""
    if column.kind in TEXTS:
        return sql('{it} COLLATE "C"', it=column.sql)
    return column.sql


def _count_distinct(column: Column) -> Sql:
    if column.family is None:
        return sql("count(DISTINCT {it})", it=column.sql)
    return sql("count(DISTINCT ({it}, {key}))", it=column.sql, key=comparison_key(column))


def _sum(column: Column) -> Column:
    it = column.sql
    match column.kind:
        case ValueType.FLOAT:
            return Column(sql("sum({it} ORDER BY {it})", it=it), ValueType.FLOAT)
        case ValueType.DECIMAL:
            return Column(sql("sum({it})", it=it), ValueType.DECIMAL)
        case _:  # Past 64 bits PostgreSQL says so.
            return Column(sql("sum({it})::bigint", it=it), ValueType.LONG)


def _mean(aggregation: Aggregation, column: Column) -> Sql:
    it = column.sql
    order = sql(" ORDER BY {it}", it=it) if column.kind is ValueType.FLOAT else sql("")
    match aggregation:
        case Aggregation.AVG:
            return sql("avg({it}{order})::float8", it=it, order=order)
        case Aggregation.VARIANCE:
            return sql("var_pop({it}{order})::float8", it=it, order=order)
        case Aggregation.STDDEV:
            # stddev_pop of whole numbers is rounded to few digits.
            return sql("sqrt(var_pop({it}{order})::float8)", it=it, order=order)
        case _:
            return sql("percentile_cont(0.5) WITHIN GROUP (ORDER BY {it}::float8)", it=it)


def _extreme(aggregate: Aggregate, column: Column) -> Column:
    down = sql(" DESC") if aggregate.aggregation is Aggregation.MAX else sql("")
    ordered = sql(
        "(array_agg({it} ORDER BY {it}{down}){there})",
        it=_it(column),
        down=down,
        there=_there(column),
    )
    if aggregate.amount is not None:
        return _listed(column, sql("{all}[:{n}]", all=ordered, n=number(aggregate.amount)))
    if column.kind in _WITHOUT_EXTREMES:
        return _one(column, sql("{all}[1]", all=ordered))
    if aggregate.aggregation is Aggregation.MAX:
        return _one(column, sql("max({it})", it=_it(column)))
    return _one(column, sql("min({it})", it=_it(column)))


_WITHOUT_EXTREMES = frozenset({ValueType.BOOLEAN, ValueType.UUID})
"""PostgreSQL has no `min` of these (15 to 17)."""


def _drawn(aggregate: Aggregate, column: Column) -> Column:
    """Return one value drawn at random, or a list; `sample` draws each different value once."""
    if aggregate.aggregation is Aggregation.SAMPLE:
        values = sql("array_agg(DISTINCT {it}){there}", it=column.sql, there=_there(column))
        drawn = sql(
            "ARRAY(SELECT u FROM unnest({all}) u ORDER BY random() LIMIT {n})",
            all=values,
            n=number(1 if aggregate.amount is None else aggregate.amount),
        )
    else:
        values = sql("array_agg({it}){there}", it=column.sql, there=_there(column))
        drawn = sql(
            "ARRAY(SELECT ({all})[1 + floor(random() * cardinality({all}))::int]"
            " FROM generate_series(1, {n}))",
            all=values,
            n=number(1 if aggregate.amount is None else aggregate.amount),
        )
    if aggregate.amount is None:
        return _one(column, sql("({drawn})[1]", drawn=drawn))
    return _listed(column, drawn)


def _one(column: Column, it: Sql) -> Column:
    return Column(it, column.kind, column.nullable, mixed=column.mixed)


def _listed(column: Column, it: Sql) -> Column:
    return Column(it, column.kind, mixed=column.mixed, many=True)
