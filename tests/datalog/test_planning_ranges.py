"""A comparison with a constant leaves as much as the histogram says."""

from datetime import date
from decimal import Decimal

import pytest

from datalog.planning.ranges import share_of_range
from datalog.syntax.clauses import Operator
from store.quantities import AttributeQuantities

NUMBERS = AttributeQuantities(1e4, 1e4, 1e4, 1e3, {"7": 0.2}, tuple(map(str, range(0, 1000, 10))))
LETTERS = tuple(chr(each) * 3 for each in range(ord("a"), ord("z")))
TEXTS = AttributeQuantities(1e4, 1e4, 1e4, 1e3, {}, LETTERS)
DAYS = AttributeQuantities(1e4, 1e4, 1e4, 1e3, {}, ("2020-01-01", "2021-01-01", "2022-01-01"))

SHARES = [
    (NUMBERS, Operator.GT, 990, 0.008),
    (NUMBERS, Operator.LT, 500, 0.6),
    (NUMBERS, Operator.LT, 7, 0.008),
    (NUMBERS, Operator.LE, 7, 0.208),
    (NUMBERS, Operator.GE, Decimal("5e2"), 0.4),
    (NUMBERS, Operator.GT, 2e9, 0.0005),
    (TEXTS, Operator.LT, "m", 0.48),
    (TEXTS, Operator.STARTS_WITH, "m", 0.04),
    (TEXTS, Operator.STARTS_WITH, "?", 0.0005),
    (DAYS, Operator.LT, date(2021, 6, 1), 0.67),
    (TEXTS, Operator.LT, 5, None),
    (NUMBERS, Operator.LT, True, None),
    (NUMBERS, Operator.CONTAINS, "7", None),
    (AttributeQuantities(1e4, 1e4, 1e4, 1e3), Operator.LT, 5, None),
]


@pytest.mark.parametrize(("known", "operator", "value", "share"), SHARES, ids=str)
def test_a_comparison_leaves_its_share(
    known: AttributeQuantities, operator: Operator, value: object, share: float | None
) -> None:
    found = share_of_range(known, operator, value)
    if share is None:
        assert found is None
    else:
        assert found == pytest.approx(share, abs=0.01)
