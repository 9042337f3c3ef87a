"""How many ends things have, and how much of it changes, as in the real warehouse's history.

Measured on the last state of 2,076 commits: 2,307 datasets that are there, what they read, and who
owns and produces them. A tally is how many things have so many ends; a long tail is cut to what it
is like.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

READS: Mapping[int, int] = MappingProxyType(
    {0: 862, 1: 1099, 2: 188, 3: 94, 4: 25, 5: 17, 6: 13, 7: 2, 8: 2, 10: 1, 13: 2, 30: 2}
)
"""Datasets by how many they read: 0.93 each."""

READ_BY: Mapping[int, int] = MappingProxyType(
    {0: 986, 1: 926, 2: 254, 3: 59, 4: 25, 5: 15, 6: 13, 7: 11, 9: 9, 13: 2, 16: 3, 19: 1, 32: 1}
)
"""Datasets by how many read them: as many in all."""

PRODUCES: Mapping[int, int] = MappingProxyType(
    {1: 50, 2: 25, 3: 9, 4: 14, 5: 4, 6: 4, 7: 4, 8: 5, 11: 5, 14: 6, 18: 4, 23: 3, 61: 3, 88: 1}
)
"""Pipelines by how many datasets they produce."""

OWNS: Mapping[int, int] = MappingProxyType(
    {
        1: 20,
        2: 12,
        3: 5,
        4: 14,
        5: 5,
        6: 8,
        7: 4,
        8: 2,
        12: 12,
        20: 10,
        35: 3,
        70: 4,
        150: 3,
        250: 2,
    }
)
"""Owners by how many datasets are theirs."""

OWNED, PRODUCED = 0.72, 0.36
"""Of the datasets: how many have an owner, and a pipeline."""

READING_ENDED, OWNING_ENDED, PRODUCING_ENDED = 0.55, 0.34, 0.48
"""Of all edges that ever began: how many have ended."""

CHANGES = 0.53
"""Values that a dataset changes later, on average."""


def drawn(draw: random.Random, tally: Mapping[int, int]) -> int:
    """Return a number of ends, each as frequent as in the tally."""
    [number] = draw.choices(tuple(tally), tuple(tally.values()))
    return number


def mean(tally: Mapping[int, int]) -> float:
    """Return how many ends things have on average."""
    return sum(ends * count for ends, count in tally.items()) / sum(tally.values())


@dataclass(slots=True)
class Ends:
    """Free ends of edges: each thing is in here as often as edges may still lead to it."""

    draw: random.Random
    free: list[int] = field(default_factory=list)

    def add(self, number: int, times: int) -> None:
        """Let so many more edges lead to a thing."""
        self.free.extend([number] * times)

    def take(self) -> int | None:
        """Take any free end, None where there is none."""
        if not self.free:
            return None
        position = self.draw.randrange(len(self.free))
        self.free[position], self.free[-1] = self.free[-1], self.free[position]
        return self.free.pop()
