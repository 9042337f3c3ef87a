"""Where the value of a variable stands in the SQL."""

from dataclasses import dataclass
from typing import LiteralString

from datalog.kinds import Kind, Special, sql_type
from datalog.syntax.terms import Constant, Keyword
from datalog.vocabulary import type_id
from store.catalogue import Catalogue, UnknownType, ValueType
from store.ids import FIRST_TRANSACTION
from store.sql import Bound, Slot, Sql, literal, number, sql

NOTHING = sql("NULL")
FALSE = sql("false")


@dataclass(frozen=True, slots=True)
class Column:
    """An SQL expression with the kind of its values.

    `prefixed`: text of a fact table, indexed by `left(…, 256)`. `mixed`: may be a transaction.
    `text`: for a value of the log, its canonical JSON, beside the reference. `many`: an array of
    such values.
    """

    sql: Sql
    kind: Kind
    nullable: bool = False
    prefixed: bool = False
    mixed: bool = False
    text: Sql | None = None
    many: bool = False


def slot(name: str, kind: Kind) -> Column:
    """Return the column of a value given at run time; of an entity of any kind, its number."""
    held = ValueType.REF if isinstance(kind, Special) else kind
    return Column(sql("{it}", it=Bound(Slot(name), sql_type(kind))), held, mixed=True)


def constant(value: Constant, kind: Kind, catalogue: Catalogue) -> Column:
    """Return the column of a constant that is compared with values of a kind."""
    if kind is Special.SCHEMA:
        return Column(number(_schema_id(value, catalogue)), kind)
    given = value.value.name if isinstance(value.value, Keyword) else value.value
    if given in _OUR_WORDS:
        return Column(sql("{it}", it=literal(str(given))), kind)
    return Column(sql("{it}", it=Bound(given, sql_type(kind))), kind)


_OUR_WORDS = frozenset({"UNCACHED", "PARTIAL", "ENRICHED", "DELETED"})
"""Lifecycles stand in the text, where the planner sees how few are DELETED."""


def _schema_id(value: Constant, catalogue: Catalogue) -> int:
    if isinstance(value.value, int):
        return value.value
    name = value.value.name if isinstance(value.value, Keyword) else str(value.value)
    if name in BUILT_IN_IDS:
        return BUILT_IN_IDS[name]
    found = type_id(name, catalogue)
    if found is None and name in catalogue.attributes:
        found = catalogue.attributes[name].id
    if found is None:
        raise UnknownType(name, "type or attribute")
    return found


BUILT_IN_IDS = {
    "entity/urn": 1,
    "entity/type": 2,
    "entity/lifecycle": 3,
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
}


_ARRAYS: dict[LiteralString, LiteralString] = {
    "text": "text[]",
    "integer": "integer[]",
    "bigint": "bigint[]",
    "double precision": "double precision[]",
    "numeric": "numeric[]",
    "boolean": "boolean[]",
    "timestamp with time zone": "timestamp with time zone[]",
    "date": "date[]",
    "uuid": "uuid[]",
}


def slot_list(name: str, kind: Kind) -> Sql:
    """Return a list given at run time."""
    return sql("{it}", it=Bound(Slot(name), _ARRAYS[sql_type(kind)]))


def entity_number(column: Column) -> Sql:
    """Return the number of an entity, also where the column holds a t."""
    if column.kind is Special.TRANSACTION:
        return sql("{it} + {first}", it=column.sql, first=number(FIRST_TRANSACTION))
    return column.sql


def as_entity(column: Column) -> Column:
    """Return the column of an entity as its number, also where it holds a t."""
    if column.kind is not Special.TRANSACTION:
        return column
    return Column(entity_number(column), ValueType.REF, column.nullable, mixed=True)


def as_t(column: Column) -> Sql:
    """Return the t of a transaction, also where the column holds an entity's number."""
    if column.kind is Special.TRANSACTION:
        return column.sql
    return sql("{it} - {first}", it=column.sql, first=number(FIRST_TRANSACTION))
