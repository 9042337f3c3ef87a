"""Which nodes of a graph are lowest: nothing is below them but what is above them too."""

from collections.abc import Callable, Iterable

from resolvers.lineage.arrows import Arrows
from resolvers.lineage.layers import layers


def lowest(pairs: Iterable[tuple[str, str]]) -> Callable[[str], bool]:
    """Return what tells whether a node is lowest; each pair leads one hop down.

    Along a hop within a circle the rank stays, along any other it grows.
    """
    pairs = list(pairs)
    names = dict.fromkeys(name for pair in pairs for name in pair)
    number = {name: at for at, name in enumerate(names)}
    hops = [(number[near], number[far]) for near, far in pairs]
    above: list[list[int]] = [[] for _ in names]
    for near, far in hops:
        above[far].append(near)
    nears, fars = zip(*hops, strict=True) if hops else ((), ())
    rank = layers(Arrows.between(len(names), nears, fars)).rank
    higher = {near for near, far in hops if rank[far] > rank[near]}
    waiting = list(higher)
    while waiting:  # Whatever is on a circle with one that is higher is so too.
        node = waiting.pop()
        beside = {near for near in above[node] if rank[near] == rank[node]} - higher
        higher |= beside
        waiting += beside
    return lambda name: name not in number or number[name] not in higher
