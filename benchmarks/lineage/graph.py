"""A graph of ten million edges, drawn as arrays: what each transaction begins and ends.

The shape is that of `benchmarks.graph`, and so of the warehouse in the real histories: most
datasets read one to four others made shortly before, a few are read by thousands, and a few edges
point forward in time and so close cycles. There it is told as transactions that a writer reads;
here it is told as numbers, since no writer has an afternoon.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is told: transactions, and what each of them brings and ends."""

    steps: int = 4_000
    datasets: int = 620
    ends: int = 250
    seed: int = 20_261_130


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction does: the datasets from `first` on, edges begun, and edges ended.

    Edges are numbered in the order in which they begin; `ended` has such numbers, ascending.
    """

    first: int
    near: Numbers
    far: Numbers
    ended: Numbers


_OUT_DEGREES = np.array((0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40))
_HOW_OFTEN = np.array((7, 19, 18, 14, 11, 9, 8, 7, 4.5, 2.2, 1))
_NEAR = 2_500.0
_HUBS = 0.12
_MOST_READ = 3_000
_SPREAD = 7_919
_BACK = 0.003


@dataclass(slots=True)
class _Live:
    """Which edges are live, by number."""

    flags: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1 << 16, dtype=np.bool_))
    count: int = 0

    def begin(self, edges: int) -> None:
        while self.count + edges > len(self.flags):
            self.flags = np.concatenate((self.flags, np.zeros_like(self.flags)))
        self.flags[self.count : self.count + edges] = True
        self.count += edges

    def end(self, draw: np.random.Generator, wanted: int) -> Numbers:
        """End some edges, older ones as likely as young ones."""
        if self.count < 40 * wanted:
            return np.zeros(0, dtype=np.int64)
        drawn = np.unique(draw.integers(0, self.count, wanted))
        ended = drawn[self.flags[drawn]]
        self.flags[ended] = False
        return ended


def steps(size: Size) -> Iterator[Step]:
    """Yield what the transactions do, in order."""
    draw = np.random.default_rng(size.seed)
    weights = 1 / (np.arange(_MOST_READ) + 8)
    hubs = np.cumsum(weights / weights.sum())
    live = _Live()
    for step in range(size.steps):
        first = step * size.datasets
        near, far = _edges(draw, size, first, hubs)
        ended = live.end(draw, size.ends)
        live.begin(len(near))
        yield Step(first, near, far, ended)


def _edges(
    draw: np.random.Generator, size: Size, first: int, hubs: NDArray[np.float64]
) -> tuple[Numbers, Numbers]:
    """Return the edges of new datasets, each once, by their ends."""
    often = _HOW_OFTEN / _HOW_OFTEN.sum()
    degrees = draw.choice(_OUT_DEGREES, size.datasets, p=often)
    near = np.repeat(np.arange(first, first + size.datasets), degrees)
    before = near - 1 - draw.exponential(_NEAR, len(near)).astype(np.int64)
    rank = np.searchsorted(hubs, draw.random(len(near)))
    hub = np.minimum(rank * _SPREAD % (size.datasets * size.steps), near)
    is_hub = draw.random(len(near)) < _HUBS
    far = np.where(is_hub, hub, np.maximum(before, 0))
    back = ~is_hub & (draw.random(len(near)) < _BACK)
    near, far = np.where(back, far, near), np.where(back, near, far)
    pairs = np.unique(np.stack((near, far))[:, near != far], axis=1)
    return pairs[0], pairs[1]
