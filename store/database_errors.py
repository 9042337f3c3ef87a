"""What PostgreSQL can do to us, each with a sentence that says what to do.

DeadlineExceeded (CallerFault)   the statement took longer than it may
NoResult (CallerFault)           a query computes what no value can hold
NoRegularExpression (CallerFault) a query matches texts with what is no pattern
TooLarge (CallerFault)           a query, or its answer, is more than PostgreSQL can hold
ReadOnly (CallerFault)           a write reached a database that only answers reads
DatabaseUnavailable (OurFault)   no connection, or it broke
StatementUnfit (OurFault)        a read was made for other tables than there are
NewerDatabase (OurFault)         a newer Headwater migrated the database
MigrationRefused (OurFault)      the role may not do what a migration needs
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault, OurFault


@dataclass(eq=False)
class DeadlineExceeded(CallerFault):
    """A statement took longer than it may, and was cancelled."""

    code: ClassVar[str] = "DEADLINE_EXCEEDED"
    category: ClassVar[str] = "interrupted"
    seconds: float

    def __str__(self) -> str:
        return f"no answer within {self.seconds:g} seconds: ask for less, or in smaller pages"


@dataclass(eq=False)
class NoResult(CallerFault):
    """A query computes what no value can hold: a sum beyond 64 bits, a root of less than zero."""

    code: ClassVar[str] = "ARITHMETIC"
    problem: str

    def __str__(self) -> str:
        return f"a value cannot be computed: {self.problem}"


@dataclass(eq=False)
class NoRegularExpression(CallerFault):
    """A query matches texts with what is no pattern."""

    code: ClassVar[str] = "INVALID_REGULAR_EXPRESSION"
    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class TooLarge(CallerFault):
    """A query, or its answer, is more than PostgreSQL can hold."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    problem: str

    def __str__(self) -> str:
        return f"the query, or its answer, is too large: {self.problem}; ask in parts"


@dataclass(eq=False)
class ReadOnly(CallerFault):
    """A write reached a database that only answers reads."""

    code: ClassVar[str] = "READ_ONLY"
    category: ClassVar[str] = "unsupported"

    def __str__(self) -> str:
        return "this database only answers reads (a standby?): write where the primary is"


@dataclass(eq=False)
class DatabaseUnavailable(OurFault):
    """PostgreSQL cannot be reached, or the connection to it broke."""

    code: ClassVar[str] = "DATABASE_UNAVAILABLE"
    category: ClassVar[str] = "unavailable"
    reason: str

    def __str__(self) -> str:
        return (
            f"PostgreSQL is not available: {self.reason} (check that it runs, and that"
            " HEADWATER_DATABASE_URL, where it is set, is right)"
        )


@dataclass(eq=False)
class StatementUnfit(OurFault):
    """The tables are not those that a read was made for: somebody has changed the schema."""

    reason: str

    def __str__(self) -> str:
        return f"PostgreSQL cannot run a statement of ours: {self.reason}"


@dataclass(eq=False)
class NewerDatabase(OurFault):
    """A newer Headwater has migrated the database."""

    code: ClassVar[str] = "DATABASE_NEWER"
    category: ClassVar[str] = "unsupported"
    found: int
    known: int

    def __str__(self) -> str:
        return (
            f"a newer Headwater migrated this database (migration {self.found}; this one knows "
            f"{self.known}): install that version, or name another database"
        )


@dataclass(eq=False)
class MigrationRefused(OurFault):
    """The role may not do what a migration needs."""

    code: ClassVar[str] = "MIGRATION_REFUSED"
    category: ClassVar[str] = "forbidden"
    reason: str

    def __str__(self) -> str:
        return (
            f"the database cannot be migrated: {self.reason}; without HEADWATER_ADMIN_URL, the "
            "role of HEADWATER_DATABASE_URL needs CREATE on the schema (GRANT CREATE ON SCHEMA "
            "public TO it); with it, it must name the role that is to own the log, which needs "
            "CREATE on the schema WITH GRANT OPTION and membership in the role that serves "
            "(GRANT service TO admin)"
        )
