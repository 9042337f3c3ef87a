"""Edges with their periods up to a t, by either end; pure arrays.

An entity is its place: its id less the first one. Edges lie ordered by the near end, then by the
far one, once for each direction. Those that began later than the last sorting lie apart in `added`,
in no order. Edges that ended later get their end in place: who reads as of an earlier t sees it
live still, so that no copy is needed, and no lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from store.adjacency import OPEN, Periods
from store.ids import FIRST_ENTITY

Places = NDArray[np.int32]
Flags = NDArray[np.bool_]

BYTES_AN_EDGE = 2 * (4 + 4 + 2 + 4 + 4)
"""Of each direction: the far end, the edge, its type, and the two ends of its period."""
BYTES_AN_ENTITY = 2 * 4
"""Of each direction: where its edges begin."""


@dataclass(frozen=True, slots=True)
class Side:
    """All edges by one end: those of the entity at a place are `starts[place:place + 2]`."""

    starts: Places
    far: Places
    edge: Places
    kind: NDArray[np.int16]
    begun: Places
    ended: Places

    @classmethod
    def of(cls, near: Places, far: Places, periods: Periods, entities: int) -> Self:
        """Return the edges in the order of one of their ends."""
        order = np.argsort((near.astype(np.int64) << 32) | far)
        starts = np.zeros(entities + 1, dtype=np.int32)
        np.cumsum(np.bincount(near, minlength=entities), out=starts[1:])
        return cls(
            starts,
            far[order],
            periods.edge[order],
            periods.kind[order],
            periods.begun[order],
            periods.ended[order],
        )

    def end(self, near: int, edge: int, begun: int, ended: int) -> bool:
        """End a period where it is one of these; tell whether it is."""
        if near >= len(self.starts) - 1:
            return False
        first, last = self.starts[near], self.starts[near + 1]
        [found] = np.nonzero((self.edge[first:last] == edge) & (self.begun[first:last] == begun))
        self.ended[first + found] = ended
        return len(found) > 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of the edges of `types` up to `t`; `table` says of which table they were read.

    `sorting` counts how often edges were sorted in: of two that differ in it, neither is newer.
    """

    t: int
    table: int
    types: tuple[int, ...]
    entities: int
    leaving: Side
    arriving: Side
    added: Periods
    sorting: int = 0

    @classmethod
    def of(
        cls, t: int, table: int, types: Sequence[int], periods: Periods, sorting: int = 0
    ) -> Self:
        """Return a snapshot of all periods up to a t."""
        ends = (periods.source, periods.target)
        entities = int(max((end.max(initial=-1) for end in ends), default=-1)) + 1
        return cls(
            t,
            table,
            tuple(types),
            entities,
            Side.of(periods.source, periods.target, periods, entities),
            Side.of(periods.target, periods.source, periods, entities),
            Periods.none(),
            sorting,
        )

    @property
    def edges(self) -> int:
        """Return how many periods of edges there are."""
        return len(self.leaving.far) + len(self.added.edge)

    @property
    def places(self) -> int:
        """Return how many places there are, of those added too."""
        ends = (self.added.source, self.added.target)
        return max(self.entities, *(int(end.max(initial=-1)) + 1 for end in ends))

    @property
    def bytes(self) -> int:
        """Return how many bytes the arrays take."""
        return size(self.edges, self.entities)

    def caught_up(self, t: int, changed: Periods) -> Self:
        """Return the snapshot as of a later t, given all periods of the edges that have changed."""
        if t <= self.t:
            return self
        if not len(changed.edge):
            return replace(self, t=t)
        is_new = changed.begun > self.t
        added = self.added.joined(changed.taken(is_new))
        ends = changed.taken(~is_new & (changed.ended != OPEN) & (changed.ended > self.t))
        for source, target, edge, begun, ended in zip(
            *(
                each.tolist()
                for each in (ends.source, ends.target, ends.edge, ends.begun, ends.ended)
            ),
            strict=True,
        ):
            if self.leaving.end(source, edge, begun, ended):
                self.arriving.end(target, edge, begun, ended)
            else:
                added = added.ended_at(edge, begun, ended)
        return replace(self, t=t, added=added)

    def sorted_in(self) -> Self:
        """Return the same with nothing apart."""
        side, entities = self.leaving, self.entities
        source = np.repeat(np.arange(entities, dtype=np.int32), np.diff(side.starts))
        ordered = Periods(side.kind, source, side.far, side.edge, side.begun, side.ended.copy())
        together = ordered.joined(self.added)
        return type(self).of(self.t, self.table, self.types, together, self.sorting + 1)

    def codes(self, types: Sequence[int]) -> Any:
        """Return the codes of types among those that are held, None where these are all."""
        if set(types) == set(self.types):
            return None
        return np.isin(np.arange(len(self.types)), [self.types.index(each) for each in types])


def size(edges: int, entities: int) -> int:
    """Return how many bytes so many edges between so many entities take."""
    return edges * BYTES_AN_EDGE + entities * BYTES_AN_ENTITY


def place(entity: int) -> int:
    """Return the place of an entity."""
    return entity - FIRST_ENTITY
