"""The whole of a query, in vector form or in map form."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datalog.checking.scoping import bindable, input_variables
from datalog.reading import edn
from datalog.reading.calling import Within
from datalog.reading.clauses import clauses
from datalog.reading.finding import element, find_spec, orders, pattern_name, return_maps
from datalog.reading.forms import Form, List, Map, Place, Vector
from datalog.reading.given import DEFAULT, Database, Given, Named, declared, given_forms
from datalog.reading.notes import Notes, notes_of
from datalog.reading.pulling import pull_pattern
from datalog.reading.rules import rules
from datalog.reading.terms import is_variable, keyword, refused, shown, variable, whole_number
from datalog.syntax.clauses import Clause
from datalog.syntax.finding import Aggregate, FindElement, PullPattern
from datalog.syntax.query import FindSpec, Input, Order, Query, ReturnMaps, Rule, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import History, Now


@dataclass(frozen=True, slots=True)
class Read:
    """A query, and what its text tells beside it.

    `query` sees every database as it is now, pulls nothing where a pattern is still to be given,
    and has the rules that stand in its text. `given` is what the caller gives, in order; `patterns`
    are the positions in find of pulls with a pattern that is given under a name. `logs` are the
    databases that the text does not name: each is the history of another. `places` says where each
    clause began.
    """

    query: Query
    given: tuple[Given, ...]
    patterns: Mapping[int, str]
    logs: Mapping[str, str]
    places: Mapping[Clause, Place]


def read_query(text: str) -> Read:
    """Return the query that a text says. Raises Misread, which says where."""
    return query_of(edn.read(text), notes_of(text))


def read_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules that a text defines. Raises Misread."""
    return rules(edn.read(text), notes_of(text))


def read_pull(text: str) -> PullPattern:
    """Return the pull pattern that a text says. Raises Misread."""
    return pull_pattern(edn.read(text))


@dataclass(frozen=True, slots=True)
class _Section:
    name: Form
    forms: tuple[Form, ...]


_NOT_THERE = _Section(Form(None), ())
_SPREAD = frozenset({"find", "keys", "strs", "syms", "with", "in", "where"})
_ONE_FORM = frozenset({"order-by", "limit", "offset", "rules"})
MOST_NAMED = 1_000
_KEYS = frozenset({"keys", "strs", "syms"})
_PAGE = frozenset({"after", "backward"})


# query = [(section-name form*)+] | {(section-name form)+}
def query_of(form: Form, notes: Notes) -> Read:
    """Return the query that a form is. Raises NotQuery."""
    sections = dict(_checked(_sections(form)))
    if "find" not in sections:
        raise refused(form, "the query finds nothing", "write [:find ?e :where [?e :attribute ?v]]")
    if not {"in", "where"} & sections.keys():
        raise refused(form, "nothing binds what is found", "write a clause of :where, or :in")
    where = clauses(_of("where", sections).forms, Within(notes))
    defined = _rules(_of("rules", sections), notes)
    given = given_forms(sections["in"].forms if "in" in sections else DEFAULT)
    spec, elements = find_spec(sections["find"].name, sections["find"].forms)
    ordered = orders(_of("order-by", sections).forms)
    if max(len(elements), len(ordered)) > MOST_NAMED:
        raise refused(form, "the query finds too much", f"it names at most {MOST_NAMED}")
    with_ = _of("with", sections).forms
    query = Query(
        tuple(map(element, elements)),
        _inputs(given, notes),
        where,
        tuple(order for order, _ in ordered),
        _amount(_of("limit", sections)),
        _amount(_of("offset", sections)),
        tuple(variable(each, ":with") for each in with_),
        defined,
        spec,
        _maps(sections, len(elements), spec),
    )
    named = zip((*map(_variable, query.find), *query.with_), (*elements, *with_), strict=True)
    _check_bound(query, dict(reversed([*named])))
    _check_amounts(query, sections)
    _check_orders(query, ordered)
    patterns = {at: name for at, each in enumerate(elements) if (name := pattern_name(each))}
    _check_patterns(given, [(name, elements[at]) for at, name in patterns.items()])
    return Read(query, given, patterns, {log: of for of, log in notes.logs.items()}, notes.places)


def _variable(found: FindElement) -> Variable:
    return found if isinstance(found, Variable) else found.variable


def _of(name: str, sections: Mapping[str, _Section]) -> _Section:
    return sections.get(name, _NOT_THERE)


def _checked(sections: Iterator[_Section]) -> Iterator[tuple[str, _Section]]:
    seen: set[str] = set()
    for section in sections:
        name = keyword(section.name) or ""
        if name in _PAGE:
            raise refused(
                section.name,
                f":{name} belongs to a page, as explain shows it",
                "leave it out, or compare with the row to go on from in :where",
            )
        if name not in _SPREAD | _ONE_FORM:
            there = ", :".join(sorted(_SPREAD | _ONE_FORM))
            raise refused(section.name, f"a query has no :{name}", f"there are :{there}")
        if name in seen:
            raise refused(section.name, f":{name} stands twice", "put all of it in one")
        if name in _ONE_FORM - {"order-by"} and len(section.forms) != 1:
            raise refused(
                section.name, f":{name} takes one form", f"{len(section.forms)} are given"
            )
        if name in _SPREAD - {"where"} and len(section.forms) > MOST_NAMED:
            raise refused(section.name, f":{name} is too long", f"it names at most {MOST_NAMED}")
        if name in {"with", "order-by"} and not section.forms:
            raise refused(section.name, f":{name} names nothing", "name variables, or leave it out")
        seen.add(name)
        yield name, section


def _sections(form: Form) -> Iterator[_Section]:
    match form.value:
        case Vector((first, *_) as members) | List((first, *_) as members):
            if keyword(first) is None:
                raise refused(first, "the query does not begin with :find", "write [:find …]")
            starts = [at for at, each in enumerate(members) if keyword(each) is not None]
            for start, end in zip(starts, [*starts[1:], len(members)], strict=True):
                yield _Section(members[start], tuple(members[start + 1 : end]))
        case Map(pairs):
            for name, value in pairs:
                yield _Section(name, _members(name, value))
        case _:
            raise refused(form, f"{shown(form)} is no query", "write [:find ?e :where …]")


def _members(name: Form, value: Form) -> tuple[Form, ...]:
    told = keyword(name)
    if told is None:
        raise refused(name, f"{shown(name)} is no part of a query", "write {:find [?e] :where […]}")
    if told not in _SPREAD:
        return (value,)
    if not isinstance(value.value, Vector | List):
        raise refused(value, f":{told} takes a vector", f"write :{told} […]")
    return value.value.members


def _rules(section: _Section, notes: Notes) -> tuple[Rule, ...]:
    return rules(section.forms[0], notes) if section.forms else ()


def _amount(section: _Section) -> Variable | int | None:
    if not section.forms or section.forms[0].value is None:
        return None
    [form] = section.forms
    name = keyword(section.name)
    return variable(form) if is_variable(form) else whole_number(form, f":{name}", 0)


def _maps(sections: Mapping[str, _Section], columns: int, spec: FindSpec) -> ReturnMaps | None:
    told = [section for name, section in sections.items() if name in _KEYS]
    if len(told) > 1:
        raise refused(
            told[1].name, "rows have keys already", "choose one of :keys, :strs and :syms"
        )
    return return_maps(told[0].name, told[0].forms, columns, spec) if told else None


def _inputs(given: Iterable[Given], notes: Notes) -> tuple[Input, ...]:
    inputs = [each for one in given for each in declared(one)]
    named = {each.name for each in given if isinstance(each, Database)}
    logs = [Source(log, History(Now())) for log in notes.logs.values() if log not in named]
    return (*inputs, *logs)


def _check_bound(query: Query, forms: Mapping[Variable, Form]) -> None:
    """Raise NotQuery about a variable that nothing binds, as Datomic does."""
    bound = {
        *input_variables(query.inputs),
        *(each for one in query.where for each in bindable(one)),
    }
    for name, form in forms.items():
        if name not in bound:
            raise refused(
                form, f"nothing binds ?{name.name}", "name it in a clause of :where, or in :in"
            )


def _check_amounts(query: Query, sections: Mapping[str, _Section]) -> None:
    scalars = {each.variable for each in query.inputs if isinstance(each, Scalar)}
    for name, amount in (("limit", query.limit), ("offset", query.offset)):
        if isinstance(amount, Variable) and amount not in scalars:
            [form] = sections[name].forms
            raise refused(form, f"nobody gives ?{amount.name}", f"name ?{amount.name} in :in")


def _check_orders(query: Query, ordered: Iterable[tuple[Order, Form]]) -> None:
    found = set(query.find)
    for order, form in ordered:
        if isinstance(order.variable, Aggregate) and order.variable not in found:
            raise refused(form, f"{shown(form)} is not found", "name the aggregate in :find too")


def _check_patterns(given: Iterable[Given], patterns: Iterable[tuple[str, Form]]) -> None:
    named = {each.name for each in given if isinstance(each, Named)}
    for name, form in patterns:
        if name not in named:
            raise refused(
                form, f"nobody gives the pull pattern {name}", f"name it in :in: [… :in $ {name}]"
            )
