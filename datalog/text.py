"""Queries as EDN text, for people: what `explain` shows is the tree that is compiled.

A level's `:find` pulls the attributes that its shape writes. Beside Datomic's grammar stand our
own extensions: an edge type as an attribute, `member?`, `search`, `:order-by`, `:limit`, and, of a
page, `:after` and `:backward`. A comment says what each database of `:in` is seen through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from datalog.errors import Unsupported
from datalog.sql.outputs import children
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    EdgeStep,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
    Step,
)
from datalog.syntax.finding import Aggregate, Count, FindElement, Pull
from datalog.syntax.query import Collection, Input, Order, Parent, Query, Relation, Scalar, Source
from datalog.syntax.terms import Blank, Constant, Keyword, LookupRef, Term, Variable
from datalog.syntax.views import AsOf, History, Now, Since, View
from datalog.tree import Answer, Graph, Many, One, Operation, Page, Shape, Total, Value


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an operation: where it stands, and its query."""

    path: str
    datalog: str


def operation_levels(operation: Operation) -> tuple[Level, ...]:
    """Return the levels of an operation, from the root fields down."""
    return tuple(level for _, shape in operation.fields for level in shape_levels(shape))


def shape_levels(shape: Shape) -> Iterator[Level]:
    """Return the levels in a shape, the outer ones first."""
    match shape:
        case One() | Many() | Page() | Total() | Graph() | Answer():
            yield Level(shape.path, _level_text(shape))
        case _:
            pass
    for child, _ in children(shape):
        yield from shape_levels(child)


def _level_text(level: One | Many | Page | Total | Graph | Answer) -> str:
    match level:
        case Total(query=query):
            return query_text(replace(query, find=_counted(query)))
        case Page(query=query, after=after, backward=backward):
            marks = f"\n :after {_vector(map(_term, after))}" if after is not None else ""
            return _text(query, _pulls(level), marks + ("\n :backward true" if backward else ""))
        case _:
            return _text(level.query, _pulls(level), "")


def _counted(query: Query) -> tuple[FindElement, ...]:
    *rest, last = query.find
    return (*rest, Count(last) if isinstance(last, Variable) else last)


Pulls = dict[Variable, list[str]]


def _pulls(shape: Shape) -> Pulls:
    """Return the attributes that the shape of a level writes, by their entity."""
    pulls: Pulls = {}
    for child, _ in children(shape):
        for value in _values(child):
            attributes = pulls.setdefault(value.entity, [])
            if value.attribute not in attributes:
                attributes.append(value.attribute)
    return pulls


def _values(shape: Shape) -> Iterator[Value]:
    if isinstance(shape, Value):
        yield shape
    for child, query in children(shape):
        if query is None:
            yield from _values(child)


def query_text(query: Query) -> str:
    """Return a query as EDN."""
    return _text(query, {}, "")


def _text(query: Query, pulls: Pulls, marks: str) -> str:
    found = [_found(each, pulls) for each in query.find]
    found += [_pull(each, pulls[each]) for each in pulls if each not in query.find]
    parts = [f"[:find {' '.join(found)}", *_comments(query.inputs)]
    if query.inputs:
        parts.append(f" :in {' '.join(map(_input, query.inputs))}")
    if query.where:
        parts.append(" :where " + _NEXT_CLAUSE.join(map(clause_text, query.where)))
    if query.order:
        parts.append(f" :order-by {_vector(map(_order, query.order))}")
    if query.limit is not None:
        limit = query.limit
        parts.append(f" :limit {_term(limit) if isinstance(limit, Variable) else limit}")
    return "\n".join(parts) + marks + "]"


_NEXT_CLAUSE = "\n        "


def _found(found: FindElement, pulls: Pulls) -> str:
    match found:
        case Aggregate() | Pull():
            raise Unsupported("the text of an aggregate or a pull")
        case Count(variable):
            return f"(count {_term(variable)})"
        case Variable():
            return _pull(found, pulls[found]) if found in pulls else _term(found)
        case _:
            assert_never(found)


def _pull(entity: Variable, attributes: Iterable[str]) -> str:
    return f"(pull {_term(entity)} {_vector(f':{each}' for each in attributes)})"


def _comments(inputs: Iterable[Input]) -> Iterator[str]:
    for each in inputs:
        if isinstance(each, Source) and not isinstance(each.view, Now):
            yield f" ; {each.name} is {_view(each.view)}"


def _view(view: View) -> str:
    match view:
        case Now():
            return "the present"
        case AsOf(name):
            return f"as of {name}"
        case Since(after, until):
            return f"what came after {after}, up to {_view(until)}"
        case History(Now()):
            return "the whole history"
        case History(until):
            return f"the history up to {_view(until).removeprefix('as of ')}"
        case _:
            assert_never(view)


def _input(given: Input) -> str:
    match given:
        case Scalar(variable):
            return _term(variable)
        case Collection(variable) | Parent(variable):
            return f"[{_term(variable)} ...]"
        case Relation(variables):
            return f"[{_vector(map(_term, variables))}]"
        case Source(name):
            return name
        case _:
            assert_never(given)


def _order(key: Order) -> str:
    if not isinstance(key.variable, Variable):
        raise Unsupported("the text of an aggregate")
    variable = _term(key.variable)
    return f"[{variable} :desc]" if key.descending else variable


def clause_text(clause: Clause) -> str:
    """Return a clause as EDN."""
    match clause:
        case Pattern():
            return _pattern(clause)
        case Compare(operator, left, right):
            return f"[({operator.value} {_term(left)} {_term(right)})]"
        case Not(clauses, join):
            return _form("not", join, map(clause_text, clauses))
        case Or(branches, join):
            return _form("or", join, map(_branch, branches))
        case GetElse(entity, path, value, source):
            steps = _vector(map(_step, path))
            return f"[(get-else {source} {_term(entity)} {steps} nil) {_term(value)}]"
        case Ground() | Call() | RuleCall():
            raise Unsupported("the text of a function or a rule")
        case Search():
            return _search(clause)
        case _:
            assert_never(clause)


def _pattern(pattern: Pattern) -> str:
    attribute = pattern.attribute
    terms = [
        _term(pattern.entity),
        _term(attribute) if isinstance(attribute, Variable) else f":{attribute}",
        *map(_term, (pattern.value, pattern.transaction, pattern.operation, pattern.position)),
    ]
    while len(terms) > 2 and terms[-1] == "_":
        terms.pop()
    source = "" if pattern.source == "$" else f"{pattern.source} "
    return f"[{source}{' '.join(terms)}]"


def _branch(branch: tuple[Clause, ...]) -> str:
    texts = list(map(clause_text, branch))
    return texts[0] if len(texts) == 1 else f"(and {' '.join(texts)})"


def _form(name: str, join: tuple[Variable, ...] | None, parts: Iterable[str]) -> str:
    head = name if join is None else f"{name}-join {_vector(map(_term, join))}"
    return f"({' '.join([head, *parts])})"


def _step(step: Step) -> str:
    return f":_{step.name}" if step.reverse else f":{step.name}"


def _search(search: Search) -> str:
    names = map(_term, (search.root, search.node, search.depth, search.side))
    options = {
        ":upstream": _vector(map(_edge_step, search.upstream)),
        ":downstream": _vector(map(_edge_step, search.downstream)),
        ":types": "nil" if search.types is None else _vector(f":{name}" for name in search.types),
        ":max-depth": _term(search.max_depth),
        ":max-nodes": _term(search.max_nodes),
        ":per-node": _term(search.per_node),
    }
    source = "" if search.source == "$" else f"{search.source} "
    told = " ".join(f"{key} {value}" for key, value in options.items())
    return f"({source}search {' '.join(names)} {{{told}}})"


def _edge_step(step: EdgeStep) -> str:
    return f":_{step.edge}" if step.reverse else f":{step.edge}"


def _vector(members: Iterable[str]) -> str:
    return f"[{' '.join(members)}]"


def _term(term: Term) -> str:
    match term:
        case Variable(name):
            return f"?{name}"
        case Constant(value):
            return _constant(value)
        case Blank():
            return "_"
        case LookupRef(attribute, constant):
            return f"[:{attribute} {_term(constant)}]"
        case _:
            assert_never(term)


def _constant(value: object) -> str:  # noqa: PLR0911  # One case for each type.
    match value:
        case bool():
            return "true" if value else "false"
        case Keyword(name):
            return f":{name}"
        case Decimal():
            return f"{value}M"
        case datetime():
            return f'#inst "{value.isoformat()}"'
        case date():
            return f'#hw/date "{value.isoformat()}"'
        case UUID():
            return f'#uuid "{value}"'
        case str():
            return '"' + value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") + '"'
        case _:
            return str(value)
