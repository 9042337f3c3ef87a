"""Simple paths in a graph, shortest first: the next of them, and how many there are.

A path visits no node twice. Paths of one length come in the order of their nodes' numbers, from the
first on. There can be very many: whoever looks for them has so many steps, and says where they
ended. What lies too far from every end is never entered.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Path = tuple[int, ...]


class OutOfSteps(Exception):  # Nothing is wrong: there is more than was looked for.
    """The steps that were allowed have been taken."""


@dataclass(slots=True)
class Steps:
    """How many steps may still be taken."""

    left: int

    def take(self, number: int = 1) -> None:
        """Take some. Raises OutOfSteps where there are not so many."""
        self.left -= number
        if self.left < 0:
            raise OutOfSteps


@dataclass(frozen=True)
class Between:
    """What lies between some nodes and others: who follows whom, in order of their numbers.

    `passable` tells which nodes a path may go through; where it begins and ends it may in any case.
    """

    onward: Mapping[int, Sequence[int]]
    starts: frozenset[int]
    ends: frozenset[int]
    passable: frozenset[int]
    most: int

    @cached_property
    def before(self) -> Mapping[int, Sequence[int]]:
        """Who precedes whom."""
        return _turned(self.onward)

    @cached_property
    def hops_to_end(self) -> Sequence[frozenset[int]]:
        """From which nodes a walk of exactly 0, 1, 2 … hops leads to an end."""
        found = [self.ends]
        for _ in range(self.most):
            through = found[-1] & self.passable if len(found) > 1 else found[-1]
            found.append(frozenset(near for far in through for near in self.before.get(far, ())))
        return found

    def paths(self, after: Path, steps: Steps) -> Iterator[Path]:
        """Yield the paths, those after one where it is given. Raises OutOfSteps."""
        for length in range(max(len(after) - 1, 1), self.most + 1):
            yield from self._of_length(length, after if len(after) == length + 1 else (), steps)

    def _of_length(self, length: int, after: Path, steps: Steps) -> Iterator[Path]:
        if self.starts.isdisjoint(self.hops_to_end[length]):
            return
        way: list[int] = list(after[:-1])
        choices = [self._choices(way[:at], mark) for at, mark in enumerate(after)]
        choices = choices or [iter(sorted(self.starts))]
        while choices:
            node = next(choices[-1], None)
            if node is None:
                choices.pop()
                if way:
                    way.pop()
                continue
            steps.take()
            left = length - len(way)
            if node in way or node not in self.hops_to_end[left]:
                continue
            if left == 0:
                yield (*way, node)
            elif not way or node in self.passable:
                way.append(node)
                choices.append(iter(self.onward.get(node, ())))

    def _choices(self, way: Sequence[int], mark: int) -> Iterator[int]:
        """Return where a way can go on, after one that it has gone on to."""
        possible = self.onward.get(way[-1], ()) if way else sorted(self.starts)
        return iter([each for each in possible if each > mark])

    def count(self, steps: Steps) -> tuple[int, bool]:
        """Return how many paths there are, and whether that is all, or at least so many."""
        if not self._may_return():
            try:
                return self._count_walks(steps), True
            except OutOfSteps:
                return 0, False
        found = 0
        try:
            for _ in self.paths((), steps):
                found += 1
        except OutOfSteps:
            return found, False
        return found, True

    def _may_return(self) -> bool:
        """Tell whether a walk that is short enough could come to a node a second time.

        It would go around a circle, of two hops at least, at a node on the way.
        """
        from_start = _distances(self.starts, self.onward, self.passable)
        to_end = _distances(self.ends, self.before, self.passable)
        return any(
            from_start[node] + 2 + to_end[node] <= self.most
            for node in _on_circles(self.onward, self.before)
            if node in from_start and node in to_end
        )

    def _count_walks(self, steps: Steps) -> int:
        """Count walks, hop by hop from their ends: all of them are paths."""
        total = 0
        ways: dict[int, int] = dict.fromkeys(self.ends, 1)
        for _ in range(self.most):
            following: dict[int, int] = {}
            for near, fars in self.onward.items():
                steps.take(len(fars))
                number = sum(ways.get(far, 0) for far in fars)
                if number:
                    following[near] = number
            total += sum(following.get(start, 0) for start in self.starts)
            ways = {node: number for node, number in following.items() if node in self.passable}
            if not ways:
                break
        return total


def _distances(
    roots: Iterable[int], onward: Mapping[int, Sequence[int]], passable: frozenset[int]
) -> Mapping[int, int]:
    found = dict.fromkeys(roots, 0)
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        if found[node] and node not in passable:
            continue
        for far in onward.get(node, ()):
            if far not in found:
                found[far] = found[node] + 1
                waiting.append(far)
    return found


def _turned(onward: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for near, fars in onward.items():
        for far in fars:
            found.setdefault(far, []).append(near)
    return found


_Ways = Mapping[int, Sequence[int]]


def _on_circles(onward: _Ways, before: _Ways) -> set[int]:
    """Return the nodes that stay when those are taken, again and again, that nothing leads to.

    And those that lead nowhere. What stays lies on a circle, or between two.
    """
    left = onward.keys() | before.keys()
    for ways, back in ((onward, before), (before, onward)):
        number = {node: sum(far in left for far in ways.get(node, ())) for node in left}
        waiting = [node for node in left if not number[node]]
        while waiting:
            node = waiting.pop()
            left.discard(node)
            for near in back.get(node, ()):
                number[near] = number.get(near, 0) - 1
                if near in left and number[near] == 0:
                    waiting.append(near)
    return left
