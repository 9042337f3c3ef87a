"""The scalars of the served schema: what input they take, strictly, and what they put out.

A value is taken in as canonical JSON has it (a Long becomes an int, all else but JSON a text) and
put out as the store keeps it. What does not fit is a request error.
"""

from collections.abc import Callable
from typing import Any

import orjson
import strawberry
from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    StringValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from strawberry.types.scalar import ScalarDefinition

from store import moment, values
from store.catalogue import Attribute, Catalogue, ValueType
from store.errors import CallerFault
from store.ids import AttributeId


def time_point(given: object) -> int | str:
    """Return a TimePoint as it was given, once it can be read."""
    try:
        moment.parse(given)
    except moment.MalformedTimePoint as fault:
        raise _error(fault, str(fault)) from None
    if isinstance(given, int | str):
        return given
    raise AssertionError("moment.parse takes integers and texts only")


def long(given: object) -> int:
    """Return a Long as an int: 64 bits, from an integer or its digits."""
    return int(_value(ValueType.LONG, given))


def _value(kind: ValueType, given: object) -> str:
    """Return a value as the store would keep it, a text without its quotes."""
    attribute = Attribute(AttributeId(0), "value", kind, kind)
    try:
        value: str = orjson.loads(values.parse(given, attribute, _NO_CATALOGUE, kind))
    except values.WrongValue as fault:
        raise _error(fault, str(fault)) from None
    return value


def _error(fault: CallerFault, sentence: str) -> GraphQLError:
    return GraphQLError(sentence, extensions={"code": fault.code, "category": fault.category})


def _text(kind: ValueType) -> Callable[[object], object]:
    return lambda given: _value(kind, given)


def _unchanged(given: Any) -> Any:  # JSON is whatever JSON is.
    return given


def _literal(take: Callable[[object], object]) -> Callable[..., object]:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
        return _taken(take, value_from_ast_untyped(node, variables), node)

    return parse_literal


def _taken(take: Callable[[object], object], value: object, node: ValueNode) -> object:
    try:
        return take(value)
    except GraphQLError as error:  # With its place in the document.
        raise GraphQLError(error.message, node, extensions=error.extensions) from None


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
    # A literal with a point keeps all of its digits: it never becomes a float.
    value: object = value_from_ast_untyped(node, variables)
    if isinstance(node, IntValueNode | FloatValueNode | StringValueNode):
        value = node.value
    return _taken(_text(ValueType.DECIMAL), value, node)


_RFC = "https://datatracker.ietf.org/doc/html"
_RFC_3339 = f"{_RFC}/rfc3339"
_NUMBERS = f"{_RFC}/rfc8259#section-6"  # It says which numbers of JSON everybody reads alike.
_NO_CATALOGUE = Catalogue()


def definitions() -> dict[str, ScalarDefinition]:
    """Return the definition of each scalar that GraphQL does not have, by name."""
    made = (
        _scalar(
            "TimePoint",
            "A point in time: a t (42), an ISO 8601 instant or date (a date is midnight, no zone"
            " is UTC), or the id of a transaction. It includes what happened at it.",
            time_point,
            url=_RFC_3339,
        ),
        _scalar(
            "Long",
            "An integer of 64 bits: a string on output, a string or number on input.",
            long,
            url=_NUMBERS,
        ),
        strawberry.scalar(
            name="Decimal",
            description="A decimal number: a string on output, a string or number on input.",
            serialize=_unchanged,
            parse_value=_text(ValueType.DECIMAL),
            parse_literal=_decimal_literal,
            specified_by_url=_NUMBERS,
        ),
        _scalar(
            "DateTime",
            "An instant as in RFC 3339, in UTC on output.",
            _text(ValueType.DATETIME),
            url=_RFC_3339,
        ),
        _scalar(
            "Date", "A day as in RFC 3339.", _text(ValueType.DATE), url=f"{_RFC_3339}#section-5.6"
        ),
        _scalar("UUID", "A UUID.", _text(ValueType.UUID), url=f"{_RFC}/rfc9562"),
        _scalar("URI", "A URI.", _text(ValueType.URI), url=f"{_RFC}/rfc3986"),
        _scalar("JSON", "Any JSON.", _unchanged, url=f"{_RFC}/rfc8259"),
        _scalar(
            "_Any",
            "An entity as another subgraph knows it: an object with __typename, and urn or id.",
            _unchanged,
        ),
        _scalar(
            "Keyword",
            "A word out of a set that is not fixed.",
            _text(ValueType.KEYWORD),
            url="https://github.com/edn-format/edn#keywords",
        ),
    )
    return {definition.name: definition for definition in made}
