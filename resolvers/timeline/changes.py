"""The changes field: how much happened, in buckets of time, for a slider to draw."""

from dataclasses import replace
from typing import Any

from datalog.syntax.clauses import Call, Clause, Pattern
from datalog.syntax.query import Input, Query, Source
from datalog.syntax.terms import BLANK, Variable
from datalog.syntax.views import AsOf, History
from datalog.tree import Object, Shape, Timeline
from resolvers import connections, named
from resolvers.clauses import any_of
from resolvers.draft import Draft, Found, Place, Slots
from resolvers.errors import BadUserInput, LimitExceeded
from resolvers.selection import Selected
from resolvers.timeline.filters import about_anything, entity_types

BUCKETS = 50
MOST_BUCKETS = 1_000

_COUNTED = "$counted"
"""The database of the datoms to count; an edge that began before them is in the whole log only."""


def changes(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the counts. Raises BadUserInput."""
    start, place = _times(draft, place, selected)
    about, attribute = draft.variable("about"), draft.variable("attribute")
    tx, operation = draft.variable("tx"), draft.variable("operation")
    position = draft.variable("position")
    datom = Pattern(about, attribute, BLANK, tx, operation, position, source=_COUNTED)
    given = selected.arguments.get("buckets")
    buckets = draft.slot(place, "buckets", BUCKETS if given is None else given, _buckets, 1)
    where, inputs = _scope(draft, place, selected, about)
    counted = Source(_COUNTED, History(place.view, None if start is None else start.name))
    query = Query(
        (about, attribute, tx, operation, position),
        (place.source, place.log, counted, *inputs),
        (datom, *where),
    )
    by_transaction = selected.arguments.get("by") == "TRANSACTION"
    shape = Timeline(
        place.label,
        query,
        about,
        attribute,
        tx,
        operation,
        start,
        place.view,
        buckets,
        by_transaction,
    )
    draft.reshape(place, lambda _: lambda column: _told(selected, column))
    bases = (each for each in selected.of() if each.name == "basis")
    return Object(
        (
            ("bases", Object(tuple((e.key, connections.basis(place, e)) for e in bases))),
            ("counted", shape),
        )
    )


def _times(draft: Draft, place: Place, selected: Selected) -> tuple[AsOf | None, Place]:
    """Return where to start, and the place as of where to end; a start after it is a fault."""
    until, argument = selected.arguments.get("to"), selected.arguments.get("from")
    if until is not None:
        last = draft.moment()
        draft.pin(place, last, until)
        place = replace(place, view=AsOf(last), said=last)
    if argument is None:
        return None, place
    start, end = draft.moment(), place.said
    draft.pin(place, start, argument)

    def in_order(_: Slots, found: Found) -> None:
        first, last = found.moments[start], found.t if end is None else found.moments[end]
        if first > last:
            raise BadUserInput("from", f"it is after to (t {first}, t {last}): swap them")

    draft.check(place, in_order)
    return AsOf(start), place


def _buckets(given: object) -> int:
    if not isinstance(given, int) or given < 1:
        raise BadUserInput("buckets", f"expected a number from 1 to {MOST_BUCKETS}")
    if given > MOST_BUCKETS:
        raise LimitExceeded("buckets", given, MOST_BUCKETS)
    return given


def _scope(
    draft: Draft, place: Place, selected: Selected, about: Variable
) -> tuple[tuple[Clause, ...], tuple[Input, ...]]:
    """Return what facts are counted: of some entities and the edges at them, or of everything."""
    of, types = selected.arguments.get("of"), selected.arguments.get("types")
    if of is None and types is None:
        return about_anything(about), ()
    entity = draft.variable("entity")
    itself: Clause = Call("identity", (entity,), about)
    branches = (
        (itself,),
        (Pattern(about, "edge/from", entity, source="$log"),),
        (Pattern(about, "edge/to", entity, source="$log"),),
    )
    where: list[Clause] = [any_of((about, entity), branches)]
    inputs: tuple[Input, ...] = ()
    if of is not None:
        most = draft.limits.page.most

        def check(ids: Any) -> None:
            if len(ids) > most:
                raise LimitExceeded("of", len(ids), most)

        names = named.several(draft, place, of, check)
        inputs = names.inputs(names.id, names.urn)
        where.insert(0, names.entity(entity))
    if types is not None:
        where.insert(0, entity_types(entity, types, "types"))
    return tuple(where), inputs


def _told(selected: Selected, column: Any) -> object:  # JSON that our own statement made.
    answer: dict[str, object] = {}
    for each in selected.of():
        match each.name:
            case "basis":
                answer[each.key] = column["bases"][each.key]
            case "buckets":
                answer[each.key] = [_bucket(each, raw) for raw in column["counted"]["buckets"]]
            case _:
                answer[each.key] = "Changes"
    return answer


def _bucket(selected: Selected, raw: Any) -> dict[str, object]:
    shown: dict[str, object] = {}
    for each in selected.of():
        match each.name:
            case "from" | "to" as name:
                t, instant = raw[name]
                known = {"t": t, "instant": instant, "__typename": "Basis"}
                shown[each.key] = {below.key: known[below.name] for below in each.of()}
            case "__typename":
                shown[each.key] = "ChangeBucket"
            case name:
                shown[each.key] = raw[name]
    return shown
