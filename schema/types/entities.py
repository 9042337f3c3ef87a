"""Catalogue to object types: entities, interfaces, edges, connections, and their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resolvers.reach.groups import group_relations
from schema.contract.declared import (
    Argument,
    Enumeration,
    EnumMember,
    Field,
    InterfaceType,
    ObjectType,
    UnionType,
)
from schema.sdl.names import (
    ENTITY_UNION,
    fields_of,
    is_connection,
    listed,
    relation_type,
    singular_field,
)
from schema.types.aggregates import aggregate_fields, edge_aggregate_fields
from schema.types.filters import arguments, edge_arguments
from store.catalogue import (
    UNKNOWN,
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    Interface,
    Relation,
    ValueType,
)

_AS_OF = Argument(
    "asOf",
    "TimePoint",
    description="The point in time to read; that of the field above where absent.",
)
_NEWER = (
    Argument(
        "since",
        "TimePoint",
        description="Only what came after this point in time: new entities, edges that began.",
    ),
    Argument(
        "changedSince",
        "TimePoint",
        description="Only entities that a transaction after this point in time touched.",
    ),
)
_PAGE = (
    Argument(
        "first", "Int", description="How many to take from the start; 100 where nothing is said."
    ),
    Argument("after", "String", description="Take what follows this cursor."),
    Argument("last", "Int", description="How many to take from the end."),
    Argument("before", "String", description="Take what precedes this cursor."),
)
_UNKNOWN = (
    "An entity whose type nobody has told yet."
    " It implements every interface of the catalog, with nulls."
)
_NO_EDGE_TYPE = "_NONE"


@dataclass(frozen=True, slots=True)
class Made:
    """What the types of a catalogue are made from: it, and what its interfaces declare.

    `declaring` names the first interface that declares a list of entities, by field: whoever
    implements an interface has to give such a field the interface's type, and Unknown implements
    them all.
    """

    catalogue: Catalogue
    declaring: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        declaring: dict[str, str] = {}
        for interface in self.catalogue.interfaces.values():
            for each in _lists(interface):
                declaring.setdefault(each.field, interface.name)
        object.__setattr__(self, "declaring", declaring)

    def connection(self, owner: EntityType | Interface, field_name: str) -> str:
        """Return what the connection of a field is named after: `DatasetUpstream`."""
        interfaces = (owner.name,) if isinstance(owner, Interface) else owner.interfaces
        for name in interfaces:
            declared = (each.field for each in _lists(self.catalogue.interfaces[name]))
            if field_name in declared:
                return relation_type(self.declaring[field_name], field_name, "")
        return relation_type(owner.name, field_name, "")


def object_types(made: Made) -> Iterator[ObjectType | InterfaceType]:
    """Yield the object types and interfaces that a catalogue adds, connections too."""
    for interface in made.catalogue.interfaces.values():
        fields = _fields(made, interface)
        yield InterfaceType(interface.name, fields, ("Entity", "Node"), _description(interface))
        yield from _connection(made, interface.name, interface.name, None)
        yield from _list_connections(made, interface)
    for entity_type in made.catalogue.entity_types.values():
        yield from _entity_type(made, entity_type)
    for edge_type in made.catalogue.edge_types.values():
        yield _edge_type(edge_type)


def _entity_type(made: Made, entity_type: EntityType) -> Iterator[ObjectType]:
    if entity_type.name == UNKNOWN.name:
        interfaces = (*made.catalogue.interfaces, "Entity", "Node")
        yield ObjectType(UNKNOWN.name, (), interfaces, _UNKNOWN)
        return
    interfaces = (*entity_type.interfaces, "Entity", "Node")
    fields = _fields(made, entity_type)
    yield ObjectType(entity_type.name, fields, interfaces, _description(entity_type))
    yield from _connection(made, entity_type.name, entity_type.name, None)
    yield from _list_connections(made, entity_type)


def enumerations(catalogue: Catalogue) -> Iterator[Enumeration]:
    """Yield the enums that a catalogue adds."""
    entity_types = catalogue.entity_types.values()
    edge_types = catalogue.edge_types.values()
    yield Enumeration(
        "EntityType",
        tuple(map(_entity_type_member, entity_types)),
        "The entity types.",
    )
    # An enum has at least one value.
    nothing = (EnumMember(_NO_EDGE_TYPE, "There is no edge type yet."),)
    members = tuple(EnumMember(each.name, each.description, each.deprecated) for each in edge_types)
    yield Enumeration("EdgeType", members or nothing, "The edge types.")
    relations = tuple(EnumMember(each) for each in group_relations(catalogue))
    yield Enumeration(
        "GroupRelation",
        relations or (EnumMember(_NO_EDGE_TYPE, "There is no such relation yet."),),
        "The relations to group by, by field: those that carry no lineage, such as to owners.",
    )
    for enum in catalogue.enums.values():
        values = (EnumMember(v.name, v.description, v.deprecated) for v in enum.values)
        yield Enumeration(enum.name, tuple(values), enum.description)


def federated(catalogue: Catalogue) -> UnionType:
    """Return the union of all that a router of Federation may ask for by its key."""
    described = "What other subgraphs may refer to: an entity of any type."
    return UnionType(ENTITY_UNION, tuple(catalogue.entity_types), described)


def root_fields(made: Made) -> Iterator[Field]:
    """Yield the fields of Query that a catalogue adds: one entity, and a list, of every type."""
    for each in listed(made.catalogue):
        name = each.name
        identity = Argument("id", "ID!", description="The opaque id or the urn.")
        one = f"The {name} of that id or urn; null where there is none."
        yield Field(singular_field(name), name, (identity, _AS_OF), one, each.deprecated)
        many = f"Every {name} that passes, page by page; those DELETED only where `lifecycle` asks."
        page = _list_arguments(made, name)
        yield Field(each.plural, f"{name}Connection", page, many, each.deprecated)


def scalar_type(attribute: Attribute) -> str:
    """Return the name of the scalar or enum of an attribute, one value of it."""
    return attribute.enum or attribute.type.value


def _fields(made: Made, owner: EntityType | Interface) -> tuple[Field, ...]:
    attributes = [_attribute(made, owner, each) for each in owner.attributes]
    relations = [each for relation in owner.relations for each in _relation(made, owner, relation)]
    return (*attributes, *relations)


def _attribute(made: Made, owner: EntityType | Interface, attribute: Attribute) -> Field:
    says = (attribute.description, attribute.deprecated)
    if attribute.type is not ValueType.REF:
        scalar = scalar_type(attribute)
        return Field(attribute.field, f"[{scalar}!]" if attribute.many else scalar, (), *says)
    target = attribute.target or "Entity"
    if not attribute.many:
        return Field(attribute.field, target, (_AS_OF,), *says)
    connection = f"{made.connection(owner, attribute.field)}Connection"
    return Field(attribute.field, connection, _list_arguments(made, target), *says)


def _relation(made: Made, owner: EntityType | Interface, relation: Relation) -> Iterator[Field]:
    says = (relation.description, relation.deprecated)
    if relation.many:
        connection = f"{made.connection(owner, relation.field)}Connection"
        asked = (*_list_arguments(made, relation.target), *edge_arguments(relation))
        yield Field(relation.field, connection, asked, *says)
        return
    yield Field(relation.field, relation.target, (_AS_OF,), *says)
    edge = f"The edge that leads to {relation.field}."
    name = f"{relation.field}Edge"
    yield Field(name, relation.edge, (_AS_OF,), edge, relation.deprecated)


def _list_arguments(made: Made, target: str) -> tuple[Argument, ...]:
    return (*arguments(made.catalogue, target), *_PAGE, *_NEWER, _AS_OF)


def _lists(owner: EntityType | Interface) -> Iterator[Attribute | Relation]:
    return filter(is_connection, fields_of(owner))


def _entity_type_member(entity_type: EntityType) -> EnumMember:
    described = _UNKNOWN if entity_type.name == UNKNOWN.name else entity_type.description
    return EnumMember(entity_type.name, described, entity_type.deprecated)


def _list_connections(made: Made, owner: EntityType | Interface) -> Iterator[ObjectType]:
    for each in _lists(owner):
        name = made.connection(owner, each.field)
        if name == relation_type(owner.name, each.field, ""):  # Else its interface has it already.
            edge = each.edge if isinstance(each, Relation) else None
            yield from _connection(made, name, each.target or "Entity", edge)


def _connection(made: Made, name: str, node: str, edge: str | None) -> Iterator[ObjectType]:
    yield ObjectType(
        f"{name}Connection",
        (
            Field("edges", f"[{name}Edge!]!", description="The rows of the page, with cursors."),
            Field("nodes", f"[{node}!]!", description="The rows of the page."),
            Field(
                "totalCount",
                "Int!",
                description="How many there are in all, counted only when asked for.",
            ),
            Field("pageInfo", "PageInfo!", description="Where the page stands."),
            Field("basis", "Basis!", description="When it is true; paging on stays there."),
            *aggregate_fields(made.catalogue, node),
            *(edge_aggregate_fields(made.catalogue, edge) if edge else ()),
        ),
        description=f"A page of {node} rows.",
    )
    properties = "The edge that leads there, with its properties."
    reified = (Field("edge", f"{edge}!", description=properties),) if edge else ()
    cursor = Field("cursor", "String!", description="Where it stands, for `after` and `before`.")
    leads_to = Field("node", f"{node}!", description="What the row is about.")
    yield ObjectType(
        f"{name}Edge", (cursor, leads_to, *reified), description=f"A row of a page of {node} rows."
    )


def _edge_type(edge_type: EdgeType) -> ObjectType:
    fields = []
    for each in edge_type.properties:
        kind = (each.target or "Entity") if each.type is ValueType.REF else scalar_type(each)
        notation = f"[{kind}!]" if each.many else kind
        fields.append(Field(each.field, notation, (), each.description, each.deprecated))
    return ObjectType(edge_type.name, tuple(fields), ("Edge", "Node"), _description(edge_type))


def _description(described: EntityType | Interface | EdgeType) -> str | None:
    # A type cannot be @deprecated in GraphQL, so its description says it.
    if described.deprecated is None:
        return described.description
    return f"{described.description or ''}\n\nDeprecated: {described.deprecated}".strip()
