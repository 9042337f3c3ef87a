"""What a caller gives, as JSON or as EDN, to what a variable of some kind takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from datalog.kinds import ENTITIES, NUMBERS, TEXTS, Kind, Special
from datalog.reading.atoms import is_name
from datalog.reading.errors import WrongInput
from datalog.reading.forms import Character, Form, List, Map, Set, Symbol, Vector
from datalog.reading.terms import step
from datalog.syntax.terms import Constant, Keyword, LookupRef
from store.catalogue import ValueType
from store.ids import URN_PREFIX, from_opaque
from store.value_parsers import PARSERS, Unfit
from store.values import native, shortened


@dataclass(frozen=True, slots=True)
class Sent:
    """What the statement is sent in a slot; None matches nothing."""

    value: object


Settled = Sent | Constant | LookupRef
"""What an input becomes: a slot's value, or a term in the place of its variable."""

_ENTITY = 'an entity: a urn "hw://…", a public id "E…" or "T…", a number, a lookup ref'
_NAME = "the name of an attribute or a type: :Dataset/name, :Dataset"


def plain(given: object) -> object:
    """Return a form as Python has it: vectors, lists and sets as lists, maps as dicts.

    Keywords stay; the keys of a map are texts.
    """
    match given:
        case Form(value=value):
            return plain(value)
        case Vector(members) | List(members) | Set(members):
            return list(map(plain, members))
        case Map(pairs):
            return {_text(key): plain(value) for key, value in pairs}
        case Character(text) | Symbol(text):
            return text
        case tuple():
            return list(map(plain, given))
        case _:
            return given


def _text(key: Form) -> str:
    value = plain(key)
    return value.name if isinstance(value, Keyword) else str(value)


def settled(value: object, kind: Kind | None, name: str) -> Settled:
    """Return what a value is to a variable of a kind; None: nothing tells the kind.

    Raises WrongInput, about the input `name`.
    """
    value = plain(value)
    try:
        return _settled(value, kind)
    except Unfit as unfit:
        raise WrongInput(name, unfit.expected, _told(value)) from None


def _settled(value: object, kind: Kind | None) -> Settled:
    if value is None:
        return Sent(None)
    match kind:
        case Special.SCHEMA:
            return _schema(value)
        case ValueType.REF | Special.TRANSACTION:
            return _entity(value)
        case None | Special.FACT:
            return _natural(value)
        case ValueType():
            return _typed(value, kind)
        case _:
            raise Unfit(f"a value of kind {kind}")


def _typed(value: object, kind: ValueType) -> Settled:
    if isinstance(value, Keyword) and kind in TEXTS - {ValueType.JSON}:
        value = value.name
    if kind is ValueType.KEYWORD and isinstance(value, str) and len(value) > 1:
        value = value.removeprefix(":")
    try:
        return Sent(native(PARSERS[kind](value), kind))
    except Unfit:
        if kind in NUMBERS and _is_number(value):  # Numbers of any kind compare with each other.
            return _natural(value)
        raise


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _entity(value: object) -> Settled:
    match value:
        case str():
            return _entity_text(value)
        case list():
            return _lookup_ref(value, _ENTITY)
        case Keyword():
            return Constant(value)
        case int() if not isinstance(value, bool) and 0 <= value < 2**63:
            return Sent(value)
        case _:
            raise Unfit(_ENTITY)


def _entity_text(text: str) -> Settled:
    PARSERS[ValueType.STRING](text)
    number, name = from_opaque(text), _keyword(text)
    if number is not None:
        return Sent(int(number))
    if name is not None:
        return Constant(Keyword(name))
    if not text.startswith(URN_PREFIX):
        raise Unfit(_ENTITY)
    return Constant(text)


def _lookup_ref(value: list[object], expected: str) -> LookupRef:
    match value:
        case [first, of] if (name := _keyword(first)) is not None and not isinstance(of, list):
            held = _natural(of)
            if isinstance(held, Constant) and not step(name)[1]:
                return LookupRef(step(name)[0], held)
        case _:
            pass
    raise Unfit(expected)


def _schema(value: object) -> Settled:
    name = _keyword(value)
    if name is None and isinstance(value, str) and is_name(value):
        name = value
    if name is not None:
        return Constant(Keyword("entity/id" if name == "db/id" else name))
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return Sent(value)
    raise Unfit(_NAME)


def _keyword(value: object) -> str | None:
    """Return the name of a keyword, which JSON writes as a text that begins with a colon."""
    if isinstance(value, Keyword):
        return value.name
    if isinstance(value, str) and value.startswith(":") and is_name(value[1:] or ":"):
        return value[1:]
    return None


_VALUE = "one value: a text, a number, true or false"
_CHECKED: Mapping[type, ValueType] = MappingProxyType(
    {str: ValueType.STRING, float: ValueType.FLOAT, Decimal: ValueType.DECIMAL}
)


def _natural(value: object) -> Constant | LookupRef:
    """Return a value as what it looks like."""
    if type(value) in _CHECKED:
        PARSERS[_CHECKED[type(value)]](value)
    match value:
        case bool() | str() | float() | Decimal() | UUID() | Keyword():
            return Constant(value)
        case datetime():
            return Constant(value if value.tzinfo else value.replace(tzinfo=UTC))
        case date():
            return Constant(value)
        case int() if value.bit_length() < 3_000:
            return Constant(value if -(2**63) <= value < 2**63 else Decimal(value))
        case list():
            return _lookup_ref(value, _VALUE)
        case _:
            raise Unfit(_VALUE)


def _told(value: object) -> str:
    match value:
        case Keyword(name):
            return shortened(f":{name}")
        case Mapping() | list():
            return "an object" if isinstance(value, Mapping) else "a list"
        case bool():
            return "true" if value else "false"
        case _:
            return shortened(value)


def is_entity(kind: Kind | None) -> bool:
    """Tell whether a variable of a kind holds entities."""
    return kind in ENTITIES
