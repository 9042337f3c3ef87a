"""Values as they stand in a document."""

from collections.abc import Mapping
from typing import Any

from graphql.language import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from tests.queries.conditions import Word


def node(value: Any) -> ValueNode:  # noqa: PLR0911  # One each.
    """Return a value as it stands in a document."""
    match value:
        case Word(name):
            return EnumValueNode(value=name)
        case bool():
            return BooleanValueNode(value=value)
        case int():
            return IntValueNode(value=str(value))
        case float():
            return FloatValueNode(value=repr(value))
        case str():
            return StringValueNode(value=value)
        case Mapping():
            fields = tuple(
                ObjectFieldNode(name=NameNode(value=name), value=node(each))
                for name, each in value.items()
            )
            return ObjectValueNode(fields=fields)
        case _:
            return ListValueNode(values=tuple(map(node, value)))
