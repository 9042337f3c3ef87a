"""Catalogue to input types: what `where` and `orderBy` take."""

from collections.abc import Iterator

from schema.contract.conditions import described
from schema.contract.declared import Argument, InputType
from schema.sdl.names import is_connection, listed, relation_type, singular_field
from store.catalogue import (
    Attribute,
    Catalogue,
    EntityType,
    Interface,
    Relation,
    Upstream,
    ValueType,
)


def arguments(catalogue: Catalogue, target: str) -> Iterator[Argument]:
    """Yield the arguments `where` and `orderBy` of a list of a type or interface."""
    if target in catalogue.interfaces or target in catalogue.entity_types:
        yield Argument("where", f"{target}Filter", description="Only those that pass.")
        order = "In this order, one key each; the id comes last."
        yield Argument("orderBy", f"[{target}Order!]", description=order)


def edge_arguments(field: Attribute | Relation) -> Iterator[Argument]:
    """Yield the arguments about the edges of a relation to many: which of them, in which order."""
    if isinstance(field, Relation):
        which = "Only those that are reached over an edge that passes."
        yield Argument("edgeWhere", f"{field.edge}Filter", description=which)
        order = "In this order of the edges, one key each; `orderBy` orders what it leaves equal."
        yield Argument("edgeOrderBy", f"[{field.edge}Order!]", description=order)


def input_types(catalogue: Catalogue) -> Iterator[InputType]:
    """Yield the input types that a catalogue adds."""
    for owner in listed(catalogue):
        yield _filter(owner)
        yield from _quantifiers(owner)
        yield _order(owner.name, (described(Argument("urn", "SortOrder")), *_keys(owner)))
    yield _search_filter(catalogue)
    for edge_type in catalogue.edge_types.values():
        name = f"{edge_type.name}Filter"
        key = described(Argument("key", "StringFilter"))
        fields = (key, *_conditions(edge_type.properties), *_connectives(name))
        yield InputType(name, fields, description="Every key given has to hold.")
        built_in = map(described, (Argument("key", "SortOrder"), Argument("since", "SortOrder")))
        yield _order(edge_type.name, (*built_in, *_values(edge_type.properties)))
    yield from _of_lineage(catalogue)
    for name in catalogue.enums:
        one = (Argument("eq", name), Argument("ne", name), Argument("in", f"[{name}!]"))
        fields = tuple(map(described, (*one, Argument("isNull", "Boolean"))))
        yield InputType(f"{name}Filter", fields)
        several = (Argument("hasAny", f"[{name}!]"), Argument("hasAll", f"[{name}!]"))
        fields = (Argument("has", name), *several, Argument("isEmpty", "Boolean"))
        yield InputType(f"{name}ListFilter", tuple(map(described, fields)))


def _of_lineage(catalogue: Catalogue) -> Iterator[InputType]:
    """Yield what decides where a walk goes: one key for each type, with that type's own filter."""
    lifecycle = Argument("lifecycle", "LifecycleFilter", description="By its lifecycle.")
    of_all = map(described, (Argument("urn", "StringFilter"), lifecycle))
    nodes = (
        Argument(each.name, f"{each.name}Filter", description=f"What a {each.name} has to pass.")
        for each in listed(catalogue)
    )
    about = "Every key given has to hold; that of a type, for entities of that type alone."
    yield InputType("LineageNodeFilter", (*of_all, *nodes), description=about)
    edges = (
        Argument(each.name, f"{each.name}Filter", description=f"What a {each.name} has to pass.")
        for each in catalogue.edge_types.values()
        if each.upstream is not Upstream.NONE
    )
    key = described(Argument("key", "StringFilter"))
    about = "Every key given has to hold; that of a type, for edges of that type alone."
    yield InputType("LineageEdgeFilter", (key, *edges), description=about)


def _filter(owner: EntityType | Interface) -> InputType:
    name = f"{owner.name}Filter"
    kind = (Argument("type", "EntityTypeFilter"),) if isinstance(owner, Interface) else ()
    named = (*kind, Argument("urn", "StringFilter"))
    lifecycle = Argument(
        "lifecycle", "LifecycleFilter", description="Without it, none is DELETED in a list."
    )
    walks = (each for walked in _walked(owner) for each in _walk(walked))
    conditions = (*map(described, named), lifecycle, *_conditions(owner.attributes))
    fields = (*conditions, *walks, *_connectives(name))
    return InputType(name, fields, description="Every key given has to hold.")


def _order(name: str, keys: tuple[Argument, ...]) -> InputType:
    return InputType(f"{name}Order", keys, one_of=True, description="Exactly one key.")


def _search_filter(catalogue: Catalogue) -> InputType:
    types = [each for each in listed(catalogue) if isinstance(each, EntityType)]
    about = "Entities of this type only where they pass; of other types as they are."
    fields = (
        Argument("lifecycle", "LifecycleFilter", description="Without it, none is DELETED."),
        *(
            Argument(singular_field(each.name), f"{each.name}Filter", description=about)
            for each in types
        ),
    )
    return InputType("SearchFilter", fields, description="Every key given has to hold.")


def _connectives(name: str) -> tuple[Argument, ...]:
    several = (Argument("and", f"[{name}!]"), Argument("or", f"[{name}!]"))
    return tuple(map(described, (*several, Argument("not", name))))


def _conditions(attributes: tuple[Attribute, ...]) -> Iterator[Argument]:
    for attribute in attributes:
        if attribute.indexed and attribute.type is not ValueType.REF:
            suffix = "ListFilter" if attribute.many else "Filter"
            kind = f"{attribute.enum or attribute.type.value}{suffix}"
            about, old = attribute.description, attribute.deprecated
            yield Argument(attribute.field, kind, description=about, deprecated=old)


def _walked(owner: EntityType | Interface) -> Iterator[Attribute | Relation]:
    yield from (each for each in owner.attributes if each.type is ValueType.REF and each.indexed)
    yield from owner.relations


def _walk(walked: Attribute | Relation) -> Iterator[Argument]:
    target = walked.target or "Entity"
    if walked.many:
        kind = relation_type(walked.owner, walked.field, "Filter")
        about, old = walked.description, walked.deprecated
        yield Argument(walked.field, kind, description=about, deprecated=old)
        return
    description = f"{walked.description or ''} Null: there is none.".strip()
    yield Argument(
        walked.field, f"{target}Filter", description=description, deprecated=walked.deprecated
    )
    if isinstance(walked, Relation):
        yield _of_edge(walked, "Filter")


def _of_edge(relation: Relation, suffix: str) -> Argument:
    """Return what a filter or an order says of the edge of a relation to one."""
    about = f"By the edge that leads to {relation.field}."
    kind = f"{relation.edge}{suffix}"
    name = f"{relation.field}Edge"
    return Argument(name, kind, description=about, deprecated=relation.deprecated)


def _quantifiers(owner: EntityType | Interface) -> Iterator[InputType]:
    for walked in filter(is_connection, _walked(owner)):
        target = f"{walked.target or 'Entity'}Filter"
        quantifiers = ("some", "none", "every")
        fields = [described(Argument(quantifier, target)) for quantifier in quantifiers]
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
    yield from _values(owner.attributes)
    for walked in _walked(owner):
        if not walked.many:
            about, old = walked.description, walked.deprecated
            yield Argument(walked.field, f"{walked.target}Order", description=about, deprecated=old)
            if isinstance(walked, Relation):
                yield _of_edge(walked, "Order")


def _values(attributes: tuple[Attribute, ...]) -> Iterator[Argument]:
    for each in filter(_sortable, attributes):
        about, old = each.description, each.deprecated
        yield Argument(each.field, "SortOrder", description=about, deprecated=old)
