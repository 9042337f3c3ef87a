"""The predicates and functions of the language, as data: names, arguments, what comes out.

The six comparisons, `starts-with?` and `includes?` are operators (`datalog/syntax/clauses.py`);
`get-else`, `get-some`, `missing?`, `ground` and the log's `tx-ids` and `tx-data` are clauses of
their own. A function that has no value for its arguments matches nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from datalog.kinds import NUMBERS, TEXTS, Kind, Special, wider
from store.catalogue import ValueType


class Takes(Enum):
    """What an argument may be."""

    ANY = "anything"
    NUMBER = "a number"
    INTEGER = "an integer"
    TEXT = "a text"
    BOOLEAN = "true or false"
    PATTERN = "a regular expression"
    NAME = "a keyword, or a text"


class Gives(Enum):
    """What comes out, where that is not always the same."""

    PROMOTED = "the widest kind of the arguments, Long at least"
    QUOTIENT = "Long of integers, Float or Decimal of others"
    SAME = "the kind of the argument"
    TUPLE = "a tuple"
    PARTS = "the parts of a tuple"


@dataclass(frozen=True, slots=True)
class Function:
    """A predicate, where `gives` is None, or a function that gives a value.

    `takes`: the kinds of the arguments in order; the last one goes for all that follow. `least` and
    `most` (None: any number) bound how many there are.
    """

    name: str
    takes: tuple[Takes, ...]
    gives: Kind | Gives | None
    least: int
    most: int | None

    def argument(self, position: int) -> Takes:
        """Return what an argument may be."""
        return self.takes[min(position, len(self.takes) - 1)]


def _predicate(name: str, *takes: Takes) -> Function:
    return Function(name, takes, None, len(takes), len(takes))


def _function(name: str, gives: Kind | Gives, *takes: Takes) -> Function:
    return Function(name, takes, gives, len(takes), len(takes))


def _several(name: str, gives: Kind | Gives, takes: Takes, least: int = 1) -> Function:
    return Function(name, (takes,), gives, least, None)


_PREDICATES = (
    _predicate("ends-with?", Takes.TEXT, Takes.TEXT),
    _predicate("blank?", Takes.TEXT),
    _predicate("re-find", Takes.PATTERN, Takes.TEXT),
    _predicate("re-matches", Takes.PATTERN, Takes.TEXT),
    _predicate("even?", Takes.NUMBER),
    _predicate("odd?", Takes.NUMBER),
    _predicate("zero?", Takes.NUMBER),
    _predicate("pos?", Takes.NUMBER),
    _predicate("neg?", Takes.NUMBER),
    _predicate("true?", Takes.ANY),
    _predicate("false?", Takes.ANY),
)

_FUNCTIONS = (
    _several("+", Gives.PROMOTED, Takes.NUMBER),
    _several("-", Gives.PROMOTED, Takes.NUMBER),
    _several("*", Gives.PROMOTED, Takes.NUMBER),
    _several("/", Gives.QUOTIENT, Takes.NUMBER),
    _function("quot", Gives.PROMOTED, Takes.NUMBER, Takes.NUMBER),
    _function("rem", Gives.PROMOTED, Takes.NUMBER, Takes.NUMBER),
    _function("mod", Gives.PROMOTED, Takes.NUMBER, Takes.NUMBER),
    _function("inc", Gives.PROMOTED, Takes.NUMBER),
    _function("dec", Gives.PROMOTED, Takes.NUMBER),
    _function("abs", Gives.PROMOTED, Takes.NUMBER),
    _several("min", Gives.PROMOTED, Takes.NUMBER),
    _several("max", Gives.PROMOTED, Takes.NUMBER),
    _several("str", ValueType.STRING, Takes.ANY, least=0),
    Function("subs", (Takes.TEXT, Takes.INTEGER, Takes.INTEGER), ValueType.STRING, 2, 3),
    _function("count", ValueType.LONG, Takes.TEXT),
    _function("upper-case", ValueType.STRING, Takes.TEXT),
    _function("lower-case", ValueType.STRING, Takes.TEXT),
    _function("trim", ValueType.STRING, Takes.TEXT),
    _function("name", ValueType.STRING, Takes.NAME),
    _function("namespace", ValueType.STRING, Takes.NAME),
    Function("keyword", (Takes.TEXT,), ValueType.KEYWORD, 1, 2),
    _function("re-find", ValueType.STRING, Takes.PATTERN, Takes.TEXT),
    _function("re-matches", ValueType.STRING, Takes.PATTERN, Takes.TEXT),
    _function("identity", Gives.SAME, Takes.ANY),
    _several("tuple", Gives.TUPLE, Takes.ANY),
    _function("untuple", Gives.PARTS, Takes.ANY),
)

PREDICATES: Mapping[str, Function] = MappingProxyType({each.name: each for each in _PREDICATES})
"""What stands without a binding: `[(even? ?n)]`."""

FUNCTIONS: Mapping[str, Function] = MappingProxyType({each.name: each for each in _FUNCTIONS})
"""What gives a value: `[(inc ?n) ?m]`."""


def takes(expected: Takes, given: Kind) -> bool:  # noqa: PLR0911  # One case for each.
    """Tell whether a value of a kind can be an argument; what only the log knows always can."""
    if given is Special.FACT:
        return True
    match expected:
        case Takes.ANY:
            return True
        case Takes.NUMBER:
            return given in NUMBERS
        case Takes.INTEGER:
            return given in {ValueType.INT, ValueType.LONG}
        case Takes.BOOLEAN:
            return given is ValueType.BOOLEAN
        case Takes.TEXT | Takes.PATTERN:
            return given in TEXTS
        case Takes.NAME:
            return given in TEXTS or given is Special.SCHEMA


def kind_given(function: Function, arguments: Sequence[Kind]) -> Kind | None:
    """Return the kind of a function's value; None where it has none, or is taken apart.

    A tuple is told as JSON, an array.
    """
    match function.gives:
        case Gives.PROMOTED | Gives.QUOTIENT:
            kinds = [each if each in NUMBERS else ValueType.DECIMAL for each in arguments]
            return wider(ValueType.LONG, *kinds)
        case Gives.SAME:
            return arguments[0]
        case Gives.TUPLE:
            return ValueType.JSON
        case Gives.PARTS | None:
            return None
        case kind:
            return kind
