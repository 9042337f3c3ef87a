"""The tokens of EDN that hold no others, and back: numbers, strings, characters, names, tags.

Each function takes the token's text and raises Malformed, to which the reader adds the place.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from datalog.reading.forms import Atom, Character, Symbol
from datalog.syntax.terms import Keyword

LONGEST_NUMBER = 1_000


@dataclass(eq=False)
class Malformed(Exception):
    """A token is wrong: what, and what to write instead."""

    problem: str
    remedy: str


_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(N?)", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,4})?(M?)", re.ASCII)
_NAME = re.compile(r"[\w.*+!?$%&=<>'/:#-]+")
_WORDS: Mapping[str, bool | None] = MappingProxyType({"nil": None, "true": True, "false": False})


@lru_cache(4_096)  # The same names come again and again.
def atom(token: str) -> Atom:
    """Return the number, keyword, symbol, boolean or nil that a token stands for."""
    if token in _WORDS:
        return _WORDS[token]
    if token[0] == ":":
        return Keyword(_keyword(token[1:]))
    if token[0].isdigit() or (token[0] in "+-" and token[1:2].isdigit()):
        return _number(token)
    if not is_name(token):
        raise Malformed(f"{_shown(token)} is no EDN", "a text stands in double quotes")
    return Symbol(token)


def is_name(text: str) -> bool:
    """Tell whether a text can be a keyword's name."""
    return (
        _NAME.fullmatch(text) is not None
        and text[0] not in ":'#"
        and (text == "/" or not (text[0] == "/" or text[-1] == "/"))
    )


def is_symbol(text: str) -> bool:
    """Tell whether a text reads as a symbol."""
    try:
        return isinstance(atom(text), Symbol) if text else False
    except Malformed:
        return False


def _keyword(name: str) -> str:
    if not name or not is_name(name):
        raise Malformed(f"{_shown(':' + name)} is no keyword", "write it as :name or :Type/name")
    return name


def _number(token: str) -> int | float | Decimal:
    if len(token) > LONGEST_NUMBER:
        raise Malformed("a number is too long", f"it has at most {LONGEST_NUMBER} digits")
    whole = _INTEGER.fullmatch(token)
    if whole is not None:
        return int(token.rstrip("N"))
    found = _DECIMAL.fullmatch(token)
    if found is None:
        raise Malformed(
            f"{_shown(token)} is no number", "write 42, -1.5, 1e9, 1.50M, or a text in quotes"
        )
    if found[1]:
        return Decimal(token.rstrip("M"))
    number = float(token)
    if abs(number) == float("inf"):
        raise Malformed(f"{_shown(token)} is beyond a float", "write it as a decimal, with an M")
    return number


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES: Mapping[str, str] = MappingProxyType(
    {"t": "\t", "r": "\r", "n": "\n", "b": "\b", "f": "\f", "\\": "\\", '"': '"'}
)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def string(inside: str) -> str:
    """Return the text of what stands between two quotes."""
    text = _ESCAPE.sub(_unescaped, inside) if "\\" in inside else inside
    return raw(text)


def raw(text: str) -> str:
    """Return a text as it can be stored."""
    if _UNSTORABLE.search(text) is None:
        return text
    try:  # A character beyond the first 65,536 may come as two escapes.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise Malformed("half of a surrogate pair", "write both halves, or the character") from None
    if "\0" in text:
        raise Malformed("a text holds the character U+0000", "leave it out: no text can hold it")
    return text


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is not None:
        return chr(int(found[1], 16))
    if found[2] not in _ESCAPES:
        raise Malformed(
            f"\\{found[2]} is no escape of a text", r"there are \t \r \n \b \f \\ \" and \uXXXX"
        )
    return _ESCAPES[found[2]]


_CHARACTERS: Mapping[str, str] = MappingProxyType(
    {
        "newline": "\n",
        "return": "\r",
        "space": " ",
        "tab": "\t",
        "formfeed": "\f",
        "backspace": "\b",
    }
)
_CODE_POINT = re.compile(r"u([0-9a-fA-F]{4})")


def character(name: str) -> Character:
    """Return the character that stands after a backslash."""
    found = _CODE_POINT.fullmatch(name)
    text = chr(int(found[1], 16)) if found else _CHARACTERS.get(name, name)
    if len(text) != 1 or (name == text and text.isspace()) or _UNSTORABLE.search(text):
        raise Malformed(
            f"{_shown(chr(92) + name)} is no character",
            r"write \a, \newline, \return, \space, \tab, \formfeed, \backspace or \uXXXX",
        )
    return Character(text)


_INSTANT = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[Tt]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})"
    r"(?:\.([0-9]{1,6})0{0,3})?)?)?)?)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)


def _instant(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    moment = datetime.fromisoformat(
        f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
        f".{fraction or '':0<6}{'+00:00' if zone in {None, 'Z', 'z'} else zone}"
    )
    return moment.astimezone(UTC)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _date(text: str) -> date:
    if _DAY.fullmatch(text) is None:
        raise ValueError
    return date.fromisoformat(text)


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _uuid(text: str) -> UUID:
    if _UUID.fullmatch(text) is None:
        raise ValueError
    return UUID(text)


def _named(text: str) -> Keyword:
    if not text:
        raise ValueError
    return Keyword(text)


@dataclass(frozen=True, slots=True)
class _Tag:
    example: str
    read: Callable[[str], Atom]


_TAGS: Mapping[str, _Tag] = MappingProxyType(
    {
        "inst": _Tag('#inst "2024-03-01T12:00:00Z"', _instant),
        "uuid": _Tag('#uuid "123e4567-e89b-12d3-a456-426614174000"', _uuid),
        "hw/date": _Tag('#hw/date "2024-03-01"', _date),
        # A keyword can hold what cannot be spelt as one; this is how it is written then.
        "hw/keyword": _Tag('#hw/keyword "a b"', _named),
    }
)


def tagged(tag: str, value: object) -> Atom:
    """Return what a tagged element stands for."""
    if tag not in _TAGS:
        raise Malformed(f"nobody knows the tag #{tag[:80]}", f"there are #{', #'.join(_TAGS)}")
    known = _TAGS[tag]
    try:
        if isinstance(value, str):
            return known.read(value)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"#{tag} stands before something else", f"write it as {known.example}")


def _shown(token: str) -> str:
    return token if len(token) <= 40 else f"{token[:40]}…"
