"""What a caller gives to a query, in the order of `:in`: views, rules, patterns, values.

An entity that is given by its urn, an attribute that is given by its name, and what nothing tells
the kind of, become part of the query; all other values are sent in slots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from datalog.checking.rules.expansion import expanded
from datalog.checking.scoping import input_variables, scoped
from datalog.checking.variable_kinds import kinds_of
from datalog.kinds import Kind
from datalog.reading import edn
from datalog.reading.bindings import Each, One, Row, Rows
from datalog.reading.errors import WrongInput, WrongInputs
from datalog.reading.filling import filled
from datalog.reading.forms import Form
from datalog.reading.given import Database, Given, Named, Rules, given_text
from datalog.reading.notes import notes_of
from datalog.reading.pulling import pull_pattern
from datalog.reading.query import Read
from datalog.reading.rows import Row as GivenRow
from datalog.reading.rows import Sources, check_rules, rows_of, with_rows
from datalog.reading.rules import rules
from datalog.reading.spans import NOW, Moment, Span, history_of, span_of, view_of
from datalog.reading.values import plain
from datalog.syntax.clauses import Or, Pattern
from datalog.syntax.finding import FindElement, Pull
from datalog.syntax.query import Query, Rule, Source
from datalog.syntax.terms import Variable
from store.catalogue import Catalogue
from store.values import shortened


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its views, rules and patterns, and what its statement is sent.

    `slots` are the values of scalars and the lists of collections and relations, by the name of
    their variable; `moments` the points in time of views, by their names, as they were given.
    """

    query: Query
    slots: Mapping[str, object]
    moments: Mapping[str, Moment]


def asked(read: Read, given: Sequence[object], catalogue: Catalogue, span: Span = NOW) -> Asked:
    """Return what is asked: a query that was read, with what `:in` names in its order.

    A value is as JSON has it, or an EDN form. `$` may be left out of `given`: `span` says how it is
    seen. Another database is given as a map (`span_of`), or as rows; `%` and pull patterns as EDN,
    text or form. Raises WrongInputs, WrongInput, Misread, and QueryError for what the check finds.
    """
    pairs = _paired(read.given, given, span)
    views, rows, moments = _databases(pairs, read.logs)
    query = _completed(read, pairs, rows)
    kinds = _kinds(query, catalogue)
    pulled = [each for each in query.find if isinstance(each, Pull) and each.variable not in kinds]
    if pulled:  # Nothing but the pull says that it is an entity.
        there = tuple(Pattern(each.variable, "entity/id", source=each.source) for each in pulled)
        query = replace(query, where=(*query.where, *there))
        kinds = _kinds(query, catalogue)
    values = [(it, plain(value)) for it, value in pairs if isinstance(it, One | Each | Row | Rows)]
    query, slots = filled(query, values, kinds)
    return Asked(replace(query, inputs=(*views, *query.inputs)), slots, moments)


Pairs = Sequence[tuple[Given, object]]


def _paired(expected: Sequence[Given], given: Sequence[object], span: Span) -> Pairs:
    """Return what `:in` names with what is given; `$` may be left out."""
    if len(given) == len(expected):
        return tuple(zip(expected, given, strict=True))
    default = Database("$")
    others = [each for each in expected if each != default]
    if len(given) != len(others):
        raise WrongInputs(tuple(map(given_text, others)), len(given))
    rest = iter(given)
    return tuple((each, span if each == default else next(rest)) for each in expected)


def _databases(
    pairs: Pairs, logs: Mapping[str, str]
) -> tuple[tuple[Source, ...], Sources, dict[str, Moment]]:
    """Return the databases with their views, the rows in place of others, and the moments."""
    sources: dict[str, Source] = {}
    rows: dict[str, tuple[GivenRow, ...]] = {}
    moments: dict[str, Moment] = {}
    for each, value in pairs:
        if not isinstance(each, Database):
            continue
        told = value if isinstance(value, Span) else plain(value)
        if isinstance(told, list):
            rows[each.name] = rows_of(told, each.name)
        else:
            span = told if isinstance(told, Span) else span_of(told, each.name)
            view, named = view_of(span, each.name)
            sources[each.name] = Source(each.name, view)
            moments |= named
    for log, of in logs.items():
        if of in sources:
            sources.setdefault(log, Source(log, history_of(sources[of].view)))
    return tuple(sources.values()), rows, moments


def _completed(read: Read, pairs: Pairs, rows: Sources) -> Query:
    """Return the query with the rules, patterns and rows that are given."""
    query = read.query
    patterns: dict[str, Form] = {}
    defined: tuple[Rule, ...] = query.rules
    for each, value in pairs:
        match each:
            case Rules():
                form = _form(value, "%")
                defined = (*defined, *rules(form, notes_of(edn.write(form))))
            case Named(name):
                patterns[name] = _form(value, name)
            case _:
                pass
    check_rules(defined, rows)
    find = tuple(
        _with_pattern(each, patterns.get(read.patterns.get(at, "")))
        for at, each in enumerate(query.find)
    )
    return replace(query, find=find, rules=defined, where=with_rows(query.where, rows))


def _form(value: object, name: str) -> Form:
    """Return the EDN that is given as a form or as text."""
    match value:
        case Form(value=str() as text) | (str() as text):
            return edn.read(text)
        case Form():
            return value
        case _:
            raise WrongInput(name, "EDN, as text", shortened(value))


def _with_pattern(found: FindElement, form: Form | None) -> FindElement:
    if form is None or not isinstance(found, Pull):
        return found
    return replace(found, pattern=pull_pattern(form))


def _kinds(query: Query, catalogue: Catalogue) -> Mapping[Variable, Kind]:
    """Return what the variables of `:in` hold, as their uses tell. Raises QueryError."""
    inputs = frozenset(input_variables(query.inputs))
    query = scoped(expanded(query, inputs))
    by_name: dict[str, list[Rule]] = {}
    for rule in query.rules:
        by_name.setdefault(rule.name, []).append(rule)
    any_definition = [
        Or(tuple(rule.clauses for rule in same), same[0].parameters) for same in by_name.values()
    ]
    return kinds_of((*any_definition, *query.where), catalogue, {})
