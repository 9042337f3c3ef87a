"""Where in a value something was found: a piece of it, and the spans in that piece."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from datalog.syntax.terms import Variable
from datalog.tree import Bound, Shape
from resolvers.draft import Draft, Place, Request
from resolvers.search.words import Sought, sought, words
from resolvers.selection import Selected, given_value

LONGEST = 240
"""Characters of a value that are shown."""

_BEFORE = 60
"""Of these, so many before what was found first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a value, from where to where, and the spans in the value."""

    start: int
    end: int
    spans: tuple[tuple[int, int], ...]


def marked(value: str, wanted: tuple[Sought, ...], urn: str, shown: "Shown") -> Piece:
    """Return the piece of a value that is shown; a urn is marked as it begins."""
    spans = tuple(_spans(value, wanted, urn))
    start, end = shown(value, spans[0][0] if spans else 0)
    return Piece(start, end, tuple(each for each in spans if start <= each[0] and each[1] <= end))


def _spans(value: str, wanted: tuple[Sought, ...], urn: str) -> Iterator[tuple[int, int]]:
    if "://" in urn and value.startswith(urn):
        yield 0, len(urn)
        return
    there = words(value)
    found = {word for each in wanted for word in each.found(there)}
    end = -1
    for word in sorted(found, key=lambda each: each.start):
        if word.start >= end:  # One character may be two words: one half.
            yield word.start, word.end
            end = word.end


def _around(value: str, first: int) -> tuple[int, int]:
    """Return from where to where a value is shown, between its words where that can be."""
    if len(value) <= LONGEST:
        return 0, len(value)
    start = max(0, min(first - _BEFORE, len(value) - LONGEST))
    if start > 0:
        blank = value.find(" ", start, first)
        start = start if blank < 0 else blank + 1
    end = min(start + LONGEST, len(value))
    if end < len(value):
        blank = value.rfind(" ", first, end)
        end = blank if blank > first else end
    return start, end


def in_utf16(text: str) -> int:
    """Return how many code units of UTF-16 a text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Marking:
    """What becomes of a text that was found, given what was looked for, which `read` reads."""

    draft: Draft
    said: object
    read: Callable[[object], str]

    def piece(self, place: Place, selected: Selected, value: Variable) -> Shape:
        """Return the shape of a field that tells of a piece of the value."""
        self.draft.finish(place, lambda request: self._told(request, selected, _around))
        return Bound(value)

    def whole(self, place: Place, selected: Selected, value: Variable) -> Shape:
        """Return the shape of a field that tells of the whole value."""
        self.draft.finish(place, lambda request: self._told(request, selected, _everything))
        return Bound(value)

    def _told(
        self, request: Request, selected: Selected, shown: "Shown"
    ) -> Callable[[object], object]:
        said = self.read(given_value(self.said, request.variables))
        wanted, urn = sought(said), said.strip().rstrip("*")

        def told(value: object) -> object:
            if not isinstance(value, str):  # The field above is null.
                return value
            return _FIELDS[selected.name](value, marked(value, wanted, urn, shown), selected)

        return told


Shown = Callable[[str, int], tuple[int, int]]
"""From a value, and where something was found first, to the piece that is shown."""


def _everything(value: str, _: int) -> tuple[int, int]:
    return 0, len(value)


def _text(value: str, piece: Piece, _: Selected) -> object:
    return value[piece.start : piece.end]


def _told_spans(value: str, piece: Piece, selected: Selected) -> object:
    shown = value[piece.start : piece.end]
    spans = [(start - piece.start, end - piece.start) for start, end in piece.spans]
    return [
        {each.key: _told_span(shown, span, each.name) for each in selected.of()} for span in spans
    ]


def _told_span(shown: str, span: tuple[int, int], name: str) -> object:
    match name:
        case "start":
            return in_utf16(shown[: span[0]])
        case "end":
            return in_utf16(shown[: span[1]])
        case _:
            return "Span"


def _cut_before(_: str, piece: Piece, __: Selected) -> object:
    return piece.start > 0


def _cut_after(value: str, piece: Piece, _: Selected) -> object:
    return piece.end < len(value)


Make = Callable[[str, Piece, Selected], object]
_FIELDS: Mapping[str, Make] = {
    "text": _text,
    "spans": _told_spans,
    "cutBefore": _cut_before,
    "cutAfter": _cut_after,
}
