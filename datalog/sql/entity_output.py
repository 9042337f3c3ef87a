"""What an entity, an edge or a transaction has, as JSON text, from the row read for output.

The attributes of an entity stand in its version by their slot, each as canonical JSON, ready to
paste. A list that is too long for the version is read from its fact table.
"""

from datalog.kinds import Kind, Special
from datalog.sql.columns import Column, as_entity, as_t
from datalog.sql.json_text import as_json
from datalog.sql.levels import Scope, Table
from datalog.sql.outputs import type_tables
from datalog.sql.table_rows import edge_column, transaction_column
from datalog.sql.writing import NULL, Json, as_text
from datalog.tree import TypeName, Value, Variant
from datalog.vocabulary import (
    LIFECYCLE,
    TRANSACTION,
    TYPE,
    URN,
    Arm,
    EdgeColumn,
    Facts,
    Own,
    TransactionColumn,
    meaning,
    type_id,
)
from store.catalogue import UNKNOWN, UnknownAttribute, ValueType
from store.ids import FIRST_TRANSACTION
from store.sql import Sql, fact_table, join, number, sql

_MOST_NAMES = 8
"""From so many possible types on, the name is looked up instead of written into the statement."""


def value(shape: Value, scope: Scope) -> Json:
    """Return the value of an attribute, `null` where it is missing, `[]` for an empty list."""
    column = scope.columns[shape.entity]
    match meaning(shape.attribute, scope.compilation.catalogue):
        case Facts() as facts:
            return _fact(shape, facts, scope)
        case EdgeColumn() as edge:
            return _edge(shape, edge, scope)
        case TransactionColumn.T:
            t = sql("({t})", t=as_t(column))
            return (as_json(Column(t, ValueType.LONG, column.nullable)),)
        case TransactionColumn() as transaction:
            row = scope.beside[shape.entity, scope.sources[shape.source], Table.TRANSACTION]
            found = transaction_column(row, transaction)
            return (as_json(Column(found.sql, found.kind, nullable=True)),)
        case Own.ID:
            return (as_json(as_entity(column)),)
        case Own() as own:
            return (as_json(_touched(shape, own, scope)),)
        case _:
            raise UnknownAttribute(shape.attribute)


def _edge(shape: Value, edge: EdgeColumn, scope: Scope) -> Json:
    if edge is EdgeColumn.UNTIL:
        return NULL  # It is live at the view, or it is not there.
    row = scope.beside[shape.entity, scope.sources[shape.source], Table.EDGE]
    if edge is EdgeColumn.TYPE:
        return (_looked_up(sql("{h}.type", h=row)),)
    found = edge_column(row, edge)
    return (as_json(Column(found.sql, found.kind, nullable=True)),)


def _touched(shape: Value, own: Own, scope: Scope) -> Column:
    view = scope.sources[shape.source]
    if own is Own.CHANGED_AT:
        row = scope.beside[shape.entity, view, Table.VERSION]
        return Column(sql("{v}.t0", v=row), Special.TRANSACTION, nullable=True)
    created = sql(
        "(SELECT f.t0 FROM fact_1 f WHERE f.e = {key} AND {seen} LIMIT 1)",
        key=as_entity(scope.columns[shape.entity]).sql,
        seen=scope.compilation.seen(sql("f"), view),
    )
    return Column(created, Special.TRANSACTION, nullable=True)


def _fact(shape: Value, facts: Facts, scope: Scope) -> Json:
    view = scope.sources[shape.source]
    row = scope.beside[shape.entity, view, Table.VERSION]
    match facts.arms:
        case (Arm(attribute=attribute),) if attribute == URN:
            return (sql("coalesce({v}.urn, 'null')", v=row),)
        case (Arm(attribute=attribute),) if attribute == LIFECYCLE:
            return (sql("""coalesce('"' || {v}.lifecycle || '"', 'null')""", v=row),)
        case (Arm(attribute=attribute),) if attribute == TYPE:
            return (_looked_up(sql("{v}.type", v=row)),)
        case _:
            return (_slots(shape, facts, row, scope),)


def _slots(shape: Value, facts: Facts, row: Sql, scope: Scope) -> Sql:
    types = scope.types.get(shape.entity)
    facts = facts.within(types)
    match facts.arms:
        case (arm,) if types is not None and types <= (arm.types or types) | {UNKNOWN.name}:
            return _slot(shape, facts, arm, row, scope)
        case arms:
            cases = [
                sql(
                    " WHEN {ids} THEN {slot}",
                    ids=_ids(arm.types or frozenset(), scope),
                    slot=_slot(shape, facts, arm, row, scope),
                )
                for arm in arms
            ]
            otherwise = sql("'[]'") if facts.many else sql("'null'")
            if not cases:
                return otherwise
            return sql(
                "CASE {v}.type{cases} ELSE {otherwise} END",
                v=row,
                cases=join("", cases),
                otherwise=otherwise,
            )


def _ids(types: frozenset[str], scope: Scope) -> Sql:
    [only] = types  # An attribute with a slot belongs to one type.
    return number(type_id(only, scope.compilation.catalogue) or 0)


def _slot(shape: Value, facts: Facts, arm: Arm, row: Sql, scope: Scope) -> Sql:
    text = sql("{v}.values[{slot}]", v=row, slot=number(arm.slot))
    if not facts.many and facts.kind is ValueType.REF:
        return sql("""coalesce('"E' || {text} || '"', 'null')""", text=text)
    if not facts.many:
        return sql("coalesce({text}, 'null')", text=text)
    return sql(
        "CASE WHEN {text} = '~' THEN {long} ELSE coalesce({text}, '[]') END",
        text=text,
        long=_long_list(shape, facts.kind, arm, scope),
    )


def _long_list(shape: Value, kind: Kind, arm: Arm, scope: Scope) -> Sql:
    member = as_json(Column(sql("f.v"), kind))
    return sql(
        "(SELECT concat('[', string_agg({member}, ',' ORDER BY f.v), ']') FROM {facts} f"
        " WHERE f.e = {key} AND {seen})",
        member=member,
        facts=fact_table(arm.attribute),
        key=as_entity(scope.columns[shape.entity]).sql,
        seen=scope.compilation.seen(sql("f"), scope.sources[shape.source]),
    )


def type_name(shape: TypeName, scope: Scope) -> Json:
    """Return the name of an entity's type; from the catalogue where only one is possible."""
    types = scope.types.get(shape.entity)
    if types is not None and len(types) == 1:
        [only] = types
        return (f'"{only}"',)
    if types is not None and not types:
        return NULL
    found = type_id_of(shape, scope)
    if types is None or len(types) > _MOST_NAMES:
        return (_looked_up(found),)
    catalogue = scope.compilation.catalogue
    cases = [
        sql(
            " WHEN {id} THEN {name}",
            id=number(type_id(each, catalogue) or 0),
            name=as_text((f'"{each}"',)),
        )
        for each in sorted(types)
    ]
    return (sql("CASE {found}{cases} ELSE 'null' END", found=found, cases=join("", cases)),)


def type_id_of(shape: TypeName | Variant, scope: Scope) -> Sql:
    """Return the id of the type that an entity has at the view; 0 is a transaction."""
    view = scope.sources[shape.source]
    types = scope.types.get(shape.entity)
    column = scope.columns[shape.entity]
    if column.kind is Special.TRANSACTION:
        return number(0)
    found = [
        sql("{row}.type", row=scope.beside[shape.entity, view, table])
        for table in type_tables(types, scope.compilation.catalogue)
    ]
    told = found[0] if len(found) == 1 else sql("coalesce({all})", all=join(", ", found))
    if types is not None and TRANSACTION not in types:
        return told
    return sql(
        "CASE WHEN {it} > {first} THEN 0 ELSE {told} END",
        it=column.sql,
        first=number(FIRST_TRANSACTION),
        told=told,
    )


def _looked_up(found: Sql) -> Sql:
    return sql(
        """coalesce(CASE {it} WHEN 0 THEN '"Transaction"' ELSE"""
        " (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = {it}) END, 'null')",
        it=found,
    )


def attribute_name(column: Column) -> Sql:
    """Return the full name of the attribute that a column stands for."""
    return sql(
        "coalesce((SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = {it}), 'null')",
        it=column.sql,
    )
