"""What a query costs before it is run: the rows that its levels should give, each one counted.

A page gives as many rows as were asked for, or as there should be by the statistics of the facts,
whichever is less; what stands below a row is counted as often as the row is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, prod

from datalog.sql.compile import Statement
from datalog.sql.rows import Factor, Factors

Slots = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Levels:
    """The rows that levels should give: a sum that is known, and what slots bound beside it."""

    known: float
    bounded: tuple[Factors, ...]

    def rows(self, slots: Slots) -> float:
        """Return how many rows the levels should give, with what slots hold."""
        if not self.bounded:
            return self.known
        return self.known + sum(_product(factors, slots) for factors in self.bounded)

    def settled(self, slots: Slots) -> "Levels":
        """Return the same, with what some slots bound added up, as these hold the same for ever."""
        known, bounded = self.known, []
        for factors in self.bounded:
            if all(each.limit in slots for each in factors if isinstance(each.limit, str)):
                known += _product(factors, slots)
            else:
                bounded.append(factors)
        return Levels(known, tuple(bounded))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a statement costs: its levels, and those of calls, by their keys, that slots bound."""

    levels: Levels
    calls: tuple[tuple[str, Levels], ...]

    def rows(self, slots: Slots, called: Mapping[str, Slots]) -> int:
        """Return how many rows the statement should give, with what its slots hold."""
        rows = self.levels.rows(slots)
        return ceil(rows + sum(levels.rows(called[key]) for key, levels in self.calls))


def cost(statement: Statement, slots: Slots, called: Mapping[str, Slots]) -> Cost:
    """Return what a statement costs, where some slots hold the same for every request."""
    levels = _levels(statement.sizes).settled(slots)
    known, calls = levels.known, list[tuple[str, Levels]]()
    for each in statement.calls:
        of_one = _levels(each.sizes)
        for key in each.keys:
            settled = of_one.settled(called[key])
            known += settled.known
            if settled.bounded:
                calls.append((key, replace(settled, known=0.0)))
    return Cost(replace(levels, known=known), tuple(calls))


def _levels(sizes: Sequence[Factors]) -> Levels:
    known = sum(_product(factors, {}) for factors in sizes if not _is_bounded(factors))
    return Levels(known, tuple(filter(_is_bounded, sizes)))


def _is_bounded(factors: Factors) -> bool:
    return any(isinstance(each.limit, str) for each in factors)


def _product(factors: Factors, slots: Slots) -> float:
    return prod(_rows(each, slots) for each in factors)


def _rows(factor: Factor, slots: Slots) -> float:
    limit = slots.get(factor.limit) if isinstance(factor.limit, str) else factor.limit
    rows = max(factor.rows, 1.0)  # Facts that came after they were counted are there, too.
    return min(rows, float(limit)) if isinstance(limit, int) else rows
