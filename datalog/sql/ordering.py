"""The order of rows, and the condition that a row comes after a given one in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datalog.kinds import TEXTS
from datalog.sql.columns import Column
from datalog.sql.comparing import compare
from datalog.syntax.clauses import Operator
from store.sql import Sql, join, sql


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to order by; missing values come last, whichever way.

    `short`: its texts are known to fit into the prefix that is indexed.
    """

    column: Column
    descending: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Direction:
    """Read forward, or the other way round."""

    backward: bool


FORWARD = Direction(backward=False)


def limited_to(rows: Sql) -> Sql:
    """Return LIMIT, so that PostgreSQL keeps its plan of the statement.

    A number that it sees, and that no plan for all numbers knows, makes it plan anew at each run,
    as it takes a page for a tenth of all rows else; that takes longer than to read a page.
    """
    hidden = any(rows.slots())
    return sql(" LIMIT (SELECT {rows})" if hidden else " LIMIT {rows}", rows=rows)


def order_by(keys: Sequence[SortKey], direction: Direction = FORWARD) -> Sql:
    """Return ORDER BY."""
    terms = [term for key in keys for term in _terms(key, direction)]
    return sql("\nORDER BY {terms}", terms=join(", ", terms))


def order_terms(keys: Sequence[SortKey], direction: Direction = FORWARD) -> Sql:
    """Return what follows ORDER BY, for an aggregate or a window."""
    return join(", ", [term for key in keys for term in _terms(key, direction)])


def _terms(key: SortKey, direction: Direction) -> list[Sql]:
    how = _how(key, direction)
    exact = sql("{it}{how}", it=key.column.sql, how=how)
    if not key.column.prefixed:
        return [exact]
    prefix = sql("left({it}, 256){how}", it=key.column.sql, how=how)
    return [prefix] if key.short else [prefix, exact]


def _how(key: SortKey, direction: Direction) -> Sql:
    down = key.descending != direction.backward
    if not key.column.nullable:
        return sql(" DESC") if down else sql("")
    match down, direction.backward:
        case False, False:
            return sql("")  # PostgreSQL's own: missing last going up, first going down.
        case False, True:
            return sql(" NULLS FIRST")
        case True, False:
            return sql(" DESC NULLS LAST")
        case _:
            return sql(" DESC")


@dataclass(frozen=True, slots=True)
class Mark:
    """A key of the order, and the given row's value of it, null where that can be `missing`."""

    key: SortKey
    given: Column
    missing: bool


def beyond(marks: Sequence[Mark], direction: Direction = FORWARD) -> Sql:
    """Return the condition that a row comes after the given one in the direction of reading."""
    if _are_a_row(marks, direction):
        return sql(
            "({columns}) > ({given})",
            columns=join(", ", [mark.key.column.sql for mark in marks]),
            given=join(", ", [mark.given.sql for mark in marks]),
        )
    first, *rest = marks
    later = _later(first, direction)
    if not rest:
        return later
    tie = sql("{tie} AND {rest}", tie=_tie(first), rest=beyond(rest, direction))
    either = sql("({later} OR {tie})", later=later, tie=tie)
    if first.key.column.nullable:
        return either
    # Said once more in the form that an index understands.
    return sql("{near} AND {either}", near=_near(first, direction), either=either)


def _are_a_row(marks: Sequence[Mark], direction: Direction) -> bool:
    """Tell whether PostgreSQL compares the keys together, as one row of an index."""
    return not direction.backward and all(
        not mark.key.column.nullable
        and not mark.key.descending
        and mark.key.column.kind not in TEXTS
        for mark in marks
    )


def _later(mark: Mark, direction: Direction) -> Sql:
    down = mark.key.descending != direction.backward
    column, given = _bare(mark.key.column), mark.given
    beyond_it = compare(Operator.LT if down else Operator.GT, column, given)
    if not mark.key.column.nullable:
        return _or_missing(beyond_it, mark, direction)
    if direction.backward:
        return sql(
            "({it} IS NOT NULL AND ({g} IS NULL OR {beyond}))",
            it=column.sql,
            g=given.sql,
            beyond=beyond_it,
        )
    return sql(
        "({g} IS NOT NULL AND ({it} IS NULL OR {beyond}))",
        it=column.sql,
        g=given.sql,
        beyond=beyond_it,
    )


def _tie(mark: Mark) -> Sql:
    column, given = mark.key.column, mark.given
    if column.nullable:
        return sql("{it} IS NOT DISTINCT FROM {given}", it=column.sql, given=given.sql)
    return compare(Operator.EQ, _bare(column), given)


def _near(mark: Mark, direction: Direction) -> Sql:
    down = mark.key.descending != direction.backward
    near = compare(Operator.LE if down else Operator.GE, mark.key.column, mark.given)
    return _or_missing(near, mark, direction)


def _or_missing(condition: Sql, mark: Mark, direction: Direction) -> Sql:
    """Read backward, what is there comes after what is missing."""
    if not (direction.backward and mark.missing):
        return condition
    return sql("({given} IS NULL OR {it})", given=mark.given.sql, it=condition)


def _bare(column: Column) -> Column:
    return replace(column, prefixed=False)
