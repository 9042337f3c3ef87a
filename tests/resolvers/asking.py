"""GraphQL text to selections, for tests that have a catalogue and no schema."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
from store.catalogue import Catalogue
from tests.resolvers.library import CATALOGUE


def select(text: str, catalogue: Catalogue = CATALOGUE) -> tuple[Selected, ...]:
    """Return what the one operation of a text selects; a variable becomes a `Given`."""
    [operation] = parse(text, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _Selecting(catalogue).fields(operation.selection_set, "")


def only(text: str) -> Selected:
    """Return the one root field of a text."""
    [field] = select(text)
    return field


@dataclass(frozen=True)
class _Selecting:
    catalogue: Catalogue
    made: dict[int, Selected] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, ...]:
        return (*self.catalogue.entity_types, *self.catalogue.edge_types, "Transaction", "")

    def matches(self, type_name: str, condition: str) -> bool:
        group: Iterable[str] = self.catalogue.implementers.get(condition, ())
        match condition:
            case "Entity":
                group = self.catalogue.entity_types
            case "Edge":
                group = self.catalogue.edge_types
            case _:
                pass
        unknown = type_name == "Unknown" and condition in self.catalogue.interfaces
        return type_name == condition or type_name in group or unknown

    def fields(self, selections: SelectionSetNode | None, type_name: str) -> tuple[Selected, ...]:
        nodes = selections.selections if selections else ()
        return tuple(each for node in nodes for each in self.members(node, type_name))

    def members(self, node: SelectionNode, type_name: str) -> Iterable[Selected]:
        match node:
            case FieldNode():
                yield self.field(node)
            case InlineFragmentNode():
                condition = node.type_condition
                if condition is None or self.matches(type_name, condition.name.value):
                    yield from self.fields(node.selection_set, type_name)
            case _:
                raise AssertionError(node.kind)

    def field(self, node: FieldNode) -> Selected:
        """Return a field, made once, though it may be selected of many types."""
        if id(node) not in self.made:
            below = node.selection_set
            self.made[id(node)] = Selected(
                node.alias.value if node.alias else node.name.value,
                node.name.value,
                {each.name.value: _value(each.value) for each in node.arguments or ()},
                {name: self.fields(below, name) for name in self.types} if below else {},
            )
        return self.made[id(node)]


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
