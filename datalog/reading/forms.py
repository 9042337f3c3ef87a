"""EDN as values. A form knows where it stands; two forms are equal where their values are."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from datalog.syntax.terms import Keyword


class Place(NamedTuple):
    """Where a form begins, in lines and code points, both from 1."""

    line: int
    column: int


NOWHERE = Place(0, 0)
"""The place of a form that was not read from text."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """`?e`, `$then`, `count`, `clojure.string/blank?`."""

    name: str


@dataclass(frozen=True, slots=True)
class Character:
    r"""`\a`, `\newline`: one code point."""

    text: str


@dataclass(frozen=True, slots=True)
class List:
    """`(…)`."""

    members: tuple["Form", ...]


@dataclass(frozen=True, slots=True)
class Vector:
    """`[…]`."""

    members: tuple["Form", ...]


@dataclass(frozen=True, slots=True)
class Set:
    """`#{…}`, in the order of the text."""

    members: tuple["Form", ...]


@dataclass(frozen=True, slots=True)
class Map:
    """`{…}`: keys and values, in the order of the text."""

    pairs: tuple[tuple["Form", "Form"], ...]


Atom = (
    str
    | bool
    | int
    | float
    | Decimal
    | datetime
    | date
    | UUID
    | Keyword
    | Symbol
    | Character
    | None
)
Value = Atom | List | Vector | Set | Map


@dataclass(frozen=True, slots=True)
class Form:
    """A value, and where it stands."""

    value: Value
    place: Place = field(default=NOWHERE, compare=False, repr=False)
