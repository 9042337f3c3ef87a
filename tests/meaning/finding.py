"""From the rows that hold to the rows of the answer: sets, bags, aggregates, order.

A cell of the answer is a value, a tuple of values (an aggregate that makes several), or a dict (a
pull).
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, assert_never

from datalog.syntax.finding import Aggregate, Aggregation, Count, FindElement, Pull
from datalog.syntax.query import FindSpec, Order, Query
from datalog.syntax.terms import Variable
from tests.meaning.facts import Seen
from tests.meaning.pulling import pulled
from tests.meaning.values import NUMBER, Value, order_key

Row = Mapping[Variable, Value]
Cell = object


def found(query: Query, rows: Iterable[Row], seen: Mapping[str, Seen]) -> list[tuple[Cell, ...]]:
    """Return the answer of a query whose clauses hold under these rows, in the query's order."""
    named = [_variable(each) for each in query.find]
    basis = list(dict.fromkeys([*named, *query.with_]))
    distinct = list(dict.fromkeys(tuple(row[each] for each in basis) for row in rows))
    bag = [dict(zip(basis, values, strict=True)) for values in distinct]
    answers = [_cells(query.find, group, seen) for group in _groups(query, bag)]

    def before(one: Sequence[Cell], other: Sequence[Cell]) -> int:
        return _before(query, one, other)

    return _cut(query, sorted(answers, key=cmp_to_key(before)))


def _variable(element: FindElement) -> Variable:
    return element if isinstance(element, Variable) else element.variable


def _groups(query: Query, bag: Sequence[Row]) -> list[list[Row]]:
    """Return the rows by the variables of find that are not aggregated.

    Without an aggregate each row that differs in them is a group; without any row there is none.
    """
    keys = [_variable(each) for each in query.find if isinstance(each, Variable | Pull)]
    aggregated = len(keys) < len(query.find)
    if not aggregated and query.with_:  # The bag: what differs in `:with` only stays twice.
        return [[row] for row in bag]
    groups: dict[tuple[Value, ...], list[Row]] = {}
    for row in bag:
        groups.setdefault(tuple(row[each] for each in keys), []).append(row)
    return list(groups.values())


def _cells(
    find: Sequence[FindElement], group: Sequence[Row], seen: Mapping[str, Seen]
) -> tuple[Cell, ...]:
    return tuple(_cell(element, group, seen) for element in find)


def _cell(element: FindElement, group: Sequence[Row], seen: Mapping[str, Seen]) -> Cell:
    match element:
        case Variable():
            return group[0][element]
        case Pull(variable, pattern, source):
            return pulled(group[0][variable], pattern, seen[source])
        case Count(variable):
            return (NUMBER, len({row[variable] for row in group}))
        case Aggregate(aggregation, variable, amount):
            if aggregation is Aggregation.COUNT:
                return (NUMBER, len(group))
            values = [row[variable] for row in group if row[variable] is not None]
            return _aggregated(aggregation, values, amount)
        case _:
            assert_never(element)


def _aggregated(  # noqa: C901, PLR0911  # One case for each.
    aggregation: Aggregation, values: Sequence[Value], amount: int | None
) -> Cell:
    numbers: list[Any] = [it[1] for it in values if it is not None]
    ascending = sorted(values, key=order_key)
    if not values and amount is None and aggregation not in _OF_NOTHING:
        return None
    match aggregation:
        case Aggregation.COUNT | Aggregation.COUNT_DISTINCT:
            return (NUMBER, len(set(values)))
        case Aggregation.DISTINCT:
            return tuple(dict.fromkeys(ascending))
        case Aggregation.MIN:
            return ascending[0] if amount is None else tuple(ascending[:amount])
        case Aggregation.MAX:
            descending = ascending[::-1]
            return descending[0] if amount is None else tuple(descending[:amount])
        case Aggregation.SUM:
            return (NUMBER, sum(_like(numbers)))
        case Aggregation.AVG:
            return (NUMBER, statistics.fmean(_floats(numbers)))
        case Aggregation.MEDIAN:
            return (NUMBER, statistics.median(_floats(numbers)))
        case Aggregation.VARIANCE:
            return (NUMBER, statistics.pvariance(_floats(numbers)))
        case Aggregation.STDDEV:
            return (NUMBER, statistics.pstdev(_floats(numbers)))
        case Aggregation.RAND | Aggregation.SAMPLE:
            return (aggregation, amount, tuple(ascending))
        case _:
            assert_never(aggregation)


_OF_NOTHING = {Aggregation.COUNT_DISTINCT, Aggregation.DISTINCT}
"""What is nought, or empty, where all values are missing."""


def _like(numbers: Sequence[Any]) -> list[Any]:
    """Return numbers as those of one type: Float where one is, else Decimal where one is."""
    for kind in (float, Decimal):
        if any(isinstance(it, kind) for it in numbers):
            return [kind(it) for it in numbers]
    return list(numbers)


def _floats(numbers: Sequence[Any]) -> list[float]:
    return [float(it) for it in numbers]


def _before(query: Query, one: Sequence[Cell], other: Sequence[Cell]) -> int:
    """Compare rows by `:order-by`, then by the rest of find, from the left."""
    keys = [(_place(query, key), key.descending) for key in query.order]
    keys += [(n, False) for n, it in enumerate(query.find) if not isinstance(it, Pull)]
    for place, descending in keys:
        first, second = _key(one[place]), _key(other[place])
        if first[0] != second[0]:  # What is missing comes last in either direction.
            return 1 if first[0] else -1
        if first != second:
            return (-1 if first < second else 1) * (-1 if descending else 1)
    return 0


def _place(query: Query, key: Order) -> int:
    return query.find.index(key.variable)


def _key(cell: Any) -> tuple[bool, Any]:
    if cell is None or isinstance(cell[0], str):
        return order_key(cell)
    return (False, tuple(order_key(each) for each in cell))


def _cut(query: Query, rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    limit, offset = query.limit, query.offset
    assert not isinstance(limit, Variable)
    assert not isinstance(offset, Variable)
    start = offset or 0
    if query.spec in {FindSpec.TUPLE, FindSpec.SCALAR}:
        limit = min(1, 1 if limit is None else limit)
    return rows[start:] if limit is None else rows[start : start + limit]
