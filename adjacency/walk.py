"""A breadth-first walk over a snapshot, level by level: what `datalog/sql/search.py` does in SQL.

Both sides walk in lockstep under one budget of nodes, by the rules that
`resolvers/lineage/graph.py` tells. Nodes are places.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from adjacency.snapshot import Flags, Places, Side, Snapshot
from store.adjacency import Periods

UP, DOWN, SHOWN = 1, 2, 4
_NOBODY = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Steps:
    """The ids of edge types to walk: along them, and against them."""

    along: tuple[int, ...] = ()
    against: tuple[int, ...] = ()

    @property
    def are_none(self) -> bool:
        """Tell whether there is no way to go."""
        return not self.along and not self.against

    def turned(self) -> "Steps":
        """Return the same the other way."""
        return Steps(self.against, self.along)


class TooLong(Exception):  # Never shown: who has more patience walks again.
    """A walk would read more edges than it may."""


@dataclass(slots=True)
class Patience:
    """How many edges may be read yet, by all walks that share it."""

    edges: int

    def read(self, edges: int) -> None:
        """Count edges that are read. Raises TooLong."""
        self.edges -= edges
        if self.edges < 0:
            raise TooLong


@dataclass(frozen=True, slots=True)
class Question:
    """Where a walk begins, as of which t, and how far it goes; roots are places, each once.

    A side whose depth is below 0 does not even begin. Without `patience` it takes its time.
    """

    roots: Sequence[int]
    t: int
    upstream: Steps
    downstream: Steps
    upstream_depth: int
    downstream_depth: int
    most: int
    per_node: int
    patience: Patience | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """Edges seen from one end: those in order, and those apart that are live at the t asked for."""

    side: Side
    near: Places
    added: Periods
    added_far: Places
    codes: Flags | None


@dataclass(frozen=True, slots=True)
class Hops:
    """Edges at some nodes, by where they are: in order, in `added`; `at` are positions of nodes."""

    arm: Arm
    at: NDArray[np.intp]
    positions: NDArray[np.intp]
    added: NDArray[np.intp]

    @property
    def far(self) -> Places:
        """Return their far ends."""
        return _both(self.arm.side.far[self.positions], self.arm.added_far[self.added])

    @property
    def edge(self) -> Places:
        """Return the edges."""
        return _both(self.arm.side.edge[self.positions], self.arm.added.edge[self.added])

    @property
    def kind(self) -> NDArray[np.int16]:
        """Return the codes of their types."""
        return _both(self.arm.side.kind[self.positions], self.arm.added.kind[self.added])


Column = TypeVar("Column", bound=NDArray[Any])


def _both(ordered: Column, added: Column) -> Column:
    """Return what is in order, then what lies apart: mostly nothing."""
    if not len(added):
        return ordered
    return np.concatenate((ordered, added))  # type: ignore[return-value]  # Numpy tells no dtype.


class Scratch:
    """What a walk writes on, for all places: `flags`, which are 0 before and after it, and `marks`.

    It is used again: to get as much memory from the system takes longer than a walk of depth 5.
    """

    def __init__(self, places: int) -> None:
        self.flags = np.zeros(places, dtype=np.uint8)
        self.marks = np.zeros(places, dtype=np.int32)

    @property
    def places(self) -> int:
        """Return for how many places there is room."""
        return len(self.flags)


@dataclass(slots=True)
class Reading:
    """A snapshot being read as of a t; `marks` is scratch, a number for each place."""

    snapshot: Snapshot
    t: int
    marks: Places
    patience: Patience | None = None
    live: Periods = field(init=False)

    def __post_init__(self) -> None:
        added = self.snapshot.added
        self.live = added.taken((added.begun <= self.t) & (added.ended > self.t))

    def arms(self, steps: Steps) -> list[Arm]:
        """Return the arms of steps."""
        held, live = self.snapshot, self.live
        found: list[Arm] = []
        for types, side, near, far in (
            (steps.along, held.leaving, live.source, live.target),
            (steps.against, held.arriving, live.target, live.source),
        ):
            if types:
                codes = held.codes(types)
                kept = np.ones(len(near), dtype=np.bool_) if codes is None else codes[live.kind]
                found.append(Arm(side, near[kept], live.taken(kept), far[kept], codes))
        return found

    def hops(self, arm: Arm, nodes: Places) -> Hops:
        """Return the edges at nodes, of each in the order of their far ends but for those apart.

        Raises TooLong.
        """
        side, t = arm.side, self.t
        within = np.flatnonzero(nodes < len(side.starts) - 1)
        inside = nodes[within]
        first = side.starts[inside]
        counts = side.starts[inside + 1] - first
        total = int(counts.sum())
        if self.patience is not None:
            self.patience.read(total)
        shift = first - (np.cumsum(counts, dtype=np.int64) - counts)
        positions = np.repeat(shift, counts) + np.arange(total)
        at = np.repeat(within, counts)
        is_live = side.ended[positions] > t
        if t < self.snapshot.t:  # Later nothing has begun that is known.
            is_live &= side.begun[positions] <= t
        if arm.codes is not None:
            is_live &= arm.codes[side.kind[positions]]
        if not is_live.all():
            positions, at = positions[is_live], at[is_live]
        found = Hops(arm, at, positions, np.zeros(0, dtype=np.intp))
        return self._with_added(found, nodes) if len(arm.near) and len(nodes) else found

    def _with_added(self, found: Hops, nodes: Places) -> Hops:
        arm = found.arm
        self.marks[nodes] = np.arange(len(nodes))
        at = np.minimum(self.marks[arm.near], len(nodes) - 1)
        [hit] = np.nonzero(nodes[at] == arm.near)
        return Hops(arm, np.concatenate((found.at, at[hit])), found.positions, hit)

    def once(self, nodes: Places) -> Places:
        """Return each node once, in no order."""
        order = np.arange(len(nodes), dtype=np.int32)
        self.marks[nodes] = order
        found: Places = nodes[self.marks[nodes] == order]
        return found


@dataclass(slots=True)
class Walked:
    """What a walk came to: the nodes shown, in order of depth, then of place.

    `flags` say of each place whether it is shown, and on which sides it was reached; roots are
    reached on all that were walked. `levels` are by side the nodes that each level newly came to.
    """

    reading: Reading
    question: Question
    flags: NDArray[np.uint8]
    nodes: Places
    depths: Places
    levels: dict[int, list[Places]]
    refused: bool

    def is_shown(self, places: Places) -> Flags:
        """Tell of each place whether it is shown."""
        found: Flags = self.flags[places] != 0
        return found

    def done(self) -> None:
        """Leave the scratch as it was; nothing can be told of the walk any more."""
        self.flags[self.nodes] = 0


def places_of(snapshot: Snapshot, question: Question) -> int:
    """Return how many places a walk needs."""
    return max((snapshot.places, *(root + 1 for root in question.roots)))


def walk(snapshot: Snapshot, question: Question, scratch: Scratch | None = None) -> Walked:
    """Walk from the roots as far as the question says; `scratch` has room for all its places.

    Raises TooLong, and leaves the scratch as it was.
    """
    scratch = scratch or Scratch(places_of(snapshot, question))
    reading = Reading(snapshot, question.t, scratch.marks, question.patience)
    roots = np.unique(np.asarray(question.roots, dtype=np.int32))
    walking = _Walking(reading, question, scratch.flags)
    shown: list[Places] = []
    try:
        for nodes in walking.run(roots):
            shown.append(nodes)  # noqa: PERF402  # What was shown is known where it ends early.
    except TooLong:
        scratch.flags[np.concatenate(shown)] = 0
        raise
    return Walked(
        reading,
        question,
        scratch.flags,
        np.concatenate(shown),
        np.repeat(np.arange(len(shown), dtype=np.int32), [len(each) for each in shown]),
        walking.levels,
        walking.refused,
    )


@dataclass(slots=True)
class _Walking:
    reading: Reading
    question: Question
    flags: NDArray[np.uint8]
    levels: dict[int, list[Places]] = field(default_factory=dict)
    shown: int = 0
    refused: bool = False

    def run(self, roots: Places) -> Iterator[Places]:
        """Yield the nodes that each level newly shows."""
        asked = self.question
        sides = [
            (flag, self.reading.arms(steps), depth)
            for flag, steps, depth in (
                (UP, asked.upstream, asked.upstream_depth),
                (DOWN, asked.downstream, asked.downstream_depth),
            )
            if not steps.are_none and depth >= 0
        ]
        self.flags[roots] = SHOWN
        self.shown = len(roots)
        for flag, _, _ in sides:
            self.flags[roots] |= flag
            self.levels[flag] = [roots]
        yield roots
        for level in range(max((depth for _, _, depth in sides), default=0)):
            fresh = {
                flag: self._fresh(arms, flag) if level < depth else _NOBODY
                for flag, arms, depth in sides
            }
            yield self._admitted(fresh)
            if not any(len(levels[-1]) for levels in self.levels.values()):
                return

    def _fresh(self, arms: Sequence[Arm], flag: int) -> Places:
        """Return the candidates of a side: the first neighbours of each, if not reached before."""
        nodes = self.levels[flag][-1]
        if not len(nodes):
            return _NOBODY
        found = [self.reading.hops(arm, nodes) for arm in arms]
        far = found[0].far
        most = self.question.per_node
        if len(found) > 1 or len(far) > most:
            at = np.concatenate([each.at for each in found])
            far = np.concatenate([each.far for each in found])
            if np.bincount(at).max(initial=0) > most:
                far = _first_of_each(at, far, most)
        far = far[(self.flags[far] & flag) == 0]
        return self.reading.once(far)

    def _admitted(self, fresh: dict[int, Places]) -> Places:
        """Let in what the budget has room for, and return what is newly shown, in order."""
        candidates = np.concatenate([nodes[self.flags[nodes] == 0] for nodes in fresh.values()])
        new = np.sort(self.reading.once(candidates) if len(fresh) > 1 else candidates)
        room = max(self.question.most - self.shown, 0)
        if len(new) > room:
            self.refused, new = True, new[:room]
        self.flags[new] = SHOWN
        self.shown += len(new)
        for flag, nodes in fresh.items():
            stays = nodes[self.flags[nodes] != 0]
            self.flags[stays] |= flag
            self.levels[flag].append(stays)
        return new


def _first_of_each(at: NDArray[np.intp], far: Places, most: int) -> Places:
    """Return the first different far ends of each node, by their place."""
    pairs = np.unique((at.astype(np.int64) << 32) | far)
    node = pairs >> 32
    begins = np.flatnonzero(np.diff(node, prepend=-1))
    rank = np.arange(len(pairs)) - np.repeat(begins, np.diff(begins, append=len(pairs)))
    return (pairs[rank < most] & 0xFFFFFFFF).astype(np.int32)
