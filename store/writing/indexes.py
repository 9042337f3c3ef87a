"""The derived tables after a group of transactions: what periods they end, and what rows they add.

A group costs one UPDATE and one INSERT or COPY for each table that it touches, however many
transactions it has: what begins and ends within the group is put together here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Generic, LiteralString, TypeVar

from store.catalogue import Attribute, ValueType
from store.database import Connection
from store.errors import OurFault
from store.ids import FOREVER, AttributeId, EntityId, T
from store.log import Datom
from store.sql import quoted, sql
from store.tables import fact_table_name
from store.values import SQL_TYPES, list_text, native
from store.values import quoted as json_quoted
from store.writing.rows import NUMBERS, TEXTS, Column, Row, add, carried, unnested
from store.writing.rules import Rules
from store.writing.state import Decision, Edge, Effects, Ends, Entity, State, Value

Key = TypeVar("Key")
Content = TypeVar("Content")


@dataclass(slots=True)
class Periods(Generic[Key, Content]):
    """Periods of one table: those begun here and still open, those begun and ended here, and ends.

    `ended` are ends of periods that began before the group.
    """

    open: dict[Key, tuple[Content, T]] = field(default_factory=dict)
    closed: list[tuple[Content, T, T]] = field(default_factory=list)
    ended: list[tuple[Key, T]] = field(default_factory=list)

    def begin(self, key: Key, content: Content, t: T) -> None:
        """Begin a period at `t`."""
        self.open[key] = (content, t)

    def end(self, key: Key, t: T) -> None:
        """End a period at `t`, wherever it began."""
        begun = self.open.pop(key, None)
        if begun is None:
            self.ended.append((key, t))
        else:
            self.closed.append((*begun, t))

    def added(self) -> Iterable[tuple[Content, int, int]]:
        """Return what began here, with both of its ends."""
        return (*self.closed, *((content, t0, FOREVER) for content, t0 in self.open.values()))


Fact = tuple[EntityId, int | str]


@dataclass(slots=True)
class Version:
    """What a version says: its entity or edge, and the ends, which may change while it goes on."""

    of: Entity | Edge
    ends: Ends = ()


@dataclass(slots=True)
class Changes:
    """What a group of transactions changes in the derived tables.

    `state` is as it is after the last of them. `ends` has those that versions of before the group
    get: a version goes on when only its ends change.
    """

    rules: Rules
    state: State
    facts: dict[AttributeId, Periods[Fact, Fact]] = field(default_factory=dict)
    edges: Periods[EntityId, Edge] = field(default_factory=Periods[EntityId, Edge])
    versions: Periods[EntityId, Version] = field(default_factory=Periods[EntityId, Version])
    ends: dict[EntityId, Ends] = field(default_factory=dict)

    def record(self, t: T, decision: Decision) -> None:
        """Take in what the transaction `t` does."""
        self._record_facts(t, decision.datoms)
        effects = decision.effects
        for entity in effects.created:
            self._begin_version(entity, t)
        for entity in effects.changed:
            self.versions.end(entity.id, t)
            self._begin_version(entity, t)
        for edge in effects.begun:
            self.edges.begin(edge.id, edge, t)
        for edge in effects.ended:
            self.edges.end(edge.id, t)
        self._record_edge_versions(t, effects)
        for edge in (*effects.begun, *effects.ended):
            self._record_ends(edge)

    def _begin_version(self, entity: Entity, t: T) -> None:
        self.versions.begin(entity.id, Version(entity, self.state.ends.get(entity.id, ())), t)

    def _record_ends(self, edge: Edge) -> None:
        for entity, _, _ in self.state.held(edge):
            ends = self.state.ends[entity]
            if entity in self.versions.open:
                self.versions.open[entity][0].ends = ends
            else:
                self.ends[entity] = ends

    def _record_facts(self, t: T, datoms: Iterable[Datom]) -> None:
        tables = self.rules.fact_tables
        for e, a, op, value in datoms:
            if a in tables:
                periods = self.facts.get(a)
                if periods is None:
                    periods = self.facts[a] = Periods()
                fact = (e, value)
                if op:
                    periods.begin(fact, fact, t)
                else:
                    periods.end(fact, t)

    def _record_edge_versions(self, t: T, effects: Effects) -> None:
        for edge in (*effects.ended, *effects.altered):
            if self._has_versions(edge):
                self.versions.end(edge.id, t)
        for edge in (*effects.altered, *effects.begun):
            if self._has_versions(edge):
                self.versions.begin(edge.id, Version(edge), t)

    def _has_versions(self, edge: Edge) -> bool:
        return bool(self.rules.edges_by_id[edge.identity.type].attributes)


@dataclass(eq=False)
class IndexBroken(OurFault):
    """A derived table lacks a row that the log says is there."""

    table: str

    def __str__(self) -> str:
        return f"the table {self.table} does not hold what the log says: run `headwater rebuild`"


@dataclass(frozen=True, slots=True)
class TableRows:
    """What a table gets: ends of periods that are open there, then rows."""

    table: str
    end_columns: tuple[Column, ...]
    ends: Sequence[Row]
    columns: tuple[Column, ...]
    rows: Sequence[Row]


def table_rows(changes: Changes) -> Iterator[TableRows]:
    """Yield what the changes are in the derived tables, one by one."""
    for a, periods in changes.facts.items():
        yield _fact_rows(changes.rules.fact_tables[a], periods)
    edges = changes.edges
    yield TableRows("edge", _ENDS, edges.ended, EDGE, sorted(map(_edge_row, edges.added())))
    rows = [_version_row(changes.rules, *period) for period in changes.versions.added()]
    # A page of one type is read from as few pages of the table as can be.
    rows.sort(key=_TYPE_AND_ENTITY)
    yield TableRows("version", _VERSION_ENDS, _version_ends(changes), VERSION, rows)


def _version_ends(changes: Changes) -> list[Row]:
    """Return the versions of before the group that end in it, or get other ends, or both."""
    ended, ends = dict(changes.versions.ended), changes.ends
    return [(e, ended.get(e, FOREVER), ends.get(e)) for e in {**ended, **ends}]


def _fact_rows(attribute: Attribute, periods: Periods[Fact, Fact]) -> TableRows:
    value_type = attribute.type
    entity, value_column, end = _ENDS[0], Column("v", SQL_TYPES[value_type]), _ENDS[1]
    ends = [(e, _native(value, value_type), t) for (e, value), t in periods.ended]
    rows = [(e, _native(value, value_type), t0, t1) for (e, value), t0, t1 in periods.added()]
    columns = (entity, value_column, Column("t0", "bigint"), end)
    return TableRows(
        fact_table_name(attribute.id), (entity, value_column, end), ends, columns, rows
    )


async def write(connection: Connection, tables: Iterable[TableRows]) -> None:
    """Bring the derived tables to what the changes say. Raises IndexBroken."""
    for each in tables:
        await _end(connection, each.table, each.end_columns, each.ends)
        await add(connection, each.table, each.columns, each.rows)


def _native(value: int | str, value_type: ValueType) -> object:
    return value if isinstance(value, int) else native(value, value_type)


_ENDS = (Column("e", "bigint"), Column("t1", "bigint"))
_VERSION_ENDS = (*_ENDS, Column("ends", NUMBERS))


async def _end(
    connection: Connection,
    table: str,
    columns: tuple[Column, ...],
    ends: Sequence[tuple[object, ...]],
) -> None:
    """End the open periods of some entities, or of some of their values."""
    if ends:
        text = _update(table, columns)
        if await connection.execute(text, *carried(columns, ends)) != f"UPDATE {len(ends)}":
            raise IndexBroken(table)


_END = """
UPDATE {table} AS period
SET t1 = ended.t1
FROM unnest({ended}) AS ended (e, t1)
WHERE period.e = ended.e AND period.t1 = 9223372036854775807
"""
# Not `=`, which the indexes of what is live would serve: none of them begins with `e`, and a plan
# that was made while the table was small walks all of one for each edge.
_END_EDGES = """
UPDATE {table} AS period
SET t1 = ended.t1
FROM unnest({ended}) AS ended (e, t1)
WHERE period.e = ended.e AND period.t1 >= 9223372036854775807
"""
_END_VERSIONS = """
UPDATE {table} AS period
SET t1 = ended.t1, ends = coalesce(ended.ends::bigint[], period.ends)
FROM unnest({ended}) AS ended (e, t1, ends)
WHERE period.e = ended.e AND period.t1 = 9223372036854775807
"""
_END_VALUES = """
UPDATE {table} AS period
SET t1 = ended.t1
FROM unnest({ended}) AS ended (e, v, t1)
WHERE period.e = ended.e AND period.v = ended.v AND period.t1 = 9223372036854775807
"""


@cache
def _update(table: str, columns: tuple[Column, ...]) -> str:
    return sql(_update_of(table, columns), table=quoted(table), ended=unnested(columns)).render()[0]


def _update_of(table: str, columns: tuple[Column, ...]) -> LiteralString:
    match table:
        case "edge":
            return _END_EDGES
        case "version":
            return _END_VERSIONS
        case _:
            return _END if columns == _ENDS else _END_VALUES


EDGE = (
    Column("type", "int"),
    Column("from", "bigint"),
    Column("to", "bigint"),
    Column("e", "bigint"),
    Column("key", "text"),
    Column("t0", "bigint"),
    Column("t1", "bigint"),
)


def _edge_row(period: tuple[Edge, int, int]) -> tuple[object, ...]:
    edge, t0, t1 = period
    edge_type, source, target, key = edge.identity
    return (edge_type, source, target, edge.id, key, t0, t1)


VERSION = (
    Column("e", "bigint"),
    Column("t0", "bigint"),
    Column("t1", "bigint"),
    Column("type", "int"),
    Column("lifecycle", "text"),
    Column("urn", "text"),
    Column("values", TEXTS),
    Column("ends", NUMBERS),
)


_TYPE_AND_ENTITY = itemgetter(3, 0, 1)
"""What a row of `version` is put in order by: its type, its entity, its t0."""


def _version_row(rules: Rules, version: Version, t0: int, t1: int) -> tuple[object, ...]:
    of, ends = version.of, list(version.ends)
    match of:
        case Entity():
            texts = _texts(rules.types_by_id[of.type].slots, of.values)
            urn = json_quoted(of.urn)
            return (of.id, t0, t1, of.type, of.lifecycle, urn, texts, ends)
        case Edge():
            edge_type = of.identity.type
            texts = _texts(rules.edges_by_id[edge_type].slots, of.values)
            return (of.id, t0, t1, edge_type, None, None, texts, ends)


def _texts(
    slots: Sequence[Attribute | None], values: Mapping[AttributeId, Value]
) -> list[str | None]:
    texts: list[str | None] = []
    for attribute in slots:
        value = None if attribute is None else values.get(attribute.id)
        if attribute is None or value is None:
            texts.append(None)
        elif isinstance(value, str):
            texts.append(value)
        else:
            texts.append(list_text(value, attribute.type))
    while texts and texts[-1] is None:
        texts.pop()
    return texts
