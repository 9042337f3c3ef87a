"""Terms meet columns: a new variable is bound, everything else becomes a condition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from datalog.errors import InsufficientBinding, Unsupported
from datalog.kinds import Kind, Special, kind_of
from datalog.planning.access import OneOf, Place
from datalog.sql.columns import Column, constant
from datalog.sql.comparing import same
from datalog.sql.relations import Relation
from datalog.sql.rows import Columns, Compilation
from datalog.syntax.terms import Blank, Constant, LookupRef, Term, Variable
from datalog.syntax.views import View
from store.catalogue import ValueType
from store.sql import Sql, join, sql


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement, and the kinds of a level's variables (those of inputs decide their types).

    `relations` are those that recursions work out, where they can be seen; `versions` are the
    versions that are read for output of what the level is given, by entity and view.
    """

    compilation: Compilation
    kinds: Mapping[Variable, Kind]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    versions: Mapping[tuple[Variable, View], Sql] = field(default_factory=dict)


Held = tuple[Place, Column]


def unified(
    columns: Columns, held: Iterable[Held], reading: Reading
) -> tuple[Columns, tuple[Sql, ...]]:
    """Return the columns with what is newly bound, and the conditions on what was bound."""
    bound = dict(columns)
    conditions: list[Sql] = []
    for place, column in held:
        if isinstance(place, Variable) and place not in bound:
            bound[place] = replace(column, nullable=False)
            if column.nullable:
                conditions.append(sql("{it} IS NOT NULL", it=column.sql))
        else:
            conditions.extend(_met(place, column, bound, reading))
    return bound, tuple(conditions)


def _met(place: Place, column: Column, bound: Columns, reading: Reading) -> Iterable[Sql]:
    match place:
        case Blank():
            if column.nullable:
                yield sql("{it} IS NOT NULL", it=column.sql)
        case Variable():
            yield same(column, bound[place])
        case Constant():
            yield same(column, constant(place, column.kind, reading.compilation.catalogue))
        case LookupRef():
            raise Unsupported("a lookup ref")
        case OneOf(values):
            yield _one_of(column, values, reading)
        case _:
            assert_never(place)


def _one_of(column: Column, values: Iterable[Constant], reading: Reading) -> Sql:
    catalogue = reading.compilation.catalogue
    if column.kind is Special.FACT:
        each = [same(column, constant(value, column.kind, catalogue)) for value in values]
        return sql("({any})", any=join(" OR ", each))
    given = [constant(value, column.kind, catalogue).sql for value in values]
    exact = sql("{it} IN ({all})", it=column.sql, all=join(", ", given))
    if not column.prefixed:
        return exact
    starts = join(", ", [sql("left({it}, 256)", it=each) for each in given])
    return sql(
        "left({it}, 256) IN ({starts}) AND {exact}", it=column.sql, starts=starts, exact=exact
    )


def is_known(place: Place, columns: Columns) -> bool:
    """Tell whether a place has a value already."""
    return place in columns if isinstance(place, Variable) else not isinstance(place, Blank)


def kind_of_term(term: Term, columns: Columns) -> Kind:
    """Return the kind of a term by where it stands, or by what it is."""
    match term:
        case Variable() if term in columns:
            return columns[term].kind
        case Constant(value):
            return kind_of(value)
        case _:
            return ValueType.STRING


def term_column(term: Place, columns: Columns, other: Kind, reading: Reading) -> Column:
    """Return the column of a term that meets values of another kind."""
    match term:
        case Variable() if term in columns:
            return columns[term]
        case Constant():
            return constant(term, other, reading.compilation.catalogue)
        case Variable(name):
            raise InsufficientBinding((name,))
        case _:
            raise InsufficientBinding(("_",))
