"""JSON text in the making: literal pieces and SQL expressions, side by side."""

import json
from collections.abc import Iterable

from store.sql import Sql, join, literal, sql

Json = tuple[str | Sql, ...]
"""Pieces of JSON text in order: text known now, and SQL that is never NULL."""

NULL: Json = ("null",)

_MOST_OPERANDS = 16
"""So many texts are put together one after the other; of more, parts are: each step copies."""


def array(members: Iterable[Json]) -> Json:
    """Return a JSON array of pieces that are known to be there."""
    return ("[", *_separated(members), "]")


def json_object(fields: Iterable[tuple[str, Json]]) -> Json:
    """Return a JSON object; the keys are known now."""
    members = ((f"{json.dumps(key, ensure_ascii=False)}:", *value) for key, value in fields)
    return ("{", *_separated(members), "}")


def list_of(members: Sql) -> Json:
    """Return the JSON text of an array whose members are put together by an aggregate."""
    return "[", sql("coalesce({members}, '')", members=members), "]"


def selected_from(pieces: Json, body: Sql) -> Json:
    """Return the text of the one row that a body has.

    What is known at both ends stays outside: to join it there is to copy all that was put together.
    """
    merged = _merged(pieces)
    first = 1 if isinstance(merged[0], str) else 0
    last = len(merged) - 1 if isinstance(merged[-1], str) else len(merged)
    if first >= last:  # Nothing is asked of the row.
        return tuple(merged)
    text = as_text(tuple(merged[first:last]))
    return *merged[:first], sql("(SELECT {text}{body})", text=text, body=body), *merged[last:]


def as_text(pieces: Json) -> Sql:
    """Return one SQL expression for the whole text."""
    arguments = [
        sql("{it}", it=literal(piece)) if isinstance(piece, str) else piece
        for piece in _merged(pieces)
    ]
    if len(arguments) == 1:
        return arguments[0]
    while len(arguments) > _MOST_OPERANDS:
        arguments = [
            _joined(arguments[start : start + _MOST_OPERANDS])
            for start in range(0, len(arguments), _MOST_OPERANDS)
        ]
    return _joined(arguments)


def known_texts(written: Iterable[Json]) -> tuple[str, ...] | None:
    """Return the texts that are known without PostgreSQL, or None where one of them is not."""
    found: list[str] = []
    for pieces in written:
        texts = [piece for piece in pieces if isinstance(piece, str)]
        if len(texts) < len(pieces):
            return None
        found.append("".join(texts))
    return tuple(found)


def _joined(arguments: Iterable[Sql]) -> Sql:
    # Half of what concat() takes, which looks up how each argument becomes a text.
    return sql("({all})", all=join(" || ", arguments))


def _merged(pieces: Json) -> list[str | Sql]:
    merged: list[str | Sql] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        if isinstance(piece, str) and isinstance(before, str):
            merged[-1] = before + piece
        else:
            merged.append(piece)
    return merged or [""]


def _separated(members: Iterable[Json]) -> Iterable[str | Sql]:
    for position, member in enumerate(members):
        if position:
            yield ","
        yield from member
