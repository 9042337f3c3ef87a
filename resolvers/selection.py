"""What was selected, without GraphQL: fields, arguments, sub-selections; variables are left open.

How the `schema` room fills it:
- `children` is by the concrete type's name wherever that is an entity type (`Unknown` too) or an
  edge type of the catalog, also where the field's type is concrete. Everything else (connections
  and their edges, PageInfo, Basis, Transaction, Fact, LineageGraph …) stands under `""`;
  `Transaction` under its name where the field's type is `Node`. A type for which nothing was
  selected may be left out. A leaf has no children. `__typename` is a field like any other.
- `arguments` holds what was given, after coercion and defaults. A scalar leaf that comes from a
  variable is a `Given`, and so is a list of scalars that is a variable as a whole. These decide
  the plan, are always plain, also when a variable gave them, and belong to the signature by which
  plans are cached: null, values of enums, Booleans, what `history(attributes:)` names, and the
  shape of input objects.
- Values of scalars are as JSON has them: a DateTime, a Decimal, a Long or a UUID may be text or
  already parsed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_CHILDREN: Mapping[str, tuple["Selected", ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Given:
    """The place of a leaf among the variables: the name, then keys and positions inside."""

    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """A field as asked for: response key, name, arguments, and its sub-selections by type."""

    key: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    children: Mapping[str, tuple["Selected", ...]] = field(default_factory=lambda: _NO_CHILDREN)

    def of(self, type_name: str = "") -> tuple["Selected", ...]:
        """Return what is selected where the value is of that type."""
        return self.children.get(type_name, ())


def given_value(argument: object, variables: Mapping[str, object]) -> object:
    """Return an argument with every `Given` in it replaced by what the variables have there."""
    if isinstance(argument, Given):  # Most arguments: told before a pattern is tried.
        name, *steps = argument.path
        value = variables.get(str(name))
        for step in steps:
            value = _inside(value, step)
        return value
    match argument:
        case Mapping():
            return {key: given_value(each, variables) for key, each in argument.items()}
        case list() | tuple():
            return [given_value(each, variables) for each in argument]
        case _:
            return argument


def _inside(value: object, step: str | int) -> object:
    match value, step:
        case Mapping(), str():
            return value.get(step)
        case ((list() | tuple()), int()) if step < len(value):
            return value[step]
        case _ if step == 0 and value is not None:  # A single value stands for a list of one.
            return value
        case _:
            return None
