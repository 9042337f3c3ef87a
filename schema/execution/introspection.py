"""Introspection: what the schema says of itself, as selected.

graphql-core walks a schema through its executor, field by field: for a catalog of 300 types that
takes seconds. Here the resolvers of its meta fields are called by themselves, and what is equal is
made once: a type that is referred to 10,000 times is one value.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    DirectiveLocation,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    TypeKind,
    get_introspection_query,
    print_ast,
)
from graphql.type import introspection_types

from resolvers.selection import Selected, given_value
from schema.execution.documents import exceeded
from schema.execution.queries import asked
from schema.execution.requests import Prepared, Request, prepare
from schema.execution.selections import introspection
from schema.execution.served import Served

_META_TYPES = {
    name: kind for name, kind in introspection_types.items() if isinstance(kind, GraphQLObjectType)
}

_LONGEST_KEPT = 20_000
# As graphql-js writes it, which GraphiQL and most tools use; and with all that it can ask.
_USUAL = (
    get_introspection_query(),
    get_introspection_query(
        schema_description=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        input_value_deprecation=True,
    ),
)
MOST_TOLD = 5_000
"""What one query may be told of each type: more than twice what tools ask for."""

Telling = Callable[[Any], object]  # Any: a schema, a type, a field … of graphql-core.


async def told(prepared: Prepared) -> Mapping[str, bytes]:
    """Return what a query asks the schema about itself, as JSON text by response key.

    It is made in a thread once and then kept. Raises RequestErrors where it is too much.
    """
    if not prepared.document.asks_schema:
        return {}
    asking = introspection(asked(prepared), prepared.operation)
    _check_weight(asking)
    return {key: text async for key, text in _told(prepared, asking)}


_LENGTHS = {
    "fields": 10,
    "args": 3,
    "inputFields": 6,
    "enumValues": 5,
    "interfaces": 2,
    "possibleTypes": 3,
    "locations": 3,
}
"""How long the lists of one type are, about; what is selected of a list is told as often."""


def _weight(selected: Selected) -> int:
    """Return how much is told of one type, about, by one field of the meta types."""
    below = sum(map(_weight, selected.of()))
    return 1 + _LENGTHS.get(selected.name, 1) * below


def _check_weight(fields: tuple[Selected, ...]) -> None:
    """Raise RequestErrors where the schema would be told many times over, under aliases."""
    given = sum(map(_weight, fields))
    if given > MOST_TOLD:
        sentence = f"the query asks for about {given} things of each type of the schema"
        raise exceeded("introspection", given, MOST_TOLD, sentence)


async def _told(
    prepared: Prepared, fields: tuple[Selected, ...]
) -> AsyncIterator[tuple[str, bytes]]:
    kept = prepared.served.introspected
    for each in fields:
        identity = _identity(prepared, each)
        text = kept.get(identity)
        if text is None:
            text = await asyncio.to_thread(_text, prepared, each)
            if len(str(identity)) <= _LONGEST_KEPT:
                kept.put(identity, text, len(text))
        yield each.key, text


def _identity(prepared: Prepared, selected: Selected) -> object:
    """Return what tells an answer from others, however its document is laid out."""
    name = prepared.operation.name
    given = orjson.dumps(prepared.request.variables, default=str)
    document = print_ast(prepared.document.node)
    return document, None if name is None else name.value, given, selected.key


def tell_ahead(served: Served) -> None:
    """Keep what the usual tools ask of a schema before they ask; call it off the event loop."""
    if not served.limits.introspection:
        return
    for query in _USUAL:
        prepared = prepare(served, Request(query))
        for each in introspection(asked(prepared), prepared.operation):
            text = _text(prepared, each)
            served.introspected.put(_identity(prepared, each), text, len(text))


def _text(prepared: Prepared, selected: Selected) -> bytes:
    values = prepared.variables.values
    return orjson.dumps(introspected(prepared.served.core, selected, values))


def introspected(
    schema: GraphQLSchema, selected: Selected, variables: Mapping[str, object]
) -> object:
    """Return the value of `__schema` or `__type`, as JSON has it, in the order selected."""
    maker = _Maker(schema, variables)
    if selected.name == "__schema":
        return maker.object("__Schema", selected)(schema)
    found = schema.get_type(str(given_value(selected.arguments["name"], variables)))
    return None if found is None else maker.object("__Type", selected)(found)


class _Maker:
    """Makes, of what is selected of a meta type, the function that tells it of one value."""

    def __init__(self, schema: GraphQLSchema, variables: Mapping[str, object]) -> None:
        self._info = SimpleNamespace(schema=schema)
        self._variables = variables

    def object(self, kind: str, selected: Selected) -> Telling:
        """Return what tells an object of a meta type."""
        fields = [(each.key, self._field(kind, each)) for each in selected.of()]
        if kind == "__Type":
            return _once(lambda source: {key: tell(source) for key, tell in fields})
        return lambda source: {key: tell(source) for key, tell in fields}

    def _field(self, kind: str, selected: Selected) -> Telling:
        if selected.name == "__typename":
            return lambda _: kind
        definition = _META_TYPES[kind].fields[selected.name]
        resolve: Any = definition.resolve  # graphql-core types it for its executor.
        info = self._info
        arguments = {
            name: given_value(value, self._variables) for name, value in selected.arguments.items()
        }
        many, below = _unwrapped(definition.type)
        if below not in _META_TYPES:
            return lambda source: _leaf(resolve(source, info, **arguments))
        tell = self.object(below, selected)
        if many:
            return lambda source: _each(tell, resolve(source, info, **arguments))
        return lambda source: _one(tell, resolve(source, info, **arguments))


def _once(tell: Telling) -> Telling:
    """Tell a type once: each reference to it is another object, of the same name."""
    told: dict[str, object] = {}

    def known(source: Any) -> object:
        name = str(source)
        if name not in told:
            told[name] = tell(source)
        return told[name]

    return known


def _one(tell: Telling, found: Any) -> object:
    return None if found is None else tell(found)


def _each(tell: Telling, found: Any) -> object:
    return None if found is None else [tell(each) for each in found]


def _unwrapped(kind: object) -> tuple[bool, str]:
    """Return whether a type is a list, and the name of what is in it."""
    many = False
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        many = many or isinstance(kind, GraphQLList)
        kind = kind.of_type
    return many, str(kind)


def _leaf(value: object) -> object:
    match value:
        case TypeKind() | DirectiveLocation():
            return value.name
        case list() | tuple():
            return [_leaf(each) for each in value]
        case _:
            return value
