"""Which page of a list is asked for: `first`/`after` or `last`/`before`, as slots of the plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf
from resolvers import cursors
from resolvers.draft import Binding, Draft, Found, Place, Request, Slots, moment_slots
from resolvers.errors import BadUserInput, InvalidCursor, LimitExceeded
from resolvers.orders import Key
from resolvers.selection import Selected, given_value

_ANOTHER = "the cursor belongs to another question"


@dataclass(frozen=True, slots=True)
class Question:
    """What a cursor belongs to: which field, and the arguments that decide the list."""

    field: tuple[str, ...]
    arguments: Mapping[str, object]

    def asked(self, request: Request) -> str:
        """Return the hash that cursors of this list carry."""
        return cursors.asked(*self.field, given_value(self.arguments, request.variables))


@dataclass(frozen=True, slots=True)
class Paging:
    """A page: how many rows, from where, in which direction, and where its field stands now.

    `place` reads at the cursor's basis where a cursor says one; `marked` reads that cursor.
    """

    place: Place
    size: Variable | int
    backward: bool
    after: tuple[Variable, ...] | None = None
    marked: "Marked | None" = None


def paging(
    draft: Draft, place: Place, selected: Selected, question: Question, keys: tuple[Key, ...]
) -> Paging:
    """Return the page that the arguments ask for. Raises BadUserInput where they contradict."""
    backward = _is_backward(selected.arguments)
    count, cursor = ("last", "before") if backward else ("first", "after")
    rows = size(draft, place, count, selected.arguments.get(count))
    argument = selected.arguments.get(cursor)
    if argument is None:
        return Paging(place, rows, backward)
    after = tuple(draft.variable(f"{cursor}-{key.variable.name}") for key in keys)
    marked = Marked(question, keys, cursor, argument)
    return Paging(_continued(draft, place, after, marked), rows, backward, after, marked)


def _is_backward(arguments: Mapping[str, object]) -> bool:
    said = {
        name for name in ("first", "after", "last", "before") if arguments.get(name) is not None
    }
    if said & {"first", "after"} and said & {"last", "before"}:
        raise BadUserInput(", ".join(sorted(said)), "give first and after, or last and before")
    return bool(said & {"last", "before"})


def size(draft: Draft, place: Place, name: str, argument: object) -> Variable | int:
    """Return how many rows an argument asks for: so many as there are by default where None."""
    limit = draft.limits.page
    if argument is None:
        return limit.default
    return draft.slot(place, name, argument, at_most(name, limit.most), 0)


def at_most(name: str, most: int) -> Callable[[object], int]:
    """Return what reads a number from 0 to `most`, or raises BadUserInput or LimitExceeded."""

    def read(value: object) -> int:
        if not isinstance(value, int) or value < 0:
            raise BadUserInput(name, f"expected a number from 0 to {most}")
        if value > most:
            raise LimitExceeded(name, value, most)
        return value

    return read


@dataclass(frozen=True, slots=True)
class Marked:
    """The cursor among the arguments; it holds the keys of a row, and then the row's parent."""

    question: Question
    keys: tuple[Key, ...]
    name: str
    argument: object

    def mark(self, request: Request) -> cursors.Mark:
        """Return what the cursor says. Raises InvalidCursor."""
        cursor = given_value(self.argument, request.variables)
        mark = cursors.read(request.secret, self.question.asked(request), cursor, self.name)
        if len(mark.keys) != len(self.keys) + 1:
            raise InvalidCursor(self.name, _ANOTHER)
        return mark

    def check_parent(self, request: Request, parent: object) -> None:
        """Raise InvalidCursor where the cursor belongs to rows of another parent."""
        if self.mark(request).keys[-1] != parent:
            raise InvalidCursor(self.name, _ANOTHER)

    def values(self, mark: cursors.Mark) -> tuple[object, ...]:
        """Return the keys as the statement compares them."""
        return tuple(
            cursors.key_value(value, key.type)
            for value, key in zip(mark.keys[:-1], self.keys, strict=True)
        )


def _continued(draft: Draft, place: Place, after: tuple[Variable, ...], marked: Marked) -> Place:
    """Bind the cursor's keys and basis; return the place, which reads at that basis."""
    if place.said is not None:
        return _pinned(draft, place, after, marked)
    name = draft.moment()

    def values(request: Request) -> tuple[object, ...]:
        mark = marked.mark(request)
        return (*marked.values(mark), mark.t, None)

    def known(slots: Slots, found: Found) -> None:
        _check_same(slots[f"{name}.t"], slots[f"{name}.t"], marked.name, found.t)

    names = (*(each.name for each in after), *moment_slots(name))
    draft.bind(place, Binding(names, values, (*(None for _ in after), 0, None)))
    draft.check(place, known)
    return replace(place, view=AsOf(name))


def _pinned(draft: Draft, place: Place, after: tuple[Variable, ...], marked: Marked) -> Place:
    """Bind the cursor's keys; its basis must be the time that `asOf` says."""
    basis, said = draft.variable("cursor-basis").name, place.said or ""

    def values(request: Request) -> tuple[object, ...]:
        mark = marked.mark(request)
        return (*marked.values(mark), mark.t)

    def same(slots: Slots, found: Found) -> None:
        _check_same(slots[basis], found.moments[said], marked.name, found.t)

    names = (*(each.name for each in after), basis)
    draft.bind(place, Binding(names, values, (*(None for _ in after), 0)))
    draft.check(place, same)
    return place


def _check_same(basis: object, said: object, argument: str, latest: int) -> None:
    if basis != said:
        raise InvalidCursor(argument, f"the cursor is as of t {basis}, asOf says t {said}")
    if isinstance(basis, int) and basis > latest:
        raise InvalidCursor(argument, f"the cursor is as of t {basis}, which is not here")
