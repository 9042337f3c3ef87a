"""The scalars of the served schema: what input they take, strictly, and what they put out.

A value is taken in as canonical JSON has it (a Long becomes an int, all else but JSON a text) and
put out as the store keeps it. What does not fit is a request error.
"""

import datetime
import re
import uuid
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry
from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
    value_from_ast_untyped,
)
from strawberry.types.scalar import ScalarDefinition

from store import moment

_LONG = re.compile(r"-?\d{1,19}")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f]*")
_MOST_DIGITS = 1_000


def _refused(expected: str, given: object, code: str = "BAD_USER_INPUT") -> GraphQLError:
    shown = repr(given) if len(repr(given)) <= 80 else f"{repr(given)[:80]}…"
    extensions = {"code": code, "category": "incorrect"}
    return GraphQLError(f"{shown} is no {expected}", extensions=extensions)


def time_point(given: object) -> int | str:
    """Return a TimePoint as it was given, once it can be read."""
    try:
        moment.parse(given)
    except moment.MalformedTimePoint as fault:
        extensions = {"code": fault.code, "category": fault.category}
        raise GraphQLError(str(fault), extensions=extensions) from None
    if isinstance(given, int | str):
        return given
    raise AssertionError("moment.parse takes integers and texts only")


def long(given: object) -> int:
    """Return a Long as an int: 64 bits, from an integer or its digits."""
    whole = _whole(given)
    if whole is None or not -(2**63) <= whole < 2**63:
        raise _refused("Long: give an integer of 64 bits, as a number or a string", given)
    return whole


def _whole(given: object) -> int | None:
    if isinstance(given, str) and _LONG.fullmatch(given):
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def decimal(given: object) -> str:
    """Return a Decimal as text without exponent, from a number or its text."""
    expected = f"Decimal: give a number of at most {_MOST_DIGITS} digits, as a number or a string"
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise _refused(expected, given)
    text = str(given)
    if _DECIMAL.fullmatch(text) is None or len(text) > _MOST_DIGITS:
        raise _refused(expected, given)
    try:
        written = format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        raise _refused(expected, given) from None
    if len(written) > _MOST_DIGITS:
        raise _refused(expected, given)
    return "0" if written == "-0" else written


def date_time(given: object) -> str:
    """Return a DateTime in UTC as RFC 3339; without a zone it is UTC."""
    expected = 'DateTime: give one as in RFC 3339 ("2024-03-01T12:00:00Z")'
    if not isinstance(given, str) or _DATE_TIME.fullmatch(given) is None:
        raise _refused(expected, given)
    try:
        instant = datetime.datetime.fromisoformat(given.upper())
        zoned = instant if instant.tzinfo else instant.replace(tzinfo=datetime.UTC)
        utc = zoned.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _refused(expected, given) from None
    return utc.isoformat().replace("+00:00", "Z")


def date(given: object) -> str:
    """Return a Date as RFC 3339 writes it."""
    expected = 'Date: give one as in RFC 3339 ("2024-03-01")'
    if not isinstance(given, str) or _DATE.fullmatch(given) is None:
        raise _refused(expected, given)
    try:
        return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        raise _refused(expected, given) from None


def uuid_(given: object) -> str:
    """Return a UUID in lower case with its hyphens."""
    if not isinstance(given, str) or _UUID.fullmatch(given) is None:
        raise _refused('UUID: give one as in "123e4567-e89b-12d3-a456-426614174000"', given)
    return str(uuid.UUID(given))


def uri(given: object) -> str:
    """Return a URI unchanged: it has a scheme and no white space."""
    if not isinstance(given, str) or _URI.fullmatch(given) is None:
        raise _refused('URI: give one with a scheme ("https://example.org/")', given)
    return given


def keyword(given: object) -> str:
    """Return a Keyword unchanged."""
    if not isinstance(given, str):
        raise _refused("Keyword: give a string", given)
    return given


def _unchanged(given: Any) -> Any:  # JSON is whatever JSON is.
    return given


def _exactly(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
    # A literal with a point keeps all of its digits: it never becomes a float.
    if isinstance(node, IntValueNode | FloatValueNode | StringValueNode):
        return node.value
    raise _refused("Decimal: give a number, as a number or a string", print_ast(node))


def _literal(take: Callable[[object], object]) -> Callable[..., object]:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
        return take(value_from_ast_untyped(node, variables))

    return parse_literal


def _scalar(
    name: str,
    description: str,
    take: Callable[[Any], object],
    *,
    url: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=_unchanged,
        parse_value=take,
        parse_literal=_literal(take),
    )


def _decimal_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
    return decimal(_exactly(node, variables))


_RFC_3339 = "https://datatracker.ietf.org/doc/html/rfc3339"
_DECIMAL_SCALAR = strawberry.scalar(
    name="Decimal",
    description="A number of any precision: a string on output, a string or number on input.",
    serialize=_unchanged,
    parse_value=decimal,
    parse_literal=_decimal_literal,
)


def definitions() -> dict[str, ScalarDefinition]:
    """Return the definition of each scalar that GraphQL does not have, by name."""
    made = (
        _scalar(
            "TimePoint",
            "A point in time: a t (42), an ISO 8601 instant or date (a date is midnight, no zone"
            " is UTC), or the id of a transaction. It includes what happened at it.",
            time_point,
        ),
        _scalar(
            "Long", "An integer of 64 bits: a string on output, a string or number on input.", long
        ),
        _DECIMAL_SCALAR,
        _scalar(
            "DateTime", "An instant as in RFC 3339, in UTC on output.", date_time, url=_RFC_3339
        ),
        _scalar("Date", "A day as in RFC 3339.", date, url=f"{_RFC_3339}#section-5.6"),
        _scalar("UUID", "A UUID.", uuid_, url="https://datatracker.ietf.org/doc/html/rfc9562"),
        _scalar("URI", "A URI.", uri, url="https://datatracker.ietf.org/doc/html/rfc3986"),
        _scalar(
            "JSON", "Any JSON.", _unchanged, url="https://datatracker.ietf.org/doc/html/rfc8259"
        ),
        _scalar("Keyword", "A word out of a set that is not fixed.", keyword),
    )
    return {definition.name: definition for definition in made}
