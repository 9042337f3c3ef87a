"""Columns as JSON text, the same as the store's canonical texts."""

from dataclasses import replace

from datalog.kinds import TEXTS, Special
from datalog.sql.columns import NOTHING, Column, entity_number
from store.catalogue import ValueType
from store.ids import FIRST_ENTITY, FIRST_TRANSACTION
from store.sql import Sql, number, sql


def as_json(column: Column) -> Sql:
    """Return the canonical JSON text of a column, `null` where it is missing."""
    text = _canonical(column)
    return sql("coalesce({text}, 'null')", text=text) if column.nullable else text


def _canonical(column: Column) -> Sql:  # noqa: PLR0911  # One case for each kind.
    it = column.sql
    match column.kind:
        case ValueType.JSON:
            return it
        case ValueType.INT | ValueType.REF | Special.SCHEMA:
            return sql("{it}::text", it=it)
        case Special.TRANSACTION:
            return sql("({it})::text", it=entity_number(column))
        case ValueType.BOOLEAN:
            return sql("{it}::text", it=it)
        case Special.FACT:
            return column.text or NOTHING
        case ValueType.FLOAT:
            return sql(
                "CASE WHEN {it} = trunc({it}) AND abs({it}) < 1e15"
                " THEN {it}::text || '.0' ELSE {it}::text END",
                it=it,
            )
        case kind if kind in TEXTS:
            return sql("to_json({it})::text", it=it)
        case _:
            return sql("""'"' || {it} || '"'""", it=_unquoted(column))


def _unquoted(column: Column) -> Sql:
    it = column.sql
    match column.kind:
        case ValueType.DATETIME:
            return sql(
                "rtrim(rtrim(to_char({it} AT TIME ZONE 'UTC',"
                """ 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'""",
                it=it,
            )
        case ValueType.DATE:
            return sql("to_char({it}, 'YYYY-MM-DD')", it=it)
        case ValueType.DECIMAL:
            return sql("trim_scale({it})::text", it=it)
        case _:
            return sql("{it}::text", it=it)


def opaque(column: Column) -> Sql:
    """Return the public id of an entity as JSON text, `null` where it is missing."""
    it = column.sql
    if column.kind is Special.TRANSACTION:
        text = sql("""'"T' || {it} || '"'""", it=it)
    elif column.mixed or column.kind is Special.FACT:
        text = sql(
            """CASE WHEN {it} > {first} THEN '"T' || ({it} - {first}) || '"'"""
            """ ELSE '"E' || {it} || '"' END""",
            it=it,
            first=number(FIRST_TRANSACTION),
        )
    else:
        text = sql("""'"E' || {it} || '"'""", it=it)
    return sql("coalesce({text}, 'null')", text=text) if column.nullable else text


def told(column: Column) -> Sql:
    """Return the JSON text of a value as an answer tells it.

    An entity or a transaction is its public id, an attribute or a type its name, several values are
    an array.
    """
    if column.many:
        member = told(replace(column, sql=sql("u.v"), many=False))
        return sql(
            "(SELECT concat('[', string_agg({member}, ',' ORDER BY u.n), ']')"
            " FROM unnest({it}) WITH ORDINALITY u (v, n))",
            member=member,
            it=column.sql,
        )
    match column.kind:
        case Special.FACT:
            text = sql(
                "CASE WHEN {it} >= {entities} THEN {opaque} ELSE {text} END",
                it=column.sql,
                entities=number(FIRST_ENTITY),
                opaque=opaque(column),
                text=column.text or NOTHING,
            )
            return sql("coalesce({text}, 'null')", text=text)
        case Special.SCHEMA:
            return _schema_name(column)
        case ValueType.REF if column.mixed:
            return sql(
                "CASE WHEN {it} < {entities} THEN {name} ELSE {opaque} END",
                it=column.sql,
                entities=number(FIRST_ENTITY),
                name=_schema_name(column),
                opaque=opaque(column),
            )
        case ValueType.REF | Special.TRANSACTION:
            return opaque(column)
        case _:
            return as_json(column)


def _schema_name(column: Column) -> Sql:
    """Return the name of an attribute or a type; what is nameless in the schema has its id."""
    return sql(
        "coalesce((SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = {it}), {opaque})",
        it=column.sql,
        opaque=opaque(column),
    )


def fact_text(reference: Sql, text: Sql) -> Sql:
    """Return the canonical JSON of a value of the log.

    A reference to the schema (the type of an entity, of an edge) is its name; any other is null:
    that is for a shape of the entity to tell.
    """
    return sql(
        "coalesce({text}, CASE WHEN {it} < {entities} THEN"
        " (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = {it}) END, 'null')",
        text=text,
        it=reference,
        entities=number(FIRST_ENTITY),
    )
