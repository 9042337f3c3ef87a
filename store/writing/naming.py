"""Names in a transaction: which entities they mean, which ones they make, and of what types."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from store.catalogue import UNKNOWN, Attribute, UnknownAttribute, UnknownType
from store.ids import LONGEST_URN, URN_PREFIX, AttributeId, EntityId, from_opaque, opaque
from store.transaction import Link, Transaction, Upsert
from store.values import WrongValue, shortened
from store.writing.refusals import MalformedUrn, TypeConflict, UnknownEntity
from store.writing.rules import EdgeRules, Rules, TypeRules
from store.writing.state import State


class UpsertNames(NamedTuple):
    """An upsert with its names resolved."""

    rules: TypeRules
    entity: EntityId


class LinkNames(NamedTuple):
    """A link with its names resolved."""

    rules: EdgeRules
    source: EntityId
    target: EntityId


@dataclass(slots=True)
class Names:
    """What the names of one transaction stand for.

    `created` has the entities that the transaction makes, by urn; `types` the types that it gives,
    to those and to entities of type Unknown, and `told` which statement does. `next_entity` is the
    first id that is still free.
    """

    rules: Rules
    state: State
    next_entity: EntityId
    upserts: tuple[UpsertNames, ...] = ()
    links: tuple[LinkNames, ...] = ()
    created: dict[str, EntityId] = field(default_factory=dict)
    types: dict[EntityId, AttributeId] = field(default_factory=dict)
    told: dict[EntityId, str] = field(default_factory=dict)

    def known(self, name: str, where: str) -> EntityId | None:
        """Return the entity that a urn or an id names, or None. Raises MalformedUrn."""
        entity = self.state.by_urn.get(name) or self.created.get(name)
        if entity is not None or is_urn(name):
            return entity
        entity = from_opaque(name)
        if entity is None:
            raise MalformedUrn(where, shortened(name))
        return entity if entity in self.state.entities else None

    def entity(self, name: str, where: str) -> EntityId:
        """Return the entity that a name stands for, made where its urn is new.

        Raises MalformedUrn, and UnknownEntity for an id that nothing has.
        """
        entity = self.known(name, where)
        if entity is None and not name.startswith(URN_PREFIX):
            raise UnknownEntity(where, name)
        if entity is None:
            entity = self.created[name] = self.allocate()
        return entity

    def allocate(self) -> EntityId:
        """Return an id that nothing has yet."""
        entity = self.next_entity
        self.next_entity = EntityId(entity + 1)
        return entity

    def urn(self, entity: EntityId) -> str:
        """Return the urn of an entity, for an error."""
        before = self.state.entities.get(entity)
        if before is not None:
            return before.urn
        return next(urn for urn, created in self.created.items() if created == entity)

    def describe(self, subject: EntityId) -> str:
        """Return what an error calls an entity or an edge."""
        is_entity = subject in self.state.entities or subject in self.created.values()
        return self.urn(subject) if is_entity else f"the edge {opaque(subject)}"

    def type_before(self, entity: EntityId) -> AttributeId:
        """Return the type that an entity had before; Unknown where it is new."""
        before = self.state.entities.get(entity)
        return UNKNOWN.id if before is None else before.type

    def type(self, entity: EntityId) -> AttributeId:
        """Return the type that an entity has afterwards."""
        given = self.types.get(entity)
        return self.type_before(entity) if given is None else given

    def type_name(self, entity: EntityId) -> str:
        """Return the name of the type that an entity has afterwards."""
        return self.rules.types_by_id[self.type(entity)].name

    def claim(self, entity: EntityId, given: AttributeId, where: str) -> None:
        """Take a statement's word for an entity's type. Raises TypeConflict."""
        before = self.type_before(entity)
        known = before if given == UNKNOWN.id else self.type(entity)
        if known == given:
            return
        if known != UNKNOWN.id:
            types = self.rules.types_by_id
            raise TypeConflict(where, self.urn(entity), types[known].name, types[given].name)
        self.types[entity] = given
        self.told[entity] = where


def resolve(rules: Rules, state: State, transaction: Transaction) -> Names:
    """Return what the names of a transaction stand for, whatever the order of its statements.

    Raises UnknownType, UnknownAttribute, MalformedUrn, UnknownEntity, TypeConflict, WrongValue.
    """
    names = Names(rules, state, state.next_entity)
    names.upserts = tuple(
        _upsert(names, upsert, f"upsert[{number}]")
        for number, upsert in enumerate(transaction.upserts)
    )
    names.links = tuple(
        _link(names, link, f"link[{number}]") for number, link in enumerate(transaction.links)
    )
    hints = list(_hints(names, transaction))
    told = frozenset(names.types)
    for entity, given, where in hints:
        if entity not in told and names.type_before(entity) == UNKNOWN.id:
            names.claim(entity, given, where)
    return names


def _upsert(names: Names, upsert: Upsert, where: str) -> UpsertNames:
    rules = entity_rules(names.rules, upsert.type, where)
    entity = names.entity(upsert.urn, where)
    names.claim(entity, rules.id, where)
    return UpsertNames(rules, entity)


def _link(names: Names, link: Link, where: str) -> LinkNames:
    rules = edge_rules(names.rules, link.type, where)
    resolved = LinkNames(
        rules, names.entity(link.from_urn, where), names.entity(link.to_urn, where)
    )
    for entity, named in ((resolved.source, link.from_type), (resolved.target, link.to_type)):
        if named is not None and named != UNKNOWN.name:
            names.claim(entity, entity_rules(names.rules, named, where).id, where)
    return resolved


def entity_rules(rules: Rules, name: str, where: str) -> TypeRules:
    """Return the rules of an entity type. Raises UnknownType."""
    if name not in rules.types:
        raise UnknownType(name, where=where)
    return rules.types[name]


def edge_rules(rules: Rules, name: str, where: str) -> EdgeRules:
    """Return the rules of an edge type. Raises UnknownType."""
    if name not in rules.edges:
        raise UnknownType(name, "edge type", where)
    return rules.edges[name]


Hint = tuple[EntityId, AttributeId, str]


def _hints(names: Names, transaction: Transaction) -> Iterator[Hint]:
    for number, link in enumerate(names.links):
        where = f"link[{number}]"
        if link.rules.only_from is not None:
            yield link.source, link.rules.only_from, where
        if link.rules.only_to is not None:
            yield link.target, link.rules.only_to, where
        properties = transaction.links[number].properties
        if properties:
            yield from _references(names, link.rules, properties, f"{where}.properties")
    for number, upsert in enumerate(names.upserts):
        values = transaction.upserts[number].values
        yield from _references(names, upsert.rules, values, f"upsert[{number}]")


def _references(
    names: Names, rules: TypeRules | EdgeRules, values: Mapping[str, object], where: str
) -> Iterator[Hint]:
    for field_name, types in rules.references.items():
        if field_name in values:
            here = f"{where}.{field_name}"
            for name in referred(values[field_name], rules.attributes[field_name], here):
                entity = names.entity(name, here)
                if len(types) == 1:
                    yield entity, types[0], here


def attribute_of(rules: TypeRules | EdgeRules, name: str, where: str) -> Attribute:
    """Return an attribute of a type, or a property of an edge type. Raises UnknownAttribute."""
    attribute = rules.attributes.get(name)
    if attribute is None:
        raise UnknownAttribute(f"{rules.name}/{name}", where)
    return attribute


def referred(value: object, attribute: Attribute, where: str) -> list[str]:
    """Return the names that a reference, or a list of them, holds. Raises WrongValue."""
    if value is None:
        return []
    if not attribute.many:
        return [_name(value, attribute, where)]
    if not isinstance(value, list):
        raise WrongValue(where, f"a list of {attribute.target}", shortened(value))
    return [_name(name, attribute, where) for name in value]


def _name(name: object, attribute: Attribute, where: str) -> str:
    if not isinstance(name, str):
        raise WrongValue(where, f"the urn or id of a {attribute.target}", shortened(name))
    return name


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_urn(name: str) -> bool:
    """Return whether a text can name an entity across systems."""
    return (
        name.startswith(URN_PREFIX) and len(name) <= LONGEST_URN and _CONTROL.search(name) is None
    )
