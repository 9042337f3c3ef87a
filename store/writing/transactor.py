"""The transactor: what one transaction does to the state before it. Pure: no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from store.catalogue import Attribute, Catalogue, ValueType
from store.ids import AttributeId, EntityId
from store.log import Datom
from store.transaction import Transaction
from store.values import WrongValue, cut, parse, shortened
from store.writing.assertions import Assertions, Wanted, check_reference, upserted
from store.writing.datoms import datoms_of
from store.writing.lifecycles import counted, edges_of_retyped, lifecycle_after
from store.writing.linking import KEY, Linking, check_ends, edge_of, is_key, leave, link, unlink
from store.writing.naming import LinkNames, Names, resolve
from store.writing.refusals import UniqueConflict
from store.writing.retracting import Retracting, retract
from store.writing.rules import Rules
from store.writing.state import Count, Decision, Edge, Effects, Entity, Lifecycle, State, Value


def decide(rules: Rules, state: State, transaction: Transaction) -> Decision:
    """Return what a transaction does to a state, which stays as it is.

    The order of its statements makes no difference but for the ids of new entities. Raises one of
    `store.writing.refusals`, UnknownType, UnknownAttribute or WrongValue, naming the statement.
    """
    _check_about(rules.catalogue, transaction)
    names = resolve(rules, state, transaction)
    linking = unlink(names, transaction)
    retracting = retract(names, transaction, linking)
    assertions = upserted(names, transaction)
    link(names, transaction, linking, retracting.named)
    leave(names, linking, retracting.ended)
    effects, counts = _effects(names, assertions, retracting, linking)
    datoms = datoms_of(rules, state, effects)
    _check_retyped(names, linking, datoms)
    claimed, freed = _unique(names, datoms)
    return Decision(
        datoms=tuple(datoms),
        effects=effects,
        stubs=_stubs(names, assertions),
        redundant=assertions.redundant + linking.redundant + retracting.redundant,
        next_entity=names.next_entity,
        counts=counts,
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


def _effects(
    names: Names, assertions: Assertions, retracting: Retracting, linking: Linking
) -> tuple[Effects, Mapping[Count, int]]:
    begun, altered = _edges(names, linking)
    ended = [Edge(edge.id, edge.identity, live=False, values={}) for edge in linking.ended.values()]
    counts = counted(names, begun, linking.ended)
    sources = {edge.identity.source for edge in begun}
    after = _After(names, assertions, retracting, counts, sources)
    created = [_created(after, urn, entity) for urn, entity in names.created.items()]
    changed = _all_changed(after)
    effects = Effects(tuple(created), tuple(changed), tuple(begun), tuple(altered), tuple(ended))
    return effects, counts


def _edges(names: Names, linking: Linking) -> tuple[list[Edge], list[Edge]]:
    """Return the edges that begin, and the live ones whose properties are altered."""
    begun, altered = [], []
    for identity, wanted in linking.wanted.items():
        edge = edge_of(names, identity)
        if edge is None or not edge.live:
            entity = names.allocate() if edge is None else edge.id
            begun.append(Edge(entity, identity, live=True, values=_merged({}, wanted)))
        elif any(edge.values.get(a) != value for a, value in wanted.items()):
            merged = _merged(edge.values, wanted)
            altered.append(Edge(edge.id, identity, live=True, values=merged))
    return begun, altered


def _merged(before: Mapping[AttributeId, Value], wanted: Wanted) -> dict[AttributeId, Value]:
    merged = {**before, **wanted}
    return {a: value for a, value in merged.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _After:
    """What an entity's state afterwards is made of; `sources` are where an edge begins."""

    names: Names
    assertions: Assertions
    retracting: Retracting
    counts: Mapping[Count, int]
    sources: set[EntityId]


def _all_changed(after: _After) -> list[Entity]:
    entities = after.names.state.entities
    touched = dict.fromkeys(
        (
            *after.assertions.wanted,
            *after.retracting.ended,
            *after.names.types,
            *after.sources,
            *(count.entity for count in after.counts),
        )
    )
    changed = (_changed(after, entities[entity]) for entity in touched if entity in entities)
    return [entity for entity in changed if entity is not None]


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
