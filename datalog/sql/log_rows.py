"""Rows of the log to SQL, and the way to those whose value is an entity, which no index has."""

from collections.abc import Iterable, Iterator

from datalog.kinds import ENTITIES, Special
from datalog.planning.access import LogRow
from datalog.sql.columns import Column, as_entity
from datalog.sql.facts import log_value, typed_log_value
from datalog.sql.rows import Item, Rows
from datalog.sql.unification import Held, Reading, is_known, unified
from datalog.syntax.terms import Variable
from datalog.syntax.views import History
from datalog.vocabulary import BUILT_IN_IDS, EdgeColumn, log_kinds
from store.catalogue import ValueType
from store.ids import FIRST_ENTITY, AttributeId
from store.sql import Sql, fact_table, join, number, quoted, sql


def log_rows(rows: Rows, row: LogRow, reading: Reading) -> Rows:
    """Join the log, or those of its rows that some index leads to by their value."""
    leading = _leading(rows, row, reading)
    table = reading.compilation.names.fresh("l")
    pattern = row.pattern
    held: list[Held] = [
        (pattern.entity, _log_entity(table, row)),
        (pattern.value, _log_value(table, row, reading)),
        (pattern.transaction, Column(sql("{l}.t", l=table), Special.TRANSACTION)),
        (pattern.position, Column(sql("{l}.n", l=table), ValueType.INT)),
    ]
    if isinstance(row.view, History):
        held.append((pattern.operation, Column(sql("{l}.op", l=table), ValueType.BOOLEAN)))
    if isinstance(pattern.attribute, Variable):
        held.append((pattern.attribute, Column(sql("{l}.a", l=table), Special.SCHEMA)))
    columns, conditions = unified(rows.columns, held, reading)
    if row.facts is not None:
        ids = join(", ", [number(arm.attribute) for arm in row.facts.arms])
        conditions = (*conditions, sql("{l}.a IN ({ids})", l=table, ids=ids))
    conditions = (*conditions, *_log_seen(table, row, reading))
    if leading is not None:
        found = reading.compilation.names.fresh("u")
        rows = rows.joined(
            Item(sql("LATERAL ({all}) {u} (e, a)", all=leading, u=found), ()), rows.columns
        )
        led = sql("{l}.e = {u}.e AND {l}.a = {u}.a", l=table, u=found)
        conditions = (led, *conditions)
    return rows.joined(Item(sql("log {l}", l=table), conditions, name=table), columns)


def _log_entity(table: Sql, row: LogRow) -> Column:
    it = sql("{l}.e", l=table)
    if row.facts is not None and row.facts.logged:
        return Column(it, Special.SCHEMA)
    return Column(it, ValueType.REF, mixed=True)


def _log_value(table: Sql, row: LogRow, reading: Reading) -> Column:
    if row.facts is None:
        return log_value(table, reading.compilation.catalogue)
    attributes = [arm.attribute for arm in row.facts.arms]
    return typed_log_value(table, row.facts.kind, attributes)


def _log_seen(table: Sql, row: LogRow, reading: Reading) -> Iterable[Sql]:
    yield from reading.compilation.between(sql("{l}.t", l=table), row.view)
    if isinstance(row.view, History):
        return
    until = reading.compilation.until(row.view)
    later = reading.compilation.names.fresh("l")
    limit = sql("") if until is None else sql(" AND {x}.t <= {t}", x=later, t=until)
    yield sql(
        "{l}.op AND NOT EXISTS (SELECT FROM log {x} WHERE {x}.e = {l}.e AND {x}.a = {l}.a"
        " AND {x}.t > {l}.t{limit}"
        " AND {x}.r IS NOT DISTINCT FROM {l}.r AND {x}.v IS NOT DISTINCT FROM {l}.v)",
        l=table,
        x=later,
        limit=limit,
    )


def _leading(rows: Rows, row: LogRow, reading: Reading) -> Sql | None:
    """Return the entities, with the attributes, that refer to an entity that is known.

    Facts and edges have indexes by value, the log has none. What schema entities are referred to by
    is in no such table: of those, and in a history, all of the log is read.
    """
    value = row.pattern.value
    if not row.refers or value not in rows.columns or isinstance(row.view, History):
        return None
    column = as_entity(rows.columns[value])  # type: ignore[index]  # A variable, as it is there.
    if column.kind not in ENTITIES or is_known(row.pattern.entity, rows.columns):
        return None
    return join("\nUNION ALL ", _referring(column.sql, row, reading))


def _referring(it: Sql, row: LogRow, reading: Reading) -> Iterator[Sql]:
    compilation = reading.compilation
    f, h, x = (compilation.names.fresh(each) for each in ("f", "h", "x"))
    for attribute, kind in log_kinds(compilation.catalogue).items():
        if kind is ValueType.REF:
            yield sql(
                "SELECT {f}.e, {a} FROM {facts} {f} WHERE {f}.v = {it} AND {seen}",
                f=f,
                a=number(attribute),
                facts=fact_table(AttributeId(attribute)),
                it=it,
                seen=compilation.seen(f, row.view),
            )
    for end in (EdgeColumn.FROM, EdgeColumn.TO):
        yield sql(
            "SELECT {h}.e, {a} FROM edge {h} WHERE {h}.{end} = {it} AND {seen}",
            h=h,
            a=number(BUILT_IN_IDS[f"edge/{end}"]),
            end=quoted(end.value),
            it=it,
            seen=compilation.seen(h, row.view),
        )
    yield sql(
        "SELECT DISTINCT {x}.e, {x}.a FROM log {x} WHERE {x}.r = {it} AND {it} < {first}",
        x=x,
        it=it,
        first=number(FIRST_ENTITY),
    )
