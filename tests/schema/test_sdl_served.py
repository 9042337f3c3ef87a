"""What a catalog in SDL may say, the served schema can say too."""

from graphql import GraphQLSchema, validate_schema
from hypothesis import given, settings

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
