"""What the naive model needs to know of an SDL catalog, read straight off the syntax tree."""

from dataclasses import dataclass, field

from graphql import parse
from graphql.language import (
    BooleanValueNode,
    DirectiveNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeNode,
    ValueNode,
)


@dataclass
class Field:
    """A field of a type: an attribute, a reference, or a relation over an edge type."""

    name: str
    type: str
    many: bool
    required: bool
    edge: str | None = None
    reverse: bool = False
    component: bool = False


@dataclass
class Edge:
    """An edge type: what its ends may be (concrete types) and where data comes from."""

    name: str
    sources: set[str]
    targets: set[str]
    upstream: str
    fields: dict[str, Field]
    one_source: bool = False
    one_target: bool = False


@dataclass
class Catalog:
    """Entity types by name with their fields, and edge types by name."""

    types: dict[str, dict[str, Field]] = field(default_factory=dict)
    implementers: dict[str, set[str]] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)

    def concrete(self, name: str) -> set[str]:
        """Return the entity types that a type or interface stands for."""
        return self.implementers.get(name, {name})


def read(text: str) -> Catalog:
    """Return the catalog that an SDL text describes (which must be right)."""
    catalog = Catalog()
    definitions = parse(text).definitions
    assert all(isinstance(node, _KNOWN) for node in definitions)
    for node in definitions:
        if isinstance(node, InterfaceTypeDefinitionNode):
            catalog.implementers[node.name.value] = set()
    objects = [node for node in definitions if isinstance(node, ObjectTypeDefinitionNode)]
    for node in objects:
        _add_type(catalog, node)
    for node in objects:
        edge = _directive(node.directives, "edge")
        if edge is not None:
            catalog.edges[node.name.value] = _edge(catalog, node, edge)
    _find_cardinalities(catalog)
    return catalog


def _add_type(catalog: Catalog, node: ObjectTypeDefinitionNode) -> None:
    if _directive(node.directives, "entity") is None:
        return
    catalog.types[node.name.value] = _fields(node)
    for interface in node.interfaces or ():
        catalog.implementers[interface.name.value].add(node.name.value)


def _find_cardinalities(catalog: Catalog) -> None:
    for fields in catalog.types.values():
        for each in fields.values():
            if each.edge is not None and not each.many:
                side = "one_target" if each.reverse else "one_source"
                setattr(catalog.edges[each.edge], side, True)


_KNOWN = (InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode, EnumTypeDefinitionNode)


def _edge(catalog: Catalog, node: ObjectTypeDefinitionNode, edge: dict[str, object]) -> Edge:
    def ends(names: object) -> set[str]:
        assert isinstance(names, list)
        return set().union(*(catalog.concrete(name) for name in names))

    upstream = str(edge["upstream"])
    return Edge(node.name.value, ends(edge["from"]), ends(edge["to"]), upstream, _fields(node))


def _fields(node: ObjectTypeDefinitionNode) -> dict[str, Field]:
    return {each.name.value: _field(each) for each in node.fields or ()}


def _field(node: FieldDefinitionNode) -> Field:
    name, many = _named(node.type)
    relation = _directive(node.directives, "rel") or {}
    edge = relation.get("edge")
    return Field(
        name=node.name.value,
        type=name,
        many=many,
        required=_directive(node.directives, "required") is not None,
        edge=None if edge is None else str(edge),
        reverse=relation.get("reverse") is True,
        component=_directive(node.directives, "component") is not None,
    )


def _named(node: TypeNode) -> tuple[str, bool]:
    if isinstance(node, NonNullTypeNode):
        return _named(node.type)
    if isinstance(node, ListTypeNode):
        return _named(node.type)[0], True
    assert isinstance(node, NamedTypeNode)
    return node.name.value, False


def _directive(nodes: tuple[DirectiveNode, ...] | None, name: str) -> dict[str, object] | None:
    for node in nodes or ():
        if node.name.value == name:
            return {each.name.value: _value(each.value) for each in node.arguments or ()}
    return None


def _value(node: ValueNode) -> object:
    if isinstance(node, ListValueNode):
        return [_value(each) for each in node.values]
    assert isinstance(node, StringValueNode | EnumValueNode | BooleanValueNode)
    return node.value
