"""From the name of an attribute to where its facts live."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from datalog.kinds import Kind, Special
from store.catalogue import UNKNOWN, Attribute, Catalogue, EdgeType, UnknownAttribute, ValueType
from store.ids import AttributeId

URN = AttributeId(1)
TYPE = AttributeId(2)
LIFECYCLE = AttributeId(3)

TRANSACTION = "Transaction"
"""The type of a transaction, beside the names of entity types and edge types."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A fact table, and the types whose entities are in it (None: any entity)."""

    attribute: AttributeId
    types: frozenset[str] | None
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """An attribute with facts; of an interface, one table for each type that implements it."""

    arms: tuple[Arm, ...]
    kind: Kind
    many: bool = False
    unique: bool = False
    enum: str | None = None

    @property
    def types(self) -> frozenset[str] | None:
        """Return the types whose entities can have the attribute; None is any."""
        if any(arm.types is None for arm in self.arms):
            return None
        return frozenset(name for arm in self.arms for name in arm.types or ())

    def within(self, types: frozenset[str] | None) -> "Facts":
        """Return the attribute for entities of these types only."""
        if types is None:
            return self
        arms = tuple(arm for arm in self.arms if arm.types is None or arm.types & types)
        return Facts(arms, self.kind, self.many, self.unique, self.enum)


@dataclass(frozen=True, slots=True)
class Hop:
    """An edge type as an attribute, from its `from` to its `to`."""

    edge: EdgeType


class EdgeColumn(StrEnum):
    """What every edge has."""

    TYPE = "type"
    FROM = "from"
    TO = "to"
    KEY = "key"
    SINCE = "since"
    UNTIL = "until"


class TransactionColumn(StrEnum):
    """What a transaction has; the values are the columns of `tx`."""

    T = "t"
    INSTANT = "instant"
    RECORDED_AT = "recorded_at"
    SOURCE = "source"
    ACTOR = "actor"
    REASON = "reason"
    IDEMPOTENCY_KEY = "idempotency_key"
    LINE = "line"
    DIGEST = "digest"
    HASH = "hash"


class Own(StrEnum):
    """What is known of an entity as such."""

    ID = "entity/id"
    CREATED_AT = "entity/createdAt"
    CHANGED_AT = "entity/changedAt"


Meaning = Facts | Hop | EdgeColumn | TransactionColumn | Own

_BUILT_IN: Mapping[str, Meaning] = MappingProxyType(
    {
        "entity/urn": Facts((Arm(URN, None),), ValueType.STRING, unique=True),
        "entity/type": Facts((Arm(TYPE, None),), Special.SCHEMA),
        "entity/lifecycle": Facts((Arm(LIFECYCLE, None),), ValueType.KEYWORD, enum="Lifecycle"),
        **{own.value: own for own in Own},
        **{f"edge/{column}": column for column in EdgeColumn},
        "tx/t": TransactionColumn.T,
        "tx/instant": TransactionColumn.INSTANT,
        "tx/recordedAt": TransactionColumn.RECORDED_AT,
        "tx/source": TransactionColumn.SOURCE,
        "tx/actor": TransactionColumn.ACTOR,
        "tx/reason": TransactionColumn.REASON,
        "tx/idempotencyKey": TransactionColumn.IDEMPOTENCY_KEY,
        "tx/line": TransactionColumn.LINE,
        "tx/digest": TransactionColumn.DIGEST,
        "tx/hash": TransactionColumn.HASH,
    }
)

EDGE_KINDS: Mapping[EdgeColumn, Kind] = MappingProxyType(
    {
        EdgeColumn.TYPE: Special.SCHEMA,
        EdgeColumn.FROM: ValueType.REF,
        EdgeColumn.TO: ValueType.REF,
        EdgeColumn.KEY: ValueType.STRING,
        EdgeColumn.SINCE: Special.TRANSACTION,
        EdgeColumn.UNTIL: Special.TRANSACTION,
    }
)

TRANSACTION_KINDS: Mapping[TransactionColumn, Kind] = MappingProxyType(
    {
        TransactionColumn.T: ValueType.LONG,
        TransactionColumn.INSTANT: ValueType.DATETIME,
        TransactionColumn.RECORDED_AT: ValueType.DATETIME,
        TransactionColumn.SOURCE: ValueType.STRING,
        TransactionColumn.ACTOR: ValueType.STRING,
        TransactionColumn.REASON: ValueType.STRING,
        TransactionColumn.IDEMPOTENCY_KEY: ValueType.STRING,
        TransactionColumn.LINE: ValueType.LONG,
        TransactionColumn.DIGEST: ValueType.STRING,
        TransactionColumn.HASH: ValueType.STRING,
    }
)


def meaning(name: str, catalogue: Catalogue) -> Meaning:
    """Return what an attribute's name stands for. Raises UnknownAttribute."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    if name in catalogue.edge_types:
        return Hop(catalogue.edge_types[name])
    attribute = catalogue.attributes.get(name)
    if attribute is None:
        raise UnknownAttribute(name)
    if attribute.owner not in catalogue.interfaces:
        return _facts(attribute, (attribute,))
    implementers = catalogue.implementers[attribute.owner]
    owned = (catalogue.attributes.get(f"{owner}/{attribute.field}") for owner in implementers)
    return _facts(attribute, tuple(found for found in owned if found is not None))


def type_id(name: str, catalogue: Catalogue) -> AttributeId | None:
    """Return the id of an entity type or an edge type, or None where there is no such type."""
    found = catalogue.entity_types.get(name) or catalogue.edge_types.get(name)
    return None if found is None else found.id


def far_ends(names: tuple[str, ...], catalogue: Catalogue) -> frozenset[str]:
    """Return the types that can stand at an end of an edge: those declared, and Unknown."""
    return catalogue.ends(names) | {UNKNOWN.name}


def _facts(attribute: Attribute, owned: tuple[Attribute, ...]) -> Facts:
    arms = tuple(Arm(each.id, frozenset({each.owner}), each.slot) for each in owned)
    return Facts(arms, attribute.type, attribute.many, attribute.unique, attribute.enum)
