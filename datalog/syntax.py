"""The language as values: terms, clauses, queries.

The grammar is Datomic's, with the extensions named below.

Extensions (ours): an edge type as an attribute (`[?a :DerivedFrom ?b]`), `get-else` along a path
with default nil (a missing value sorts last), `member?`, `search`, `:order-by`, `:limit`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
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


Term = Variable | Constant | Blank
BLANK = Blank()


@dataclass(frozen=True, slots=True)
class Pattern:
    """`[$source ?e :Attribute/name ?v ?tx ?op]`: a fact.

    `entity/id` is the own number of an entity, a live edge or a transaction that is there at the
    view. `?tx`, and the values of `entity/createdAt`, `entity/changedAt`, `edge/since` and
    `edge/until`, are transactions (entities), not their t.

    `attribute` is a name without the colon: of an attribute (`Dataset/name`; `Owner/name` of an
    interface means all implementers), of the built-in ones (`entity/urn`, `entity/type`,
    `entity/lifecycle`, `entity/createdAt`, `entity/changedAt`, `edge/type`, `edge/from`, `edge/to`,
    `edge/key`, `edge/since`, `edge/until`, `tx/t`, `tx/instant`, `tx/recordedAt`, `tx/source`,
    `tx/actor`, `tx/reason`, `tx/hash`), of an edge type (`DerivedFrom`: e is `from`, v is `to`), or
    a variable (the log answers then). `position` numbers the datoms of one transaction.
    """

    entity: Term
    attribute: str | Variable
    value: Term = BLANK
    transaction: Term = BLANK
    operation: Term = BLANK
    position: Term = BLANK
    source: str = "$"


class Operator(StrEnum):
    """What compares two values, or a value and a set."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    STARTS_WITH = "starts-with?"
    CONTAINS = "includes?"  # Clojure's name: does the string contain the substring.
    # The right side is a scalar of `:in` that holds a list; a left side that nothing else binds
    # goes through it.
    MEMBER = "member?"


@dataclass(frozen=True, slots=True)
class Compare:
    """`[(< ?a ?b)]`: a condition on values that are bound elsewhere.

    Text compares by code point.
    """

    operator: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Not:
    """`(not …)`, or `(not-join [?x] …)` where `join` says which variables are those outside.

    Without `join`, every variable that also occurs outside is the one outside. With it, only those
    listed, scalars of `:in` too; a scalar of `:in` used inside but not listed is an error, since it
    would silently mean anything.
    """

    clauses: tuple["Clause", ...]
    join: tuple[Variable, ...] | None = None


@dataclass(frozen=True, slots=True)
class Or:
    """`(or (and …) …)`, or `(or-join [?x] …)`.

    With one branch, `or-join` says that something exists. `join` is as in `Not`. The branches of a
    plain `or` name the same variables, those bound by `:in` apart.
    """

    branches: tuple[tuple["Clause", ...], ...]
    join: tuple[Variable, ...] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path.

    An attribute (full name), or an edge type walked forward or in reverse (`_DerivedFrom`).
    """

    name: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class GetElse:
    """`[(get-else $ ?e [:PublishedBy :Organization/name] nil) ?v]`.

    The value at the path's end, else nothing.

    Every step must be of cardinality one (else the least value is taken). The row stays when there
    is no value.
    """

    entity: Variable
    path: tuple[Step, ...]
    value: Variable
    source: str = "$"


@dataclass(frozen=True, slots=True)
class EdgeStep:
    """An edge type that a search follows, and whether from its `to` end to its `from` end."""

    edge: str
    reverse: bool


@dataclass(frozen=True, slots=True)
class Search:
    """`(search ?root ?node ?depth ?side {…})`.

    Breadth-first over edges from all roots, cycle-safe, shortest depth.

    `upstream` and `downstream` are two walks that share one budget (either may be empty); `types`
    keeps the walk to entities of these concrete types (None: any). The three limits are `:in`
    variables. What is kept and in which order is fixed (`resolvers/lineage.py` says how), so that
    an answer never depends on the plan.
    """

    root: Variable
    node: Variable
    depth: Variable
    side: Variable
    upstream: tuple[EdgeStep, ...]
    downstream: tuple[EdgeStep, ...]
    types: tuple[str, ...] | None
    max_depth: Variable
    max_nodes: Variable
    per_node: Variable
    source: str = "$"


Clause = Pattern | Compare | Not | Or | GetElse | Search


@dataclass(frozen=True, slots=True)
class Now:
    """The database as the statement's snapshot sees it."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The database as of a point in time that is given at run time under `name` (inclusive)."""

    name: str


@dataclass(frozen=True, slots=True)
class History:
    """All datoms, asserted and retracted, up to a point in time (or all there are)."""

    until: Now | AsOf


View = Now | AsOf | History


@dataclass(frozen=True, slots=True)
class Scalar:
    """`?x` in `:in`: one value, given at run time. Its type follows from where it is used."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Collection:
    """`[?x ...]` in `:in`: one row for each of the values."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Relation:
    """`[[?position ?id ?urn]]` in `:in`: one row for each position of lists of the same length.

    Each variable is given its own list at run time, under its own name. A null in a list matches
    nothing. (Two `Collection`s multiply, and are empty where either is, as in Datomic: what belongs
    together is a Relation.)
    """

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """`$` or `$then` in `:in`: a database, seen through a view."""

    name: str
    view: View


@dataclass(frozen=True, slots=True)
class Parent:
    """`[?parent ...]` in `:in` of a nested level: the rows of the level above."""

    variable: Variable


Input = Scalar | Collection | Relation | Source | Parent


@dataclass(frozen=True, slots=True)
class Order:
    """One key of `:order-by`. Missing values come last in either direction."""

    variable: Variable
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """`(count ?x)`: how many different values."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Query:
    """`[:find … :in … :where … :order-by … :limit …]`.

    The answer is a set of rows of the find variables.
    """

    find: tuple[Variable | Count, ...]
    inputs: tuple[Input, ...]
    where: tuple[Clause, ...]
    order: tuple[Order, ...] = ()
    limit: Variable | int | None = None
