"""What a group of transactions must know: what it names, as that is now.

Loaded for a whole group; every accepted transaction is applied to it, so that the next one sees it,
of this group or of a later one. Whatever a transaction touches is known, so what a state does not
know is as it was when the state began.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from store.catalogue import HeldEnds
from store.errors import OurFault
from store.ids import FIRST_USER_SCHEMA, AttributeId, EntityId, T
from store.log import Datom

Value = str | frozenset[str]
"""An attribute's canonical text, or the texts of its members where its cardinality is many."""


class Lifecycle(StrEnum):
    """How much is known of an entity."""

    UNCACHED = "UNCACHED"
    PARTIAL = "PARTIAL"
    ENRICHED = "ENRICHED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as it is at some t."""

    id: EntityId
    urn: str
    type: AttributeId
    lifecycle: Lifecycle
    values: Mapping[AttributeId, Value]


class Identity(NamedTuple):
    """What makes an edge the same edge, for ever."""

    type: AttributeId
    source: EntityId
    target: EntityId
    key: str


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge as it is at some t; where it is not live it has no values."""

    id: EntityId
    identity: Identity
    live: bool
    values: Mapping[AttributeId, Value]


Ends = tuple[int | None, ...]
"""The far ends of an entity's edges that are to one, and the t since when each stands so, in turns.

Two for each place, as far as there has ever been an end.
"""


class Count(NamedTuple):
    """What is counted: live edges of a type at an entity, this way, by the far end's type."""

    edge: AttributeId
    reverse: bool
    entity: EntityId
    far: AttributeId


@dataclass(frozen=True, slots=True)
class Effects:
    """The entities and edges that a transaction touches, as they are afterwards.

    Edges begin, stay live with altered properties, or end.
    """

    created: tuple[Entity, ...]
    changed: tuple[Entity, ...]
    begun: tuple[Edge, ...]
    altered: tuple[Edge, ...]
    ended: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an accepted transaction does; `datoms` are sorted and leave out those about itself."""

    datoms: tuple[Datom, ...]
    effects: Effects
    stubs: tuple[EntityId, ...]
    redundant: int
    next_entity: EntityId
    counts: Mapping[Count, int]
    claimed: Mapping[tuple[AttributeId, str], EntityId]
    freed: frozenset[tuple[AttributeId, str]]


@dataclass(eq=False)
class EndsUnknown(OurFault):
    """An edge changes that an entity's version holds the end of, and the entity was not loaded."""

    entity: EntityId

    def __str__(self) -> str:
        return f"the ends of the entity {self.entity} are not known to whoever changes one"


@dataclass(slots=True)
class State:
    """The state between two transactions of a group.

    `leaving` and `arriving` hold live edges by (type, entity), complete where a decision may ask.
    `holders` has who holds a unique value, `referrers` what refers to an Unknown entity;
    `surrounded` are the Unknown entities of which all live edges are known. `ends` has those of
    entities that have some, each at the place that `held_ends` gives to (edge type, reverse).
    """

    next_entity: EntityId
    held_ends: HeldEnds = field(default_factory=dict)
    entities: dict[EntityId, Entity] = field(default_factory=dict)
    by_urn: dict[str, EntityId] = field(default_factory=dict)
    edges: dict[EntityId, Edge] = field(default_factory=dict)
    by_identity: dict[Identity, EntityId] = field(default_factory=dict)
    leaving: defaultdict[tuple[AttributeId, EntityId], set[EntityId]] = field(
        default_factory=lambda: defaultdict(set)
    )
    arriving: defaultdict[tuple[AttributeId, EntityId], set[EntityId]] = field(
        default_factory=lambda: defaultdict(set)
    )
    counts: Counter[Count] = field(default_factory=Counter)
    holders: dict[tuple[AttributeId, str], EntityId] = field(default_factory=dict)
    referrers: defaultdict[EntityId, set[tuple[AttributeId, EntityId]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    surrounded: set[EntityId] = field(default_factory=set)
    ends: dict[EntityId, Ends] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many entities and edges it holds."""
        return len(self.entities) + len(self.edges)

    def values_of(self, subject: EntityId) -> Mapping[AttributeId, Value] | None:
        """Return the values of an entity or edge, or None where it is not known."""
        known = self.entities.get(subject) or self.edges.get(subject)
        return None if known is None else known.values

    def know(self, entity: Entity) -> None:
        """Hold an entity as it is now."""
        self.entities[entity.id] = entity
        self.by_urn[entity.urn] = entity.id

    def know_edge(self, edge: Edge) -> None:
        """Hold an edge as it is now."""
        identity = edge.identity
        self.edges[edge.id] = edge
        self.by_identity[identity] = edge.id
        leaving = self.leaving[identity.type, identity.source]
        arriving = self.arriving[identity.type, identity.target]
        if edge.live:
            leaving.add(edge.id)
            arriving.add(edge.id)
        else:
            leaving.discard(edge.id)
            arriving.discard(edge.id)

    def apply(self, decision: Decision, t: T) -> None:
        """Become the state after an accepted transaction, `t`."""
        effects = decision.effects
        for entity in (*effects.created, *effects.changed):
            self.know(entity)
        self.surrounded.update(entity.id for entity in effects.created)
        for edge in (*effects.begun, *effects.altered, *effects.ended):
            self.know_edge(edge)
        self._hold_ends(effects, t)
        for count, difference in decision.counts.items():
            self.counts[count] += difference
        for datom in decision.datoms:
            if datom.a >= FIRST_USER_SCHEMA and isinstance(datom.value, int):
                self._refer(datom.a, datom.e, EntityId(datom.value), op=datom.op)
        for value in decision.freed:
            self.holders.pop(value, None)
        self.holders.update(decision.claimed)
        self.next_entity = decision.next_entity

    def held(self, edge: Edge) -> Iterator[tuple[EntityId, int, EntityId]]:
        """Yield the entities whose ends hold one of this edge, the place, and what stands there."""
        edge_type, source, target, _ = edge.identity
        for reverse, near, far in ((False, source, target), (True, target, source)):
            place = self.held_ends.get((edge_type, reverse))
            if place is not None:
                yield near, place, far

    def _hold_ends(self, effects: Effects, t: T) -> None:
        for edge in (*effects.ended, *effects.begun):  # One may begin in the place of another.
            for entity, place, far in self.held(edge):
                if entity not in self.entities:
                    raise EndsUnknown(entity)
                ends = list(self.ends.get(entity, ()))
                ends.extend((None,) * (2 * place - len(ends)))
                ends[2 * place - 2 : 2 * place] = (far if edge.live else None, t)
                self.ends[entity] = tuple(ends)

    def _refer(self, a: AttributeId, e: EntityId, target: EntityId, *, op: bool) -> None:
        if op:
            self.referrers[target].add((a, e))
        else:
            self.referrers[target].discard((a, e))
