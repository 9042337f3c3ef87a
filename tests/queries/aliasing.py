"""Documents whose root fields stand there several times, and whose values are variables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, Visitor, parse, print_ast, visit
from graphql.language import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
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


@dataclass(frozen=True)
class Parametrized:
    """A document whose ids, times and numbers of rows are variables, and several sets of these."""

    text: str
    variables: tuple[Mapping[str, Any], ...]


def parametrized(
    document: str, chance: Random, urns: Sequence[str], latest: int, many: int
) -> Parametrized:
    """Return a document with variables in the place of values, and many sets of them."""
    opening = _Opening()
    [operation] = visit(parse(document, no_location=True), opening).definitions
    declared = ", ".join(f"${name}: {kind}" for name, kind in opening.kinds.items())
    text = print_ast(operation.selection_set)

    def drawn(kind: str) -> Any:
        match kind:
            case "ID!":
                return chance.choice(urns)
            case "TimePoint":
                return chance.randint(1, latest + chance.randint(0, 9) // 9)
            case _:
                return chance.choice((-1, 0, 1, 2, 5))

    sets = ({name: drawn(kind) for name, kind in opening.kinds.items()} for _ in range(many))
    return Parametrized(f"query ({declared}) {text}" if declared else text, tuple(sets))


class _Opening(Visitor):
    """Puts variables in the place of values."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: dict[str, str] = {}

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        """Change an id, a time, or a number of rows."""
        name, it = node.name.value, node.value
        if name == "id" and isinstance(it, StringValueNode):
            return self._opened(node, "ID!")
        if name in _TIMES and isinstance(it, IntValueNode | StringValueNode):
            return self._opened(node, "TimePoint")
        if name in _COUNTS and isinstance(it, IntValueNode):
            return self._opened(node, "Int")
        return None

    def _opened(self, node: ArgumentNode, kind: str) -> ArgumentNode:
        name = f"v{len(self.kinds)}"
        self.kinds[name] = kind
        return ArgumentNode(name=node.name, value=VariableNode(name=NameNode(value=name)))
