"""Values whose attribute is a variable: a reference, or canonical JSON with the family it is of.

Such a value equals a typed column, a constant, or another such value, where both are of one family
and the same there; so a number equals a number, whatever type each attribute has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from datalog.kinds import NUMBERS, TEXTS, Kind, Special, sql_type, wider
from datalog.sql.columns import NOTHING, Column, as_entity
from datalog.sql.json_text import as_json, fact_text
from datalog.vocabulary import log_kinds
from store.catalogue import Catalogue, ValueType
from store.sql import Sql, join, literal, number, sql

_LETTERS: Mapping[Kind, str] = MappingProxyType(
    {
        **dict.fromkeys(TEXTS, "t"),
        **dict.fromkeys(NUMBERS, "n"),
        ValueType.KEYWORD: "k",
        ValueType.JSON: "j",
        ValueType.BOOLEAN: "b",
        ValueType.DATETIME: "i",
        ValueType.DATE: "d",
        ValueType.UUID: "u",
    }
)
"""What tells the family of a value; keywords and JSON are texts that are written otherwise."""


def log_value(table: Sql, catalogue: Catalogue) -> Column:
    """Return the value of a row of the log: its reference, its canonical JSON, its family."""
    reference, text = sql("{l}.r", l=table), sql("{l}.v", l=table)
    return Column(
        reference,
        Special.FACT,
        text=fact_text(reference, text),
        family=_family(table, catalogue),
    )


def _family(table: Sql, catalogue: Catalogue) -> Sql:
    """Return the letter of the attribute of a row of the log; most attributes are text."""
    ids: dict[str, list[int]] = {}
    for attribute, kind in log_kinds(catalogue).items():
        if (letter := _LETTERS.get(kind, "t")) != "t":
            ids.setdefault(letter, []).append(attribute)
    cases = [
        sql(
            " WHEN {l}.a IN ({ids}) THEN {letter}",
            l=table,
            ids=join(", ", map(number, sorted(found))),
            letter=literal(letter),
        )
        for letter, found in sorted(ids.items())
    ]
    return sql(
        "CASE WHEN {l}.v IS NULL THEN NULL{cases} ELSE 't' END", l=table, cases=join("", cases)
    )


def typed_log_value(table: Sql, kind: Kind, attributes: Iterable[int]) -> Column:
    """Return the value of a row of the log whose attribute is one of some of a kind."""
    if kind is ValueType.REF or isinstance(kind, Special):
        return Column(sql("{l}.r", l=table), kind)
    ids = join(", ", map(number, attributes))
    value = _read(sql("{l}.v", l=table), kind)
    # Only of these attributes can it be read so, and PostgreSQL may read before it looks at them.
    return Column(sql("CASE WHEN {l}.a IN ({ids}) THEN {v} END", l=table, ids=ids, v=value), kind)


def _read(text: Sql, kind: Kind) -> Sql:  # noqa: C901, PLR0911  # One case for each kind.
    """Return canonical JSON as a value of its kind."""
    match kind:
        case ValueType.JSON:
            return text
        case ValueType.STRING | ValueType.URI | ValueType.KEYWORD:
            return sql("({text}::json #>> '{{}}') COLLATE \"C\"", text=text)
        case ValueType.INT:
            return sql("{text}::integer", text=text)
        case ValueType.LONG:
            return sql("btrim({text}, '\"')::bigint", text=text)
        case ValueType.FLOAT:
            return sql("{text}::double precision", text=text)
        case ValueType.DECIMAL:
            return sql("btrim({text}, '\"')::numeric", text=text)
        case ValueType.BOOLEAN:
            return sql("{text}::boolean", text=text)
        case ValueType.DATETIME:
            return sql("btrim({text}, '\"')::timestamptz", text=text)
        case ValueType.DATE:
            return sql("btrim({text}, '\"')::date", text=text)
        case _:
            return sql("btrim({text}, '\"')::uuid", text=text)


def as_kind(fact: Column, kind: Kind) -> Column:
    """Return a value of the log as one of a kind's family, null where it is of another."""
    family, text = _parts(fact)
    if kind is ValueType.REF or isinstance(kind, Special):
        return Column(fact.sql, ValueType.REF, nullable=True, mixed=True)
    if kind in TEXTS:
        plain = _read(text, ValueType.STRING)
        return Column(
            sql(
                "CASE WHEN {family} IN ('t', 'k') THEN {plain} WHEN {family} = 'j' THEN {text} END",
                family=family,
                plain=plain,
                text=text,
            ),
            ValueType.STRING,
            nullable=True,
        )
    wide: Kind = ValueType.DECIMAL if kind in NUMBERS else kind
    return Column(
        sql(
            "CASE WHEN {family} = {letter} THEN {value} END",
            family=family,
            letter=literal(_LETTERS[kind]),
            value=_read(text, wide),
        ),
        wide,
        nullable=True,
    )


def _parts(fact: Column) -> tuple[Sql, Sql]:
    return fact.family or NOTHING, fact.text or NOTHING


def comparison_key(fact: Column) -> Sql:
    """Return a text that two values of the log share where they are equal; null of a reference."""
    family, text = _parts(fact)
    return sql(
        "CASE {family} WHEN 'n' THEN 'n' || trim_scale(btrim({text}, '\"')::numeric)::text"
        " WHEN 't' THEN 't' || ({text}::json #>> '{{}}')"
        " WHEN 'k' THEN 't' || ({text}::json #>> '{{}}')"
        " WHEN 'j' THEN 't' || {text} ELSE {family} || {text} END",
        family=family,
        text=text,
    )


def sameness(columns: Iterable[Column]) -> Iterator[Sql]:
    """Yield what rows share that hold the same values, however those are written."""
    for column in columns:
        yield column.sql
        if column.family is not None:
            yield comparison_key(column)


def one_of_the_same(column: Column) -> Column:
    """Return a column of rows grouped by their sameness: 5 is told once, and not 5.0 too."""
    if column.family is None or column.text is None:
        return column
    text, family = (
        sql("(array_agg({it} ORDER BY {text}))[1]", it=it, text=column.text)
        for it in (column.text, column.family)
    )
    return replace(column, text=text, family=family)


FAMILIES: Sequence[Kind] = (
    ValueType.STRING,
    ValueType.DECIMAL,
    ValueType.BOOLEAN,
    ValueType.DATETIME,
    ValueType.DATE,
    ValueType.UUID,
    ValueType.REF,
)
"""One kind of each family."""


def as_fact(column: Column) -> Column:
    """Return a typed column as a value of the log."""
    if column.kind is Special.FACT:
        return column
    if column.kind is ValueType.REF or isinstance(column.kind, Special):
        entity = as_entity(column).sql
        text = fact_text(entity, sql("NULL::text"))
        return Column(entity, Special.FACT, column.nullable, text=text, family=sql("NULL::text"))
    text = as_json(replace(column, nullable=False))
    family = literal(_LETTERS[column.kind])
    return Column(
        sql("NULL::bigint"),
        Special.FACT,
        column.nullable,
        text=text,
        family=sql("{it}::text", it=family),
    )


def together(columns: Sequence[Column]) -> list[Column]:
    """Return columns of different origin as columns of one kind, such as branches share them."""
    kind = wider(*(column.kind for column in columns))
    return [_told_as(column, kind) for column in columns]


def _told_as(column: Column, kind: Kind) -> Column:
    if kind is Special.FACT:
        return as_fact(column)
    if isinstance(column.kind, Special):
        entity = as_entity(column)
        return entity if column.kind is kind else replace(entity, kind=ValueType.REF, mixed=True)
    if column.kind is kind:
        return column
    if kind in NUMBERS:
        it = sql("{it}::{kind}", it=column.sql, kind=sql(sql_type(kind)))
        return replace(column, sql=it, kind=kind)
    return replace(column, kind=kind)
