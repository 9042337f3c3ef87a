"""Catalogue to everything that the served schema declares: the fixed part and the catalog's."""

from dataclasses import replace

from schema.contract.declared import Declared, Field, ObjectType
from schema.contract.fixed import fixed
from schema.types.entities import Made, enumerations, object_types, root_fields
from schema.types.filters import input_types
from store.catalogue import Catalogue


def declarations(catalogue: Catalogue) -> tuple[Declared, ...]:
    """Return every type of the served schema, scalars apart.

    Each name is there once, provided that the catalogue was checked as `schema.sdl.catalog` does.
    """
    made = Made(catalogue)
    added = tuple(root_fields(made))
    return (
        *(_with_root_fields(each, added) for each in fixed()),
        *enumerations(catalogue),
        *object_types(made),
        *input_types(catalogue),
    )


def _with_root_fields(declared: Declared, added: tuple[Field, ...]) -> Declared:
    if isinstance(declared, ObjectType) and declared.name == "Query":
        return replace(declared, fields=(*declared.fields, *added))
    return declared
