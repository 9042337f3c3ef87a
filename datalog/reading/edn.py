"""EDN text to forms with their places, in one pass and linear time.

What EDN does not say: `#"…"` is a text whose backslashes stand for themselves (a regular
expression, as in Clojure); a text cannot hold U+0000 or half of a surrogate pair; an exponent has
at most four digits.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from datalog.reading.atoms import Malformed, atom, character, raw, string, tagged
from datalog.reading.errors import NotEdn, Unfinished
from datalog.reading.forms import Form, List, Map, Place, Set, Value, Vector
from datalog.reading.writing import write

__all__ = ["read", "read_all", "write"]  # The last is passed on, for whoever only knows this file.

LONGEST_TEXT = 2**20
"""Bytes of UTF-8 that a text may have."""

DEEPEST = 64
"""Collections within collections; whoever walks a form may do so by recursion."""


def read(text: str) -> Form:
    """Return the one form that a text holds.

    Raises NotEdn, and Unfinished where the text breaks off.
    """
    match read_all(text):
        case (only,):
            return only
        case (_, second, *_):
            raise NotEdn(*second.place, "the text goes on after its form", "put all in one form")
        case _:
            end = _places(text)(len(text))
            raise Unfinished(*end, "there is nothing to read", "write one form")


def read_all(text: str) -> tuple[Form, ...]:
    """Return all forms of a text, one after the other. Raises NotEdn as `read` does."""
    if len(text) > LONGEST_TEXT or len(text.encode("utf-8", "replace")) > LONGEST_TEXT:
        raise NotEdn(1, 1, "the text is too long", f"it has at most {LONGEST_TEXT} bytes")
    reading = _Reading(text)
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind != "space":
            try:
                reading.take(kind or "", token[0], token.start())
            except Malformed as wrong:
                place = reading.place(token.start())
                raise NotEdn(*place, wrong.problem, wrong.remedy) from None
    return reading.finished()


_TOKEN = re.compile(
    r"""
      (?P<space> (?: [\s,]++ | ;[^\n]*+ )++ )
    | (?P<open> \#?\{ | [(\[] )
    | (?P<close> [)\]}] )
    | (?P<text> \#?"(?: [^"\\]++ | \\. )*+" )
    | (?P<broken> \#?" | [\0\ud800-\udfff] )
    | (?P<discard> \#_ )
    | (?P<tag> \#[^\W\d_][^\s,;()\[\]{}"\\\0\ud800-\udfff]*+ )
    | (?P<character> \\.?[^\s,;()\[\]{}"\\\0\ud800-\udfff]*+ )
    | (?P<atom> [^\s,;()\[\]{}"\\\0\ud800-\udfff]++ )
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING: Mapping[str, str] = MappingProxyType({"(": ")", "[": "]", "{": "}", "#{": "}"})


def _places(text: str) -> "Places":
    return Places([0, *(found.end() for found in re.finditer("\n", text))])


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lines of a text begin."""

    starts: list[int]

    def __call__(self, offset: int) -> Place:
        """Return the line and the column of an offset."""
        line = bisect_right(self.starts, offset)
        return Place(line, offset - self.starts[line - 1] + 1)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come: what is in it, and what waits for the next form."""

    bracket: str
    start: int
    members: list[Form] = field(default_factory=list)
    waiting: list[tuple[str, int]] = field(default_factory=list)


class _Reading:
    """The collections that are open, the outermost first; the first is the text itself."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = _places(text)
        self.open = [_Open("", 0)]
        self.discarding = 0

    def take(self, kind: str, token: str, start: int) -> None:
        """Go on by one token. Raises Malformed about this token, NotEdn about another place."""
        match kind:
            case "open":
                self._enter(token, start)
            case "close":
                self._leave(token)
            case "text":
                self._add(raw(token[2:-1]) if token[0] == "#" else string(token[1:-1]), start)
            case "discard" | "tag":
                self.discarding += kind == "discard"
                self.open[-1].waiting.append((token, start))
            case "character":
                self._add(character(token[1:]), start)
            case "atom":
                self._add(atom(token), start)
            case _:
                self._refuse(token, start)

    def _enter(self, bracket: str, start: int) -> None:
        if len(self.open) > DEEPEST:
            raise Malformed("brackets are nested too deep", f"there are at most {DEEPEST} levels")
        self.open.append(_Open(bracket, start))

    def _leave(self, bracket: str) -> None:
        closed = self.open[-1]
        expected = _CLOSING.get(closed.bracket)
        if expected is None:
            raise Malformed(f"{bracket} closes nothing", "take it away, or open what it closes")
        if expected != bracket:
            line, column = self.place(closed.start)
            raise Malformed(
                f"{bracket} stands where {expected} should",
                f"close the {closed.bracket} of line {line}, column {column} first",
            )
        self._check_waiting(closed)
        self.open.pop()
        self._add(self._collection(closed), closed.start)

    def _collection(self, closed: _Open) -> Value:
        members = tuple(closed.members)
        match closed.bracket:
            case "(":
                return List(members)
            case "[":
                return Vector(members)
            case "#{":
                _check_different(members, "set")
                return Set(members)
            case _:
                if len(members) % 2:
                    raise NotEdn(*members[-1].place, "a key has no value", "give it one")
                _check_different(members[::2], "map")
                return Map(tuple(zip(members[::2], members[1::2], strict=True)))

    def _add(self, value: Value, start: int) -> None:
        innermost = self.open[-1]
        while innermost.waiting:
            token, at = innermost.waiting.pop()
            if token == "#_":  # noqa: S105  # A token of EDN, and no secret.
                self.discarding -= 1
                return
            if not self.discarding:  # What is discarded may have any tag.
                try:
                    value, start = tagged(token[1:], value), at
                except Malformed as wrong:
                    raise NotEdn(*self.place(at), wrong.problem, wrong.remedy) from None
        innermost.members.append(Form(value, self.place(start)))

    def _refuse(self, token: str, start: int) -> None:
        if token[-1] == '"':
            place = self.place(start)
            raise Unfinished(*place, "a text never ends", 'close it with ", and write \\" inside')
        raise Malformed(f"the character U+{ord(token[0]):04X}", "no text can hold it: take it away")

    def _check_waiting(self, closed: _Open) -> None:
        if closed.waiting:
            token, start = closed.waiting[-1]
            place = self.place(start)
            raise NotEdn(*place, f"nothing follows {token[:40]}", "write a form after it")

    def finished(self) -> tuple[Form, ...]:
        """Return the forms, now that the text has ended."""
        if len(self.open) > 1:
            last = self.open[-1]
            line, column = self.place(last.start)
            expected = _CLOSING[last.bracket]
            raise Unfinished(
                line, column, f"{last.bracket} is never closed", f"close it with {expected}"
            )
        if self.open[0].waiting:
            token, start = self.open[0].waiting[-1]
            place = self.place(start)
            raise Unfinished(*place, f"nothing follows {token[:40]}", "write a form after it")
        return tuple(self.open[0].members)


def _check_different(members: Iterable[Form], collection: str) -> None:
    seen: set[str] = set()
    for member in members:
        text = write(member)
        if text in seen:
            raise NotEdn(
                *member.place, f"{text[:40]} stands twice in a {collection}", "leave one out"
            )
        seen.add(text)
