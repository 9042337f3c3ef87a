"""The fixed part of the served schema: `fixed.graphql` read into values."""

from functools import cache
from pathlib import Path

from graphql import (
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from schema.types.declared import (
    Absent,
    Argument,
    Declared,
    Enumeration,
    EnumMember,
    Field,
    InputType,
    InterfaceType,
    ObjectType,
)
from schema.types.filters import described

_FILE = Path(__file__).with_name("fixed.graphql")


@cache
def fixed() -> tuple[Declared, ...]:
    """Return every type of the fixed part, in the order of the file."""
    document = parse(_FILE.read_text(encoding="utf-8"), no_location=True)
    return tuple(_declared(definition) for definition in document.definitions)


def _declared(definition: object) -> Declared:
    match definition:
        case EnumTypeDefinitionNode():
            members = (
                EnumMember(v.name.value, _text(v.description)) for v in definition.values or ()
            )
            return Enumeration(definition.name.value, tuple(members), _text(definition.description))
        case InputObjectTypeDefinitionNode():
            fields = tuple(map(described, map(_argument, definition.fields or ())))
            description = _text(definition.description)
            return InputType(definition.name.value, fields, description=description)
        case InterfaceTypeDefinitionNode():
            return InterfaceType(*_members(definition))
        case ObjectTypeDefinitionNode():
            return ObjectType(*_members(definition))
        case _:
            raise AssertionError(f"{_FILE.name} holds something unforeseen: {definition}")


def _members(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
) -> tuple[str, tuple[Field, ...], tuple[str, ...], str | None]:
    interfaces = tuple(interface.name.value for interface in node.interfaces or ())
    return (
        node.name.value,
        tuple(map(_field, node.fields or ())),
        interfaces,
        _text(node.description),
    )


def _field(node: FieldDefinitionNode) -> Field:
    arguments = tuple(map(_argument, node.arguments or ()))
    return Field(node.name.value, print_ast(node.type), arguments, _text(node.description))


def _argument(node: InputValueDefinitionNode) -> Argument:
    default = value_from_ast_untyped(node.default_value) if node.default_value else Absent.ABSENT
    return Argument(node.name.value, print_ast(node.type), default, _text(node.description))


def _text(description: StringValueNode | None) -> str | None:
    return description.value if description else None
