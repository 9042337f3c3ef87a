"""The report of a dry run: what would be written, though no read can find it.

Entities that are there are read as they are now; of those that would come to be, no more is known
than what the transaction says of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import ClassVar

import orjson

from resolvers.selection import Given, Selected
from store.catalogue import Attribute, Catalogue, ValueType
from store.errors import CallerFault
from store.ids import AttributeId, EntityId, opaque
from store.log import EDGE_TYPE, LIFECYCLE, TYPE, URN, Datom
from store.writing.writer import Report

ENTITIES = ":entities"  # No variable of a request is called so.
KNOWN = Given((ENTITIES,))
"""Stands for the ids of the entities that are there already."""

_BUILT_IN = {URN: "entity/urn", TYPE: "entity/type", LIFECYCLE: "entity/lifecycle"}

Objects = Mapping[EntityId, object]


@dataclass(eq=False)
class NotOnDryRun(CallerFault):
    """A dry run is asked for what only a transaction has that was written."""

    code: ClassVar[str] = "NOT_ON_DRY_RUN"
    category: ClassVar[str] = "unsupported"
    field: str

    def __str__(self) -> str:
        return f"{self.field} is not known on a dry run: nothing was written that could have it"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a transaction would say about entities: its facts, and by entity."""

    catalogue: Catalogue
    report: Report
    facts: tuple[Datom, ...] = field(init=False)
    said: Mapping[EntityId, tuple[Datom, ...]] = field(init=False)
    attributes: Mapping[AttributeId, Attribute] = field(init=False)

    def __post_init__(self) -> None:
        types = self.catalogue.entity_types.values()
        attributes = {each.id: each for owner in types for each in owner.attributes}
        datoms = self.report.datoms
        edges = {datom.e for datom in datoms if datom.a == EDGE_TYPE}
        facts = tuple(
            datom
            for datom in datoms
            if datom.e not in edges and (datom.a in _BUILT_IN or datom.a in attributes)
        )
        said: dict[EntityId, tuple[Datom, ...]] = {}
        for e, about in groupby(sorted(facts), attrgetter("e")):
            said[e] = tuple(about)
        object.__setattr__(self, "attributes", attributes)
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "said", said)

    @property
    def known(self) -> list[EntityId]:
        """Return the entities in the facts that are there already, in order."""
        targets = (datom.value for datom in self.facts if self._is_reference(datom))
        mentioned = {*self.said, *(EntityId(each) for each in targets if isinstance(each, int))}
        return sorted(entity for entity in mentioned if not self._is_new(entity))

    def value(self, asked_for: Selected, read: Mapping[str, Objects]) -> object:
        """Return a field of the report; `read` has the known entities, by field of a fact."""
        if asked_for.name == "stubs":
            return [self._entity(asked_for, stub, {}) for stub in self.report.stubs]
        return [dict(self._fact(asked_for, datom, read)) for datom in self.facts]

    def _fact(
        self, asked_for: Selected, datom: Datom, read: Mapping[str, Objects]
    ) -> Iterator[tuple[str, object]]:
        for each in asked_for.of():
            objects = read.get(each.key, {})
            match each.name:
                case "__typename":
                    yield each.key, "Fact"
                case "entity":
                    yield each.key, self._entity(each, datom.e, objects)
                case "attribute":
                    yield each.key, self._name(datom.a)
                case "value":
                    yield each.key, self._plain(datom)
                case "target":
                    yield each.key, self._target(each, datom, objects)
                case "op":
                    yield each.key, "ASSERT" if datom.op else "RETRACT"
                case name:
                    yield each.key, NotOnDryRun(name)

    def _target(self, asked_for: Selected, datom: Datom, objects: Objects) -> object:
        if not self._is_reference(datom):
            return None
        return self._entity(asked_for, EntityId(int(datom.value)), objects)

    def _entity(self, asked_for: Selected, entity: EntityId, objects: Objects) -> object:
        if entity in objects:
            return objects[entity]
        told: dict[str, object] = {"id": opaque(entity)}
        for datom in self.said.get(entity, ()):
            name = self._name(datom.a).rpartition("/")[2]
            attribute = self.attributes.get(datom.a)
            if attribute is not None and attribute.many:
                held = told.setdefault(name, [])
                told[name] = [*(held if isinstance(held, list) else ()), self._plain(datom)]
            elif not self._is_reference(datom):
                told[name] = self._plain(datom)
        return dict(self._members(asked_for, told))

    def _members(
        self, asked_for: Selected, told: Mapping[str, object]
    ) -> Iterator[tuple[str, object]]:
        type_name = str(told["type"])
        yield "__typename", type_name
        known = {each.field for each in self.catalogue.entity_type(type_name).attributes}
        for each in asked_for.of(type_name):
            if each.name in told:
                yield each.key, told[each.name]
            elif each.name != "__typename":
                yield each.key, None if each.name in known else NotOnDryRun(each.name)

    def _is_new(self, entity: EntityId) -> bool:
        return any(datom.a == URN and datom.op for datom in self.said.get(entity, ()))

    def _is_reference(self, datom: Datom) -> bool:
        attribute = self.attributes.get(datom.a)
        return attribute is not None and attribute.type is ValueType.REF

    def _name(self, attribute: AttributeId) -> str:
        return _BUILT_IN.get(attribute) or self.attributes[attribute].name

    def _plain(self, datom: Datom) -> object:
        if self._is_reference(datom):
            return None
        if datom.a == TYPE:
            types = self.catalogue.entity_types.values()
            return next(each.name for each in types if each.id == datom.value)
        return orjson.loads(str(datom.value))


def reads(fields: Iterable[Selected]) -> tuple[Selected, ...]:
    """Return the root fields of a query that give the known entities of each field of a fact."""
    return tuple(
        Selected(f"{asked_for.key}.{each.key}", "nodes", {"ids": KNOWN}, each.children)
        for asked_for in fields
        if asked_for.name == "facts"
        for each in asked_for.of()
        if each.name in {"entity", "target"}
    )
