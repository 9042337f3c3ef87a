"""What `:in` is given: the rows that a query starts from."""

from collections.abc import Mapping
from typing import assert_never

from datalog.syntax.query import Among, Collection, Input, Parent, Query, Relation, Scalar, Source
from datalog.syntax.terms import Variable
from tests.meaning.binding import Names
from tests.meaning.values import GIVEN, Value

Row = dict[Variable, Value]


def rows_of(given: Input, values: Mapping[str, object]) -> list[Row]:
    """Return the rows of one input, whose values stand under the names of its variables."""
    match given:
        case Scalar(variable):
            value = values[variable.name]
            return [{}] if isinstance(value, list) else [{variable: given_value(value)}]
        case Collection(variable):
            members = values[variable.name]
            assert isinstance(members, list)
            return [{variable: given_value(each)} for each in members]
        case Relation(variables):
            columns = [values[each.name] for each in variables]
            assert all(isinstance(column, list) for column in columns)
            tuples = zip(*columns, strict=True)
            return [dict(zip(variables, map(given_value, each), strict=True)) for each in tuples]
        case Source():
            return [{}]
        case Parent() | Among():
            raise NotImplementedError("a level of a tree")
        case _:
            assert_never(given)


def input_variables(query: Query, lists: Mapping[str, object]) -> Names:
    """Return the variables that `:in` binds; a scalar that holds a list only serves `member?`."""
    found: set[Variable] = set()
    for each in query.inputs:
        match each:
            case Scalar(variable) if variable.name in lists:
                pass
            case Scalar(variable) | Collection(variable) | Parent(variable):
                found.add(variable)
            case Relation(variables):
                found.update(variables)
            case Source():
                pass
    return frozenset(found)


def given_value(value: object) -> Value:
    """Return a constant that has met no value yet; None is the one that nothing equals."""
    return None if value is None else (GIVEN, value)
