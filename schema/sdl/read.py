"""From a parsed SDL document to a draft: what each definition says by itself."""

from collections.abc import Mapping
from typing import assert_never

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
)

from schema.sdl import directives as sdl_directives
from schema.sdl import fields as sdl_fields
from schema.sdl.directives import Directives
from schema.sdl.draft import Draft, Kind, is_name
from schema.sdl.names import default_plural
from store.catalogue import EdgeType, EntityType, EnumType, EnumValue, Interface
from store.ids import AttributeId

_NO_ID = AttributeId(0)

Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | EnumTypeDefinitionNode


def read(document: DocumentNode, known: Mapping[str, Kind]) -> Draft:
    """Return what a document declares and what is wrong in it.

    `known` are the names that may be referred to without being declared in the file.
    """
    draft = Draft(kinds=dict(known))
    definitions = _definitions(draft, document, known)
    for definition, kind in definitions:
        _read_definition(draft, definition, kind)
    return draft


def _definitions(
    draft: Draft, document: DocumentNode, known: Mapping[str, Kind]
) -> list[tuple[Definition, Kind]]:
    """Give every name its kind, before any field refers to it."""
    found: list[tuple[Definition, Kind]] = []
    for node in document.definitions:
        if not isinstance(node, Definition):
            _refuse_definition(draft, node)
            continue
        name, kind = node.name.value, _kind(draft, node)
        if (name,) in draft.places:
            draft.refuse(node.name, f"{name} is declared twice")
        elif not sdl_fields.is_free(draft, node, f"{kind} {name}"):
            pass
        elif known.get(name, kind) is not kind:
            draft.refuse(node.name, f"{name} stands for an {known[name]} that is there")
        else:
            found.append((node, kind))
            draft.kinds[name] = kind
        draft.places.setdefault((name,), node.name)
    return found


def _refuse_definition(draft: Draft, node: DefinitionNode) -> None:
    what = node.kind.replace("_definition", "").replace("_", " ")
    draft.refuse(
        node, f"a catalog is made of type, interface and enum; there is no room for a {what} in it"
    )


def _kind(draft: Draft, node: Definition) -> Kind:
    if isinstance(node, EnumTypeDefinitionNode):
        return Kind.ENUM
    if isinstance(node, InterfaceTypeDefinitionNode):
        return Kind.INTERFACE
    directives = {directive.name.value for directive in node.directives or ()}
    if len(directives & {"entity", "edge"}) != 1:
        draft.refuse(
            node.name,
            f"type {node.name.value} is to be marked either @entity, or"
            " @edge(from: […], to: […], upstream: …)",
        )
    return Kind.EDGE if "edge" in directives and "entity" not in directives else Kind.ENTITY


def _read_definition(draft: Draft, node: Definition, kind: Kind) -> None:
    name = node.name.value
    match node:
        case EnumTypeDefinitionNode():
            draft.enums[name] = _enum(draft, node)
        case InterfaceTypeDefinitionNode():
            draft.interfaces[name] = _interface(draft, node)
        case ObjectTypeDefinitionNode() if kind is Kind.EDGE:
            draft.edge_types[name] = _edge_type(draft, node)
        case ObjectTypeDefinitionNode():
            draft.entity_types[name] = _entity_type(draft, node)
        case _:
            assert_never(node)


def _enum(draft: Draft, node: EnumTypeDefinitionNode) -> EnumType:
    directives = sdl_directives.read(draft, node.directives or (), "an enum")
    _rename(draft, directives, node.name.value)
    values: dict[str, EnumValue] = {}
    for value in node.values or ():
        name = value.name.value
        said = sdl_directives.read(draft, value.directives or (), "a value of an enum")
        if name in values:
            draft.refuse(value.name, f"{node.name.value}.{name} is declared twice")
        if name.startswith("_"):
            draft.refuse(value.name, "names that begin with _ are reserved")
        description = sdl_directives.text(draft, value.description)
        values[name] = EnumValue(name, description, said.deprecated())
    if not values:
        draft.refuse(node.name, f"enum {node.name.value} has no values")
    description = sdl_directives.text(draft, node.description)
    return EnumType(_NO_ID, node.name.value, tuple(values.values()), description)


def _interface(draft: Draft, node: InterfaceTypeDefinitionNode) -> Interface:
    name = node.name.value
    directives = sdl_directives.read(draft, node.directives or (), "an interface")
    _rename(draft, directives, name)
    draft.parents[name] = _interfaces(draft, node)
    attributes, relations = sdl_fields.of_interface(draft, node)
    return Interface(
        _NO_ID,
        name,
        _plural(draft, directives, name),
        attributes,
        relations,
        sdl_directives.text(draft, node.description),
        directives.deprecated(),
    )


def _entity_type(draft: Draft, node: ObjectTypeDefinitionNode) -> EntityType:
    name = node.name.value
    directives = sdl_directives.read(draft, node.directives or (), "an entity type")
    _rename(draft, directives, name)
    attributes, relations = sdl_fields.of_entity_type(draft, node)
    return EntityType(
        _NO_ID,
        name,
        _plural(draft, directives, name),
        _interfaces(draft, node),
        attributes,
        relations,
        sdl_directives.text(draft, node.description),
        directives.deprecated(),
    )


def _edge_type(draft: Draft, node: ObjectTypeDefinitionNode) -> EdgeType:
    name = node.name.value
    directives = sdl_directives.read(draft, node.directives or (), "an edge type")
    _rename(draft, directives, name)
    if node.interfaces:
        draft.refuse(node.interfaces[0], f"{name} is an edge type and implements no interfaces")
    return EdgeType(
        _NO_ID,
        name,
        _ends(draft, directives, "from"),
        _ends(draft, directives, "to"),
        directives.upstream(),
        sdl_fields.of_edge_type(draft, node),
        description=sdl_directives.text(draft, node.description),
        deprecated=directives.deprecated(),
    )


def _ends(draft: Draft, directives: Directives, end: str) -> tuple[str, ...]:
    """Return the types of one end of an edge type, refusing names that stand for none."""
    names = directives.names("edge", end)
    for position, name in enumerate(names):
        if draft.kinds.get(name) not in {Kind.ENTITY, Kind.INTERFACE}:
            draft.refuse(
                directives.nodes["edge"], f"{end}: there is no entity type or interface {name}"
            )
        if name in names[:position]:
            draft.refuse(directives.nodes["edge"], f"{end}: {name} stands there twice")
    return names


def _interfaces(
    draft: Draft, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
) -> tuple[str, ...]:
    """Return the interfaces that a type implements, refusing names that stand for none."""
    names: dict[str, None] = {}
    for interface in node.interfaces or ():
        name = interface.name.value
        if draft.kinds.get(name) is not Kind.INTERFACE:
            draft.refuse(interface, f"there is no interface {name}")
        elif name in names:
            draft.refuse(interface, f"{node.name.value} implements {name} twice")
        else:
            names[name] = None
    return tuple(names)


def _plural(draft: Draft, directives: Directives, name: str) -> str:
    plural = directives.text("entity", "plural")
    if plural is None:
        return default_plural(name)
    if not is_name(plural):
        draft.refuse(directives.nodes["entity"], f"{plural!r} cannot be the name of a field")
    return plural


def _rename(draft: Draft, directives: Directives, name: str) -> None:
    was = directives.text("was", "name")
    if was is not None:
        draft.rename(name, was, directives.nodes["was"])
