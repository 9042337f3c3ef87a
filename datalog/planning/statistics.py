"""What estimates are made of: what was counted of the facts, and guesses for what was not.

`store/statistics.py` counts. The guesses are those of a catalog of middling size, so that a plan
made by them reads what is found by a key before it reads all of anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from datalog.kinds import Kind
from store.catalogue import ValueType
from store.ids import AttributeId
from store.quantities import AttributeQuantities, EdgeQuantities, Quantities

_ENTITIES = 100_000.0
_FACTS = 10_000.0
_FEW_VALUES: Mapping[Kind, float] = MappingProxyType(
    {ValueType.BOOLEAN: 2.0, ValueType.KEYWORD: 5.0}
)
_OF_EVERY_ENTITY = MappingProxyType(
    {
        1: AttributeQuantities(_ENTITIES, _ENTITIES, _ENTITIES, _ENTITIES),
        2: AttributeQuantities(_ENTITIES, _ENTITIES, _ENTITIES, 10.0),
        3: AttributeQuantities(_ENTITIES, 2 * _ENTITIES, _ENTITIES, 4.0, {"DELETED": 0.05}),
    }
)
_EDGES = EdgeQuantities(50_000.0, 60_000.0, 10_000.0, 10_000.0)
_NO_EDGES = EdgeQuantities(1.0, 1.0, 1.0, 1.0)
_GUESSED = Quantities({}, {}, 1_000_000.0, _ENTITIES, 10_000.0)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the facts of a database; nothing where `counted` is None."""

    counted: Quantities | None = None

    @property
    def log(self) -> Quantities:
        """Return how large the log is."""
        return self.counted or _GUESSED

    def attribute(self, attribute: AttributeId, kind: Kind) -> AttributeQuantities:
        """Return what is known of an attribute's facts, or a guess."""
        known = self.log.attributes.get(attribute) or _OF_EVERY_ENTITY.get(attribute)
        if known is not None:
            return known
        return AttributeQuantities(_FACTS, _FACTS * 1.2, _FACTS, _FEW_VALUES.get(kind, _FACTS / 10))

    def edge(self, edge_type: AttributeId) -> EdgeQuantities:
        """Return what is known of the edges of a type, or a guess."""
        if self.counted is None:
            return _EDGES
        return self.counted.edges.get(edge_type, _NO_EDGES)

    def any_edge(self) -> EdgeQuantities:
        """Return what is known of the edges of all types, or a guess."""
        if self.counted is None:
            return _EDGES
        return sum_of(self.counted.edges.values())


def sum_of(edges: Iterable[EdgeQuantities]) -> EdgeQuantities:
    """Return the quantities of several types of edges together, one edge at least."""
    edges = tuple(edges)
    now = sum(each.now for each in edges)
    return EdgeQuantities(
        max(now, 1.0),
        max(sum(each.ever for each in edges), 1.0),
        max(sum(each.sources for each in edges), 1.0),
        max(sum(each.targets for each in edges), 1.0),
        sum(each.now * each.at_source for each in edges) / max(now, 1.0),
        sum(each.now * each.at_target for each in edges) / max(now, 1.0),
    )


NOTHING_KNOWN = Statistics()
