"""Predicates and functions to SQL: conditions, and columns that are null without a value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import LiteralString

from datalog.checking.calls import function_of
from datalog.checking.regular_expressions import translated
from datalog.errors import Unsupported
from datalog.functions import Takes, kind_given
from datalog.kinds import NUMBERS, TEXTS, Kind, Special, kind_of, sql_type
from datalog.sql.columns import FALSE, Column
from datalog.sql.comparing import same
from datalog.sql.facts import as_kind
from datalog.sql.json_text import as_json, opaque, told
from datalog.sql.rows import Item, Rows
from datalog.sql.unification import Reading, term_column
from datalog.syntax.clauses import Call
from datalog.syntax.terms import Constant, Term, Variable
from store.catalogue import ValueType
from store.sql import Bound, Sql, join, number, sql

MOST_BYTES = 1_000_000
"""A text that is put together of others is no longer."""

MOST_PARTS = 40
"""An expression of more pieces stands once, in a subquery, and not wherever its value is used."""


def applied(rows: Rows, call: Call, reading: Reading) -> Rows:
    """Return the rows where a predicate holds, or with what a function gives of them."""
    arguments = [
        _argument(term, position, call, rows, reading)
        for position, term in enumerate(call.arguments)
    ]
    match call.binding:
        case None:
            return rows.where(_PREDICATES[call.name](arguments))
        case Variable() as variable:
            return _with(rows, variable, _value(call, arguments, reading), reading)
        case _:
            raise Unsupported("untuple of what no (tuple …) beside it has made")


def _argument(term: Term, position: int, call: Call, rows: Rows, reading: Reading) -> Column:
    expected = function_of(call).argument(position)
    if expected is Takes.PATTERN:
        return _pattern(term, rows, reading, whole=call.name == "re-matches")
    kind = kind_of(term.value) if isinstance(term, Constant) else ValueType.STRING
    column = term_column(term, rows.columns, kind, reading)
    wanted = _WANTED.get(expected)
    if column.kind is Special.FACT and wanted is not None:
        return as_kind(column, wanted)
    return column


_WANTED: Mapping[Takes, Kind] = {
    Takes.NUMBER: ValueType.DECIMAL,
    Takes.INTEGER: ValueType.DECIMAL,
    Takes.TEXT: ValueType.STRING,
    Takes.NAME: ValueType.STRING,
    Takes.BOOLEAN: ValueType.BOOLEAN,
}


def _pattern(term: Term, rows: Rows, reading: Reading, *, whole: bool) -> Column:
    """Return a regular expression; one that is not known yet is taken as PostgreSQL reads it."""
    if isinstance(term, Constant):
        text = Bound(translated(str(term.value), whole=whole), "text")
        return Column(sql("{it}", it=text), ValueType.STRING)
    column = term_column(term, rows.columns, ValueType.STRING, reading)
    if column.kind is Special.FACT:
        column = as_kind(column, ValueType.STRING)
    if not whole:
        return column
    return replace(column, sql=sql("'^(?:' || {it} || ')$'", it=column.sql))


def _with(rows: Rows, variable: Variable, value: Column, reading: Reading) -> Rows:
    """Return the rows with a variable bound, or those where it has this value already."""
    if variable in rows.columns:
        return rows.where(same(value, rows.columns[variable]))
    if len(value.sql.parts) > MOST_PARTS and value.kind is not Special.FACT:
        table = reading.compilation.names.fresh("c")
        # OFFSET keeps PostgreSQL from writing the expression out again wherever it is used.
        source = sql("LATERAL (SELECT {it} AS c1 OFFSET 0) {table}", it=value.sql, table=table)
        value = replace(value, sql=sql("{table}.c1", table=table))
        rows = rows.joined(Item(source, ()), rows.columns)
    columns = {**rows.columns, variable: replace(value, nullable=False)}
    rows = replace(rows, columns=columns)
    return rows.where(sql("{it} IS NOT NULL", it=value.sql)) if value.nullable else rows


def _value(call: Call, arguments: Sequence[Column], reading: Reading) -> Column:
    if call.name == "identity":
        return replace(arguments[0], prefixed=False)
    told = [
        _number_kind(term, column.kind, reading)
        for term, column in zip(call.arguments, arguments, strict=True)
    ]
    kind = kind_given(function_of(call), told)
    if kind is None:
        raise Unsupported(f"{call.name} here")
    if kind in NUMBERS and call.name in _ARITHMETIC:
        numbers = [_cast(each, kind) for each in arguments]
        it = _ARITHMETIC[call.name](numbers, kind)
    else:
        it = _OTHERS[call.name](arguments)
    if kind in TEXTS:
        it = sql('({it} COLLATE "C")', it=it)
    nullable = call.name in _PARTIAL or any(each.nullable for each in arguments)
    return Column(it, kind, nullable)


def _number_kind(term: Term, kind: Kind, reading: Reading) -> Kind:
    """Return the kind of an argument: of a number that of its variable, whoever bound it."""
    told = reading.kinds.get(term) if isinstance(term, Variable) else None
    return told if told is not None and {told, kind} <= NUMBERS else kind


_PARTIAL = frozenset(
    {"/", "quot", "rem", "mod", "subs", "namespace", "keyword", "re-find", "re-matches"}
)
"""What has no value for some arguments."""


def _cast(column: Column, kind: Kind) -> Sql:
    if column.kind is kind:
        return column.sql
    return sql("{it}::{type}", it=_bracketed(column.sql), type=sql(sql_type(kind)))


def _bracketed(it: Sql) -> Sql:
    return sql("({it})", it=it)


Numbers = Sequence[Sql]


def _chain(operator: LiteralString) -> Callable[[Numbers, Kind], Sql]:
    def chained(numbers: Numbers, kind: Kind) -> Sql:
        if len(numbers) == 1 and operator == "-":
            return sql("(- {it})", it=numbers[0])
        return reduce(
            lambda one, other: sql("({one} {op} {other})", one=one, op=sql(operator), other=other),
            numbers,
        )

    return chained


def _divided(numbers: Numbers, kind: Kind) -> Sql:
    if len(numbers) == 1:
        numbers = (sql("1::{type}", type=sql(sql_type(kind))), numbers[0])
    return reduce(
        lambda one, other: sql("({one} / nullif({other}, 0))", one=one, other=other), numbers
    )


def _quotient(numbers: Numbers, kind: Kind) -> Sql:
    divided = _divided(numbers, kind)
    return divided if kind is ValueType.LONG else sql("trunc{it}", it=divided)


def _remainder(numbers: Numbers, kind: Kind) -> Sql:
    one, other = numbers
    if kind is ValueType.FLOAT:  # PostgreSQL has no % of those.
        return sql(
            "({one} - {other} * {whole})", one=one, other=other, whole=_quotient(numbers, kind)
        )
    return sql("({one} % nullif({other}, 0))", one=one, other=other)


def _modulus(numbers: Numbers, kind: Kind) -> Sql:
    """Return the remainder with the sign of the divisor."""
    rest, other = _remainder(numbers, kind), numbers[1]
    return sql(
        "(CASE WHEN {rest} <> 0 AND ({rest} < 0) <> ({other} < 0) THEN {rest} + {other}"
        " ELSE {rest} END)",
        rest=rest,
        other=other,
    )


def _one(template: Callable[[Sql], Sql]) -> Callable[[Numbers, Kind], Sql]:
    return lambda numbers, _: template(numbers[0])


_ARITHMETIC: Mapping[str, Callable[[Numbers, Kind], Sql]] = {
    "+": _chain("+"),
    "-": _chain("-"),
    "*": _chain("*"),
    "/": _divided,
    "quot": _quotient,
    "rem": _remainder,
    "mod": _modulus,
    "inc": _one(lambda it: sql("({it} + 1)", it=it)),
    "dec": _one(lambda it: sql("({it} - 1)", it=it)),
    "abs": _one(lambda it: sql("abs({it})", it=it)),
    "min": lambda numbers, _: sql("least({all})", all=join(", ", numbers)),
    "max": lambda numbers, _: sql("greatest({all})", all=join(", ", numbers)),
}

Arguments = Sequence[Column]


def _text_of(column: Column) -> Sql:
    """Return a value as text: what its JSON says, without quotes; of an entity its public id."""
    if column.kind in TEXTS:
        return column.sql
    if column.kind is ValueType.REF or column.kind is Special.TRANSACTION:
        text = opaque(replace(column, nullable=False))
    elif column.kind is Special.SCHEMA:
        return _name_in_schema(column)
    elif column.kind is Special.FACT:
        return _text_of_fact(column)
    else:
        text = as_json(replace(column, nullable=False))
    return sql("btrim({text}, '\"')", text=text)


def _text_of_fact(fact: Column) -> Sql:
    entity = replace(fact, kind=ValueType.REF, text=None, family=None, mixed=True, nullable=False)
    return sql(
        "coalesce({text}, btrim({json}, '\"'), {entity})",
        text=as_kind(fact, ValueType.STRING).sql,
        json=sql("CASE WHEN {it} IS NULL THEN {text} END", it=fact.sql, text=fact.text or FALSE),
        entity=sql("btrim({it}, '\"')", it=opaque(entity)),
    )


def _name_in_schema(column: Column) -> Sql:
    return sql("(SELECT s.name FROM schema_name s WHERE s.id = {it})", it=column.sql)


def _joined(arguments: Arguments) -> Sql:
    if not arguments:
        return sql("''::text")
    if len(arguments) == 1:
        return _text_of(arguments[0])
    return _bounded([_bracketed(_text_of(each)) for each in arguments], " || ")


def _bounded(parts: Sequence[Sql], between: LiteralString) -> Sql:
    """Return texts put together; what would be too long is an error, of what no text can hold.

    Without it, a recursion that doubles its text takes gigabytes before the deadline ends it.
    """
    return sql(
        "(CASE WHEN {size} > {most} THEN repeat('x' || {all}, 2147483647) ELSE {all} END)",
        size=join(" + ", [sql("octet_length({it})", it=each) for each in parts]),
        most=number(MOST_BYTES),
        all=join(between, parts),
    )


def _part(arguments: Arguments) -> Sql:
    text, start = arguments[0].sql, arguments[1].sql
    end = arguments[2].sql if len(arguments) > 2 else sql("char_length({text})", text=text)
    return sql(
        "CASE WHEN {start} >= 0 AND {start} <= {end} AND {end} <= char_length({text})"
        " THEN substr({text}, least({start}, {most})::integer + 1,"
        " least({end} - {start}, {most})::integer) END",
        text=text,
        start=start,
        end=end,
        most=number(_LONGEST),  # A constant beyond integers is cast before it is compared.
    )


_LONGEST = 2**30
"""Characters: no text has as many."""


def _named(column: Column) -> Sql:
    return _name_in_schema(column) if column.kind is Special.SCHEMA else column.sql


def _name(arguments: Arguments) -> Sql:
    """Return what follows the last slash."""
    return sql("regexp_replace({it}, '^.*/', '')", it=_named(arguments[0]))


def _namespace(arguments: Arguments) -> Sql:
    """Return what precedes the last slash, if there is any of it."""
    return sql("nullif(substring({it} from '^(.*)/'), '')", it=_named(arguments[0]))


def _keyword(arguments: Arguments) -> Sql:
    return sql("nullif({all}, '')", all=_bounded([each.sql for each in arguments], " || '/' || "))


def _tuple(arguments: Arguments) -> Sql:
    """Return the parts as a JSON array, each as an answer tells it."""
    return sql("('[' || {parts} || ']')", parts=_bounded(list(map(told, arguments)), " || ',' || "))


def _found(arguments: Arguments) -> Sql:
    """Return the part of a text that a pattern matches, whatever groups the pattern has."""
    pattern, text = arguments
    return sql("regexp_substr({text}, {pattern})", text=text.sql, pattern=pattern.sql)


def _matched(arguments: Arguments) -> Sql:
    pattern, text = arguments
    return sql("CASE WHEN {text} ~ {pattern} THEN {text} END", text=text.sql, pattern=pattern.sql)


def _of(template: Callable[[Sql], Sql]) -> Callable[[Arguments], Sql]:
    return lambda arguments: template(arguments[0].sql)


def _trimmed(it: Sql) -> Sql:
    return sql("btrim({it}, {space})", it=it, space=Bound(" \t\n\r\f\v", "text"))


_OTHERS: Mapping[str, Callable[[Arguments], Sql]] = {
    "str": _joined,
    "subs": _part,
    "count": _of(lambda it: sql("char_length({it})::bigint", it=it)),
    "upper-case": _of(lambda it: sql('upper({it} COLLATE "C")', it=it)),
    "lower-case": _of(lambda it: sql('lower({it} COLLATE "C")', it=it)),
    "trim": _of(_trimmed),
    "name": _name,
    "namespace": _namespace,
    "keyword": _keyword,
    "tuple": _tuple,
    "re-find": _found,
    "re-matches": _matched,
}


def _ends_with(arguments: Arguments) -> Sql:
    text, end = (each.sql for each in arguments)
    return sql("right({text}, char_length({end})) = {end}", text=text, end=end)


def _matches(arguments: Arguments) -> Sql:
    pattern, text = arguments
    return sql("{text} ~ {pattern}", text=text.sql, pattern=pattern.sql)


def _is(truth: LiteralString) -> Callable[[Arguments], Sql]:
    def holds(arguments: Arguments) -> Sql:
        [column] = arguments
        if column.kind is Special.FACT:
            column = as_kind(column, ValueType.BOOLEAN)
        if column.kind is not ValueType.BOOLEAN:
            return FALSE
        return sql("{it} = {truth}", it=_bracketed(column.sql), truth=sql(truth))

    return holds


def _parity(rest: LiteralString) -> Callable[[Arguments], Sql]:
    """Return what tells whether a number is whole and leaves that much of two; 2.5 is neither."""

    def holds(arguments: Arguments) -> Sql:
        [column] = arguments
        left = _remainder([column.sql, sql("2")], column.kind)
        return sql("abs({left}) = {rest}", left=left, rest=sql(rest))

    return holds


_PREDICATES: Mapping[str, Callable[[Arguments], Sql]] = {
    "ends-with?": _ends_with,
    "blank?": _of(lambda it: sql("{it} = ''", it=_trimmed(it))),
    "re-find": _matches,
    "re-matches": _matches,
    "even?": _parity("0"),
    "odd?": _parity("1"),
    "zero?": _of(lambda it: sql("{it} = 0", it=it)),
    "pos?": _of(lambda it: sql("{it} > 0", it=it)),
    "neg?": _of(lambda it: sql("{it} < 0", it=it)),
    "true?": _is("true"),
    "false?": _is("false"),
}
