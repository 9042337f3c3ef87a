"""What reading a row costs, roughly: a rank by how much is bound, until there are statistics."""

from typing import assert_never

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    MemberRow,
    OneOf,
    OwnRow,
    Place,
    Row,
    TouchedRow,
    TransactionRow,
)
from datalog.syntax.terms import Constant, Variable
from datalog.vocabulary import TYPE, EdgeColumn, TransactionColumn

_ONE_ROW = 1.0
_FEW_ROWS = 4.0
_SOME_ROWS = 5.0
_ALL_OF_AN_ATTRIBUTE = 8.0
_ALL_OF_A_TYPE = 9.0
_ALL_ROWS = 12.0


def cost_of_row(  # noqa: C901, PLR0911  # One case for each kind of row.
    row: Row, bound: frozenset[Variable]
) -> float | None:
    """Return the rank of a row given what is bound; None where something must be bound first."""
    match row:
        case FactRow():
            return _fact(row, bound)
        case EdgeRow():
            return _edge(row, bound)
        case TransactionRow():
            return _transaction(row, bound)
        case LogRow():
            return _log(row, bound)
        case OwnRow():
            known = _is_bound(row.entity, bound) or _is_bound(row.number, bound)
            return 0.7 if known else None
        case TouchedRow():
            return _ONE_ROW if _is_bound(row.entity, bound) else None
        case GivenRow():
            return 2.0
        case MemberRow():
            return 3.5 if row.members in bound else None
        case _:
            assert_never(row)


def _fact(row: FactRow, bound: frozenset[Variable]) -> float:
    by_value = any(_is_bound(place, bound) for place in (row.value, *row.also))
    is_type = any(arm.attribute == TYPE for arm in row.facts.arms)
    if by_value and row.facts.unique:
        return 0.5
    if _is_bound(row.entity, bound):
        return _ONE_ROW if row.functional or by_value else _FEW_ROWS
    if by_value:
        return _ALL_OF_A_TYPE if is_type else _SOME_ROWS
    return _ALL_ROWS if is_type else _ALL_OF_AN_ATTRIBUTE


def _edge(row: EdgeRow, bound: frozenset[Variable]) -> float:
    columns = {column for column, place in row.columns if _is_bound(place, bound)}
    if _is_bound(row.edge, bound):
        return _ONE_ROW
    match EdgeColumn.FROM in columns, EdgeColumn.TO in columns, EdgeColumn.TYPE in columns:
        case True, True, _:
            return 1.5
        case (True, False, _) | (False, True, _):
            return _FEW_ROWS
        case _, _, True:
            return 10.0
        case _:
            return 11.0


def _transaction(row: TransactionRow, bound: frozenset[Variable]) -> float:
    by_t = any(
        column is TransactionColumn.T and _is_bound(place, bound) for column, place in row.columns
    )
    return _ONE_ROW if by_t or _is_bound(row.transaction, bound) else 6.0


def _log(row: LogRow, bound: frozenset[Variable]) -> float:
    if _is_bound(row.pattern.transaction, bound):
        return _FEW_ROWS
    if _is_bound(row.pattern.entity, bound):
        return _SOME_ROWS
    return _ALL_ROWS if row.facts is None else 11.0


def _is_bound(place: Place, bound: frozenset[Variable]) -> bool:
    return place in bound if isinstance(place, Variable) else isinstance(place, Constant | OneOf)
