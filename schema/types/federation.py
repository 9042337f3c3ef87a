"""The served schema as a subgraph of Apollo Federation 2 tells it.

Entities have keys, their urn and their id, and so have the interfaces that they implement: another
subgraph may refer to them, and add fields to all that implement an interface. Whatever has no key
is shareable: it is reached through an entity only, so whoever else has such a type may bring it.
"""

from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
)
from graphql.utilities.print_schema import print_description, print_type

from schema.sdl.names import ENTITY_UNION

VERSION = "v2.3"
"""The first in which an interface may have a key."""

_LINK = (
    f'extend schema @link(url: "https://specs.apollo.dev/federation/{VERSION}",'
    ' import: ["@key", "@shareable"])'
)
# Composition knows the directive no more than it knows those of others.
_ONE_OF = "directive @oneOf on INPUT_OBJECT"
_KEYS = ' @key(fields: "urn") @key(fields: "id")'
_SHAREABLE = " @shareable"
# What Federation brings itself, and every subgraph has.
_OWN_TYPES = frozenset({ENTITY_UNION, "_Any", "_Service"})
_OWN_FIELDS = ("_entities", "_service")
_ENTITY = "Entity"


def subgraph(schema: GraphQLSchema) -> str:
    """Return the SDL of a schema for Federation. It takes its time: call it off the event loop."""
    # A copy, in which types may be changed.
    copy = lexicographic_sort_schema(schema)
    if copy.query_type is not None:
        for name in _OWN_FIELDS:
            del copy.query_type.fields[name]
    roots = {copy.query_type, copy.mutation_type, copy.subscription_type}
    types = (_printed(each, is_root=each in roots) for each in _told(copy))
    return "\n\n".join((_LINK, _ONE_OF, *types)) + "\n"


def _told(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for each in schema.type_map.values():
        built_in = is_introspection_type(each) or is_specified_scalar_type(each)
        if not built_in and each.name not in _OWN_TYPES:
            yield each


def _printed(kind: GraphQLNamedType, *, is_root: bool) -> str:
    described = print_description(kind)
    kind.description = None
    head, brace, body = print_type(kind).partition(" {\n")
    return f"{described}{head}{'' if is_root else _directives(kind)}{brace}{body}"


def _directives(kind: GraphQLNamedType) -> str:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and _is_entity(kind):
        return _KEYS
    return _SHAREABLE if isinstance(kind, GraphQLObjectType) else ""


def _is_entity(kind: GraphQLObjectType | GraphQLInterfaceType) -> bool:
    return kind.name == _ENTITY or any(each.name == _ENTITY for each in kind.interfaces)
