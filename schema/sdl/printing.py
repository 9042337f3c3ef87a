"""The catalogue as SDL again: `sdl.parse` of it declares the same."""

from collections.abc import Iterable, Iterator

from graphql.language.block_string import is_printable_as_block_string, print_block_string
from graphql.language.print_string import print_string

from schema.sdl.names import default_plural
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


def print_catalogue(catalogue: Catalogue) -> str:
    """Return the catalog in SDL: enums, interfaces, entity types, edge types."""
    entity_types = (each for each in catalogue.entity_types.values() if each.name != UNKNOWN.name)
    definitions = (
        *map(_enum, catalogue.enums.values()),
        *map(_interface, catalogue.interfaces.values()),
        *map(_entity_type, entity_types),
        *map(_edge_type, catalogue.edge_types.values()),
    )
    return "\n".join(definitions)


def _enum(enum: EnumType) -> str:
    return _definition(enum.description, f"enum {enum.name}", map(_enum_value, enum.values))


def _enum_value(value: EnumValue) -> tuple[str | None, str]:
    return value.description, _spaced(value.name, *_deprecated(value.deprecated))


def _interface(interface: Interface) -> str:
    plural = _plural(interface)
    directives = (f"@entity{plural}" if plural else "", *_deprecated(interface.deprecated))
    head = _spaced(f"interface {interface.name}", *directives)
    return _definition(interface.description, head, _fields(interface))


def _entity_type(entity_type: EntityType) -> str:
    interfaces = entity_type.interfaces
    head = _spaced(
        f"type {entity_type.name}",
        f"implements {' & '.join(interfaces)}" if interfaces else "",
        f"@entity{_plural(entity_type)}",
        *_deprecated(entity_type.deprecated),
    )
    return _definition(entity_type.description, head, _fields(entity_type))


def _edge_type(edge_type: EdgeType) -> str:
    ends = f"from: {_names(edge_type.from_types)}, to: {_names(edge_type.to_types)}"
    head = _spaced(
        f"type {edge_type.name}",
        f"@edge({ends}, upstream: {edge_type.upstream})",
        *_deprecated(edge_type.deprecated),
    )
    return _definition(edge_type.description, head, map(_attribute, edge_type.properties))


def _fields(owner: EntityType | Interface) -> Iterator[tuple[str | None, str]]:
    yield from map(_attribute, owner.attributes)
    yield from map(_relation, owner.relations)


def _attribute(attribute: Attribute) -> tuple[str | None, str]:
    name = attribute.target or attribute.enum or attribute.type.value
    marks = {
        "@required": attribute.required,
        "@index": attribute.indexed,
        "@search": attribute.searched,
        "@unique": attribute.unique,
        "@component": attribute.component,
    }
    return attribute.description, _spaced(
        f"{attribute.field}: {_type(name, many=attribute.many)}",
        *(mark for mark, holds in marks.items() if holds),
        *_deprecated(attribute.deprecated),
    )


def _relation(relation: Relation) -> tuple[str | None, str]:
    reverse = ", reverse: true" if relation.reverse else ""
    return relation.description, _spaced(
        f"{relation.field}: {_type(relation.target, many=relation.many)}",
        f"@rel(edge: {print_string(relation.edge)}{reverse})",
        "@required" if relation.required else "",
        "@component" if relation.component else "",
        *_deprecated(relation.deprecated),
    )


def _definition(
    description: str | None, head: str, members: Iterable[tuple[str | None, str]]
) -> str:
    lines = [*_description(description), head]
    body = [line for about, member in members for line in (*_description(about), member)]
    if body:
        lines[-1] += " {"
        lines.extend(f"  {line}" if line else "" for each in body for line in each.split("\n"))
        lines.append("}")
    return "\n".join(lines) + "\n"


def _description(description: str | None) -> tuple[str, ...]:
    if description is None:
        return ()
    if "\n" in description and is_printable_as_block_string(description):
        return (print_block_string(description),)
    return (print_string(description),)


def _plural(owner: EntityType | Interface) -> str:
    if owner.plural == default_plural(owner.name):
        return ""
    return f"(plural: {print_string(owner.plural)})"


def _deprecated(reason: str | None) -> tuple[str, ...]:
    return () if reason is None else (f"@deprecated(reason: {print_string(reason)})",)


def _names(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(print_string, names))}]"


def _type(name: str, *, many: bool) -> str:
    return f"[{name}!]" if many else name


def _spaced(*words: str) -> str:
    return " ".join(filter(None, words))
