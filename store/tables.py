"""The fact tables: one for each attribute, in the attribute's own type.

The migrations spell those of the built-in attributes out; a test compares the two.
"""

from store.catalogue import Attribute, ValueType
from store.ids import AttributeId
from store.sql import Sql, quoted, sql
from store.values import SQL_TYPES

BUILT_IN = (
    Attribute(AttributeId(1), "entity", "urn", ValueType.URI),
    Attribute(AttributeId(2), "entity", "type", ValueType.REF),
    Attribute(AttributeId(3), "entity", "lifecycle", ValueType.KEYWORD),
)
"""The attributes of every entity that have a fact table of their own."""


def fact_table_name(attribute: AttributeId) -> str:
    """Return the name of an attribute's fact table."""
    return f"fact_{attribute}"


def create_fact_table(attribute: Attribute, name: str | None = None) -> tuple[Sql, ...]:
    """Return the statements that make an attribute's fact table and its indexes.

    `name` is that of a table beside it, for whoever builds it anew and swaps.
    """
    table = name or fact_table_name(attribute.id)
    return (
        sql(
            _TABLE,
            table=quoted(table),
            type=_column_type(attribute.type),
            words=sql(",\n  {words}", words=_WORDS) if attribute.searched else _NOTHING,
        ),
        _index(table, "entity", sql("(e, t0, t1)"), _covering(attribute, sql("INCLUDE (v)"))),
        _index(table, "value", sql("({v}, e, t0, t1)", v=_key(attribute)), _NOTHING),
        _index(table, "period", sql("USING brin (t0, t1)"), _SMALL),
        create_uniqueness(attribute, table),
        _index(table, "now_value", sql("({v}, e)", v=_key(attribute)), _NOW),
        *((_index_of_words(table),) if attribute.searched else ()),
    )


def create_uniqueness(attribute: Attribute, name: str | None = None) -> Sql:
    """Return the statement that forbids two open rows for one entity, or for one of its values."""
    table = name or fact_table_name(attribute.id)
    return sql(
        "CREATE UNIQUE INDEX {index} ON {table} {columns} {now}",
        index=quoted(f"{table}_now"),
        table=quoted(table),
        columns=_identity(attribute),
        now=_NOW,
    )


def drop_uniqueness(attribute: Attribute) -> Sql:
    """Return the statement that takes away what `create_uniqueness` made."""
    return sql("DROP INDEX {index}", index=quoted(f"{fact_table_name(attribute.id)}_now"))


def create_words(attribute: Attribute) -> tuple[Sql, Sql]:
    """Return the statements that add the words of an attribute's texts, and their index."""
    table = fact_table_name(attribute.id)
    column = sql("ALTER TABLE {table} ADD COLUMN {words}", table=quoted(table), words=_WORDS)
    return column, _index_of_words(table)


def drop_words(attribute: Attribute) -> Sql:
    """Return the statement that takes away what `create_words` made."""
    table = quoted(fact_table_name(attribute.id))
    return sql("ALTER TABLE {table} DROP COLUMN words", table=table)


def drop_fact_table(attribute: Attribute) -> Sql:
    """Return the statement that removes an attribute's fact table."""
    return sql("DROP TABLE {table}", table=quoted(fact_table_name(attribute.id)))


_TABLE = """
CREATE TABLE {table} (
  e bigint NOT NULL,
  v {type} NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1){words}
)"""
# Of the value alone, so that nobody else writes them and they need no check (003_search.sql).
_WORDS = sql("words tsvector GENERATED ALWAYS AS (search_vector(v)) STORED")
_NOW = sql("WHERE t1 = 9223372036854775807")
_NOTHING = sql("")
# Rows lie about in the order in which their periods ended: what held at a T is on few of the pages.
_SMALL = sql("WITH (pages_per_range = 4, autosummarize = on)")
_TEXTS = frozenset({ValueType.STRING, ValueType.URI, ValueType.KEYWORD, ValueType.JSON})
_LONG = _TEXTS | {ValueType.DECIMAL}


def _column_type(value_type: ValueType) -> Sql:
    if value_type in _TEXTS:
        return sql('text COLLATE "C"')
    return sql(SQL_TYPES[value_type])


def _key(attribute: Attribute) -> Sql:
    """Return what a value is found by: of text a prefix, as an index holds only short keys."""
    return sql("left(v, 256)") if attribute.type in _TEXTS else sql("v")


def _covering(attribute: Attribute, columns: Sql) -> Sql:
    """Return columns to keep in an index, where values are short enough to be there twice."""
    return _NOTHING if attribute.type in _LONG else columns


def _identity(attribute: Attribute) -> Sql:
    if not attribute.many:
        return sql("(e) {covering}", covering=_covering(attribute, sql("INCLUDE (v)")))
    return sql("(e, md5(v))") if attribute.type in _TEXTS else sql("(e, v)")


def _index_of_words(table: str) -> Sql:
    return _index(table, "words", sql("USING gin (words)"), _NOTHING)


def _index(table: str, suffix: str, columns: Sql, rest: Sql) -> Sql:
    return sql(
        "CREATE INDEX {index} ON {table} {columns} {rest}",
        index=quoted(f"{table}_{suffix}"),
        table=quoted(table),
        columns=columns,
        rest=rest,
    )
