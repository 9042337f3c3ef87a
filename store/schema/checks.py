"""Stored facts that a schema change would break: found under the lock, and named."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.catalogue import UNKNOWN, Attribute, Catalogue, EdgeType, ValueType
from store.database import Connection
from store.ids import AttributeId
from store.schema.conflict import MOST_OFFENDERS, Offender, SchemaConflict
from store.sql import Bound, Sql, fact_table, sql
from store.writing.rules import held


@dataclass(frozen=True, slots=True)
class Check:
    """What must not be: `offending` gives the entities (e) and values (text[]) for which it is."""

    problem: str
    subject: str
    offending: Sql


async def refuse_broken(connection: Connection, before: Catalogue, after: Catalogue) -> None:
    """Raise SchemaConflict where stored facts do not fit the catalogue that there is to be."""
    problems: list[str] = []
    offenders: list[Offender] = []
    total = 0
    for check in checks(before, after):
        found, count = await _found(connection, check)
        if count:
            problems.append(f"{check.subject}: {check.problem}")
            offenders.extend(found)
            total += count
    if problems:
        raise SchemaConflict(tuple(problems), tuple(offenders[:MOST_OFFENDERS]), total)


def checks(before: Catalogue, after: Catalogue) -> Iterator[Check]:
    """Return what has to be looked up, which is nothing for additions."""
    attributes = {attribute.id: attribute for attribute in stored(before)}
    for attribute in stored(after):
        if attribute.id in attributes:
            yield from _of_attribute(attributes[attribute.id], attribute)
            yield from _of_target(before, after, attributes[attribute.id], attribute)
            yield from _of_enum(after, attributes[attribute.id], attribute)
    edge_types = {edge_type.id: edge_type for edge_type in before.edge_types.values()}
    for edge_type in after.edge_types.values():
        if edge_type.id in edge_types:
            yield from _of_ends(before, after, edge_types[edge_type.id], edge_type)
            yield from _of_cardinality(edge_types[edge_type.id], edge_type)


def stored(catalogue: Catalogue) -> Iterator[Attribute]:
    """Return the attributes that have a fact table: those of types and edge types."""
    for entity_type in catalogue.entity_types.values():
        yield from entity_type.attributes
    for edge_type in catalogue.edge_types.values():
        yield from edge_type.properties


def _of_attribute(before: Attribute, after: Attribute) -> Iterator[Check]:
    facts = fact_table(after.id)
    if before.type is not after.type:
        problem = f"it has values, so it stays of type {before.type} (add another attribute)"
        yield Check(problem, after.name, sql(_ALL, facts=facts))
        return
    if before.many and not after.many:
        problem = "entities hold several values, so it stays a list"
        yield Check(problem, after.name, sql(_SEVERAL, facts=facts))
    if after.unique and not before.unique:
        problem = "entities share a value, so it cannot be unique"
        yield Check(problem, after.name, sql(_SHARED, facts=facts))


def _of_target(
    catalogue_before: Catalogue, catalogue_after: Catalogue, before: Attribute, after: Attribute
) -> Iterator[Check]:
    if before.target is None or after.target is None or after.type is not ValueType.REF:
        return
    allowed = held(catalogue_after, after.target)
    if held(catalogue_before, before.target) <= allowed:
        return
    problem = f"it refers to entities that are no {after.target}"
    facts, types = fact_table(after.id), _types(allowed)
    yield Check(problem, after.name, sql(_MISDIRECTED, facts=facts, allowed=types))


def _of_enum(catalogue: Catalogue, before: Attribute, after: Attribute) -> Iterator[Check]:
    if after.enum is None or after.enum == before.enum or before.type is not after.type:
        return
    allowed = [value.name for value in catalogue.enums[after.enum].values]
    problem = f"it has values that {after.enum} does not have"
    names = sql("{names}", names=Bound(allowed, "text[]"))
    yield Check(problem, after.name, sql(_UNLISTED, facts=fact_table(after.id), names=names))


def _of_ends(
    catalogue_before: Catalogue, catalogue_after: Catalogue, before: EdgeType, after: EdgeType
) -> Iterator[Check]:
    allowed = _ids(catalogue_after, after.from_types)
    if not _ids(catalogue_before, before.from_types) <= allowed:
        offending = sql(_OUTSIDE_FROM, type=Bound(after.id, "int"), allowed=_types(allowed))
        yield Check("live edges come from entities of another type", after.name, offending)
    allowed = _ids(catalogue_after, after.to_types)
    if not _ids(catalogue_before, before.to_types) <= allowed:
        offending = sql(_OUTSIDE_TO, type=Bound(after.id, "int"), allowed=_types(allowed))
        yield Check("live edges go to entities of another type", after.name, offending)


def _of_cardinality(before: EdgeType, after: EdgeType) -> Iterator[Check]:
    if after.one_from and not before.one_from:
        problem = "a relation to one walks it, and entities have several live edges from them"
        yield Check(problem, after.name, sql(_SEVERAL_FROM, type=Bound(after.id, "int")))
    if after.one_to and not before.one_to:
        problem = (
            "a relation to one walks it in reverse, and entities have several live edges to them"
        )
        yield Check(problem, after.name, sql(_SEVERAL_TO, type=Bound(after.id, "int")))


def _ids(catalogue: Catalogue, names: tuple[str, ...]) -> frozenset[AttributeId]:
    return frozenset(catalogue.entity_types[name].id for name in catalogue.ends(names))


def _types(allowed: frozenset[AttributeId]) -> Sql:
    # Unknown stands at any end until its type is told.
    return sql("{types}", types=Bound(sorted({*allowed, UNKNOWN.id}), "bigint[]"))


_ALL = "SELECT e, array[v::text] AS held FROM {facts}"
_SEVERAL = """
SELECT e, array_agg(v::text ORDER BY v) AS held
FROM {facts}
WHERE t1 = 9223372036854775807
GROUP BY e
HAVING count(*) > 1
"""
_SHARED = """
SELECT e, array[v::text] AS held
FROM (
  SELECT e, v, count(*) OVER (PARTITION BY v) AS holders
  FROM {facts}
  WHERE t1 = 9223372036854775807
) AS fact
WHERE holders > 1
"""
_UNLISTED = "SELECT e, array[v] AS held FROM {facts} WHERE v <> ALL ({names})"
_MISDIRECTED = """
SELECT fact.e, array[(SELECT v FROM fact_1 WHERE e = fact.v AND t1 = 9223372036854775807)] AS held
FROM {facts} AS fact
JOIN fact_2 AS type ON type.e = fact.v AND type.t1 = 9223372036854775807
WHERE fact.t1 = 9223372036854775807 AND type.v <> ALL ({allowed})
"""
_OUTSIDE_FROM = """
SELECT edge.e, array[(SELECT name FROM schema_name WHERE id = type.v)] AS held
FROM edge
JOIN fact_2 AS type ON type.e = edge."from" AND type.t1 = 9223372036854775807
WHERE edge.type = {type} AND edge.t1 = 9223372036854775807 AND type.v <> ALL ({allowed})
"""
_OUTSIDE_TO = """
SELECT edge.e, array[(SELECT name FROM schema_name WHERE id = type.v)] AS held
FROM edge
JOIN fact_2 AS type ON type.e = edge."to" AND type.t1 = 9223372036854775807
WHERE edge.type = {type} AND edge.t1 = 9223372036854775807 AND type.v <> ALL ({allowed})
"""
_SEVERAL_FROM = """
SELECT edge."from" AS e, array_agg(urn.v ORDER BY urn.v) AS held
FROM edge
JOIN fact_1 AS urn ON urn.e = edge."to" AND urn.t1 = 9223372036854775807
WHERE edge.type = {type} AND edge.t1 = 9223372036854775807
GROUP BY edge."from"
HAVING count(*) > 1
"""
_SEVERAL_TO = """
SELECT edge."to" AS e, array_agg(urn.v ORDER BY urn.v) AS held
FROM edge
JOIN fact_1 AS urn ON urn.e = edge."from" AND urn.t1 = 9223372036854775807
WHERE edge.type = {type} AND edge.t1 = 9223372036854775807
GROUP BY edge."to"
HAVING count(*) > 1
"""
# An edge has no urn, so it goes by those of its ends.
_FOUND = """
WITH offending AS ({offending})
SELECT
  coalesce(
    (SELECT v FROM fact_1 WHERE e = first.e AND t1 = 9223372036854775807),
    (SELECT source.v || ' -> ' || target.v
     FROM edge
     JOIN fact_1 AS source ON source.e = edge."from" AND source.t1 = 9223372036854775807
     JOIN fact_1 AS target ON target.e = edge."to" AND target.t1 = 9223372036854775807
     WHERE edge.e = first.e
     LIMIT 1)
  ),
  array(SELECT left(text, 200) FROM unnest(held[:5]) AS text),
  (SELECT count(*) FROM offending)
FROM (SELECT e, held FROM offending ORDER BY held, e LIMIT {most}) AS first
"""


async def _found(connection: Connection, check: Check) -> tuple[list[Offender], int]:
    statement = sql(_FOUND, offending=check.offending, most=Bound(MOST_OFFENDERS, "int"))
    text, arguments = statement.render()
    rows = await connection.fetch(text, *arguments)
    offenders = [Offender(entity, check.subject, tuple(texts)) for entity, texts, _ in rows]
    return offenders, rows[0][2] if rows else 0
