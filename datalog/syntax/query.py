"""A query: what it finds, what it is given, what holds."""

from dataclasses import dataclass
from enum import StrEnum

from datalog.syntax.clauses import Clause
from datalog.syntax.finding import Aggregate, FindElement
from datalog.syntax.terms import Variable
from datalog.syntax.views import View


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


@dataclass(frozen=True, slots=True)
class Among:
    """`[[?node ?depth]]` in `:in` of a nested level: the rows that a `Let` above holds.

    The variables stand for its columns, in the order of its find; each row is there once.
    """

    name: str
    variables: tuple[Variable, ...]


Input = Scalar | Collection | Relation | Source | Parent | Among


@dataclass(frozen=True, slots=True)
class Order:
    """One key of `:order-by`: a variable, or an aggregate of `:find`.

    Missing values come last in either direction.
    """

    variable: Variable | Aggregate
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """`[(name [?required] ?more) clause …]`: one definition; those of one name are alternatives.

    The parameters come in the order of the head, the required ones first: a call must have them
    bound. Every other variable of the clauses is the rule's own.
    """

    name: str
    parameters: tuple[Variable, ...]
    clauses: tuple[Clause, ...]
    required: int = 0


class FindSpec(StrEnum):
    """What the answer is made of."""

    RELATION = "relation"  # `?a ?b`: all rows.
    COLLECTION = "collection"  # `[?a ...]`: the one value of each row.
    TUPLE = "tuple"  # `[?a ?b]`: one row, or nothing.
    SCALAR = "scalar"  # `?a .`: one value, or nothing.


@dataclass(frozen=True, slots=True)
class ReturnMaps:
    """`:keys a b`, `:strs a b`, `:syms a b`: each row as a map with these keys, in find's order."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """`[:find … :with … :in … :where … :order-by … :offset … :limit …]`.

    The answer is the set of rows of the variables of find and of `with_`, then without the latter,
    aggregated where find says so, ordered, cut. Rows that an order leaves equal come in the order
    of the rest of find; without an order, a limit or an offset cuts the rows in that order.
    """

    find: tuple[FindElement, ...]
    inputs: tuple[Input, ...]
    where: tuple[Clause, ...]
    order: tuple[Order, ...] = ()
    limit: Variable | int | None = None
    offset: Variable | int | None = None
    with_: tuple[Variable, ...] = ()
    rules: tuple[Rule, ...] = ()
    spec: FindSpec = FindSpec.RELATION
    maps: ReturnMaps | None = None
