"""Points in time: what `asOf` may be, and how it is read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from store.errors import CallerFault
from store.ids import FIRST_TRANSACTION, T, from_opaque


@dataclass(frozen=True, slots=True)
class AtT:
    """The state right after transaction `t`."""

    t: T


@dataclass(frozen=True, slots=True)
class AtInstant:
    """The state after the last transaction at or before an instant (always with a zone)."""

    instant: datetime


TimePoint = AtT | AtInstant


@dataclass(eq=False)
class MalformedTimePoint(CallerFault):
    """The text is no t, no ISO 8601 instant or date, and no transaction's id."""

    code: ClassVar[str] = "MALFORMED_TIME_POINT"
    given: str

    def __str__(self) -> str:
        return (
            f"{self.given[:80]!r} is no point in time: give a t (42), an ISO 8601 instant or date"
            ' ("2024-03-01", "2024-03-01T12:00:00Z") or the id of a transaction'
        )


@dataclass(eq=False)
class FutureTimePoint(CallerFault):
    """The point in time has not come yet; it is never read as now."""

    code: ClassVar[str] = "FUTURE_TIME_POINT"
    given: str
    latest: str

    def __str__(self) -> str:
        return f"{self.given} has not come yet: the latest is {self.latest}; leave asOf out for now"


_DIGITS = re.compile(r"[0-9]{1,18}")
_ISO = re.compile(  # Of ASCII digits: \d would take those of every script.
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


def parse(given: object) -> TimePoint:
    """Return the point in time that a caller names.

    An int, digits, ISO 8601, or a transaction's id.

    A date is its midnight; no zone is UTC. Raises MalformedTimePoint.
    """
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < FIRST_TRANSACTION:
        return AtT(T(given))
    if not isinstance(given, str):
        raise MalformedTimePoint(str(given))
    if _DIGITS.fullmatch(given) and int(given) < FIRST_TRANSACTION:
        return AtT(T(int(given)))
    entity = from_opaque(given)
    if entity is not None and entity > FIRST_TRANSACTION:
        return AtT(T(entity - FIRST_TRANSACTION))
    if _ISO.fullmatch(given) is None:
        raise MalformedTimePoint(given)
    return AtInstant(_instant(given))


def _instant(given: str) -> datetime:
    try:
        if len(given) == len("2024-03-01"):
            midnight = date.fromisoformat(given)
            return datetime(midnight.year, midnight.month, midnight.day, tzinfo=UTC)
        instant = datetime.fromisoformat(given.upper().replace(",", "."))
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedTimePoint(given) from None
