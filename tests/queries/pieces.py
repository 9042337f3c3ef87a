"""The schema of a piece of a document: one type, the pages of its lists, and holes for others."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

AGAIN = "again_"
"""Begins the name of a field that is asked for a second time."""
IT = "it"
"""The only root field of a piece that is not of Query."""
_HOLE = "Hole_"
_BUILT_IN = frozenset({"Int", "Float", "String", "ID", "Boolean"})

# What has models and tests of its own, and what differs from run to run.
OTHERS = frozenset(
    {
        *("datalog", "explain", "_service", "_entities", "search", "suggest", "expand", "paths"),
        *("lineage", "lineageRoots", "lineageLeaves", "lineageDiff", "commonAncestors", "impact"),
        *("changes", "aggregate", "groups", "edgeAggregate", "edgeGroups", "hash", "recordedAt"),
    }
)
Fields = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Piece:
    """What is selected of a type (of Query: under one name), with holes or without.

    `scalars` tell whose arguments the scalars of its schema are: of which field of which type.
    """

    schema: GraphQLSchema
    owner: str
    name: str
    holes: bool
    scalars: dict[str, tuple[str, str]] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Yield the definitions."""
        if self.owner != "Query":
            yield f"type Query {{ {IT}: {self.owner} }}"
        for kind in self._whole():
            word = "type" if isinstance(kind, GraphQLObjectType) else "interface"
            above = "" if kind.name not in self._implementers() else f" implements {self.owner}"
            yield f"{word} {kind.name}{above} {{ {' '.join(self._fields(kind))} }}"
        for scalar in self.scalars:
            yield f"scalar {scalar}"
        for name, each in self.schema.type_map.items():
            if is_leaf_type(each) and name not in _BUILT_IN:
                yield f"scalar {name}"
            elif is_composite_type(each):
                yield f"scalar {_HOLE}{name}"

    def _implementers(self) -> list[str]:
        kind = self.schema.type_map[self.owner]
        if not isinstance(kind, GraphQLInterfaceType):
            return []
        return [each.name for each in self.schema.get_possible_types(kind)]

    def _whole(self) -> Iterator[Fields]:
        """Yield the types that stand in the piece: its own, and the pages of its lists."""
        waiting = [self.owner, *self._implementers()]
        seen: set[str] = set()
        while waiting:
            kind = self.schema.type_map[waiting.pop()]
            if kind.name in seen:
                continue
            seen.add(kind.name)
            assert isinstance(kind, Fields)
            yield kind
            for _, each in self._shown(kind):
                below = get_named_type(each.type)
                if is_composite_type(below) and not self._is_hole(below):
                    waiting.append(below.name)

    def _shown(self, kind: Fields) -> Iterator[tuple[str, GraphQLField]]:
        for name, each in kind.fields.items():
            if name in OTHERS or (self.name and kind.name == "Query" and name != self.name):
                continue
            leaf = is_leaf_type(get_named_type(each.type))
            if (
                leaf
                or self.holes
                or kind.name not in {self.owner, *self._implementers()}
                or self.owner == "Query"
            ):
                yield name, each

    def _is_hole(self, kind: GraphQLNamedType) -> bool:
        """Tell whether a type is an entity, an edge, a transaction, a fact, or any of these."""
        if isinstance(kind, GraphQLInterfaceType):
            return True
        assert isinstance(kind, GraphQLObjectType)
        return bool(kind.interfaces) or kind.name in {"Fact", "EdgeChange", "EdgeFact"}

    def _fields(self, kind: Fields) -> Iterator[str]:
        for name, each in self._shown(kind):
            below = get_named_type(each.type)
            shown = str(each.type)
            if is_composite_type(below) and self._is_hole(below):
                shown = shown.replace(below.name, f"{_HOLE}{below.name}")
            if not each.args:
                yield f"{name}: {shown}"
                continue
            scalar = f"Given_{self._told_by(kind, name)}_{name}"
            self.scalars[scalar] = (kind.name, name)
            yield f"{name}(given: {scalar}!): {shown}"
            if "asOf" in each.args and kind.name != "Query":
                yield f"{AGAIN}{name}(given: {scalar}!): {shown}"

    def _told_by(self, kind: Fields, name: str) -> str:
        owner = self.schema.type_map[self.owner]
        inherited = isinstance(owner, GraphQLInterfaceType) and name in owner.fields
        return self.owner if inherited else kind.name
