"""Root fields of one shape: they differ in nothing but what their slots and moments hold.

Each is drafted on its own, where names begin anew, so that what reads the same has the same names.
It is then compiled once, and called for each of them (`datalog.tree.Calls`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from datalog.tree import Calls, Fixed, Shape
from resolvers.draft import Draft
from resolvers.selection import Selected

_WRITTEN = frozenset({"datalog"})
"""Fields that are told what to read: each is compiled when it is drafted, and read as it stands."""


@dataclass(frozen=True, slots=True)
class Alike:
    """The calls of one shape, and the draft of each."""

    calls: Calls
    drafts: tuple[Draft, ...]


@dataclass(slots=True)
class _Found:
    """A shape with its moments, and the fields that have it so far."""

    shape: Shape
    moments: tuple[str, ...]
    members: list[tuple[Selected, Draft]] = field(default_factory=list)


def apart(
    fields: tuple[Selected, ...],
    new: Callable[[], Draft],
    shape: Callable[[Draft, Selected], Shape],
) -> tuple[tuple[Alike, ...], tuple[Selected, ...]]:
    """Return the fields that are alike, two or more of a shape, and those that stand alone."""
    names = Counter(each.name for each in fields if each.name not in _WRITTEN)
    found: dict[str, list[_Found]] = {}
    for each in fields:
        if names[each.name] > 1:
            _find(found.setdefault(each.name, []), each, new(), shape)
    groups = [it for of_name in found.values() for it in of_name if len(it.members) > 1]
    alike = tuple(map(_alike, groups))
    called = {key for each in alike for key in each.calls.keys}
    return alike, tuple(each for each in fields if each.key not in called)


def _find(
    found: list[_Found], selected: Selected, draft: Draft, shape: Callable[[Draft, Selected], Shape]
) -> None:
    made = shape(draft, selected)
    if isinstance(made, Fixed):  # It is known, or at fault.
        return
    moments = tuple(draft.moments)
    for each in found:
        if each.moments == moments and each.shape == made:
            each.members.append((selected, draft))
            return
    found.append(_Found(made, moments, [(selected, draft)]))


def _alike(found: _Found) -> Alike:
    keys = tuple(selected.key for selected, _ in found.members)
    return Alike(
        Calls(keys, found.shape, found.moments), tuple(draft for _, draft in found.members)
    )
