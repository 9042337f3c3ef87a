"""Documents are looked through in one walk, and what is repeated in them is validated once."""

from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    Visitor,
    parse,
    validate,
    visit,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schema.execution import documents
from schema.execution.documents import DocumentLimits, RequestErrors, read
from schema.execution.repeated import without_repetition
from schema.execution.seen import META_FIELDS, looked_through
from schema.types.build import build, core
from tests.schema.catalogues import small

_KEYS = st.sampled_from(["", "a: ", "b: ", "c: ", "d: "])
_ROOTS = st.sampled_from(
    [
        'dataset(id: "x")',
        "dataset(id: $id)",
        "dataset(id: $unknown)",
        "dataset",
        "datasets",
        "datasets(first: $n)",
        "datasets(first: $id)",
        "datasets(where: {name: {eq: $text}})",
        "nothing",
        "__schema",
        '__type(name: "Dataset")',
    ]
)
_BELOW = st.sampled_from(
    [
        "",
        "{ name }",
        "{name}",
        "{ name name }",
        "{ name: urn name }",
        "{ nothing }",
        "{ totalCount }",
        "{ totalCount nodes { name } }",
        "{ nodes { name name: urn } }",
        "{ nodes { upstream(first: $n) { totalCount } } }",
        "{ upstream(first: $id) { totalCount } }",
        "{ upstream(first: $lost) { totalCount } }",
        "{ upstream(first: 1, first: 2) { totalCount } }",
        "{ upstream { nodes { ...F } } }",
        "{ ...F }",
        "{ ...G }",
        "{ ... on Model { name } }",
        "{ ... on Dataset { name @skip(if: $on) details } }",
        "{ name @include(if: $on) @include(if: true) @nowhere }",
        "{ history(attributes: $names) { t } }",
        "{ queryType { name } }",
        "{ fields { type { fields { type { fields { name } } } } } }",
    ]
)
_FIELDS = st.lists(st.tuples(_KEYS, _ROOTS, _BELOW), min_size=1, max_size=4)
_BEGINNINGS = st.sampled_from(
    ["", "query ($id: ID!, $n: Int) ", "query ($id: ID!, $id: ID) @skip(if: true) ", "mutation "]
)
_ENDS = st.sampled_from(
    [
        "",
        " fragment F on Dataset { name }",
        " fragment F on Dataset { name } fragment G on Dataset { b: name ...F }",
        " fragment F on Dataset { ...G } fragment G on Dataset { ...F }",
        " type T @deprecated @skip(if: [true]) { name: String @deprecated }",
    ]
)
_SPREADS = st.sampled_from(
    ["", "...R", "... { a: datasets { totalCount } }", "... @skip(if: $on) { b: basis { t } }"]
)
_END_OF_ROOT = " fragment R on Query { a: dataset(id: 1) { name } c: datasets { totalCount } }"
_OTHER = " fragment R on Query { b: dataset(id: 1) { name: urn } }"


@st.composite
def _documents(draw: st.DrawFn) -> str:
    fields, spread = draw(_FIELDS), draw(_SPREADS)
    # Some stand there again under a key of their own, as in most documents with aliases.
    again = [(f"k{n}: ", *each[1:]) for n, each in enumerate(fields * draw(st.integers(0, 2)))]
    told = " ".join([*map(" ".join, [*fields, *again]), spread])
    return f"{draw(_BEGINNINGS)}{{ {told} }}{draw(_ENDS)}{_END_OF_ROOT if spread == '...R' else ''}"


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return core(build(small()))


def _errors(served: GraphQLSchema, text: str) -> list[tuple[str, Any]]:
    try:
        read(text, served, DocumentLimits())
    except RequestErrors as errors:
        return [(each.message, each.locations) for each in errors.errors]
    return []


@example(
    "{ k: dataset(id: 1) { name } a: dataset(id: 1) { name } a: dataset(id: 1) { name: urn } }"
)
@example("{ a: dataset(id: 1) { name } b: basis { name } }")
@example("{ a: dataset(id: 1) { name } b: dataset(id: 1) { name } ...R }" + _OTHER)
@settings(deadline=None, max_examples=40)
@given(_documents())
def test_what_is_validated_once_is_valid_where_all_of_it_is(
    served: GraphQLSchema, text: str
) -> None:
    node = parse(text)
    expected = validate(served, node, max_errors=20, hide_suggestions=False)
    assert (not validate(served, without_repetition(node))) == (not expected)
    assert _errors(served, text) == [(each.message, each.locations) for each in expected]


class _Everything(Visitor):
    """Sees what a document holds by a call for each node."""

    def __init__(self) -> None:
        super().__init__()
        self.aliases = self.directives = 0
        self.asks_schema = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.aliases += node.alias is not None
        self.asks_schema = self.asks_schema or node.name.value in META_FIELDS

    def enter_directive(self, _node: DirectiveNode, *_: object) -> None:
        self.directives += 1


@settings(deadline=None, max_examples=40)
@given(_documents())
def test_what_a_document_holds_is_seen_in_one_walk(served: GraphQLSchema, text: str) -> None:
    node, everything = parse(text), _Everything()
    visit(node, everything)
    seen = looked_through(node)
    assert (seen.aliases, seen.directives, seen.asks_schema) == (
        everything.aliases,
        everything.directives,
        everything.asks_schema,
    )
    if not seen.may_decide:
        assert not documents._decisive(served, node)


def _selected(node: DocumentNode) -> int:
    everything = _Everything()
    visit(node, everything)
    return everything.aliases


def test_what_is_repeated_is_left_out() -> None:
    fields = " ".join(f"k{n}: dataset(id: {n}) {{ n: name u: urn }}" for n in range(50))
    node = parse(f"{{ {fields} }}")
    assert (_selected(node), _selected(without_repetition(node))) == (150, 52)


@pytest.mark.parametrize(
    "text",
    [
        "{ a: dataset(id: 1) { name } a: dataset(id: 1) { name } }",
        "{ a: dataset(id: 1) { name @skip(if: true) } b: dataset(id: 1) { name @skip(if: true) } }",
        "{ a: dataset(id: 1) { name } b: dataset(id: 1) { name } ...R }" + _END_OF_ROOT,
        "mutation { a: put { t } b: put { t } }",
        "{ a: dataset(id: 1) { name } b: model(id: 1) { name } }",
    ],
)
def test_what_might_differ_after_all_is_left_alone(text: str) -> None:
    node = parse(text)
    assert without_repetition(node) is node
