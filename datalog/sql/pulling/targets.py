"""The entities that an attribute leads to, forward or in reverse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from datalog.errors import WrongPull
from datalog.kinds import Special
from datalog.sql.pulling.patterns import declared_types, leads_to_owner
from datalog.sql.pulling.subject import Read, Subject, held
from datalog.sql.pulling.values import in_version, slot_text
from datalog.sql.rows import conjunction
from datalog.syntax.finding import PullAttribute
from datalog.vocabulary import (
    TRANSACTION,
    TYPE,
    Arm,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    Virtual,
    meaning,
)
from store.catalogue import EdgeType, ValueType
from store.ids import FIRST_TRANSACTION
from store.sql import Sql, fact_table, join, number, quoted, sql

_ENDS = frozenset({EdgeColumn.FROM, EdgeColumn.TO})
_TOUCHED = frozenset({EdgeColumn.SINCE, Own.CREATED_AT, Own.CHANGED_AT})
_NO_EDGE = sql("NULL::bigint AS edge")


@dataclass(frozen=True, slots=True)
class Targets:
    """A SELECT of `e` and `edge` (the edge that was walked, or NULL), in order, as many as asked.

    `single`: at most one, told as a map instead of a list. `number`: the text of its number, where
    a row holds that.
    """

    select: Sql
    single: bool
    types: frozenset[str] | None
    walked: frozenset[str] = frozenset()
    reads: frozenset[Read] = frozenset()
    number: Sql | None = None


def targets(item: PullAttribute, subject: Subject, *, with_edges: bool) -> Targets | None:
    """Return what an attribute leads to, or None where its values are no entities.

    `with_edges`: parallel edges are told one by one. Raises WrongPull where such an attribute is
    walked in reverse.
    """
    catalogue = subject.compilation.catalogue
    match meaning(item.name, catalogue):
        case Hop(edge):
            return _hop(item, edge, subject, with_edges=with_edges)
        case Facts(kind=ValueType.REF | Special.SCHEMA, logged=False) as facts:
            return _references(item, facts, subject)
        case EdgeColumn() as end if end in _ENDS:
            return _ends(item, end, subject)
        case (EdgeColumn() | Own()) as which if which in _TOUCHED and not item.reverse:
            return _transaction(which, subject)
        case Facts() | EdgeColumn() | TransactionColumn() | Own() | Virtual():
            if item.reverse:
                raise WrongPull(f":{item.name}", "cannot be walked in reverse: it leads nowhere")
            return None
        case found:
            assert_never(found)


def _hop(item: PullAttribute, edge: EdgeType, subject: Subject, *, with_edges: bool) -> Targets:
    near, far = sql('"from"'), sql('"to"')
    if item.reverse:
        near, far = far, near
    catalogue = subject.compilation.catalogue
    one = edge.one_to if item.reverse else edge.one_from
    single = one or leads_to_owner(item, catalogue)
    select = sql(
        "SELECT {distinct}h.{far} AS e, {edge} FROM edge h"
        " WHERE h.{near} = {key} AND h.type = {type} AND {seen} ORDER BY 1, 2{limit}",
        distinct=sql("") if with_edges else sql("DISTINCT "),
        far=far,
        edge=sql("h.e AS edge") if with_edges else _NO_EDGE,
        near=near,
        key=subject.entity,
        type=number(edge.id),
        seen=held(subject, sql("h")),
        limit=_limit(item, single=single),
    )
    walked = frozenset({edge.name}) if with_edges else frozenset[str]()
    return Targets(select, single, declared_types(item, catalogue), walked)


def _limit(item: PullAttribute, *, single: bool) -> Sql:
    if single:
        return sql(" LIMIT 1")
    return sql("") if item.limit is None else sql(" LIMIT {n}", n=number(item.limit))


def _references(item: PullAttribute, facts: Facts, subject: Subject) -> Targets:
    catalogue = subject.compilation.catalogue
    types = declared_types(item, catalogue)
    if item.reverse:
        single = leads_to_owner(item, catalogue)
        select = _from_facts(facts.arms, subject, _limit(item, single=single), sql("e"), sql("v"))
        return Targets(select, single, types)
    facts = facts.within(subject.types)
    if not facts.many and in_version(subject) and not _is_type(facts):
        text = slot_text(facts, subject)
        select = sql(
            "SELECT ({it})::bigint AS e, {edge} WHERE {it} IS NOT NULL", it=text.sql, edge=_NO_EDGE
        )
        return Targets(select, single=True, types=types, reads=text.reads, number=text.sql)
    single = not facts.many
    select = _from_facts(facts.arms, subject, _limit(item, single=single), sql("v"), sql("e"))
    return Targets(select, single, types)


def _is_type(facts: Facts) -> bool:
    return any(arm.attribute == TYPE for arm in facts.arms)


def _from_facts(arms: Sequence[Arm], subject: Subject, limit: Sql, far: Sql, near: Sql) -> Sql:
    selects = [
        sql(
            "SELECT f.{far} AS e, {edge} FROM {facts} f WHERE f.{near} = {key} AND {seen}",
            far=far,
            edge=_NO_EDGE,
            facts=fact_table(arm.attribute),
            near=near,
            key=subject.entity,
            seen=held(subject, sql("f")),
        )
        for arm in arms
    ]
    if not selects:
        return sql("SELECT NULL::bigint AS e, {edge} WHERE false", edge=_NO_EDGE)
    return sql("{all} ORDER BY 1{limit}", all=join(" UNION ALL ", selects), limit=limit)


def _ends(item: PullAttribute, column: EdgeColumn, subject: Subject) -> Targets:
    """Return an end of an edge; in reverse, the edges that have the entity as that end."""
    name = quoted(column.value)
    types = declared_types(item, subject.compilation.catalogue)
    if item.reverse:
        select = sql(
            "SELECT h.e AS e, {edge} FROM edge h WHERE h.{end} = {key} AND {seen}"
            " ORDER BY 1{limit}",
            edge=_NO_EDGE,
            end=name,
            key=subject.entity,
            seen=held(subject, sql("h")),
            limit=_limit(item, single=False),
        )
        return Targets(select, single=False, types=types)
    end = sql("{h}.{end}", h=subject.row(Read.EDGE), end=name)
    select = sql("SELECT {it} AS e, {edge} WHERE {it} IS NOT NULL", it=end, edge=_NO_EDGE)
    return Targets(select, single=True, types=types, reads=frozenset({Read.EDGE}))


def _transaction(which: EdgeColumn | Own, subject: Subject) -> Targets:
    reads: frozenset[Read] = frozenset()
    since: list[Sql] = []
    match which:
        case EdgeColumn():
            reads = frozenset({Read.EDGE})
            t = sql("{h}.t0", h=subject.row(Read.EDGE))
        case Own.CHANGED_AT:
            reads = frozenset({Read.VERSION})
            t = sql("{v}.t0", v=subject.row(Read.VERSION))
            since = list(subject.compilation.between(t, subject.view))
        case _:
            t = sql(
                "(SELECT f.t0 FROM fact_1 f WHERE f.e = {key} AND {seen} LIMIT 1)",
                key=subject.entity,
                seen=held(subject, sql("f")),
            )
    select = sql(
        "SELECT {t} + {first} AS e, {edge} WHERE {there}",
        t=t,
        there=conjunction((sql("{t} IS NOT NULL", t=t), *since)),
        first=number(FIRST_TRANSACTION),
        edge=_NO_EDGE,
    )
    return Targets(select, single=True, types=frozenset({TRANSACTION}), reads=reads)
