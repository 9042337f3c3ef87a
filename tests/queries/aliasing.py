"""Documents whose root fields stand there several times, with other values; and each one alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, Visitor, parse, print_ast, visit
from graphql.language import (
    IntValueNode,
    ListValueNode,
    NameNode,
    SelectionSetNode,
    StringValueNode,
)

_TIMES = frozenset({"asOf"})
_COUNTS = frozenset({"first", "last"})


@dataclass(frozen=True)
class Aliased:
    """A document with aliases, and one document for each of its root fields."""

    together: str
    alone: tuple[str, ...]


def aliased(document: str, chance: Random, urns: Sequence[str], latest: int, most: int) -> Aliased:
    """Return a document with each root field up to `most` times, each time with other values.

    Some of these are at fault: a number that is too small, a time that has not come, no cursor.
    """
    found: list[FieldNode] = []
    for number, each in enumerate(_roots(document)):
        for turn in range(chance.randint(2, most)):
            changed = visit(each, _Other(chance, urns, latest)) if turn else each
            found.append(_named(changed, f"k{number}_{turn}"))
    chance.shuffle(found)
    return Aliased(_document(found), tuple(_document([each]) for each in found))


def _roots(document: str) -> Iterator[FieldNode]:
    [operation] = parse(document, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)
    for each in operation.selection_set.selections:
        assert isinstance(each, FieldNode)
        yield each


def _named(each: FieldNode, alias: str) -> FieldNode:
    return FieldNode(
        name=each.name,
        alias=NameNode(value=alias),
        arguments=each.arguments,
        directives=each.directives,
        selection_set=each.selection_set,
    )


def _document(fields: Sequence[FieldNode]) -> str:
    return print_ast(SelectionSetNode(selections=tuple(fields)))


class _Other(Visitor):
    """Puts other values in the place of those that are there."""

    def __init__(self, chance: Random, urns: Sequence[str], latest: int) -> None:
        super().__init__()
        self.chance, self.urns, self.latest = chance, urns, latest

    def enter_argument(self, node: Any, *_: Any) -> Any:
        """Change times and numbers of rows."""
        it = node.value
        if node.name.value in _TIMES and isinstance(it, IntValueNode | StringValueNode):
            t = self.chance.randint(1, self.latest + self.chance.randint(0, 3) // 3)
            return type(node)(name=node.name, value=IntValueNode(value=str(t)))
        if node.name.value in _COUNTS and isinstance(it, IntValueNode):
            rows = self.chance.choice((-1, 0, 1, 2, 5))
            return type(node)(name=node.name, value=IntValueNode(value=str(rows)))
        return None

    def enter_string_value(self, node: StringValueNode, *_: Any) -> Any:
        """Change who is meant."""
        if node.value.startswith("hw://"):
            return StringValueNode(value=self.chance.choice(self.urns))
        return None

    def enter_list_value(self, node: ListValueNode, *_: Any) -> Any:
        """Change how long a list of names is."""
        values = node.values or ()
        if not values or not all(isinstance(each, StringValueNode) for each in values):
            return None
        if self.chance.random() < 1 / 3:
            return ListValueNode(values=(*values, *values[:1]))
        return None
