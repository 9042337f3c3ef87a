"""The caller's faults that the public schema names.

CallerFault
└── SdlErrors   a catalog in SDL cannot become a schema: every problem of it, with its place
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault


@dataclass(frozen=True, slots=True, order=True)
class SdlProblem:
    """One thing that is wrong in a catalog, and where."""

    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.problem}"


@dataclass(eq=False)
class SdlErrors(CallerFault):
    """A catalog in SDL cannot become a schema; the problems come in the order of the file."""

    code: ClassVar[str] = "INVALID_SDL"
    problems: tuple[SdlProblem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def details(self) -> dict[str, object]:
        """Return the problems as JSON objects."""
        return {
            "problems": [
                {"line": each.line, "column": each.column, "problem": each.problem}
                for each in self.problems
            ]
        }
