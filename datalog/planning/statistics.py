"""How many facts there are of what, and how many different: what estimates are made of.

`store/statistics.py` reads them. Where nothing is known yet, the guesses are those of a catalog of
middling size, so that a plan made by them reads what is found by a key before it reads all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datalog.kinds import Kind
from store.catalogue import ValueType
from store.ids import AttributeId

NO_SHARES: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class AttributeStatistics:
    """Facts of one attribute: those that hold now, all there ever were, how many are different.

    `common` has the most common values, as PostgreSQL writes them, with their share of all facts.
    """

    now: float
    ever: float
    entities: float
    values: float
    common: Mapping[str, float] = field(default_factory=dict)

    def share(self, value: str) -> float:
        """Return the share of the facts that have this value, by its text."""
        if value in self.common:
            return self.common[value]
        others = max(self.values - len(self.common), 1.0)
        return max(1.0 - sum(self.common.values()), 0.01) / others


@dataclass(frozen=True, slots=True)
class EdgeStatistics:
    """Edges of one type: those that are live, all there ever were, different ends of the live."""

    now: float
    ever: float
    sources: float
    targets: float


_FACTS = 10_000.0
_ENTITIES = 100_000.0
_EDGE = EdgeStatistics(50_000.0, 60_000.0, 10_000.0, 10_000.0)
_FEW_VALUES: Mapping[Kind, float] = {ValueType.BOOLEAN: 2.0, ValueType.KEYWORD: 5.0}
_OF_EVERY_ENTITY: Mapping[AttributeId, AttributeStatistics] = {
    AttributeId(1): AttributeStatistics(_ENTITIES, _ENTITIES, _ENTITIES, _ENTITIES),
    AttributeId(2): AttributeStatistics(_ENTITIES, _ENTITIES, _ENTITIES, 10.0),
    AttributeId(3): AttributeStatistics(
        _ENTITIES, 2 * _ENTITIES, _ENTITIES, 4.0, {"DELETED": 0.05}
    ),
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the facts of a database, by attribute and by edge type."""

    attributes: Mapping[AttributeId, AttributeStatistics] = field(default_factory=dict)
    edges: Mapping[AttributeId, EdgeStatistics] = field(default_factory=dict)
    datoms: float = 1_000_000.0
    touched: float = _ENTITIES
    transactions: float = 10_000.0

    def attribute(self, attribute: AttributeId, kind: Kind) -> AttributeStatistics:
        """Return what is known of an attribute, or a guess."""
        known = self.attributes.get(attribute) or _OF_EVERY_ENTITY.get(attribute)
        if known is not None:
            return known
        values = _FEW_VALUES.get(kind, _FACTS / 10)
        return AttributeStatistics(_FACTS, _FACTS * 1.2, _FACTS, values)

    def edge(self, edge_type: AttributeId) -> EdgeStatistics:
        """Return what is known of an edge type, or a guess; a type that has no edges has few."""
        if self.edges:
            return self.edges.get(edge_type, EdgeStatistics(1.0, 1.0, 1.0, 1.0))
        return _EDGE

    def any_edge(self) -> EdgeStatistics:
        """Return what is known of the edges of all types."""
        known = tuple(self.edges.values())
        if not known:
            return _EDGE
        return EdgeStatistics(
            sum(each.now for each in known),
            sum(each.ever for each in known),
            sum(each.sources for each in known),
            sum(each.targets for each in known),
        )


NOTHING_KNOWN = Statistics()
