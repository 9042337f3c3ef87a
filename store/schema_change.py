"""The schema that somebody wants: the dataclasses of the catalogue, without ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.catalogue import EdgeType, EntityType, EnumType, Interface


@dataclass(frozen=True, slots=True)
class SchemaDeclaration:
    """What is to be there afterwards, by name, every id and slot being 0; what is absent stays.

    `renames` goes from the new full name to the old one: `Dataset` from `Table`, and `Dataset/name`
    from `Dataset/title` (the owner under its new name on both sides).
    """

    entity_types: Mapping[str, EntityType] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    edge_types: Mapping[str, EdgeType] = field(default_factory=dict)
    enums: Mapping[str, EnumType] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
