"""As of when a database is seen: from what a caller gives to a view and its points in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import assert_never

from datalog.reading.errors import WrongInput
from datalog.reading.values import plain
from datalog.syntax.views import AsOf, History, Now, Since, View
from store.values import shortened

Moment = str | int
"""A point in time as it was given; `store.moment.parse` reads it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which datoms of a database are seen; all of them None and False is the present.

    `as_of`: up to this point in time; `since`: after that one; `history`: what was retracted too.
    """

    as_of: Moment | None = None
    since: Moment | None = None
    history: bool = False


NOW = Span()


def span_of(given: object, source: str) -> Span:
    """Return what a map says: `{"asOf": …}`, `{:as-of … :since … :history true}`.

    Raises WrongInput.
    """
    told = plain(given)
    if not isinstance(told, Mapping):
        expected = 'a map such as {"asOf": 42} ({} is the present), or rows as a list of lists'
        raise WrongInput(source, expected, shortened(told))
    found: dict[str, object] = {}
    for key, value in told.items():
        name = _KEYS.get(str(key))
        if name is None or name in found:
            raise WrongInput(source, "the keys asOf, since and history", shortened(str(key)))
        found[name] = value
    history = found.get("history")
    if history is not None and not isinstance(history, bool):
        raise WrongInput(source, "true or false for history", shortened(history))
    return Span(
        _moment(found.get("as_of"), source), _moment(found.get("since"), source), history is True
    )


_KEYS = {"asOf": "as_of", "as-of": "as_of", "since": "since", "history": "history"}


def _moment(given: object, source: str) -> Moment | None:
    match given:
        case bool():
            raise WrongInput(source, "a point in time", shortened(given))
        case None | str() | int():
            return given
        case datetime():
            return (given if given.tzinfo else given.replace(tzinfo=UTC)).isoformat()
        case date():
            return given.isoformat()
        case _:
            raise WrongInput(source, "a point in time", shortened(given))


def view_of(span: Span, source: str) -> tuple[View, dict[str, Moment]]:
    """Return the view of a source, and the points in time that it names.

    Nobody can write these names: they have spaces.
    """
    moments: dict[str, Moment] = {}
    until: Now | AsOf = Now()
    if span.as_of is not None:
        until = AsOf(f"{source} asOf")
        moments[until.name] = span.as_of
    after = None
    if span.since is not None:
        after = f"{source} since"
        moments[after] = span.since
    if span.history:
        return History(until, after), moments
    return (until if after is None else Since(after, until)), moments


def history_of(view: View) -> History:
    """Return all datoms of the span of time that a view is of."""
    match view:
        case Now() | AsOf():
            return History(view)
        case Since(after, until):
            return History(until, after)
        case History():
            return view
        case _:
            assert_never(view)
