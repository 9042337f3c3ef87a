"""Of what type the numbers of a variable are: one type for all, the widest that patterns tell."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import Term, Variable
from tests.meaning.facts import Schema
from tests.meaning.values import NUMBER, Value

NumberType = type[int] | type[Decimal] | type[float]

_TYPES: Mapping[str, NumberType] = {"Int": int, "Long": int, "Decimal": Decimal, "Float": float}
_WIDTH: Mapping[NumberType, int] = {int: 0, Decimal: 1, float: 2}


def number_types(query: Query, schema: Schema) -> Mapping[Term, NumberType]:
    """Return the type of each variable whose values are numbers of attributes that are named."""
    told = _told(query, schema).items()
    return {each: max(types, key=_WIDTH.__getitem__) for each, types in told}


def are_mixed_with_floats(query: Query, schema: Schema) -> bool:
    """Tell whether some variable is a Float here and another number there: then none is exact."""
    return any(float in types and len(types) > 1 for types in _told(query, schema).values())


def _told(query: Query, schema: Schema) -> dict[Term, set[NumberType]]:
    found: dict[Term, set[NumberType]] = {}
    for pattern in _patterns((query.where, query.rules)):
        for name in schema.interfaces.get(str(pattern.attribute), (str(pattern.attribute),)):
            attribute = schema.attributes.get(name)
            told = _TYPES.get(attribute.type) if attribute else None
            if told and isinstance(pattern.value, Variable):
                found.setdefault(pattern.value, set()).add(told)
    return found


def of_type(value: Value, wanted: NumberType | None) -> Value:
    """Return a number as one of a wider type: it matters to what it is divided by."""
    if value is None or value[0] != NUMBER or wanted is None:
        return value
    held: NumberType = type(value[1])
    return (NUMBER, wanted(value[1])) if _WIDTH[wanted] > _WIDTH[held] else value


def _patterns(part: object) -> Iterator[Pattern]:
    match part:
        case Pattern():
            yield part
        case tuple():
            for each in part:
                yield from _patterns(each)
        case _ if is_dataclass(part) and not isinstance(part, type):
            for each in fields(part):
                yield from _patterns(getattr(part, each.name))
        case _:
            pass
