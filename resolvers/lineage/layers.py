"""Ranks, cycles and back edges of a directed graph, without recursion: 100,000 nodes are fine.

What no cycle leads to, and what leads to none, is taken away front by front in arrays; nodes are
walked one by one where cycles may be, and where fronts are narrow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from resolvers.lineage.arrows import Arrows, Flags, Numbers, peeled


@dataclass(frozen=True, slots=True)
class Layers:
    """Of every node: its rank, and whether it lies on a cycle."""

    rank: Sequence[int]
    in_cycle: Sequence[bool]


def layers(arrows: Arrows) -> Layers:
    """Return the longest-path layer of every node, each cycle taken as one node.

    The rank is 0 where nothing is upstream, else one more than the greatest rank upstream.
    """
    rank = np.zeros(arrows.nodes, dtype=np.int64)
    in_cycle = np.zeros(arrows.nodes, dtype=np.bool_)
    first, left = peeled(arrows, np.ones(arrows.nodes, dtype=np.bool_))
    for level, front in enumerate(first):
        rank[front] = level
    if left.any():
        component = _numbered(arrows.among(left), left)
        rank = _ranked(arrows, left, component, rank)
        in_cycle = np.bincount(component)[component] > 1
        in_cycle[arrows.targets[arrows.sources == arrows.targets]] = True
    return Layers(rank.tolist(), in_cycle.tolist())


def _numbered(arrows: Arrows, nodes: Flags) -> Numbers:
    """Return of every node the number of its component, downstream before upstream.

    Of all but some nodes nothing is known but that they are upstream of these.
    """
    last, core = peeled(arrows.turned(), nodes)
    number = np.zeros(arrows.nodes, dtype=np.int64)
    count = 0
    for front in last:
        number[front] = np.arange(count, count + len(front))
        count += len(front)
    inner = np.flatnonzero(core)
    components = _components(inner.tolist(), arrows.among(core))
    number[inner] = np.array(components, dtype=np.int64)[inner] + count
    count += len(inner)
    others = np.flatnonzero(~nodes)
    number[others] = np.arange(count, count + len(others))
    return number


def _ranked(arrows: Arrows, nodes: Flags, component: Numbers, rank: Numbers) -> Numbers:
    """Return all ranks, given those of all but some nodes, and the component of each."""
    ranks = np.zeros(len(rank), dtype=np.int64)
    ranks[component] = rank
    source, target = component[arrows.sources], component[arrows.targets]
    [joining] = np.nonzero((source != target) & nodes[arrows.targets])
    joining = joining[np.argsort(-source[joining], kind="stable")]
    found: list[int] = ranks.tolist()
    for near, far in zip(source[joining].tolist(), target[joining].tolist(), strict=True):
        if found[far] <= found[near]:
            found[far] = found[near] + 1
    return np.array(found, dtype=np.int64)[component]


def back(arrows: Arrows) -> frozenset[int]:
    """Return the arrows that close a cycle: in a depth-first search they reach what is on the path.

    The search begins at the nodes in their order, and follows arrows in theirs. What leads to no
    cycle changes nothing in it.
    """
    _, left = peeled(arrows.turned(), np.ones(arrows.nodes, dtype=np.bool_))
    rest = arrows.among(left)
    found = _closing(np.flatnonzero(left).tolist(), rest)
    return frozenset(rest.numbers[found].tolist())


def _closing(nodes: Iterable[int], arrows: Arrows) -> list[int]:
    """Return where among the arrows those stand that close a cycle."""
    found: list[int] = []
    starts, targets = arrows.starts.tolist(), arrows.targets.tolist()
    seen, on_path = [False] * arrows.nodes, [False] * arrows.nodes
    for start in nodes:
        if seen[start]:
            continue
        seen[start] = on_path[start] = True
        path = [(start, iter(range(starts[start], starts[start + 1])))]
        while path:
            node, rest = path[-1]
            for at in rest:
                target = targets[at]
                if on_path[target]:
                    found.append(at)
                elif not seen[target]:
                    seen[target] = on_path[target] = True
                    path.append((target, iter(range(starts[target], starts[target + 1]))))
                    break
            else:
                on_path[node] = False
                path.pop()
    return found


def _components(nodes: Iterable[int], arrows: Arrows) -> list[int]:  # noqa: C901  # One loop.
    """Return of these nodes the numbers of their strongly connected components, downstream first.

    So did Tarjan. `low` is the order in which a node was reached, or the least that it leads back
    to; of what is in a finished component it is more than any, so that nothing leads back to it.
    """
    starts, targets = arrows.starts.tolist(), arrows.targets.tolist()
    finished = arrows.nodes + 1
    low, component = [0] * arrows.nodes, [0] * arrows.nodes  # 0: not reached yet.
    waiting: list[int] = []
    reached = count = 0
    for start in nodes:
        if low[start]:
            continue
        low[start] = reached = reached + 1
        waiting.append(start)
        path = [(start, reached, iter(targets[starts[start] : starts[start + 1]]))]
        while path:
            node, order, rest = path[-1]
            least = low[node]
            for target in rest:
                if not low[target]:
                    low[node], low[target] = least, (reached := reached + 1)
                    waiting.append(target)
                    path.append(
                        (target, reached, iter(targets[starts[target] : starts[target + 1]]))
                    )
                    break
                if low[target] < least:  # noqa: PLR1730  # A call takes longer than all else.
                    least = low[target]
            else:
                path.pop()
                if least < order:
                    low[node] = least
                    low[path[-1][0]] = min(low[path[-1][0]], least)
                    continue
                member = -1
                while member != node:
                    member = waiting.pop()
                    low[member], component[member] = finished, count
                count += 1
    return component
