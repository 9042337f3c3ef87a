"""The fields of a type in SDL: attributes, references, relations, and the properties of edges."""

from dataclasses import dataclass

from graphql import (
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
)

from schema.sdl import directives as sdl_directives
from schema.sdl.directives import Directives
from schema.sdl.draft import Draft, Kind
from schema.sdl.names import RESERVED, SCALARS
from store.catalogue import Attribute, Relation, ValueType
from store.ids import AttributeId

_NO_ID = AttributeId(0)
_SEARCHABLE = frozenset({ValueType.STRING, ValueType.KEYWORD, ValueType.URI})
_ENTITIES = frozenset({Kind.ENTITY, Kind.INTERFACE})

Fielded = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a field's type says: of what, and whether many of it."""

    name: str
    many: bool
    node: NamedTypeNode


def of_entity_type(
    draft: Draft, node: ObjectTypeDefinitionNode
) -> tuple[tuple[Attribute, ...], tuple[Relation, ...]]:
    """Return the attributes (references among them) and the relations of an entity type."""
    return _attributes_and_relations(draft, node, "")


def of_interface(
    draft: Draft, node: InterfaceTypeDefinitionNode
) -> tuple[tuple[Attribute, ...], tuple[Relation, ...]]:
    """Return the attributes and relations that an interface asks of its types."""
    return _attributes_and_relations(draft, node, " of an interface")


def of_edge_type(draft: Draft, node: ObjectTypeDefinitionNode) -> tuple[Attribute, ...]:
    """Return the properties of an edge type."""
    properties: list[Attribute] = []
    for field in _declared(draft, node):
        shape = _shape(draft, field)
        if shape is None:
            continue
        if shape.name not in SCALARS and draft.kinds.get(shape.name) is not Kind.ENUM:
            draft.refuse(
                shape.node,
                f"{_name(node, field)}: a property of an edge type holds a scalar or an enum;"
                f" {shape.name} is neither",
            )
            continue
        said = sdl_directives.read(draft, field.directives or (), "a property of an edge type")
        properties.append(_attribute(draft, node, field, shape, said))
    return tuple(properties)


def is_free(
    draft: Draft, node: Fielded | EnumTypeDefinitionNode | FieldDefinitionNode, what: str
) -> bool:
    """Return whether a name may be taken, and refuse it otherwise."""
    name = node.name.value
    if name in RESERVED:
        draft.refuse(node.name, f"{what}: the name {name} is reserved")
    elif name.startswith("_"):
        draft.refuse(node.name, f"{what}: names that begin with _ are reserved")
    return name not in RESERVED and not name.startswith("_")


def _attributes_and_relations(
    draft: Draft, node: Fielded, of: str
) -> tuple[tuple[Attribute, ...], tuple[Relation, ...]]:
    attributes: list[Attribute] = []
    relations: list[Relation] = []
    for field in _declared(draft, node):
        shape = _shape(draft, field)
        walks = any(directive.name.value == "rel" for directive in field.directives or ())
        if shape is None or not _is_known(draft, node, field, shape, walks=walks):
            continue
        refers = draft.kinds.get(shape.name) in _ENTITIES
        place = "a relation" if walks else "a reference" if refers else "an attribute"
        said = sdl_directives.read(draft, field.directives or (), f"{place}{of}")
        if walks:
            relations.append(_relation(draft, node, field, shape, said))
        else:
            attributes.append(_attribute(draft, node, field, shape, said))
    return tuple(attributes), tuple(relations)


def _declared(draft: Draft, node: Fielded) -> list[FieldDefinitionNode]:
    """Return the fields whose names are free and new, and note where they stand."""
    declared: list[FieldDefinitionNode] = []
    for field in node.fields or ():
        origin = node.name.value, field.name.value
        if origin in draft.places:
            draft.refuse(field.name, f"{_name(node, field)} is declared twice")
        elif is_free(draft, field, _name(node, field)):
            declared.append(field)
        draft.places.setdefault(origin, field.name)
        if field.arguments:
            draft.refuse(field.arguments[0], "a field of a catalog takes no arguments")
    return declared


# type = name | [name!]
def _shape(draft: Draft, field: FieldDefinitionNode) -> _Shape | None:
    node: TypeNode = field.type
    if isinstance(node, NonNullTypeNode):
        draft.refuse(
            node,
            "an answer may always lack a value: leave the last ! out, and say @required"
            " where an entity is incomplete without it",
        )
        node = node.type
    match node:
        case NamedTypeNode():
            return _Shape(node.name.value, many=False, node=node)
        case ListTypeNode(type=NonNullTypeNode(type=NamedTypeNode() as item)):
            return _Shape(item.name.value, many=True, node=item)
        case ListTypeNode(type=NamedTypeNode() as item):
            draft.refuse(item, f"a list never holds null: write [{item.name.value}!]")
        case _:
            draft.refuse(node, "lists of lists cannot be stored; use JSON, or an entity type")
    return None


def _is_known(
    draft: Draft, node: Fielded, field: FieldDefinitionNode, shape: _Shape, *, walks: bool
) -> bool:
    kind = draft.kinds.get(shape.name)
    if shape.name not in SCALARS and kind is None:
        draft.refuse(shape.node, f"{_name(node, field)}: there is no type {shape.name}")
        return False
    if kind is Kind.EDGE:
        draft.refuse(
            shape.node,
            f"{_name(node, field)}: {shape.name} is an edge type; name the type at its other end"
            f' and say @rel(edge: "{shape.name}")',
        )
        return False
    if walks and kind not in _ENTITIES:
        draft.refuse(
            shape.node,
            f"{_name(node, field)}: a relation leads to an entity type or an interface;"
            f" {shape.name} is neither",
        )
        return False
    return True


def _attribute(
    draft: Draft, node: Fielded, field: FieldDefinitionNode, shape: _Shape, said: Directives
) -> Attribute:
    attribute = Attribute(
        _NO_ID,
        node.name.value,
        field.name.value,
        _value_type(draft, shape.name),
        many=shape.many,
        required="required" in said,
        indexed="index" in said,
        searched="search" in said,
        unique="unique" in said,
        component="component" in said,
        enum=shape.name if draft.kinds.get(shape.name) is Kind.ENUM else None,
        target=shape.name if draft.kinds.get(shape.name) in _ENTITIES else None,
        description=sdl_directives.text(draft, field.description),
        deprecated=said.deprecated(),
    )
    _check_directives(draft, attribute, said)
    _rename(draft, attribute, said)
    return attribute


def _value_type(draft: Draft, name: str) -> ValueType:
    if draft.kinds.get(name) in _ENTITIES:
        return ValueType.REF
    return ValueType.KEYWORD if draft.kinds.get(name) is Kind.ENUM else ValueType(name)


def _check_directives(draft: Draft, attribute: Attribute, said: Directives) -> None:
    """Refuse the directives that the attribute's type cannot bear."""
    is_json = attribute.type is ValueType.JSON
    if attribute.searched and (attribute.type not in _SEARCHABLE or attribute.enum):
        draft.refuse(said.nodes["search"], "@search is for String, Keyword and URI")
    if attribute.indexed and is_json:
        draft.refuse(said.nodes["index"], "@index cannot stand on JSON, which has no order")
    if attribute.unique and (attribute.many or is_json):
        kind = "JSON" if is_json else "a list"
        draft.refuse(said.nodes["unique"], f"@unique cannot stand on {kind}")


def _relation(
    draft: Draft, node: Fielded, field: FieldDefinitionNode, shape: _Shape, said: Directives
) -> Relation:
    edge = said.text("rel", "edge") or ""
    if edge and draft.kinds.get(edge) is not Kind.EDGE:
        draft.refuse(said.nodes["rel"], f"{_name(node, field)}: there is no edge type {edge}")
    relation = Relation(
        _NO_ID,
        node.name.value,
        field.name.value,
        edge,
        shape.name,
        reverse=said.flag("rel", "reverse"),
        many=shape.many,
        required="required" in said,
        component="component" in said,
        description=sdl_directives.text(draft, field.description),
        deprecated=said.deprecated(),
    )
    _rename(draft, relation, said)
    return relation


def _rename(draft: Draft, field: Attribute | Relation, said: Directives) -> None:
    was = said.text("was", "name")
    if was is not None:
        new = f"{field.owner}/{field.field}"
        draft.rename(new, f"{field.owner}/{was}", said.nodes["was"])


def _name(node: Fielded, field: FieldDefinitionNode) -> str:
    return f"{node.name.value}.{field.name.value}"
