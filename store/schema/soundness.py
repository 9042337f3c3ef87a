"""What a catalogue must be in itself, whatever is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping

from store.catalogue import UNKNOWN, Attribute, Catalogue, EntityType, Interface, Relation
from store.schema.description import Described, Kind, Said, describe, kind_of


def problems(catalogue: Catalogue) -> Iterator[str]:
    """Return a sentence for everything that is wrong with a catalogue by itself."""
    yield from _names_taken_twice(catalogue)
    yield from _plurals_taken_twice(catalogue)
    yield from _unknown_names(describe(catalogue))
    yield from _broken_promises(catalogue)


def changed_kinds(current: Described, wanted: Described) -> Iterator[str]:
    """Return a sentence for every name that stands for something of another kind."""
    for name in sorted(current.keys() & wanted.keys()):
        before, after = kind_of(current[name]), kind_of(wanted[name])
        if before is not after:
            yield f"{name} is {_WORDS[before]} and cannot become {_WORDS[after]}"


_WORDS = {
    Kind.ENTITY_TYPE: "an entity type",
    Kind.INTERFACE: "an interface",
    Kind.EDGE_TYPE: "an edge type",
    Kind.ENUM: "an enum",
    Kind.ENUM_VALUE: "an enum's value",
    Kind.ATTRIBUTE: "an attribute",
    Kind.RELATION: "a relation",
}


def _names_taken_twice(catalogue: Catalogue) -> Iterator[str]:
    kinds: tuple[Mapping[str, object], ...] = (
        catalogue.entity_types,
        catalogue.interfaces,
        catalogue.edge_types,
        catalogue.enums,
    )
    names = Counter(name for kind in kinds for name in kind)
    for owner in _owners(catalogue):
        names.update(attribute.name for attribute in owner.attributes)
        names.update(f"{owner.name}/{relation.field}" for relation in owner.relations)
    yield from (f"{name} is declared as two things" for name, times in names.items() if times > 1)


def _plurals_taken_twice(catalogue: Catalogue) -> Iterator[str]:
    by_plural: dict[str, list[str]] = {}
    for owner in _owners(catalogue):
        by_plural.setdefault(owner.plural, []).append(owner.name)
    for plural, names in by_plural.items():
        if len(names) > 1:
            yield f"{plural} is the plural of {' and '.join(names)}: set one with @entity(plural:)"


def _owners(catalogue: Catalogue) -> Iterator[EntityType | Interface]:
    yield from catalogue.entity_types.values()
    yield from catalogue.interfaces.values()


_EXPECTED = {
    Said.INTERFACE: ("interface", frozenset({Kind.INTERFACE})),
    Said.ENUM: ("enum", frozenset({Kind.ENUM})),
    Said.TARGET: ("entity type or interface", frozenset({Kind.ENTITY_TYPE, Kind.INTERFACE})),
    Said.EDGE: ("edge type", frozenset({Kind.EDGE_TYPE})),
    Said.FROM: ("entity type or interface", frozenset({Kind.ENTITY_TYPE, Kind.INTERFACE})),
    Said.TO: ("entity type or interface", frozenset({Kind.ENTITY_TYPE, Kind.INTERFACE})),
}


def _unknown_names(described: Described) -> Iterator[str]:
    kinds = {name: kind_of(description) for name, description in described.items()}
    kinds[UNKNOWN.name] = Kind.ENTITY_TYPE
    for user, description in described.items():
        for said, (expected, allowed) in _EXPECTED.items():
            for name in sorted(description.get(said, ())):
                if kinds.get(name) not in allowed:
                    yield f"{user} names {name}, and there is no such {expected}"


def _broken_promises(catalogue: Catalogue) -> Iterator[str]:
    for entity_type in catalogue.entity_types.values():
        attributes = {each.field: each for each in entity_type.attributes}
        relations = {each.field: each for each in entity_type.relations}
        for name in entity_type.interfaces:
            if name not in catalogue.interfaces:
                continue
            interface = catalogue.interfaces[name]
            for promised in interface.attributes:
                kept = attributes.get(promised.field)
                if kept is None or (kept.type, kept.many) != (promised.type, promised.many):
                    yield _broken(entity_type, interface, promised)
            for promise in interface.relations:
                relation = relations.get(promise.field)
                if relation is None or relation.many != promise.many:
                    yield _broken(entity_type, interface, promise)


def _broken(entity_type: EntityType, interface: Interface, promised: Attribute | Relation) -> str:
    return (
        f"{entity_type.name} implements {interface.name} and needs its field {promised.field}, "
        "of the same type"
    )
