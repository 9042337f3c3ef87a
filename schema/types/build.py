"""Declared types to a Strawberry schema: classes made in one pass, given fields in a second.

Every schema gets classes of its own: two that share one would share its fields' state too. The
classes get their fields afterwards because types refer to each other in circles.
"""

import re
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Optional

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.enum import EnumValue, StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.scalar import ScalarDefinition
from strawberry.types.union import StrawberryUnion

from schema.contract.declared import (
    Absent,
    Argument,
    Declared,
    Enumeration,
    Field,
    InputType,
    InterfaceType,
    ObjectType,
    UnionType,
)
from schema.types import scalars
from schema.types.schema_types import declarations
from store.catalogue import Catalogue

_BUILT_IN: dict[str, object] = {
    "String": str,
    "Int": int,
    "Float": float,
    "Boolean": bool,
    "ID": strawberry.ID,
}
_NOTATION = re.compile(r"(?P<list>\[(?P<of>.+)\])|(?P<name>\w+)")


def build(catalogue: Catalogue) -> strawberry.Schema:
    """Return the Strawberry schema of a catalogue.

    It takes some 20 ms per entity type, so call it off the event loop.
    """
    return _assemble(declarations(catalogue))


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """Return the graphql-core schema inside a Strawberry schema."""
    return schema._schema  # noqa: SLF001  # Strawberry has no public name for it.


@dataclass(frozen=True, slots=True)
class _Classes:
    """The Python side of every type by its GraphQL name; annotations are looked up in it."""

    known: dict[str, Any] = field(default_factory=lambda: dict(_BUILT_IN))
    scalars: dict[Any, ScalarDefinition] = field(default_factory=dict)
    annotations: dict[str, StrawberryAnnotation] = field(default_factory=dict)

    def annotation(self, notation: str) -> StrawberryAnnotation:
        """Return the annotation of a type in GraphQL's notation.

        Fields of one type share it, and with it what Strawberry finds out about it.
        """
        if notation not in self.annotations:
            self.annotations[notation] = StrawberryAnnotation(self._type(notation))
        return self.annotations[notation]

    def _type(self, notation: str) -> Any:
        required = notation.endswith("!")
        found = _NOTATION.fullmatch(notation.removesuffix("!"))
        if found is None:
            raise AssertionError(f"{notation} is no type")
        inner: Any = list[self._type(found["of"])] if found["list"] else self.known[found["name"]]  # type: ignore[misc]  # Made at run time.
        return inner if required else Optional[inner]  # noqa: UP045  # `|` refuses some of Strawberry's types.


def _assemble(declared: tuple[Declared, ...]) -> strawberry.Schema:
    classes = _Classes()
    for name, definition in scalars.definitions().items():
        key = types.new_class(name, (str,))
        classes.known[name] = key
        classes.scalars[key] = definition
    for each in _in_order(declared):
        classes.known[each.name] = _class(each, classes)
    for each in _in_order(declared):
        if not isinstance(each, Enumeration | UnionType):
            _give_fields(each, classes)
    objects = [classes.known[each.name] for each in declared if isinstance(each, ObjectType)]
    schema = strawberry.Schema(
        query=classes.known["Query"],
        mutation=classes.known["Mutation"],
        subscription=classes.known["Subscription"],
        types=[*objects, *classes.scalars],  # The contract names every scalar, used or not.
        config=StrawberryConfig(auto_camel_case=False, scalar_map=classes.scalars),
    )
    _leave_to_the_executor(core(schema))
    return schema


def _in_order(declared: tuple[Declared, ...]) -> Iterable[Declared]:
    interfaces = [each for each in declared if isinstance(each, InterfaceType)]
    # Node, then what implements Node alone (Entity, Edge), then the catalog's.
    yield from sorted(interfaces, key=lambda each: len(each.interfaces))
    yield from (each for each in declared if not isinstance(each, InterfaceType | UnionType))
    yield from (each for each in declared if isinstance(each, UnionType))


def _class(declared: Declared, classes: _Classes) -> object:
    match declared:
        case Enumeration():
            return _enum(declared)
        case UnionType():
            members = tuple(StrawberryAnnotation(classes.known[name]) for name in declared.types)
            return StrawberryUnion(declared.name, members, declared.description)
        case InputType():
            made = _new_class(declared.name, ())
            return strawberry.input(
                made, name=declared.name, one_of=declared.one_of, description=declared.description
            )
        case InterfaceType() | ObjectType():
            return _output_class(declared, classes)


def _output_class(declared: InterfaceType | ObjectType, classes: _Classes) -> object:
    bases = [classes.known[name] for name in declared.interfaces]
    # Python wants each base once: Entity is a Node already, the catalog's interfaces are Entities.
    nearest = [
        base for base in bases if not any(b is not base and issubclass(b, base) for b in bases)
    ]
    made = _new_class(declared.name, tuple(nearest))
    if isinstance(declared, InterfaceType):
        return strawberry.interface(made, name=declared.name, description=declared.description)
    return strawberry.type(made, name=declared.name, description=declared.description)


def _new_class(name: str, bases: tuple[type, ...]) -> Any:
    # Without its fields: as a dataclass it would have methods of Python compiled for each of them.
    return types.new_class(name, bases, exec_body=_in_this_module)


def _in_this_module(namespace: dict[str, Any]) -> None:
    namespace["__module__"] = __name__


def _python(name: str) -> str:
    # `from`, `in` and `not` are fields, and Python's words.
    return f"{name}_"


class _Settled(StrawberryField):
    """A field whose type is known: Strawberry asks for it seven times, and finds out each time."""

    def resolve_type(self, *, type_definition: object = None) -> Any:
        """Return the type that the annotation has, found out once for all that share it."""
        annotation = self.type_annotation
        if annotation is None:
            raise AssertionError(f"{self.graphql_name} has no type yet")
        return annotation.resolve()


def _output_field(declared: Field, classes: _Classes) -> StrawberryField:
    made = _Settled(
        python_name=_python(declared.name),
        graphql_name=declared.name,
        type_annotation=classes.annotation(declared.type),
        description=declared.description,
        deprecation_reason=declared.deprecated,
    )
    made.arguments = [_argument(argument, classes) for argument in declared.arguments]
    return made


def _input_field(declared: Argument, classes: _Classes) -> StrawberryField:
    return _Settled(
        python_name=_python(declared.name),
        graphql_name=declared.name,
        type_annotation=classes.annotation(declared.type),
        default=strawberry.UNSET if declared.default is Absent.ABSENT else declared.default,
        description=declared.description,
        deprecation_reason=declared.deprecated,
    )


def _enum(declared: Enumeration) -> StrawberryEnumDefinition:
    # A Python enum refuses some names that a catalog may use (`mro`), so its members are numbered.
    members = [(f"value_{n}", each.name) for n, each in enumerate(declared.values)]
    make: Any = StrEnum  # Type checkers take the call for a member, and want a literal.
    return StrawberryEnumDefinition(
        wrapped_cls=make(declared.name, members),
        name=declared.name,
        values=[
            EnumValue(each.name, each.name, each.deprecated, description=each.description)
            for each in declared.values
        ],
        description=declared.description,
    )


def _give_fields(declared: ObjectType | InterfaceType | InputType, classes: _Classes) -> None:
    """Give a class its fields, those of its interfaces first, which have theirs by now."""
    fields: dict[str, StrawberryField] = {}
    if isinstance(declared, InputType):
        fields |= {each.name: _input_field(each, classes) for each in declared.fields}
    else:
        for name in reversed(declared.interfaces):  # The most general comes last.
            inherited = classes.known[name].__strawberry_definition__.fields
            fields |= {str(each.graphql_name): each for each in inherited}
        fields |= {each.name: _output_field(each, classes) for each in declared.fields}
    classes.known[declared.name].__strawberry_definition__.fields[:] = fields.values()


def _argument(declared: Argument, classes: _Classes) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=_python(declared.name),
        graphql_name=declared.name,
        type_annotation=classes.annotation(declared.type),
        default=strawberry.UNSET if declared.default is Absent.ABSENT else declared.default,
        description=declared.description,
        deprecation_reason=declared.deprecated,
    )


def _leave_to_the_executor(schema: GraphQLSchema) -> None:
    """Take out Strawberry's resolvers: the executor reads JSON answers by response key."""
    for made in schema.type_map.values():
        if isinstance(made, GraphQLObjectType):
            made.is_type_of = None
        if isinstance(made, GraphQLObjectType) and not made.name.startswith("__"):
            for each in made.fields.values():
                each.resolve = None
        if isinstance(made, GraphQLUnionType):
            made.resolve_type = None
        if isinstance(made, GraphQLInputObjectType):
            # graphql-core knows oneOf too, in validation, coercion and introspection.
            one_of = made.extensions["strawberry-definition"].is_one_of
            made.is_one_of = bool(one_of)
