"""The served schema: what a catalogue becomes, and that the contract is kept."""

import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    FieldDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
    print_schema,
    validate_schema,
)

from schema.types.build import build, core
from store.catalogue import Catalogue
from tests.schema.catalogues import small

_CONTRACT = Path(__file__).parents[3] / "shared" / "contract.graphql"


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return core(build(small()))


def _fields(served: GraphQLSchema, name: str) -> dict[str, str]:
    made = served.type_map[name]
    assert isinstance(made, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
    return {field: str(each.type) for field, each in made.fields.items()}


def _arguments(served: GraphQLSchema, type_name: str, field: str) -> dict[str, str]:
    made = served.type_map[type_name]
    assert isinstance(made, GraphQLObjectType | GraphQLInterfaceType)
    return {name: str(each.type) for name, each in made.fields[field].args.items()}


def test_a_catalogue_without_types_gives_a_valid_schema() -> None:
    empty = core(build(Catalogue()))
    assert validate_schema(empty) == []
    entity_types = empty.type_map["EntityType"]
    assert isinstance(entity_types, GraphQLEnumType)
    assert list(entity_types.values) == ["Unknown"]


def test_a_schema_is_valid_and_its_text_can_be_parsed(served: GraphQLSchema) -> None:
    assert validate_schema(served) == []
    parse(print_schema(served))


def test_an_entity_type_implements_its_interfaces(served: GraphQLSchema) -> None:
    team = served.type_map["Team"]
    assert isinstance(team, GraphQLObjectType)
    assert [each.name for each in team.interfaces] == ["Owner", "Entity", "Node"]
    unknown = served.type_map["Unknown"]
    assert isinstance(unknown, GraphQLObjectType)
    assert {each.name for each in unknown.interfaces} == {"Owner", "Entity", "Node"}
    assert _fields(served, "Unknown")["owns"] == "OwnerOwnsConnection"


def test_attributes_and_relations_become_nullable_fields(served: GraphQLSchema) -> None:
    fields = _fields(served, "Dataset")
    assert fields["name"] == "String"
    assert fields["kind"] == "DatasetKind"
    assert fields["tags"] == "[String!]"
    assert fields["rows"] == "Long"
    assert fields["twin"] == "Dataset"
    assert fields["copies"] == "DatasetCopiesConnection"
    assert fields["upstream"] == "DatasetUpstreamConnection"
    assert _fields(served, "Model")["publishedBy"] == "Organization"
    assert _fields(served, "Model")["publishedByEdge"] == "PublishedBy"


def test_a_relation_is_a_connection_with_its_edge(served: GraphQLSchema) -> None:
    assert _fields(served, "DatasetUpstreamConnection") == {
        "edges": "[DatasetUpstreamEdge!]!",
        "nodes": "[Dataset!]!",
        "totalCount": "Int!",
        "pageInfo": "PageInfo!",
        "basis": "Basis!",
        "aggregate": "DatasetAggregate!",
        "groups": "DatasetGrouping",
        "edgeAggregate": "DerivedFromAggregate!",
        "edgeGroups": "DerivedFromGrouping",
    }
    assert _fields(served, "DatasetUpstreamEdge") == {
        "cursor": "String!",
        "node": "Dataset!",
        "edge": "DerivedFrom!",
    }
    assert _fields(served, "DatasetOwnersEdge")["node"] == "Owner!"
    assert _fields(served, "DatasetCopiesEdge") == {"cursor": "String!", "node": "Dataset!"}
    assert _fields(served, "DatasetEdge") == {"cursor": "String!", "node": "Dataset!"}


def test_values_are_told_together_by_their_type(served: GraphQLSchema) -> None:
    told = _fields(served, "DatasetAggregate")
    assert told["rows"] == "LongAggregate!"
    assert told["day"] == "DateAggregate!"
    assert told["kind"] == told["name"] == told["note"] == told["hidden"] == "ValueAggregate!"
    assert told.keys().isdisjoint({"tags", "details", "twin", "upstream"})


def test_rows_are_grouped_by_attributes_relations_and_what_is_built_in(
    served: GraphQLSchema,
) -> None:
    by = served.type_map["DatasetGroupingKey"]
    assert isinstance(by, GraphQLEnumType)
    assert {"lifecycle", "name", "tags", "twin", "copies", "owners"} <= set(by.values)
    assert {"type", "details"}.isdisjoint(by.values)
    assert _arguments(served, "DatasetConnection", "groups") == {
        "by": "DatasetGroupingKey!",
        "orderBy": "GroupingOrder",
        "first": "Int",
    }
    of_interface = served.type_map["OwnerGroupingKey"]
    assert isinstance(of_interface, GraphQLEnumType)
    assert "type" in of_interface.values


def test_what_an_edge_has_no_values_of_is_not_told(served: GraphQLSchema) -> None:
    assert "edgeGroups" not in _fields(served, "DatasetOwnersConnection")
    assert "OwnedByGrouping" not in served.type_map


def test_a_list_that_an_interface_declares_has_the_interfaces_type(served: GraphQLSchema) -> None:
    assert _fields(served, "Team")["owns"] == "OwnerOwnsConnection"
    assert "TeamOwnsConnection" not in served.type_map


def test_an_edge_type_implements_edge(served: GraphQLSchema) -> None:
    fields = _fields(served, "DerivedFrom")
    assert fields["weight"] == "Float"
    assert fields["since"] == "Transaction!"
    assert fields["from"] == "Entity!"


def test_every_type_and_interface_has_two_root_fields(served: GraphQLSchema) -> None:
    page = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    assert _fields(served, "Query")["dataset"] == "Dataset"
    assert _arguments(served, "Query", "dataset") == {"id": "ID!", "asOf": "TimePoint"}
    assert _fields(served, "Query")["owners"] == "OwnerConnection"
    assert _arguments(served, "Query", "owners") == {
        "where": "OwnerFilter",
        "orderBy": "[OwnerOrder!]",
        "since": "TimePoint",
        "changedSince": "TimePoint",
        **page,
        "asOf": "TimePoint",
    }
    assert "unknowns" not in _fields(served, "Query")


def test_only_indexed_attributes_can_be_filtered_and_ordered(served: GraphQLSchema) -> None:
    assert _fields(served, "DatasetFilter") == {
        "lifecycle": "LifecycleFilter",
        "urn": "StringFilter",
        "name": "StringFilter",
        "kind": "DatasetKindFilter",
        "tags": "StringListFilter",
        "rows": "LongFilter",
        "hidden": "BooleanFilter",
        "day": "DateFilter",
        "twin": "DatasetFilter",
        "upstream": "DatasetUpstreamFilter",
        "downstream": "DatasetDownstreamFilter",
        "owners": "DatasetOwnersFilter",
        "and": "[DatasetFilter!]",
        "or": "[DatasetFilter!]",
        "not": "DatasetFilter",
    }
    keys = ["urn", "name", "kind", "rows", "hidden", "day", "twin"]
    assert list(_fields(served, "DatasetOrder")) == keys
    assert _fields(served, "ModelOrder") == {
        "urn": "SortOrder",
        "name": "SortOrder",
        "publishedBy": "OrganizationOrder",
        "publishedByEdge": "PublishedByOrder",
    }


def test_a_relation_is_asked_about_its_edges_too(served: GraphQLSchema) -> None:
    asked = _arguments(served, "Dataset", "upstream")
    assert asked["where"] == "DatasetFilter"
    assert asked["edgeWhere"] == "DerivedFromFilter"
    assert asked["edgeOrderBy"] == "[DerivedFromOrder!]"
    assert _fields(served, "DerivedFromOrder") == dict.fromkeys(
        ("key", "since", "weight"), "SortOrder"
    )
    assert _fields(served, "ModelFilter")["publishedByEdge"] == "PublishedByFilter"
    assert "edgeWhere" not in _arguments(served, "Dataset", "copies")


def test_a_filter_over_a_relation_asks_for_some_none_or_every(served: GraphQLSchema) -> None:
    assert _fields(served, "DatasetUpstreamFilter") == {
        **dict.fromkeys(("some", "none", "every"), "DatasetFilter"),
        "edge": "DerivedFromFilter",
    }
    assert list(_fields(served, "DerivedFromFilter")) == ["key", "weight", "and", "or", "not"]
    assert _fields(served, "OwnerFilter")["type"] == "EntityTypeFilter"


def test_an_order_has_exactly_one_key(served: GraphQLSchema) -> None:
    order = served.type_map["DatasetOrder"]
    assert isinstance(order, GraphQLInputObjectType)
    assert order.is_one_of


def test_enums_keep_their_names_whatever_python_calls_its_own(served: GraphQLSchema) -> None:
    kind = served.type_map["DatasetKind"]
    assert isinstance(kind, GraphQLEnumType)
    assert list(kind.values) == ["TABLE", "VIEW", "mro"]
    assert kind.values["mro"].deprecation_reason == "use VIEW"
    assert kind.values["mro"].description == "Python's word"
    types = served.type_map["EntityType"]
    assert isinstance(types, GraphQLEnumType)
    assert set(types.values) == {"Dataset", "Model", "Organization", "Team", "User", "Unknown"}


def _said(served: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Yield every type, member and argument with its description."""
    for name, made in served.type_map.items():
        yield name, made.description
        for field, each in getattr(made, "fields", {}).items():
            yield f"{name}.{field}", each.description
            arguments = getattr(each, "args", {}).items()
            yield from ((f"{name}.{field}({key})", taken.description) for key, taken in arguments)
        for value, member in getattr(made, "values", {}).items():
            yield f"{name}.{value}", member.description


def _undescribed(served: GraphQLSchema) -> Iterator[str]:
    return (name for name, said in _said(served) if not said and not name.startswith("__"))


def test_all_that_no_catalog_describes_describes_itself() -> None:
    # What a filter is for is told where it is taken; its conditions describe themselves.
    mute = [name for name in _undescribed(core(build(Catalogue()))) if not name.endswith("Filter")]
    assert not mute


def test_what_lists_are_made_of_describes_itself(served: GraphQLSchema) -> None:
    made = re.compile(r"\w+(Connection|(Connection|Upstream)Edge)(\.\w+)?")
    assert not [name for name in _undescribed(served) if made.fullmatch(name)]


def test_descriptions_and_deprecations_come_from_the_catalogue(served: GraphQLSchema) -> None:
    dataset = served.type_map["Dataset"]
    assert isinstance(dataset, GraphQLObjectType)
    assert dataset.description == "A table or a view."
    assert dataset.fields["name"].description == "Its name."
    assert dataset.fields["note"].deprecation_reason == "nobody reads it"
    assert served.type_map["Organization"].description == "Deprecated: use Team"


def test_a_schema_that_nobody_uses_is_forgotten() -> None:
    built = build(small())
    gone = weakref.ref(core(built))
    del built
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(not _CONTRACT.exists(), reason="the contract lies beside the repository")
def test_the_contract_is_kept(served: GraphQLSchema) -> None:
    text = _CONTRACT.read_text(encoding="utf-8")
    missing = []
    for definition in parse(text).definitions:
        name = definition.name.value  # type: ignore[attr-defined]  # The contract has named types only.
        made = served.type_map.get(name)
        if made is None:
            missing.append(name)
        elif isinstance(
            definition,
            ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode,
        ):
            missing += _missing_fields(made, definition)
        else:
            assert isinstance(made, GraphQLEnumType | GraphQLScalarType)
            values = getattr(definition, "values", None) or ()
            missing += [v.name.value for v in values if v.name.value not in made.values]  # type: ignore[union-attr]  # A scalar has none.
    assert missing == []


def _missing_fields(
    made: object,
    definition: ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | InputObjectTypeDefinitionNode,
) -> list[str]:
    assert isinstance(made, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
    missing = []
    for node in definition.fields or ():
        where = f"{made.name}.{node.name.value}"
        field = made.fields.get(node.name.value)
        if field is None or str(field.type) != print_ast(node.type):
            missing.append(where)
        elif isinstance(node, FieldDefinitionNode):
            for wanted in node.arguments or ():
                argument = field.args.get(wanted.name.value)
                if argument is None or str(argument.type) != print_ast(wanted.type):
                    missing.append(f"{where}({wanted.name.value}:)")
    return missing
