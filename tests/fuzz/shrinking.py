"""The smallest query that still fails, as far as leaving out one thing at a time leads."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from datalog.syntax.clauses import Clause, Ground, Not, Or, Pattern
from datalog.syntax.query import Query, Source
from datalog.syntax.terms import BLANK
from datalog.syntax.views import Now
from tests.fuzz.asked import Asked

MOST = 150
"""How many smaller queries are tried at most."""


async def shrunk(asked: Asked, fails: Callable[[Asked], Awaitable[bool]]) -> Asked:
    """Return a smaller query that fails as well."""
    tried = 0
    smaller = True
    while smaller and tried < MOST:
        smaller = False
        for candidate in _smaller(asked):
            tried += 1
            if await fails(candidate):
                asked, smaller = candidate, True
                break
    return _tidy(asked)


def _tidy(asked: Asked) -> Asked:
    """Return what is asked without what nothing uses."""
    named = set(_names(asked.query))
    inputs = tuple(
        each
        for each in asked.query.inputs
        if not isinstance(each, Source) or each.name in named or each.name == "$"
    )
    return replace(asked, query=replace(asked.query, inputs=inputs))


def _names(value: Any) -> Iterator[str]:
    match value:
        case Source():
            pass
        case str():
            yield value
        case tuple():
            for each in value:
                yield from _names(each)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for part in fields(value):
                yield from _names(getattr(value, part.name))
        case _:
            pass


def _smaller(asked: Asked) -> Iterator[Asked]:
    query = asked.query
    for smaller in _queries(query):
        yield replace(asked, query=smaller)
    if asked.first != 100_000:
        yield replace(asked, first=100_000)
    for given in query.inputs:
        if not isinstance(given, Source):
            yield replace(asked, query=replace(query, inputs=_without(query.inputs, given)))
        elif not isinstance(given.view, Now):
            inputs = tuple(Source(it.name, Now()) if it == given else it for it in query.inputs)
            yield replace(asked, query=replace(query, inputs=inputs))


def _queries(query: Query) -> Iterator[Query]:  # noqa: C901  # One thing after the other.
    for where in _fewer(query.where):
        yield replace(query, where=where)
    for rule in query.rules:
        yield replace(query, rules=_without(query.rules, rule))
    if query.order or query.limit is not None or query.offset is not None:
        yield replace(query, order=(), limit=None, offset=None)
        yield replace(query, order=query.order[1:])
        yield replace(query, limit=None)
        yield replace(query, offset=None)
    if len(query.find) > 1:
        for element in query.find:
            yield replace(query, find=_without(query.find, element), order=())
    for each in query.with_:
        yield replace(query, with_=_without(query.with_, each))
    for number, rule in enumerate(query.rules):
        for clauses in _fewer(rule.clauses):
            rules = list(query.rules)
            rules[number] = replace(rule, clauses=clauses)
            yield replace(query, rules=tuple(rules))


def _fewer(clauses: tuple[Clause, ...]) -> Iterator[tuple[Clause, ...]]:
    """Yield the clauses without one, or with one that is smaller."""
    for number, clause in enumerate(clauses):
        before, after = clauses[:number], clauses[number + 1 :]
        if len(clauses) > 1:
            yield (*before, *after)
        for smaller in _simpler(clause):
            yield (*before, smaller, *after)
        if isinstance(clause, Or):
            for branch in clause.branches:
                yield (*before, *branch, *after)


def _simpler(clause: Clause) -> Iterator[Clause]:  # noqa: C901, PLR0912  # One case each.
    match clause:
        case Not():
            for clauses in _fewer(clause.clauses):
                yield replace(clause, clauses=clauses)
        case Or():
            for branch in clause.branches:
                if len(clause.branches) > 1:
                    yield replace(clause, branches=_without(clause.branches, branch))
                for clauses in _fewer(branch):
                    branches = tuple(clauses if it is branch else it for it in clause.branches)
                    yield replace(clause, branches=branches)
        case Pattern():
            for place in ("operation", "transaction", "value"):
                if getattr(clause, place) != BLANK:
                    yield replace(clause, **{place: BLANK})  # type: ignore[arg-type]  # All are terms.
            if clause.source != "$":
                yield replace(clause, source="$")
        case Ground(rows=rows) if len(rows) > 1:
            for row in rows:
                yield replace(clause, rows=_without(rows, row))
        case _:
            pass


def _without(parts: tuple[Any, ...], part: Any) -> tuple[Any, ...]:
    return tuple(each for each in parts if each is not part)
