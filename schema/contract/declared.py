"""Types of the served schema as values, before Strawberry: what they are called, hold and say."""

from dataclasses import dataclass
from enum import Enum


class Absent(Enum):
    """There is no default; not the same as a default of null."""

    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field, or a field of an input type; `type` is as in SDL: `[ID!]!`."""

    name: str
    type: str
    default: object = Absent.ABSENT
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object type or interface."""

    name: str
    type: str
    arguments: tuple[Argument, ...] = ()
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object type; what its interfaces have need not be repeated."""

    name: str
    fields: tuple[Field, ...]
    interfaces: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class InterfaceType:
    """An interface."""

    name: str
    fields: tuple[Field, ...]
    interfaces: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class InputType:
    """An input type; of one that is `one_of`, exactly one field is given."""

    name: str
    fields: tuple[Argument, ...]
    one_of: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A value of an enum."""

    name: str
    description: str | None = None
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enum."""

    name: str
    values: tuple[EnumMember, ...]
    description: str | None = None


@dataclass(frozen=True, slots=True)
class UnionType:
    """A union of object types."""

    name: str
    types: tuple[str, ...]
    description: str | None = None


Declared = UnionType | ObjectType | InterfaceType | InputType | Enumeration
