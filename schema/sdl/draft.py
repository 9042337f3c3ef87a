"""A catalog while it is being read: the declaration so far, its places, what is wrong."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from graphql import Node

from schema.errors import SdlProblem
from schema.sdl.names import Origin
from store.catalogue import UNKNOWN, Catalogue, EdgeType, EntityType, EnumType, Interface

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Kind(StrEnum):
    """What a name of the catalog stands for."""

    ENTITY = "entity type"
    INTERFACE = "interface"
    EDGE = "edge type"
    ENUM = "enum"


@dataclass(slots=True)
class Draft:
    """A catalog while it is read. `parents` holds the interfaces that each interface implements."""

    entity_types: dict[str, EntityType] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    edge_types: dict[str, EdgeType] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[Origin, Node] = field(default_factory=dict)
    clashing: set[Origin] = field(default_factory=set)
    problems: list[SdlProblem] = field(default_factory=list)

    def refuse(self, node: Node, problem: str) -> None:
        """Note what is wrong at a node."""
        token = node.loc.start_token if node.loc else None
        line, column = (token.line, token.column) if token else (1, 1)
        self.problems.append(SdlProblem(line, column, problem))

    def refuse_at(self, origins: tuple[Origin, ...], problem: str) -> None:
        """Note what is wrong at the first of the origins that stands in the file."""
        for origin in origins:
            if origin in self.places:
                self.refuse(self.places[origin], problem)
                return
        self.problems.append(SdlProblem(1, 1, problem))

    def rename(self, new: str, old: str, node: Node) -> None:
        """Note that a full name was another one before."""
        if not is_name(old.rpartition("/")[2]):
            self.refuse(node, f"{old!r} cannot have been a name")
        elif old in self.renames.values():
            self.refuse(node, f"another one says already that it was {old}")
        else:
            self.renames[new] = old
            self.places[new, "@was"] = node


def is_name(given: str) -> bool:
    """Return whether a text may be the name of a type or field."""
    return _NAME.fullmatch(given) is not None


def kinds_of(catalogue: Catalogue) -> dict[str, Kind]:
    """Return what each name of a catalogue stands for; Unknown, which is built in, is left out."""
    kinds = dict.fromkeys(catalogue.entity_types, Kind.ENTITY)
    kinds |= dict.fromkeys(catalogue.interfaces, Kind.INTERFACE)
    kinds |= dict.fromkeys(catalogue.edge_types, Kind.EDGE)
    kinds |= dict.fromkeys(catalogue.enums, Kind.ENUM)
    del kinds[UNKNOWN.name]
    return kinds
