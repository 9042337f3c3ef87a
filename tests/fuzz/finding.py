"""What a random query is given, what it finds, and in which order."""

from datalog.syntax.clauses import (
    Pattern,
)
from datalog.syntax.finding import Aggregate, Aggregation, FindElement
from datalog.syntax.query import Collection, FindSpec, Input, Order, Query, Relation, Scalar
from datalog.syntax.terms import Term, Variable
from tests.fuzz.asked import Asked
from tests.fuzz.constants import family_of, given_of
from tests.fuzz.drawing import Drawing, sources


def asked(drawing: Drawing) -> Asked | None:
    """Return the query of the clauses drawn so far, or None where there is nothing to find."""
    possible = [each for each in drawing.witness if drawing.kinds[each] != "Tuple"]
    if not possible:
        return None
    given, inputs = _inputs(drawing, possible)
    amount = min(len(possible), drawing.draw.choice([1, 2, 2, 3, 4]))
    variables = drawing.draw.sample(possible, amount)
    find: tuple[FindElement, ...] = tuple(variables)
    with_: tuple[Variable, ...] = ()
    if drawing.chance(0.22):
        find, with_ = _aggregates(drawing, variables, possible)
    where = list(drawing.clauses)
    drawing.draw.shuffle(where)
    order, limit, offset = _cut(drawing, find)
    spec = FindSpec.RELATION
    comparable = all(drawing.kinds[_variable(each)] != "Dynamic" for each in find)
    if comparable and drawing.chance(0.06):
        spec = drawing.draw.choice(list(FindSpec))
        if spec in {FindSpec.COLLECTION, FindSpec.SCALAR}:
            find, order = find[:1], ()
        drawing.constructs[f"find {spec}"] += 1
    query = Query(
        find,
        (*sources(drawing), *inputs),
        tuple(where),
        order,
        limit,
        offset,
        with_,
        tuple(drawing.rules),
        spec,
    )
    first = 100_000 if not comparable or drawing.chance(0.9) else drawing.draw.choice([1, 2, 5])
    if len(drawing.views) > 1:
        drawing.constructs["several sources"] += 1
    return Asked(query, drawing.moments, given, first, constructs=drawing.constructs)


def _variable(element: FindElement) -> Variable:
    return element if isinstance(element, Variable) else element.variable


_GIVEN = ("String", "Int", "Long", "Decimal", "Float", "Date", "DateTime", "Boolean", "UUID", "Ref")


def _inputs(
    drawing: Drawing, possible: list[Variable]
) -> tuple[dict[str, object], tuple[Input, ...]]:
    """Let a variable or two be given at run time what the witness has, and more of its like."""
    given: dict[str, object] = {}
    able = [each for each in possible if drawing.witness[each] and drawing.kinds[each] in _GIVEN]
    in_patterns: set[Term | str] = {
        term
        for clause in drawing.clauses
        if isinstance(clause, Pattern)
        for term in (clause.entity, clause.value)
    }
    able = [each for each in able if each in in_patterns - drawing.shadowed]
    if not able or not drawing.chance(0.25):
        return {}, ()
    chosen = drawing.draw.sample(able, min(len(able), drawing.draw.choice([1, 1, 2])))
    for each in chosen:
        given[each.name] = given_of(drawing.witness[each], drawing.kinds[each])
    if len(chosen) == 2 and drawing.chance(0.6):
        lists = {name: [value, value] for name, value in given.items()}
        lists[chosen[0].name][1] = None if drawing.chance(0.5) else lists[chosen[0].name][0]
        drawing.constructs["input relation"] += 1
        return dict(lists), (Relation(tuple(chosen)),)
    inputs: list[Input] = []
    for each in chosen:
        if drawing.chance(0.5):
            inputs.append(Scalar(each))
            drawing.constructs["input scalar"] += 1
        else:
            inputs.append(Collection(each))
            given[each.name] = [given[each.name]] * drawing.draw.choice([1, 1, 2])
            drawing.constructs["input collection"] += 1
    return given, tuple(inputs)


def _aggregates(
    drawing: Drawing, variables: list[Variable], possible: list[Variable]
) -> tuple[tuple[FindElement, ...], tuple[Variable, ...]]:
    chosen = drawing.draw.choice(possible)
    kind = drawing.kinds[chosen]
    names = [Aggregation.COUNT, Aggregation.COUNT_DISTINCT]
    if kind not in {"Dynamic", "JSON"}:
        names += [Aggregation.MIN, Aggregation.MAX, Aggregation.DISTINCT]
    if family_of(kind) == "number":
        names += [Aggregation.SUM, Aggregation.SUM, Aggregation.AVG, Aggregation.MEDIAN]
        names += [Aggregation.VARIANCE, Aggregation.STDDEV]
    found: list[FindElement] = []
    for name in drawing.draw.sample(names, drawing.draw.choice([1, 1, 2])):
        extreme = name in {Aggregation.MIN, Aggregation.MAX}
        amount = 2 if extreme and drawing.chance(0.3) else None
        aggregate = Aggregate(name, chosen, amount)
        if aggregate not in found:
            found.append(aggregate)
            drawing.constructs[f"aggregate {name}"] += 1
    plain = [each for each in variables if each != chosen and drawing.chance(0.6)]
    with_ = [each for each in possible if each not in {chosen, *plain} and drawing.chance(0.3)]
    return (*plain, *found), tuple(with_)


def _cut(
    drawing: Drawing, find: tuple[FindElement, ...]
) -> tuple[tuple[Order, ...], int | None, int | None]:
    kinds = [drawing.kinds[_variable(each)] for each in find]
    if {"Dynamic", "JSON", "Schema"} & set(kinds) or not drawing.chance(0.25):
        return (), None, None
    keys = [
        each
        for each in find
        if isinstance(each, Variable) or (isinstance(each, Aggregate) and each.amount is None)
    ]
    keys = [it for it in keys if getattr(it, "aggregation", None) is not Aggregation.DISTINCT]
    chosen = drawing.draw.sample(keys, drawing.draw.randint(0, min(2, len(keys))))
    order = tuple(Order(each, drawing.chance(0.5)) for each in chosen)
    limit = drawing.draw.choice([None, 0, 1, 2, 5])
    offset = drawing.draw.choice([None, None, 1, 3])
    drawing.constructs["order"] += bool(order)
    drawing.constructs["limit"] += limit is not None
    drawing.constructs["offset"] += offset is not None
    return order, limit, offset
