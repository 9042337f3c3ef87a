"""A catalog's file beside the schema that is there: renamed, overlaid, seen as one catalogue."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from graphql import ConstDirectiveNode, DocumentNode, StringValueNode

from schema.sdl.draft import Draft
from store.catalogue import Attribute, Catalogue, EdgeType, EntityType, Interface, Relation

_Field = TypeVar("_Field", Attribute, Relation)
_Listed = TypeVar("_Listed", EntityType, Interface)


def type_renames(document: DocumentNode, beside: Catalogue) -> dict[str, str]:
    """Return the renames of types that a document asks for and that are still to be done.

    From the old name to the new one. Those that were done before, or cannot be, are left out.
    """
    there = _names(beside)
    renames: dict[str, str] = {}
    for definition in document.definitions:
        name = getattr(definition, "name", None)
        for directive in getattr(definition, "directives", None) or ():
            was = _was(directive)
            if name is not None and was in there and name.value not in there:
                renames[was] = name.value
    return renames


def renamed(catalogue: Catalogue, names: Mapping[str, str]) -> Catalogue:
    """Return a catalogue with its types renamed wherever they are named."""

    def fields(owned: tuple[_Field, ...]) -> tuple[_Field, ...]:
        return tuple(_renamed_field(field, names) for field in owned)

    def new(name: str) -> str:
        return names.get(name, name)

    def listed(owner: _Listed) -> _Listed:
        return replace(
            owner,
            name=new(owner.name),
            attributes=fields(owner.attributes),
            relations=fields(owner.relations),
        )

    entity_types = [
        replace(listed(each), interfaces=tuple(map(new, each.interfaces)))
        for each in catalogue.entity_types.values()
    ]
    edge_types = [
        replace(
            each,
            name=new(each.name),
            from_types=tuple(map(new, each.from_types)),
            to_types=tuple(map(new, each.to_types)),
            properties=fields(each.properties),
        )
        for each in catalogue.edge_types.values()
    ]
    enums = [replace(each, name=new(each.name)) for each in catalogue.enums.values()]
    return Catalogue(
        catalogue.t,
        {each.name: each for each in entity_types},
        {each.name: each for each in map(listed, catalogue.interfaces.values())},
        {each.name: each for each in edge_types},
        {each.name: each for each in enums},
    )


def merged(draft: Draft, beside: Catalogue) -> Catalogue:
    """Return the catalogue that there will be: what the file declares, and what it leaves out."""
    there = dict(beside.entity_types)
    for name, entity_type in draft.entity_types.items():
        before = there.get(name, entity_type)
        interfaces = dict.fromkeys((*before.interfaces, *entity_type.interfaces))
        there[name] = replace(_overlaid(draft, before, entity_type), interfaces=tuple(interfaces))
    interfaces_there = dict(beside.interfaces)
    for name, interface in draft.interfaces.items():
        before_it = interfaces_there.get(name, interface)
        interfaces_there[name] = _overlaid(draft, before_it, interface)
    edge_types = dict(beside.edge_types)
    for name, edge_type in draft.edge_types.items():
        before_edge = edge_types.get(name, edge_type)
        properties = _fields(draft, before_edge.properties, edge_type.properties, name)
        edge_types[name] = replace(edge_type, properties=properties)
    return Catalogue(
        beside.t,
        there,
        interfaces_there,
        _with_cardinality(edge_types, (*there.values(), *interfaces_there.values())),
        {**beside.enums, **draft.enums},
    )


def _overlaid(draft: Draft, before: _Listed, after: _Listed) -> _Listed:
    return replace(
        after,
        attributes=_fields(draft, before.attributes, after.attributes, after.name),
        relations=_fields(draft, before.relations, after.relations, after.name),
    )


def _fields(
    draft: Draft, before: tuple[_Field, ...], after: tuple[_Field, ...], owner: str
) -> tuple[_Field, ...]:
    """Return the fields of both, the file's where it names one, or renames it."""
    renamed_away = {
        old.partition("/")[2]
        for new, old in draft.renames.items()
        if "/" in new and new.partition("/")[0] == owner
    }
    kept = {
        field.field: field
        for field in before
        if (owner, field.field) not in draft.places and field.field not in renamed_away
    }
    return tuple({**kept, **{field.field: field for field in after}}.values())


def _with_cardinality(
    edge_types: Mapping[str, EdgeType], owners: Iterable[EntityType | Interface]
) -> dict[str, EdgeType]:
    """Return the edge types, cardinality one from where a relation to one walks them."""
    to_one = {
        (relation.edge, relation.reverse)
        for owner in owners
        for relation in owner.relations
        if not relation.many
    }
    return {
        name: replace(edge_type, one_from=(name, False) in to_one, one_to=(name, True) in to_one)
        for name, edge_type in edge_types.items()
    }


def _renamed_field(field: _Field, names: Mapping[str, str]) -> _Field:
    owner = names.get(field.owner, field.owner)
    match field:
        case Attribute():
            enum = names.get(field.enum, field.enum) if field.enum else None
            target = names.get(field.target, field.target) if field.target else None
            return replace(field, owner=owner, enum=enum, target=target)
        case Relation():
            edge, target = names.get(field.edge, field.edge), names.get(field.target, field.target)
            return replace(field, owner=owner, edge=edge, target=target)


def _was(directive: ConstDirectiveNode) -> str | None:
    if directive.name.value != "was":
        return None
    for argument in directive.arguments or ():
        if argument.name.value == "name" and isinstance(argument.value, StringValueNode):
            return argument.value.value
    return None


def _names(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(
        (
            *catalogue.entity_types,
            *catalogue.interfaces,
            *catalogue.edge_types,
            *catalogue.enums,
        )
    )
