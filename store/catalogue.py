"""The schema as values: what the schema facts say, read once and shared.

Read by `store.schema.facts`; everything here is frozen. One catalogue, the current one, serves all
points in time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from store.errors import CallerFault
from store.ids import AttributeId, T


class ValueType(StrEnum):
    """What an attribute holds; the names are those of SDL. REF is a reference to an entity."""

    STRING = "String"
    INT = "Int"
    LONG = "Long"
    FLOAT = "Float"
    DECIMAL = "Decimal"
    BOOLEAN = "Boolean"
    DATETIME = "DateTime"
    DATE = "Date"
    UUID = "UUID"
    URI = "URI"
    JSON = "JSON"
    KEYWORD = "Keyword"
    REF = "Ref"


class Upstream(StrEnum):
    """Which end of an edge type data comes from; NONE is not lineage."""

    FROM = "FROM"
    TO = "TO"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an entity type, of an interface (id 0.

    It has no facts of its own), or an edge type's property.
    """

    id: AttributeId
    owner: str
    field: str
    type: ValueType
    many: bool = False
    required: bool = False
    indexed: bool = False
    searched: bool = False
    unique: bool = False
    component: bool = False
    slot: int = 0  # Position in `version.values`, from 1, never reused.
    enum: str | None = None
    target: str | None = None  # Where type is REF: an entity type or an interface.
    description: str | None = None
    deprecated: str | None = None

    @property
    def name(self) -> str:
        """Return the full name, as Datalog writes it after the colon: `Dataset/name`."""
        return f"{self.owner}/{self.field}"


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that walks an edge type, forward (`from` to `to`) or in reverse."""

    id: AttributeId
    owner: str
    field: str
    edge: str
    target: str
    reverse: bool = False
    many: bool = True
    required: bool = False
    component: bool = False
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class EntityType:
    """An entity type.

    `plural` is its list field's name, fields keep the order in which they were declared.
    """

    id: AttributeId
    name: str
    plural: str
    interfaces: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    relations: tuple[Relation, ...] = ()
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface of the catalog; the facts belong to the types that implement it."""

    id: AttributeId
    name: str
    plural: str
    attributes: tuple[Attribute, ...] = ()
    relations: tuple[Relation, ...] = ()
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class EdgeType:
    """A reified edge type: the ends it allows (as declared.

    Types or interfaces) and its properties.

    `one_from`: an entity is `from` of at most one live edge of this type; `one_to`: the same for
    `to`.
    """

    id: AttributeId
    name: str
    from_types: tuple[str, ...]
    to_types: tuple[str, ...]
    upstream: Upstream
    properties: tuple[Attribute, ...] = ()
    one_from: bool = False
    one_to: bool = False
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum, stored as a keyword."""

    name: str
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum of the catalog."""

    id: AttributeId
    name: str
    values: tuple[EnumValue, ...]
    description: str | None = None


EndTypes = tuple[frozenset[str], frozenset[str]]
"""The types of what edges come from, and of what they go to."""
HeldEnds = Mapping[tuple[AttributeId, bool], int]
"""Where versions hold the far ends of edges that are to one: a place in their ends, from 1.

By the edge type, and whether the entity is where the edge goes to.
"""

NOTHING_YET = T(0)
UNKNOWN = EntityType(AttributeId(64), "Unknown", "unknowns")


@dataclass(eq=False)
class UnknownType(CallerFault):
    """A name stands for no entity type, interface or edge type."""

    code: ClassVar[str] = "UNKNOWN_TYPE"
    category: ClassVar[str] = "not-found"
    name: str
    expected: str = "entity type"
    where: str = ""

    def __str__(self) -> str:
        hint = "`headwater schema print` lists what there is"
        return f"{_at(self.where)}there is no {self.expected} {self.name}; {hint}"


@dataclass(eq=False)
class UnknownAttribute(CallerFault):
    """A name stands for no attribute of the type."""

    code: ClassVar[str] = "UNKNOWN_ATTRIBUTE"
    category: ClassVar[str] = "not-found"
    name: str
    where: str = ""

    def __str__(self) -> str:
        hint = "`headwater schema print` lists what there is"
        return f"{_at(self.where)}there is no attribute {self.name}; {hint}"


def _at(where: str) -> str:
    return f"{where}: " if where else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that the schema facts say as of `t`, the transaction that changed them last (0.

    Nothing yet).

    The maps are by name; `UNKNOWN` is always among the entity types. `ends_ever`: the types that
    the ends of edges can have had at any t, of the edge types of which that is known. `always_one`:
    the attributes known to have been no lists at any t, `always_one_from` and `always_one_to` the
    edge types of which an entity has had one at a time; of these are the `held_ends`.
    """

    t: T = NOTHING_YET
    entity_types: Mapping[str, EntityType] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    edge_types: Mapping[str, EdgeType] = field(default_factory=dict)
    enums: Mapping[str, EnumType] = field(default_factory=dict)
    ends_ever: Mapping[str, EndTypes] = field(default_factory=dict, compare=False)
    always_one: frozenset[AttributeId] = field(default=frozenset(), compare=False)
    always_one_from: frozenset[AttributeId] = field(default=frozenset(), compare=False)
    always_one_to: frozenset[AttributeId] = field(default=frozenset(), compare=False)
    held_ends: HeldEnds = field(default_factory=dict, compare=False)
    attributes: Mapping[str, Attribute] = field(init=False)
    implementers: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        entity_types = {**self.entity_types, UNKNOWN.name: UNKNOWN}
        object.__setattr__(self, "entity_types", MappingProxyType(entity_types))
        object.__setattr__(self, "attributes", MappingProxyType(_attributes(self)))
        object.__setattr__(self, "implementers", MappingProxyType(_implementers(self)))

    def entity_type(self, name: str) -> EntityType:
        """Return the entity type of that name, or raise UnknownType."""
        if name not in self.entity_types:
            raise UnknownType(name)
        return self.entity_types[name]

    def edge_type(self, name: str) -> EdgeType:
        """Return the edge type of that name, or raise UnknownType."""
        if name not in self.edge_types:
            raise UnknownType(name, "edge type")
        return self.edge_types[name]

    def attribute(self, name: str) -> Attribute:
        """Return the attribute of that full name (`Dataset/name`), or raise UnknownAttribute."""
        if name not in self.attributes:
            raise UnknownAttribute(name)
        return self.attributes[name]

    def concrete(self, name: str) -> tuple[str, ...]:
        """Return the entity types that a type or an interface stands for, without Unknown."""
        if name in self.interfaces:
            return self.implementers[name]
        return (self.entity_type(name).name,)

    def ends(self, names: tuple[str, ...]) -> frozenset[str]:
        """Return the concrete entity types that an edge type's declared end allows."""
        return frozenset(concrete for name in names for concrete in self.concrete(name))


def _attributes(catalogue: Catalogue) -> dict[str, Attribute]:
    owners: list[tuple[Attribute, ...]] = [
        *(entity_type.attributes for entity_type in catalogue.entity_types.values()),
        *(interface.attributes for interface in catalogue.interfaces.values()),
        *(edge_type.properties for edge_type in catalogue.edge_types.values()),
    ]
    return {attribute.name: attribute for owned in owners for attribute in owned}


def _implementers(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    return {
        interface: tuple(
            entity_type.name
            for entity_type in catalogue.entity_types.values()
            if interface in entity_type.interfaces
        )
        for interface in catalogue.interfaces
    }
