"""The transactor: what one transaction does to the state before it. Pure: no clock, no database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from store.assertions import Assertions, Wanted, check_reference, upserted
from store.catalogue import Attribute, Catalogue, ValueType
from store.ids import AttributeId, EntityId
from store.lifecycles import counted, edges_of_retyped, lifecycle_after
from store.linking import KEY, Linking, check_ends, edge_of, is_key, leave, link, unlink
from store.log import (
    EDGE_FROM,
    EDGE_KEY,
    EDGE_TO,
    EDGE_TYPE,
    LIFECYCLE,
    TYPE,
    URN,
    Datom,
)
from store.naming import LinkNames, Names, resolve
from store.refusals import UniqueConflict
from store.retracting import Retracting, members, retract
from store.rules import Rules
from store.state import (
    Count,
    Decision,
    Edge,
    Entity,
    Lifecycle,
    State,
    Value,
)
from store.transaction import Transaction
from store.values import WrongValue, cut, parse, quoted, shortened


def decide(rules: Rules, state: State, transaction: Transaction) -> Decision:
    """Return what a transaction does to a state, which stays as it is.

    The order of its statements makes no difference but for the ids of new entities. Raises one of
    `store.refusals`, UnknownType, UnknownAttribute or WrongValue, each saying which statement.
    """
    _check_about(rules.catalogue, transaction)
    names = resolve(rules, state, transaction)
    linking = unlink(names, transaction)
    retracting = retract(names, transaction, linking)
    assertions = upserted(names, transaction)
    link(names, transaction, linking, retracting.named)
    leave(names, linking, retracting.ended)
    edges = _edges(names, linking)
    entities = _entities(names, assertions, retracting, edges)
    datoms = sorted(_datoms(names, entities, edges))
    _check_retyped(names, linking, datoms)
    claimed, freed = _unique(names, datoms)
    return Decision(
        datoms=tuple(datoms),
        created=entities.created,
        changed=entities.changed,
        begun=edges.begun,
        altered=edges.altered,
        ended=edges.ended,
        stubs=_stubs(names, assertions),
        redundant=assertions.redundant + linking.redundant + retracting.redundant,
        next_entity=names.next_entity,
        counts=edges.counts,
        claimed=claimed,
        freed=freed,
    )


_ABOUT = Attribute(AttributeId(0), "tx", "about", ValueType.STRING)


def _check_about(catalogue: Catalogue, transaction: Transaction) -> None:
    for field, text in (
        ("source", transaction.source),
        ("actor", transaction.actor),
        ("reason", transaction.reason),
    ):
        if text:
            parse(text, _ABOUT, catalogue, f"tx.{field}")
    key = transaction.idempotency_key
    if key is not None and not is_key(key):
        raise WrongValue("idempotencyKey", KEY, shortened(key))


@dataclass(frozen=True, slots=True)
class _Edges:
    begun: tuple[Edge, ...]
    altered: tuple[Edge, ...]
    ended: tuple[Edge, ...]
    counts: Mapping[Count, int]


def _edges(names: Names, linking: Linking) -> _Edges:
    begun, altered = [], []
    for identity, wanted in linking.wanted.items():
        edge = edge_of(names, identity)
        if edge is None or not edge.live:
            entity = names.allocate() if edge is None else edge.id
            begun.append(Edge(entity, identity, live=True, values=_merged({}, wanted)))
        elif any(edge.values.get(a) != value for a, value in wanted.items()):
            merged = _merged(edge.values, wanted)
            altered.append(Edge(edge.id, identity, live=True, values=merged))
    ended = [Edge(edge.id, edge.identity, live=False, values={}) for edge in linking.ended.values()]
    counts = counted(names, begun, linking.ended)
    return _Edges(tuple(begun), tuple(altered), tuple(ended), counts)


def _merged(before: Mapping[AttributeId, Value], wanted: Wanted) -> dict[AttributeId, Value]:
    merged = {**before, **wanted}
    return {a: value for a, value in merged.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Entities:
    created: tuple[Entity, ...]
    changed: tuple[Entity, ...]


def _entities(
    names: Names, assertions: Assertions, retracting: Retracting, edges: _Edges
) -> _Entities:
    sources = {edge.identity.source for edge in edges.begun}
    touched = dict.fromkeys(
        (
            *assertions.wanted,
            *retracting.ended,
            *names.types,
            *sources,
            *(count.entity for count in edges.counts),
        )
    )
    after = _After(names, assertions, retracting, edges.counts, sources)
    created = [_created(after, urn, entity) for urn, entity in names.created.items()]
    changed = [
        changed
        for entity in touched
        if entity in names.state.entities
        and (changed := _changed(after, names.state.entities[entity])) is not None
    ]
    return _Entities(tuple(created), tuple(changed))


@dataclass(frozen=True, slots=True)
class _After:
    """What an entity's state afterwards is made of; `sources` are where an edge begins."""

    names: Names
    assertions: Assertions
    retracting: Retracting
    counts: Mapping[Count, int]
    sources: set[EntityId]


def _created(after: _After, urn: str, entity: EntityId) -> Entity:
    values = _merged({}, after.assertions.wanted.get(entity, {}))
    lifecycle = Lifecycle.UNCACHED
    if entity in after.assertions.wanted or entity in after.sources:
        lifecycle = lifecycle_after(after.names, entity, values, after.counts)
    return Entity(entity, urn, after.names.type(entity), lifecycle, values)


def _changed(after: _After, before: Entity) -> Entity | None:
    wanted = after.assertions.wanted.get(before.id)
    values = before.values
    if before.id in after.retracting.ended:
        values, lifecycle = {}, Lifecycle.DELETED
    else:
        if wanted:
            values = _merged(before.values, wanted)
        lifecycle = _moved(after, before, values)
    changed = Entity(before.id, before.urn, after.names.type(before.id), lifecycle, values)
    return None if changed == before else changed


def _moved(after: _After, before: Entity, values: Mapping[AttributeId, Value]) -> Lifecycle:
    if before.id not in after.assertions.wanted:
        if before.lifecycle is Lifecycle.DELETED:
            return Lifecycle.DELETED
        if before.lifecycle is Lifecycle.UNCACHED and before.id not in after.sources:
            return Lifecycle.UNCACHED
    return lifecycle_after(after.names, before.id, values, after.counts)


def _datoms(names: Names, entities: _Entities, edges: _Edges) -> Iterator[Datom]:
    for entity in entities.created:
        yield Datom(entity.id, URN, op=True, value=quoted(entity.urn))
        yield Datom(entity.id, TYPE, op=True, value=entity.type)
        yield Datom(entity.id, LIFECYCLE, op=True, value=quoted(entity.lifecycle))
        yield from _value_datoms(names, entity.id, {}, entity.values)
    for entity in entities.changed:
        before = names.state.entities[entity.id]
        if entity.type != before.type:
            yield Datom(entity.id, TYPE, op=False, value=before.type)
            yield Datom(entity.id, TYPE, op=True, value=entity.type)
        if entity.lifecycle != before.lifecycle:
            yield Datom(entity.id, LIFECYCLE, op=False, value=quoted(before.lifecycle))
            yield Datom(entity.id, LIFECYCLE, op=True, value=quoted(entity.lifecycle))
        yield from _value_datoms(names, entity.id, before.values, entity.values)
    for edge in edges.begun:
        yield from _edge_datoms(edge, op=True)
        yield from _value_datoms(names, edge.id, {}, edge.values)
    for edge in (*edges.altered, *edges.ended):
        if not edge.live:
            yield from _edge_datoms(edge, op=False)
        yield from _value_datoms(names, edge.id, names.state.edges[edge.id].values, edge.values)


def _edge_datoms(edge: Edge, *, op: bool) -> Iterator[Datom]:
    edge_type, source, target, key = edge.identity
    yield Datom(edge.id, EDGE_TYPE, op, edge_type)
    yield Datom(edge.id, EDGE_FROM, op, source)
    yield Datom(edge.id, EDGE_TO, op, target)
    if key:
        yield Datom(edge.id, EDGE_KEY, op, quoted(key))


def _value_datoms(
    names: Names,
    entity: EntityId,
    before: Mapping[AttributeId, Value],
    after: Mapping[AttributeId, Value],
) -> Iterator[Datom]:
    for a in before.keys() | after.keys():
        if before.get(a) != after.get(a):
            old, new = members(before.get(a)), members(after.get(a))
            is_reference = names.rules.attributes[a].type is ValueType.REF
            for value in old - new:
                yield Datom(entity, a, op=False, value=int(value) if is_reference else value)
            for value in new - old:
                yield Datom(entity, a, op=True, value=int(value) if is_reference else value)


def _check_retyped(names: Names, linking: Linking, datoms: Iterable[Datom]) -> None:
    """Check again what an Unknown entity's new type means for the edges and references it has."""
    retyped = names.types.keys() & names.state.entities.keys()
    if not retyped:
        return
    for edge in edges_of_retyped(names, linking.ended):
        edge_type, source, target, _ = edge.identity
        where = names.told.get(source) or names.told[target]
        check_ends(names, LinkNames(names.rules.edges_by_id[edge_type], source, target), where)
    ended = frozenset(datom for datom in datoms if not datom.op)
    for entity in retyped:
        for a, holder in names.state.referrers.get(entity, ()):
            if Datom(holder, a, op=False, value=entity) not in ended:
                check_reference(names, names.rules.attributes[a], entity, names.told[entity])


UniqueValue = tuple[AttributeId, str]


def _unique(
    names: Names, datoms: Iterable[Datom]
) -> tuple[dict[UniqueValue, EntityId], frozenset[UniqueValue]]:
    claimed: dict[UniqueValue, EntityId] = {}
    freed: set[UniqueValue] = set()
    unique = names.rules.unique
    if unique:
        for datom in datoms:
            if datom.a in unique and not datom.op:
                freed.add((datom.a, str(datom.value)))
        for datom in datoms:
            if datom.a in unique and datom.op:
                _claim(names, claimed, freed, datom)
    return claimed, frozenset(freed)


def _claim(
    names: Names, claimed: dict[UniqueValue, EntityId], freed: set[UniqueValue], datom: Datom
) -> None:
    value = (datom.a, str(datom.value))
    holder = claimed.get(value)
    if holder is None and value not in freed:
        holder = names.state.holders.get(value)
    if holder is not None and holder != datom.e:
        attribute = names.rules.attributes[datom.a].name
        entity, other = names.describe(datom.e), names.describe(holder)
        where = _statement_of(names, datom.e)
        raise UniqueConflict(where, attribute, cut(value[1]), entity, other)
    claimed[value] = datom.e


def _statement_of(names: Names, entity: EntityId) -> str:
    upserts = enumerate(names.upserts)
    return next((f"upsert[{number}]" for number, (_, e) in upserts if e == entity), "link")


def _stubs(names: Names, assertions: Assertions) -> tuple[EntityId, ...]:
    return tuple(entity for entity in names.created.values() if entity not in assertions.wanted)
