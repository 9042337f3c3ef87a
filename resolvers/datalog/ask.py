"""A question as an operation of its own, answered, and again where the schema has changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from datalog.explanation import ExplainedStep, Explanation, explain_query
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.syntax.query import Source
from datalog.syntax.views import AsOf
from datalog.tree import BasisInstant, BasisT, Shape
from resolvers.answer import Reader, answer, arguments
from resolvers.datalog.compose import Composed, compose
from resolvers.datalog.question import Answered, Question
from resolvers.draft import Draft, Place, Request, Step
from resolvers.entities import any_entity
from resolvers.errors import StaleCatalogue
from resolvers.explain import Explained, explain
from resolvers.limits import Limits
from resolvers.plan import Plan, drafted
from store.catalogue import Catalogue
from store.errors import CallerFault
from store.ids import T
from store.quantities import Quantities
from store.values import instant

_ANSWER, _T, _INSTANT = "answer", "t", "instant"
_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its plan, for one schema."""

    catalogue: Catalogue
    composed: Composed
    plan: Plan


async def nothing_counted() -> None:
    """Count nothing: plans are made of guesses."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What questions are asked of: a database, its schema as it is read, the limits, the clock."""

    reader: Reader
    catalogue: Callable[[T], Awaitable[Catalogue]]
    """Returns the schema as of a t at least."""
    limits: Limits
    now: Callable[[], datetime]
    quantities: Callable[[], Awaitable[Quantities | None]] = nothing_counted


async def ask(asking: Asking, question: Question) -> Answered:
    """Answer a question by one statement; of what is known to be empty, only the time is read.

    Raises CallerFault for what is wrong with the question, and as `Database.row_of_query` does.
    """
    schema_t = T(0)
    for _ in range(_RETRIES):
        try:
            return await _ask(asking, question, schema_t)
        except StaleCatalogue as fault:  # Another process has changed the schema meanwhile.
            schema_t = T(fault.found)
    return await _ask(asking, question, schema_t)


@dataclass(frozen=True, slots=True)
class Told:
    """How a question is answered: its statement, and its clauses in the order they are read.

    `rows` are those that there are after each of the steps, where they were counted.
    """

    explained: Explained
    explanation: Explanation
    rows: tuple[int | None, ...]


async def explained(asking: Asking, question: Question, *, analyze: bool) -> Told:
    """Return how a question is answered; to `analyze` it, the rows of each step are counted.

    Raises CallerFault for what is wrong with the question, and as `Database.row_of_query` does.
    """
    statistics = Statistics(await asking.quantities())
    asked = prepared(await asking.catalogue(T(0)), question, asking.limits, statistics)
    request = Request({}, asking.now(), b"")
    moments = asked.plan.operation.moments
    told = explain_query(asked.composed.query, asked.catalogue, statistics, moments)
    rows = [await _counted(asking, asked, step, request) for step in told.steps if analyze]
    return Told(explain(asked.plan, request), told, tuple(rows))


async def _counted(
    asking: Asking, asked: Asked, step: ExplainedStep, request: Request
) -> int | None:
    if step.counting is None:
        return None
    counting = replace(asked.plan, statement=step.counting)
    row = await asking.reader.row_of_query(step.counting.text, arguments(counting, request))
    return int(row[-1])


def prepared(
    catalogue: Catalogue,
    question: Question,
    limits: Limits,
    statistics: Statistics = NOTHING_KNOWN,
) -> Asked:
    """Return a question with its plan. Raises CallerFault."""
    draft = Draft(catalogue, limits, any_entity, statistics=statistics)
    composed = compose(draft, Place((Step(_ANSWER),), _ANSWER), question)
    fields: tuple[tuple[str, Shape], ...] = ((_ANSWER, composed.shape),)
    if isinstance(composed.view, AsOf):
        seen = Source("$", composed.view)
        fields = (*fields, (_T, BasisT(seen)), (_INSTANT, BasisInstant(seen)))
    return Asked(catalogue, composed, drafted(draft, fields))


async def _prepared(asking: Asking, question: Question, schema_t: T) -> Asked:
    """Return a question with its plan; what is wrong with it may be right in a newer schema."""
    catalogue = await asking.catalogue(schema_t)
    statistics = Statistics(await asking.quantities())
    try:
        return prepared(catalogue, question, asking.limits, statistics)
    except CallerFault:
        clock = await asking.reader.clock()
        if clock.schema_t == catalogue.t:
            raise
        raise StaleCatalogue(catalogue.t, clock.schema_t) from None


async def _ask(asking: Asking, question: Question, schema_t: T) -> Answered:
    asked = await _prepared(asking, question, schema_t)
    known = asked.plan.statement.known
    if known is not None and not asked.plan.operation.moments:
        return await _known(asking.reader, asked, known)
    found = await answer(asking.reader, asked.plan, {}, asking.now(), b"")
    told = found.values[_ANSWER]
    if isinstance(told, CallerFault):
        raise told
    if not isinstance(asked.composed.view, AsOf):
        return _answered(asked, told, found.read.t, found.read.instant)
    t, at = found.values[_T], found.values[_INSTANT]
    return _answered(asked, told, T(int(str(t))), instant(at, _INSTANT))


async def _known(reader: Reader, asked: Asked, known: tuple[str, ...]) -> Answered:
    """Return an answer for which no fact is read; the clock says as of when it is true."""
    clock = await reader.clock()
    if clock.schema_t != asked.catalogue.t:
        raise StaleCatalogue(asked.catalogue.t, clock.schema_t)
    return _answered(asked, orjson.loads(known[0]), clock.t, clock.instant)


def _answered(asked: Asked, told: Any, t: T, at: datetime) -> Answered:  # JSON.
    composed = asked.composed
    return Answered(
        asked.catalogue,
        composed.query,
        composed.kinds,
        tuple(told["rows"]),
        told["complete"],
        t,
        at,
        composed.because,
    )
