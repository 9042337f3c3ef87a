"""How many facts there are of what, and how many different: values that `statistics` reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.ids import AttributeId


@dataclass(frozen=True, slots=True)
class AttributeQuantities:
    """Facts of one attribute: those that hold now, all there ever were, how many are different.

    `common` has the most common values, as PostgreSQL writes them, with their share of all facts,
    `bounds` values between which equally many of the others lie, in order.
    """

    now: float
    ever: float
    entities: float
    values: float
    common: Mapping[str, float] = field(default_factory=dict)
    bounds: tuple[str, ...] = ()

    def share(self, value: str) -> float:
        """Return the share of the facts that have this value, by its text."""
        if value in self.common:
            return self.common[value]
        others = max(self.values - len(self.common), 1.0)
        return max(1.0 - sum(self.common.values()), 0.01) / others


@dataclass(frozen=True, slots=True)
class EdgeQuantities:
    """Edges of one type: those that are live, all there ever were, different ends of the live.

    `at_source`: how many edges leave the entity that an edge leaves, on average over edges, and
    `at_target` how many arrive where it arrives: more than on average over entities, by far where a
    few are hubs. 0 where nobody knows.
    """

    now: float
    ever: float
    sources: float
    targets: float
    at_source: float = 0.0
    at_target: float = 0.0


@dataclass(frozen=True, slots=True)
class Quantities:
    """All that was counted of a database.

    `touched`: how many entities the log tells of. `extent`: how far transactions and entities were
    numbered at the time; it tells how much the log has grown since.
    """

    attributes: Mapping[AttributeId, AttributeQuantities]
    edges: Mapping[AttributeId, EdgeQuantities]
    datoms: float
    touched: float
    transactions: float
    extent: int = 0
