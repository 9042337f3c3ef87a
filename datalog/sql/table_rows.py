"""The rows of a plan to SQL: one function per kind of row; each joins one table."""

from collections.abc import Iterable
from dataclasses import replace

from datalog.kinds import TEXTS, Kind, Special
from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    LogRow,
    MemberRow,
    OwnRow,
    TouchedRow,
    TransactionRow,
)
from datalog.sql.columns import Column, as_entity, slot_list
from datalog.sql.json_text import fact_text
from datalog.sql.rows import Item, Rows, conjunction
from datalog.sql.unification import Held, Reading, is_known, term_column, unified
from datalog.syntax.terms import Blank, Variable
from datalog.syntax.views import History
from datalog.vocabulary import (
    EDGE_KINDS,
    TRANSACTION,
    TRANSACTION_KINDS,
    Arm,
    EdgeColumn,
    Own,
    TransactionColumn,
)
from store.catalogue import ValueType
from store.sql import Sql, fact_table, join, number, numbered, quoted, sql


def fact_rows(rows: Rows, row: FactRow, reading: Reading) -> Rows:
    """Join a fact table, or several as one."""
    if len(row.facts.arms) != 1:
        return _facts_of_several(rows, row, reading)
    [arm] = row.facts.arms
    table = reading.compilation.names.fresh("f")
    held = _fact_columns(row, table)
    columns, conditions = unified(rows.columns, held, reading)
    seen = reading.compilation.seen(table, row.view)
    source = sql("{facts} {table}", facts=fact_table(arm.attribute), table=table)
    return rows.joined(Item(source, (*conditions, seen)), columns)


def _fact_columns(row: FactRow, table: Sql) -> tuple[Held, ...]:
    kind = row.facts.kind
    value = Column(sql("{f}.v", f=table), kind, prefixed=kind in TEXTS)
    return (
        (row.entity, Column(sql("{f}.e", f=table), ValueType.REF)),
        *((place, value) for place in (row.value, *row.also)),
        (row.transaction, Column(sql("{f}.t0", f=table), Special.TRANSACTION)),
    )


def _facts_of_several(rows: Rows, row: FactRow, reading: Reading) -> Rows:
    """Read several tables as one, each by what is known: a join with a UNION would read all."""
    table = reading.compilation.names.fresh("u")
    arms = [_arm(rows, row, arm, reading) for arm in row.facts.arms]
    source = sql("LATERAL ({arms}) {table} (e, v, t0)", arms=join(" UNION ALL ", arms), table=table)
    if not arms:
        source = sql(
            "(SELECT NULL::bigint, NULL::bigint, NULL::bigint WHERE false) {t} (e, v, t0)", t=table
        )
    new = tuple(
        (place, replace(column, prefixed=False))
        for place, column in _fact_columns(row, table)
        if not is_known(place, rows.columns)
    )
    columns, conditions = unified(rows.columns, new, reading)
    return rows.joined(Item(source, conditions), columns)


def _arm(rows: Rows, row: FactRow, arm: Arm, reading: Reading) -> Sql:
    table = reading.compilation.names.fresh("f")
    known = tuple(
        (place, column)
        for place, column in _fact_columns(row, table)
        if is_known(place, rows.columns)
    )
    _, conditions = unified(rows.columns, known, reading)
    return sql(
        "SELECT {f}.e, {f}.v, {f}.t0 FROM {facts} {f} WHERE {where}",
        f=table,
        facts=fact_table(arm.attribute),
        where=conjunction((*conditions, reading.compilation.seen(table, row.view))),
    )


def edge_rows(rows: Rows, row: EdgeRow, reading: Reading) -> Rows:
    """Join `edge`."""
    table = reading.compilation.names.fresh("h")
    held: list[Held] = [(row.edge, Column(sql("{h}.e", h=table), ValueType.REF))]
    # What is known first, in the order of the index, reads best.
    held += [(place, edge_column(table, column)) for column, place in row.columns]
    columns, conditions = unified(rows.columns, held, reading)
    if any(
        column is EdgeColumn.UNTIL and not isinstance(place, Blank) for column, place in row.columns
    ):
        conditions = (*conditions, sql("false"))  # What is live has not ended.
    seen = reading.compilation.seen(table, row.view)
    return rows.joined(Item(sql("edge {h}", h=table), (*conditions, seen)), columns)


def edge_column(table: Sql, column: EdgeColumn) -> Column:
    """Return a column of an edge's row."""
    kind = EDGE_KINDS[column]
    match column:
        case EdgeColumn.SINCE:
            return Column(sql("{h}.t0", h=table), kind)
        case EdgeColumn.UNTIL:
            return Column(sql("NULL::bigint"), kind, nullable=True)
        case _:
            return Column(sql("{h}.{name}", h=table, name=quoted(column.value)), kind)


def transaction_rows(rows: Rows, row: TransactionRow, reading: Reading) -> Rows:
    """Join `tx`."""
    table = reading.compilation.names.fresh("x")
    held: list[Held] = [(row.transaction, Column(sql("{x}.t", x=table), Special.TRANSACTION))]
    held += [(place, transaction_column(table, column)) for column, place in row.columns]
    columns, conditions = unified(rows.columns, held, reading)
    until = reading.compilation.until(row.view)
    if until is not None:
        conditions = (*conditions, sql("{x}.t <= {t}", x=table, t=until))
    return rows.joined(Item(sql("tx {x}", x=table), conditions), columns)


_ALWAYS_THERE = frozenset(
    {
        TransactionColumn.T,
        TransactionColumn.INSTANT,
        TransactionColumn.RECORDED_AT,
        TransactionColumn.HASH,
    }
)


def transaction_column(table: Sql, column: TransactionColumn) -> Column:
    """Return a column of a transaction's row."""
    it = sql("{x}.{name}", x=table, name=quoted(column.value))
    if column in {TransactionColumn.DIGEST, TransactionColumn.HASH}:
        it = sql("encode({it}, 'hex')", it=it)
    return Column(it, TRANSACTION_KINDS[column], nullable=column not in _ALWAYS_THERE)


def log_rows(rows: Rows, row: LogRow, reading: Reading) -> Rows:
    """Join the log."""
    table = reading.compilation.names.fresh("l")
    pattern = row.pattern
    held: list[Held] = [
        (pattern.entity, Column(sql("{l}.e", l=table), ValueType.REF, mixed=True)),
        (pattern.value, log_value(table)),
        (pattern.transaction, Column(sql("{l}.t", l=table), Special.TRANSACTION)),
        (pattern.operation, Column(sql("{l}.op", l=table), ValueType.BOOLEAN)),
        (pattern.position, Column(sql("{l}.n", l=table), ValueType.INT)),
    ]
    if isinstance(pattern.attribute, Variable):
        held.append((pattern.attribute, Column(sql("{l}.a", l=table), Special.SCHEMA)))
    columns, conditions = unified(rows.columns, held, reading)
    if row.facts is not None:
        ids = join(", ", [number(arm.attribute) for arm in row.facts.arms])
        conditions = (*conditions, sql("{l}.a IN ({ids})", l=table, ids=ids))
    conditions = (*conditions, *_log_seen(table, row, reading))
    return rows.joined(Item(sql("log {l}", l=table), conditions), columns)


def log_value(table: Sql) -> Column:
    """Return the value of a row of the log: its reference, and its canonical JSON."""
    reference, text = sql("{l}.r", l=table), sql("{l}.v", l=table)
    return Column(reference, Special.FACT, text=fact_text(reference, text))


def _log_seen(table: Sql, row: LogRow, reading: Reading) -> Iterable[Sql]:
    until = reading.compilation.until(row.view)
    if until is not None:
        yield sql("{l}.t <= {t}", l=table, t=until)
    if isinstance(row.view, History):
        return
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


def own_rows(rows: Rows, row: OwnRow, reading: Reading) -> Rows:
    """Let a number be an entity where there is one."""
    by_entity = is_known(row.entity, rows.columns)
    known, other = (row.entity, row.number) if by_entity else (row.number, row.entity)
    key = as_entity(term_column(known, rows.columns, ValueType.REF, reading))
    key = replace(key, mixed=row.types is None or TRANSACTION in row.types, nullable=False)
    columns, conditions = unified(rows.columns, [(other, key)], reading)
    there = _is_there(key, row, reading)
    return replace(rows, columns=columns).where(*conditions, there)


def _is_there(key: Column, row: OwnRow, reading: Reading) -> Sql:
    """Return the condition that there is an entity, a live edge or a transaction of a number."""
    compilation = reading.compilation
    f, h, x = (
        compilation.names.fresh("f"),
        compilation.names.fresh("h"),
        compilation.names.fresh("x"),
    )
    entity = sql(
        "EXISTS (SELECT FROM fact_1 {f} WHERE {f}.e = {key} AND {seen})",
        f=f,
        key=key.sql,
        seen=compilation.seen(f, row.view),
    )
    if row.types is not None and not row.types & compilation.catalogue.edge_types.keys():
        return entity
    until = compilation.until(row.view)
    return sql(
        "({entity} OR EXISTS (SELECT FROM edge {h} WHERE {h}.e = {key} AND {seen})"
        " OR EXISTS (SELECT FROM tx {x} WHERE {x}.t = {t}{limit}))",
        entity=entity,
        h=h,
        x=x,
        key=key.sql,
        seen=compilation.seen(h, row.view),
        t=sql("{key} - 4503599627370496", key=key.sql),
        limit=sql("") if until is None else sql(" AND {x}.t <= {t}", x=x, t=until),
    )


def touched_rows(rows: Rows, row: TouchedRow, reading: Reading) -> Rows:
    """Join what tells when an entity was touched."""
    created = row.which is Own.CREATED_AT
    table = reading.compilation.names.fresh("f" if created else "v")
    held = (
        (row.entity, Column(sql("{f}.e", f=table), ValueType.REF)),
        (row.transaction, Column(sql("{f}.t0", f=table), Special.TRANSACTION)),
    )
    columns, conditions = unified(rows.columns, held, reading)
    name = sql("fact_1 {f}", f=table) if created else sql("version {f}", f=table)
    seen = reading.compilation.seen(table, row.view)
    return rows.joined(Item(name, (*conditions, seen)), columns)


def given_rows(rows: Rows, row: GivenRow, reading: Reading) -> Rows:
    """Join lists that are given at run time, position by position."""
    table = reading.compilation.names.fresh("g")
    kinds = [_given_kind(variable, reading) for variable in row.variables]
    lists = [
        slot_list(variable.name, kind) for variable, kind in zip(row.variables, kinds, strict=True)
    ]
    names = [numbered("c", position) for position in range(1, len(lists) + 1)]
    source = sql(
        "unnest({lists}) {g} ({names})",
        lists=join(", ", lists),
        g=table,
        names=join(", ", names),
    )
    columns = dict(rows.columns)
    for variable, name, kind in zip(row.variables, names, kinds, strict=True):
        it = sql("{g}.{name}", g=table, name=name)
        columns[variable] = Column(it, kind, nullable=len(row.variables) > 1, mixed=True)
    return rows.joined(Item(source, ()), columns)


def _given_kind(variable: Variable, reading: Reading) -> Kind:
    kind = reading.kinds.get(variable, ValueType.INT)
    return ValueType.REF if isinstance(kind, Special) else kind


def member_rows(rows: Rows, row: MemberRow, reading: Reading) -> Rows:
    """Join the members of a list that is given at run time."""
    table = reading.compilation.names.fresh("g")
    kind = _given_kind(row.member, reading)
    members = slot_list(row.members.name, kind)
    source = sql("unnest({list}) {g} (c1)", list=members, g=table)
    column = Column(sql("{g}.c1", g=table), kind, mixed=True)
    return rows.joined(Item(source, ()), {**rows.columns, row.member: column})
