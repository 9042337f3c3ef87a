"""What the rows of a plan mention, and which of it tells one row from another."""

from collections.abc import Iterator
from typing import assert_never

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    LogRow,
    MemberRow,
    OwnRow,
    Place,
    RelationRow,
    Row,
    TouchedRow,
    TransactionRow,
)
from datalog.syntax.views import History
from datalog.vocabulary import EdgeColumn, TransactionColumn


def places(row: Row) -> Iterator[Place]:  # noqa: C901, PLR0912  # One case for each kind of row.
    """Return the places of a row: variables, constants, blanks."""
    match row:
        case FactRow():
            yield from (row.entity, row.value, row.transaction, *row.also, row.operation)
        case EdgeRow():
            yield row.edge
            yield from (place for _, place in row.columns)
            yield row.operation
        case TransactionRow():
            yield from (row.transaction, row.also)
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
        case IdentRow():
            yield from (row.entity, row.name)
        case GroundRow():
            yield from row.places
        case GivenRow():
            yield from row.variables
        case RelationRow():
            yield from row.arguments
        case MemberRow():
            yield from (row.member, row.members)
        case _:
            assert_never(row)


def row_keys(row: Row) -> Iterator[tuple[Place, ...]]:  # noqa: C901, PLR0912  # The same.
    """Return sets of places each of which leaves at most one row."""
    match row:
        case FactRow():
            if isinstance(row.view, History):
                yield (row.entity, row.value, row.transaction)
                return
            yield (row.entity, row.value)
            if row.functional:
                yield (row.entity,)
            if row.identifying:
                yield (row.value,)
        case EdgeRow() if isinstance(row.view, History):
            since = (place for column, place in row.columns if column is EdgeColumn.SINCE)
            yield from ((row.edge, at) for at in since)
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
        case IdentRow():
            yield from ((row.entity,), (row.name,))
        case GroundRow():
            if len(row.rows) <= 1:
                yield ()
        case RelationRow():
            yield row.arguments
        case GivenRow() | MemberRow():
            pass  # A list may hold a value twice.
        case _:
            assert_never(row)
