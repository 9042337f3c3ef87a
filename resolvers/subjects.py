"""What is shaped: an entity or an edge of a type, and one shape out of those of several types.

Where the type is not known before the statement runs, the object begins with a hidden
`__typename`, and the concrete types have shapes of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from datalog.syntax import Variable
from datalog.tree import Fixed, Object, Shape, TypeName, Variant
from resolvers.connections import text
from resolvers.draft import Draft, Place
from resolvers.selection import Selected

NULL = Fixed("null")
_TYPENAME = "__typename"
Members = tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shaped: an entity or edge of a type; `open` where other types may stand there."""

    draft: Draft
    place: Place
    variable: Variable
    type: str
    open: bool = False

    @property
    def named(self) -> Shape:
        """Return the type's name; where others may stand there too, in words that fit them all."""
        return TypeName(self.variable) if self.open else text(self.type)

    def at(self, selected: Selected) -> Place:
        """Return the place of one of its fields."""
        return self.place.at(selected.key, self.type if self.open else "")


def variants(variable: Variable, cases: Mapping[str, Members]) -> Shape:
    """Return one object where all types are shaped alike, else one for each kind of shape."""
    hidden = (_TYPENAME, TypeName(variable))
    types: dict[Object, list[str]] = {}
    for name, members in cases.items():
        told = tuple(member for member in members if member[0] != _TYPENAME)
        types.setdefault(Object((hidden, *told)), []).append(name)
    match list(types):
        case [only]:
            return only
        case _:
            alike = tuple((tuple(names), shape) for shape, names in types.items())
            return Variant(variable, alike, NULL)
