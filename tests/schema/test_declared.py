"""Variables that are coerced the quick way: as graphql-core does it, or not at all."""

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.arguments import variables, variables_of
from schema.execution.declared import declared
from schema.types.build import build, core
from tests.schema.catalogues import small

_TYPES = ("ID", "String", "Int", "Float", "Long", "DateTime", "JSON", "Boolean", "DatasetKind")
_WRAPPED = ("{}", "{}!", "[{}]", "[{}!]!", "[[{}!]]", "{} = null")
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "E1048576", "7", "TABLE", "2026-03-01T00:00:00Z", "\0", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a"), inner),
    max_leaves=5,
)
_NONE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return core(build(small()))


def _operation(variables: str) -> OperationDefinitionNode:
    [operation] = parse(f"query ({variables}) {{ __typename }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


@given(st.sampled_from(_TYPES), st.sampled_from(_WRAPPED), _VALUES)
def test_what_is_coerced_quickly_is_what_graphql_core_makes_of_it(
    served: GraphQLSchema, name: str, wrapped: str, value: object
) -> None:
    asked = _operation(f"$v: {wrapped.format(name)}")
    known = declared(served, asked, _NONE)
    assert (known is None) == (name in {"Boolean", "DatasetKind"})
    for sent in ({"v": value}, {}, {"v": value, "w": 1}):
        quick = None if known is None else variables_of(known, sent, _NONE)
        if quick is not None:
            slow = variables(served, asked, sent, _NONE)
            assert quick.values == slow.values
            assert [each.value for each in quick.coerced.sources.values()] == [value]
            assert quick.coerced is quick.coerced  # Put together once, however many ask.
            assert quick.signature == slow.signature


@pytest.mark.parametrize("name", _TYPES)
def test_the_types_that_are_drawn_are_there(served: GraphQLSchema, name: str) -> None:
    assert name in served.type_map


def test_most_variables_are_coerced_quickly(served: GraphQLSchema) -> None:
    known = declared(served, _operation("$id: ID!, $urns: [String!]!, $first: Int"), _NONE)
    assert known is not None
    found = variables_of(known, {"id": 7, "urns": "a", "first": 3}, _NONE)
    assert found is not None
    assert found.values == {"id": "7", "urns": ["a"], "first": 3}


def test_what_decides_a_plan_is_not(served: GraphQLSchema) -> None:
    assert declared(served, _operation("$id: ID!"), frozenset({"id"})) is None
