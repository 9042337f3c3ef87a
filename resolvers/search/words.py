"""The words of a text, as store/migrations/003_search.sql has them, and where they stand in it.

What is found PostgreSQL decides. To tell where, the same words are read again here: from the few
values that are shown.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 65_536
"""The characters of a value that are searched."""

_CAPITALS = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЇЉЊЋЂЏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
_ALONE = {"ς": "σ", "ł": "l", "ø": "o", "đ": "d", "ß": "s", "ı": "i", "Ł": "l", "Ø": "o", "Đ": "d"}  # noqa: RUF001
_SMALL = str.maketrans({each: each.lower() for each in _CAPITALS} | _ALONE | {"Æ": "æ", "Œ": "œ"})
_ACCENT = re.compile("[\u0300-\u036f]")
_OF_WORDS = re.compile(
    "[a-z0-9\u00e0-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3005-\u3007\u3040-\ud7ff\uf900-\ufdff"
    "\ufe70-\ufefc\U00010000-\U0001efff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and where it stands: from its first character up to what comes after its last."""

    text: str
    start: int
    end: int


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in their order."""
    return tuple(_words(text[:LONGEST]))


def _words(text: str) -> Iterator[Word]:
    found, start = "", 0
    end = 0
    for position, character in enumerate(text):
        folded = _folded(character)
        if folded == "":  # An accent belongs to what it stands on.
            end = position + 1 if found and end == position else end
            continue
        for each in folded:
            if _OF_WORDS.match(each):
                start = start if found else position
                found, end = found + each, position + 1
            elif found:
                yield Word(found, start, end)
                found = ""
    if found:
        yield Word(found, start, end)


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    """Return the small letters without accents that a character stands for."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", character))
    return "".join(each.lower() if each.isascii() else each for each in plain).translate(_SMALL)


@dataclass(frozen=True, slots=True)
class Sought:
    """Words one after the other; `goes_on`: the last may be the beginning of one."""

    words: tuple[str, ...]
    goes_on: bool

    def found(self, there: tuple[Word, ...]) -> Iterator[Word]:
        """Yield the words in a text that are those sought."""
        for at in range(len(there) - len(self.words) + 1):
            here = there[at : at + len(self.words)]
            if all(map(self._is, range(len(self.words)), here)):
                yield from here

    def _is(self, position: int, word: Word) -> bool:
        wanted = self.words[position]
        if self.goes_on and position == len(self.words) - 1:
            return word.text.lower().startswith(wanted)
        return word.text.lower() == wanted


_TERM = re.compile(r'(?P<minus>-*)"(?P<phrase>[^"]*)"?|(?P<piece>[^\s"]+)')
LONGEST_SAID = 1_000
"""The characters of what is looked for that count."""


# said = (word | "phrase" | -word | -"phrase" | or | beginning*)*
def sought(said: str) -> tuple[Sought, ...]:
    """Return what a text looks for, without what it excludes."""
    terms = _TERM.finditer(said[:LONGEST_SAID])
    return tuple(each for term in terms for each in _sought(term))


def _sought(term: re.Match[str]) -> Iterator[Sought]:
    phrase, piece = term["phrase"], term["piece"]
    if phrase is not None and not term["minus"]:
        texts = _texts(phrase)
        yield from (Sought(texts, phrase.endswith("*")),) if texts else ()
    if piece is not None and not piece.startswith("-") and piece.lower() != "or":
        texts = _texts(piece)
        for position, each in enumerate(texts, 1):
            yield Sought((each,), piece.endswith("*") and position == len(texts))


def _texts(piece: str) -> tuple[str, ...]:
    return tuple(each.text.lower() for each in words(piece))
