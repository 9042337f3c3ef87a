"""A constant as a value of a kind: text stands for an instant, a date, a UUID and a number too."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from datalog.errors import WrongConstant
from datalog.kinds import ENTITIES, NUMBERS, TEXTS, Kind, Special, kind_of
from datalog.syntax.terms import Constant, Keyword
from store.catalogue import ValueType
from store.value_parsers import PARSERS, Unfit
from store.values import native, shortened


def fitted(  # One case for each family.
    constant: Constant, kind: Kind, where: str
) -> Constant | None:
    """Return a constant as a value of a kind; None where it is of another family.

    Text stands for an instant, a date, a UUID and a number too. Raises WrongConstant where it is
    text that says no such thing, or that no database can hold.
    """
    value = constant.value
    if isinstance(value, str):
        _check_text(value, where)
    match kind:
        case Special.FACT:
            return constant
        case _ if kind in ENTITIES:
            is_entity = isinstance(value, str | int | Keyword) and not isinstance(value, bool)
            return constant if is_entity else None
        case _ if kind in TEXTS:
            return constant if isinstance(value, str | Keyword) else None
        case _ if kind in NUMBERS:
            return _number(constant, kind, where)
        case ValueType.DATETIME | ValueType.DATE | ValueType.UUID if isinstance(value, str):
            return _parsed(value, kind, where)
        case _:
            return constant if kind_of(value) is kind else None


def _number(  # noqa: PLR0911  # One case for each meeting of kinds.
    constant: Constant, kind: Kind, where: str
) -> Constant | None:
    """Return a number as one of its place where nothing is lost; else it compares as it is."""
    match constant.value, kind:
        case bool(), _:
            return None
        case str() as text, _:
            return _number(_parsed(text, ValueType.DECIMAL, where), kind, where)
        case (float() | Decimal()) as value, _ if not math.isfinite(value):
            raise WrongConstant(where, _EXPECTED[ValueType.FLOAT], shortened(value))
        case float() as value, ValueType.DECIMAL:
            return Constant(Decimal(repr(value)))
        case (int() | Decimal()) as value, ValueType.FLOAT:
            return _as_float(constant, value)
        case (float() | Decimal()) as value, ValueType.INT | ValueType.LONG:
            whole = int(value)
            return Constant(whole) if whole == value else constant
        case int() | float() | Decimal(), _:
            return constant
        case _:
            return None


def _as_float(constant: Constant, value: int | Decimal) -> Constant:
    try:
        return Constant(float(value))
    except OverflowError:
        return constant


def _parsed(text: str, kind: Kind, where: str) -> Constant:
    value_type = ValueType(kind)
    try:
        value = native(PARSERS[value_type](text), value_type)
    except Unfit:
        raise WrongConstant(where, _EXPECTED[value_type], shortened(text)) from None
    if not isinstance(value, Decimal | datetime | date | UUID):
        raise TypeError(value_type)
    return Constant(value)


_EXPECTED: Mapping[ValueType, str] = MappingProxyType(
    {
        ValueType.DECIMAL: "a number",
        ValueType.FLOAT: "a finite number",
        ValueType.DATETIME: "an instant such as 2024-03-01T12:00:00Z",
        ValueType.DATE: "a date such as 2024-03-01",
        ValueType.UUID: "a UUID such as 123e4567-e89b-12d3-a456-426614174000",
        ValueType.BOOLEAN: "true or false",
    }
)


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WrongConstant(where, "text without lone surrogates", shortened(text)) from None
    if "\0" in text:
        raise WrongConstant(where, "text without NUL characters", shortened(text))


def as_default(constant: Constant, kind: Kind) -> Constant:
    """Return what stands for a missing value of a kind: of that kind if it can be one."""
    if kind in ENTITIES and not isinstance(constant.value, int):
        return constant
    try:
        return fitted(constant, kind, "") or constant
    except WrongConstant:
        return constant


def kind_with_default(constant: Constant, kind: Kind) -> Kind:
    """Return the kind of what is a value of a kind, or else a constant."""
    given = as_default(constant, kind)
    if kind in ENTITIES and not isinstance(given.value, int):
        return Special.FACT
    try:
        return kind if fitted(given, kind, "") is not None else Special.FACT
    except WrongConstant:
        return Special.FACT
