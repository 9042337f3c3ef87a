"""Answers as EDN: what find asks for, values written as their types are."""

from typing import Any

import orjson

from datalog.kinds import Kind, Special
from datalog.reading.edn import write
from datalog.reading.forms import Symbol
from datalog.syntax.finding import FindElement, Pull, PullAttribute, PullPattern, Recursion
from datalog.syntax.query import FindSpec, ReturnMaps
from datalog.syntax.terms import Keyword
from datalog.vocabulary import EDGE_KINDS, TRANSACTION_KINDS, EdgeColumn, Facts, TransactionColumn
from datalog.vocabulary import meaning as meaning_of
from resolvers.datalog.question import Answered
from store.catalogue import Catalogue, UnknownAttribute, ValueType
from store.values import native

Json = Any  # What JSON holds.
_AS_WRITTEN = frozenset({ValueType.REF, ValueType.STRING, ValueType.URI, ValueType.JSON})
_NAMES = frozenset({ValueType.KEYWORD, Special.SCHEMA})


def answer_edn(answered: Answered) -> str:
    """Return all rows as a vector, one on a line; one row or one value as find asks for it."""
    rows = [_row(answered, row) for row in answered.cells()]
    match answered.query.spec:
        case FindSpec.SCALAR:
            return write(rows[0][0]) if rows else "nil"
        case FindSpec.TUPLE:
            return write(_keyed(answered, rows[0])) if rows else "nil"
        case FindSpec.COLLECTION:
            return _lines([write(row[0]) for row in rows])
        case FindSpec.RELATION:
            return _lines([write(_keyed(answered, row)) for row in rows])


def _lines(members: list[str]) -> str:
    return "[" + "\n ".join(members) + "]"


def _row(answered: Answered, row: tuple[Json, ...]) -> list[object]:
    found = zip(answered.query.find, answered.kinds, row, strict=True)
    return [_found(element, kind, value, answered.catalogue) for element, kind, value in found]


def _keyed(answered: Answered, row: list[object]) -> object:
    maps = answered.query.maps
    return row if maps is None else {_key(maps, at): each for at, each in enumerate(row)}


def _key(maps: ReturnMaps, position: int) -> object:
    name = maps.names[position]
    match maps.kind:
        case "keys":
            return Keyword(name)
        case "syms":
            return Symbol(name)
        case _:
            return name


def _found(element: FindElement, kind: Kind, value: Json, catalogue: Catalogue) -> object:
    if isinstance(element, Pull):
        return _pulled(value, element.pattern, catalogue)
    return _typed(value, kind)


def _typed(value: Json, kind: Kind | None) -> object:
    match value:
        case None | bool():
            return value
        case list() if kind is not ValueType.JSON:
            return [_typed(each, kind) for each in value]
        case str() if kind in _NAMES:
            return Keyword(value)
        case _ if isinstance(kind, ValueType) and kind not in _AS_WRITTEN:
            return native(orjson.dumps(value).decode(), kind)
        case _:
            return value


def _pulled(value: Json, pattern: PullPattern, catalogue: Catalogue) -> object:
    """Return a pull as a map: attributes are keywords, a name that `:as` gave is a text."""
    match value:
        case list():
            return [_pulled(each, pattern, catalogue) for each in value]
        case dict():
            items = {_name(each): each for each in pattern.items if isinstance(each, PullAttribute)}
            return dict(
                _attribute(key, each, items.get(key), pattern, catalogue)
                for key, each in value.items()
            )
        case _:
            return value


def _name(item: PullAttribute) -> str:
    if item.key is not None:
        return item.key
    owner, slash, field = item.name.rpartition("/")
    return f"{owner}{slash}_{field}" if item.reverse else item.name


def _attribute(
    key: str,
    value: Json,
    item: PullAttribute | None,
    enclosing: PullPattern,
    catalogue: Catalogue,
) -> tuple[object, object]:
    named = key if item is not None and item.key is not None else Keyword(key)
    inner = item.pattern if item is not None else None
    match inner:
        case PullPattern():
            return named, _pulled(value, inner, catalogue)
        case Recursion():
            return named, _pulled(value, enclosing, catalogue)
        case None:
            kind = _kind_of(item.name if item is not None else key, catalogue)
            return named, _plain(value, kind, catalogue)


def _plain(value: Json, kind: Kind | None, catalogue: Catalogue) -> object:
    """Return a value of an attribute; an entity may come as its id, or whole."""
    match value:
        case dict() if kind is not ValueType.JSON:
            return _pulled(value, PullPattern(()), catalogue)
        case list() if kind is not ValueType.JSON:
            return [_plain(each, kind, catalogue) for each in value]
        case _:
            return _typed(value, kind)


def _kind_of(name: str, catalogue: Catalogue) -> Kind | None:
    try:
        found = meaning_of(name, catalogue)
    except UnknownAttribute:
        return None
    match found:
        case Facts(kind=kind):
            return kind
        case EdgeColumn():
            return EDGE_KINDS[found]
        case TransactionColumn():
            return TRANSACTION_KINDS[found]
        case _:
            return None
