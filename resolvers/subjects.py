"""What is shaped: an entity or an edge of a type, and one shape out of those of several types.

Where the type is not known before the statement runs, the concrete types have shapes of their own,
and an object whose `__typename` nobody asked for begins with a hidden one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from datalog.syntax.terms import Variable
from datalog.tree import Fixed, Object, Shape, TypeName, Variant
from resolvers.connections import text
from resolvers.draft import Draft, Place
from resolvers.selection import Selected

NULL = Fixed("null")
_TYPENAME = "__typename"
Members = tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The types that may stand in one place; what is asked of all of them alike is shaped once.

    `alike` are the response keys that stand for the same selection wherever they are selected.
    """

    alike: frozenset[str]
    made: dict[object, Shape] = field(default_factory=dict)


def company(selected: Selected, types: Iterable[str]) -> Company:
    """Return what is asked alike of the types that may stand where a field leads."""
    first: dict[str, Selected] = {}
    differing: set[str] = set()
    for each in (each for name in types for each in selected.of(name)):
        if first.setdefault(each.key, each) != each:
            differing.add(each.key)
    return Company(frozenset(first) - differing)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shaped: an entity or edge of a type, and which other types may stand there."""

    draft: Draft
    place: Place
    variable: Variable
    type: str
    company: Company | None = None

    @property
    def named(self) -> Shape:
        """Return the type's name; where others may stand there too, in words that fit them all."""
        return text(self.type) if self.company is None else TypeName(self.variable)

    def at(self, selected: Selected) -> Place:
        """Return the place of one of its fields."""
        alone = self.company is None or selected.key in self.company.alike
        return self.place.at(selected.key, "" if alone else self.type)

    def once(self, selected: Selected, what: object, shape: Callable[[], Shape]) -> Shape:
        """Return the shape of a field; one that other types have too is made once for all."""
        if self.company is None or selected.key not in self.company.alike:
            return shape()
        identity = (selected.key, what)
        if identity not in self.company.made:
            self.company.made[identity] = shape()
        return self.company.made[identity]


def variants(draft: Draft, place: Place, variable: Variable, cases: Mapping[str, Members]) -> Shape:
    """Return one object where all types are shaped alike, else one for each kind of shape."""
    types: dict[Object, list[str]] = {}
    for name, members in cases.items():
        types.setdefault(typed(members, TypeName(variable)), []).append(name)
    draft.hide(place, (name for shape, names in types.items() if shape.hides for name in names))
    match list(types):
        case [only]:
            return only
        case _:
            alike = tuple((tuple(names), shape) for shape, names in types.items())
            return Variant(variable, alike, NULL)


def typed(members: Members, name: Shape) -> Object:
    """Return an object that tells its type, hidden where nobody asked for that."""
    if any(key == _TYPENAME for key, _ in members):
        return Object(members)
    return Object(((_TYPENAME, name), *members), hides=True)
