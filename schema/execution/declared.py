"""The variables that an operation declares, worked out once: most requests then only fill them in.

graphql-core works the types out for each request; here that is done per document. Where all that
is declared are scalars and lists of them, and all are given, nothing else has to be looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
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

    def coerced(self, given: Mapping[str, object]) -> VariableValues | None:
        """Return what is given, coerced; None where something is missing, null or does not fit."""
        sources: dict[str, VariableValueSource] = {}
        values: dict[str, object] = {}
        for each in self.signatures:
            name, value = each.name, given.get(each.name)
            if value is None:
                return None
            coerced = coerce_input_value(value, each.type)
            if coerced is Undefined:
                return None
            sources[name] = VariableValueSource(each, value)
            values[name] = coerced
        return VariableValues(sources, values)


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
    return Declared(signatures, {each.name: ... for each in signatures})


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
