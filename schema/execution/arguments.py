"""Arguments and variables to plain values, with a place where a plan does not depend on the value.

Scalars that a variable gives stay open (`Given`), so that one plan serves all their values. Nulls,
enums, Booleans and the structure of input objects decide the plan: they are its `signature`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial

import orjson
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLSchema,
    GraphQLType,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_variable_values,
    type_from_ast,
)
from graphql.execution.values import VariableValues
from graphql.utilities import coerce_input_literal

from resolvers.selection import Given
from schema.execution.declared import Declared, is_open, nullable
from schema.execution.documents import BAD_USER_INPUT, RequestErrors, refused, with_code

_MOST_ERRORS = 20
LONG = 2_000
"""Characters, or values, that take a while to be looked at."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of one request, coerced; of those `decisive` the plan holds the values.

    `values` are by name; a variable that was not given has none. `known` gives them as graphql-core
    has them, which only planning asks for.
    """

    values: Mapping[str, object]
    decisive: frozenset[str]
    signed: Mapping[str, object]
    known: Callable[[], VariableValues]

    @property
    def signature(self) -> tuple[object, ...]:
        """Return what the plan of a query depends on."""
        return tuple(self.signed.values())

    def signature_of(self, names: frozenset[str]) -> tuple[object, ...]:
        """Return what a plan depends on that uses some of the variables only."""
        return tuple(value for name, value in self.signed.items() if name in names)

    @property
    def coerced(self) -> VariableValues:
        """Return the values as graphql-core has them."""
        return self.known()

    def arguments(self, definition: GraphQLField, node: FieldNode) -> Iterator[tuple[str, object]]:
        """Yield the arguments of a field that are given or have a default."""
        given = {each.name.value: each.value for each in node.arguments or ()}
        for name, argument in definition.args.items():
            value = self._argument(argument, given.get(name))
            if value is not Undefined:
                yield name, value

    def value(self, kind: GraphQLType, node: ValueNode) -> object:
        """Return a value of the document: plain, a `Given`, or a structure of both."""
        inner = nullable(kind)
        match inner, node:
            case _, VariableNode():
                return self._variable(inner, node.name.value)
            case GraphQLList(), ListValueNode():
                return tuple(self.value(inner.of_type, each) for each in node.values or ())
            case GraphQLInputObjectType(), ObjectValueNode():
                return dict(self._fields(inner, node))
            case _:
                return self._literal(kind, node)

    def _argument(self, argument: GraphQLArgument, node: ValueNode | None) -> object:
        if node is None or self._is_absent(node):
            return argument.default_value
        return self.value(argument.type, node)

    def _fields(
        self, kind: GraphQLInputObjectType, node: ObjectValueNode
    ) -> Iterator[tuple[str, object]]:
        for each in node.fields or ():
            if not self._is_absent(each.value):
                name = each.name.value
                yield name, self.value(kind.fields[name].type, each.value)

    def _is_absent(self, node: ValueNode) -> bool:
        return isinstance(node, VariableNode) and node.name.value not in self.values

    def _variable(self, kind: GraphQLType | None, name: str) -> object:
        value = self.values.get(name)
        return _plain(value) if name in self.decisive else _place(kind, value, (name,))

    def _literal(self, kind: GraphQLType, node: ValueNode) -> object:
        wanted: GraphQLInputType = kind  # type: ignore[assignment]  # An argument's, by construction.
        value = coerce_input_literal(node, wanted, self.coerced)
        check_text(value)
        return _plain(None if value is Undefined else value)


def variables(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    given: Mapping[str, object],
    decisive: frozenset[str],
) -> Variables:
    """Return the variables that a request gives an operation.

    Raises RequestErrors where they do not fit what the operation declares.
    """
    definitions = operation.variable_definitions or ()
    coerced = get_variable_values(schema, definitions, dict(given), max_errors=_MOST_ERRORS)
    if isinstance(coerced, list):
        raise RequestErrors(tuple(with_code(error, BAD_USER_INPUT) for error in coerced))
    signed: dict[str, object] = {}
    for definition in definitions:
        name = definition.variable.name.value
        if name not in coerced.coerced:
            signed[name] = Undefined
        elif name in decisive:
            signed[name] = orjson.dumps(coerced.coerced[name], option=orjson.OPT_SORT_KEYS)
        else:
            kind = type_from_ast(schema, definition.type)
            signed[name] = _signed(kind, coerced.coerced[name])
    return Variables(coerced.coerced, decisive, signed, lambda: coerced)


def variables_of(
    declared: Declared, given: Mapping[str, object], decisive: frozenset[str]
) -> Variables | None:
    """Do as `variables`, quickly; None where that takes a closer look."""
    values = declared.values(given)
    if values is None:
        return None
    known = cache(partial(declared.coerced, given, values))  # Planning asks for each argument.
    return Variables(values, decisive, declared.signed, known)


def holds_more(value: object, most: int) -> bool:
    """Tell whether there are more than so many values in a value, however they are nested."""
    if not value:
        return False
    waiting, count = [value], 0
    while waiting and count <= most:
        match waiting.pop():
            case str() | int() | float() | None:  # Most values: told before a class is asked about.
                continue
            case dict() | Mapping() as members:
                waiting += [each for each in members.values() if type(each) is not str]
                count += len(members)
            case list() | tuple() as members:
                waiting += [each for each in members if type(each) is not str]
                count += len(members)
            case _:
                continue
    return count > most


def is_long(value: object) -> bool:
    """Tell whether a value takes its time to be looked at."""
    if isinstance(value, str):
        return len(value) > LONG
    return isinstance(value, Mapping | list) and holds_more(value, LONG)


def check_text(value: object) -> None:
    """Raise RequestErrors where a text inside a value holds NUL, which the store cannot keep."""
    if holds_nul(value):
        raise refused("a text holds the character NUL, which nothing here can", BAD_USER_INPUT)


def holds_nul(value: object) -> bool:
    """Tell whether a text inside a value holds NUL."""
    if isinstance(value, str):
        return "\0" in value
    try:  # JSON is written and searched ten times as fast as values are looked through.
        return b"\\u0000" in orjson.dumps(value) and _holds_nul(value)
    except orjson.JSONEncodeError:
        return _holds_nul(value)


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict() | Mapping():
            return any(map(_holds_nul, value.values()))
        case list() | tuple():
            return any(map(_holds_nul, value))
        case _:
            return False


def _signed(kind: GraphQLType | None, value: object) -> object:
    inner = nullable(kind)
    match inner, value:
        case _, None:
            return None
        case _, _ if is_open(inner):
            return ...
        case GraphQLList(), (list() | tuple()):
            return tuple(_signed(inner.of_type, each) for each in value)
        case GraphQLInputObjectType(), Mapping():
            return tuple((key, _signed(inner.fields[key].type, value[key])) for key in value)
        case _:
            return _plain(value)


def _place(kind: GraphQLType | None, value: object, path: tuple[str | int, ...]) -> object:
    inner = nullable(kind)
    match inner, value:
        case _, None:
            return None
        case _, _ if is_open(inner):
            return Given(path)
        case GraphQLList(), (list() | tuple()):
            return tuple(_place(inner.of_type, each, (*path, n)) for n, each in enumerate(value))
        case GraphQLInputObjectType(), Mapping():
            fields = inner.fields
            return {key: _place(fields[key].type, value[key], (*path, key)) for key in value}
        case _:
            return _plain(value)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case list() | tuple():
            return tuple(map(_plain, value))
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case _:
            return value
