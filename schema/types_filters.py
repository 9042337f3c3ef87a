"""Catalogue to input types: what `where` and `orderBy` take."""

from collections.abc import Iterator

from schema.declared import Argument, InputType
from schema.sdl_names import is_connection, listed, relation_type
from store.catalogue import (
    Attribute,
    Catalogue,
    EntityType,
    Interface,
    Relation,
    ValueType,
)


def arguments(catalogue: Catalogue, target: str) -> Iterator[Argument]:
    """Yield the arguments `where` and `orderBy` of a list of a type or interface."""
    if target in catalogue.interfaces or target in catalogue.entity_types:
        yield Argument("where", f"{target}Filter", description="Only those that pass.")
        order = "In this order, one key each; the id comes last."
        yield Argument("orderBy", f"[{target}Order!]", description=order)


def input_types(catalogue: Catalogue) -> Iterator[InputType]:
    """Yield the input types that a catalogue adds."""
    for owner in listed(catalogue):
        yield _filter(owner)
        yield from _quantifiers(owner)
        order = (Argument("urn", "SortOrder"), *_keys(owner))
        yield InputType(f"{owner.name}Order", order, one_of=True, description="Exactly one key.")
    for edge_type in catalogue.edge_types.values():
        name = f"{edge_type.name}Filter"
        key = Argument("key", "StringFilter")
        fields = (key, *_conditions(edge_type.properties), *_connectives(name))
        yield InputType(name, fields, description="Every key given has to hold.")
    for name in catalogue.enums:
        one = (Argument("eq", name), Argument("ne", name), Argument("in", f"[{name}!]"))
        yield InputType(f"{name}Filter", (*one, Argument("isNull", "Boolean")))
        several = (Argument("hasAny", f"[{name}!]"), Argument("hasAll", f"[{name}!]"))
        fields = (Argument("has", name), *several, Argument("isEmpty", "Boolean"))
        yield InputType(f"{name}ListFilter", fields)


def _filter(owner: EntityType | Interface) -> InputType:
    name = f"{owner.name}Filter"
    kind = (Argument("type", "EntityTypeFilter"),) if isinstance(owner, Interface) else ()
    lifecycle = Argument(
        "lifecycle", "LifecycleFilter", description="Without it, none is DELETED in a list."
    )
    walks = map(_walk, _walked(owner))
    conditions = (Argument("urn", "StringFilter"), *_conditions(owner.attributes))
    fields = (*kind, lifecycle, *conditions, *walks, *_connectives(name))
    return InputType(name, fields, description="Every key given has to hold.")


def _connectives(name: str) -> tuple[Argument, ...]:
    return (Argument("and", f"[{name}!]"), Argument("or", f"[{name}!]"), Argument("not", name))


def _conditions(attributes: tuple[Attribute, ...]) -> Iterator[Argument]:
    for attribute in attributes:
        if attribute.indexed and attribute.type is not ValueType.REF:
            suffix = "ListFilter" if attribute.many else "Filter"
            kind = f"{attribute.enum or attribute.type.value}{suffix}"
            yield Argument(attribute.field, kind, deprecated=attribute.deprecated)


def _walked(owner: EntityType | Interface) -> Iterator[Attribute | Relation]:
    yield from (each for each in owner.attributes if each.type is ValueType.REF and each.indexed)
    yield from owner.relations


def _walk(walked: Attribute | Relation) -> Argument:
    target = walked.target or "Entity"
    if walked.many:
        kind = relation_type(walked.owner, walked.field, "Filter")
        return Argument(walked.field, kind, deprecated=walked.deprecated)
    description = "Null: there is none."
    return Argument(
        walked.field, f"{target}Filter", description=description, deprecated=walked.deprecated
    )


def _quantifiers(owner: EntityType | Interface) -> Iterator[InputType]:
    for walked in filter(is_connection, _walked(owner)):
        target = f"{walked.target or 'Entity'}Filter"
        fields = [Argument(quantifier, target) for quantifier in ("some", "none", "every")]
        if isinstance(walked, Relation):
            description = "The edge passes, together with what it leads to."
            fields.append(Argument("edge", f"{walked.edge}Filter", description=description))
        yield InputType(relation_type(walked.owner, walked.field, "Filter"), tuple(fields))


def _sortable(attribute: Attribute) -> bool:
    return (
        attribute.indexed
        and not attribute.many
        and attribute.type not in {ValueType.REF, ValueType.JSON}
    )


def _keys(owner: EntityType | Interface) -> Iterator[Argument]:
    for attribute in filter(_sortable, owner.attributes):
        yield Argument(attribute.field, "SortOrder", deprecated=attribute.deprecated)
    for walked in _walked(owner):
        if not walked.many:
            yield Argument(walked.field, f"{walked.target}Order", deprecated=walked.deprecated)
