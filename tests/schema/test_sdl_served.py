"""What a catalog in SDL may say, the served schema can say too."""

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, validate_schema
from hypothesis import given, settings

from schema.errors import SdlErrors
from schema.sdl import catalog as sdl
from schema.sdl import names as sdl_names
from schema.types.build import build, core
from store.catalogue import Catalogue
from tests.schema.test_sdl import EXAMPLE, as_catalogue
from tests.schema.test_sdl_print import catalogues


def served(catalogue: Catalogue) -> GraphQLSchema:
    return core(build(catalogue))


@settings(max_examples=20, deadline=None)
@given(catalogues())
def test_any_catalogue_that_sdl_accepts_is_served_as_a_valid_schema(catalogue: Catalogue) -> None:
    assert validate_schema(served(catalogue)) == []


def test_every_generated_name_is_watched_for_clashes() -> None:
    catalogue = as_catalogue(sdl.parse(EXAMPLE.read_text(encoding="utf-8")))
    schema = served(catalogue)
    watched = {name for name, _ in sdl_names.type_names(catalogue)}
    assert {name for name in schema.type_map if not name.startswith("__")} <= watched
    roots = {name for name, _ in sdl_names.root_fields(catalogue)}
    assert schema.query_type is not None
    assert set(schema.query_type.fields) <= roots
    mutations = {name for name, _ in sdl_names.mutations(catalogue)}
    assert schema.mutation_type is not None
    assert set(schema.mutation_type.fields) <= mutations
    for edge_type in catalogue.edge_types.values():
        link = schema.type_map[f"{edge_type.name}Link"]
        assert isinstance(link, GraphQLInputObjectType)
        assert list(link.fields) == [name for name, _ in sdl_names.link_names(edge_type)]


_PLAIN = "type Team @entity { name: String }"
_LISTS = 'type Group @entity(plural: "Teams") { name: String }'
_EDGE = 'type Owns @edge(from: ["Team"], to: ["Team"], upstream: NONE)'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{_PLAIN} {_LISTS}", "Group clashes: the mutation upsertTeams is made for Team already"),
        (
            f"{_PLAIN} {_EDGE} {{ fromType: String }}",
            "Owns.fromType clashes: the field of the input that links fromType is Headwater's own",
        ),
        (f"{_PLAIN} enum TeamInput {{ A }}", "clashes: the type TeamInput is made for"),
        (f"{_PLAIN} {_EDGE} type OwnsLink @entity {{ a: Int }}", "clashes: the type OwnsLink"),
        ("type Link @entity { a: Int }", "the type LinkInput is"),
    ],
)
def test_what_would_clash_among_what_is_written_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SdlErrors) as raised:
        sdl.parse(text)
    assert problem in str(raised.value)
