"""Which share of an attribute's facts a comparison with a constant leaves, by its histogram."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from datalog.syntax.clauses import Compare, Operator
from datalog.syntax.terms import Constant, Variable
from store.quantities import AttributeQuantities

_FEWEST = 0.0005
_LAST = "\U0010ffff"


def share_of_range(known: AttributeQuantities, operator: Operator, value: object) -> float | None:
    """Return the share of facts whose value compares with a constant as the operator says.

    None where the statistics do not tell: they hold values as PostgreSQL writes them.
    """
    told = _told(known, value)
    if told is None:
        return None
    below, at_most = told
    match operator:
        case Operator.LT:
            share = below
        case Operator.LE:
            share = at_most
        case Operator.GT:
            share = 1.0 - at_most
        case Operator.GE:
            share = 1.0 - below
        case Operator.STARTS_WITH if isinstance(value, str):
            end = _told(known, value + _LAST)
            share = 0.0 if end is None else end[0] - below
        case _:
            return None
    return min(max(share, _FEWEST), 1.0)


Ranges = Mapping[Variable, tuple[tuple[Operator, object], ...]]


def ranges_of(items: Iterable[object], bound: Collection[Variable]) -> Ranges:
    """Return how variables compare with constants, and with what is bound (None for its value)."""
    found: dict[Variable, tuple[tuple[Operator, object], ...]] = {}
    for item in items:
        if not isinstance(item, Compare):
            continue
        for operator, one, other in (
            (item.operator, item.left, item.right),
            (TURNED.get(item.operator, Operator.EQ), item.right, item.left),
        ):
            is_known = isinstance(other, Constant) or other in bound
            if operator in _RANGES and isinstance(one, Variable) and is_known:
                value = other.value if isinstance(other, Constant) else None
                found[one] = (*found.get(one, ()), (operator, value))
    return found


TURNED = {
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
}
_RANGES = frozenset({*TURNED, Operator.STARTS_WITH})


def _told(known: AttributeQuantities, value: object) -> tuple[float, float] | None:
    """Return the shares of the values below a constant, and of those below or the same."""
    match value:
        case bool() | datetime():
            return None
        case int() | float() | Decimal():
            return _shares(known, float(value), float)
        case date():
            return _shares(known, value.isoformat(), str)
        case str():
            return _shares(known, value, str)
        case _:
            return None


Value = TypeVar("Value", float, str)


def _shares(
    known: AttributeQuantities, value: Value, read: Callable[[str], Value]
) -> tuple[float, float] | None:
    try:
        common = [(read(text), share) for text, share in known.common.items()]
        bounds = [read(text) for text in known.bounds]
    except ValueError:  # A number was compared with an attribute that holds none.
        return None
    if len(bounds) < 2 and not common:
        return None
    others = 1.0 - sum(share for _, share in common)
    rest = others * bisect_left(bounds, value) / len(bounds) if bounds else others / 2
    below = rest + sum(share for each, share in common if each < value)
    return below, below + sum(share for each, share in common if each == value)
