"""What a plan is: the Datalog of each level, the SQL, and the arguments of one request."""

from dataclasses import dataclass

from datalog.text import Level, operation_levels
from resolvers.answer import arguments
from resolvers.draft import Request
from resolvers.plan import Plan


@dataclass(frozen=True, slots=True)
class Explained:
    """The levels from the root fields down, and the one statement that they are compiled to."""

    levels: tuple[Level, ...]
    sql: str
    arguments: tuple[object, ...]


def explain(plan: Plan, request: Request) -> Explained:
    """Return what a request is answered by; nothing is asked of the database.

    The arguments of a field that is at fault are harmless ones.
    """
    return Explained(
        operation_levels(plan.operation), plan.statement.text, tuple(arguments(plan, request))
    )
