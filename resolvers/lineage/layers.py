"""Ranks, cycles and back edges of a directed graph, without recursion: 100,000 nodes are fine.

Nodes are numbers from 0; an arrow leads along the flow of data, from upstream to downstream.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    components = _components(successors)
    component = [0] * len(successors)
    for number, members in enumerate(components):
        for node in members:
            component[node] = number
    rank = [0] * len(components)
    cyclic = [len(members) > 1 for members in components]
    for number in range(len(components) - 1, -1, -1):  # They come downstream first.
        below = rank[number] + 1
        for node in components[number]:
            for target, _ in successors[node]:
                other = component[target]
                if other != number:
                    rank[other] = max(rank[other], below)
                elif target == node:
                    cyclic[number] = True
    return Layers(
        tuple(rank[number] for number in component),
        tuple(cyclic[number] for number in component),
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


def _components(successors: Successors) -> list[list[int]]:  # noqa: C901  # One loop, for speed.
    """Return the strongly connected components, downstream before upstream (Tarjan).

    `low` is the order in which a node was reached, or the least that it leads back to; a node of a
    finished component counts as reached after all others, so that nothing leads back to it.
    """
    finished = len(successors) + 1
    found: list[list[int]] = []
    low = [0] * len(successors)  # 0: not reached yet.
    waiting: list[int] = []
    reached = 0
    for start in range(len(successors)):
        if low[start]:
            continue
        reached += 1
        low[start] = reached
        waiting.append(start)
        path = [(start, reached, iter(successors[start]))]
        while path:
            node, order, rest = path[-1]
            for target, _ in rest:
                if not low[target]:
                    reached += 1
                    low[target] = reached
                    waiting.append(target)
                    path.append((target, reached, iter(successors[target])))
                    break
                low[node] = min(low[node], low[target])
            else:
                path.pop()
                if low[node] == order:
                    found.append(_taken(waiting, node))
                    for member in found[-1]:
                        low[member] = finished
                elif low[node] < low[path[-1][0]]:
                    low[path[-1][0]] = low[node]
    return found


def _taken(waiting: list[int], root: int) -> list[int]:
    """Take from the end of what waits all that came after the root of a component, and it."""
    start = len(waiting) - 1
    while waiting[start] != root:
        start -= 1
    members = waiting[start:]
    del waiting[start:]
    return members
