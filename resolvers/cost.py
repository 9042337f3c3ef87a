"""What a query costs before it is run: the rows that its levels should give, each one counted.

A page gives as many rows as were asked for, or as there should be by the statistics of the facts,
whichever is less; what stands below a row is counted as often as the row is there.
"""

from collections.abc import Iterable, Mapping
from math import ceil, prod

from datalog.sql.rows import Factor, Factors


def cost(sizes: Iterable[Factors], slots: Mapping[str, object]) -> int:
    """Return how many rows a statement should give, with what its slots hold."""
    return ceil(sum(prod(_rows(each, slots) for each in factors) for factors in sizes))


def _rows(factor: Factor, slots: Mapping[str, object]) -> float:
    limit = slots.get(factor.limit) if isinstance(factor.limit, str) else factor.limit
    rows = max(factor.rows, 1.0)  # Facts that came after they were counted are there, too.
    return min(rows, float(limit)) if isinstance(limit, int) else rows
