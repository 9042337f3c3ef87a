"""What a pattern names: `*` spelled out, components, what belongs to an edge."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datalog.syntax.finding import PullAttribute, PullPattern, PullWildcard, Recursion
from datalog.vocabulary import TRANSACTION, EdgeColumn, Facts, Hop, meaning
from store.catalogue import UNKNOWN, Catalogue, EdgeType, EntityType
from store.schema.description import Said

SCHEMA = "schema/"
"""The type of an attribute or a type, beside the names of types; none has such a name."""

WHOLE = PullPattern((PullWildcard(),))
"""What is told of a component."""


@dataclass(frozen=True, slots=True)
class Named:
    """An attribute of a pattern; of `*`, only where the entity is of the type that has it."""

    item: PullAttribute
    owner: str | None = None


def key_of(item: PullAttribute) -> str:
    """Return what the value of an attribute stands under."""
    if item.key is not None:
        return item.key
    owner, slash, field = item.name.rpartition("/")
    return f"{owner}{slash}_{field}" if item.reverse else item.name


def spelled_out(
    pattern: PullPattern, types: frozenset[str] | None, catalogue: Catalogue
) -> tuple[Named, ...]:
    """Return the attributes of a pattern in order, `*` as all that entities of the types have."""
    named = {(each.name, each.reverse) for each in pattern.items if isinstance(each, PullAttribute)}
    found: list[Named] = []
    for each in pattern.items:
        if isinstance(each, PullAttribute):
            found.append(Named(each))
        else:
            found += [
                one
                for one in _everything(types, catalogue)
                if (one.item.name, one.item.reverse) not in named
            ]
    return tuple(found)


def _everything(types: frozenset[str] | None, catalogue: Catalogue) -> Iterator[Named]:
    yield Named(PullAttribute("entity/id"))
    entities = [each for each in catalogue.entity_types.values() if _may_be(each.name, types)]
    if entities:
        yield from (Named(PullAttribute(name)) for name in _OF_ENTITIES)
    for entity_type in entities:
        yield from _of_entity(entity_type)
    edges = [each for each in catalogue.edge_types.values() if _may_be(each.name, types)]
    if edges:
        yield from (Named(PullAttribute(name)) for name in _OF_EDGES)
    for edge in edges:
        yield from (Named(PullAttribute(each.name), edge.name) for each in edge.properties)
    if _may_be(TRANSACTION, types):
        yield from (Named(PullAttribute(name)) for name in _OF_TRANSACTIONS)
    if _may_be(SCHEMA, types):
        yield from (Named(PullAttribute(name)) for name in _OF_SCHEMA)


_OF_SCHEMA = ("db/ident", *(f"schema/{said.field}" for said in Said))
_OF_ENTITIES = ("entity/urn", "entity/type", "entity/lifecycle")
_OF_EDGES = ("edge/type", "edge/from", "edge/to", "edge/key")
_OF_TRANSACTIONS = (
    "tx/instant",
    "tx/recordedAt",
    "tx/source",
    "tx/actor",
    "tx/reason",
    "tx/idempotencyKey",
    "tx/line",
    "tx/digest",
)


def _may_be(name: str, types: frozenset[str] | None) -> bool:
    return types is None or name in types


def _of_entity(entity_type: EntityType) -> Iterator[Named]:
    for attribute in entity_type.attributes:
        yield Named(PullAttribute(attribute.name), entity_type.name)
    for relation in entity_type.relations:
        if relation.component:
            item = PullAttribute(relation.edge, relation.reverse)
            yield Named(item, entity_type.name)


def owners_of(item: PullAttribute, catalogue: Catalogue) -> tuple[frozenset[str], frozenset[str]]:
    """Return the types that an attribute leads from to what lives and dies with them, and all."""
    match meaning(item.name, catalogue):
        case Hop(edge):
            ends = edge.to_types if item.reverse else edge.from_types
            return _owners(edge, catalogue, reverse=item.reverse), catalogue.ends(ends)
        case _:
            attribute = catalogue.attributes.get(item.name)
            if attribute is None or not attribute.component or item.reverse:
                return frozenset(), frozenset()
            owner = frozenset({attribute.owner})
            return owner, owner


def leads_to_owner(item: PullAttribute, catalogue: Catalogue) -> bool:
    """Tell whether an attribute leads from a component to its one owner."""
    match meaning(item.name, catalogue):
        case Hop(edge):
            ends = edge.from_types if item.reverse else edge.to_types
            owners = _owners(edge, catalogue, reverse=not item.reverse)
            return bool(owners) and catalogue.ends(ends) <= owners
        case _:
            attribute = catalogue.attributes.get(item.name)
            return attribute is not None and attribute.component and item.reverse


def _owners(edge: EdgeType, catalogue: Catalogue, *, reverse: bool) -> frozenset[str]:
    return frozenset(
        entity_type.name
        for entity_type in catalogue.entity_types.values()
        for relation in entity_type.relations
        if relation.component and relation.edge == edge.name and relation.reverse == reverse
    )


def tells_edges(pattern: PullPattern, edge: str, catalogue: Catalogue) -> bool:
    """Tell whether a pattern names what belongs to the edge that was walked, not to its end."""
    return any(
        isinstance(item, PullAttribute) and belongs_to_edge(item.name, frozenset({edge}), catalogue)
        for item in pattern.items
    )


def belongs_to_edge(name: str, walked: frozenset[str], catalogue: Catalogue) -> bool:
    """Tell whether an attribute is one of the edge that was walked."""
    if isinstance(meaning(name, catalogue), EdgeColumn):
        return bool(walked)
    attribute = catalogue.attributes.get(name)
    return attribute is not None and attribute.owner in walked


def whole(types: frozenset[str] | None, catalogue: Catalogue) -> PullPattern:
    """Return the pattern that tells a component of one of these types with its components.

    Where a type can hold components of its own type, however far down, the pattern repeats itself.
    """
    below = {name: _components(name, catalogue) for name in catalogue.entity_types}
    start = frozenset(below) if types is None else types & below.keys()
    if not _has_cycle(start, below):
        return WHOLE
    reached = _reached(start, below)
    repeated = [
        PullAttribute(item.name, item.reverse, pattern=Recursion(None))
        for name in sorted(reached)
        for item, _ in _component_items(catalogue.entity_types[name])
    ]
    return PullPattern((PullWildcard(), *dict.fromkeys(repeated)))


def _component_items(entity_type: EntityType) -> Iterator[tuple[PullAttribute, str]]:
    """Yield what leads to the components of a type, with the type or interface they are of."""
    for attribute in entity_type.attributes:
        if attribute.component and attribute.target is not None:
            yield PullAttribute(attribute.name), attribute.target
    for relation in entity_type.relations:
        if relation.component:
            yield PullAttribute(relation.edge, relation.reverse), relation.target


def _components(name: str, catalogue: Catalogue) -> frozenset[str]:
    targets = (target for _, target in _component_items(catalogue.entity_types[name]))
    return frozenset(one for target in targets for one in catalogue.concrete(target))


Below = Mapping[str, frozenset[str]]


def _reached(start: Iterable[str], below: Below) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(below[name])
    return frozenset(found)


def _has_cycle(start: Iterable[str], below: Below) -> bool:
    return any(name in _reached(below[name], below) for name in _reached(start, below))


def declared_types(item: PullAttribute, catalogue: Catalogue) -> frozenset[str] | None:
    """Return the types of what an attribute leads to, as the schema says; None where it may be any.

    A stub is Unknown until something tells its type.
    """
    match meaning(item.name, catalogue):
        case Hop(edge):
            ends = edge.from_types if item.reverse else edge.to_types
            return catalogue.ends(ends) | {UNKNOWN.name}
        case Facts() as facts if item.reverse:
            return facts.types
        case EdgeColumn() if item.reverse:
            return frozenset(catalogue.edge_types)
        case Facts():
            return _target_types(item.name, catalogue)
        case _:
            return None


def _target_types(name: str, catalogue: Catalogue) -> frozenset[str] | None:
    attribute = catalogue.attributes.get(name)
    if attribute is None or attribute.target is None:
        return None
    return frozenset({*catalogue.concrete(attribute.target), UNKNOWN.name})
