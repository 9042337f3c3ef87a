"""Every fault that a query can have, below CallerFault.

CallerFault (store/errors.py)
├── UnknownType, UnknownAttribute   (store/catalogue.py) a name that nobody declared
└── QueryError                      the query itself is wrong
    ├── Misread, WrongInput, …      (datalog/reading/errors.py) its text, or what is given to it
    ├── InsufficientBinding         a variable is used, and nothing binds it
    ├── UnlistedInput               a join form uses an input that it does not list
    ├── UnevenBranches              the branches of an `or` name different variables
    ├── MixedKinds                  a variable would hold values of different types
    ├── WrongAggregate              values have no such sum, or it is asked for in no such way
    ├── NotInFind                   what the order names is not in `:find`
    ├── WrongPull                   what is pulled is nothing that can be pulled so
    ├── Misplaced                   a part of a page stands outside of any page
    ├── RuleError                   the rules, or a call of one
    │   ├── UnknownRule             nobody has defined it
    │   ├── WrongArity              it takes another number of arguments
    │   ├── UnevenDefinitions       its definitions take different arguments
    │   ├── UnboundParameter        no clause names a parameter
    │   ├── RepeatedParameter       its head names a variable twice
    │   ├── SourceInRule            a clause of it names a database; it reads that of its call
    │   ├── NegationInLoop          it holds where it does not
    │   └── TooManyClauses          put in place of their calls, the rules are too long
    ├── UnknownSource               a clause names a database that `:in` does not declare
    ├── UnknownFunction             a call names nothing that there is
    ├── WrongArguments              a call has too many arguments, or too few, or no binding
    ├── WrongConstant               a constant cannot be read as what stands in its place
    ├── MalformedPattern            a regular expression is none, or not of the common core
    ├── NotUnique                   a lookup ref goes by an attribute that is not unique
    ├── NotSearched                 a search goes by an attribute without `@search`
    ├── UnboundScan                 a clause would read the whole log
    └── Unsupported                 it means something, and is not compiled yet
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault


class QueryError(CallerFault):
    """What is wrong with a query before it runs."""

    code: ClassVar[str] = "INVALID_QUERY"


@dataclass(eq=False)
class InsufficientBinding(QueryError):
    """Nothing binds a variable that a clause needs a value of; `clause` is how that one begins."""

    code: ClassVar[str] = "INSUFFICIENT_BINDING"
    variables: tuple[str, ...]
    clause: str = ""

    def __post_init__(self) -> None:
        self.variables = tuple(dict.fromkeys(map(_as_written, self.variables)))

    def __str__(self) -> str:
        needed = f", which {self.clause} needs" if self.clause else ""
        return f"nothing binds {', '.join(map(_marked, self.variables))}{needed}"


_PARAMETER = re.compile(r"(.+)'\d+/(\d+)")
_COPY = re.compile(r"(.+)'\d+")


def _as_written(name: str) -> str:
    """Return a variable as its query has it: the copies of a rule's have a number more."""
    if found := _PARAMETER.fullmatch(name):
        return f"argument {int(found[2]) + 1} of ({found[1]} …)"
    found = _COPY.fullmatch(name)
    return found[1] if found else name


def _marked(name: str) -> str:
    return name if " " in name else f"?{name}"


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

    def __post_init__(self) -> None:
        self.variable = _as_written(self.variable)

    def __str__(self) -> str:
        return f"{_marked(self.variable)} would be {' and '.join(self.kinds)} at once"


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


@dataclass(eq=False)
class WrongAggregate(QueryError):
    """An aggregate is asked of values that have none, or with a number that it does not take."""

    code: ClassVar[str] = "WRONG_AGGREGATE"
    aggregate: str
    problem: str

    def __str__(self) -> str:
        return f"{self.aggregate} {self.problem}"


@dataclass(eq=False)
class WrongPull(QueryError):
    """A pull asks for what cannot be pulled: a history, attributes of a value, one in reverse."""

    code: ClassVar[str] = "WRONG_PULL"
    what: str
    problem: str

    def __str__(self) -> str:
        return f"{self.what} {self.problem}"


@dataclass(eq=False)
class NotInFind(QueryError):
    """Rows can be ordered only by what `:find` has of each, or `:with` where nothing is counted."""

    code: ClassVar[str] = "NOT_IN_FIND"
    what: str

    def __str__(self) -> str:
        return f":order-by names {self.what}, which is not in :find"


class RuleError(QueryError):
    """What is wrong with rules, or with a call of one."""

    code: ClassVar[str] = "INVALID_RULE"


@dataclass(eq=False)
class UnknownRule(RuleError):
    """A clause calls a rule that the query has not been given."""

    code: ClassVar[str] = "UNKNOWN_RULE"
    rule: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"no rule is called {self.rule}; there is {', '.join(self.known) or 'none'}"


@dataclass(eq=False)
class WrongArity(RuleError):
    """A call has another number of arguments than the rule has parameters."""

    code: ClassVar[str] = "WRONG_ARITY"
    rule: str
    expected: int
    given: int

    def __str__(self) -> str:
        return f"the rule {self.rule} takes {self.expected} arguments, not {self.given}"


@dataclass(eq=False)
class UnevenDefinitions(RuleError):
    """The definitions of one rule must take as many arguments, and require as many."""

    rule: str

    def __str__(self) -> str:
        return f"the definitions of the rule {self.rule} differ in what they take or require"


@dataclass(eq=False)
class UnboundParameter(RuleError):
    """A parameter that no clause of a definition names would be anything."""

    rule: str
    variable: str

    def __str__(self) -> str:
        return f"?{self.variable} of the rule {self.rule} stands in no clause of a definition"


@dataclass(eq=False)
class RepeatedParameter(RuleError):
    """The head of a rule names one variable twice."""

    rule: str
    variable: str

    def __str__(self) -> str:
        return f"the head of the rule {self.rule} names ?{self.variable} twice"


@dataclass(eq=False)
class SourceInRule(RuleError):
    """The clauses of a rule read the database of its call, as in Datomic."""

    rule: str
    source: str

    def __str__(self) -> str:
        return f"the rule {self.rule} names {self.source}, but reads the database of its call"


@dataclass(eq=False)
class NegationInLoop(RuleError):
    """A rule that needs its own negation means nothing; the loop begins and ends with one rule."""

    code: ClassVar[str] = "UNSTRATIFIED"
    loop: tuple[str, ...]

    def __str__(self) -> str:
        return f"negation through recursion: {' → '.join(self.loop)}"


@dataclass(eq=False)
class TooManyClauses(RuleError):
    """Rules that call rules several times each can grow beyond any bound."""

    code: ClassVar[str] = "LIMIT_EXCEEDED"
    limit: int

    def __str__(self) -> str:
        return f"with rules in place of their calls, the query has more than {self.limit} clauses"


@dataclass(eq=False)
class UnknownFunction(QueryError):
    """A call names a predicate or a function that there is not."""

    code: ClassVar[str] = "UNKNOWN_FUNCTION"
    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"there is no {self.name}; there are {', '.join(self.known)}"


@dataclass(eq=False)
class WrongArguments(QueryError):
    """A call has too many arguments, or too few, or binds what it does not give."""

    code: ClassVar[str] = "WRONG_ARGUMENTS"
    name: str
    problem: str

    def __str__(self) -> str:
        return f"({self.name} …) {self.problem}"


@dataclass(eq=False)
class WrongConstant(QueryError):
    """A constant cannot be read as what stands in its place."""

    code: ClassVar[str] = "WRONG_VALUE"
    where: str
    expected: str
    given: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.given}"


@dataclass(eq=False)
class MalformedPattern(QueryError):
    """A regular expression is none, or is not of the core that Java and PostgreSQL share."""

    code: ClassVar[str] = "INVALID_REGULAR_EXPRESSION"
    problem: str
    position: int

    def __str__(self) -> str:
        return f"the regular expression {self.problem} at character {self.position}"


@dataclass(eq=False)
class NotUnique(QueryError):
    """A lookup ref goes by an attribute whose values many entities can share."""

    code: ClassVar[str] = "NOT_UNIQUE"
    attribute: str

    def __str__(self) -> str:
        return f":{self.attribute} is not unique, so that a lookup ref cannot go by it"


@dataclass(eq=False)
class NotSearched(QueryError):
    """A search goes by an attribute whose words nobody keeps."""

    code: ClassVar[str] = "NOT_SEARCHED"
    attribute: str

    def __str__(self) -> str:
        return f":{self.attribute} is not searched: mark it with @search, or ask includes? of it"


@dataclass(eq=False)
class UnboundScan(QueryError):
    """A clause whose attribute is a variable would read the whole log."""

    code: ClassVar[str] = "UNBOUND_SCAN"
    clause: str

    def __str__(self) -> str:
        return (
            f"{self.clause} would read the whole log: bind its entity, its attribute or its"
            " transaction, or allow scans"
        )
