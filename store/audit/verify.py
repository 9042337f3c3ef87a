"""Holds a database to its log: everything derived is compared with what a replay gives.

As of one t, in chunks, while others write: the chain of hashes (`verify_chain`), the tables that
derive from the facts of entities (`verify_entities`), and here the head of it all: the clock, the
names of the schema, and who protects the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from store.audit.chain import verify_chain
from store.audit.entities import verify_entities
from store.audit.findings import Finding, Findings
from store.audit.progress import Progress, unheard
from store.audit.replay import Shapes
from store.database import Database
from store.ids import AttributeId, T
from store.schema.facts import read_catalogue
from store.tables import fact_table_name


class Protection(StrEnum):
    """Who keeps the log from being changed: a role that only adds, a trigger, or nobody."""

    ROLE = "the service's role may only add to the log, which another role owns"
    TRIGGER = "a trigger refuses changes of the log; its owner could drop it"
    NONE = "nothing refuses changes of the log and of tx; ENABLE ALWAYS TRIGGER append_only on both"


@dataclass(frozen=True, slots=True)
class Head:
    """A hash that somebody kept, and the transaction that it belongs to."""

    t: T
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found as of `t`: the first thousand of `count` findings, none where all is well."""

    t: T
    hash: bytes
    datoms: int
    protection: Protection
    findings: tuple[Finding, ...]
    count: int


async def verify(
    database: Database, expected: Head | None = None, progress: Progress = unheard
) -> Verification:
    """Return whether the database holds what its log says, and the log what somebody kept.

    A schema change on the way moves what is compared, so it begins anew then.
    """
    for _ in range(_ATTEMPTS - 1):
        verification, schema_t = await _verify(database, expected, progress)
        if not verification.count or await _schema_t(database) == schema_t:
            return verification
    return (await _verify(database, expected, progress))[0]


_ATTEMPTS = 5


async def _verify(
    database: Database, expected: Head | None, progress: Progress
) -> tuple[Verification, T]:
    findings = Findings()
    catalogue = await read_catalogue(database)
    t = (await database.clock()).t
    chain = await verify_chain(database, t, findings, lambda share: progress(share / 2))
    shapes = Shapes.of(catalogue)
    if await _has_its_tables(database, shapes, findings):
        await verify_entities(
            database, t, shapes, findings, lambda share: progress((1 + share) / 2)
        )
        await _verify_names(database, findings)
    await _verify_clock(database, findings)
    protection = await _protection(database)
    if protection is Protection.NONE:
        findings.add(protection.value, "table log")
    if expected is not None:
        await _verify_expected(database, expected, findings)
    kept = tuple(findings.kept)
    verification = Verification(t, chain.hash, chain.datoms, protection, kept, findings.count)
    return verification, catalogue.t


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


async def _has_its_tables(database: Database, shapes: Shapes, findings: Findings) -> bool:
    """Tell whether every table that derives from the log is there, so that it can be compared."""
    there = {name for [name] in await database.rows(_TABLES)}
    derived = (*(fact_table_name(AttributeId(a)) for a in shapes.attributes), *_OTHERS)
    missing = [table for table in derived if table not in there]
    for table in missing:
        findings.add("it is gone", f"table {table}")
    return not missing


_OTHERS = ("edge", "version", "schema_name")


async def _schema_t(database: Database) -> T:
    [schema_t] = await database.row("SELECT schema_t FROM clock")
    return T(schema_t)


_KEPT = "SELECT hash FROM tx WHERE t = $1"


async def _verify_expected(database: Database, expected: Head, findings: Findings) -> None:
    where = f"tx t {expected.t}"
    rows = await database.rows(_KEPT, [expected.t])
    if not rows:
        findings.add("there is no such transaction, of which a hash was kept", where)
    elif rows[0][0] != expected.hash:
        findings.add(f"its hash is {rows[0][0].hex()}, and {expected.hash.hex()} was kept", where)


# What the clock says, and what the log makes of it.
_CLOCK = """
SELECT
  ARRAY[clock.t, clock.schema_t, extract(epoch FROM clock.instant)::numeric]::text[]
    || encode(clock.hash, 'hex'),
  ARRAY[
    coalesce(last.t, 0),
    coalesce((SELECT max(log.t) FROM log WHERE log.e < 1048576), 0),
    extract(epoch FROM coalesce(last.instant, '1970-01-01T00:00:00Z'))::numeric
  ]::text[] || encode(coalesce(last.hash, decode(repeat('00', 32), 'hex')), 'hex'),
  clock.next_entity > coalesce((SELECT max(e) FROM log WHERE e < 4503599627370496), 0)
    AND clock.next_schema > coalesce((SELECT max(e) FROM log WHERE e < 1048576), 0)
    AND clock.t = coalesce((SELECT max(log.t) FROM log), 0)
FROM clock
LEFT JOIN (SELECT * FROM tx ORDER BY t DESC LIMIT 1) AS last ON true
"""


async def _verify_clock(database: Database, findings: Findings) -> None:
    said, expected, above = await database.row(_CLOCK)
    if said != expected:
        findings.add(f"it says {said}, and the log {expected}", "table clock")
    if not above:
        findings.add("its t or one of its next ids is not above what the log has", "table clock")


_SCHEMA = """
SELECT e, a, op, r, v
FROM log
WHERE e < 1048576 AND a IN (21, 22)
ORDER BY t, n
"""
_NAMES = "SELECT id, name FROM schema_name WHERE id >= 1000 ORDER BY id"
_NAME, _OWNER = 21, 22


async def _verify_names(database: Database, findings: Findings) -> None:
    facts: dict[tuple[int, int], Any] = {}
    for e, a, op, r, v in await database.rows(_SCHEMA):
        if op:
            facts[e, a] = r if v is None else orjson.loads(v)
    expected = [
        (e, _full_name(facts, e, name)) for (e, a), name in sorted(facts.items()) if a == _NAME
    ]
    found: Sequence[Any] = await database.rows(_NAMES)
    findings.compare("schema_name", expected, map(tuple, found))


def _full_name(facts: dict[tuple[int, int], Any], e: int, name: str) -> str:
    owner = facts.get((e, _OWNER))
    return name if owner is None else f"{facts[owner, _NAME]}/{name}"


_PROTECTION = """
SELECT
  bool_or(
    pg_has_role(pg_class.relowner, 'MEMBER')
    OR has_table_privilege(pg_class.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
  ),
  count(append_only.oid) = 2
FROM pg_class
LEFT JOIN pg_trigger AS append_only
  ON append_only.tgrelid = pg_class.oid
  AND append_only.tgname = 'append_only'
  AND append_only.tgenabled = 'A'
WHERE pg_class.oid IN ('log'::regclass, 'tx'::regclass)
"""


async def _protection(database: Database) -> Protection:
    mighty, triggered = await database.row(_PROTECTION)
    if not mighty:
        return Protection.ROLE
    return Protection.TRIGGER if triggered else Protection.NONE
