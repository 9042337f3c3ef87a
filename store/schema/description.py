"""The catalogue as descriptions: what is to be said about each schema entity, by name."""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum

from store.catalogue import (
    UNKNOWN,
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    EnumType,
    EnumValue,
    Interface,
    Relation,
)


class Said(IntEnum):
    """The attributes of schema entities."""

    KIND = 20
    NAME = 21
    OWNER = 22
    DESCRIPTION = 23
    DEPRECATED = 24
    PLURAL = 25
    INTERFACE = 26
    VALUE_TYPE = 27
    CARDINALITY = 28
    REQUIRED = 29
    INDEXED = 30
    SEARCHED = 31
    UNIQUE = 32
    COMPONENT = 33
    SLOT = 34
    ENUM = 35
    TARGET = 36
    EDGE = 37
    REVERSE = 38
    FROM = 39
    TO = 40
    UPSTREAM = 41
    ONE_FROM = 42
    ONE_TO = 43

    @property
    def field(self) -> str:
        """Return the name after `schema/`: `valueType`."""
        first, *rest = self.name.lower().split("_")
        return first + "".join(map(str.title, rest))


REFERENCES = frozenset(
    {Said.OWNER, Said.INTERFACE, Said.ENUM, Said.TARGET, Said.EDGE, Said.FROM, Said.TO}
)
"""What is said by naming another schema entity."""
FLAGS = frozenset(
    {
        Said.REQUIRED,
        Said.INDEXED,
        Said.SEARCHED,
        Said.UNIQUE,
        Said.COMPONENT,
        Said.REVERSE,
        Said.ONE_FROM,
        Said.ONE_TO,
    }
)
"""What is said where it is true, and not said where it is false."""


class Kind(StrEnum):
    """What a schema entity is."""

    ENTITY_TYPE = "EntityType"
    INTERFACE = "Interface"
    EDGE_TYPE = "EdgeType"
    ENUM = "Enum"
    ENUM_VALUE = "EnumValue"
    ATTRIBUTE = "Attribute"
    RELATION = "Relation"


Description = Mapping[Said, frozenset[str]]
"""What is said about one schema entity: texts, full names of others, flags as `true`."""
Described = Mapping[str, Description]
"""All descriptions, by full name: `Dataset`, `Dataset/name`, `Stage/TRIAL`."""

MANY = "many"
ONE = "one"
TRUE = "true"


def describe(catalogue: Catalogue) -> Described:
    """Return what is to be said so that the catalogue is what it is; Unknown is built in."""
    described: dict[str, Description] = {}
    for enum in catalogue.enums.values():
        described[enum.name] = _said(Kind.ENUM, enum.name, {Said.DESCRIPTION: enum.description})
        described |= {f"{enum.name}/{each.name}": _enum_value(enum, each) for each in enum.values}
    for interface in catalogue.interfaces.values():
        described[interface.name] = _listed(Kind.INTERFACE, interface)
        described |= _fields(interface)
    for entity_type in catalogue.entity_types.values():
        if entity_type.name != UNKNOWN.name:
            described[entity_type.name] = _listed(Kind.ENTITY_TYPE, entity_type)
            described |= _fields(entity_type)
    for edge_type in catalogue.edge_types.values():
        described[edge_type.name] = _edge_type(edge_type)
        described |= {each.name: _attribute(each) for each in edge_type.properties}
    return described


def kind_of(description: Description) -> Kind:
    """Return what the described entity is."""
    [kind] = description[Said.KIND]
    return Kind(kind)


Sayable = str | bool | Iterable[str] | None


def _said(kind: Kind, name: str, more: Mapping[Said, Sayable]) -> Description:
    said = {Said.KIND: kind.value, Said.NAME: name, **more}
    return {
        attribute: frozenset(values)
        for attribute, value in said.items()
        if (values := tuple(_values(value)))
    }


def _values(value: Sayable) -> Iterable[str]:
    match value:
        case None | False:
            return ()
        case True:
            return (TRUE,)
        case str():
            return (value,)
        case _:
            return value


def _enum_value(enum: EnumType, value: EnumValue) -> Description:
    return _said(
        Kind.ENUM_VALUE,
        value.name,
        {
            Said.OWNER: enum.name,
            Said.DESCRIPTION: value.description,
            Said.DEPRECATED: value.deprecated,
        },
    )


def _listed(kind: Kind, listed: EntityType | Interface) -> Description:
    return _said(
        kind,
        listed.name,
        {
            Said.DESCRIPTION: listed.description,
            Said.DEPRECATED: listed.deprecated,
            Said.PLURAL: listed.plural,
            Said.INTERFACE: listed.interfaces if isinstance(listed, EntityType) else None,
        },
    )


def _fields(owner: EntityType | Interface) -> dict[str, Description]:
    attributes = {each.name: _attribute(each) for each in owner.attributes}
    relations = {f"{owner.name}/{each.field}": _relation(each) for each in owner.relations}
    return {**attributes, **relations}


def _attribute(attribute: Attribute) -> Description:
    return _said(
        Kind.ATTRIBUTE,
        attribute.field,
        {
            Said.OWNER: attribute.owner,
            Said.DESCRIPTION: attribute.description,
            Said.DEPRECATED: attribute.deprecated,
            Said.VALUE_TYPE: attribute.type.value,
            Said.CARDINALITY: MANY if attribute.many else ONE,
            Said.REQUIRED: attribute.required,
            Said.INDEXED: attribute.indexed,
            Said.SEARCHED: attribute.searched,
            Said.UNIQUE: attribute.unique,
            Said.COMPONENT: attribute.component,
            Said.SLOT: str(attribute.slot) if attribute.slot else None,
            Said.ENUM: attribute.enum,
            Said.TARGET: attribute.target,
        },
    )


def _relation(relation: Relation) -> Description:
    return _said(
        Kind.RELATION,
        relation.field,
        {
            Said.OWNER: relation.owner,
            Said.DESCRIPTION: relation.description,
            Said.DEPRECATED: relation.deprecated,
            Said.CARDINALITY: MANY if relation.many else ONE,
            Said.REQUIRED: relation.required,
            Said.COMPONENT: relation.component,
            Said.TARGET: relation.target,
            Said.EDGE: relation.edge,
            Said.REVERSE: relation.reverse,
        },
    )


def _edge_type(edge_type: EdgeType) -> Description:
    return _said(
        Kind.EDGE_TYPE,
        edge_type.name,
        {
            Said.DESCRIPTION: edge_type.description,
            Said.DEPRECATED: edge_type.deprecated,
            Said.FROM: edge_type.from_types,
            Said.TO: edge_type.to_types,
            Said.UPSTREAM: edge_type.upstream.value,
            Said.ONE_FROM: edge_type.one_from,
            Said.ONE_TO: edge_type.one_to,
        },
    )
