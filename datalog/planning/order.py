"""The order of steps: the cheapest of all orders of a few, the cheapest next one of many.

What only tests, or computes one value, takes its turn as soon as it can; what looks up a value that
may be missing waits until there is nothing else. Of orders that cost the same the first is taken,
by the order in which the items come here: whoever wants one plan for one query sorts them before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from datalog.planning.access import Situation
from datalog.planning.cost import Access, Prefix
from datalog.planning.estimates import estimate_step
from datalog.planning.steps import Step, Variables, bound_by

MOST_COMPARED = 8
"""Of so many items that multiply rows, all orders are compared."""

AT_ONCE = 0.0
"""An item of a lower rank takes its turn as soon as it can."""

AT_LAST = 50.0
"""An item of this rank or a higher one waits until there is nothing else."""

_LITTLE = 1_000.0
"""Work at which it does not matter that reading all of a table would be less."""

Next = Callable[[int, Variables], tuple[float, Step] | None]
"""From an item and what is bound to its rank and step; None where something must come first."""


@dataclass(frozen=True, slots=True)
class Way:
    """Steps that were taken: what they bind, give and cost, and which items still wait.

    `driving`: the most rows for which more was looked up; `by_key`: all steps but the first found
    their rows by a key, none at a cost at which it could have read all of its table.
    """

    waiting: tuple[int, ...]
    bound: Variables
    prefix: Prefix
    steps: tuple[Step, ...] = ()
    accesses: tuple[Access, ...] = ()
    rows: tuple[float, ...] = ()
    work: float = 0.0
    few: bool = True

    @property
    def driving(self) -> float:
        """Return the most rows for which more was looked up."""
        after = zip(self.rows, self.accesses[1:], strict=False)
        return max((rows for rows, access in after if access not in _TESTS), default=1.0)

    @property
    def by_key(self) -> bool:
        """Tell whether all steps but the first one find their rows by a key, and few of them."""
        return self.few and _NO_KEYS.isdisjoint(self.accesses[1:])


_NO_KEYS = frozenset({Access.SCAN, Access.RANGE})
_TESTS = frozenset({Access.TEST, Access.COMPUTED})


def in_best_order(start: Way, multiplying: int, next_: Next, situation: Situation) -> Way:
    """Return the way through all items, or one that ends where none of those waiting can go on.

    `multiplying`: how many of the items may give several rows for one.
    """
    start = _settled(start, next_, situation)
    if multiplying <= MOST_COMPARED:
        return _cheapest(start, next_, situation)
    way = start
    while way.waiting:
        nearest = min(_onward(way, next_, situation), key=_greed, default=None)
        if nearest is None:
            break
        way = nearest
    return way


def _greed(way: Way) -> float:
    return _rounded(way.work + way.prefix.rows)


def _cheapest(start: Way, next_: Next, situation: Situation) -> Way:
    """Return the cheapest way, going on from the cheapest end each time (as Dijkstra does)."""
    ends: list[tuple[float, int, Way]] = [(0.0, 0, start)]
    passed: set[tuple[int, ...]] = set()
    pushed = 0
    way = start
    while ends:
        _, _, way = heappop(ends)
        if not way.waiting:
            return way
        if way.waiting in passed:
            continue
        passed.add(way.waiting)
        for onward in _onward(way, next_, situation):
            if onward.waiting not in passed:
                pushed += 1
                heappush(ends, (_rounded(onward.work), pushed, onward))
    return way


def _rounded(work: float) -> float:
    """Return the work without the digits in which sums differ that should not."""
    return float(f"{work:.6g}")


def _onward(way: Way, next_: Next, situation: Situation) -> Iterator[Way]:
    """Return the ways that are one item longer, with all that this allows at once."""
    possible = [(item, found) for item in way.waiting if (found := next_(item, way.bound))]
    usual = [(item, step) for item, (rank, step) in possible if rank < AT_LAST]
    if usual:
        for item, step in usual:
            yield _settled(_taken(way, item, step, situation), next_, situation)
    elif possible:
        item, (_, step) = possible[0]
        yield _settled(_taken(way, item, step, situation), next_, situation)


def _settled(way: Way, next_: Next, situation: Situation) -> Way:
    """Return the way with all items that can take their turn at once."""
    while True:
        ready = [
            (found[0], item, found[1])
            for item in way.waiting
            if (found := next_(item, way.bound)) and found[0] < AT_ONCE
        ]
        if not ready:
            return way
        _, item, step = min(ready, key=lambda each: each[:2])
        way = _taken(way, item, step, situation)


def _taken(way: Way, item: int, step: Step, situation: Situation) -> Way:
    estimate = estimate_step(step, way.prefix, situation)
    return Way(
        tuple(each for each in way.waiting if each != item),
        way.bound | bound_by(step),
        estimate.after,
        (*way.steps, step),
        (*way.accesses, estimate.access),
        (*way.rows, estimate.after.rows),
        way.work + estimate.work,
        way.few and (not way.steps or estimate.work <= max(estimate.whole, _LITTLE)),
    )
