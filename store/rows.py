"""Rows into tables, many at a time: COPY for a crowd, one INSERT from arrays for a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from store.database import Connection
from store.sql import Bound, Sql, join, quoted, sql

CROWD = 200
"""From so many rows on, COPY is faster than an INSERT, whose statement is prepared already."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is filled, of a PostgreSQL type."""

    name: str
    type: LiteralString


TEXTS: LiteralString = "text[]"


async def add(
    connection: Connection,
    table: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[object, ...]],
) -> None:
    """Add rows, whose members are in the order of the columns, to a table."""
    if len(rows) >= CROWD:
        names = [column.name for column in columns]
        await connection.copy_records_to_table(table, records=rows, columns=names)
    elif rows:
        text, arguments = _insert(table, columns, rows).render()
        await connection.execute(text, *arguments)


def arrays(columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> Sql:
    """Return the arguments of an unnest that gives the rows again."""
    taken = zip(columns, zip(*rows, strict=True), strict=True)
    return join(", ", [_array(column, values) for column, values in taken])


def names(columns: Sequence[Column]) -> Sql:
    """Return the names of the columns, quoted."""
    return join(", ", [quoted(column.name) for column in columns])


def _insert(table: str, columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> Sql:
    return sql(
        "INSERT INTO {table} ({names}) SELECT {taken} FROM unnest({arrays}) AS row ({names})",
        table=quoted(table),
        names=names(columns),
        taken=join(", ", [_taken(column) for column in columns]),
        arrays=arrays(columns, rows),
    )


def _taken(column: Column) -> Sql:
    if column.type == TEXTS:
        return sql("row.{name}::text[]", name=quoted(column.name))
    return sql("row.{name}", name=quoted(column.name))


def _array(column: Column, values: Sequence[Any]) -> Sql:
    if column.type == TEXTS:  # An array cannot be an element of an array: it goes as text.
        return sql("{literals}", literals=Bound(list(map(_literal, values)), "text[]"))
    return sql("{values}", values=Bound(values, column.type + "[]"))


def _literal(texts: list[str | None]) -> str:
    return "{" + ",".join(map(_element, texts)) + "}"


def _element(text: str | None) -> str:
    return "NULL" if text is None else '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
