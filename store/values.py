"""Values of attributes: from JSON to canonical text, from canonical text to PostgreSQL.

Two values of one type are equal exactly where their canonical texts are.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, ClassVar, LiteralString
from uuid import UUID

import orjson

from store.catalogue import Attribute, Catalogue, ValueType
from store.errors import CallerFault

LONGEST_STRING = 2**20
"""Bytes of UTF-8 that a string, or a JSON value as text, may have."""

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
        return _PARSERS[attribute.type](value)
    except _Unfit as unfit:
        raise WrongValue(where or attribute.name, unfit.expected, shortened(value)) from None


def instant(value: object, where: str) -> datetime:
    """Return the instant that a value of type DateTime stands for. Raises WrongValue."""
    try:
        return _unquoted_instant(_datetime(value))
    except _Unfit as unfit:
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
    return _PARSERS[value_type](value)


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
            return frozenset(map(_json, json.loads(text)))
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


@dataclass(eq=False)
class _Unfit(Exception):
    expected: str


def _check_enum(value: object, name: str, catalogue: Catalogue) -> None:
    names = [known.name for known in catalogue.enums[name].values]
    if value not in names:
        raise _Unfit(f"a value of {name} ({', '.join(names)})")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit("a string")
    if "\0" in value:
        raise _Unfit("a string without NUL characters")
    try:
        encoded = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise _Unfit("a string without lone surrogates") from None
    if len(encoded) > LONGEST_STRING and len(value.encode()) > LONGEST_STRING:
        raise _Unfit(f"a string of at most {LONGEST_STRING} bytes")
    return encoded.decode()


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]*")
_KEYWORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,256}")


def _uri(value: object) -> str:
    text = _string(value)
    if not (isinstance(value, str) and _URI.fullmatch(value)):
        raise _Unfit("a URI with a scheme, such as https://example.org/a")
    return text


def _keyword(value: object) -> str:
    text = _string(value)
    if not (isinstance(value, str) and _KEYWORD.fullmatch(value)):
        raise _Unfit("a keyword: 1 to 256 characters without white space")
    return text


def _int(value: object) -> str:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise _Unfit("an integer of 32 bits")
    return str(value)


_INTEGER = re.compile(r"-?[0-9]{1,40}")


def _long(value: object) -> str:
    number = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
    if type(number) is not int or not -(2**63) <= number < 2**63:
        raise _Unfit("an integer of 64 bits, as a number or a string of digits")
    return f'"{number}"'


def _float(value: object) -> str:
    expected = "a finite number of 64 bits"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Unfit(expected)
    try:
        number = float(value)
    except OverflowError:
        raise _Unfit(expected) from None
    if not math.isfinite(number):
        raise _Unfit(expected)
    return repr(number + 0.0)  # Adding 0.0 turns -0.0 into 0.0.


_DECIMAL = re.compile(r"[+-]?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,4})?")
_MOST_DIGITS = 1_000


def _decimal(value: object) -> str:
    expected = f"a decimal of at most {_MOST_DIGITS} digits, as a number or a string"
    try:
        match value:
            case bool():
                raise _Unfit(expected)
            case str() if _DECIMAL.fullmatch(value):
                number = Decimal(value)
            case int() | Decimal():
                number = Decimal(value)
            case float():
                number = Decimal(repr(value))
            case _:
                raise _Unfit(expected)
    except InvalidOperation:
        raise _Unfit(expected) from None
    return f'"{_plain(number, expected)}"'


def _plain(number: Decimal, expected: str) -> str:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):  # NaN and Infinity have letters there.
        raise _Unfit(expected)
    if not number:
        return "0"
    # Looked at before any digits are spelt out: 1e9999999 is short.
    if number.adjusted() >= _MOST_DIGITS or exponent < -3 * _MOST_DIGITS:
        raise _Unfit(expected)
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if sum(map(str.isdigit, text)) > _MOST_DIGITS:
        raise _Unfit(expected)
    return text


def _boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise _Unfit("true or false")
    return "true" if value else "false"


_DATETIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,6})0*)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)


def _datetime(value: object) -> str:
    expected = "an instant such as 2024-03-01T12:00:00Z, of at most 6 decimals (UTC without a zone)"
    try:
        if isinstance(value, datetime):
            instant = value
        else:
            found = _DATETIME.fullmatch(value) if isinstance(value, str) else None
            if found is None:
                raise _Unfit(expected)
            day, time, fraction, zone = found.groups()
            seconds = "" if time.count(":") == 2 else ":00"
            decimals = f".{fraction:0<6}" if fraction else ""
            instant = datetime.fromisoformat(f"{day}T{time}{seconds}{decimals}{zone or ''}".upper())
        return f'"{instant_text(instant)}"'
    except (ValueError, OverflowError):
        raise _Unfit(expected) from None


def instant_text(instant: datetime) -> str:
    """Return an instant as RFC 3339 in UTC (no zone is UTC), with a fraction where there is one."""
    utc = instant.astimezone(UTC) if instant.tzinfo else instant
    text = utc.replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if utc.microsecond else text) + "Z"


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _date(value: object) -> str:
    expected = "a date such as 2024-03-01"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        raise _Unfit(expected)
    try:
        return f'"{date.fromisoformat(value).isoformat()}"'
    except ValueError:
        raise _Unfit(expected) from None


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _uuid(value: object) -> str:
    if isinstance(value, UUID):
        return f'"{value}"'
    if not (isinstance(value, str) and _UUID.fullmatch(value)):
        raise _Unfit("a UUID such as 123e4567-e89b-12d3-a456-426614174000")
    return f'"{value.lower()}"'


def _json(value: object) -> str:
    try:
        text = json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            separators=(",", ":"),
            default=_json_number,
        )
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError):  # A UnicodeEncodeError is a ValueError.
        raise _Unfit("JSON without NaN, lone surrogates, or hundreds of levels") from None
    if "\\u0000" in text.replace("\\\\", ""):
        raise _Unfit("JSON without NUL characters")
    if size > LONGEST_STRING:
        raise _Unfit(f"JSON of at most {LONGEST_STRING} bytes")
    return text


def _json_number(value: object) -> float:
    """Return what a Decimal of a transaction file is in JSON; nothing else needs help."""
    if not isinstance(value, Decimal):
        raise TypeError
    return float(value)


def _no_reference(value: object) -> str:
    raise AssertionError(f"the transactor resolves references: {value!r}")


_PARSERS: Mapping[ValueType, Callable[[object], str]] = {
    ValueType.STRING: _string,
    ValueType.INT: _int,
    ValueType.LONG: _long,
    ValueType.FLOAT: _float,
    ValueType.DECIMAL: _decimal,
    ValueType.BOOLEAN: _boolean,
    ValueType.DATETIME: _datetime,
    ValueType.DATE: _date,
    ValueType.UUID: _uuid,
    ValueType.URI: _uri,
    ValueType.JSON: _json,
    ValueType.KEYWORD: _keyword,
    ValueType.REF: _no_reference,
}


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
