"""Histories of edges, drawn; walks over them by the plainest means, which share no code."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from adjacency.walk import Question, Steps
from store.adjacency import OPEN, Periods

NODES, TYPES, LAST = 9, (7, 12, 3), 12
"""Entities 0 to 8; types of edges by their codes; the last t."""


class Period(NamedTuple):
    """A period in which an edge is live; `kind` is the code of its type."""

    kind: int
    source: int
    target: int
    edge: int
    begun: int
    ended: int


@st.composite
def histories(draw: st.DrawFn) -> list[Period]:
    """Return periods of edges; an edge that ended may begin again."""
    ends = st.integers(0, NODES - 1)
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                ends,
                ends,
                st.lists(st.integers(1, LAST), min_size=1, unique=True),
            ),
            max_size=30,
        )
    )
    found = []
    for edge, (kind, source, target, times) in enumerate(drawn, 100):
        turns = sorted(times)[:4]
        for begun, ended in zip(turns[::2], [*turns[1::2], OPEN], strict=False):
            found.append(Period(kind, source, target, edge, begun, ended))
    return found


def seen_at(t: int, history: Iterable[Period]) -> list[Period]:
    """Return what there is to see at a t: of what ends later, nobody knows yet."""
    return [
        each._replace(ended=each.ended if each.ended <= t else OPEN)
        for each in history
        if each.begun <= t
    ]


def arrays(periods: Iterable[Period]) -> Periods:
    """Return periods as arrays."""
    rows = np.array(list(periods), dtype=np.int64).reshape(-1, 6)
    return Periods(
        rows[:, 0].astype(np.int16), *(rows[:, at].astype(np.int32) for at in range(1, 6))
    )


def changed(history: Iterable[Period], since: int, t: int) -> list[Period]:
    """Return all periods, as seen at t, of the edges that began or ended since."""
    told = seen_at(t, history)
    touched = {each.edge for each in told if each.begun > since or since < each.ended != OPEN}
    return [each for each in told if each.edge in touched]


_LIMITS = st.integers(1, 12)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Return a question over the entities."""
    types = st.lists(st.sampled_from(TYPES), unique=True, max_size=3)
    turned = draw(types)
    steps = Steps(tuple(each for each in TYPES if each not in turned), tuple(turned))
    if draw(st.booleans()):
        steps = Steps(steps.along[:1], steps.against[1:])
    sides = draw(st.sampled_from(["up", "down", "both"]))
    return Question(
        draw(st.lists(st.integers(0, NODES - 1), min_size=1, max_size=2, unique=True)),
        draw(st.integers(0, LAST)),
        steps if sides != "down" else Steps(),
        steps.turned() if sides != "up" else Steps(),
        draw(st.integers(0, 4)),
        draw(st.integers(0, 4)),
        draw(st.one_of(st.just(100), _LIMITS)),
        draw(st.one_of(st.just(100), st.integers(1, 3))),
    )


@dataclass
class Naive:
    """A walk over the live edges of a history, read off one by one."""

    live: list[Period]
    asked: Question

    def __init__(self, history: Iterable[Period], asked: Question) -> None:
        self.live = [each for each in history if each.begun <= asked.t < each.ended]
        self.asked = asked
        self.levels: dict[str, dict[int, int]] = {}
        self.shown: dict[int, int] = {}
        self.refused = False
        self._walk()

    def steps(self, side: str) -> Steps:
        """Return the steps of a side."""
        return self.asked.upstream if side == "up" else self.asked.downstream

    def hops(self, node: int, steps: Steps) -> list[Period]:
        """Return the edges from a node along steps."""
        return [
            each
            for each in self.live
            if (each.source == node and TYPES[each.kind] in steps.along)
            or (each.target == node and TYPES[each.kind] in steps.against)
        ]

    def neighbours(self, node: int, side: str) -> list[int]:
        """Return the nodes next to one, in order."""
        steps, found = self.steps(side), set()
        for each in self.live:
            if each.source == node and TYPES[each.kind] in steps.along:
                found.add(each.target)
            if each.target == node and TYPES[each.kind] in steps.against:
                found.add(each.source)
        return sorted(found)

    def degree(self, node: int, steps: Steps) -> int:
        """Return how many edges leave a node along steps; one to itself does so each way it may."""
        along = sum(each.source == node and TYPES[each.kind] in steps.along for each in self.live)
        return along + sum(
            each.target == node and TYPES[each.kind] in steps.against for each in self.live
        )

    def _walk(self) -> None:
        asked = self.asked
        depths = {"up": asked.upstream_depth, "down": asked.downstream_depth}
        sides = [side for side in ("up", "down") if self.steps(side) != Steps()]
        self.shown = dict.fromkeys(asked.roots, 0)
        self.levels = {side: dict.fromkeys(asked.roots, 0) for side in sides}
        for level in range(1, 6):
            found = {
                side: {
                    far
                    for node, at in self.levels[side].items()
                    if at == level - 1 and level <= depths[side]
                    for far in self.neighbours(node, side)[: asked.per_node]
                    if far not in self.levels[side]
                }
                for side in sides
            }
            new = sorted({node for each in found.values() for node in each} - self.shown.keys())
            room = max(asked.most - len(self.shown), 0)
            self.refused = self.refused or len(new) > room
            self.shown.update(dict.fromkeys(new[:room], level))
            for side, nodes in found.items():
                self.levels[side].update({node: level for node in nodes if node in self.shown})

    @property
    def nodes(self) -> list[tuple[int, int]]:
        """The nodes with their depths, in order."""
        return sorted(self.shown.items(), key=lambda each: (each[1], each[0]))

    @property
    def between(self) -> list[Period]:
        """The edges of the walked types between the nodes, in order."""
        kinds = {
            each
            for side in ("up", "down")
            for steps in [self.steps(side)]
            for each in (*steps.along, *steps.against)
        }
        return sorted(
            (
                each
                for each in self.live
                if each.source in self.shown and each.target in self.shown
                if TYPES[each.kind] in kinds
            ),
            key=lambda each: each.edge,
        )

    def endings(self, side: str) -> list[tuple[int, int, int, int]]:
        """Return the nodes of a side with hidden neighbours: with level, shown, hidden."""
        found = []
        for node, _ in self.nodes:
            if node in self.levels.get(side, {}):
                near = self.neighbours(node, side)
                shown = sum(far in self.shown for far in near)
                if shown < len(near):
                    found.append((node, self.levels[side][node], shown, len(near) - shown))
        return found
