"""Lineage by the plainest walk over the live edges of a replayed history."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle import reading
from tests.oracle.history import EdgeKey, Replay

UPSTREAM, DOWNSTREAM = _WAYS = ("UPSTREAM", "DOWNSTREAM")


@dataclass
class Asked:
    """What a request for lineage asks; the defaults are the API's."""

    roots: list[str]
    sides: tuple[str, ...] = (UPSTREAM, DOWNSTREAM)
    max_depth: int = 10
    max_nodes: int = 1000
    per_node: int = 100
    edge_types: set[str] | None = None
    node_types: set[str] | None = None
    upstream_depth: int | None = None
    downstream_depth: int | None = None
    node_passes: Callable[[str], bool] = lambda _: True
    edge_passes: Callable[[EdgeKey], bool] = lambda _: True
    at_least: int | None = None
    group_field: str | None = None
    through: frozenset[str] = frozenset()
    per_hop: int = 1000

    def depth(self, side: str) -> int:
        """Return how many hops the walk takes on a side."""
        own = self.upstream_depth if side == UPSTREAM else self.downstream_depth
        return self.max_depth if own is None else own


@dataclass
class Hidden:
    """Neighbours of a shown node in one direction.

    How many are shown, and how many not, by type.
    """

    urn: str
    direction: str
    shown: int
    hidden: dict[str, int]
    exact: bool = True


@dataclass
class Hop:
    """What one hop from a node comes to: each end with the numbers of edges that lead there.

    `cut`: it would pass more than it may.
    """

    ends: dict[str, set[int]] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    cut: bool = False


@dataclass
class Group:
    """Neighbours of a node in one direction that stand together, shown and not."""

    urn: str
    direction: str
    type: str
    value: Any
    count: int
    shown: int


@dataclass
class Graph:
    """The answer: nodes in order with depth and side, edges, frontier, groups, reasons."""

    depth: dict[str, int] = field(default_factory=dict)
    side: dict[str, str] = field(default_factory=dict)
    edges: set[EdgeKey] = field(default_factory=set)
    passages: dict[tuple[str, str], int] = field(default_factory=dict)
    frontier: list[Hidden] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    stopped_by: set[str] = field(default_factory=set)
    degrees: dict[str, tuple[int, int]] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)
    in_cycle: dict[str, bool] = field(default_factory=dict)


class Walk:
    """One walk over one state; `identity` gives the number that orders entities."""

    def __init__(self, replay: Replay, asked: Asked, identity: Callable[[str], int]) -> None:
        self.replay = replay
        self.asked = asked
        self.identity = identity
        self.graph = Graph()
        self.level: dict[str, dict[str, int]] = {side: {} for side in asked.sides}
        self.always = set(asked.roots)  # Shown, whatever their type.
        self.hops: dict[tuple[str, str], Hop] = {}

    def answer(self) -> Graph:
        """Walk, and return what is to be shown."""
        shown = set(self.asked.roots)
        fresh = {side: set(shown) for side in self.asked.sides}
        for side in self.asked.sides:
            self.level[side] = dict.fromkeys(shown, 0)
        for depth in range(1, max(map(self.asked.depth, self.asked.sides)) + 1):
            for side in self.asked.sides:
                if depth > self.asked.depth(side):
                    fresh[side] = set()
            fresh = self._next(shown, fresh, depth)
            if not any(fresh.values()):
                break
        self._describe(shown)
        return self.graph

    def neighbours(self, urn: str, direction: str) -> list[str]:
        """Return the neighbours of an entity that the request may see, in order of identity."""
        return sorted(self.hop(urn, direction).ends, key=self.identity)

    def hop(self, urn: str, direction: str) -> Hop:
        """Return what lies one hop from an entity: over what is passed, the nearest first."""
        if (urn, direction) in self.hops:
            return self.hops[urn, direction]
        hop, going, length = Hop(), {urn}, 0
        self.hops[urn, direction] = hop
        while going:
            length += 1
            beyond = {far for each in going for far in self._next_to(each, direction)}
            passable = {far for far in beyond if self._is_passed(far)}
            for far in beyond - passable:
                hop.ends.setdefault(far, set()).add(length)
            new = sorted(passable - set(hop.passed), key=self.identity)
            room = self.asked.per_hop - len(hop.passed)
            hop.cut = hop.cut or len(new) > room
            going = set(new[:room])
            hop.passed += new[:room]
        return hop

    def _is_passed(self, urn: str) -> bool:
        return self.replay.entities[urn].type in self.asked.through and urn not in self.always

    def _next_to(self, urn: str, direction: str) -> set[str]:
        """Return what lies one edge away and may be seen, to come to or to pass."""
        kinds = self.asked.node_types
        return {
            far
            for key, far in self._hops(urn, direction)
            if self._walks(key)
            if kinds is None or self.replay.entities[far].type in kinds | self.asked.through
            if self.asked.node_passes(far)
        }

    def crowds(self, urn: str, direction: str) -> dict[tuple[str, Any], list[str]]:
        """Return the neighbours that stand together, by their type and value."""
        found: dict[tuple[str, Any], list[str]] = defaultdict(list)
        for far in self.neighbours(urn, direction):
            found[self.replay.entities[far].type, self._value(far)].append(far)
        least = self.asked.at_least
        return {
            key: each for key, each in found.items() if least is not None and len(each) >= least
        }

    def _value(self, urn: str) -> Any:
        """Return what an entity has in the field to group by: of an entity there, the id."""
        entity = self.replay.entities[urn]
        name = self.asked.group_field or ""
        each = self.replay.catalog.types.get(entity.type, {}).get(name)
        value = None if each is None else reading.of_field(self.replay, urn, each, entity.values)
        return f"E{self.identity(value['urn'])}" if isinstance(value, dict) else value

    def alone(self, urn: str, direction: str) -> list[str]:
        """Return the neighbours that stand in no group."""
        grouped = {far for each in self.crowds(urn, direction).values() for far in each}
        return [far for far in self.neighbours(urn, direction) if far not in grouped]

    def expand(
        self, urn: str, side: str, known: set[str], first: int, group: tuple[str, Any] | None
    ) -> Graph:
        """Return what comes with one hop from a node, beside what is known; or of a group of it."""
        self.always |= known | {urn}
        pool = self.alone(urn, side) if group is None else self.crowds(urn, side)[group]
        new = [far for far in pool if far not in known | {urn}][:first]
        shown = known | {urn, *new}
        self._hide(urn, side, pool, shown, last=False)
        if group is None:
            self._group(urn, side, shown)
        for far in new:
            self.graph.depth[far], self.graph.side[far] = 1, side
            self._degree(far)
            self._hide(far, side, self.neighbours(far, side), shown, last=True)
        self.graph.edges = {
            key for far in new for key in self.replay.touching[far] if self._joins(key, shown)
        }
        self._pass(urn, side, set())
        for far in new:
            self._pass(far, UPSTREAM, shown)
            self._pass(far, DOWNSTREAM, shown - set(new))
        ends = (end for key in self.graph.edges for end in key[1:3])
        self._layers({*new, *ends, *(end for pair in self.graph.passages for end in pair)})
        return self.graph

    def _pass(self, urn: str, side: str, others: set[str]) -> None:
        """Add the ways through between a node and others, and whether some may be missing."""
        hop = self.hop(urn, side)
        if hop.cut:
            self.graph.stopped_by.add("PER_HOP")
        for far, lengths in hop.ends.items():
            if far in others and lengths - {1}:
                pair = (far, urn) if side == UPSTREAM else (urn, far)
                self.graph.passages[pair] = min(lengths - {1})

    def _walks(self, key: EdgeKey) -> bool:
        kinds = self.asked.edge_types
        return (kinds is None or key[0] in kinds) and self.asked.edge_passes(key)

    def _hops(self, urn: str, direction: str) -> Iterable[tuple[EdgeKey, str]]:
        for key in self.replay.touching[urn]:
            upstream, downstream = self._ends(key)
            near, far = (downstream, upstream) if direction == UPSTREAM else (upstream, downstream)
            if near == urn and far is not None:
                yield key, far

    def _ends(self, key: EdgeKey) -> tuple[str | None, str | None]:
        where = self.replay.catalog.edges[key[0]].upstream
        if where == "NONE":
            return None, None
        return (key[2], key[1]) if where == "TO" else (key[1], key[2])

    def _next(self, shown: set[str], fresh: dict[str, set[str]], depth: int) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for side in self.asked.sides:
            reached = {
                far for urn in fresh[side] for far in self.alone(urn, side)[: self.asked.per_node]
            }
            found[side] = reached - self.level[side].keys()
        newcomers = sorted(set().union(*found.values()) - shown, key=self.identity)
        room = self.asked.max_nodes - len(shown)
        if len(newcomers) > room:
            self.graph.stopped_by.add("MAX_NODES")
        shown.update(newcomers[:room])
        for side in self.asked.sides:
            found[side] &= shown
            self.level[side].update(dict.fromkeys(found[side], depth))
        return found

    def _describe(self, shown: set[str]) -> None:
        graph = self.graph
        depth = {
            urn: min(self.level[side][urn] for side in self.asked.sides if urn in self.level[side])
            for urn in shown
        }
        for urn in sorted(shown, key=lambda urn: (depth[urn], self.identity(urn))):
            graph.depth[urn] = depth[urn]
            on = [side for side in self.asked.sides if urn in self.level[side]]
            both = "BOTH" if len(on) == 2 else on[0]
            graph.side[urn] = "ROOT" if depth[urn] == 0 else both
            self._degree(urn)
            for side in on:
                last = self.level[side][urn] == self.asked.depth(side)
                near = self.neighbours(urn, side) if last else self.alone(urn, side)
                self._hide(urn, side, near, shown, last=last)
                if not last:
                    self._group(urn, side, shown)
        graph.edges = {
            key for urn in shown for key in self.replay.touching[urn] if self._joins(key, shown)
        }
        first, *other = self.asked.sides
        for urn in shown:
            self._pass(urn, first, shown)
            for side in other:
                if urn in self.level[side]:
                    self._pass(urn, side, set())
        self._layers(shown)

    def _degree(self, urn: str) -> None:
        incoming = sum(1 for _ in self._hops(urn, UPSTREAM))
        self.graph.degrees[urn] = incoming, sum(1 for _ in self._hops(urn, DOWNSTREAM))

    def _joins(self, key: EdgeKey, shown: set[str]) -> bool:
        lineage = self._ends(key) != (None, None)
        return lineage and {key[1], key[2]} <= shown and self._walks(key)

    def _hide(self, urn: str, side: str, near: list[str], shown: set[str], *, last: bool) -> None:
        hidden: dict[str, int] = defaultdict(int)
        for far in near:
            if far not in shown:
                hidden[self.replay.entities[far].type] += 1
        cut = self.hop(urn, side).cut
        if not hidden and not cut:
            return
        count = len(near) - sum(hidden.values())
        self.graph.frontier.append(Hidden(urn, side, count, dict(hidden), exact=not cut))
        if not hidden:
            return
        if last:
            self.graph.stopped_by.add("MAX_DEPTH")
        elif len(near) > self.asked.per_node:
            self.graph.stopped_by.add("PER_NODE")

    def _group(self, urn: str, side: str, shown: set[str]) -> None:
        for (kind, value), members in self.crowds(urn, side).items():
            seen = sum(far in shown for far in members)
            if seen < len(members):
                count = len(members) - seen
                self.graph.groups.append(Group(urn, side, kind, value, count, seen))
                self.graph.stopped_by.add("GROUPED")

    def _layers(self, shown: set[str]) -> None:
        flow: dict[str, set[str]] = {urn: set() for urn in shown}
        for key in self.graph.edges:
            upstream, downstream = self._ends(key)
            assert upstream is not None
            assert downstream is not None
            flow[upstream].add(downstream)
        for upstream, downstream in self.graph.passages:
            flow[upstream].add(downstream)
        reach = {urn: _reachable(flow, urn) for urn in shown}
        above: dict[str, set[str]] = {urn: set() for urn in shown}
        for urn, reached in reach.items():
            for far in reached:
                above[far].add(urn)
        for urn in shown:
            self.graph.in_cycle[urn] = urn in reach[urn]
        order = sorted(shown, key=lambda urn: len(above[urn] - reach[urn]))
        for urn in order:  # Fewer strictly above first: every node above is ranked by then.
            strictly = above[urn] - reach[urn]
            self.graph.rank[urn] = 1 + max((self.graph.rank[up] for up in strictly), default=-1)


def _reachable(flow: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(flow[start])
    while waiting:
        urn = waiting.pop()
        if urn not in reached:
            reached.add(urn)
            waiting += flow[urn]
    return reached
