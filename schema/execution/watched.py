"""What a subscription is about: where in the log it begins, and which transactions come next."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from resolvers import events
from resolvers.answer import answer, bind
from resolvers.draft import Request
from resolvers.errors import LimitExceeded
from resolvers.lineage.walks import upstream_steps
from resolvers.selection import Selected, given_value
from schema.execution.executor import Executor
from schema.execution.queries import Reading, asked, compiled, priced
from schema.execution.requests import Prepared
from schema.execution.selections import select
from schema.execution.served import Compiled
from store import moment
from store.errors import CallerFault
from store.following import onward
from store.following.onward import Onward
from store.ids import FIRST_TRANSACTION, EntityId, T, from_opaque, transaction_entity
from store.moment import AtT, FutureTimePoint
from store.values import instant_text

Look = Callable[[Prepared, T], Awaitable[Onward]]
"""Reads on after a t, with the request as it stands over the schema of that moment."""


_Names = tuple[tuple[EntityId, ...], tuple[str, ...]]
_NEVER = datetime.min.replace(tzinfo=UTC)  # Nothing here depends on our clock.


def root_field(prepared: Prepared) -> Selected:
    """Return the one root field of a subscription. Raises RequestErrors."""
    [selected] = select(asked(prepared), prepared.operation)
    return selected


def look(reading: Reading, prepared: Prepared, selected: Selected) -> Look:
    """Return what reads on for a subscription. Raises what is wrong with its arguments."""
    given = _arguments(prepared, selected)
    _check(reading, prepared, events.event)
    match selected.name:
        case "entityChanged":
            ids, urns = _named(reading, "ids", given["ids"])
            return lambda _, after: onward.touching(reading.database, after, ids, urns)
        case "lineageChanged":
            names = _named(reading, "of", given["of"])
            _check(reading, prepared, events.reach)
            return lambda newest, after: _lineage(reading, newest, names, after)
        case _ if given.get("where") is None:
            return lambda _, after: onward.transactions(reading.database, after)
        case _:
            _check(reading, prepared, events.passing)
            return lambda newest, after: _passing(reading, newest, after)


def plan_of(reading: Reading, prepared: Prepared, shape: events.Shaping) -> Compiled:
    """Return the plan of one shape of a subscription's field."""
    signature = (prepared.variables.signature, shape)
    return compiled(prepared, reading.limits, lambda: (root_field(prepared),), signature, shape)


def _check(reading: Reading, prepared: Prepared, shape: events.Shaping) -> None:
    """Raise what is wrong with the field's own arguments, and RequestErrors for its cost."""
    values = {**prepared.variables.values, **events.given(T(0), T(0))}
    plan, request = plan_of(reading, prepared, shape).plan, Request(values, _NEVER, b"")
    for path, fault in bind(plan, request).faults.items():
        if len(path) == 1:
            raise fault
    priced(prepared, plan, request)


async def _passing(reading: Reading, prepared: Prepared, after: T) -> Onward:
    """Return the next transactions that pass `where`."""
    found = await onward.transactions(reading.database, after)
    if not found.found:
        return found
    passed = await _ids(reading, prepared, events.passing, (after, found.upto))
    kept = (each for each in found.found if transaction_entity(each.t) in passed)
    return Onward(found.upto, tuple(kept))


async def _lineage(reading: Reading, prepared: Prepared, names: _Names, after: T) -> Onward:
    """Return the next transaction that may change the graph within reach, and no other.

    It does so only where it touches an edge with an end that was within reach before, or is a root.
    """
    selected = root_field(prepared)
    steps = upstream_steps(prepared.served.catalogue, selected.arguments.get("edgeTypes"))
    known = prepared.served.catalogue.edge_types
    edge_types = [known[each.edge].id for each in steps]
    found = await onward.moving(reading.database, after, edge_types, names)
    if not found.found:
        return found
    near = await _ids(reading, prepared, events.reach, (after, after))
    for touched in found.found:
        if touched.at_root or touched.ends & near:
            return Onward(touched.t, (touched,))
    return Onward(found.upto, ())


async def _ids(
    reading: Reading, prepared: Prepared, shape: events.Shaping, between: tuple[T, T]
) -> frozenset[EntityId]:
    made, values = plan_of(reading, prepared, shape), prepared.variables.values
    values = {**values, **events.given(*between)}
    found = await answer(reading.database, made.plan, values, _NEVER, reading.secret)
    [ids] = found.values.values()
    if isinstance(ids, CallerFault):
        raise ids
    numbers = map(from_opaque, ids) if isinstance(ids, list) else ()
    return frozenset(each for each in numbers if each is not None)


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


def _named(reading: Reading, argument: str, names: object) -> _Names:
    """Return the entities that are named by ids, and the urns of the others."""
    given = [str(each) for each in names] if isinstance(names, list | tuple) else [str(names)]
    most = reading.limits.page.default
    if len(given) > most:
        raise LimitExceeded(argument, len(given), most)
    found = {each: from_opaque(each) for each in given}
    ids = {number for number in found.values() if number is not None}
    urns = (each for each, number in found.items() if number is None)
    return tuple(each for each in ids if each < FIRST_TRANSACTION), tuple(urns)
