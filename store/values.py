"""Values of attributes: from JSON to canonical text, from canonical text to PostgreSQL.

Two values of one type are equal exactly where their canonical texts are.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, LiteralString
from uuid import UUID

import orjson

from store.catalogue import Attribute, Catalogue, ValueType
from store.errors import CallerFault
from store.value_parsers import LONGEST_STRING, PARSERS, Unfit, instant_text, json_text

__all__ = ["LONGEST_STRING", "instant_text"]  # Passed on, for whoever only knows this file.

LONGEST_LIST = 64
LONGEST_LIST_TEXT = 2_048
ELSEWHERE = "~"
"""Stands in a version for a list that is too long for it and must be read from its fact table."""

SQL_TYPES: Mapping[ValueType, LiteralString] = MappingProxyType(
    {
        ValueType.STRING: "text",
        ValueType.INT: "integer",
        ValueType.LONG: "bigint",
        ValueType.FLOAT: "double precision",
        ValueType.DECIMAL: "numeric",
        ValueType.BOOLEAN: "boolean",
        ValueType.DATETIME: "timestamp with time zone",
        ValueType.DATE: "date",
        ValueType.UUID: "uuid",
        ValueType.URI: "text",
        ValueType.JSON: "text",
        ValueType.KEYWORD: "text",
        ValueType.REF: "bigint",
    }
)


@dataclass(eq=False)
class WrongValue(CallerFault):
    """A value is not of its attribute's type, or outside what the type can hold."""

    code: ClassVar[str] = "WRONG_VALUE"
    where: str
    expected: str
    given: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.given}"


def parse(value: object, attribute: Attribute, catalogue: Catalogue, where: str = "") -> str:
    """Return the canonical text of one value of an attribute that is no reference.

    Raises WrongValue, which says `where`, or the attribute's name.
    """
    try:
        if attribute.enum is not None:
            _check_enum(value, attribute.enum, catalogue)
        return PARSERS[attribute.type](value)
    except Unfit as unfit:
        raise WrongValue(where or attribute.name, unfit.expected, shortened(value)) from None


def instant(value: object, where: str) -> datetime:
    """Return the instant that a value of type DateTime stands for. Raises WrongValue."""
    try:
        return _unquoted_instant(PARSERS[ValueType.DATETIME](value))
    except Unfit as unfit:
        raise WrongValue(where, unfit.expected, shortened(value)) from None


def native(canonical: str, value_type: ValueType) -> object:
    """Return what asyncpg sends for a canonical text (and for a reference, its id)."""
    return _NATIVES[value_type](canonical)


def from_native(value: object, value_type: ValueType) -> str:
    """Return the canonical text of what asyncpg received from a fact table."""
    if value_type in {ValueType.REF, ValueType.JSON}:
        return str(value)
    if isinstance(value, str):  # A urn is stored as a URI, and need not be one.
        return quoted(value)
    return PARSERS[value_type](value)


def list_text(members: Iterable[str], value_type: ValueType) -> str:
    """Return what a version holds for a list with members: `[a,b]` by value, or ELSEWHERE."""
    ordered = sorted(members, key=_ORDERS[value_type])
    if len(ordered) > LONGEST_LIST:
        return ELSEWHERE
    text = "[" + ",".join(ordered) + "]"
    return text if len(text.encode()) <= LONGEST_LIST_TEXT else ELSEWHERE


def list_members(text: str, value_type: ValueType) -> frozenset[str]:
    """Return the canonical texts of the members of a list that a version holds."""
    match value_type:
        case ValueType.INT | ValueType.FLOAT | ValueType.BOOLEAN | ValueType.REF:
            return frozenset(text[1:-1].split(","))
        case ValueType.JSON:
            return frozenset(map(json_text, json.loads(text)))
        case _:
            return frozenset(map(quoted, orjson.loads(text)))


def quoted(text: str) -> str:
    """Return a string as JSON; it has no lone surrogates."""
    return orjson.dumps(text).decode()


_SHOWN = 80


def shortened(value: object) -> str:
    """Return a value as an error may show it."""
    try:
        text = repr(value[:_SHOWN]) if isinstance(value, str) else str(value)
    except (RecursionError, ValueError):  # Thousands of levels, or of digits.
        return f"a {type(value).__name__} that is too large to show"
    text = text.encode("utf-8", "backslashreplace").decode()
    return cut(text)


def cut(text: str) -> str:
    """Return the beginning of a text that may be long."""
    return text if len(text) < _SHOWN else f"{text[:_SHOWN]}…"


def _check_enum(value: object, name: str, catalogue: Catalogue) -> None:
    names = [known.name for known in catalogue.enums[name].values]
    if value not in names:
        raise Unfit(f"a value of {name} ({', '.join(names)})")


def _same(canonical: str) -> str:
    return canonical


def _is_true(canonical: str) -> bool:
    return canonical == "true"


def _unquoted_long(canonical: str) -> int:
    return int(canonical[1:-1])


def _unquoted_decimal(canonical: str) -> Decimal:
    return Decimal(canonical[1:-1])


def _unquoted_instant(canonical: str) -> datetime:
    return datetime.fromisoformat(canonical[1:-1])


def _unquoted_date(canonical: str) -> date:
    return date.fromisoformat(canonical[1:-1])


def _unquoted_uuid(canonical: str) -> UUID:
    return UUID(canonical[1:-1])


_NATIVES: Mapping[ValueType, Callable[[str], object]] = {
    ValueType.STRING: orjson.loads,
    ValueType.INT: int,
    ValueType.LONG: _unquoted_long,
    ValueType.FLOAT: float,
    ValueType.DECIMAL: _unquoted_decimal,
    ValueType.BOOLEAN: _is_true,
    ValueType.DATETIME: _unquoted_instant,
    ValueType.DATE: _unquoted_date,
    ValueType.UUID: _unquoted_uuid,
    ValueType.URI: orjson.loads,
    ValueType.JSON: _same,
    ValueType.KEYWORD: orjson.loads,
    ValueType.REF: int,
}

# How the members of a list are ordered: `Any`, since what is compared with `<` has no common type.
_ORDERS: Mapping[ValueType, Callable[[str], Any]] = _NATIVES
