"""What the fields of a type are: attributes, relations, and the edges of to-one relations."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.catalogue import UNKNOWN, Attribute, Catalogue, Relation


@dataclass(frozen=True, slots=True)
class EdgeField:
    """`publishedByEdge`: the edge itself of a to-one relation."""

    relation: Relation


Field = Attribute | Relation | EdgeField


def fields_of(catalogue: Catalogue, name: str) -> Mapping[str, Field]:
    """Return the fields that the catalog gives a type, an interface or an edge type, by name."""
    if name in catalogue.edge_types:
        return {each.field: each for each in catalogue.edge_types[name].properties}
    owner = catalogue.interfaces.get(name) or catalogue.entity_type(name)
    fields: dict[str, Field] = {each.field: each for each in owner.attributes}
    for relation in owner.relations:
        fields[relation.field] = relation
        if not relation.many:
            fields[f"{relation.field}Edge"] = EdgeField(relation)
    return fields


def ends(catalogue: Catalogue, target: str) -> tuple[str, ...]:
    """Return the concrete types that may stand at the end of a field of that type.

    Unknown passes a field of an interface's type, never one of a concrete type.
    """
    concrete = catalogue.concrete(target)
    return (*concrete, UNKNOWN.name) if target in catalogue.interfaces else concrete
