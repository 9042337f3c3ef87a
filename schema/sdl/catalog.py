"""A catalog in SDL to the schema that it declares. graphql-core parses, we check.

parse ── sdl_read, sdl_fields, sdl_directives   each definition by itself, into a sdl_draft
      ── sdl_merge                              the draft beside the schema that is there
      ── sdl_check, sdl_names                   what the definitions must be to each other
sdl_print goes the other way.
"""

from dataclasses import replace

from graphql import DocumentNode, GraphQLSyntaxError
from graphql import parse as parse_document

from schema.errors import SdlErrors, SdlProblem
from schema.sdl import check as sdl_check
from schema.sdl import merge as sdl_merge
from schema.sdl import read as sdl_read
from schema.sdl.draft import Draft, kinds_of
from store.catalogue import Catalogue, EdgeType
from store.schema.change import SchemaDeclaration

LONGEST = 4 * 2**20


def parse(text: str, beside: Catalogue | None = None) -> SchemaDeclaration:
    """Return what a catalog in SDL declares.

    `beside` is the schema that is there: what the file leaves out may be referred to, and must fit
    with what it declares. Raises SdlErrors with every problem of the file.
    """
    document = _document(text)
    before = beside or Catalogue()
    there = sdl_merge.renamed(before, sdl_merge.type_renames(document, before))
    draft = sdl_read.read(document, kinds_of(there))
    after = sdl_merge.merged(draft, there)
    sdl_check.check_type_renames(draft, before)
    sdl_check.check_field_renames(draft, there)
    sdl_check.check(draft, after)
    if draft.problems:
        raise SdlErrors(tuple(sorted(set(draft.problems))))
    return _declaration(draft, there, after)


def _document(text: str) -> DocumentNode:
    if len(text) > LONGEST:
        problem = f"the catalog is longer than {LONGEST:,} characters"
        raise SdlErrors((SdlProblem(1, 1, problem),))
    try:
        return parse_document(text)
    except GraphQLSyntaxError as error:
        at = error.locations[0] if error.locations else None
        line, column = (at.line, at.column) if at else (1, 1)
        problem = error.message.removeprefix("Syntax Error: ")
        raise SdlErrors((SdlProblem(line, column, problem),)) from None
    except RecursionError:
        raise SdlErrors((SdlProblem(1, 1, "brackets are nested too deep"),)) from None


def _declaration(draft: Draft, there: Catalogue, after: Catalogue) -> SchemaDeclaration:
    """Return what the file declares, and the edge types whose cardinality its relations change."""
    edge_types: dict[str, EdgeType] = {}
    for name, edge_type in after.edge_types.items():
        if name in draft.edge_types:
            one_from, one_to = edge_type.one_from, edge_type.one_to
            declared = draft.edge_types[name]
            edge_types[name] = replace(declared, one_from=one_from, one_to=one_to)
        elif edge_type != there.edge_types[name]:
            edge_types[name] = edge_type
    return SchemaDeclaration(
        draft.entity_types, draft.interfaces, edge_types, draft.enums, draft.renames
    )
