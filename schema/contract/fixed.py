"""The fixed part of the served schema: the `.graphql` files of this folder, read into values."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from graphql import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from schema.contract.conditions import described
from schema.contract.declared import (
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

_FOLDER = Path(__file__).parent
_EXTENSIONS = (ObjectTypeExtensionNode, InterfaceTypeExtensionNode)


@cache
def fixed() -> tuple[Declared, ...]:
    """Return every type of the fixed part, in the order of the files by name.

    What `extend type` says in one file is added to the type that another file has.
    """
    definitions = [each for file in sorted(_FOLDER.glob("*.graphql")) for each in _read(file)]
    added: dict[str, list[Field]] = {}
    for each in definitions:
        if isinstance(each, _EXTENSIONS):
            added.setdefault(each.name.value, []).extend(map(_field, each.fields or ()))
    whole = (each for each in definitions if not isinstance(each, _EXTENSIONS))
    return tuple(_extended(_declared(each), added) for each in whole)


def _read(file: Path) -> tuple[DefinitionNode, ...]:
    return tuple(parse(file.read_text(encoding="utf-8"), no_location=True).definitions)


def _extended(declared: Declared, added: Mapping[str, list[Field]]) -> Declared:
    if isinstance(declared, ObjectType | InterfaceType) and declared.name in added:
        return replace(declared, fields=(*declared.fields, *added[declared.name]))
    return declared


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
            one_of = any(each.name.value == "oneOf" for each in definition.directives or ())
            return InputType(definition.name.value, fields, one_of, description)
        case InterfaceTypeDefinitionNode():
            return InterfaceType(*_members(definition))
        case ObjectTypeDefinitionNode():
            return ObjectType(*_members(definition))
        case _:
            raise AssertionError(f"the contract holds something unforeseen: {definition}")


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
