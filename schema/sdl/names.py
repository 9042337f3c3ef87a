"""Names in a catalog: which are reserved, which are generated, and how a plural is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from schema.contract.declared import ObjectType
from schema.contract.fixed import fixed
from store.catalogue import (
    UNKNOWN,
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    Interface,
    Relation,
    ValueType,
)

ENTITY_FIELDS = frozenset(
    {"id", "urn", "type", "lifecycle", "createdAt", "changedAt", "history", "edgeHistory"}
)
EDGE_FIELDS = frozenset({"id", "type", "key", "from", "to", "since", "until", "history"})
LINK_FIELDS = ("from", "to", "key", "fromType", "toType")
FILTER_WORDS = frozenset({"and", "or", "not", "cursor", "node", "edge"})
# What the contract has promised from its first day: no field of a type may be called so.
CONTRACT_ROOT_FIELDS = frozenset(
    {"basis", "node", "nodes", "entity", "lineage", "transactions", "datalog", "explain"}
    | {"transact"}
)
SCALARS = frozenset(value_type.value for value_type in ValueType) - {ValueType.REF.value}
_ROOTS = frozenset({"Query", "Mutation", "Subscription"})
ROOT_FIELDS = frozenset(
    member.name
    for each in fixed()
    if isinstance(each, ObjectType) and each.name in _ROOTS
    for member in each.fields
)
_FILTERED = SCALARS | {"ID", "Lifecycle", "EntityType", "EdgeType"}
FIXED_FILTERS = frozenset(
    f"{name}{suffix}" for name in _FILTERED for suffix in ("Filter", "ListFilter")
)
LINEAGE_FILTERS = frozenset({"LineageNodeFilter", "LineageEdgeFilter"})
ENTITY_UNION = "_Entity"
_OF_CATALOG = {
    "Unknown",
    "EntityType",
    "EdgeType",
    "GroupRelation",
    "SearchFilter",
    ENTITY_UNION,
    "_Any",
}
_NAMES = _OF_CATALOG | {each.name for each in fixed()} - FIXED_FILTERS
FIXED_TYPES = SCALARS | {"ID", "TimePoint"} | _ROOTS | _NAMES
RESERVED = ENTITY_FIELDS | EDGE_FIELDS | FILTER_WORDS | CONTRACT_ROOT_FIELDS | FIXED_TYPES

# Where a name comes from: (type,) or (type, field); () for what Headwater itself brings.
Origin = tuple[str, ...]


def singular_field(type_name: str) -> str:
    """Return the root field that looks one entity of the type up: `Dataset` gives `dataset`."""
    return type_name[:1].lower() + type_name[1:]


def default_plural(type_name: str) -> str:
    """Return the list field that a type gets unless `@entity(plural:)` says another."""
    name = singular_field(type_name)
    if name.endswith("y") and name[-2:-1] not in {"", "a", "e", "i", "o", "u"}:
        return f"{name[:-1]}ies"
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    return f"{name}s"


def relation_type(owner: str, field: str, suffix: str) -> str:
    """Return the name of a type made for a field of many: `DatasetUpstreamConnection`."""
    return f"{owner}{field[:1].upper()}{field[1:]}{suffix}"


def root_fields(catalogue: Catalogue) -> Iterator[tuple[str, Origin]]:
    """Yield every field of Query, and where it comes from."""
    yield from ((name, ()) for name in sorted(ROOT_FIELDS))
    for owner in listed(catalogue):
        yield singular_field(owner.name), (owner.name,)
        yield owner.plural, (owner.name,)


class Verb(Enum):
    """What a mutation that the catalog makes does to what it names."""

    UPSERT = "upsert"
    RETRACT = "retract"
    LINK = "link"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class Writing:
    """A field of Mutation that the catalog makes: `upsertDatasets`, `linkDerivedFrom`."""

    verb: Verb
    subject: EntityType | EdgeType

    @property
    def field(self) -> str:
        """Return its name: that of the list of a type, or of an edge type, after the verb."""
        if isinstance(self.subject, EdgeType):
            return f"{self.verb.value}{self.subject.name}"
        plural = self.subject.plural
        return f"{self.verb.value}{plural[:1].upper()}{plural[1:]}"


def writings(catalogue: Catalogue) -> Iterator[Writing]:
    """Yield the fields of Mutation that the catalog makes."""
    for entity_type in catalogue.entity_types.values():
        if entity_type.name != UNKNOWN.name:
            yield Writing(Verb.UPSERT, entity_type)
            yield Writing(Verb.RETRACT, entity_type)
    for edge_type in catalogue.edge_types.values():
        yield Writing(Verb.LINK, edge_type)
        yield Writing(Verb.UNLINK, edge_type)


def mutations(catalogue: Catalogue) -> Iterator[tuple[str, Origin]]:
    """Yield every field of Mutation, and where it comes from."""
    yield from ((name, ()) for name in sorted(ROOT_FIELDS))
    yield from ((each.field, (each.subject.name,)) for each in writings(catalogue))


def link_names(edge_type: EdgeType) -> Iterator[tuple[str, Origin]]:
    """Yield what the input that begins an edge says, and where it comes from."""
    yield from ((name, ()) for name in LINK_FIELDS)
    yield from ((each.field, (edge_type.name, each.field)) for each in edge_type.properties)


@dataclass(frozen=True, slots=True)
class Aggregated:
    """An entity type, interface or edge type, and the names of the types of its aggregates."""

    owner: str

    @property
    def aggregate(self) -> str:
        """Return the name of what tells of values together."""
        return f"{self.owner}Aggregate"

    @property
    def grouping(self) -> str:
        """Return the name of what holds groups."""
        return f"{self.owner}Grouping"

    @property
    def node(self) -> str:
        """Return the name of a group."""
        return f"{self.owner}GroupingNode"

    @property
    def key(self) -> str:
        """Return the name of the enum of what is grouped by."""
        return f"{self.owner}GroupingKey"

    def __iter__(self) -> Iterator[str]:
        """Yield all of these names."""
        yield from (self.aggregate, self.grouping, self.node, self.key)


def type_names(catalogue: Catalogue) -> Iterator[tuple[str, Origin]]:
    """Yield every type of the served schema, and where it comes from."""
    yield from ((name, ()) for name in sorted(FIXED_TYPES | FIXED_FILTERS | LINEAGE_FILTERS))
    for owner in listed(catalogue):
        for suffix in ("", "Filter", "Order", "Connection", "Edge"):
            yield f"{owner.name}{suffix}", (owner.name,)
        yield from ((name, (owner.name,)) for name in Aggregated(owner.name))
        for field in filter(is_connection, fields_of(owner)):
            for suffix in ("Connection", "Edge", "Filter"):
                yield relation_type(owner.name, field.field, suffix), (owner.name, field.field)
    for name in (each for each in catalogue.entity_types if each != UNKNOWN.name):
        yield f"{name}Input", (name,)
    for name in catalogue.edge_types:
        yield from ((f"{name}{suffix}", (name,)) for suffix in ("", "Filter", "Link", "Order"))
        yield from ((each, (name,)) for each in Aggregated(name))
    for name in catalogue.enums:
        yield from ((f"{name}{suffix}", (name,)) for suffix in ("", "Filter", "ListFilter"))


def field_names(owner: EntityType | Interface) -> Iterator[tuple[str, Origin]]:
    """Yield every field that the catalog gives a type, and where it comes from."""
    for field in fields_of(owner):
        yield field.field, (owner.name, field.field)
        if isinstance(field, Relation) and not field.many:
            yield f"{field.field}Edge", (owner.name, field.field)


def listed(catalogue: Catalogue) -> Iterator[EntityType | Interface]:
    """Yield the entity types and interfaces of the catalog: what has root fields of its own."""
    yield from (each for each in catalogue.entity_types.values() if each.name != UNKNOWN.name)
    yield from catalogue.interfaces.values()


def fields_of(owner: EntityType | Interface) -> tuple[Attribute | Relation, ...]:
    """Return all that the catalog gives a type: attributes, then relations."""
    attributes: tuple[Attribute | Relation, ...] = owner.attributes
    return attributes + owner.relations


def is_connection(field: Attribute | Relation) -> bool:
    """Return whether the field leads to many entities, and so is served as a connection."""
    return field.many and (isinstance(field, Relation) or field.type is ValueType.REF)
