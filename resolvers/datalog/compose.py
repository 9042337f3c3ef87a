"""A question as a shape of a plan in the making: its text read, its values in slots, tried out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from datalog.kinds import Kind
from datalog.reading.given import Database, Rules
from datalog.reading.inputs import Asked, asked
from datalog.reading.query import Read, read_query, read_rules
from datalog.reading.spans import Span
from datalog.sql.compile import compile_operation
from datalog.syntax.query import Query, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, History, Now, Since, View
from datalog.tree import Answer, Operation
from resolvers.datalog.places import locate
from resolvers.datalog.question import Question
from resolvers.draft import Binding, Draft, Place
from resolvers.pages import at_most
from store.errors import CallerFault

_DATABASE = "$"
_AS_OF, _SINCE = "asOf, as it is given", "since, as it is given"
"""They hold the place of points in time that the request may still give."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A question as the shape of its answer; `view` is when the database `$` is read.

    `kinds` are those of its columns; `because` says why it is empty whatever the facts are.
    """

    query: Query
    shape: Answer
    view: Now | AsOf
    kinds: tuple[Kind, ...]
    because: str | None


def compose(draft: Draft, place: Place, question: Question) -> Composed:
    """Return a question as a shape. Raises CallerFault for what is wrong with it, and where.

    It is compiled here too, on its own, so that what is wrong with it is the fault of its field.
    """
    try:
        return _composed(draft, place, question)
    except CallerFault as fault:
        locate(fault, question.text)
        raise


def _composed(draft: Draft, place: Place, question: Question) -> Composed:
    draft.is_written = True
    read = read_query(question.text)
    span = Span(
        None if question.as_of is None else _AS_OF,
        None if question.since is None else _SINCE,
        question.history,
    )
    if question.rules is not None:
        read, question = _with_rules(read, question, question.rules)
    found = asked(read, question.inputs, draft.catalogue, span)
    query = _in_slots(draft, place, found, question)
    shape = Answer(place.label, query, _first(draft, place, question))
    statement = compile_operation(
        Operation(((place.label, shape),), tuple(draft.moments)),
        draft.catalogue,
        draft.statistics,
        scan=question.scan,
    )
    kinds = dict(statement.kinds).get(place.label, ())
    because = dict(statement.reasons).get(place.label)
    return Composed(query, shape, _until(query), kinds, because)


def _with_rules(read: Read, question: Question, rules: str) -> tuple[Read, Question]:
    """Give rules in the place of `%` in `:in`; where that is not there, to the query itself."""
    named = [each for each in read.given if each != Database(_DATABASE)]
    if Rules() not in named:
        defined = (*read.query.rules, *read_rules(rules))
        return replace(read, query=replace(read.query, rules=defined)), question
    at = named.index(Rules())
    inputs = (*question.inputs[:at], rules, *question.inputs[at:])
    return read, replace(question, inputs=inputs)


def _in_slots(draft: Draft, place: Place, found: Asked, question: Question) -> Query:
    """Return the query under names that no other field has, and give their slots their values."""
    names = {name: draft.apart(name) for name in (*found.slots, *found.moments)}
    given: Mapping[object, object] = {_AS_OF: question.as_of, _SINCE: question.since}
    for name, moment in found.moments.items():
        told = given.get(moment)
        draft.moments.append(names[name])
        draft.pin(place, names[name], moment if told is None else told)
    values = tuple(found.slots.values())
    slots = tuple(names[name] for name in found.slots)
    draft.bind(place, Binding(slots, lambda _: values, values))
    renamed = {old: new for old, new in names.items() if old != new}
    query: Query = _renamed(found.query, renamed) if renamed else found.query
    return query


def _renamed(node: Any, names: Mapping[str, str]) -> Any:  # noqa: PLR0911  # A case for each part.
    """Return a part of a query with other names for its inputs and points in time."""
    match node:
        case Variable(name):
            return Variable(names.get(name, name))
        case AsOf(name):
            return AsOf(names.get(name, name))
        case Since(after, until):
            return Since(names.get(after, after), _renamed(until, names))
        case History(until, after):
            after = None if after is None else names.get(after, after)
            return History(_renamed(until, names), after)
        case tuple():
            return tuple(_renamed(each, names) for each in node)
        case _ if is_dataclass(node) and not isinstance(node, type):
            parts = {each.name: _renamed(getattr(node, each.name), names) for each in fields(node)}
            return replace(node, **parts)
        case _:
            return node


def _until(query: Query) -> Now | AsOf:
    views = [each.view for each in query.inputs if isinstance(each, Source)]
    named = {each.name: each.view for each in query.inputs if isinstance(each, Source)}
    view: View = named.get(_DATABASE, views[0] if views else Now())
    return view.until if isinstance(view, Since | History) else view


def _first(draft: Draft, place: Place, question: Question) -> Variable | int:
    limit = draft.limits.rows
    if question.first is None:
        return limit.default
    return draft.slot(place, "rows to take", question.first, at_most("first", limit.most), 0)
