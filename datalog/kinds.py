"""What a variable can hold: the value types of the catalogue, and what only queries know."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import LiteralString
from uuid import UUID

from datalog.syntax.terms import Keyword
from store.catalogue import ValueType
from store.values import SQL_TYPES


class Special(StrEnum):
    """What no attribute holds."""

    TRANSACTION = "transaction"
    """A transaction; its column holds the t, not the entity's number."""

    SCHEMA = "schema"
    """An attribute, an entity type or an edge type; its column holds the id."""

    FACT = "fact"
    """The value of a fact whose attribute is a variable: a reference, or canonical JSON."""


Kind = ValueType | Special

TEXTS = frozenset({ValueType.STRING, ValueType.URI, ValueType.KEYWORD, ValueType.JSON})
NUMBERS = frozenset({ValueType.INT, ValueType.LONG, ValueType.FLOAT, ValueType.DECIMAL})
ENTITIES: frozenset[Kind] = frozenset({ValueType.REF, Special.TRANSACTION, Special.SCHEMA})


def sql_type(kind: Kind) -> LiteralString:
    """Return the PostgreSQL type of a kind's values; all entities are numbers."""
    return SQL_TYPES[kind] if isinstance(kind, ValueType) else "bigint"


def comparable(one: Kind, other: Kind) -> bool:
    """Tell whether a value of one kind can equal one of the other."""
    if one == other:
        return True
    if Special.FACT in {one, other}:  # Whatever the attribute turns out to be.
        return True
    return any({one, other} <= family for family in (TEXTS, NUMBERS, ENTITIES))


def wider(*kinds: Kind) -> Kind:
    """Return the kind that values of all of these kinds can be told as, if there is one.

    A Float says that a number is no longer exact, so it wins; texts of several kinds are Strings,
    entities of several kinds are entities. What does not compare is as dynamic as the log's.
    """
    one, *others = dict.fromkeys(kinds)
    if not others:
        return one
    return next((wide for family, wide in _WIDER if family.issuperset(kinds)), Special.FACT)


_WIDER: tuple[tuple[frozenset[Kind], Kind], ...] = (
    (frozenset({ValueType.INT, ValueType.LONG}), ValueType.LONG),
    (frozenset(NUMBERS - {ValueType.FLOAT}), ValueType.DECIMAL),
    (frozenset(NUMBERS), ValueType.FLOAT),
    (frozenset(TEXTS), ValueType.STRING),
    (frozenset(ENTITIES), ValueType.REF),
)


def kind_of(constant: object) -> Kind:
    """Return the kind of a constant, as far as it tells."""
    return _CONSTANTS.get(type(constant), ValueType.STRING)


_CONSTANTS: Mapping[type, Kind] = MappingProxyType(
    {
        bool: ValueType.BOOLEAN,
        int: ValueType.LONG,
        float: ValueType.FLOAT,
        Decimal: ValueType.DECIMAL,
        datetime: ValueType.DATETIME,
        date: ValueType.DATE,
        UUID: ValueType.UUID,
        Keyword: ValueType.KEYWORD,
    }
)
