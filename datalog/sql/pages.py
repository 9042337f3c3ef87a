"""A page by keyset: the rows of the page and one more, which tells whether the list goes on.

Where all entities of a type are ordered by an attribute, they are read in two parts: those that
have a value, in the order of the value's index, and, if these do not fill the page, those without.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from datalog.checking.entity_types import Types
from datalog.checking.scoping import outward
from datalog.checking.variable_kinds import kinds_of
from datalog.errors import Unsupported
from datalog.kinds import TEXTS, Kind, Special, sql_type
from datalog.reason import Empty
from datalog.sql.columns import Column, as_t, slot
from datalog.sql.levels import Found, Scope, enclosed, find, sorted_variable
from datalog.sql.ordering import (
    Direction,
    Mark,
    SortKey,
    beyond,
    limited_to,
    order_by,
    order_terms,
)
from datalog.sql.rows import Item, Rows, handed_up, selected
from datalog.syntax.clauses import Clause, GetElse, Not, Pattern
from datalog.syntax.query import Query, Scalar, Source
from datalog.syntax.terms import BLANK, Blank, Variable
from datalog.tree import Page
from datalog.vocabulary import Facts, meaning
from store.catalogue import Catalogue, ValueType
from store.sql import Bound, Slot, Sql, join, missing, number, sql


@dataclass(frozen=True, slots=True)
class PageRows:
    """The rows of a page, in the direction of reading; `one_more` than the page has, if there is.

    `place` numbers them then; the page is those up to `limit`.
    """

    found: Found
    keys: tuple[Column, ...]
    limit: Sql
    place: Sql
    one_more: bool


def page_rows(
    page: Page, needed: Iterable[Variable], scope: Scope, *, only_rows: bool = False
) -> PageRows | Empty:
    """Return the rows of a page with the variables that are needed of them.

    With `only_rows` the page tells nothing else, so that its rows alone may be read, unnumbered.
    Raises QueryError.
    """
    needed = tuple(needed)
    limit = limit_of(page.query)
    parts: list[list[_Part]] = []
    because = Empty("nothing is asked")
    for group in _groups(page.query, scope.compilation.catalogue):
        found = [_found(query, without, page, needed, scope) for query, without in group]
        because = next((each for each in found if isinstance(each, Empty)), because)
        parts.append([each for each in found if not isinstance(each, Empty)])
    groups = [group for group in parts if group]
    if not groups:
        return because
    match groups:
        case [[part]] if only_rows and not page.backward:
            return _plain(page, part, limit)
        case _:
            return _numbered(page, groups, limit)


def limit_of(query: Query) -> Sql:
    """Return how many rows a query is to give. Raises Unsupported where it does not say."""
    match query.limit:
        case Variable(name):
            return sql("{it}", it=Bound(Slot(name), "bigint"))
        case int() as rows:
            return number(rows)
        case None:
            raise Unsupported("a page without a limit")


# A query that is a part of the list, and the key that its rows are without.
_Query = tuple[Query, Variable | None]


def _groups(query: Query, catalogue: Catalogue) -> list[list[_Query]]:
    """Return the parts of a list, in order; those of one group are merged."""
    get = _leading_attribute(query, catalogue)
    if get is None:
        return [[(query, None)]]
    [step] = get.path
    rest = tuple(clause for clause in query.where if clause is not get)
    present = [
        replace(query, where=(*rest, Pattern(get.entity, name, get.value, source=get.source)))
        for name in _tables(step.name, catalogue)
    ]
    if any(_demands(clause, get) for clause in rest):
        return [[(each, None) for each in present]]
    absent = Not((Pattern(get.entity, step.name, BLANK, source=get.source),))
    without = replace(
        query,
        where=(*rest, absent),
        find=tuple(each for each in query.find if each != get.value),
        order=query.order[1:],
    )
    return [[(each, None) for each in present], [(without, get.value)]]


def _demands(clause: Clause, get: GetElse) -> bool:
    """Tell whether only entities that have the attribute meet a clause."""
    match clause:
        case Pattern(transaction=Blank(), operation=Blank(), position=Blank()):
            [step] = get.path
            found = clause.entity, clause.attribute, clause.source
            return found == (get.entity, step.name, get.source)
        case _:
            return False


def _leading_attribute(query: Query, catalogue: Catalogue) -> GetElse | None:
    """Return what finds the first key, where that is an attribute whose index can lead."""
    if not query.order or not all(isinstance(each, Scalar | Source) for each in query.inputs):
        return None
    first = query.order[0].variable
    naming = [clause for clause in query.where if first in outward(clause)]
    match naming:
        case [GetElse(path=(step,)) as get] if not step.reverse and get.entity != first:
            facts = meaning(step.name, catalogue)
            return get if isinstance(facts, Facts) and not facts.many else None
        case _:
            return None


def _tables(attribute: str, catalogue: Catalogue) -> Iterator[str]:
    """Return the names of the attributes that an interface's stands for; of others, its own."""
    facts = meaning(attribute, catalogue)
    owners = facts.types if isinstance(facts, Facts) else None
    if owners is None:
        yield attribute
    else:
        field = attribute.partition("/")[2]
        yield from (f"{owner}/{field}" for owner in sorted(owners))


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a part of the list, with their order and where the page before ended."""

    found: Found
    keys: tuple[SortKey, ...]
    marks: tuple[Mark, ...]


def _found(
    query: Query, without: Variable | None, page: Page, needed: tuple[Variable, ...], scope: Scope
) -> _Part | Empty:
    found = find(query, needed, scope)
    if isinstance(found, Empty):
        return found
    if found.repeats:
        found = enclosed(found, sql(""))
    if without is not None:
        found = _with_nothing(found, without, _kind(without, page.query, scope))
    keys = tuple(
        _key(found.rows.columns[sorted_variable(key)], descending=key.descending)
        for key in page.query.order
    )
    nullable = frozenset(clause.value for clause in page.query.where if isinstance(clause, GetElse))
    marks = tuple(
        Mark(key, _given(after, key.column), sorted_variable(order) in nullable)
        for key, after, order in zip(keys, page.after or (), page.query.order, strict=False)
    )
    return _Part(found, keys, marks)


def _key(column: Column, *, descending: bool) -> SortKey:
    # A keyword has at most as many characters as its index covers.
    return SortKey(column, descending, short=column.kind is ValueType.KEYWORD)


def _given(after: Variable, column: Column) -> Column:
    given = slot(after.name, column.kind)
    if column.kind is Special.TRANSACTION:
        return Column(as_t(given), column.kind)
    return given


def _kind(variable: Variable, query: Query, scope: Scope) -> Kind:
    return kinds_of(query.where, scope.compilation.catalogue, {})[variable]


def _with_nothing(found: Found, variable: Variable, kind: Kind) -> Found:
    nothing = missing(sql_type(kind))
    if kind in TEXTS:
        nothing = sql('{nothing} COLLATE "C"', nothing=nothing)
    column = Column(nothing, kind, nullable=True)
    columns = {**found.rows.columns, variable: column}
    return replace(
        found,
        rows=replace(found.rows, columns=columns),
        scope=replace(found.scope, columns=columns),
        own=(*found.own, variable),
    )


def _plain(page: Page, part: _Part, limit: Sql) -> PageRows:
    found = part.found
    outer = found.scope.compilation.names.fresh("p")
    own = {each: found.rows.columns[each] for each in found.own}
    rows = _select(part, found.own, limit, Direction(backward=False))
    source = sql("({rows}) {outer}", rows=rows, outer=outer)
    columns = {**found.scope.columns, **handed_up(own, outer)}
    found = replace(
        found,
        rows=Rows(columns).joined(Item(source, ()), columns),
        scope=replace(found.scope, columns=columns),
    )
    keys = tuple(columns[sorted_variable(key)] for key in page.query.order)
    return PageRows(found, keys, limit, number(0), one_more=False)


def _numbered(page: Page, groups: Sequence[Sequence[_Part]], limit: Sql) -> PageRows:
    direction = Direction(page.backward)
    ordered = list(reversed(groups)) if page.backward else list(groups)
    first = ordered[0][0].found
    names = first.scope.compilation.names
    own = first.own
    if len(ordered) == 1 and len(ordered[0]) == 1:
        rows, tail = _select(ordered[0][0], own, _and_one(limit), direction), sql("")
    else:
        rows = _union(ordered, own, limit, direction)
        tail = sql("\nORDER BY 1{limit}", limit=limited_to(_and_one(limit)))
    inner, outer = names.fresh("r"), names.fresh("p")
    inside = handed_up(_widest(groups, own), inner)
    keys = [SortKey(inside[sorted_variable(key)], key.descending) for key in page.query.order]
    source = sql(
        "(SELECT row_number() OVER (ORDER BY {order}) AS n, {inner}.*"
        " FROM ({rows}) {inner}{tail}) {outer}",
        order=order_terms(keys, direction),
        inner=inner,
        rows=rows,
        tail=tail,
        outer=outer,
    )
    columns = {**first.scope.columns, **handed_up(_widest(groups, own), outer)}
    found = replace(
        first,
        rows=Rows(columns).joined(Item(source, ()), columns),
        scope=replace(first.scope, columns=columns, types=_types(groups)),
    )
    return PageRows(
        found,
        tuple(columns[sorted_variable(key)] for key in page.query.order),
        limit,
        sql("{p}.n", p=outer),
        one_more=True,
    )


def _and_one(limit: Sql) -> Sql:
    return sql("{limit} + 1", limit=limit)


def _types(groups: Sequence[Sequence[_Part]]) -> Types:
    """Return the types that are possible in any part."""
    first, *rest = [part.found.scope.types for group in groups for part in group]
    shared = [each for each in first if all(each in types for types in rest)]
    return {each: first[each].union(*(types[each] for types in rest)) for each in shared}


def _widest(groups: Sequence[Sequence[_Part]], own: Sequence[Variable]) -> dict[Variable, Column]:
    """Return the columns with what is true of them in any part."""
    parts = [part.found.rows.columns for group in groups for part in group]
    return {
        each: replace(
            parts[0][each],
            nullable=any(columns[each].nullable for columns in parts),
            mixed=any(columns[each].mixed for columns in parts),
        )
        for each in own
    }


def _select(
    part: _Part, own: Sequence[Variable], most: Sql, direction: Direction, *more: Sql
) -> Sql:
    rows = part.found.rows
    conditions = [*more]
    if part.marks:
        conditions.append(beyond(part.marks, direction))
    return sql(
        "SELECT {columns}{body}{order}{limit}",
        columns=selected({each: rows.columns[each] for each in own}),
        body=rows.where(*conditions).body(),
        order=order_by(part.keys, direction),
        limit=limited_to(most),
    )


def _union(
    groups: Sequence[Sequence[_Part]], own: Sequence[Variable], limit: Sql, direction: Direction
) -> Sql:
    """Read the first group, and the second only where the first does not fill the page."""
    first, *rest = groups
    name = first[0].found.scope.compilation.names.fresh("w")
    arms = _arms(first, own, limit, direction)
    if not rest:
        return arms
    room = sql("(SELECT count(*) FROM {name}) <= {limit}", name=name, limit=limit)
    return sql(
        "WITH {name} AS MATERIALIZED ({first}) SELECT * FROM {name} UNION ALL {second}",
        name=name,
        first=arms,
        second=_arms(rest[0], own, limit, direction, room),
    )


def _arms(
    parts: Sequence[_Part],
    own: Sequence[Variable],
    limit: Sql,
    direction: Direction,
    *more: Sql,
) -> Sql:
    selects = [_select(part, own, _and_one(limit), direction, *more) for part in parts]
    return join(" UNION ALL ", [sql("({select})", select=select) for select in selects])
