"""What the server should say of an entity, and the GraphQL that asks it, both from the catalog."""

from decimal import Decimal
from typing import Any

from tests.oracle.catalog import Catalog, Edge, Field
from tests.oracle.history import EdgeKey, Replay

FIXED = "urn type lifecycle createdAt { t } changedAt { t }"


def selection(catalog: Catalog, name: str) -> str:
    """Return a selection on Entity of all that an entity of one type has."""
    return f"{FIXED} {_case(catalog, name) if name in catalog.types else ''}"


def _case(catalog: Catalog, name: str) -> str:
    asked = (f"{name}_{each.name}: {_ask(catalog, each)}" for each in catalog.types[name].values())
    return f"... on {name} {{ {' '.join(asked)} }}"


def _ask(catalog: Catalog, each: Field) -> str:
    composite = each.type in catalog.types or each.type in catalog.implementers
    if not composite:
        return each.name
    if not each.many:
        return f"{each.name} {{ urn }}"
    if each.edge is None:
        return f"{each.name}(first: 10000) {{ totalCount nodes {{ urn }} }}"
    properties = " ".join(_properties(catalog.edges[each.edge]))
    return (
        f"{each.name}(first: 10000) {{ totalCount edges {{ node {{ urn }}"
        f" edge {{ type key since {{ t }} from {{ urn }} to {{ urn }} {properties} }} }} }}"
    )


def _properties(edge: Edge) -> list[str]:
    return list(edge.fields)


def expected(replay: Replay, urn: str) -> dict[str, Any] | None:
    """Return the answer to `selection`, lists of ends in order of their urns."""
    entity = replay.entities.get(urn)
    if entity is None:
        return None
    answer: dict[str, Any] = {
        "urn": urn,
        "type": entity.type,
        "lifecycle": entity.lifecycle,
        "createdAt": {"t": str(replay.created[urn])},
        "changedAt": {"t": str(replay.changed[urn])},
    }
    for each in replay.catalog.types.get(entity.type, {}).values():
        answer[f"{entity.type}_{each.name}"] = of_field(replay, urn, each, entity.values)
    return answer


def of_field(replay: Replay, urn: str, each: Field, values: dict[str, Any]) -> Any:
    """Return what the server says of one field of an entity."""
    catalog = replay.catalog
    if each.edge is not None:
        return _relation(replay, urn, each)
    value = values.get(each.name)
    if each.type not in catalog.types and each.type not in catalog.implementers:
        return plain(each, value)
    if not each.many:
        return None if value is None else {"urn": value}
    urns = sorted(value or [])
    return {"totalCount": len(urns), "nodes": [{"urn": each} for each in urns]}


def plain(each: Field, value: Any) -> Any:
    """Return a scalar or a list of scalars as the server writes it."""
    if each.many:
        return [_scalar(each.type, member) for member in value or []]
    return None if value is None else _scalar(each.type, value)


def _scalar(type_name: str, value: Any) -> Any:
    if type_name == "Decimal":
        return f"{Decimal(str(value)).normalize():f}"
    return str(value) if type_name == "Long" else value


def _relation(replay: Replay, urn: str, each: Field) -> Any:
    assert each.edge is not None
    far = 1 if each.reverse else 2
    keys = sorted(
        (
            key
            for key in replay.ends(urn, each.edge, reverse=each.reverse)
            if _fits(replay, each, key[far])
        ),
        key=lambda key: (key[far], key[3]),
    )
    if not each.many:
        return {"urn": keys[0][far]} if keys else None
    edges = [{"node": {"urn": key[far]}, "edge": _edge(replay, key)} for key in keys]
    return {"totalCount": len(edges), "edges": edges}


def _fits(replay: Replay, each: Field, urn: str) -> bool:
    found = replay.entities[urn].type
    return found in replay.catalog.concrete(each.type) or (
        found == "Unknown" and each.type in replay.catalog.implementers
    )


def _edge(replay: Replay, key: EdgeKey) -> dict[str, Any]:
    fields = replay.catalog.edges[key[0]].fields.values()
    values = replay.edges[key].values
    return {
        "type": key[0],
        "key": key[3],
        "since": {"t": str(replay.since[key])},
        "from": {"urn": key[1]},
        "to": {"urn": key[2]},
        **{each.name: plain(each, values.get(each.name)) for each in fields},
    }


def sorted_ends(answer: Any) -> Any:
    """Return a server's answer with the ends of every connection in order of their urns."""
    if not isinstance(answer, dict):
        return answer
    for value in answer.values():
        if isinstance(value, dict) and "edges" in value:
            value["edges"].sort(key=lambda edge: (edge["node"]["urn"], edge["edge"]["key"]))
        if isinstance(value, dict) and "nodes" in value:
            value["nodes"].sort(key=lambda node: str(node["urn"]))
    return answer
