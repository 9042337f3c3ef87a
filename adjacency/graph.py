"""What a walk came to as a graph: nodes, the edges between them, degrees, and where they end.

The arrays hold what `datalog/sql/graph.py` tells in JSON, in the same order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adjacency.snapshot import Places
from adjacency.walk import DOWN, UP, Hops, Reading, Steps, Walked

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Between:
    """The edges between nodes, in order of the edge: its number, type, and ends by position."""

    edge: Places
    kind: NDArray[np.int16]
    source: Places
    target: Places


@dataclass(frozen=True, slots=True)
class Ending:
    """Nodes of one side with neighbours that are not shown: by position, with their level on it."""

    at: Counts
    levels: Counts
    shown: Counts
    hidden: Counts


def positions(walked: Walked) -> Places:
    """Return the position of each place among the nodes, where it is shown."""
    found = walked.reading.marks
    found[walked.nodes] = np.arange(len(walked.nodes))
    return found


def between(walked: Walked) -> Between:
    """Return the edges of the walked types that join two nodes."""
    asked, reading = walked.question, walked.reading
    named = (asked.upstream, asked.downstream)
    types = {each for steps in named for each in (*steps.along, *steps.against)}
    arms = reading.arms(Steps(along=tuple(sorted(types))))
    if not arms:
        nothing = np.zeros(0, dtype=np.int32)
        return Between(nothing, nothing.astype(np.int16), nothing, nothing)
    hops = reading.hops(arms[0], walked.nodes)
    far, edge = hops.far, hops.edge
    [inside] = np.nonzero(walked.is_shown(far))
    inside = inside[np.argsort(edge[inside])]
    place = positions(walked)
    source = hops.at[inside].astype(np.int32)
    return Between(edge[inside], hops.kind[inside], source, place[far[inside]])


def degrees(walked: Walked, steps: Steps) -> Counts:
    """Return how many edges there are at each node, along steps."""
    nodes = walked.nodes
    found = np.zeros(len(nodes), dtype=np.int64)
    for arm in walked.reading.arms(steps):
        found += np.bincount(walked.reading.hops(arm, nodes).at, minlength=len(nodes))
    return found


def endings(walked: Walked) -> Iterator[tuple[int, Ending]]:
    """Yield for each side that was walked where it ends."""
    asked = walked.question
    for flag, steps in ((UP, asked.upstream), (DOWN, asked.downstream)):
        if flag in walked.levels:
            yield flag, _ending(walked, flag, steps)


def _ending(walked: Walked, flag: int, steps: Steps) -> Ending:
    levels = walked.levels[flag]
    nodes = np.concatenate(levels)
    level = np.repeat(np.arange(len(levels)), [len(each) for each in levels])
    at, far = _pairs(walked.reading, steps, nodes)
    is_shown = walked.is_shown(far)
    shown = np.bincount(at[is_shown], minlength=len(nodes))
    hidden = np.bincount(at[~is_shown], minlength=len(nodes))
    place = positions(walked)[nodes]
    [found] = np.nonzero(hidden)
    found = found[np.argsort(place[found])]
    return Ending(place[found].astype(np.int64), level[found], shown[found], hidden[found])


def _pairs(reading: Reading, steps: Steps, nodes: Places) -> tuple[Counts, Places]:
    """Return the neighbours of nodes, each pair once."""
    hops: list[Hops] = [reading.hops(arm, nodes) for arm in reading.arms(steps)]
    at = np.concatenate([each.at for each in hops]).astype(np.int64)
    far = np.concatenate([each.far for each in hops])
    pairs = np.unique((at << 32) | far)
    return pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.int32)
