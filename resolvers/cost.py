"""What a query costs before it is run: the rows that its levels should give, each one counted.

A page gives as many rows as were asked for, or as there should be by the statistics of the facts,
whichever is less; what stands below a row is counted as often as the row is there.
"""

from collections.abc import Iterable, Mapping
from math import ceil, prod
from typing import TYPE_CHECKING

from datalog.sql.compile import Statement
from datalog.sql.rows import Factor, Factors

if TYPE_CHECKING:  # What answers asks for the cost.
    from resolvers.answer import Bound


def cost(statement: Statement, bound: "Bound") -> int:
    """Return how many rows a statement should give, with what its slots hold."""
    counted = [(statement.sizes, bound.slots)]
    counted += [(each.sizes, bound.called[key]) for each in statement.calls for key in each.keys]
    return ceil(sum(_sum(sizes, slots) for sizes, slots in counted))


def _sum(sizes: Iterable[Factors], slots: Mapping[str, object]) -> float:
    return sum(prod(_rows(each, slots) for each in factors) for factors in sizes)


def _rows(factor: Factor, slots: Mapping[str, object]) -> float:
    limit = slots.get(factor.limit) if isinstance(factor.limit, str) else factor.limit
    rows = max(factor.rows, 1.0)  # Facts that came after they were counted are there, too.
    return min(rows, float(limit)) if isinstance(limit, int) else rows
