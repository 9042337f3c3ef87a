"""Where the value of a variable stands in the SQL."""

from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from datalog.checking.fitting import fitted
from datalog.kinds import NUMBERS, Kind, Special, kind_of, sql_type
from datalog.syntax.terms import Constant, Keyword
from datalog.vocabulary import schema_id
from store.catalogue import Catalogue, UnknownType, ValueType
from store.ids import FIRST_TRANSACTION
from store.sql import Bound, Slot, Sql, literal, number, sql

NOTHING = sql("NULL")
FALSE = sql("false")


@dataclass(frozen=True, slots=True)
class Column:
    """An SQL expression with the kind of its values.

    `prefixed`: text of a fact table, indexed by `left(…, 256)`. `mixed`: may be a transaction.
    `text`: for a value of the log, its canonical JSON, beside the reference; `family` is then a
    letter that tells what it is (`datalog/sql/facts.py`). `many`: an array of such values.
    """

    sql: Sql
    kind: Kind
    nullable: bool = False
    prefixed: bool = False
    mixed: bool = False
    text: Sql | None = None
    family: Sql | None = None
    many: bool = False


def slot(name: str, kind: Kind) -> Column:
    """Return the column of a value given at run time; of an entity of any kind, its number."""
    held = ValueType.REF if isinstance(kind, Special) else kind
    return Column(sql("{it}", it=Bound(Slot(name), sql_type(kind))), held, mixed=True)


def constant(  # noqa: PLR0911  # One case for each form in SQL.
    value: Constant, kind: Kind, catalogue: Catalogue
) -> Column:
    """Return the column of a constant that is compared with values of a kind.

    It is of its own kind where it is of another family.
    """
    if kind is Special.FACT:
        return constant(value, kind_of(value.value), catalogue)
    read = fitted(value, kind, "a constant")
    if read is None:
        return constant(value, kind_of(value.value), catalogue)
    value = read
    if kind is Special.SCHEMA:
        return Column(number(_schema_id(value, catalogue)), kind)
    given = value.value.name if isinstance(value.value, Keyword) else value.value
    if given in _OUR_WORDS:
        return Column(sql("{it}", it=literal(str(given))), kind)
    if kind is Special.TRANSACTION and isinstance(given, int):
        return Column(sql("{it}", it=Bound(given - FIRST_TRANSACTION, "bigint")), kind)
    if kind in NUMBERS:
        return _number(given, kind)
    return Column(sql("{it}", it=Bound(given, sql_type(kind))), kind)


_OUR_WORDS = frozenset({"UNCACHED", "PARTIAL", "ENRICHED", "DELETED"})
"""Lifecycles stand in the text, where the planner sees how few are DELETED."""


def _number(given: object, kind: Kind) -> Column:
    """Return the column of a number, of the kind of its place where that can hold it."""
    match given:
        case int() if kind is ValueType.INT and -(2**31) <= given < 2**31:
            pass
        case int() if kind in {ValueType.INT, ValueType.LONG}:
            kind = ValueType.LONG if -(2**63) <= given < 2**63 else ValueType.DECIMAL
        case int():  # Of a Decimal, or too large for a Float.
            kind = ValueType.DECIMAL
        case float():
            kind = ValueType.FLOAT
        case _:
            kind = ValueType.DECIMAL
    held = Decimal(given) if kind is ValueType.DECIMAL and isinstance(given, int) else given
    return Column(sql("{it}", it=Bound(held, sql_type(kind))), kind)


def _schema_id(value: Constant, catalogue: Catalogue) -> int:
    if isinstance(value.value, int):
        return value.value if -(2**63) <= value.value < 2**63 else NOBODY
    name = value.value.name if isinstance(value.value, Keyword) else str(value.value)
    found = schema_id(name, catalogue)
    if found is None:
        raise UnknownType(name, "type or attribute")
    return found


NOBODY = -1
"""The number of no entity."""


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
