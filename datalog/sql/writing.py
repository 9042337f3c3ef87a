"""JSON text in the making: literal pieces and SQL expressions, side by side."""

import json
from collections.abc import Iterable

from store.sql import Sql, join, literal, sql

Json = tuple[str | Sql, ...]
"""Pieces of JSON text in order: text known now, and SQL that is never NULL."""

NULL: Json = ("null",)

_MOST_ARGUMENTS = 90
"""PostgreSQL takes 100 arguments to a function."""


def array(members: Iterable[Json]) -> Json:
    """Return a JSON array of pieces that are known to be there."""
    return ("[", *_separated(members), "]")


def json_object(fields: Iterable[tuple[str, Json]]) -> Json:
    """Return a JSON object; the keys are known now."""
    members = ((f"{json.dumps(key, ensure_ascii=False)}:", *value) for key, value in fields)
    return ("{", *_separated(members), "}")


def as_text(pieces: Json) -> Sql:
    """Return one SQL expression for the whole text."""
    arguments = [
        sql("{it}", it=literal(piece)) if isinstance(piece, str) else piece
        for piece in _merged(pieces)
    ]
    if len(arguments) == 1:
        return arguments[0]
    while len(arguments) > _MOST_ARGUMENTS:
        arguments = [
            _concat(arguments[start : start + _MOST_ARGUMENTS])
            for start in range(0, len(arguments), _MOST_ARGUMENTS)
        ]
    return _concat(arguments)


def known_texts(written: Iterable[Json]) -> tuple[str, ...] | None:
    """Return the texts that are known without PostgreSQL, or None where one of them is not."""
    found: list[str] = []
    for pieces in written:
        texts = [piece for piece in pieces if isinstance(piece, str)]
        if len(texts) < len(pieces):
            return None
        found.append("".join(texts))
    return tuple(found)


def _concat(arguments: Iterable[Sql]) -> Sql:
    return sql("concat({all})", all=join(", ", arguments))


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
