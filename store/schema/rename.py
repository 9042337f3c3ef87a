"""Renames of types and fields: the same schema entities, under their new names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from store.catalogue import Attribute, Catalogue, EdgeType, EntityType, Interface, Relation
from store.schema.conflict import SchemaConflict
from store.schema.description import Described, Kind, kind_of


@dataclass(frozen=True, slots=True)
class Renames:
    """Renames to be done, old to new; of fields by full names with their owner's new name."""

    types: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the new full name of what has an old one."""
        owner, slash, own = name.partition("/")
        owner = self.types.get(owner, owner)
        full = f"{owner}{slash}{own}"
        return self.fields.get(full, full)


def settle(renames: Mapping[str, str], current: Described, wanted: Described) -> Renames:
    """Return which of the wanted renames (new to old) are still to be done.

    One whose old name is gone was done before. Raises SchemaConflict where both names are taken,
    or the old one is declared too.
    """
    of_types = {new: old for new, old in renames.items() if "/" not in new}
    of_fields = {new: _beside(new, old) for new, old in renames.items() if "/" in new}
    types = {old: new for new, old in of_types.items() if old in current}
    names = {Renames(types).of(name): said for name, said in current.items()}
    fields = {old: new for new, old in of_fields.items() if old in names}
    problems = [
        *_problems(of_types, current, wanted),
        *_problems(of_fields, names, wanted),
    ]
    if problems:
        raise SchemaConflict(tuple(problems))
    return Renames(types, fields)


def _beside(new: str, old: str) -> str:
    """Return a field's old full name with the new name of its owner."""
    return new.partition("/")[0] + "/" + old.rpartition("/")[2]


def _problems(renames: Mapping[str, str], current: Described, wanted: Described) -> Iterator[str]:
    for new, old in renames.items():
        if old in wanted:
            yield f"{old} is declared, and is to be renamed to {new}: take one of the two out"
        elif old in current and new in current:
            yield f"{old} cannot be renamed to {new}: there is a {new} already"
        elif old in current and kind_of(current[old]) is Kind.ENUM_VALUE:
            yield f"{old} cannot be renamed to {new}: entities hold enum values by name"


def renamed(catalogue: Catalogue, renames: Renames) -> Catalogue:
    """Return the catalogue under the new names."""
    if not renames.types and not renames.fields:
        return catalogue
    entity_types = [
        replace(_listed(each, renames), interfaces=tuple(map(renames.of, each.interfaces)))
        for each in catalogue.entity_types.values()
    ]
    interfaces = [_listed(each, renames) for each in catalogue.interfaces.values()]
    edge_types = [_edge_type(each, renames) for each in catalogue.edge_types.values()]
    enums = [replace(each, name=renames.of(each.name)) for each in catalogue.enums.values()]
    return Catalogue(
        catalogue.t,
        {each.name: each for each in entity_types},
        {each.name: each for each in interfaces},
        {each.name: each for each in edge_types},
        {each.name: each for each in enums},
    )


Listed = TypeVar("Listed", EntityType, Interface)


def _listed(listed: Listed, renames: Renames) -> Listed:
    return replace(
        listed,
        name=renames.of(listed.name),
        attributes=tuple(_attribute(each, renames) for each in listed.attributes),
        relations=tuple(_relation(each, renames) for each in listed.relations),
    )


def _edge_type(edge_type: EdgeType, renames: Renames) -> EdgeType:
    return replace(
        edge_type,
        name=renames.of(edge_type.name),
        from_types=tuple(map(renames.of, edge_type.from_types)),
        to_types=tuple(map(renames.of, edge_type.to_types)),
        properties=tuple(_attribute(each, renames) for each in edge_type.properties),
    )


def _attribute(attribute: Attribute, renames: Renames) -> Attribute:
    owner, _, own = renames.of(attribute.name).partition("/")
    return replace(
        attribute,
        owner=owner,
        field=own,
        enum=attribute.enum and renames.of(attribute.enum),
        target=attribute.target and renames.of(attribute.target),
    )


def _relation(relation: Relation, renames: Renames) -> Relation:
    owner, _, own = renames.of(f"{relation.owner}/{relation.field}").partition("/")
    return replace(
        relation,
        owner=owner,
        field=own,
        edge=renames.of(relation.edge),
        target=renames.of(relation.target),
    )
