"""A document and its variables to what is selected, free of GraphQL.

This is CollectFields of the GraphQL specification, done ahead for every type that may come: equal
response keys are merged, through fragments too, `@skip` and `@include` are decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from resolvers.selection import Selected
from schema.execution.arguments import Variables
from schema.execution.documents import (
    BAD_USER_INPUT,
    Document,
    DocumentLimits,
    exceeded,
    refused,
)
from schema.execution.seen import META_FIELDS
from store.catalogue import Catalogue

_TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is the same for every field of an operation: the schema, the document, the variables."""

    schema: GraphQLSchema
    catalogue: Catalogue
    document: Document
    variables: Variables
    limits: DocumentLimits
    made: dict[object, tuple[Selected, int]] = field(default_factory=dict)
    unfit: list[GraphQLError] = field(default_factory=list)
    """What is wrong with arguments, which graphql-core tells as their fields' errors."""


def select(asked: Asked, operation: OperationDefinitionNode) -> tuple[Selected, ...]:
    """Return the root fields of an operation, in the order of the answer, introspection left out.

    What is equal below several types is the same object. Raises RequestErrors where it is more
    than the limits allow, and where an alias hides the type's name.
    """
    root = asked.schema.get_root_type(operation.operation)
    if root is None:
        raise AssertionError(f"validation lets no {operation.operation.value} pass")
    selected, size = _level(asked, root, (operation.selection_set,))
    limits = asked.limits
    if len(selected) > limits.roots:
        sentence = f"the query has {len(selected)} root fields"
        raise exceeded("roots", len(selected), limits.roots, sentence)
    if size > limits.fields:
        sentence = f"the query selects {size} fields, by type"
        raise exceeded("fields", size, limits.fields, sentence)
    _check_conditions(asked)
    return selected


def introspection(asked: Asked, operation: OperationDefinitionNode) -> tuple[Selected, ...]:
    """Return the root fields of a query that ask the schema about itself."""
    collected = root_nodes(asked, operation)
    meta = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
    return tuple(
        _made(asked, meta[nodes[0].name.value], key, nodes)[0]
        for key, nodes in collected.items()
        if nodes[0].name.value in meta
    )


def root_nodes(asked: Asked, operation: OperationDefinitionNode) -> Mapping[str, list[FieldNode]]:
    """Return the nodes of each root field of a query, by response key in the answer's order."""
    collected: dict[str, list[FieldNode]] = {}
    root = asked.schema.query_type
    if root is None:
        raise AssertionError("every schema has a query type")
    _collect(asked, root, operation.selection_set, collected, set())
    return collected


def _check_conditions(asked: Asked) -> None:
    """Raise RequestErrors where planning what the filters and orders say would take too long."""
    count = sum(
        _keys(selected.arguments.get(name))
        for selected, _ in asked.made.values()
        for name in ("where", "orderBy")
    )
    most = asked.limits.conditions
    if count > most:
        sentence = f"where and orderBy have {count} keys in all"
        raise exceeded("conditions", count, most, sentence)


def _keys(argument: object) -> int:
    match argument:
        case Mapping():
            return sum(1 + _keys(below) for below in argument.values())
        case tuple():
            return sum(map(_keys, argument))
        case _:
            return 0


_Sets = tuple[SelectionSetNode, ...]


def _level(
    asked: Asked, parent: GraphQLObjectType, sets: _Sets
) -> tuple[tuple[Selected, ...], int]:
    collected: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    for each in sets:
        _collect(asked, parent, each, collected, seen)
    fields: list[Selected] = []
    size = 0
    for key, nodes in collected.items():
        if nodes[0].name.value in META_FIELDS:
            continue
        selected, below = _field(asked, parent, key, nodes)
        fields.append(selected)
        size += below
    return tuple(fields), size


def _collect(
    asked: Asked,
    parent: GraphQLObjectType,
    selections: SelectionSetNode,
    collected: dict[str, list[FieldNode]],
    seen: set[str],
) -> None:
    for node in selections.selections:
        if not _is_included(asked, node.directives or ()):
            continue
        match node:
            case FieldNode():
                key = node.alias.value if node.alias else node.name.value
                collected.setdefault(key, []).append(node)
            case InlineFragmentNode(type_condition=condition, selection_set=inner):
                if _applies(asked.schema, condition, parent):
                    _collect(asked, parent, inner, collected, seen)
            case FragmentSpreadNode(name=name) if name.value not in seen:
                fragment = asked.document.fragments[name.value]
                seen.add(name.value)
                if _applies(asked.schema, fragment.type_condition, parent):
                    _collect(asked, parent, fragment.selection_set, collected, seen)
            case _:
                continue


def _is_included(asked: Asked, directives: Iterable[DirectiveNode]) -> bool:
    for directive in directives:
        name = directive.name.value
        if name not in {"skip", "include"}:
            continue
        condition = next(iter(directive.arguments or ())).value
        decided = asked.variables.value(GraphQLBoolean, condition)
        if decided is None:
            asked.unfit.append(GraphQLError("the condition is null", directive))
        if decided is (name == "skip"):
            return False
    return True


def _applies(
    schema: GraphQLSchema, condition: NamedTypeNode | None, parent: GraphQLObjectType
) -> bool:
    if condition is None or condition.name.value == parent.name:
        return True
    wanted = schema.type_map[condition.name.value]
    return is_abstract_type(wanted) and schema.is_sub_type(wanted, parent)


def _field(
    asked: Asked, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]
) -> tuple[Selected, int]:
    name = nodes[0].name.value
    if key == _TYPENAME and name != _TYPENAME:
        sentence = f"{_TYPENAME} is no alias for {name}: it tells the type in every answer"
        raise refused(sentence, BAD_USER_INPUT, nodes)
    if name == _TYPENAME:
        return Selected(key, name), 1
    definition = parent.fields[name]
    # Equal fields of many types are one object: the answer's types then share one plan, too.
    identity = (key, str(definition.type), _told(definition), tuple(map(id, nodes)))
    if identity not in asked.made:
        asked.made[identity] = _made(asked, definition, key, nodes)
    return asked.made[identity]


def _told(definition: GraphQLField) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(argument.type)) for name, argument in definition.args.items())


def _made(
    asked: Asked, definition: GraphQLField, key: str, nodes: list[FieldNode]
) -> tuple[Selected, int]:
    arguments = dict(asked.variables.arguments(definition, nodes[0]))
    _check_fit(asked, definition, nodes[0])
    kind = get_named_type(definition.type)
    if is_leaf_type(kind):
        return Selected(key, nodes[0].name.value, arguments), 1
    sets = tuple(node.selection_set for node in nodes if node.selection_set)
    below: dict[str, tuple[Selected, ...]] = {}
    size = 1
    for possible in _possible(asked.schema, kind):
        fields, count = _level(asked, possible, sets)
        if fields:
            below[_child_key(asked.catalogue, kind, possible.name)] = fields
            size += count
    return Selected(key, nodes[0].name.value, arguments, below), size


def _check_fit(asked: Asked, definition: GraphQLField, node: FieldNode) -> None:
    """Note what is wrong with arguments: a null variable where null cannot be."""
    if definition.args:
        try:
            get_argument_values(definition, node, asked.variables.coerced)
        except GraphQLError as error:
            asked.unfit.append(error)


def _possible(schema: GraphQLSchema, kind: object) -> Iterable[GraphQLObjectType]:
    if isinstance(kind, GraphQLObjectType):
        return (kind,)
    if is_abstract_type(kind):
        return schema.get_possible_types(kind)
    raise AssertionError(f"{kind} has no fields")


def _child_key(catalogue: Catalogue, kind: object, name: str) -> str:
    known = name in catalogue.entity_types or name in catalogue.edge_types
    return name if known or is_abstract_type(kind) else ""
