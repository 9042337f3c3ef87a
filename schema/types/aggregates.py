"""Catalogue to the types of aggregates: what a connection tells of all that it lists."""

from collections.abc import Iterator

from resolvers.aggregates import aggregate_type, keys, measured
from schema.contract.declared import Argument, Enumeration, EnumMember, Field, ObjectType
from schema.sdl.names import Aggregated, listed
from store.catalogue import Attribute, Catalogue, Relation

_BUILT_IN = {
    "lifecycle": "How much is known about them.",
    "type": "The name of their type.",
}


def aggregate_types(catalogue: Catalogue) -> Iterator[ObjectType | Enumeration]:
    """Yield the types of aggregates that a catalogue adds."""
    for owner in (*listed(catalogue), *catalogue.edge_types.values()):
        yield from _types(catalogue, Aggregated(owner.name))


def aggregate_fields(catalogue: Catalogue, owner: str) -> Iterator[Field]:
    """Yield the fields of a connection about all the entities that it lists."""
    if owner in catalogue.interfaces or owner in catalogue.entity_types:
        yield from _fields(catalogue, Aggregated(owner), "aggregate", "groups", "all rows")


def edge_aggregate_fields(catalogue: Catalogue, edge: str) -> Iterator[Field]:
    """Yield the fields of a connection about the edges that lead to what it lists."""
    of = "the edges of all rows"
    yield from _fields(catalogue, Aggregated(edge), "edgeAggregate", "edgeGroups", of)


def _fields(
    catalogue: Catalogue, names: Aggregated, aggregate: str, groups: str, of: str
) -> Iterator[Field]:
    if measured(catalogue, names.owner):
        about = f"The values of {of}, together, whatever the page."
        yield Field(aggregate, f"{names.aggregate}!", (), about)
    if keys(catalogue, names.owner):
        about = f"{of.capitalize()} in groups, whatever the page; the largest first."
        yield Field(groups, names.grouping, _arguments(names), about)


def _arguments(names: Aggregated) -> tuple[Argument, ...]:
    return (
        Argument("by", f"{names.key}!", description="What the rows of a group share."),
        Argument("orderBy", "GroupingOrder", description="In this order; the largest come first."),
        Argument("first", "Int", description="How many groups; 100 where nothing is said."),
    )


def _types(catalogue: Catalogue, names: Aggregated) -> Iterator[ObjectType | Enumeration]:
    attributes = measured(catalogue, names.owner)
    if attributes:
        fields = tuple(map(_measured, attributes.values()))
        about = f"The values of {names.owner} rows, together."
        yield ObjectType(names.aggregate, fields, description=about)
    by = keys(catalogue, names.owner)
    if by:
        members = tuple(_key(name, each) for name, each in by.items())
        yield Enumeration(names.key, members, f"What {names.owner} rows are grouped by.")
        yield _grouping(names)
        yield _node(names, has_values=bool(attributes))


def _measured(attribute: Attribute) -> Field:
    kind = f"{aggregate_type(attribute)}!"
    return Field(attribute.field, kind, (), attribute.description, attribute.deprecated)


def _key(name: str, by: Attribute | Relation | None) -> EnumMember:
    if by is None:
        return EnumMember(name, _BUILT_IN[name])
    return EnumMember(name, by.description, by.deprecated)


def _grouping(names: Aggregated) -> ObjectType:
    fields = (
        Field("nodes", f"[{names.node}!]!", (), "The groups, as many as are asked for."),
        Field("totalCount", "Int!", (), "How many groups there are, shown or not."),
        Field("complete", "Boolean!", (), "Whether all of them are shown."),
    )
    return ObjectType(names.grouping, fields, description=f"{names.owner} rows in groups.")


def _node(names: Aggregated, *, has_values: bool) -> ObjectType:
    key = "The value that its rows share; the id where they share an entity; null: they have none."
    entity = "The entity that its rows share, as of the same time; null where it is a value."
    values = Field("aggregate", f"{names.aggregate}!", (), "The values of its rows, together.")
    fields = (
        Field("key", "JSON", (), key),
        Field("entity", "Entity", (), entity),
        Field("count", "Int!", (), "How many rows are in it."),
        *([values] if has_values else []),
    )
    about = f"A group: {names.owner} rows that share a value or an entity."
    return ObjectType(names.node, fields, description=about)
