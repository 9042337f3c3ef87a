"""The text of what an attribute says of an entity, where its values are no entities."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from datalog.sql.columns import Column
from datalog.sql.json_text import as_json, told
from datalog.sql.pulling.patterns import SCHEMA, belongs_to_edge
from datalog.sql.pulling.subject import Read, Subject, Text, held
from datalog.sql.rows import conjunction
from datalog.sql.table_rows import transaction_column
from datalog.sql.writing import as_text
from datalog.syntax.finding import PullAttribute
from datalog.syntax.views import Since
from datalog.vocabulary import (
    LIFECYCLE,
    TRANSACTION,
    TYPE,
    URN,
    Arm,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    Virtual,
    meaning,
    type_id,
)
from store.catalogue import UNKNOWN, ValueType
from store.ids import FIRST_ENTITY, AttributeId
from store.sql import Sql, fact_table, join, missing, number, sql

NOTHING = Text(missing("text"))

MOST_IN_VERSION = 64
"""A version holds no list that is longer (nor one of more than 2 kB)."""

_MOST_NAMES = 8
"""From so many possible types on, the name is looked up instead of written into the statement."""


def value_text(  # noqa: PLR0911  # One case for each meaning of an attribute.
    item: PullAttribute, subject: Subject
) -> Text:
    """Return the canonical JSON of an attribute's value, or of its values as a list."""
    found = meaning(item.name, subject.compilation.catalogue)
    match found:
        case Facts():
            return _facts(item, found, subject)
        case EdgeColumn():
            return _edge(found, subject)
        case TransactionColumn.T:
            return _t(subject)
        case TransactionColumn():
            return _transaction(found, subject)
        case Own.ID:
            return Text(public_id(subject.entity, subject.types))
        case Virtual.IDENT:
            return Text(_name_of(subject.entity))
        case Hop() | Own():
            return NOTHING
        case _:
            assert_never(found)


def public_id(entity: Sql, types: frozenset[str] | None) -> Sql:
    """Return the public id of an entity; of an attribute or a type, its name."""
    mixed = types is None or bool(types & {TRANSACTION, SCHEMA})
    return told(Column(entity, ValueType.REF, mixed=mixed))


def _name_of(schema_entity: Sql) -> Sql:
    return sql(
        "(SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = {it})", it=schema_entity
    )


def _edge(column: EdgeColumn, subject: Subject) -> Text:
    row = subject.row(Read.EDGE)
    reads = frozenset({Read.EDGE})
    match column:
        case EdgeColumn.TYPE:
            return Text(type_name(sql("{h}.type", h=row), subject.walked, subject), reads)
        case EdgeColumn.KEY:  # An edge without a key has no datom that says so.
            it = sql("nullif({h}.key, '')", h=row)
            return Text(as_json(Column(it, ValueType.STRING)), reads)
        case _:
            return NOTHING


def _t(subject: Subject) -> Text:
    it = sql("{x}.t", x=subject.row(Read.TRANSACTION))
    return Text(as_json(Column(it, ValueType.LONG)), frozenset({Read.TRANSACTION}))


def _transaction(column: TransactionColumn, subject: Subject) -> Text:
    row = subject.row(Read.TRANSACTION)
    found = transaction_column(row, column)
    return Text(as_json(Column(found.sql, found.kind)), frozenset({Read.TRANSACTION}))


def in_version(subject: Subject) -> bool:
    """Tell whether the version of an entity says what the view shows of it."""
    return not isinstance(subject.view, Since)


def _facts(item: PullAttribute, facts: Facts, subject: Subject) -> Text:
    if facts.logged:
        return Text(_logged(facts, subject))
    match facts.arms:
        case (Arm(attribute=attribute),) if attribute == TYPE:
            return _type(subject)
        case (Arm(attribute=attribute),) if in_version(subject) and attribute in {URN, LIFECYCLE}:
            return _of_every_entity(is_urn=attribute == URN, subject=subject)
        case _:
            pass
    on_edge = belongs_to_edge(item.name, subject.walked, subject.compilation.catalogue)
    if not on_edge:
        facts = facts.within(subject.types)
    cut = facts.many and item.limit is not None and item.limit < MOST_IN_VERSION
    if in_version(subject) and not cut:
        return _slots(item, facts, subject, on_edge=on_edge)
    key = subject.edge if on_edge else subject.entity
    texts = [_from_facts(item, facts, arm, key, subject) for arm in facts.arms]
    return Text(_first_of(texts)) if texts else NOTHING


def _first_of(texts: list[Sql]) -> Sql:
    return texts[0] if len(texts) == 1 else sql("coalesce({all})", all=join(", ", texts))


def _type(subject: Subject) -> Text:
    if in_version(subject):
        row = subject.row(Read.VERSION)
        # The version of an edge has a type too, and no urn.
        it = sql("CASE WHEN {v}.urn IS NOT NULL THEN {v}.type END", v=row)
        return Text(type_name(it, subject.types, subject), frozenset({Read.VERSION}))
    it = sql(
        "(SELECT f.v FROM fact_2 f WHERE f.e = {key} AND {seen} LIMIT 1)",
        key=subject.entity,
        seen=held(subject, sql("f")),
    )
    return Text(_name_of(it))


def type_name(it: Sql, types: frozenset[str] | None, subject: Subject) -> Sql:
    """Return the name of the type that has an id, as JSON text."""
    if types is None or not 0 < len(types) <= _MOST_NAMES:
        return _name_of(it)
    catalogue = subject.compilation.catalogue
    cases = [
        sql(
            " WHEN {id} THEN {name}",
            id=number(type_id(each, catalogue) or 0),
            name=as_text((f'"{each}"',)),
        )
        for each in sorted(types)
    ]
    return sql("CASE {it}{cases} END", it=it, cases=join("", cases))


def _of_every_entity(*, is_urn: bool, subject: Subject) -> Text:
    row, reads = subject.row(Read.VERSION), frozenset({Read.VERSION})
    if is_urn:
        return Text(sql("{v}.urn", v=row), reads)
    return Text(sql("""'"' || {v}.lifecycle || '"'""", v=row), reads)


def _slots(item: PullAttribute, facts: Facts, subject: Subject, *, on_edge: bool) -> Text:
    if not facts.many:
        return slot_text(facts, subject, on_edge=on_edge)
    row = subject.row(Read.EDGE_VERSION if on_edge else Read.VERSION)
    key = subject.edge if on_edge else subject.entity
    return _by_type(
        facts,
        subject,
        {
            arm.attribute: sql(
                "CASE WHEN {text} = '~' THEN {long} ELSE {text} END",
                text=_slot(row, arm),
                long=_from_facts(item, facts, arm, key, subject),
            )
            for arm in facts.arms
        },
        on_edge=on_edge,
    )


def slot_text(facts: Facts, subject: Subject, *, on_edge: bool = False) -> Text:
    """Return what stands in the version of an entity: one value's text."""
    row = subject.row(Read.EDGE_VERSION if on_edge else Read.VERSION)
    texts = {arm.attribute: _slot(row, arm) for arm in facts.arms}
    return _by_type(facts, subject, texts, on_edge=on_edge)


def _slot(row: Sql, arm: Arm) -> Sql:
    return sql("{v}.values[{slot}]", v=row, slot=number(arm.slot))


def _by_type(
    facts: Facts, subject: Subject, texts: Mapping[AttributeId, Sql], *, on_edge: bool
) -> Text:
    """Return the text that belongs to the type of the entity; a slot means nothing without it."""
    read = Read.EDGE_VERSION if on_edge else Read.VERSION
    types = None if on_edge else subject.types
    match facts.arms:
        case ():
            return NOTHING
        case (arm,) if types is not None and types <= (arm.types or types) | {UNKNOWN.name}:
            return Text(texts[arm.attribute], frozenset({read}))
        case arms:
            cases = [
                sql(
                    " WHEN {id} THEN {text}",
                    id=number(_owner_id(arm, subject)),
                    text=texts[arm.attribute],
                )
                for arm in arms
            ]
            it = sql("CASE {v}.type{cases} END", v=subject.row(read), cases=join("", cases))
            return Text(it, frozenset({read}))


def _owner_id(arm: Arm, subject: Subject) -> int:
    [owner] = arm.types or frozenset({UNKNOWN.name})  # What has a slot belongs to one type.
    return type_id(owner, subject.compilation.catalogue) or 0


def _from_facts(item: PullAttribute, facts: Facts, arm: Arm, key: Sql, subject: Subject) -> Sql:
    member = as_json(Column(sql("f.v"), facts.kind))
    rows = sql(
        "{facts} f WHERE f.e = {key} AND {seen}",
        facts=fact_table(arm.attribute),
        key=key,
        seen=held(subject, sql("f")),
    )
    if not facts.many:
        return sql("(SELECT {member} FROM {rows} LIMIT 1)", member=member, rows=rows)
    limit = sql("") if item.limit is None else sql(" LIMIT {n}", n=number(item.limit))
    return sql(
        "(SELECT '[' || string_agg({member}, ',' ORDER BY f.v) || ']'"
        " FROM (SELECT f.v FROM {rows} ORDER BY 1{limit}) f)",
        member=member,
        rows=rows,
        limit=limit,
    )


def _logged(facts: Facts, subject: Subject) -> Sql:
    """Return what the log says of an attribute or a type, where it holds at the view."""
    [arm] = facts.arms
    until = subject.compilation.until(subject.view)
    member = sql("coalesce(l.v, {name})", name=_name_of(sql("l.r")))
    rows = sql(
        "(SELECT l.v, l.r FROM log l WHERE l.e = {key} AND l.a = {a} AND l.op"
        " AND {seen} AND NOT EXISTS (SELECT FROM log x WHERE x.e = l.e AND x.a = l.a"
        " AND x.t > l.t{ended} AND x.r IS NOT DISTINCT FROM l.r AND x.v IS NOT DISTINCT FROM l.v)"
        " ORDER BY l.r, l.v) l",
        key=subject.entity,
        a=number(arm.attribute),
        seen=conjunction(subject.compilation.between(sql("l.t"), subject.view)),
        ended=sql("") if until is None else sql(" AND x.t <= {t}", t=until),
    )
    text = sql("(SELECT {member} FROM {rows} LIMIT 1)", member=member, rows=rows)
    if facts.many:
        text = sql("(SELECT '[' || string_agg({m}, ',') || ']' FROM {rows})", m=member, rows=rows)
    return sql(
        "CASE WHEN {key} < {entities} THEN {text} END",
        key=subject.entity,
        entities=number(FIRST_ENTITY),
        text=text,
    )


def type_guard(owner: str, text: Text, subject: Subject) -> Text:
    """Return the text where the entity is of a type, and nothing where it is not."""
    if subject.types is not None and subject.types <= {owner, UNKNOWN.name}:
        return text
    catalogue = subject.compilation.catalogue
    # Only an edge type with properties, whose edges have versions, is an owner.
    it = sql(
        "CASE WHEN {v}.type = {id} THEN {text} END",
        v=subject.row(Read.VERSION),
        id=number(type_id(owner, catalogue) or 0),
        text=text.sql,
    )
    return Text(it, text.reads | {Read.VERSION})


def either(owners: Iterable[str], one: Text, other: Text, subject: Subject) -> Text:
    """Return the one text where the entity is of some types, the other where it is not."""
    catalogue = subject.compilation.catalogue
    it = sql(
        "CASE WHEN {v}.type IN ({ids}) THEN {one} ELSE {other} END",
        v=subject.row(Read.VERSION),
        ids=join(", ", [number(type_id(each, catalogue) or 0) for each in sorted(owners)]),
        one=one.sql,
        other=other.sql,
    )
    return Text(it, one.reads | other.reads | {Read.VERSION})
