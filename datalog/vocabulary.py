"""From the name of an attribute to where its facts live."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from datalog.kinds import Kind, Special
from datalog.syntax.views import Now, View
from store.catalogue import UNKNOWN, Attribute, Catalogue, EdgeType, UnknownAttribute, ValueType
from store.ids import AttributeId
from store.schema.description import FLAGS, REFERENCES, Said

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
    """An attribute with facts; of an interface, one table for each type that implements it.

    `logged`: only the log has them. `always_one`: an entity has had one at a time, at any time.
    """

    arms: tuple[Arm, ...]
    kind: Kind
    many: bool = False
    unique: bool = False
    enum: str | None = None
    logged: bool = False
    always_one: bool = False

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
        return replace(self, arms=arms)


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


class Virtual(StrEnum):
    """What is known of an attribute or a type as such."""

    IDENT = "db/ident"


ANY_TIME = "at any time"
"""The source in which urns are looked up: nobody can write its name, which has spaces."""

_END = " at its end"


def at_its_end(source: str) -> str:
    """Return the name of a source as it is at the end of what it sees: all that holds then."""
    return source if source.endswith(_END) or source == ANY_TIME else f"{source}{_END}"


def ended(name: str) -> str | None:
    """Return the source that a name says the end of, or None where it is no such name."""
    return name.removesuffix(_END) if name.endswith(_END) else None


Meaning = Facts | Hop | EdgeColumn | TransactionColumn | Own | Virtual


def _said(attribute: Said) -> Facts:
    """Return what the log says of schema entities: references, and texts (a flag is `true`)."""
    if attribute in REFERENCES:
        kind: Kind = Special.SCHEMA
    elif attribute in FLAGS:
        kind = ValueType.BOOLEAN
    else:
        kind = ValueType.INT if attribute is Said.SLOT else ValueType.STRING
    many = attribute in {Said.INTERFACE, Said.FROM, Said.TO}
    return Facts((Arm(AttributeId(attribute), None),), kind, many, logged=True)


_BUILT_IN: Mapping[str, Meaning] = MappingProxyType(
    {
        "entity/urn": Facts((Arm(URN, None),), ValueType.STRING, unique=True),
        "entity/type": Facts((Arm(TYPE, None),), Special.SCHEMA),
        "entity/lifecycle": Facts((Arm(LIFECYCLE, None),), ValueType.KEYWORD, enum="Lifecycle"),
        **{own.value: own for own in Own},
        "db/id": Own.ID,
        "db/ident": Virtual.IDENT,
        **{f"schema/{said.field}": _said(said) for said in Said},
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
        return _facts(attribute, (attribute,), catalogue)
    implementers = catalogue.implementers[attribute.owner]
    owned = (catalogue.attributes.get(f"{owner}/{attribute.field}") for owner in implementers)
    return _facts(attribute, tuple(found for found in owned if found is not None), catalogue)


def type_id(name: str, catalogue: Catalogue) -> AttributeId | None:
    """Return the id of an entity type or an edge type, or None where there is no such type."""
    found = catalogue.entity_types.get(name) or catalogue.edge_types.get(name)
    return None if found is None else found.id


def schema_id(name: str, catalogue: Catalogue) -> int | None:
    """Return the id of the attribute or the type of that name, or None where there is none."""
    named = (
        catalogue.entity_types,
        catalogue.edge_types,
        catalogue.attributes,
        catalogue.interfaces,
        catalogue.enums,
    )
    if name in BUILT_IN_IDS:
        return BUILT_IN_IDS[name]
    return next((names[name].id for names in named if name in names), None)


BUILT_IN_IDS: Mapping[str, int] = MappingProxyType(
    {
        "entity/urn": URN,
        "entity/type": TYPE,
        "entity/lifecycle": LIFECYCLE,
        "edge/type": 4,
        "edge/from": 5,
        "edge/to": 6,
        "edge/key": 7,
        "tx/instant": 10,
        "tx/recordedAt": 11,
        "tx/source": 12,
        "tx/actor": 13,
        "tx/reason": 14,
        "tx/idempotencyKey": 15,
        "tx/line": 16,
        "tx/digest": 17,
        **{f"schema/{said.field}": int(said) for said in Said},
    }
)


def log_kinds(catalogue: Catalogue) -> Mapping[int, Kind]:
    """Return what the log's values are, by attribute."""
    built_in: dict[int, Kind] = {
        found.arms[0].attribute: found.kind
        for found in _BUILT_IN.values()
        if isinstance(found, Facts)
    }
    transactions: dict[int, Kind] = {
        BUILT_IN_IDS[name]: TRANSACTION_KINDS[found]
        for name, found in _BUILT_IN.items()
        if isinstance(found, TransactionColumn) and name in BUILT_IN_IDS
    }
    named: dict[int, Kind] = {
        each.id: each.type for each in catalogue.attributes.values() if each.id
    }
    return {**built_in, **transactions, **named}


def ends_of(edge: EdgeType, end: EdgeColumn, catalogue: Catalogue, view: View) -> frozenset[str]:
    """Return the types that can stand at an end of an edge that a view shows.

    Now those declared, and Unknown, unless it has always been the same one alone; at other times
    those that have ever been declared.
    """
    names = edge.from_types if end is EdgeColumn.FROM else edge.to_types
    ever = catalogue.ends_ever.get(edge.name)
    known = frozenset(catalogue.entity_types)
    if ever is not None:
        known = ever[0] if end is EdgeColumn.FROM else ever[1]
    return known & far_ends(names, catalogue) if isinstance(view, Now) else known


def far_ends(names: tuple[str, ...], catalogue: Catalogue) -> frozenset[str]:
    """Return the types that can stand at an end now: those declared, and Unknown."""
    return catalogue.ends(names) | {UNKNOWN.name}


def _facts(attribute: Attribute, owned: tuple[Attribute, ...], catalogue: Catalogue) -> Facts:
    return Facts(
        tuple(Arm(each.id, frozenset({each.owner}), each.slot) for each in owned),
        attribute.type,
        attribute.many,
        attribute.unique,
        attribute.enum,
        always_one=all(each.id in catalogue.always_one for each in owned),
    )
