"""Why a transaction is refused: each says what, where, and what to do.

CallerFault
├── MalformedUrn        MALFORMED_URN
├── UnknownEntity       UNKNOWN_ENTITY
├── TypeConflict        TYPE_CONFLICT
├── OtherType           TYPE_CONFLICT
├── EdgeEndType         EDGE_END_TYPE
├── CardinalityConflict CARDINALITY_CONFLICT
├── Contradiction       CONTRADICTION
├── UniqueConflict      UNIQUE_CONFLICT
├── InstantInPast       INSTANT_IN_PAST
├── InstantInFuture     INSTANT_IN_FUTURE
└── BasisConflict       BASIS_CONFLICT
OurFault
└── OutcomeUnknown      OUTCOME_UNKNOWN
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault, OurFault
from store.ids import LONGEST_URN, URN_PREFIX


@dataclass(eq=False)
class MalformedUrn(CallerFault):
    """What should name an entity is no urn."""

    code: ClassVar[str] = "MALFORMED_URN"
    where: str
    given: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.given} is no urn: give {URN_PREFIX}<kind>/<platform>/<resource>,"
            f" at most {LONGEST_URN} characters without control characters, or the id of an entity"
        )


@dataclass(eq=False)
class UnknownEntity(CallerFault):
    """An opaque id stands for no entity."""

    code: ClassVar[str] = "UNKNOWN_ENTITY"
    category: ClassVar[str] = "not-found"
    where: str
    given: str

    def __str__(self) -> str:
        return f"{self.where}: there is no entity {self.given}; name a new one by its urn"


@dataclass(eq=False)
class TypeConflict(CallerFault):
    """An entity would get another type than it has, or two at once."""

    code: ClassVar[str] = "TYPE_CONFLICT"
    category: ClassVar[str] = "conflict"
    where: str
    entity: str
    known: str
    given: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.entity} is of type {self.known} and cannot become {self.given};"
            " name its type, or use another urn"
        )


@dataclass(eq=False)
class OtherType(CallerFault):
    """What is to be retracted is of another type than the caller takes it for."""

    code: ClassVar[str] = "TYPE_CONFLICT"
    category: ClassVar[str] = "conflict"
    where: str
    entity: str
    known: str
    expected: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.entity} is of type {self.known}, not {self.expected};"
            " leave it out, or retract it as what it is"
        )


@dataclass(eq=False)
class EdgeEndType(CallerFault):
    """An end of an edge is of a type that the edge type does not allow."""

    code: ClassVar[str] = "EDGE_END_TYPE"
    where: str
    edge: str
    end: str
    expected: tuple[str, ...]
    entity: str
    given: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.edge} allows {' or '.join(self.expected)} as its {self.end},"
            f" and {self.entity} is of type {self.given}"
        )


@dataclass(eq=False)
class CardinalityConflict(CallerFault):
    """One transaction gives two values where there can be one."""

    code: ClassVar[str] = "CARDINALITY_CONFLICT"
    category: ClassVar[str] = "conflict"
    where: str
    what: str
    entity: str
    first: str
    second: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.what} of {self.entity} is said to be {self.first} and"
            f" {self.second} in one transaction; say one, or use two transactions"
        )


@dataclass(eq=False)
class Contradiction(CallerFault):
    """Two statements of one transaction cannot both hold."""

    code: ClassVar[str] = "CONTRADICTION"
    category: ClassVar[str] = "conflict"
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}; leave one out, or use two transactions"


@dataclass(eq=False)
class UniqueConflict(CallerFault):
    """Another entity holds a value that only one may hold."""

    code: ClassVar[str] = "UNIQUE_CONFLICT"
    category: ClassVar[str] = "conflict"
    where: str
    attribute: str
    value: str
    entity: str
    holder: str

    def __str__(self) -> str:
        return (
            f"{self.where}: {self.attribute} {self.value} of {self.entity} is held by"
            f" {self.holder}; give another value, or take it from there in the same transaction"
        )


@dataclass(eq=False)
class InstantInPast(CallerFault):
    """A transaction stands for a time before the last one's."""

    code: ClassVar[str] = "INSTANT_IN_PAST"
    category: ClassVar[str] = "conflict"
    given: str
    last: str

    def __str__(self) -> str:
        return (
            f"the instant {self.given} is before the last transaction's, {self.last};"
            " give that one or a later one, or none for now"
        )


@dataclass(eq=False)
class InstantInFuture(CallerFault):
    """A transaction stands for a time that has not come."""

    code: ClassVar[str] = "INSTANT_IN_FUTURE"
    given: str
    now: str

    def __str__(self) -> str:
        return f"the instant {self.given} has not come: it is {self.now}; give none for now"


@dataclass(eq=False)
class BasisConflict(CallerFault):
    """The database has moved on since the caller looked."""

    code: ClassVar[str] = "BASIS_CONFLICT"
    category: ClassVar[str] = "conflict"
    expected: int
    actual: int

    def __str__(self) -> str:
        return f"the basis is {self.actual}, not {self.expected}; read again and decide again"


@dataclass(eq=False)
class OutcomeUnknown(OurFault):
    """The connection broke while PostgreSQL was committing."""

    code: ClassVar[str] = "OUTCOME_UNKNOWN"
    category: ClassVar[str] = "interrupted"
    reason: str

    def __str__(self) -> str:
        return (
            f"the connection broke during the commit ({self.reason}): the transaction may or may"
            " not be there; send it again, with the same idempotency key if it has one"
        )
