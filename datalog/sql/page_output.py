"""What a page says of itself: its rows as an array, cursors, and whether it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from datalog.sql.basis import basis_t
from datalog.sql.json_text import as_json
from datalog.sql.pages import PageRows
from datalog.sql.writing import NULL, Json, as_text, list_of
from datalog.syntax.query import Source
from datalog.tree import (
    Cursor,
    FirstCursor,
    HasNext,
    HasPrevious,
    LastCursor,
    Object,
    Page,
    Rows,
    Shape,
)
from store.sql import Sql, sql


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The page that a shape stands in; None of its rows where it can have none."""

    page: Page
    rows: PageRows | None


OfPage = Rows | Cursor | FirstCursor | LastCursor | HasNext | HasPrevious


def row_parts(shape: Shape) -> Iterator[OfPage]:
    """Return the parts of a page's shape for which its rows have to be read."""
    match shape:
        case Object(fields):
            for _, each in fields:
                yield from row_parts(each)
        case Rows() | Cursor() | FirstCursor() | LastCursor() | HasNext() | HasPrevious():
            yield shape
        case _:
            pass


def rows_json(text: Sql, page: OpenPage) -> Json:
    """Return the array of the rows of a page, each with its text."""
    if page.rows is None:
        return ("[]",)
    # The rows come in their order, and what is joined to them is looked up for each in turn.
    members = sql(
        "string_agg({text}, ','{order}){shown}",
        text=text,
        order=sql(" ORDER BY {n} DESC", n=page.rows.place) if page.page.backward else sql(""),
        shown=shown(page.rows),
    )
    return list_of(members)


def shown(rows: PageRows) -> Sql:
    """Return what leaves the row out that is there to tell whether the list goes on."""
    if not rows.one_more:
        return sql("")
    return sql(" FILTER (WHERE {n} <= {limit})", n=rows.place, limit=rows.limit)


PartOfPage = Cursor | FirstCursor | LastCursor | HasNext | HasPrevious


def part_json(shape: PartOfPage, page: OpenPage) -> Json:
    """Return what a page, or a row of it, says of where it stands."""
    match shape:
        case HasNext() | HasPrevious():
            if isinstance(shape, HasNext) == page.page.backward:  # Not the way of reading.
                return ("true" if page.page.after is not None else "false",)
            return ("false",) if page.rows is None else _goes_on(page.rows)
        case Cursor() | FirstCursor() | LastCursor():
            return NULL if page.rows is None else _mark(shape, page.rows, page.page)
        case _:
            assert_never(shape)


def _mark(shape: Cursor | FirstCursor | LastCursor, rows: PageRows, page: Page) -> Json:
    match shape:
        case Cursor():
            return _cursor(rows)
        case FirstCursor():
            return _end(rows, last=page.backward)
        case LastCursor():
            return _end(rows, last=not page.backward)
        case _:
            assert_never(shape)


def _goes_on(rows: PageRows) -> Json:
    return (sql("(count(*) > {limit})::text", limit=rows.limit),)


def _cursor(rows: PageRows) -> Json:
    scope = rows.found.scope
    keys = [piece for key in rows.keys for piece in (",", as_json(key))]
    basis = basis_t(Source("$", scope.sources["$"]), scope)
    return ("[", sql("{t}::text", t=basis), *keys, "]")


def _end(rows: PageRows, *, last: bool) -> Json:
    end = sql(
        "coalesce((array_agg({cursor} ORDER BY {n}{way}){shown})[1], 'null')",
        cursor=as_text(_cursor(rows)),
        n=rows.place,
        way=sql(" DESC") if last else sql(""),
        shown=shown(rows),
    )
    return (end,)
