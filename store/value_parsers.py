"""From JSON to canonical text, one function for each type of value."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

import orjson

from store.catalogue import ValueType

LONGEST_STRING = 2**20
"""Bytes of UTF-8 that a string, or a JSON value as text, may have."""

DEEPEST_JSON = 100
"""Levels of lists and objects in a JSON value: what is deeper could be kept and not given back."""


@dataclass(eq=False)
class Unfit(Exception):
    """A value does not fit its type; the sentence around this is the caller's."""

    expected: str


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("a string")
    if "\0" in value:
        raise Unfit("a string without NUL characters")
    try:
        encoded = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise Unfit("a string without lone surrogates") from None
    if len(encoded) > LONGEST_STRING and len(value.encode()) > LONGEST_STRING:
        raise Unfit(f"a string of at most {LONGEST_STRING} bytes")
    return encoded.decode()


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]*")
_KEYWORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,256}")


def _uri(value: object) -> str:
    text = _string(value)
    if not (isinstance(value, str) and _URI.fullmatch(value)):
        raise Unfit("a URI with a scheme, such as https://example.org/a")
    return text


def _keyword(value: object) -> str:
    text = _string(value)
    if not (isinstance(value, str) and _KEYWORD.fullmatch(value)):
        raise Unfit("a keyword: 1 to 256 characters without white space")
    return text


def _int(value: object) -> str:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise Unfit("an integer of 32 bits")
    return str(value)


_INTEGER = re.compile(r"-?[0-9]{1,40}")


def _long(value: object) -> str:
    number = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
    if type(number) is not int or not -(2**63) <= number < 2**63:
        raise Unfit("an integer of 64 bits, as a number or a string of digits")
    return f'"{number}"'


def _float(value: object) -> str:
    expected = "a finite number of 64 bits"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unfit(expected)
    try:
        number = float(value)
    except OverflowError:
        raise Unfit(expected) from None
    if not math.isfinite(number):
        raise Unfit(expected)
    return repr(number + 0.0)  # Adding 0.0 turns -0.0 into 0.0.


_DECIMAL = re.compile(r"[+-]?[0-9]{1,1000}(\.[0-9]{1,1000})?([eE][+-]?[0-9]{1,4})?")
_MOST_DIGITS = 1_000


def _decimal(value: object) -> str:
    expected = f"a decimal of at most {_MOST_DIGITS} digits, as a number or a string"
    try:
        match value:
            case bool():
                raise Unfit(expected)
            case str() if _DECIMAL.fullmatch(value):
                number = Decimal(value)
            case int() | Decimal():
                number = Decimal(value)
            case float():
                number = Decimal(repr(value))
            case _:
                raise Unfit(expected)
    except InvalidOperation:
        raise Unfit(expected) from None
    return f'"{_plain(number, expected)}"'


def _plain(number: Decimal, expected: str) -> str:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):  # NaN and Infinity have letters there.
        raise Unfit(expected)
    if not number:
        return "0"
    # Looked at before any digits are spelt out: 1e9999999 is short.
    if number.adjusted() >= _MOST_DIGITS or exponent < -3 * _MOST_DIGITS:
        raise Unfit(expected)
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if sum(map(str.isdigit, text)) > _MOST_DIGITS:
        raise Unfit(expected)
    return text


def _boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise Unfit("true or false")
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
                raise Unfit(expected)
            day, time, fraction, zone = found.groups()
            seconds = "" if time.count(":") == 2 else ":00"
            decimals = f".{fraction:0<6}" if fraction else ""
            instant = datetime.fromisoformat(f"{day}T{time}{seconds}{decimals}{zone or ''}".upper())
        return f'"{instant_text(instant)}"'
    except (ValueError, OverflowError):
        raise Unfit(expected) from None


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
        raise Unfit(expected)
    try:
        return f'"{date.fromisoformat(value).isoformat()}"'
    except ValueError:
        raise Unfit(expected) from None


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _uuid(value: object) -> str:
    if isinstance(value, UUID):
        return f'"{value}"'
    if not (isinstance(value, str) and _UUID.fullmatch(value)):
        raise Unfit("a UUID such as 123e4567-e89b-12d3-a456-426614174000")
    return f'"{value.lower()}"'


def json_text(value: object) -> str:
    """Return the canonical text of any JSON. Raises Unfit."""
    try:
        text = json.dumps(
            _readable(value, DEEPEST_JSON),
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            separators=(",", ":"),
            default=_json_number,
        )
        size = len(text.encode())
    except (TypeError, ValueError, OverflowError):  # A UnicodeEncodeError is a ValueError.
        raise Unfit("JSON without lone surrogates, and numbers of 64 bits") from None
    if "\\u0000" in text.replace("\\\\", ""):
        raise Unfit("JSON without NUL characters")
    if size > LONGEST_STRING:
        raise Unfit(f"JSON of at most {LONGEST_STRING} bytes")
    return text


def _readable(value: object, levels: int) -> object:
    """Return JSON as whoever reads it gets it: an integer beyond 64 bits is a float to them.

    Raises Unfit, and OverflowError where it is too large for one.
    """
    match value:
        case dict() | list() if not levels:
            raise Unfit(f"JSON of at most {DEEPEST_JSON} levels")
        case dict():
            return {key: _readable(each, levels - 1) for key, each in value.items()}
        case list():
            return [_readable(each, levels - 1) for each in value]
        case int() if not -(2**63) <= value < 2**64:
            return float(value)
        case _:
            return value


def _json_number(value: object) -> float:
    """Return what a Decimal of a transaction file is in JSON; nothing else needs help."""
    if not isinstance(value, Decimal):
        raise TypeError
    return float(value)


def _no_reference(value: object) -> str:
    raise AssertionError(f"the transactor resolves references: {value!r}")


PARSERS: Mapping[ValueType, Callable[[object], str]] = {
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
    ValueType.JSON: json_text,
    ValueType.KEYWORD: _keyword,
    ValueType.REF: _no_reference,
}
"""Each turns a value of its type into canonical text, or raises Unfit."""
