"""The points in time, and spans of time, that a database can be seen at."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Now:
    """The database as the statement's snapshot sees it."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The database as of a point in time that is given at run time under `name` (inclusive)."""

    name: str


@dataclass(frozen=True, slots=True)
class Since:
    """What was asserted after a point in time and still held at another (exclusive, as Datomic's).

    `after` names the point in time as `AsOf` does.
    """

    after: str
    until: Now | AsOf = field(default_factory=Now)


@dataclass(frozen=True, slots=True)
class History:
    """All datoms, asserted and retracted, up to a point in time (or all there are).

    `after` leaves out those at or before another point in time.
    """

    until: Now | AsOf = field(default_factory=Now)
    after: str | None = None


View = Now | AsOf | Since | History


def end_of(view: View) -> Now | AsOf:
    """Return all that holds at the end of what a view sees."""
    return view if isinstance(view, Now | AsOf) else view.until
