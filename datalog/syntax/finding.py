"""What `:find` asks for beside variables: aggregates and pulls."""

from dataclasses import dataclass
from enum import StrEnum

from datalog.syntax.terms import Constant, Variable


@dataclass(frozen=True, slots=True)
class Count:
    """`(count ?x)`: how many different values."""

    variable: Variable


class Aggregation(StrEnum):
    """What makes one value of the values of a group (Datomic's, under Datomic's names).

    `variance` and `stddev` are those of a population. `median` of an even number of values is the
    mean of the middle two. `avg`, `median`, `variance` and `stddev` give a Float, the counts an
    Int, `sum` of Int and Long a Long. `rand` draws with replacement, `sample` each different value
    at most once; both draw anew each time.
    """

    AVG = "avg"
    COUNT = "count"
    COUNT_DISTINCT = "count-distinct"
    DISTINCT = "distinct"  # A list of the different values, in their order.
    MAX = "max"
    MEDIAN = "median"
    MIN = "min"
    RAND = "rand"
    SAMPLE = "sample"
    STDDEV = "stddev"
    SUM = "sum"
    VARIANCE = "variance"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`(sum ?x)`, `(max 3 ?x)`: of the values in the rows that agree in the variables of find.

    The rows are the set of tuples of the variables of `:find` and `:with`, so that without `:with`
    equal values count once. `amount`: of `min`, `max`, `rand` and `sample`, which then give a list
    (`min` ascending, `max` descending).
    """

    aggregation: Aggregation
    variable: Variable
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Recursion:
    """`...` or a number: the enclosing pattern again, down to so many levels.

    An entity that was seen on the way down gives only its `entity/id`.
    """

    depth: int | None


PULL_LIMIT = 1_000
"""How many values of one attribute a pull takes where it does not say (Datomic's default)."""


@dataclass(frozen=True, slots=True)
class PullAttribute:
    """`:Dataset/name`, `:Dataset/_replacement`, `[:Dataset/tags :limit 5 :as "labels"]`, `{…}`.

    `name` is an attribute's, as in `Pattern`, or an edge type's: then the value is the entity at
    the other end, whose pattern may name the edge's own attributes too (`:DerivedFrom/weight`,
    `:edge/since`). `entity/id` (`:db/id`) is the public id. `key` is what the value stands under
    (else the attribute as it is written, `Dataset/_replacement`). `pattern` is that of the
    entities it refers to; without one, a component is pulled whole, any other as its `entity/id`.
    `limit` None is all. Without a `default`, what is missing is left out. An edge type gives a map
    where the schema allows an entity one such edge, as does the way from a component to its owner;
    else a list of entities, or of edges where `pattern` names what belongs to the edge.
    """

    name: str
    reverse: bool = False
    key: str | None = None
    limit: int | None = PULL_LIMIT
    default: Constant | None = None
    pattern: "PullPattern | Recursion | None" = None


@dataclass(frozen=True, slots=True)
class PullWildcard:
    """`*`: every attribute of the entity, components whole."""


@dataclass(frozen=True, slots=True)
class PullPattern:
    """`[:Dataset/name {:DerivedFrom ...}]`: what to tell of an entity, in this order.

    An attribute that is named beside `*` replaces what `*` would have told of it.
    """

    items: tuple[PullAttribute | PullWildcard, ...]


@dataclass(frozen=True, slots=True)
class Pull:
    """`(pull $then ?e [:Dataset/name])`: a map for an entity; it neither joins nor filters."""

    variable: Variable
    pattern: PullPattern
    source: str = "$"


FindElement = Variable | Count | Aggregate | Pull
