"""Queries as EDN text. A comment says what each database of `:in` is seen through."""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from datalog.printing.clauses import clause_text
from datalog.printing.finding import element_text, spec_text
from datalog.printing.terms import source_text, variable_text, vector
from datalog.syntax.query import (
    Among,
    Collection,
    Input,
    Order,
    Parent,
    Query,
    Relation,
    Rule,
    Scalar,
    Source,
)
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, History, Now, Since, View


def query_text(query: Query) -> str:
    """Return a query as EDN."""
    return text_of(query, [element_text(each) for each in query.find])


def text_of(query: Query, found: Iterable[str], marks: Sequence[str] = ()) -> str:
    """Return a query that finds what these texts say; `marks` are sections at its end."""
    parts = [f"[:find {spec_text(found, query.spec)}", *_sections(query), *marks]
    return "\n ".join(parts) + "]"


def _sections(query: Query) -> Iterator[str]:
    if query.maps is not None:
        yield f":{query.maps.kind} {' '.join(query.maps.names)}"
    if query.with_:
        yield f":with {' '.join(map(variable_text, query.with_))}"
    yield from _comments(query.inputs)
    if query.inputs:
        yield f":in {' '.join(map(_input, query.inputs))}"
    if query.where:
        yield ":where " + _NEXT_CLAUSE.join(map(clause_text, query.where))
    yield from _cut(query)
    if query.rules:
        yield f":rules [{_NEXT_RULE.join(map(rule_text, query.rules))}]"


def _cut(query: Query) -> Iterator[str]:
    if query.order:
        yield f":order-by {vector(map(_order, query.order))}"
    if query.offset is not None:
        yield f":offset {_amount(query.offset)}"
    if query.limit is not None:
        yield f":limit {_amount(query.limit)}"


_NEXT_CLAUSE = "\n        "
_NEXT_RULE = "\n         "


def rule_text(rule: Rule) -> str:
    """Return one definition of a rule."""
    required = tuple(map(variable_text, rule.parameters[: rule.required]))
    others = map(variable_text, rule.parameters[rule.required :])
    head = " ".join((rule.name, *([vector(required)] if required else []), *others))
    return f"[({head}) {' '.join(map(clause_text, rule.clauses))}]"


def _amount(amount: Variable | int) -> str:
    return variable_text(amount) if isinstance(amount, Variable) else str(amount)


def _comments(inputs: Iterable[Input]) -> Iterator[str]:
    for each in inputs:
        if isinstance(each, Source) and not isinstance(each.view, Now):
            yield f"; {each.name} is {_view(each.view)}"


def _view(view: View) -> str:
    match view:
        case Now():
            return "the present"
        case AsOf(name):
            return f"as of {name}"
        case Since(after, until):
            return f"what came after {after}, up to {_view(until)}"
        case History(until, after):
            whole = isinstance(until, Now)
            told = "the whole history" if whole else f"the history up to {_point(until)}"
            return told if after is None else f"{told}, after {after}"
        case _:
            assert_never(view)


def _point(view: Now | AsOf) -> str:
    return view.name if isinstance(view, AsOf) else "the present"


def _input(given: Input) -> str:
    match given:
        case Scalar(variable):
            return variable_text(variable)
        case Collection(variable) | Parent(variable):
            return f"[{variable_text(variable)} ...]"
        case Relation(variables) | Among(variables=variables):
            return f"[{vector(map(variable_text, variables))}]"
        case Source(name):
            return source_text(name)
        case _:
            assert_never(given)


def _order(key: Order) -> str:
    target = element_text(key.variable)
    return f"[{target} :desc]" if key.descending else target
