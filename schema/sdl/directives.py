"""The directives of a catalog: where each may stand, what it takes, and how it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    EnumValueNode,
    ListValueNode,
    StringValueNode,
    ValueNode,
)

from schema.sdl.draft import Draft
from store.catalogue import Upstream


class Takes(Enum):
    """What an argument holds."""

    TEXT = 'a string: "…"'
    NAMES = 'a list of type names: ["Dataset", "Owner"]'
    FLAG = "true or false"
    UPSTREAM = "FROM, TO or NONE"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a directive."""

    takes: Takes
    required: bool = True


ARGUMENTS: Mapping[str, Mapping[str, Argument]] = {
    "entity": {"plural": Argument(Takes.TEXT, required=False)},
    "edge": {
        "from": Argument(Takes.NAMES),
        "to": Argument(Takes.NAMES),
        "upstream": Argument(Takes.UPSTREAM),
    },
    "rel": {"edge": Argument(Takes.TEXT), "reverse": Argument(Takes.FLAG, required=False)},
    "required": {},
    "index": {},
    "search": {},
    "unique": {},
    "component": {},
    "was": {"name": Argument(Takes.TEXT)},
    "deprecated": {"reason": Argument(Takes.TEXT, required=False)},
}

_ON_INTERFACE = "say it on the types that implement it"
_HAS_INDEX = "filters reach through it without one"
_NOT_REFUSED: dict[str, str] = {}
# Per place: what may stand there, and why some others may not.
PLACES: Mapping[str, tuple[frozenset[str], Mapping[str, str]]] = {
    "an entity type": (frozenset({"entity", "was", "deprecated"}), _NOT_REFUSED),
    "an interface": (frozenset({"entity", "was", "deprecated"}), _NOT_REFUSED),
    "an edge type": (frozenset({"edge", "was", "deprecated"}), _NOT_REFUSED),
    "an enum": (frozenset({"was"}), {"deprecated": "say it on the fields that hold it"}),
    "a value of an enum": (frozenset({"deprecated"}), _NOT_REFUSED),
    "an attribute": (
        frozenset({"required", "index", "search", "unique", "was", "deprecated"}),
        {"component": "it marks what lives and dies with its owner, so an entity"},
    ),
    "a reference": (
        frozenset({"required", "index", "unique", "component", "was", "deprecated"}),
        _NOT_REFUSED,
    ),
    "a relation": (
        frozenset({"rel", "required", "component", "was", "deprecated"}),
        {"index": _HAS_INDEX},
    ),
    "an attribute of an interface": (
        frozenset({"required", "index", "search", "was", "deprecated"}),
        {"unique": _ON_INTERFACE},
    ),
    "a reference of an interface": (
        frozenset({"required", "index", "was", "deprecated"}),
        {"unique": _ON_INTERFACE, "component": _ON_INTERFACE},
    ),
    "a relation of an interface": (
        frozenset({"rel", "was", "deprecated"}),
        {"required": _ON_INTERFACE, "component": _ON_INTERFACE, "index": _HAS_INDEX},
    ),
    "a property of an edge type": (
        frozenset({"index", "search", "unique", "was", "deprecated"}),
        {"required": "an edge has no lifecycle"},
    ),
}

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Directives:
    """The directives that stand at one place, with their arguments."""

    given: Mapping[str, Mapping[str, object]]
    nodes: Mapping[str, ConstDirectiveNode]

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def text(self, name: str, argument: str) -> str | None:
        """Return a text argument, or None where it was not given."""
        value = self.given.get(name, {}).get(argument)
        return value if isinstance(value, str) else None

    def flag(self, name: str, argument: str) -> bool:
        """Return whether an argument is true."""
        return self.given.get(name, {}).get(argument) is True

    def names(self, name: str, argument: str) -> tuple[str, ...]:
        """Return the names that an argument lists."""
        value = self.given.get(name, {}).get(argument)
        return value if isinstance(value, tuple) else ()

    def upstream(self) -> Upstream:
        """Return which end of the edge type is upstream."""
        return Upstream(self.text("edge", "upstream") or Upstream.NONE)

    def deprecated(self) -> str | None:
        """Return why it is deprecated, or None where it is not."""
        if "deprecated" not in self:
            return None
        reason = self.text("deprecated", "reason")
        return "No longer supported" if reason is None else reason


def read(draft: Draft, nodes: tuple[ConstDirectiveNode, ...], place: str) -> Directives:
    """Return the directives of a node, refusing unknown, repeated and misplaced ones."""
    allowed, because = PLACES[place]
    given: dict[str, Mapping[str, object]] = {}
    found: dict[str, ConstDirectiveNode] = {}
    for node in nodes:
        name = node.name.value
        if name not in ARGUMENTS:
            known = ", ".join(f"@{each}" for each in ARGUMENTS)
            draft.refuse(node, f"there is no directive @{name}; there are {known}")
        elif name in given:
            draft.refuse(node, f"@{name} stands here twice")
        elif name not in allowed:
            reason = f": {because[name]}" if name in because else ""
            draft.refuse(node, f"@{name} cannot stand on {place}{reason}")
        else:
            given[name] = _arguments(draft, node)
            found[name] = node
    return Directives(given, found)


def text(draft: Draft, node: StringValueNode | None) -> str | None:
    """Return the text of a description or an argument, refusing what PostgreSQL cannot store."""
    if node is None:
        return None
    if _UNSTORABLE.search(node.value):
        draft.refuse(node, "a text holds NUL or half of a surrogate pair, which cannot be stored")
    return node.value


def _arguments(draft: Draft, directive: ConstDirectiveNode) -> Mapping[str, object]:
    rules = ARGUMENTS[directive.name.value]
    read: dict[str, object] = {}
    for argument in directive.arguments or ():
        name = argument.name.value
        if name not in rules:
            known = f"it takes {', '.join(rules)}" if rules else "it takes none"
            draft.refuse(argument, f"@{directive.name.value} has no argument {name}; {known}")
        elif name in read:
            draft.refuse(argument, f"{name} is given twice")
        else:
            read[name] = _value(draft, argument.value, rules[name].takes)
    for name, rule in rules.items():
        if rule.required and name not in read:
            example = f"{name}: {rule.takes.value}"
            draft.refuse(directive, f"@{directive.name.value} needs its argument {example}")
    return read


def _value(draft: Draft, node: ValueNode, takes: Takes) -> object:
    match takes, node:
        case Takes.TEXT, StringValueNode():
            return text(draft, node)
        case Takes.FLAG, BooleanValueNode():
            return node.value
        case Takes.UPSTREAM, EnumValueNode() if node.value in Upstream.__members__:
            return node.value
        case Takes.NAMES, StringValueNode():
            return (node.value,)
        case Takes.NAMES, ListValueNode() if node.values and all(
            isinstance(value, StringValueNode) for value in node.values
        ):
            return tuple(value.value for value in node.values if isinstance(value, StringValueNode))
        case _:
            draft.refuse(node, f"here is to stand {takes.value}")
            return None
