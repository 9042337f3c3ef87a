"""Catalogue to everything that the served schema declares: the fixed part and the catalog's."""

from collections.abc import Mapping
from dataclasses import replace

from schema.contract.declared import Declared, Field, ObjectType
from schema.contract.fixed import fixed
from schema.types.aggregates import aggregate_types
from schema.types.entities import Made, enumerations, federated, object_types, root_fields
from schema.types.filters import input_types
from schema.types.mutations import mutation_fields, mutation_inputs
from store.catalogue import Catalogue


def declarations(catalogue: Catalogue) -> tuple[Declared, ...]:
    """Return every type of the served schema, scalars apart.

    Each name is there once, provided that the catalogue was checked as `schema.sdl.catalog` does.
    """
    made = Made(catalogue)
    added = {"Query": tuple(root_fields(made)), "Mutation": tuple(mutation_fields(catalogue))}
    return (
        *(_with_root_fields(each, added) for each in fixed()),
        *enumerations(catalogue),
        *object_types(made),
        federated(catalogue),
        *aggregate_types(catalogue),
        *input_types(catalogue),
        *mutation_inputs(catalogue),
    )


def _with_root_fields(declared: Declared, added: Mapping[str, tuple[Field, ...]]) -> Declared:
    if isinstance(declared, ObjectType) and declared.name in added:
        return replace(declared, fields=(*declared.fields, *added[declared.name]))
    return declared
