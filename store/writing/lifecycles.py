"""How much is known of an entity after a transaction, and the counts that this depends on."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from store.catalogue import UNKNOWN
from store.ids import AttributeId, EntityId
from store.writing.naming import Names
from store.writing.state import Count, Edge, Identity, Lifecycle, Value


def counted(names: Names, begun: Iterable[Edge], ended: Mapping[EntityId, Edge]) -> Counter[Count]:
    """Return by how much the counts change that required relations depend on."""
    counts: Counter[Count] = Counter()
    for edge in begun:
        _count(counts, names, edge.identity, names.type, 1)
    for edge in ended.values():
        _count(counts, names, edge.identity, names.type_before, -1)
    for edge in edges_of_retyped(names, ended):
        _count(counts, names, edge.identity, names.type_before, -1)
        _count(counts, names, edge.identity, names.type, 1)
    return counts


def edges_of_retyped(names: Names, ended: Mapping[EntityId, Edge]) -> Iterator[Edge]:
    """Yield, once each, the edges that stay live at entities which were of type Unknown."""
    state = names.state
    seen: set[EntityId] = set()
    for entity in names.types.keys() & state.entities.keys():
        for edge_type in names.rules.edges_by_id:
            at_end = (edge_type, entity)
            seen.update(state.leaving.get(at_end, ()), state.arriving.get(at_end, ()))
    return (state.edges[edge] for edge in sorted(seen - ended.keys()))


def lifecycle_after(
    names: Names,
    entity: EntityId,
    values: Mapping[AttributeId, Value],
    counts: Mapping[Count, int],
) -> Lifecycle:
    """Return PARTIAL or ENRICHED, for an entity that is neither a stub nor deleted."""
    rules = names.rules.types_by_id[names.type(entity)]
    if rules.id == UNKNOWN.id or not all(map(values.__contains__, rules.required)):
        return Lifecycle.PARTIAL
    for walk in rules.required_walks:
        ends = [Count(walk.edge, walk.reverse, entity, far) for far in walk.targets]
        if not sum(names.state.counts[end] + counts[end] for end in ends):
            return Lifecycle.PARTIAL
    return Lifecycle.ENRICHED


def _count(
    counts: Counter[Count],
    names: Names,
    identity: Identity,
    type_of: Callable[[EntityId], AttributeId],
    difference: int,
) -> None:
    edge_type, source, target, _ = identity
    for reverse, near, far in ((False, source, target), (True, target, source)):
        if (edge_type, reverse) in names.rules.counted:
            counts[Count(edge_type, reverse, near, type_of(far))] += difference
