"""Which variables of an operation decide more than what is written."""

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)


def below_root(
    fragments: Mapping[str, FragmentDefinitionNode], operation: OperationDefinitionNode
) -> frozenset[str]:
    """Return the variables that decide more than arguments of root fields.

    Every fragment counts, used or not.
    """
    visitor, below = _Used(), list[Node](fragments.values())
    for each in operation.selection_set.selections:
        if isinstance(each, FieldNode):
            below += filter(None, (*(each.directives or ()), each.selection_set))
        else:
            below.append(each)
    for node in below:
        visit(node, visitor)
    return frozenset(visitor.names)


class _Used(Visitor):
    """Finds the variables below a node."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
