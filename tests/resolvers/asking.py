"""GraphQL text to selections, for tests: the catalog of these tests stands for every schema."""

from collections.abc import Iterable, Mapping

from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    parse,
    value_from_ast_untyped,
)
from graphql.language import ListValueNode, ObjectValueNode

from resolvers.selection import Given, Selected
from tests.resolvers.library import CATALOGUE

_TYPES = (*CATALOGUE.entity_types, *CATALOGUE.edge_types, "Transaction", "")
_GROUPS: Mapping[str, Iterable[str]] = {
    **CATALOGUE.implementers,
    "Entity": CATALOGUE.entity_types,
    "Edge": CATALOGUE.edge_types,
}


def select(text: str) -> tuple[Selected, ...]:
    """Return what the one operation of a text selects; a variable becomes a `Given`."""
    [operation] = parse(text, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _fields(operation.selection_set, "")


def only(text: str) -> Selected:
    """Return the one root field of a text."""
    [field] = select(text)
    return field


def _fields(selections: SelectionSetNode | None, type_name: str) -> tuple[Selected, ...]:
    nodes = selections.selections if selections else ()
    return tuple(each for node in nodes for each in _members(node, type_name))


def _members(node: SelectionNode, type_name: str) -> Iterable[Selected]:
    match node:
        case FieldNode():
            yield _field(node)
        case InlineFragmentNode():
            named = node.type_condition.name.value if node.type_condition else type_name
            if type_name == named or type_name in _GROUPS.get(named, ()):
                yield from _fields(node.selection_set, type_name)
        case _:
            raise AssertionError(node.kind)


def _field(node: FieldNode) -> Selected:
    children = {}
    if node.selection_set:
        children = {name: _fields(node.selection_set, name) for name in _TYPES}
    return Selected(
        node.alias.value if node.alias else node.name.value,
        node.name.value,
        {each.name.value: _value(each.value) for each in node.arguments or ()},
        children,
    )


def _value(node: ValueNode) -> object:
    match node:
        case VariableNode():
            return Given((node.name.value,))
        case ListValueNode():
            return [_value(each) for each in node.values]
        case ObjectValueNode():
            return {each.name.value: _value(each.value) for each in node.fields}
        case _:
            return value_from_ast_untyped(node)
