"""What stands in the places of a clause: variables, constants, blanks, lookup refs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Variable:
    """`?name`; the name is without the question mark."""

    name: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """`:Dataset`, `:ENRICHED`: the name of a type, a lifecycle, an enum's value.

    Without the colon.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the query.

    What a caller gives at run time is a Variable of `:in` instead.
    """

    value: str | int | float | bool | Decimal | datetime | date | UUID | Keyword


@dataclass(frozen=True, slots=True)
class Blank:
    """`_`: anything, never joined."""


@dataclass(frozen=True, slots=True)
class LookupRef:
    """`[:Dataset/name "orders"]`: the entity that has this value of a unique attribute.

    It is looked up at the basis of its clause's source. `[:entity/urn "hw://…"]` is looked up at
    any time: a urn names its entity for ever. As a `Constant` in the place of an entity, a text is
    its urn or its public id (`"E…"`, `"T…"`), a number its own number, a Keyword names an attribute
    or a type.
    """

    attribute: str
    value: Constant


Term = Variable | Constant | Blank | LookupRef
BLANK = Blank()
