"""Every fault that a query can have, below CallerFault.

CallerFault (store/errors.py)
├── UnknownType, UnknownAttribute   (store/catalogue.py) a name that nobody declared
└── QueryError                      the query itself is wrong
    ├── InsufficientBinding         a variable is used, and nothing binds it
    ├── UnlistedInput               a join form uses an input that it does not list
    ├── UnevenBranches              the branches of an `or` name different variables
    ├── MixedKinds                  a variable would hold values of different types
    ├── Misplaced                   a part of a page stands outside of any page
    ├── UnknownSource               a clause names a database that `:in` does not declare
    └── Unsupported                 it means something, and is not compiled yet
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault


class QueryError(CallerFault):
    """What is wrong with a query before it runs."""

    code: ClassVar[str] = "INVALID_QUERY"


@dataclass(eq=False)
class InsufficientBinding(QueryError):
    """Nothing binds a variable that a clause needs a value of."""

    code: ClassVar[str] = "INSUFFICIENT_BINDING"
    variables: tuple[str, ...]

    def __str__(self) -> str:
        return f"nothing binds {', '.join(f'?{name}' for name in self.variables)}"


@dataclass(eq=False)
class UnlistedInput(QueryError):
    """Inside `or-join` or `not-join`, a name that is not listed is a variable of its own."""

    code: ClassVar[str] = "UNLISTED_INPUT"
    variable: str

    def __str__(self) -> str:
        return f"?{self.variable} is an input; list it in the join form that uses it"


@dataclass(eq=False)
class UnevenBranches(QueryError):
    """The branches of an `or` must bind the same variables."""

    code: ClassVar[str] = "UNEVEN_BRANCHES"
    variables: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(f"?{name}" for name in self.variables)
        return f"not every branch of the or names {names}; or-join says which variables matter"


@dataclass(eq=False)
class MixedKinds(QueryError):
    """One variable would hold values of types that do not compare."""

    code: ClassVar[str] = "MIXED_KINDS"
    variable: str
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return f"?{self.variable} would be {' and '.join(self.kinds)} at once"


@dataclass(eq=False)
class UnknownSource(QueryError):
    """A clause reads a database that `:in` does not name."""

    code: ClassVar[str] = "UNKNOWN_SOURCE"
    source: str

    def __str__(self) -> str:
        return f"{self.source} is no database of this query; :in declares them"


@dataclass(eq=False)
class Unsupported(QueryError):
    """A construct that is not compiled."""

    code: ClassVar[str] = "UNSUPPORTED_QUERY"
    category: ClassVar[str] = "unsupported"
    what: str

    def __str__(self) -> str:
        return f"{self.what} is not supported"


@dataclass(eq=False)
class Misplaced(QueryError):
    """A shape that only a page can fill stands outside of one."""

    code: ClassVar[str] = "MISPLACED_SHAPE"
    shape: str

    def __str__(self) -> str:
        return f"{self.shape} stands outside of a page"
