"""Rows into tables, many at a time: COPY for a crowd, one INSERT from arrays for a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, LiteralString

from store.database import Connection
from store.sql import Bound, Sql, join, quoted, sql

CROWD = 200
"""From so many rows on, COPY is faster than an INSERT, whose statement is prepared already."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is filled, of a PostgreSQL type."""

    name: str
    type: LiteralString


TEXTS: LiteralString = "text[]"
NUMBERS: LiteralString = "bigint[]"
_LISTS = {TEXTS, NUMBERS}


async def add(
    connection: Connection, table: str, columns: tuple[Column, ...], rows: Sequence[Row]
) -> None:
    """Add rows, whose members are in the order of the columns, to a table."""
    if len(rows) >= CROWD:
        names = [column.name for column in columns]
        await connection.copy_records_to_table(table, records=rows, columns=names)
    elif rows:
        await connection.execute(_insert(table, columns), *carried(columns, rows))


def unnested(columns: Sequence[Column]) -> Sql:
    """Return the arguments of an unnest that gives rows with these columns, but no values.

    What is a list itself comes as its text, to be cast.
    """
    return join(", ", [sql("{array}", array=_array(column)) for column in columns])


def carried(columns: Sequence[Column], rows: Sequence[Row]) -> list[Sequence[Any]]:
    """Return the values for `unnested`: an array for each column."""
    arrays: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for position, column in enumerate(columns):
        if column.type in _LISTS:
            arrays[position] = list(map(_literal, arrays[position]))
    return arrays


@cache
def _insert(table: str, columns: tuple[Column, ...]) -> str:
    statement = sql(
        "INSERT INTO {table} ({names}) SELECT {taken} FROM unnest({arrays}) AS row ({names})",
        table=quoted(table),
        names=join(", ", [quoted(column.name) for column in columns]),
        taken=join(", ", [_taken(column) for column in columns]),
        arrays=unnested(columns),
    )
    return statement.render()[0]


def _taken(column: Column) -> Sql:
    if column.type in _LISTS:
        return sql("row.{name}::{type}", name=quoted(column.name), type=sql(column.type))
    return sql("row.{name}", name=quoted(column.name))


def _array(column: Column) -> Bound:
    # An array cannot be an element of an array: it goes as text.
    return Bound(None, "text[]" if column.type in _LISTS else column.type + "[]")


def _literal(members: Sequence[str | int | None] | None) -> str | None:
    return None if members is None else "{" + ",".join(map(_element, members)) + "}"


def _element(text: str | int | None) -> str:
    if isinstance(text, int):
        return str(text)
    return "NULL" if text is None else '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
