"""What the derived tables say of a point in time, in the shape of the naive model."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from store.catalogue import Attribute, Catalogue, ValueType
from store.database import Database
from store.log import LIFECYCLE, TYPE, URN
from store.schema.facts import read_catalogue
from store.sql import Bound, fact_table, sql
from tests.store.model import Thing, World

_VERSIONS = """
SELECT version.e, schema_name.name, lifecycle, urn, values
FROM version JOIN schema_name ON schema_name.id = type
WHERE t0 <= $1 AND $1 < t1
"""
_EDGES = """
SELECT edge.e, schema_name.name, "from", "to", key
FROM edge JOIN schema_name ON schema_name.id = type
WHERE t0 <= $1 AND $1 < t1
"""
_FACTS = "SELECT e, v FROM {facts} AS fact WHERE t0 <= {t} AND {t} < t1"


async def world_at(database: Database, t: int, prefix: str = "") -> World:
    """Return the world as of `t`, of entities whose urn begins so; all tables must agree on it."""
    catalogue = await read_catalogue(database)
    versions = await database.rows(_VERSIONS, [t])
    urns = {e: json.loads(urn) for e, _, _, urn, _ in versions if urn is not None}
    values = await _values(database, catalogue, t, urns)
    await _compare(database, t, versions, urns)
    await _compare_ends(database, catalogue, t)
    assert values.keys() <= {row[0] for row in versions}
    world = World()
    for e, type_name, lifecycle, urn, texts in versions:
        assert _decoded(catalogue, type_name, texts, urns, values[e]) == values[e]
        if urn is not None and urns[e].startswith(prefix):
            world.things[urns[e]] = Thing(type_name, lifecycle, values[e])
    for e, type_name, source, target, key in await database.rows(_EDGES, [t]):
        if urns[source].startswith(prefix):
            world.edges[type_name, urns[source], urns[target], key] = values[e]
    return world


async def _values(
    database: Database, catalogue: Catalogue, t: int, urns: dict[int, str]
) -> defaultdict[int, dict[str, Any]]:
    values: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for attribute in catalogue.attributes.values():
        if attribute.id:
            at = Bound(t, "bigint")
            text, arguments = sql(_FACTS, facts=fact_table(attribute.id), t=at).render()
            for e, v in await database.rows(text, arguments):
                _add(values[e], attribute, _shown(attribute, v, urns))
    return values


def _shown(attribute: Attribute, value: Any, urns: dict[int, str]) -> Any:
    match attribute.type:
        case ValueType.REF:
            return urns[int(value)]
        case ValueType.LONG:
            return str(value)
        case _:
            return value


def _add(values: dict[str, Any], attribute: Attribute, value: Any) -> None:
    if attribute.many:
        values[attribute.field] = values.get(attribute.field, frozenset()) | {value}
    else:
        assert attribute.field not in values
        values[attribute.field] = value


def _decoded(
    catalogue: Catalogue,
    owner: str,
    texts: list[str | None],
    urns: dict[int, str],
    elsewhere: dict[str, Any],
) -> dict[str, Any]:
    decoded: dict[str, Any] = {}
    for attribute in catalogue.attributes.values():
        if attribute.owner != owner or attribute.slot > len(texts):
            continue
        text = texts[attribute.slot - 1]
        if text == "~":
            decoded[attribute.field] = elsewhere[attribute.field]
        elif text is not None:
            held = json.loads(text)
            for value in held if attribute.many else [held]:
                _add(decoded, attribute, _shown(attribute, value, urns))
    return decoded


async def _compare(
    database: Database, t: int, versions: Sequence[Any], urns: dict[int, str]
) -> None:
    names = {row[0]: row[1] for row in await database.rows("SELECT id, name FROM schema_name")}
    entities = [row for row in versions if row[3] is not None]
    for table, said in (
        (URN, urns),
        (TYPE, {e: type_name for e, type_name, _, _, _ in entities}),
        (LIFECYCLE, {e: lifecycle for e, _, lifecycle, _, _ in entities}),
    ):
        text, arguments = sql(_FACTS, facts=fact_table(table), t=Bound(t, "bigint")).render()
        facts = await database.rows(text, arguments)
        assert {e: names[v] if table == TYPE else v for e, v in facts} == said


_ENDS = "SELECT e, ends FROM version WHERE t0 <= $1 AND $1 < t1"
_LIVE = 'SELECT type, "from", "to" FROM edge WHERE t0 <= $1 AND $1 < t1'


async def _compare_ends(database: Database, catalogue: Catalogue, t: int) -> None:
    """Hold what versions tell of the ends of edges to the edges of then."""
    edges = await database.rows(_LIVE, [t])
    for (edge_type, reverse), place in catalogue.held_ends.items():
        near, far = (2, 1) if reverse else (1, 2)
        live = {edge[near]: edge[far] for edge in edges if edge[0] == edge_type}
        for e, ends in await database.rows(_ENDS, [t]):
            told, since = (*ends, *(None,) * 2 * place)[2 * place - 2 : 2 * place]
            if since is None or since <= t:
                assert told == live.get(e)
