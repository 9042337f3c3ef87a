"""What is reached from entities, by the plainest walks over a replayed history."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.oracle.history import EdgeKey, Replay
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM


@dataclass
class Ways:
    """Which edges may be walked, to which entities."""

    replay: Replay
    edge_types: set[str] | None = None
    node_types: set[str] | None = None

    def hops(self, urn: str, direction: str) -> Iterator[tuple[EdgeKey, str]]:
        """Yield the edges to walk from an entity, and where each leads, whatever its type is."""
        for key in self.replay.touching[urn]:
            where = self.replay.catalog.edges[key[0]].upstream
            if where == "NONE" or (self.edge_types is not None and key[0] not in self.edge_types):
                continue
            up, down = (key[2], key[1]) if where == "TO" else (key[1], key[2])
            if direction != DOWNSTREAM and down == urn:
                yield key, up
            if direction != UPSTREAM and up == urn:
                yield key, down

    def neighbours(self, urn: str, direction: str) -> set[str]:
        """Return where one hop leads, to entities of the types that are asked for."""
        return {far for _, far in self.hops(urn, direction) if self.allows(far)}

    def allows(self, urn: str) -> bool:
        """Tell whether an entity is of the types that are asked for."""
        return self.node_types is None or self.replay.entities[urn].type in self.node_types

    def distances(self, roots: Iterable[str], direction: str, most: int) -> dict[str, int]:
        """Return how far everything is from the nearest root, one way."""
        found = dict.fromkeys(roots, 0)
        fresh = set(found)
        for depth in range(1, most + 1):
            fresh = {far for urn in fresh for far in self.neighbours(urn, direction)} - set(found)
            found |= dict.fromkeys(fresh, depth)
        return found


@dataclass
class Impact:
    """What hangs on some entities, and how far away each is."""

    distance: dict[str, int] = field(default_factory=dict)
    deeper: bool = False


def impact(ways: Ways, roots: list[str], direction: str, most: int) -> Impact:
    """Return everything that one or two walks come to, without their roots."""
    sides = (UPSTREAM, DOWNSTREAM) if direction == "BOTH" else (direction,)
    found = Impact()
    for side in sides:
        further = ways.distances(roots, side, most + 1)
        found.deeper = found.deeper or most + 1 in further.values()
        for urn, distance in further.items():
            if 0 < distance <= most and urn not in roots:
                found.distance[urn] = min(distance, found.distance.get(urn, distance))
    return found


def led_to(replay: Replay, urns: Iterable[str], field_name: str) -> tuple[Counter[str], int]:
    """Return how many entities a relation leads from to each other, and how many it does not."""
    found: Counter[str] = Counter()
    without = 0
    for urn in urns:
        relation = replay.catalog.types[replay.entities[urn].type].get(field_name)
        ends: set[str] = set()
        if relation is not None and relation.edge is not None:
            far = 1 if relation.reverse else 2
            keys = replay.ends(urn, relation.edge, reverse=relation.reverse)
            ends = {key[far] for key in keys}
        found.update(ends)
        without += not ends
    return found, without


def paths(
    ways: Ways, starts: Iterable[str], ends: set[str], direction: str, most: int
) -> Iterator[list[str]]:
    """Yield every path from a start to an end, by going on from it in all ways there are."""
    lead = ways.distances(ends, {UPSTREAM: DOWNSTREAM, DOWNSTREAM: UPSTREAM}[direction], most)
    waiting = [[start] for start in starts]
    while waiting:
        path = waiting.pop()
        if len(path) > 1 and path[-1] in ends:
            yield path
        if len(path) > 1 and not ways.allows(path[-1]):
            continue
        for far in {far for _, far in ways.hops(path[-1], direction)} - set(path):
            leads_on = far in ends or (far in lead and len(path) + lead[far] <= most)
            if leads_on and len(path) <= most:
                waiting.append([*path, far])


def common_ancestors(ways: Ways, roots: list[str]) -> dict[str, dict[str, int]]:
    """Return what is upstream of all, with the distance to each."""
    above = {root: ways.distances([root], UPSTREAM, 1000) for root in roots}
    shared = set.intersection(*(set(found) for found in above.values()))
    return {urn: {root: above[root][urn] for root in roots} for urn in shared}


def lowest(ways: Ways, shared: set[str]) -> set[str]:
    """Return those below which no other is, but such as are above them too."""
    below = {urn: set(ways.distances([urn], DOWNSTREAM, 1000)) for urn in shared}
    return {
        urn for urn in shared if all(urn in below[other] for other in below[urn] & shared - {urn})
    }


def ends(ways: Ways, direction: str) -> set[str]:
    """Return what has lineage, none of it that way, and is not deleted."""
    other = {UPSTREAM: DOWNSTREAM, DOWNSTREAM: UPSTREAM}[direction]
    return {
        urn
        for urn, entity in ways.replay.entities.items()
        if entity.lifecycle != "DELETED"
        if not any(True for _ in ways.hops(urn, direction))
        if any(True for _ in ways.hops(urn, other))
    }
