"""The variables that an operation declares, worked out once: most requests then only fill them in.

graphql-core works the types out for each request; here that is done per document. Where all that
is declared are scalars and lists of them, and all are given, nothing else has to be looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    Undefined,
    is_leaf_type,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities import coerce_input_value


@dataclass(frozen=True, slots=True)
class Declared:
    """The variables of an operation, all of which leave places in a plan, whatever they hold."""

    signatures: tuple[GraphQLVariableSignature, ...]
    signed: Mapping[str, object]
    coercing: tuple[tuple[str, "Coerce"], ...]

    def values(self, given: Mapping[str, object]) -> Mapping[str, object] | None:
        """Return what is given, coerced; None where something is missing, null or does not fit."""
        values: dict[str, object] = {}
        for name, coerce in self.coercing:
            value = given.get(name)
            if value is None:
                return None
            try:
                values[name] = coerced = coerce(value)
            except Exception:  # noqa: BLE001  # As graphql-core has it: whatever says so.
                return None
            if coerced is Undefined:
                return None
        return values

    def coerced(self, given: Mapping[str, object], values: Mapping[str, object]) -> VariableValues:
        """Return what is given, and its values, as graphql-core has them."""
        sources = {
            each.name: VariableValueSource(each, given[each.name]) for each in self.signatures
        }
        return VariableValues(sources, dict(values))


Coerce = Callable[[object], object]
"""What coerces a value that is not null; where it does not fit, Undefined or an exception."""


def declared(
    schema: GraphQLSchema, operation: OperationDefinitionNode, decisive: frozenset[str]
) -> Declared | None:
    """Return the variables of an operation, or None where a plan depends on what some hold."""
    found = [get_variable_signature(schema, each) for each in operation.variable_definitions or ()]
    signatures = tuple(
        each
        for each in found
        if not isinstance(each, GraphQLError) and each.name not in decisive and is_open(each.type)
    )
    if len(signatures) < len(found):
        return None
    coercing = tuple((each.name, _coerce(each.type)) for each in signatures)
    return Declared(signatures, {each.name: ... for each in signatures}, coercing)


def _coerce(kind: GraphQLInputType) -> Coerce:
    """Return what coerces values as graphql-core does; of a scalar it does not look at the type."""
    inner = nullable(kind)
    if isinstance(inner, GraphQLScalarType):
        return inner.coerce_input_value
    if isinstance(inner, GraphQLList):
        member = nullable(inner.of_type)
        if isinstance(member, GraphQLScalarType):
            return _of_list(member.coerce_input_value, kind)
    return lambda value: coerce_input_value(value, kind)


def _of_list(coerce: Coerce, kind: GraphQLInputType) -> Coerce:
    """Return what coerces a list of scalars without looking at their type for each of them."""

    def coerced(value: object) -> object:
        if type(value) is not list or None in value:
            return coerce_input_value(value, kind)
        found = list(map(coerce, value))
        return Undefined if any(each is Undefined for each in found) else found

    return coerced


def nullable(kind: GraphQLType | None) -> GraphQLType | None:
    """Return a type, or the one that may be null beside it."""
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def is_open(kind: GraphQLType | None) -> bool:
    """Tell whether a variable of this type leaves only a place, whatever value it has but null."""
    inner = nullable(kind)
    match inner:
        case GraphQLList():
            return is_open(inner.of_type)
        case GraphQLEnumType():
            return False
        case _:
            return is_leaf_type(inner) and inner is not GraphQLBoolean
