"""From a document and its variables to what is selected."""

from collections.abc import Mapping

import pytest
from graphql import GraphQLSchema

from resolvers.selection import Given, Selected
from schema.execution.arguments import Variables, variables
from schema.execution.documents import Document, DocumentLimits, RequestErrors, operation, read
from schema.execution.selections import Asked, select
from schema.types.build import build, core
from tests.schema.catalogues import small

_LIMITS = DocumentLimits()


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return core(build(small()))


def _variables(
    served: GraphQLSchema, document: Document, given: Mapping[str, object] | None
) -> Variables:
    return variables(served, operation(document, None), given or {}, document.decisive)


def _select(
    served: GraphQLSchema,
    text: str,
    given: Mapping[str, object] | None = None,
) -> tuple[Selected, ...]:
    document = read(text, served, _LIMITS)
    given_variables = _variables(served, document, given)
    asked = Asked(served, small(), document, given_variables, _LIMITS)
    return select(asked, operation(document, None))


def _signature(
    served: GraphQLSchema, text: str, given: Mapping[str, object] | None = None
) -> tuple[object, ...]:
    return _variables(served, read(text, served, _LIMITS), given).signature


def _code(error: RequestErrors) -> object:
    return (error.errors[0].extensions or {})["code"]


def _keys(selected: tuple[Selected, ...]) -> list[tuple[str, str]]:
    return [(each.key, each.name) for each in selected]


def test_fields_come_in_the_order_of_the_answer_with_their_aliases(served: GraphQLSchema) -> None:
    [dataset] = _select(served, '{ d: dataset(id: "E1048576") { b: name id __typename a: name } }')
    assert (dataset.key, dataset.name) == ("d", "dataset")
    assert dataset.arguments == {"id": "E1048576"}
    expected = [("b", "name"), ("id", "id"), ("__typename", "__typename"), ("a", "name")]
    assert _keys(dataset.of("Dataset")) == expected


def test_equal_keys_are_merged_through_fragments(served: GraphQLSchema) -> None:
    [dataset] = _select(
        served,
        """{ dataset(id: "x") { upstream { nodes { name } } ...more } }
        fragment more on Dataset { upstream { nodes { urn ...twice } totalCount } ...twice }
        fragment twice on Entity { id }""",
    )
    upstream, identity = dataset.of("Dataset")
    assert (upstream.name, identity.name) == ("upstream", "id")
    nodes, total = upstream.of()
    assert total.name == "totalCount"
    assert _keys(nodes.of("Dataset")) == [("name", "name"), ("urn", "urn"), ("id", "id")]


def test_connections_edges_and_transactions_have_no_type_of_their_own(
    served: GraphQLSchema,
) -> None:
    [datasets] = _select(
        served, "{ datasets { edges { cursor node { changedAt { t } } } pageInfo { endCursor } } }"
    )
    edges, page = datasets.of()
    assert _keys(page.of()) == [("endCursor", "endCursor")]
    assert _keys(edges.of()) == [("cursor", "cursor"), ("node", "node")]
    [changed] = edges.of()[1].of("Dataset")
    assert _keys(changed.of()) == [("t", "t")]


def test_the_edge_of_a_relation_stands_under_its_type(served: GraphQLSchema) -> None:
    [dataset] = _select(
        served, '{ dataset(id: "x") { upstream { edges { edge { weight since { t } } } } } }'
    )
    [edges] = dataset.of("Dataset")[0].of()
    [edge] = edges.of()
    assert _keys(edge.of("DerivedFrom")) == [("weight", "weight"), ("since", "since")]


def test_type_conditions_choose_by_concrete_type(served: GraphQLSchema) -> None:
    [entity] = _select(
        served,
        """{ entity(id: "x") {
          urn ... on Dataset { name } ... on Owner { label: name ... on Team { id } }
        } }""",
    )
    assert _keys(entity.of("Dataset")) == [("urn", "urn"), ("name", "name")]
    assert _keys(entity.of("Model")) == [("urn", "urn")]
    assert _keys(entity.of("Team")) == [("urn", "urn"), ("label", "name"), ("id", "id")]
    assert _keys(entity.of("User")) == [("urn", "urn"), ("label", "name")]
    assert _keys(entity.of("Unknown")) == [("urn", "urn"), ("label", "name")]
    assert entity.of("DerivedFrom") == ()


def test_a_node_may_be_an_edge_or_a_transaction(served: GraphQLSchema) -> None:
    [node] = _select(served, '{ node(id: "T1") { id ... on Transaction { t } } }')
    assert _keys(node.of("Transaction")) == [("id", "id"), ("t", "t")]
    assert _keys(node.of("DerivedFrom")) == [("id", "id")]
    assert node.of("Dataset")[0] is node.of("Model")[0]


def test_skip_and_include_decide(served: GraphQLSchema) -> None:
    text = """query ($on: Boolean!, $off: Boolean!) {
      dataset(id: "x") {
        a: name @include(if: $on) b: name @skip(if: $on) c: name @include(if: $off)
        d: name @skip(if: $off) e: name @skip(if: false) @include(if: true)
        ... @include(if: $off) { f: name } ...g @skip(if: $on)
      }
    }
    fragment g on Dataset { g: name }"""
    [dataset] = _select(served, text, {"on": True, "off": False})
    assert [each.key for each in dataset.of("Dataset")] == ["a", "d", "e"]


def test_a_field_without_children_left_has_none(served: GraphQLSchema) -> None:
    [dataset] = _select(served, '{ dataset(id: "x") { name @skip(if: true) } }')
    assert dataset.children == {}


def test_introspection_is_left_to_graphql(served: GraphQLSchema) -> None:
    selected = _select(
        served, '{ __typename __schema { types { name } } __type(name: "X") { name } }'
    )
    assert [each.name for each in selected] == ["__typename"]


def test_literals_are_plain_and_defaults_are_there(served: GraphQLSchema) -> None:
    lineage, datasets = _select(
        served,
        """{
          lineage(of: "E1", edgeTypes: [DerivedFrom], asOf: 3) { complete }
          datasets(where: {or: [{rows: {gt: 12345678901}}, {kind: {in: [mro]}}], not: {name: null}},
                   orderBy: {name: DESC}, first: 2) { totalCount }
        }""",
    )
    assert lineage.arguments == {
        "of": ("E1",),
        "direction": "BOTH",
        "edgeTypes": ("DerivedFrom",),
        "asOf": 3,
    }
    assert datasets.arguments == {
        "where": {
            "or": ({"rows": {"gt": 12345678901}}, {"kind": {"in": ("mro",)}}),
            "not": {"name": None},
        },
        "orderBy": ({"name": "DESC"},),
        "first": 2,
    }


def test_scalars_of_variables_stay_open_and_the_rest_is_plain(served: GraphQLSchema) -> None:
    text = """query ($where: DatasetFilter!, $id: ID!, $ids: [ID!]!, $t: TimePoint, $on: Boolean,
                     $order: SortOrder!, $kind: DatasetKind, $absent: Int) {
      nodes(ids: $ids) { id }
      entity(id: $id, asOf: $t) { id }
      datasets(where: {and: [$where, {hidden: {eq: $on}, kind: {eq: $kind}}]},
               orderBy: [{name: $order}], first: $absent) { totalCount }
    }"""
    given = {
        "where": {"tags": {"hasAny": "a"}, "name": {"in": ["b", "c"], "eq": None}},
        "id": "E1",
        "ids": ["E1", "E2"],
        "t": None,
        "on": True,
        "order": "ASC",
        "kind": "VIEW",
    }
    nodes, entity, datasets = _select(served, text, given)
    assert nodes.arguments == {"ids": Given(("ids",))}
    assert entity.arguments == {"id": Given(("id",)), "asOf": None}
    assert datasets.arguments == {
        "where": {
            "and": (
                {
                    "tags": {"hasAny": Given(("where", "tags", "hasAny"))},
                    "name": {"in": Given(("where", "name", "in")), "eq": None},
                },
                {"hidden": {"eq": True}, "kind": {"eq": "VIEW"}},
            )
        },
        "orderBy": ({"name": "ASC"},),
    }


def test_a_variable_inside_a_list_stays_open(served: GraphQLSchema) -> None:
    [nodes] = _select(served, 'query ($id: ID!) { nodes(ids: ["E1", $id]) { id } }', {"id": "E2"})
    assert nodes.arguments == {"ids": ("E1", Given(("id",)))}


def test_a_list_of_filters_in_a_variable_keeps_its_positions(served: GraphQLSchema) -> None:
    text = "query ($or: [DatasetFilter!]) { datasets(where: {or: $or}) { totalCount } }"
    [datasets] = _select(
        served, text, {"or": [{"rows": {"lt": "5"}}, {"hidden": {"isNull": True}}]}
    )
    assert datasets.arguments == {
        "where": {
            "or": ({"rows": {"lt": Given(("or", 0, "rows", "lt"))}}, {"hidden": {"isNull": True}})
        }
    }


def test_names_of_attributes_decide_the_plan(served: GraphQLSchema) -> None:
    text = """query ($names: [String!]) {
      dataset(id: "x") { history(attributes: $names) { totalCount } }
    }"""
    [dataset] = _select(served, text, {"names": ["name"]})
    assert dataset.of("Dataset")[0].arguments == {"attributes": ("name",)}
    names, others = ({"names": [name]} for name in ("name", "rows"))
    assert _signature(served, text, names) != _signature(served, text, others)


def test_the_signature_holds_structure_nulls_enums_and_booleans(served: GraphQLSchema) -> None:
    text = """query ($where: DatasetFilter, $order: [DatasetOrder!], $first: Int) {
      datasets(where: $where, orderBy: $order, first: $first) { totalCount }
    }"""

    def signed(where: object, order: object = None, **more: object) -> tuple[object, ...]:
        return _signature(served, text, {"where": where, "order": order, **more})

    same = signed({"name": {"eq": "a"}})
    assert signed({"name": {"eq": "b"}}) == same
    assert hash(same) == hash(signed({"name": {"eq": "b"}}))
    assert signed({"name": {"eq": None}}) != same
    assert signed({"name": {"ne": "a"}}) != same
    assert signed({"name": {"eq": "a"}}, first=3) != same
    assert signed({"name": {"eq": "a"}}, first=3) == signed({"name": {"eq": "z"}}, first=4)
    assert signed({"name": {"in": ["a"]}}) == signed({"name": {"in": ["a", "b"]}})
    assert signed({"hidden": {"eq": True}}) != signed({"hidden": {"eq": False}})
    assert signed(None, [{"name": "ASC"}]) != signed(None, [{"name": "DESC"}])
    assert signed(None, {"name": "ASC"}) == signed(None, [{"name": "ASC"}])


_AS_OF = "query ($t: TimePoint) { transactions(asOf: $t) { totalCount } }"


_ROWS = "{ datasets(where: {rows: {eq: 9223372036854775808}}) { totalCount } }"
_ORDER = "{ models(orderBy: {urn: ASC, name: ASC}) { totalCount } }"


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ dataset { name } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ('{ dataset(id: "x", asOf: "soon") { id } }', {}, "MALFORMED_TIME_POINT"),
        (_ROWS, {}, "WRONG_VALUE"),
        ('{ datasets(where: {day: {eq: "2024-02-30"}}) { totalCount } }', {}, "WRONG_VALUE"),
        (_ORDER, {}, "GRAPHQL_VALIDATION_FAILED"),
        (_AS_OF, {"t": "x"}, "MALFORMED_TIME_POINT"),
        (_AS_OF, {"t": True}, "MALFORMED_TIME_POINT"),
        ("query ($n: Int) { datasets(first: $n) { totalCount } }", {"n": "1"}, "BAD_USER_INPUT"),
        ('{ dataset(id: "\\u0000") { id } }', {}, "BAD_USER_INPUT"),
        ('{ dataset(id: "x") { __typename: name } }', {}, "BAD_USER_INPUT"),
        ("query a { basis { t } } query b { basis { t } }", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("fragment a on Dataset { id }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)  # fmt: skip
def test_what_cannot_be_executed_is_refused_with_a_code(
    served: GraphQLSchema, text: str, given: Mapping[str, object], code: str
) -> None:
    with pytest.raises(RequestErrors) as refused:
        _select(served, text, given)
    assert _code(refused.value) == code


@pytest.mark.parametrize("literal", ['"soon"', "true", "-1"])
def test_a_wrong_literal_is_told_with_its_place(served: GraphQLSchema, literal: str) -> None:
    with pytest.raises(RequestErrors) as refused:
        _select(served, f'{{ dataset(id: "x", asOf: {literal}) {{ id }} }}', {})
    places = [(at.line, at.column) for at in refused.value.errors[0].locations or ()]
    assert places == [(1, 26)]


def _deep(levels: int) -> str:
    return '{ dataset(id: "x") ' + "{ twin " * (levels - 2) + "{ id }" + " }" * (levels - 1)


@pytest.mark.parametrize(
    "text",
    [
        _deep(200),
        _deep(51),
        _deep(5_000),
        "{ basis { t } " + "a: basis { t } " * 2_500 + "}",
        "# comment\n" * 10_001 + "{ basis { t } }",
        "{ basis { t } }" + " " * 1_000_000,
        "{ ...a } fragment a on Query { ...b } fragment b on Query " + _deep(51),
        "{ datasets { nodes { " + "a: name " * 3_200 + "} } }",
    ],
    ids=[
        *("200 levels", "51 levels", "5000 levels", "tokens", "comments", "length", "fragments"),
        "comparisons",
    ],
)
def test_a_document_too_large_or_too_deep_is_refused(served: GraphQLSchema, text: str) -> None:
    with pytest.raises(RequestErrors) as refused:
        read(text, served, _LIMITS)
    assert _code(refused.value) == "LIMIT_EXCEEDED"


def test_a_document_50_levels_deep_is_read(served: GraphQLSchema) -> None:
    assert _select(served, _deep(50))


def test_a_query_has_a_bounded_number_of_root_fields(served: GraphQLSchema) -> None:
    def aliased(count: int) -> str:
        return "{ " + " ".join(f"a{n}: basis {{ t }}" for n in range(count)) + " }"

    assert len(_select(served, aliased(200))) == 200
    with pytest.raises(RequestErrors) as refused:
        _select(served, aliased(201))
    assert _code(refused.value) == "LIMIT_EXCEEDED"


def test_a_selection_that_explodes_by_type_is_refused(served: GraphQLSchema) -> None:
    inner = "urn"
    for _ in range(6):
        inner = f"urn history {{ nodes {{ entity {{ {inner} }} }} }}"
    with pytest.raises(RequestErrors) as refused:
        _select(served, f'{{ entity(id: "x") {{ {inner} }} }}')
    assert _code(refused.value) == "LIMIT_EXCEEDED"
