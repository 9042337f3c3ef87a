"""The smallest document that is still answered wrong: what can go without mending it, goes."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    InlineFragmentNode,
    Node,
    SelectionSetNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)
from graphql.language.visitor import REMOVE

_Kept = FieldNode | InlineFragmentNode | ArgumentNode


def smaller(document: str) -> Iterator[str]:
    """Yield documents with one selection or argument less, the largest cuts first."""
    parsed = parse(document)
    counting = _Leaving(None)
    visit(parsed, counting)
    for place in range(counting.met):
        cut = visit(parsed, _Leaving(place))
        if not _has_gaps(cut):
            yield print_ast(cut)


def _has_gaps(document: DocumentNode) -> bool:
    gaps: list[Node] = []

    class Looking(Visitor):
        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
            if not node.selections:
                gaps.append(node)

    visit(document, Looking())
    return bool(gaps)


class _Leaving(Visitor):
    """Leaves out the selection or argument of a number, in order; counts them all."""

    def __init__(self, left_out: int | None) -> None:
        super().__init__()
        self.left_out, self.met = left_out, 0

    def enter(self, node: Node, *_: Any) -> VisitorAction:
        """Leave the node out if it is its turn."""
        if not isinstance(node, _Kept):
            return None
        if isinstance(node, ArgumentNode) and node.name.value in {"id", "ids"}:
            return None
        self.met += 1
        return REMOVE if self.met - 1 == self.left_out else None
