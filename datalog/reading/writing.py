"""Values to EDN text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from types import MappingProxyType
from uuid import UUID

from datalog.reading.atoms import is_name
from datalog.reading.forms import Character, Form, List, Map, Set, Symbol, Vector
from datalog.syntax.terms import Keyword


def write(value: object) -> str:
    """Return a value as EDN on one line: a form, what forms hold, or Python's own values.

    Lists and tuples become vectors, dicts maps, sets sets. Raises ValueError for what EDN has no
    text for, such as a float that is not finite.
    """
    return "".join(_written(value))


def _written(value: object) -> Iterator[str]:  # noqa: C901  # One case for each type.
    match value:
        case Form(value=held):
            yield from _written(held)
        case List(members):
            yield from _enclosed("(", members, ")")
        case Vector(members):
            yield from _enclosed("[", members, "]")
        case Set(members):
            yield from _enclosed("#{", members, "}")
        case Map(pairs):
            yield from _enclosed("{", (each for pair in pairs for each in pair), "}")
        case list() | tuple():
            yield from _enclosed("[", value, "]")
        case set() | frozenset():
            yield from _enclosed("#{", value, "}")
        case dict():
            yield from _enclosed("{", (each for pair in value.items() for each in pair), "}")
        case _:
            yield _atom_text(value)


def _enclosed(opening: str, members: Iterable[object], closing: str) -> Iterator[str]:
    yield opening
    for position, member in enumerate(members):
        if position:
            yield " "
        yield from _written(member)
    yield closing


def _atom_text(value: object) -> str:  # noqa: C901, PLR0911, PLR0912  # One case for each type.
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case Keyword(name):
            return f":{name}" if is_name(name) else f"#hw/keyword {_quoted(name)}"
        case Symbol(name):
            return name
        case Character(text):
            return "\\" + _CHARACTER_NAMES.get(text, _shown(text))
        case int():
            return str(value) if -(2**63) <= value < 2**63 else f"{value}N"
        case float() if isfinite(value):
            return repr(value)
        case Decimal() if value.is_finite():
            return f"{value}M"
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f'#inst "{aware.isoformat()}"'
        case date():
            return f'#hw/date "{value.isoformat()}"'
        case UUID():
            return f'#uuid "{value}"'
        case _:
            raise ValueError(f"EDN has no text for {value!r}")


def _shown(character: str) -> str:
    hidden = character < " " or character.isspace()
    return f"u{ord(character):04x}" if hidden else character


_CHARACTER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "\n": "newline",
        "\r": "return",
        " ": "space",
        "\t": "tab",
        "\f": "formfeed",
        "\b": "backspace",
    }
)
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]')
_ESCAPED: Mapping[str, str] = MappingProxyType(
    {"\t": r"\t", "\r": r"\r", "\n": r"\n", "\b": r"\b", "\f": r"\f", "\\": r"\\", '"': r"\""}
)


def _quoted(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[0], f"\\u{ord(found[0]):04x}")
