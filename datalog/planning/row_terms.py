"""What the rows of a plan mention, and which of it tells one row from another."""

from collections.abc import Iterator
from typing import assert_never

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    MemberRow,
    OwnRow,
    Place,
    Row,
    TouchedRow,
    TransactionRow,
)
from datalog.vocabulary import EdgeColumn, TransactionColumn


def places(row: Row) -> Iterator[Place]:  # noqa: C901  # One case for each kind of row.
    """Return the places of a row: variables, constants, blanks."""
    match row:
        case FactRow():
            yield from (row.entity, row.value, row.transaction, *row.also)
        case EdgeRow():
            yield row.edge
            yield from (place for _, place in row.columns)
        case TransactionRow():
            yield row.transaction
            yield from (place for _, place in row.columns)
        case LogRow(pattern):
            yield from (pattern.entity, pattern.value, pattern.transaction)
            yield from (pattern.operation, pattern.position)
            if not isinstance(pattern.attribute, str):
                yield pattern.attribute
        case OwnRow():
            yield from (row.entity, row.number)
        case TouchedRow():
            yield from (row.entity, row.transaction)
        case GivenRow():
            yield from row.variables
        case MemberRow():
            yield from (row.member, row.members)
        case _:
            assert_never(row)


def row_keys(row: Row) -> Iterator[tuple[Place, ...]]:  # noqa: C901  # The same.
    """Return sets of places each of which leaves at most one row."""
    match row:
        case FactRow():
            yield (row.entity, row.value)
            if row.functional:
                yield (row.entity,)
        case EdgeRow():
            yield (row.edge,)
            of = dict(row.columns)
            key = (EdgeColumn.TYPE, EdgeColumn.FROM, EdgeColumn.TO, EdgeColumn.KEY)
            if all(column in of for column in key):
                yield tuple(of[column] for column in key)
            yield from ((of[end],) for end in row.ends if end in of)
        case TransactionRow():
            yield (row.transaction,)
            yield from ((of,) for column, of in row.columns if column is TransactionColumn.T)
        case LogRow(pattern):
            yield (pattern.transaction, pattern.position)
            fact = (pattern.entity, pattern.value, pattern.transaction, pattern.operation)
            if isinstance(pattern.attribute, str):
                yield fact
            else:
                yield (*fact, pattern.attribute)
        case OwnRow():
            yield (row.entity,)
            yield (row.number,)
        case TouchedRow():
            yield (row.entity,)
        case GivenRow() | MemberRow():
            pass  # A list may hold a value twice.
        case _:
            assert_never(row)
