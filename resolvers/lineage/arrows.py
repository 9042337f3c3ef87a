"""A directed graph in arrays, and its ends peeled off it: what is left holds all that goes round.

Nodes are numbers from 0; an arrow leads along the flow of data, from upstream to downstream.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FEW = 500
_WIDE = 16
"""To take a front away takes about as long as to walk so many nodes one by one."""


@dataclass(frozen=True, slots=True)
class Arrows:
    """Of every node, the nodes that it leads to: those of node `n` from `starts[n]` on.

    `numbers` tell which arrows these are.
    """

    starts: Numbers
    targets: Numbers
    numbers: Numbers

    @classmethod
    def of(cls, nodes: int, sources: ArrayLike, targets: ArrayLike, order: Numbers) -> Self:
        """Return arrows numbered as they come; `order` sorts them by source at least."""
        ordered = np.asarray(sources, dtype=np.int64)[order]
        starts = np.searchsorted(ordered, np.arange(nodes + 1))
        return cls(starts, np.asarray(targets, dtype=np.int64)[order], order)

    @classmethod
    def between(cls, nodes: int, sources: ArrayLike, targets: ArrayLike) -> Self:
        """Return arrows numbered as they come, those of each node in that order."""
        near = np.asarray(sources, dtype=np.int64)
        return cls.of(nodes, near, targets, np.argsort(near, kind="stable"))

    @property
    def nodes(self) -> int:
        """Return how many nodes there are."""
        return len(self.starts) - 1

    @property
    def sources(self) -> Numbers:
        """Return where each arrow comes from."""
        return np.repeat(np.arange(self.nodes), np.diff(self.starts))

    def reached(self, nodes: Numbers) -> Numbers:
        """Return where the arrows lead to that leave some nodes."""
        counts = self.starts[nodes + 1] - self.starts[nodes]
        shift = self.starts[nodes] - (np.cumsum(counts) - counts)
        return self.targets[np.repeat(shift, counts) + np.arange(int(counts.sum()))]

    def turned(self) -> Self:
        """Return the same the other way."""
        return self.between(self.nodes, self.targets, self.sources)

    def among(self, nodes: Flags) -> Self:
        """Return the arrows from and to some of the nodes, in their order."""
        sources = self.sources
        kept = nodes[sources] & nodes[self.targets]
        starts = np.searchsorted(sources[kept], np.arange(self.nodes + 1))
        return type(self)(starts, self.targets[kept], self.numbers[kept])


def peeled(arrows: Arrows, nodes: Flags) -> tuple[list[Numbers], Flags]:
    """Take away nodes that nothing leads to, then those that only these led to, and so on.

    Return them front by front, and which of the nodes are left: all that a cycle leads to, and
    more where nodes are few or fronts narrow, and to walk one by one is no slower.
    """
    fronts: list[Numbers] = []
    left, taken = nodes.copy(), 0
    if arrows.nodes < _FEW:
        return fronts, left
    waits_for = np.bincount(arrows.targets, minlength=arrows.nodes)
    front = np.flatnonzero(nodes & (waits_for == 0))
    while len(front) and len(fronts) * _WIDE <= _FEW + taken:
        fronts.append(front)
        left[front] = False
        taken += len(front)
        reached = arrows.reached(front)
        np.subtract.at(waits_for, reached, 1)
        front = np.unique(reached[waits_for[reached] == 0])
    return fronts, left
