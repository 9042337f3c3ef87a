"""What a document holds that costs time or decides how it is executed, seen in one walk.

graphql-core's visitor calls for every node; of most nodes nothing is to be known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableNode,
    Visitor,
    visit,
)

META_FIELDS = frozenset({"__schema", "__type"})
"""The fields of Query that ask the schema about itself."""

DECISIVE = frozenset({"attributes", "query", "inputs", "groupBy"})
"""Arguments whose whole value decides the plan: attributes of a history, what Datalog is about."""


@dataclass(slots=True)
class Seen:
    """What was seen of a document.

    `may_decide`: variables may stand where their whole value decides a plan, which takes a look at
    types.
    """

    aliases: int = 0
    directives: int = 0
    asks_schema: bool = False
    may_decide: bool = False

    def arguments(self, nodes: Iterable[ArgumentNode]) -> None:
        """See arguments of a field or a directive."""
        for each in nodes:
            value = each.value
            if each.name.value in DECISIVE or isinstance(value, ListValueNode | ObjectValueNode):
                self.may_decide = self.may_decide or bool(variables_in(value))

    def directed(self, nodes: Iterable[DirectiveNode]) -> None:
        """See the directives of a node."""
        for each in nodes:
            self.directives += 1
            self.arguments(each.arguments or ())

    def field(self, node: FieldNode) -> None:
        """See a field, without what is below it."""
        self.aliases += node.alias is not None
        self.asks_schema = self.asks_schema or node.name.value in META_FIELDS
        self.arguments(node.arguments or ())


def looked_through(document: DocumentNode) -> Seen:
    """Return what a document holds, valid or not."""
    seen = Seen()
    waiting: list[SelectionNode] = []
    for definition in document.definitions:
        match definition:
            case OperationDefinitionNode() | FragmentDefinitionNode():
                seen.directed(definition.directives or ())
                for variable in definition.variable_definitions or ():
                    seen.directed(variable.directives or ())
                waiting += definition.selection_set.selections
            case _:  # No operation has these; they are refused when the document is validated.
                visit(definition, _Others(seen))
    while waiting:
        node = waiting.pop()
        if node.directives:
            seen.directed(node.directives)
        if isinstance(node, FieldNode):
            seen.field(node)
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            waiting += node.selection_set.selections
    return seen


class _Others(Visitor):
    """Counts directives of definitions of types."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen = seen

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self._seen.directed((node,))


def variables_in(node: ValueNode) -> set[str]:
    """Return the names of the variables inside a value."""
    match node:
        case VariableNode():
            return {node.name.value}
        case ListValueNode():
            return set().union(*map(variables_in, node.values or ()))
        case ObjectValueNode():
            return set().union(*(variables_in(each.value) for each in node.fields or ()))
        case _:
            return set()
