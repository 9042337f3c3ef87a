"""A plan and a request to an answer, by one statement.

Before the statement, arguments become the values of slots; a field whose arguments are at fault
gets harmless ones. After it come the checks that only its times can settle. A fault stands in the
answer in place of the field's value, wherever that value would be.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol, Self, TypeVar

from adjacency.keeper import Keeper
from adjacency.walk import TooLong
from datalog.sql.compile import Gathered, Slot
from resolvers import handed, json_numbers
from resolvers.draft import Found, Path, Request, Site, Step, moment_slots
from resolvers.errors import StaleCatalogue
from resolvers.plan import Plan
from resolvers.roads import by_the_best
from resolvers.together import Together
from store.database import Clock, Row
from store.database_errors import StatementUnfit, TooLarge
from store.errors import CallerFault
from store.ids import T


@dataclass(frozen=True, slots=True)
class Read:
    """What one statement gave, at which time; `columns` is the JSON text of each root field.

    A text is None where it has more bytes than an answer may hold. `called` are the moments of each
    call, by its key. `is_pinned`: every time in the
    question is a t, so that it has this answer for as long as the schema stays.
    """

    t: T
    instant: datetime
    schema_t: T
    moments: Mapping[str, T]
    columns: Mapping[str, bytes | None]
    called: Mapping[str, Mapping[str, T]]
    is_pinned: bool = False

    def at(self, path: Path) -> Found:
        """Return the times that the field at a path knows."""
        return Found(self.t, self.called.get(path[0].key, self.moments))


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read, and its finished values by response key.

    A value, or one inside it, is the CallerFault of the field that should be there.
    """

    read: Read
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Written:
    """The finished JSON text of each root field, but of those in which something is at fault.

    These have values as an `Answer` has them.
    """

    texts: Mapping[str, bytes]
    values: Mapping[str, object]


class Reader(Protocol):
    """What reads one statement: a database, or a transaction of it that is not yet written."""

    async def row(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement of ours."""
        ...

    async def row_of_query(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement made of what somebody wrote."""
        ...

    async def clock(self) -> Clock:
        """Return the clock as it is now."""
        ...


async def answer(  # noqa: PLR0913, PLR0917  # What every request brings, and what is at hand.
    reader: Reader,
    plan: Plan,
    variables: Mapping[str, object],
    now: datetime,
    secret: bytes,
    keeper: Keeper | None = None,
) -> Answer:
    """Answer a request by one statement; `secret` signs cursors, `keeper` has edges in memory.

    Raises as `read`.
    """
    request = Request(variables, now, secret)
    return await by_the_best(plan, request, keeper, partial(_answer, reader))


async def _answer(reader: Reader, plan: Plan, request: Request) -> Answer:
    bound = bind(plan, request)
    found = await read(reader, plan, bound)
    finishing = Finishing(plan, request, bound, found)
    if request.edges is not None:
        return Answer(found, await _walked(finishing, Finishing.values))
    return Answer(found, await _off_the_loop(found.columns.values(), finishing.values))


async def read(reader: Reader, plan: Plan, bound: "Bound") -> Read:
    """Run the statement of a plan whose slots have values.

    Raises StaleCatalogue where the schema has changed since the plan was made, and what
    `Database.row`, or for what somebody wrote `Database.row_of_query`, raises.
    """
    statement = plan.statement
    arguments = _in_order(plan, bound)
    try:
        if plan.is_written:
            row = await reader.row_of_query(statement.text, arguments)
        elif isinstance(reader, Together) and bound.rows <= reader.rows:
            row = await reader.shared(statement, arguments)
        else:
            row = await reader.row(statement.text, arguments)
    except StatementUnfit:
        clock = await reader.clock()
        if clock.schema_t == plan.schema_t:
            raise
        raise StaleCatalogue(plan.schema_t, clock.schema_t) from None
    found = read_of(plan, bound, row)
    if found.schema_t != plan.schema_t:
        raise StaleCatalogue(plan.schema_t, found.schema_t)
    return found


def read_of(plan: Plan, bound: "Bound", row: Row) -> Read:
    """Return what the row of a plan's statement says."""
    t, instant, schema_t, *_ = row
    told = plan.statement.told(row, plan.operation.moments)
    columns = {key: _encoded(told.columns[key]) for key in plan.keys}
    is_pinned = _is_pinned(plan, bound)
    return Read(t, instant, schema_t, told.moments, columns, told.called, is_pinned)


def _encoded(text: str | bytes | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text


def knows_its_types(plan: Plan, bound: "Bound") -> bool:
    """Tell whether graphql-core can complete every field in which something is at fault.

    Below the root of a column without hidden types it may not know of what type an object is.
    """
    if not bound.faults:
        return True
    typed = {each.path[0].key for each in plan.hidden} & plan.untouched
    return all(len(path) == 1 or path[0].key not in typed for path in bound.faults)


async def written(plan: Plan, request: Request, bound: "Bound", found: Read) -> Written:
    """Return the texts of what a bare plan read: most of them are as they came."""
    finishing = Finishing(plan, request, bound, found)
    as_they_are = plan.untouched | plan.handed
    touched = [text for key, text in found.columns.items() if key not in as_they_are]
    if request.edges is not None:
        return await _walked(finishing, Finishing.written)
    return await _off_the_loop(touched, finishing.written)


_LARGE = 2**20
"""Bytes of raw JSON that take some 20 ms to read, rank and finish."""

Finished = TypeVar("Finished")


async def _off_the_loop(
    columns: Iterable[bytes | None], finish: Callable[[], Finished]
) -> Finished:
    """Return what is finished: a large answer in a thread, so that others are served meanwhile."""
    if sum(len(text) for text in columns if text is not None) < _LARGE:
        return finish()
    return await asyncio.to_thread(finish)


async def _walked(finishing: "Finishing", finish: "Callable[[Finishing], Finished]") -> Finished:
    """Return what is finished of walks over edges in memory: long ones in a thread."""
    try:
        return finish(finishing.at_once())
    except TooLong:
        return await asyncio.to_thread(finish, finishing)


@dataclass(frozen=True, slots=True)
class Bound:
    """The values of all slots, and the fields whose arguments cannot be meant.

    `called` are the slots of each call, by its key. `rows`: what the statement should give.
    """

    slots: Mapping[str, object]
    faults: Mapping[Path, CallerFault]
    called: Mapping[str, Mapping[str, object]]
    rows: int

    def at(self, path: Path) -> Mapping[str, object]:
        """Return the slots that the field at a path knows."""
        return self.called.get(path[0].key, self.slots)


def _is_pinned(plan: Plan, bound: "Bound") -> bool:
    """Tell whether nothing is read as of now, nor as of an instant, which more may come to have."""
    times = [(bound.slots, plan.operation.moments)]
    times += [(bound.called[key], moments) for key, moments in plan.called]
    by_t = (slots[moment_slots(name)[0]] is not None for slots, names in times for name in names)
    return not plan.statement.reads_now and all(by_t)


def bind(plan: Plan, request: Request) -> Bound:
    """Return what the statement's slots hold for a request."""
    before = plan.prefilled
    shared = {**before.shared}
    called = {key: {**slots} for key, slots in before.called.items()}
    faults = dict(plan.faults)
    for site, key in before.open:
        slots = shared if key is None else called[key]
        try:
            for binding in site.bindings:
                slots.update(zip(binding.names, binding.values(request), strict=True))
        except CallerFault as fault:
            faults.setdefault(site.path, fault)
            _bind_harmless(site, slots)
    return Bound(shared, faults, called, plan.cost.rows(shared, called))


def arguments(plan: Plan, request: Request) -> list[object]:
    """Return the statement's arguments for a request, in order."""
    return _in_order(plan, bind(plan, request))


def _bind_harmless(site: Site, slots: dict[str, object]) -> None:
    for binding in site.bindings:
        slots.update(zip(binding.names, binding.harmless, strict=True))


def _in_order(plan: Plan, bound: Bound) -> list[object]:
    return [_argument(each, bound) for each in plan.statement.arguments]


def _argument(argument: object, bound: Bound) -> object:
    match argument:
        case Slot(name):
            return bound.slots[name]
        case Gathered(Slot(name), keys):
            return argument.of([bound.called[key][name] for key in keys])
        case _:
            return argument


@dataclass(frozen=True, slots=True)
class Finishing:
    """What is made of the columns of a statement, for one request."""

    plan: Plan
    request: Request
    bound: Bound
    found: Read

    def at_once(self) -> Self:
        """Return the same, which raises TooLong where a walk over edges in memory takes long."""
        edges = self.request.edges
        held = None if edges is None else edges.at_once()
        return replace(self, request=self.request._replace(edges=held))

    def values(self) -> dict[str, object]:
        """Return the values of all root fields."""
        return self._finished(self.found.columns)

    def written(self) -> Written:
        """Return the JSON text of all root fields in which nothing is at fault."""
        columns, untouched = self.found.columns, self.plan.untouched
        at_fault = {path[0].key for path, _ in _faults(self.plan, self.bound, self.found)}
        at_fault |= {key for key, text in columns.items() if text is None}
        texts: dict[str, bytes] = {}
        left = {key: text for key, text in columns.items() if key in at_fault}
        touched: dict[str, bytes | None] = {}
        for key, text in columns.items():
            if text is None or key in at_fault:
                continue
            if key in untouched:
                texts[key] = text
            else:
                touched[key] = text
        for key, value in self._finished(touched).items():
            if key not in self.plan.handed:
                _show(self.plan, key, value)
            try:
                texts[key] = json_numbers.dumps(value)
            except json_numbers.NotJson:  # A fault stands in it.
                left[key] = touched[key]
        return Written(texts, self._finished(left))

    def _finished(self, columns: Mapping[str, bytes | None]) -> dict[str, object]:
        plan, request, bound = self.plan, self.request, self.bound
        if not columns:
            return {}
        values: dict[str, object] = {}
        for key, text in columns.items():
            parsed = None if text is None else self._parsed(key, text)
            values[key] = _reshaped(plan, request, key, parsed, bound)
            if text is None and plan.is_written:
                values[key] = TooLarge(f"{key} has more bytes than one answer may hold")
        for path, fault in _faults(plan, bound, self.found):
            _put(values, path, _always(fault))
        for finish in plan.finishes:
            _put(values, finish.path, finish.change(request))
        return values

    def _parsed(self, key: str, text: bytes) -> object:
        if key in self.plan.handed and self.request.as_text:
            return handed.column(text)
        return json_numbers.loads(text)


def _show(plan: Plan, key: str, value: object) -> None:
    """Take out of a value what nobody asked for."""
    # The deepest first: a path goes by the types of what stands above.
    for each in sorted(plan.hidden, key=lambda hidden: -len(hidden.path)):
        if each.path[0].key == key:
            _put({key: value}, each.path, partial(_without_type, each.types))


def _without_type(types: frozenset[str], value: object) -> object:
    match value:
        case dict() if value.get("__typename") in types:
            del value["__typename"]
        case list():
            for member in value:
                _without_type(types, member)
        case _:
            pass
    return value


def _reshaped(plan: Plan, request: Request, key: str, value: object, bound: Bound) -> object:
    change = plan.reshapes.get(key)
    if change is None or (Step(key),) in bound.faults:
        return value
    return _changed(value, change(request))


def _faults(plan: Plan, bound: Bound, found: Read) -> Iterable[tuple[Path, CallerFault]]:
    yield from bound.faults.items()
    for site in plan.checked:
        if site.path in bound.faults:
            continue
        try:
            for check in site.checks:
                check(bound.at(site.path), found.at(site.path))
        except CallerFault as fault:
            yield site.path, fault


def _always(fault: CallerFault) -> Callable[[object], object]:
    return lambda _: fault


def _put(value: Any, path: Path, change: Callable[[object], object]) -> None:
    """Change what stands at the path, in every member of the lists on the way."""
    match value:
        case list():
            for member in value:
                _put(member, path, change)
        case dict():
            step, *below = path
            if step.key not in value or step.type not in ("", value.get("__typename")):
                return
            if below:
                _put(value[step.key], tuple(below), change)
            else:
                value[step.key] = _changed(value[step.key], change)
        case _:
            return


def _changed(value: object, change: Callable[[object], object]) -> object:
    try:
        return change(value)
    except CallerFault as fault:
        return fault
