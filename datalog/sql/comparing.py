"""Conditions on columns.

A transaction's column holds its t; wherever it meets another entity, that one's number is brought
down to a t. Text of a fact table is indexed by its first 256 characters, so it is compared by those
first, then as a whole.
"""

from dataclasses import replace

from datalog.errors import Unsupported
from datalog.kinds import Special, comparable
from datalog.sql.columns import FALSE, Column, as_t, entity_number, slot_list
from datalog.sql.facts import FAMILIES, as_kind, comparison_key
from datalog.syntax.clauses import Operator
from store.catalogue import ValueType
from store.sql import Sql, join, sql


def same(one: Column, other: Column) -> Sql:
    """Return the condition that two columns hold the same value."""
    return compare(Operator.EQ, one, other)


def compare(operator: Operator, left: Column, right: Column) -> Sql:
    """Return the condition that a comparison of values holds; not true where one is missing."""
    left, right = _alike(left, right), _alike(right, left)
    if Special.FACT in {left.kind, right.kind}:
        return _compare_facts(operator, left, right)
    if not comparable(left.kind, right.kind):
        return _both_there(left, right) if operator is Operator.NE else FALSE
    match operator:
        case Operator.STARTS_WITH:
            return _starts_with(left, right)
        case Operator.CONTAINS:
            return sql("position({part} in {text}) > 0", part=right.sql, text=left.sql)
        case Operator.MEMBER:
            raise Unsupported("member? of anything but a list given at run time")
        case _:
            if left.prefixed or right.prefixed:
                return _compare_prefixed(operator, left, right)
            return _compared(operator, left.sql, right.sql)


def _both_there(*columns: Column) -> Sql:
    """Return the condition that no value is missing."""
    there = [sql("{it} IS NOT NULL", it=each.sql) for each in columns if each.nullable]
    return join(" AND ", there) if there else sql("true")


def is_member(column: Column, list_name: str) -> Sql:
    """Return the condition that a value is in a list given at run time."""
    column = replace(column, sql=entity_number(column))
    members = slot_list(list_name, column.kind)
    if not column.prefixed:
        return sql("{it} = ANY({members})", it=column.sql, members=members)
    return sql(
        "left({it}, 256) = ANY(ARRAY(SELECT left(x, 256) FROM unnest({members}) x))"
        " AND {it} = ANY({members})",
        it=column.sql,
        members=members,
    )


def _alike(column: Column, other: Column) -> Column:
    """Bring an entity's number down to a t where it meets a transaction."""
    if other.kind is Special.TRANSACTION and column.kind in {ValueType.REF, Special.SCHEMA}:
        return replace(column, sql=as_t(column), kind=Special.TRANSACTION)
    return column


def _compare_facts(operator: Operator, left: Column, right: Column) -> Sql:
    """Compare a value of the log with one of a known kind, or with another of the log."""
    match left.kind, right.kind:
        case Special.FACT, Special.FACT:
            return _compare_two_facts(operator, left, right)
        case Special.FACT, kind:
            known, fact = right, as_kind(left, kind)
            condition = compare(operator, fact, known)
        case kind, _:
            known, fact = left, as_kind(right, kind)
            condition = compare(operator, known, fact)
    if operator is not Operator.NE:
        return condition
    # What is of another family differs; only what is missing does not.
    differs = sql("({fact} IS NULL OR {condition})", fact=fact.sql, condition=condition)
    return sql("{there} AND {differs}", there=_both_there(known), differs=differs)


def _compare_two_facts(operator: Operator, left: Column, right: Column) -> Sql:
    same_value = sql(
        "({one} = {other} OR {key} = {like})",
        one=left.sql,
        other=right.sql,
        key=comparison_key(left),
        like=comparison_key(right),
    )
    match operator:
        case Operator.EQ:
            return same_value
        case Operator.NE:
            return sql("{same} IS NOT TRUE", same=same_value)
        case _:
            orders = [
                compare(operator, as_kind(left, kind), as_kind(right, kind))
                for kind in (TEXT_ONLY if operator in _OF_TEXTS else FAMILIES)
            ]
            return sql("({any})", any=join(" OR ", orders))


_OF_TEXTS = frozenset({Operator.STARTS_WITH, Operator.CONTAINS})
TEXT_ONLY = (ValueType.STRING,)


def _compared(operator: Operator, left: Sql, right: Sql) -> Sql:
    match operator:
        case Operator.EQ:
            return sql("{left} = {right}", left=left, right=right)
        case Operator.NE:
            return sql("{left} <> {right}", left=left, right=right)
        case Operator.LT:
            return sql("{left} < {right}", left=left, right=right)
        case Operator.LE:
            return sql("{left} <= {right}", left=left, right=right)
        case Operator.GT:
            return sql("{left} > {right}", left=left, right=right)
        case _:
            return sql("{left} >= {right}", left=left, right=right)


def _compare_prefixed(operator: Operator, left: Column, right: Column) -> Sql:
    exact = _compared(operator, left.sql, right.sql)
    # What follows in order has a prefix that follows, or is the same.
    loose = {Operator.LT: Operator.LE, Operator.GT: Operator.GE}.get(operator, operator)
    if operator is Operator.NE:
        return exact
    prefix = _compared(loose, _prefix(left.sql), _prefix(right.sql))
    return sql("{prefix} AND {exact}", prefix=prefix, exact=exact)


def _prefix(text: Sql) -> Sql:
    return sql("left({text}, 256)", text=text)


def _starts_with(text: Column, start: Column) -> Sql:
    exact = sql("starts_with({text}, {start})", text=text.sql, start=start.sql)
    if not text.prefixed:
        return exact
    return sql(
        "{prefix} >= {from_} AND {prefix} <= {from_} || repeat(chr(1114111), 256) AND {exact}",
        prefix=_prefix(text.sql),
        from_=_prefix(start.sql),
        exact=exact,
    )
