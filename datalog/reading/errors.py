"""What can be wrong with the text of a query, and with what is given to it.

QueryError (datalog/errors.py)
├── Misread             a text is not what was expected, from a line and a column on
│   ├── NotEdn          it is no EDN
│   │   └── Unfinished  it is the beginning of something
│   └── NotQuery        it is EDN, and no query
├── WrongInput          an input is not what its variable takes
└── WrongInputs         more or fewer inputs than `:in` names
"""

from dataclasses import dataclass
from typing import ClassVar

from datalog.errors import QueryError


@dataclass(eq=False)
class Misread(QueryError):
    """What is wrong with a text, where, and what to do about it."""

    line: int
    column: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.problem}; {self.remedy}"


@dataclass(eq=False)
class NotEdn(Misread):
    """The text is no EDN."""

    code: ClassVar[str] = "MALFORMED_EDN"


@dataclass(eq=False)
class Unfinished(NotEdn):
    """The text ends where something is still open; more text may mend it."""


@dataclass(eq=False)
class NotQuery(Misread):
    """The text is EDN, but not a query, a rule or a pull pattern."""

    code: ClassVar[str] = "MALFORMED_QUERY"


@dataclass(eq=False)
class WrongInput(QueryError):
    """An input is not what its place in `:in` takes."""

    code: ClassVar[str] = "WRONG_INPUT"
    name: str
    expected: str
    given: str

    def __str__(self) -> str:
        return f"input {self.name}: expected {self.expected}, got {self.given}"


@dataclass(eq=False)
class WrongInputs(QueryError):
    """`:in` says what is to be given, and in which order."""

    code: ClassVar[str] = "WRONG_INPUT"
    expected: tuple[str, ...]
    given: int

    def __str__(self) -> str:
        named = f" ({' '.join(self.expected)})" if self.expected else ""
        plural = "" if len(self.expected) == 1 else "s"
        return f"the query takes {len(self.expected)} input{plural}{named}, {self.given} given"
