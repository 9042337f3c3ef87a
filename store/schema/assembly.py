"""Descriptions of the schema as a catalogue: the way back from `store.schema.description`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from store.catalogue import (
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    EnumType,
    EnumValue,
    Interface,
    Relation,
    Upstream,
    ValueType,
)
from store.ids import AttributeId, T
from store.schema.description import MANY, Described, Description, Kind, Said, kind_of


def catalogue_of(described: Described, ids: Mapping[str, int], t: T) -> Catalogue:
    """Return the catalogue that the descriptions make, as of `t`; ids are by full name.

    Everything is in the order of the descriptions, and what only has a set of names in that of ids.
    """
    names: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    owned: dict[str, list[str]] = {}
    for name, description in described.items():
        names[kind_of(description)].append(name)
        for owner in description.get(Said.OWNER, ()):
            owned.setdefault(owner, []).append(name)
    read = _Reading(described, ids, owned)
    return Catalogue(
        t,
        {name: read.entity_type(name) for name in names[Kind.ENTITY_TYPE]},
        {name: read.interface(name) for name in names[Kind.INTERFACE]},
        {name: read.edge_type(name) for name in names[Kind.EDGE_TYPE]},
        {name: read.enum(name) for name in names[Kind.ENUM]},
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Descriptions, and what they need to become values: ids, and the fields of each owner."""

    described: Described
    ids: Mapping[str, int]
    owned: Mapping[str, Sequence[str]]

    def entity_type(self, name: str) -> EntityType:
        said = self.described[name]
        return EntityType(
            self.id(name),
            name,
            _one(said, Said.PLURAL),
            self.names(said, Said.INTERFACE),
            self.attributes(name),
            self.relations(name),
            _maybe(said, Said.DESCRIPTION),
            _maybe(said, Said.DEPRECATED),
        )

    def interface(self, name: str) -> Interface:
        said = self.described[name]
        # An attribute of an interface has no facts of its own, so nobody may look for them.
        attributes = (replace(each, id=AttributeId(0)) for each in self.attributes(name))
        return Interface(
            self.id(name),
            name,
            _one(said, Said.PLURAL),
            tuple(attributes),
            self.relations(name),
            _maybe(said, Said.DESCRIPTION),
            _maybe(said, Said.DEPRECATED),
        )

    def edge_type(self, name: str) -> EdgeType:
        said = self.described[name]
        return EdgeType(
            self.id(name),
            name,
            self.names(said, Said.FROM),
            self.names(said, Said.TO),
            Upstream(_one(said, Said.UPSTREAM)),
            self.attributes(name),
            Said.ONE_FROM in said,
            Said.ONE_TO in said,
            _maybe(said, Said.DESCRIPTION),
            _maybe(said, Said.DEPRECATED),
        )

    def enum(self, name: str) -> EnumType:
        said = self.described[name]
        values = tuple(map(self.enum_value, self.owned.get(name, ())))
        return EnumType(self.id(name), name, values, _maybe(said, Said.DESCRIPTION))

    def enum_value(self, name: str) -> EnumValue:
        said = self.described[name]
        return EnumValue(
            _one(said, Said.NAME), _maybe(said, Said.DESCRIPTION), _maybe(said, Said.DEPRECATED)
        )

    def attributes(self, owner: str) -> tuple[Attribute, ...]:
        return tuple(map(self.attribute, self.fields(owner, Kind.ATTRIBUTE)))

    def relations(self, owner: str) -> tuple[Relation, ...]:
        return tuple(map(self.relation, self.fields(owner, Kind.RELATION)))

    def attribute(self, name: str) -> Attribute:
        said = self.described[name]
        return Attribute(
            id=self.id(name),
            owner=_one(said, Said.OWNER),
            field=_one(said, Said.NAME),
            type=ValueType(_one(said, Said.VALUE_TYPE)),
            many=_one(said, Said.CARDINALITY) == MANY,
            required=Said.REQUIRED in said,
            indexed=Said.INDEXED in said,
            searched=Said.SEARCHED in said,
            unique=Said.UNIQUE in said,
            component=Said.COMPONENT in said,
            slot=int(_maybe(said, Said.SLOT) or 0),
            enum=_maybe(said, Said.ENUM),
            target=_maybe(said, Said.TARGET),
            description=_maybe(said, Said.DESCRIPTION),
            deprecated=_maybe(said, Said.DEPRECATED),
        )

    def relation(self, name: str) -> Relation:
        said = self.described[name]
        return Relation(
            id=self.id(name),
            owner=_one(said, Said.OWNER),
            field=_one(said, Said.NAME),
            edge=_one(said, Said.EDGE),
            target=_one(said, Said.TARGET),
            reverse=Said.REVERSE in said,
            many=_one(said, Said.CARDINALITY) == MANY,
            required=Said.REQUIRED in said,
            component=Said.COMPONENT in said,
            description=_maybe(said, Said.DESCRIPTION),
            deprecated=_maybe(said, Said.DEPRECATED),
        )

    def fields(self, owner: str, kind: Kind) -> list[str]:
        names = self.owned.get(owner, ())
        return [name for name in names if kind_of(self.described[name]) is kind]

    def names(self, said: Description, attribute: Said) -> tuple[str, ...]:
        """Return the names in the order in which they were declared."""
        return tuple(sorted(said.get(attribute, ()), key=lambda name: self.ids[name]))

    def id(self, name: str) -> AttributeId:
        return AttributeId(self.ids[name])


def _one(description: Description, said: Said) -> str:
    [text] = description[said]
    return text


def _maybe(description: Description, said: Said) -> str | None:
    return next(iter(description.get(said, ())), None)
