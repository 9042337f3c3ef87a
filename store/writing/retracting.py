"""Which entities a transaction retracts: those that it names, and their components."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from store.ids import EntityId
from store.transaction import Transaction
from store.writing.linking import Linking
from store.writing.naming import Names, entity_rules
from store.writing.refusals import Contradiction, OtherType
from store.writing.state import Entity, Lifecycle, Value


@dataclass(slots=True)
class Retracting:
    """The entities that end, and all that the transaction names as ended, whether known or not."""

    ended: dict[EntityId, Entity] = field(default_factory=dict)
    named: set[EntityId] = field(default_factory=set)
    redundant: int = 0


def retract(names: Names, transaction: Transaction, linking: Linking) -> Retracting:
    """Return what a transaction retracts.

    Raises Contradiction, MalformedUrn, OtherType, UnknownType.
    """
    retracting = Retracting()
    for number, name in enumerate(transaction.retracts):
        where = f"retract[{number}]"
        entity = names.known(name, where)
        before = None if entity is None else names.state.entities.get(entity)
        if before is not None and transaction.retracts_only is not None:
            _check_type(names, before, transaction.retracts_only, where)
        if entity is not None:
            retracting.named.add(entity)
        if before is None or before.lifecycle is Lifecycle.DELETED:
            retracting.redundant += 1
        else:
            retracting.ended[before.id] = before
    _cascade(names, linking, retracting)
    retracting.named.update(retracting.ended)
    _check(names, retracting)
    return retracting


def _check_type(names: Names, entity: Entity, only: str, where: str) -> None:
    if entity.type != entity_rules(names.rules, only, where).id:
        found = names.rules.types_by_id[entity.type].name
        raise OtherType(where, entity.urn, found, only)


def _cascade(names: Names, linking: Linking, retracting: Retracting) -> None:
    waiting = deque(retracting.ended.values())
    while waiting:
        for part in _components(names, linking, waiting.popleft()):
            entity = names.state.entities[part]
            if part not in retracting.ended and entity.lifecycle is not Lifecycle.DELETED:
                retracting.ended[part] = entity
                waiting.append(entity)


def _components(names: Names, linking: Linking, owner: Entity) -> Iterator[EntityId]:
    rules = names.rules.types_by_id[owner.type]
    for walk in rules.component_walks:
        live = names.state.arriving if walk.reverse else names.state.leaving
        for edge in live.get((walk.edge, owner.id), ()):
            identity = names.state.edges[edge].identity
            part = identity.source if walk.reverse else identity.target
            if edge not in linking.ended and names.type_before(part) in walk.targets:
                yield part
    for attribute in rules.component_attributes:
        yield from map(EntityId, map(int, members(owner.values.get(attribute.id))))


def members(value: Value | None) -> frozenset[str]:
    """Return the values of an attribute, however many there may be."""
    match value:
        case None:
            return frozenset()
        case str():
            return frozenset({value})
        case frozenset():
            return value


def _check(names: Names, retracting: Retracting) -> None:
    for number, (_, entity) in enumerate(names.upserts):
        if entity in retracting.named:
            problem = f"{names.urn(entity)} is retracted, by its name or with what it is part of"
            raise Contradiction(f"upsert[{number}]", problem)
