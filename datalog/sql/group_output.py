"""What groups say: those that are told as an array, how many there are, and whether that is all."""

from collections.abc import Iterator
from dataclasses import dataclass

from datalog.sql.grouping import GroupRows
from datalog.sql.writing import Json, list_of
from datalog.tree import AllGroups, GroupCount, Groups, Object, Rows, Shape
from store.sql import Sql, sql


@dataclass(frozen=True, slots=True)
class OpenGroups:
    """The groups that a shape stands in; None of their rows where there can be none."""

    groups: Groups
    rows: GroupRows | None


def row_shapes(shape: Shape) -> Iterator[Shape]:
    """Return the shapes of a group."""
    match shape:
        case Object(fields):
            for _, each in fields:
                yield from row_shapes(each)
        case Rows(inner):
            yield inner
        case _:
            pass


def groups_json(text: Sql, opened: OpenGroups) -> Json:
    """Return the array of the groups that are told, each with its text."""
    rows = opened.rows
    if rows is None:
        return ("[]",)
    members = sql(
        "string_agg({text}, ',' ORDER BY {n}) FILTER (WHERE {n} <= {limit})",
        text=text,
        n=rows.place,
        limit=rows.limit,
    )
    return list_of(members)


def of_groups_json(shape: GroupCount | AllGroups, opened: OpenGroups) -> Json:
    """Return what groups say of themselves."""
    rows = opened.rows
    match shape:
        case GroupCount():
            if rows is None:
                return ("0",)
            return (sql("coalesce(max({total}), 0)::text", total=rows.total),)
        case AllGroups():
            if rows is None:
                return ("true",)
            return (sql("(count(*) <= {limit})::text", limit=rows.limit),)
