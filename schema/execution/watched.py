"""What a subscription is about: where in the log it begins, and which transactions come next."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from resolvers.errors import LimitExceeded
from resolvers.selection import Selected, given_value
from schema.execution.executor import Executor
from schema.execution.queries import Reading, asked
from schema.execution.requests import Prepared
from schema.execution.selections import select
from store import moment
from store.following import onward
from store.following.onward import Onward
from store.ids import FIRST_TRANSACTION, EntityId, T, from_opaque
from store.moment import AtT, FutureTimePoint
from store.values import instant_text

Look = Callable[[T], Awaitable[Onward]]
"""Reads on after a t."""


def root_field(prepared: Prepared) -> Selected:
    """Return the one root field of a subscription. Raises RequestErrors."""
    [selected] = select(asked(prepared), prepared.operation)
    return selected


def look(reading: Reading, prepared: Prepared, selected: Selected) -> Look:
    """Return what reads on for a subscription. Raises LimitExceeded."""
    given = _arguments(prepared, selected)
    match selected.name:
        case "entityChanged":
            ids, urns = _named(reading, given["ids"])
            return lambda after: onward.touching(reading.database, after, ids, urns)
        case _:
            return lambda after: onward.transactions(reading.database, after)


async def beginning(executor: Executor, prepared: Prepared, selected: Selected) -> T:
    """Return the t after which a subscription begins: now, unless `after` says otherwise.

    It may not have come yet. Raises FutureTimePoint for an instant that has not.
    """
    database = executor.reading.database
    after = _arguments(prepared, selected).get("after")
    if after is None:
        return (await database.clock()).t
    point = moment.parse(after)
    if isinstance(point, AtT):
        return point.t
    now = executor.clock()
    if point.instant > now:
        raise FutureTimePoint(str(after), instant_text(now))
    return await onward.t_at(database, point.instant)


def _arguments(prepared: Prepared, selected: Selected) -> Mapping[str, Any]:  # Coerced ones.
    values = prepared.variables.values
    return {name: given_value(each, values) for name, each in selected.arguments.items()}


def _named(reading: Reading, names: object) -> tuple[tuple[EntityId, ...], tuple[str, ...]]:
    """Return the entities that are named by ids, and the urns of the others."""
    given = [str(each) for each in names] if isinstance(names, list | tuple) else [str(names)]
    most = reading.limits.page.default
    if len(given) > most:
        raise LimitExceeded("ids", len(given), most)
    found = {each: from_opaque(each) for each in given}
    ids = {number for number in found.values() if number is not None}
    urns = (each for each, number in found.items() if number is None)
    return tuple(each for each in ids if each < FIRST_TRANSACTION), tuple(urns)
