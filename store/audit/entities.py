"""The tables derived from the log, held to its replay, a range of entities at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.audit.ends import verify_ends
from store.audit.findings import Findings
from store.audit.progress import Progress
from store.audit.reading import entity_ranges
from store.audit.replay import EdgeRow, FactRow, Shapes, VersionRow, replay
from store.catalogue import ValueType
from store.database import Database, Row
from store.ids import FIRST_ENTITY, FIRST_TRANSACTION, FOREVER, AttributeId, T
from store.sql import Bound, fact_table, sql
from store.tables import fact_table_name
from store.values import from_native


async def verify_entities(
    database: Database, t: T, shapes: Shapes, findings: Findings, progress: Progress
) -> None:
    """Compare the fact tables, the edges and the versions with the log up to `t`."""
    entities = (await database.clock()).next_entity - FIRST_ENTITY
    comparing = _Comparing(database, t, shapes, findings)
    async for piece in entity_ranges(database, t):
        replayed = replay(piece.log, shapes)
        for what, where in replayed.problems:
            findings.add(what, where)
        # Before the first entity and after the last there must be nothing.
        first = _LOWEST if piece.first == FIRST_ENTITY else piece.first
        end = FOREVER if piece.end == FIRST_TRANSACTION else piece.end
        await comparing.facts(first, end, replayed.facts)
        await comparing.edges(first, end, replayed.edges)
        await comparing.versions(first, end, replayed.versions)
        await verify_ends(database, first, end, shapes.held, findings)
        progress(min(piece.end - FIRST_ENTITY, entities) / max(entities, 1))


_LOWEST = -(2**63)

_FACTS = """
SELECT t0, t1, (SELECT t FROM clock), e, v
FROM {facts} AS fact
WHERE e >= {first} AND e < {end}
"""
_EDGES = """
SELECT t0, t1, (SELECT t FROM clock), type, "from", "to", e, key
FROM edge
WHERE e >= $1 AND e < $2
"""
_VERSIONS = """
SELECT t0, t1, (SELECT t FROM clock), e, type, lifecycle, urn, values
FROM version
WHERE e >= $1 AND e < $2
"""


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Compares as of `t`: what began later is left out, what ended later is open."""

    database: Database
    t: T
    shapes: Shapes
    findings: Findings

    async def facts(self, first: int, end: int, expected: Sequence[FactRow]) -> None:
        """Compare the fact tables of all attributes."""
        by_attribute: defaultdict[int, list[FactRow]] = defaultdict(list)
        for row in expected:
            by_attribute[row.a].append(row)
        bounds = {"first": Bound(first, "bigint"), "end": Bound(end, "bigint")}
        for a, attribute in self.shapes.attributes.items():
            table = fact_table_name(AttributeId(a))
            statement = sql(_FACTS, facts=fact_table(AttributeId(a)), **bounds)
            rows = await self.database.rows(*statement.render())
            is_reference = attribute.type is ValueType.REF
            found = [
                FactRow(a, e, v if is_reference else from_native(v, attribute.type), t0, t1)
                for t0, t1, (e, v) in self._as_of(table, rows)
            ]
            self.findings.compare(table, by_attribute[a], found)

    async def edges(self, first: int, end: int, expected: Sequence[EdgeRow]) -> None:
        """Compare the table of edges."""
        rows = await self.database.rows(_EDGES, [first, end])
        found = [
            EdgeRow(edge_type, source, target, e, key, t0, t1)
            for t0, t1, (edge_type, source, target, e, key) in self._as_of("edge", rows)
        ]
        self.findings.compare("edge", expected, found)

    async def versions(self, first: int, end: int, expected: Sequence[VersionRow]) -> None:
        """Compare the table of versions."""
        rows = await self.database.rows(_VERSIONS, [first, end])
        found = [
            VersionRow(e, t0, t1, type_id, lifecycle, urn, _trimmed(values))
            for t0, t1, (e, type_id, lifecycle, urn, values) in self._as_of("version", rows)
        ]
        self.findings.compare("version", expected, found)

    def _as_of(self, table: str, rows: Sequence[Row]) -> Iterator[tuple[int, int, Row]]:
        for t0, t1, head, *rest in rows:
            if t0 > head or head < t1 < FOREVER:
                self.findings.add(f"a row is of a t that is yet to come: {rest}", f"table {table}")
            if t0 <= self.t:
                yield t0, t1 if t1 <= self.t else FOREVER, rest


def _trimmed(values: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the texts of a version without the empty end, which a schema change may leave."""
    used = max((slot for slot, text in enumerate(values, 1) if text is not None), default=0)
    return tuple(values[:used])
