"""What can be wrong with a question, and the one thing that makes an answer worthless.

CallerFault
├── BadUserInput      an argument, or several together, cannot be meant
├── LimitExceeded     more is asked for than one answer may hold
├── TooManyRelations  a filter or an order goes from relation to relation too often
├── InvalidCursor     the cursor is damaged, forged, or of another question
└── UnknownEntity     lineage starts from an entity that nobody has mentioned by then
OurFault
└── StaleCatalogue    the schema changed since the plan was made: read it and plan again
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault, OurFault
from store.ids import LONGEST_URN


@dataclass(eq=False)
class BadUserInput(CallerFault):
    """An argument, or several together, cannot be meant."""

    code: ClassVar[str] = "BAD_USER_INPUT"
    category: ClassVar[str] = "incorrect"
    argument: str
    problem: str

    def __str__(self) -> str:
        return f"{self.argument}: {self.problem}"


@dataclass(eq=False)
class LimitExceeded(CallerFault):
    """More is asked for than one answer may hold."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    category: ClassVar[str] = "incorrect"
    argument: str
    given: int
    most: int

    def __str__(self) -> str:
        return f"{self.argument}: {self.given} is more than one answer may hold ({self.most})"


@dataclass(eq=False)
class TooManyRelations(CallerFault):
    """A filter or an order goes from relation to relation too often."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    category: ClassVar[str] = "incorrect"
    argument: str
    most: int

    def __str__(self) -> str:
        return f"{self.argument}: it goes through more than {self.most} relations; ask in parts"


@dataclass(eq=False)
class InvalidCursor(CallerFault):
    """The cursor is damaged, forged, or of another question."""

    code: ClassVar[str] = "INVALID_CURSOR"
    category: ClassVar[str] = "incorrect"
    argument: str
    problem: str

    def __str__(self) -> str:
        return f"{self.argument}: {self.problem}; ask for the first page again"


@dataclass(eq=False)
class UnknownEntity(CallerFault):
    """Lineage starts from an entity that nobody has mentioned by then."""

    code: ClassVar[str] = "UNKNOWN_ENTITY"
    category: ClassVar[str] = "not-found"
    id: str

    def __str__(self) -> str:
        named = self.id if len(self.id) <= LONGEST_URN else f"{self.id[:80]}…"
        return f"nobody has mentioned {named} by then: check the id or urn, or ask as of later"


@dataclass(eq=False)
class StaleCatalogue(OurFault):
    """The schema changed since the plan was made: read the catalogue and plan again."""

    code: ClassVar[str] = "STALE_CATALOGUE"
    category: ClassVar[str] = "busy"
    planned: int
    found: int

    def __str__(self) -> str:
        return (
            f"the plan is for the schema of t {self.planned}, the database has that of {self.found}"
        )
