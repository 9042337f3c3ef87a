"""The queries of an operation as EDN text, for people: what `explain` shows is what is compiled.

A level's `:find` pulls the attributes that its shape writes. `:after` and `:backward` are marks of
a page: they say where it goes on, and that it is read from its end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from datalog.printing.finding import element_text
from datalog.printing.queries import query_text, text_of
from datalog.printing.terms import name_text, variable_text, vector
from datalog.sql.grouping import measured_in
from datalog.sql.outputs import children
from datalog.syntax.finding import Aggregate, Aggregation, Count, FindElement
from datalog.syntax.query import Order, Query
from datalog.syntax.terms import Variable
from datalog.tree import (
    Answer,
    Calls,
    Graph,
    Groups,
    Let,
    Many,
    Measure,
    Measured,
    One,
    Operation,
    Page,
    Shape,
    Summary,
    Timeline,
    Total,
    Value,
)

__all__ = ["Level", "operation_levels", "query_text", "shape_levels"]  # One is passed on.


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an operation: where it stands, and its query."""

    path: str
    datalog: str


def operation_levels(operation: Operation) -> tuple[Level, ...]:
    """Return the levels of an operation, from the root fields down; those of calls once."""
    levels = [level for _, shape in operation.fields for level in shape_levels(shape)]
    return (*levels, *(level for calls in operation.calls for level in _called(calls)))


def _called(calls: Calls) -> Iterator[Level]:
    """Return the levels of calls; their paths begin with the first of the keys."""
    first, *others = calls.keys
    for level in shape_levels(calls.shape):
        below = level.path.removeprefix(first)
        yield replace(level, path=f"{first} (so, too: {', '.join(others)}){below}")


def shape_levels(shape: Shape) -> Iterator[Level]:
    """Return the levels in a shape, the outer ones first."""
    match shape:
        case One() | Many() | Page() | Total() | Graph() | Let() | Answer() | Timeline():
            yield Level(shape.path, _level_text(shape))
        case Summary():
            measures = measured_in(shape.shape)
            yield Level(shape.path, query_text(_aggregating(shape.query, (), measures)))
        case Groups():
            yield from _groups(shape)
        case _:
            pass
    if isinstance(shape, Graph):
        for each in (*shape.nodes_pass, *shape.edges_pass):
            yield Level(each.path, query_text(each.query))
        if shape.known is not None:
            yield Level(f"{shape.path}(known)", query_text(shape.known))
    for child, _ in children(shape):
        yield from shape_levels(child)


def _level_text(level: One | Many | Page | Total | Graph | Let | Answer | Timeline) -> str:
    match level:
        case Total(query=query):
            return query_text(replace(query, find=_counted(query)))
        case Page(query=query, after=after, backward=backward):
            marks = [] if after is None else [f":after {vector(map(variable_text, after))}"]
            if backward:
                marks.append(":backward true")
            return text_of(query, _found(level), marks)
        case _:
            return text_of(level.query, _found(level))


def _counted(query: Query) -> tuple[FindElement, ...]:
    *rest, last = query.find
    return (*rest, Count(last) if isinstance(last, Variable) else last)


_ROWS = Measured(Measure.COUNT)


def _groups(groups: Groups) -> Iterator[Level]:
    """Return the groups that have a key, and those rows that have none."""
    measures = (_ROWS, *(each for each in measured_in(groups.shape) if each != _ROWS))
    query = _aggregating(groups.query, (groups.key,), measures)
    by = query.find[0] if groups.by_key else query.find[1]
    if isinstance(by, Variable | Aggregate):
        query = replace(query, order=(Order(by, groups.descending),))
    yield Level(groups.path, query_text(query))
    if groups.without is not None:
        without = _aggregating(groups.without, (), measures)
        yield Level(groups.path, query_text(without))


def _aggregating(query: Query, keys: tuple[Variable, ...], measures: Iterable[Measured]) -> Query:
    row = next(each for each in query.find if isinstance(each, Variable))
    made = dict.fromkeys(
        Aggregate(Aggregation(each.measure.value), each.variable or row) for each in measures
    )
    taken = {*keys, *(each.variable for each in made)}
    others = (each for each in query.find if isinstance(each, Variable) and each not in taken)
    return replace(query, find=(*keys, *made), with_=tuple(others))


def _found(level: One | Many | Page | Graph | Let | Answer | Timeline) -> Iterator[str]:
    """Return what a level finds: pulls where its shape writes attributes of an entity."""
    pulls = _pulls(level)
    find = level.query.find
    for each in find:
        if isinstance(each, Variable) and each in pulls:
            yield _pull(each, pulls[each])
        else:
            yield element_text(each)
    yield from (_pull(each, pulls[each]) for each in pulls if each not in find)


def _pulls(shape: Shape) -> dict[Variable, list[str]]:
    """Return the attributes that the shape of a level writes, by their entity."""
    pulls: dict[Variable, list[str]] = {}
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


def _pull(entity: Variable, attributes: Iterable[str]) -> str:
    return f"(pull {variable_text(entity)} {vector(map(name_text, attributes))})"
