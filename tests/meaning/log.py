"""The datoms of a database, read from its log: values by the types of their attributes."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.meaning.facts import Attribute, Datom, Schema, World
from tests.meaning.values import BOOLEAN, DATE, ENTITY, INSTANT, NUMBER, TEXT, Value

DATOMS = "SELECT t, e, a, op, r, v FROM log ORDER BY t, n"
NAMES = "SELECT id, name FROM schema_name ORDER BY id"
HASHES = "SELECT t, encode(hash, 'hex') FROM tx ORDER BY t"

_BUILT_IN = {
    "tx/instant": "DateTime",
    "tx/recordedAt": "DateTime",
    "tx/line": "Long",
    "schema/slot": "Int",
}


def world(
    datoms: Sequence[Sequence[Any]],
    names: Sequence[Sequence[Any]],
    hashes: Sequence[Sequence[Any]],
    declared: Schema,
) -> World:
    """Return the world of the rows that DATOMS, NAMES and HASHES give, under a schema."""
    by_number = {number: name for number, name in names}  # noqa: C416  # Rows are no pairs.
    schema = Schema(declared.attributes, declared.interfaces, declared.edge_types, by_number)
    return World(
        tuple(
            Datom(e, by_number[a], _value(by_number[a], r, v, schema), t, op)
            for t, e, a, op, r, v in datoms
        ),
        schema,
        dict(map(tuple, hashes)),
    )


def attributes(
    *rows: tuple[str, str] | tuple[str, str, dict[str, Any]],
) -> dict[str, Attribute]:
    """Return attributes by name, from their names and types."""
    return {row[0]: Attribute(row[0], row[1], **(row[2] if len(row) > 2 else {})) for row in rows}


def _value(name: str, reference: int | None, text: str | None, schema: Schema) -> Value:
    if reference is not None:
        return (ENTITY, reference)
    assert text is not None
    declared = schema.attributes.get(name)
    return of_type(declared.type if declared else _BUILT_IN.get(name, ""), text)


def of_type(type_name: str, text: str) -> Value:  # noqa: C901, PLR0911  # One case for each.
    """Return the value that a canonical JSON text stands for."""
    match type_name:
        case "JSON":
            return (TEXT, text)
        case "Int":
            return (NUMBER, int(text))
        case "Float":
            return (NUMBER, float(text))
    plain = json.loads(text)
    match type_name:
        case "Long":
            return (NUMBER, int(plain))
        case "Decimal":
            return (NUMBER, Decimal(plain))
        case "DateTime":
            return (INSTANT, datetime.fromisoformat(plain))
        case "Date":
            return (DATE, date.fromisoformat(plain))
        case "UUID":
            return ("uuid", plain)
        case _:
            return (BOOLEAN, plain) if isinstance(plain, bool) else (TEXT, plain)
