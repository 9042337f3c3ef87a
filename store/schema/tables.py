"""The derived tables after a schema change: fact tables, and versions in their new shape."""

from collections.abc import Iterator, Mapping

from store.catalogue import Attribute, Catalogue
from store.database import Connection
from store.ids import AttributeId
from store.schema.checks import stored
from store.sql import Bound, Sql, fact_table, sql
from store.tables import (
    create_fact_table,
    create_uniqueness,
    create_words,
    drop_fact_table,
    drop_uniqueness,
    drop_words,
)
from store.values import ELSEWHERE, LONGEST_LIST_TEXT, from_native


async def change_tables(connection: Connection, before: Catalogue, after: Catalogue) -> None:
    """Bring the derived tables from one catalogue to another, whose checks have passed."""
    attributes = {attribute.id: attribute for attribute in stored(before)}
    for attribute in stored(after):
        there = attributes.get(attribute.id)
        for statement in _definitions(there, attribute):
            await run(connection, statement)
        if there is not None and there.many != attribute.many and there.type is attribute.type:
            await _reshape_versions(connection, after, attribute)
    for edge_type in _edge_types_with_first_properties(before, after):
        await run(connection, sql(_VERSIONS_OF_EDGES, type=Bound(edge_type, "int")))


async def run(connection: Connection, statement: Sql) -> None:
    """Send a statement whose rows do not matter."""
    text, arguments = statement.render()
    await connection.execute(text, *arguments)


def _definitions(before: Attribute | None, after: Attribute) -> Iterator[Sql]:
    if before is None:
        yield from create_fact_table(after)
    elif before.type is not after.type:  # Only ever where no fact was stored.
        yield drop_fact_table(before)
        yield from create_fact_table(after)
    else:
        yield from _changes(before, after)


def _changes(before: Attribute, after: Attribute) -> Iterator[Sql]:
    if before.many != after.many:
        yield drop_uniqueness(before)
        yield create_uniqueness(after)
    if before.searched and not after.searched:
        yield drop_words(before)
    if after.searched and not before.searched:
        yield from create_words(after)


_VERSIONS_OF_EDGES = """
INSERT INTO version (e, t0, t1, type, values, ends)
SELECT e, t0, t1, type, '{{}}', '{{}}'
FROM edge
WHERE type = {type}
"""


def _edge_types_with_first_properties(before: Catalogue, after: Catalogue) -> Iterator[AttributeId]:
    """Return the edge types whose edges have versions from now on."""
    bare = {each.id for each in before.edge_types.values() if not each.properties}
    return (each.id for each in after.edge_types.values() if each.properties and each.id in bare)


async def _reshape_versions(
    connection: Connection, catalogue: Catalogue, attribute: Attribute
) -> None:
    """Write one value as a list in all versions, or a list as its least value, in the past too."""
    owner = _ids_of_owners(catalogue)[attribute.owner]
    where = {"slot": Bound(attribute.slot, "int"), "type": Bound(owner, "int")}
    if attribute.many:
        await run(connection, sql(_AS_LISTS, most=Bound(LONGEST_LIST_TEXT, "int"), **where))
        return
    await run(connection, sql(_AS_ONES, elsewhere=Bound(ELSEWHERE, "text"), **where))
    await _read_elsewhere(connection, attribute, where)


def _ids_of_owners(catalogue: Catalogue) -> Mapping[str, AttributeId]:
    types = {name: each.id for name, each in catalogue.entity_types.items()}
    return types | {name: each.id for name, each in catalogue.edge_types.items()}


_AS_LISTS = """
UPDATE version
SET values[{slot}] = CASE
  WHEN octet_length(values[{slot}]) + 2 > {most} THEN '~'
  ELSE '[' || values[{slot}] || ']'
END
WHERE type = {type} AND values[{slot}] IS NOT NULL
"""
_AS_ONES = """
UPDATE version
SET values[{slot}] = (values[{slot}]::json -> 0)::text
WHERE type = {type} AND values[{slot}] <> {elsewhere}
"""


async def _read_elsewhere(
    connection: Connection, attribute: Attribute, where: Mapping[str, Bound]
) -> None:
    """Put the least values of lists that were too long for the versions into them."""
    question = sql(
        _LEAST, facts=fact_table(attribute.id), elsewhere=Bound(ELSEWHERE, "text"), **where
    )
    text, arguments = question.render()
    rows = await connection.fetch(text, *arguments)
    statement = sql(
        _AS_READ,
        slot=where["slot"],
        entities=Bound([e for e, _, _ in rows], "bigint[]"),
        since=Bound([t0 for _, t0, _ in rows], "bigint[]"),
        texts=Bound([from_native(value, attribute.type) for _, _, value in rows], "text[]"),
    )
    await run(connection, statement)


_LEAST = """
SELECT version.e, version.t0, least.v
FROM version
CROSS JOIN LATERAL (
  SELECT v
  FROM {facts} AS fact
  WHERE fact.e = version.e AND fact.t0 <= version.t0 AND version.t0 < fact.t1
  ORDER BY v
  LIMIT 1
) AS least
WHERE version.type = {type} AND version.values[{slot}] = {elsewhere}
"""
_AS_READ = """
UPDATE version
SET values[{slot}] = given.text
FROM unnest({entities}, {since}, {texts}) AS given (e, t0, text)
WHERE version.e = given.e AND version.t0 = given.t0
"""
