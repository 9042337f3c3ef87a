"""Why a schema change is refused."""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault

MOST_OFFENDERS = 20


@dataclass(frozen=True, slots=True)
class Offender:
    """A stored fact, or a live edge, that the schema would forbid."""

    entity: str
    attribute: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.entity} {self.attribute}: {', '.join(self.values)}"


@dataclass(eq=False)
class SchemaConflict(CallerFault):
    """A schema cannot become another; `offenders` are the first of the `count` facts in the way."""

    code: ClassVar[str] = "SCHEMA_CONFLICT"
    category: ClassVar[str] = "conflict"
    problems: tuple[str, ...]
    offenders: tuple[Offender, ...] = ()
    count: int = 0

    def details(self) -> dict[str, object]:
        """Return the fields of the fault, the offenders as text."""
        offenders = [str(offender) for offender in self.offenders]
        return {"problems": list(self.problems), "offenders": offenders, "count": self.count}

    def __str__(self) -> str:
        more = self.count - len(self.offenders)
        lines = [*self.problems, *(f"  {offender}" for offender in self.offenders)]
        return "\n".join([*lines, f"  and {more} more"] if more else lines)
