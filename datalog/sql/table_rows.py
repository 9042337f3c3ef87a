"""The rows of a plan to SQL: one function per kind of row; each joins one table."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from datalog.kinds import TEXTS, Kind, Special, kind_of, sql_type
from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    MemberRow,
    OwnRow,
    TouchedRow,
    TransactionRow,
)
from datalog.sql.columns import FALSE, Column, as_entity, constant, entity_number, slot_list
from datalog.sql.comparing import same
from datalog.sql.facts import together
from datalog.sql.far_ends import held_end_rows
from datalog.sql.of_types import asked_types
from datalog.sql.rows import Item, Rows, conjunction
from datalog.sql.unification import Held, Reading, is_known, term_column, unified
from datalog.syntax.terms import Constant, Term, Variable
from datalog.syntax.views import History, View
from datalog.vocabulary import (
    EDGE_KINDS,
    TRANSACTION,
    TRANSACTION_KINDS,
    TYPE,
    Arm,
    EdgeColumn,
    Own,
    TransactionColumn,
)
from store.catalogue import ValueType
from store.sql import Sql, fact_table, join, numbered, quoted, sql

_T0, _T1, _TRUE = sql("t0"), sql("t1"), sql("true")


def fact_rows(rows: Rows, row: FactRow, reading: Reading) -> Rows:
    """Join a fact table, or several as one; in a history, what begins in it and what ends."""
    if isinstance(row.view, History):
        return _fact_events(rows, row, reading)
    if len(row.facts.arms) != 1:
        return _facts_of_several(rows, row, reading)
    [arm] = row.facts.arms
    table = reading.compilation.names.fresh("f")
    held = _fact_columns(row, table)
    columns, conditions = unified(rows.columns, held, reading)
    # The type stands in the index that finds it by its entity; of other facts the table is read.
    is_found = arm.attribute == TYPE and is_known(row.entity, rows.columns)
    seen = (reading.compilation.seen_found if is_found else reading.compilation.seen)(
        table, row.view
    )
    source = sql("{facts} {table}", facts=fact_table(arm.attribute), table=table)
    asks = asked_types(row, rows.columns, reading.compilation.catalogue)
    return rows.joined(Item(source, (*conditions, seen), name=table, asks=asks), columns)


def _fact_columns(row: FactRow, table: Sql, t: Sql = _T0) -> tuple[Held, ...]:
    kind = row.facts.kind
    value = Column(sql("{f}.v", f=table), kind, prefixed=kind in TEXTS)
    return (
        (row.entity, Column(sql("{f}.e", f=table), ValueType.REF)),
        *((place, value) for place in (row.value, *row.also)),
        (row.transaction, Column(sql("{f}.{t}", f=table, t=t), Special.TRANSACTION)),
    )


def _facts_of_several(rows: Rows, row: FactRow, reading: Reading) -> Rows:
    """Read several tables as one, each by what is known: a join with a UNION would read all."""
    table = reading.compilation.names.fresh("u")
    arms = [_arm(rows, row, arm, reading) for arm in row.facts.arms]
    source = sql("LATERAL ({arms}) {table} (e, v, t0)", arms=join(" UNION ALL ", arms), table=table)
    if not arms:
        source = sql(
            "(SELECT NULL::bigint, NULL::{type}, NULL::bigint WHERE false) {t} (e, v, t0)",
            type=sql(sql_type(row.facts.kind)),
            t=table,
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
    conditions = _known(rows, _fact_columns(row, table), reading)
    return sql(
        "SELECT {f}.e, {f}.v, {f}.t0 FROM {facts} {f} WHERE {where}",
        f=table,
        facts=fact_table(arm.attribute),
        where=conjunction((*conditions, reading.compilation.seen(table, row.view))),
    )


def _known(rows: Rows, held: Iterable[Held], reading: Reading) -> tuple[Sql, ...]:
    """Return the conditions on the places that have a value already."""
    known = [(place, column) for place, column in held if is_known(place, rows.columns)]
    return unified(rows.columns, known, reading)[1]


def _operations(operation: Term) -> tuple[bool, ...]:
    """Return what a row of a history can be: an assertion, a retraction, or either."""
    return (operation.value is True,) if isinstance(operation, Constant) else (True, False)


def _within(t: Sql, view: View, reading: Reading) -> Iterator[Sql]:
    """Yield the conditions that a history sees what began, or ended, then."""
    yield from reading.compilation.between(t, view)
    if reading.compilation.until(view) is None:
        yield sql("{t} < 9223372036854775807", t=t)  # What has not ended has no end to see.


def _fact_events(rows: Rows, row: FactRow, reading: Reading) -> Rows:
    """Read what began and what ended: each period is an assertion, and a retraction at its end."""
    arms = [
        _event_arm(rows, row, arm, reading, is_begin)
        for arm in row.facts.arms
        for is_begin in _operations(row.operation)
    ]
    if not arms:
        return _facts_of_several(rows, row, reading)
    table = reading.compilation.names.fresh("u")
    source = sql(
        "LATERAL ({arms}) {table} (e, v, t0, op)", arms=join(" UNION ALL ", arms), table=table
    )
    held = (
        *((place, replace(column, prefixed=False)) for place, column in _fact_columns(row, table)),
        _operation_column(row.operation, sql("{u}.op", u=table)),
    )
    new = [(place, column) for place, column in held if not is_known(place, rows.columns)]
    columns, conditions = unified(rows.columns, new, reading)
    return rows.joined(Item(source, conditions), columns)


def _event_arm(rows: Rows, row: FactRow, arm: Arm, reading: Reading, is_begin: bool) -> Sql:  # noqa: FBT001
    table = reading.compilation.names.fresh("f")
    at, op = (_T0, _TRUE) if is_begin else (_T1, FALSE)
    held = (*_fact_columns(row, table, at), _operation_column(row.operation, op))
    t = sql("{f}.{at}", f=table, at=at)
    return sql(
        "SELECT {f}.e, {f}.v, {t}, {op} FROM {facts} {f} WHERE {where}",
        f=table,
        t=t,
        op=op,
        facts=fact_table(arm.attribute),
        where=conjunction((*_known(rows, held, reading), *_within(t, row.view, reading))),
    )


def _operation_column(operation: Term, it: Sql) -> Held:
    return operation, Column(it, ValueType.BOOLEAN)


def edge_rows(rows: Rows, row: EdgeRow, reading: Reading) -> Rows:
    """Join `edge`, or what a version tells of it; in a history, what was linked and unlinked."""
    if isinstance(row.view, History):
        return _edge_events(rows, row, reading)
    held = held_end_rows(rows, row, reading)
    if held is not None:
        return held
    table = reading.compilation.names.fresh("h")
    columns, conditions = unified(rows.columns, _edge_columns(row, table), reading)
    seen = reading.compilation.seen_found(table, row.view)
    conditions = (*conditions, *_edge_exceptions(row, table))
    source = sql("edge {h}", h=table)
    return rows.joined(Item(source, (*conditions, seen), name=table), columns)


def _edge_columns(row: EdgeRow, table: Sql) -> Iterator[Held]:
    yield row.edge, Column(sql("{h}.e", h=table), ValueType.REF)
    # What is known first, in the order of the index, reads best.
    yield from ((place, edge_column(table, column)) for column, place in row.columns)


def _edge_exceptions(row: EdgeRow, table: Sql) -> Iterator[Sql]:
    """Yield the conditions that an edge has what is asked: no empty key, and never an end."""
    for column, place in row.columns:
        match column, place:
            case EdgeColumn.UNTIL, _:
                yield FALSE  # What is live has not ended.
            case EdgeColumn.KEY, Constant(value=str() as key) if key:
                pass
            case EdgeColumn.KEY, _:
                yield sql("{h}.key <> ''", h=table)
            case _:
                pass


def _edge_events(rows: Rows, row: EdgeRow, reading: Reading) -> Rows:
    arms = [_edge_arm(rows, row, reading, each) for each in _operations(row.operation)]
    table = reading.compilation.names.fresh("h")
    source = sql(
        'LATERAL ({arms}) {h} (type, "from", "to", e, key, t0, op)',
        arms=join(" UNION ALL ", arms),
        h=table,
    )
    held = (
        *_edge_columns(row, table),
        _operation_column(row.operation, sql("{h}.op", h=table)),
    )
    new = [(place, column) for place, column in held if not is_known(place, rows.columns)]
    columns, conditions = unified(rows.columns, new, reading)
    conditions = (*conditions, *_edge_exceptions(row, table))
    return rows.joined(Item(source, conditions), columns)


def _edge_arm(rows: Rows, row: EdgeRow, reading: Reading, is_begin: bool) -> Sql:  # noqa: FBT001
    table = reading.compilation.names.fresh("h")
    at, op = (_T0, _TRUE) if is_begin else (_T1, FALSE)
    t = sql("{h}.{at}", h=table, at=at)
    held = [
        (place, replace(column, sql=t) if column.kind is Special.TRANSACTION else column)
        for place, column in _edge_columns(row, table)
    ]
    known = _known(rows, [*held, _operation_column(row.operation, op)], reading)
    return sql(
        'SELECT {h}.type, {h}."from", {h}."to", {h}.e, {h}.key, {t}, {op} FROM edge {h}'
        " WHERE {where}",
        h=table,
        t=t,
        op=op,
        where=conjunction((*known, *_within(t, row.view, reading))),
    )


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
    t = sql("{x}.t", x=table)
    held: list[Held] = [
        (place, Column(t, Special.TRANSACTION)) for place in (row.transaction, row.also)
    ]
    held += [(place, transaction_column(table, column)) for column, place in row.columns]
    columns, conditions = unified(rows.columns, held, reading)
    conditions = (*conditions, *reading.compilation.between(t, row.view))
    return rows.joined(Item(sql("tx {x}", x=table), conditions, name=table), columns)


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


def own_rows(rows: Rows, row: OwnRow, reading: Reading) -> Rows:
    """Let a number be an entity where there is one."""
    by_entity = is_known(row.entity, rows.columns)
    if not by_entity and not is_known(row.number, rows.columns):
        return _all_rows(rows, row, reading)
    known, other = (row.entity, row.number) if by_entity else (row.number, row.entity)
    key = as_entity(term_column(known, rows.columns, ValueType.REF, reading))
    key = replace(key, mixed=row.types is None or TRANSACTION in row.types, nullable=False)
    columns, conditions = unified(rows.columns, [(other, key)], reading)
    there = () if row.assured else (_is_there(key, row, reading),)
    return replace(rows, columns=columns).where(*conditions, *there)


def _all_rows(rows: Rows, row: OwnRow, reading: Reading) -> Rows:
    """Join all entities, live edges and transactions, as far as their types are asked."""
    compilation, f = reading.compilation, reading.compilation.names.fresh("f")
    arms = [
        sql("SELECT {f}.e FROM fact_1 {f} WHERE {seen}", f=f, seen=compilation.seen(f, row.view))
    ]
    if row.types is None or row.types & compilation.catalogue.edge_types.keys():
        h = compilation.names.fresh("h")
        seen = compilation.seen(h, row.view)
        arms.append(sql("SELECT {h}.e FROM edge {h} WHERE {seen}", h=h, seen=seen))
    if row.types is None or TRANSACTION in row.types:
        x = compilation.names.fresh("x")
        t = sql("{x}.t", x=x)
        seen = conjunction(compilation.between(t, row.view))
        entity = entity_number(Column(t, Special.TRANSACTION))
        arms.append(sql("SELECT {e} FROM tx {x} WHERE {seen}", e=entity, x=x, seen=seen))
    table = compilation.names.fresh("u")
    key = Column(sql("{u}.e", u=table), ValueType.REF, mixed=len(arms) > 1)
    columns, conditions = unified(rows.columns, [(row.entity, key), (row.number, key)], reading)
    source = sql("({arms}) {u} (e)", arms=join(" UNION ALL ", arms), u=table)
    return rows.joined(Item(source, conditions), columns)


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
    others = compilation.catalogue.edge_types.keys() | {TRANSACTION}
    if row.types is not None and not row.types & others:
        return entity
    limits = [
        sql(" AND {it}", it=each) for each in compilation.between(sql("{x}.t", x=x), row.view)
    ]
    return sql(
        "({entity} OR EXISTS (SELECT FROM edge {h} WHERE {h}.e = {key} AND {seen})"
        " OR EXISTS (SELECT FROM tx {x} WHERE {x}.t = {t}{limit}))",
        entity=entity,
        h=h,
        x=x,
        key=key.sql,
        seen=compilation.seen(h, row.view),
        t=sql("{key} - 4503599627370496", key=key.sql),
        limit=join("", limits),
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
    seen = [reading.compilation.seen(table, row.view)]
    if not created:
        seen.append(sql("{f}.urn IS NOT NULL", f=table))  # Edges have versions too.
    return rows.joined(Item(name, (*conditions, *seen)), columns)


def ident_rows(rows: Rows, row: IdentRow, reading: Reading) -> Rows:
    """Join the names of attributes and types."""
    table = reading.compilation.names.fresh("s")
    held = (
        (row.entity, Column(sql("{s}.id::bigint", s=table), Special.SCHEMA)),
        (row.name, Column(sql("{s}.name", s=table), ValueType.KEYWORD)),
    )
    columns, conditions = unified(rows.columns, held, reading)
    return rows.joined(Item(sql("schema_name {s}", s=table), conditions), columns)


def ground_rows(rows: Rows, row: GroundRow, reading: Reading) -> Rows:
    """Join rows of constants; one row alone stands for itself."""
    catalogue = reading.compilation.catalogue
    kinds = [
        reading.kinds.get(place) if isinstance(place, Variable) else None for place in row.places
    ]
    written = [
        [
            constant(value, kind or kind_of(value.value), catalogue)
            for value, kind in zip(each, kinds, strict=True)
        ]
        for each in row.rows
    ]
    if len(written) == 1:
        columns, conditions = unified(
            rows.columns, zip(row.places, written[0], strict=True), reading
        )
        return replace(rows, columns=columns).where(*conditions)
    return _listed_rows(rows, row, written, reading)


def _listed_rows(rows: Rows, row: GroundRow, written: list[list[Column]], reading: Reading) -> Rows:
    table = reading.compilation.names.fresh("g")
    alike = [together(column) for column in zip(*written, strict=True)]
    lines = [
        sql("({all})", all=join(", ", [column[position].sql for column in alike]))
        for position in range(len(written))
    ]
    names = [numbered("c", position) for position in range(1, len(row.places) + 1)]
    source = sql(
        "(VALUES {lines}) {g} ({names})",
        lines=join(", ", lines),
        g=table,
        names=join(", ", names),
    )
    held = [
        (place, replace(column[0], sql=sql("{g}.{name}", g=table, name=name)))
        for place, name, column in zip(row.places, names, alike, strict=True)
    ]
    columns, conditions = unified(rows.columns, held, reading)
    return rows.joined(Item(source, conditions), columns)


def given_rows(rows: Rows, row: GivenRow, reading: Reading) -> Rows:
    """Join lists that are given at run time, position by position."""
    table = reading.compilation.names.fresh("g")
    kinds = [_given_kind(variable, reading) for variable in row.variables]
    lists = [
        _settled(slot_list(variable.name, kind))
        for variable, kind in zip(row.variables, kinds, strict=True)
    ]
    names = [numbered("c", position) for position in range(1, len(lists) + 1)]
    source = sql(
        "unnest({lists}) {g} ({names})",
        lists=join(", ", lists),
        g=table,
        names=join(", ", names),
    )
    columns = dict(rows.columns)
    met: list[Sql] = []
    for variable, name, kind in zip(row.variables, names, kinds, strict=True):
        it = sql("{g}.{name}", g=table, name=name)
        column = Column(it, kind, nullable=len(row.variables) > 1, mixed=True)
        if variable in columns:
            met.append(same(columns[variable], column))
        else:
            columns[variable] = column
    return rows.joined(Item(source, tuple(met)), columns)


def _settled(given: Sql) -> Sql:
    """Return a list so that one plan serves all of its lengths.

    Where PostgreSQL sees how long it is, it plans anew each time, which takes longer than reading.
    """
    return sql("(SELECT {list})", list=given)


def _given_kind(variable: Variable, reading: Reading) -> Kind:
    kind = reading.kinds.get(variable, ValueType.INT)
    return ValueType.REF if isinstance(kind, Special) else kind


def member_rows(rows: Rows, row: MemberRow, reading: Reading) -> Rows:
    """Join the members of a list that is given at run time."""
    table = reading.compilation.names.fresh("g")
    kind = _given_kind(row.member, reading)
    members = _settled(slot_list(row.members.name, kind))
    source = sql("unnest({list}) {g} (c1)", list=members, g=table)
    column = Column(sql("{g}.c1", g=table), kind, mixed=True)
    return rows.joined(Item(source, ()), {**rows.columns, row.member: column})
