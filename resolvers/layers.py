"""Ranks, cycles and back edges of a directed graph, without recursion: 100,000 nodes are fine.

Nodes are numbers from 0; an arrow leads along the flow of data, from upstream to downstream.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Arrow = tuple[int, int]
Successors = Sequence[Sequence[tuple[int, int]]]
"""Of every node: the nodes that it leads to, each with the number of the arrow, in order."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Of every node: its rank, and whether it lies on a cycle."""

    rank: tuple[int, ...]
    in_cycle: tuple[bool, ...]


def layers(successors: Successors) -> Layers:
    """Return the longest-path layer of every node, each cycle taken as one node.

    The rank is 0 where nothing is upstream, else one more than the greatest rank upstream.
    """
    component = [-1] * len(successors)
    components = list(_components(successors))
    for number, members in enumerate(components):
        for node in members:
            component[node] = number
    rank = [0] * len(components)
    for number in range(len(components) - 1, -1, -1):  # They come downstream first.
        for node in components[number]:
            for target, _ in successors[node]:
                if component[target] != number:
                    rank[component[target]] = max(rank[component[target]], rank[number] + 1)
    looping = {node for node, found in enumerate(successors) if node in (n for n, _ in found)}
    return Layers(
        tuple(rank[number] for number in component),
        tuple(
            len(components[number]) > 1 or node in looping for node, number in enumerate(component)
        ),
    )


def back(successors: Successors) -> frozenset[int]:
    """Return the arrows that close a cycle: in a depth-first search they reach what is on the path.

    The search begins at the nodes in their order, and follows successors in theirs.
    """
    found: set[int] = set()
    seen, on_path = [False] * len(successors), [False] * len(successors)
    for start in range(len(successors)):
        if seen[start]:
            continue
        seen[start] = on_path[start] = True
        path = [(start, iter(successors[start]))]
        while path:
            node, rest = path[-1]
            step = next(rest, None)
            if step is None:
                on_path[node] = False
                path.pop()
                continue
            target, arrow = step
            if on_path[target]:
                found.add(arrow)
            elif not seen[target]:
                seen[target] = on_path[target] = True
                path.append((target, iter(successors[target])))
    return frozenset(found)


def _components(successors: Successors) -> Iterator[list[int]]:
    """Give the strongly connected components, downstream before upstream (Tarjan)."""
    visit = _Visit(successors)
    for start in range(len(successors)):
        if visit.index[start] < 0:
            yield from visit.tree(start)


class _Visit:
    """The state of Tarjan's search: when each node was reached, and how far back it leads."""

    def __init__(self, successors: Successors) -> None:
        self.successors = successors
        self.index = [-1] * len(successors)
        self.low = [0] * len(successors)
        self.open: list[int] = []
        self.is_open = [False] * len(successors)
        self.count = 0

    def tree(self, start: int) -> Iterator[list[int]]:
        path = [self._enter(start)]
        while path:
            node, rest = path[-1]
            for target, _ in rest:
                if self.index[target] < 0:
                    path.append(self._enter(target))
                    break
                if self.is_open[target]:
                    self.low[node] = min(self.low[node], self.index[target])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    self.low[above] = min(self.low[above], self.low[node])
                if self.low[node] == self.index[node]:
                    yield self._close(node)

    def _enter(self, node: int) -> tuple[int, Iterator[tuple[int, int]]]:
        self.index[node] = self.low[node] = self.count
        self.count += 1
        self.open.append(node)
        self.is_open[node] = True
        return node, iter(self.successors[node])

    def _close(self, root: int) -> list[int]:
        start = len(self.open) - 1
        while self.open[start] != root:
            start -= 1
        members = self.open[start:]
        del self.open[start:]
        for member in members:
            self.is_open[member] = False
        return members
