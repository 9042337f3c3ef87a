"""The bundled sample, read as plain text and JSON: its catalog, its history, a naive graph."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from graphql import parse
from graphql.language import (
    DirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
)

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "examples"
Json = Mapping[str, Any]  # Any: JSON as it was read.

EdgeName = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the catalog: its type's name, whether it is a list, its directives."""

    type: str
    many: bool
    directives: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Catalog:
    """What the tests need of the SDL."""

    entities: Mapping[str, Mapping[str, Field]]
    edges: Mapping[str, Mapping[str, Field]]
    ends: Mapping[str, Mapping[str, frozenset[str]]]
    upstream: Mapping[str, str]
    enums: Mapping[str, frozenset[str]]
    implementers: Mapping[str, frozenset[str]]

    def concrete(self, name: str) -> frozenset[str]:
        """Return the entity types that the name stands for."""
        return self.implementers.get(name, frozenset({name}))


@dataclass
class Graph:
    """The state after some transactions: a naive reading of what the statements mean."""

    types: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[EdgeName, dict[str, Any]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    ended: set[EdgeName] = field(default_factory=set)
    reopened: set[EdgeName] = field(default_factory=set)
    enriched_later: set[str] = field(default_factory=set)
    revived: set[str] = field(default_factory=set)
    changed: set[tuple[str, str]] = field(default_factory=set)
    changed_properties: set[tuple[str, str]] = field(default_factory=set)


def _directives(nodes: tuple[DirectiveNode, ...] | None) -> dict[str, dict[str, Any]]:
    return {
        node.name.value: {each.name.value: _constant(each.value) for each in node.arguments or ()}
        for node in nodes or ()
    }


def _constant(node: Any) -> Any:
    values = getattr(node, "values", None)
    return [value.value for value in values] if values is not None else node.value


def _field(node: FieldDefinitionNode) -> Field:
    kind: TypeNode = node.type
    many = isinstance(kind, ListTypeNode)
    while isinstance(kind, ListTypeNode | NonNullTypeNode):
        kind = kind.type
    assert isinstance(kind, NamedTypeNode)
    return Field(kind.name.value, many, _directives(node.directives))


def _fields(node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) -> dict[str, Field]:
    return {each.name.value: _field(each) for each in node.fields or ()}


@cache
def catalog() -> Catalog:
    document = parse((SAMPLE / "catalog.graphql").read_text(encoding="utf-8"))
    types = [each for each in document.definitions if isinstance(each, ObjectTypeDefinitionNode)]
    marks = {node.name.value: _directives(node.directives) for node in types}
    implementers = {
        each.name.value: frozenset(
            node.name.value
            for node in types
            if each.name.value in {interface.name.value for interface in node.interfaces or ()}
        )
        for each in document.definitions
        if isinstance(each, InterfaceTypeDefinitionNode)
    }
    edge_types = {name: mark["edge"] for name, mark in marks.items() if "edge" in mark}
    return Catalog(
        entities={n.name.value: _fields(n) for n in types if "entity" in marks[n.name.value]},
        edges={n.name.value: _fields(n) for n in types if n.name.value in edge_types},
        ends={
            name: {
                end: frozenset(
                    chain.from_iterable(implementers.get(each, {each}) for each in mark[end])
                )
                for end in ("from", "to")
            }
            for name, mark in edge_types.items()
        },
        upstream={name: mark["upstream"] for name, mark in edge_types.items()},
        enums={
            each.name.value: frozenset(value.name.value for value in each.values or ())
            for each in document.definitions
            if isinstance(each, EnumTypeDefinitionNode)
        },
        implementers=implementers,
    )


@cache
def history() -> tuple[Json, ...]:
    text = (SAMPLE / "history.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


def instant(transaction: Json) -> datetime:
    return datetime.fromisoformat(transaction["tx"]["instant"])


@cache
def graph_at(day: date | None = None) -> Graph:
    graph = Graph()
    for transaction in history():
        if day is None or instant(transaction) < datetime(day.year, day.month, day.day, tzinfo=UTC):
            apply(graph, transaction)
    return graph


def apply(graph: Graph, transaction: Json) -> None:
    """Apply one transaction, and hold it to what a transaction may say."""
    retracts = transaction.get("retract", [])
    upserted = {each["urn"] for each in transaction.get("upsert", [])}
    links = [_edge_name(each) for each in transaction.get("link", [])]
    unlinks = [_edge_name(each) for each in transaction.get("unlink", [])]
    assert not upserted & set(retracts), "upsert and retract of one entity"
    assert not set(links) & set(unlinks), "link and unlink of one edge"
    assert len(set(links)) == len(links), "two links of one edge"
    assert not {name[1] for name in links + unlinks} & set(retracts), "edge of what is retracted"
    for statement in transaction.get("upsert", []):
        _upsert(graph, statement)
    for name in unlinks:
        assert name in graph.edges, f"not live: {name}"
        _end(graph, name)
    _check_to_one(graph, links)
    for statement in transaction.get("link", []):
        _link(graph, statement)
    for urn in retracts:
        _retract(graph, urn)


def _edge_name(statement: Json) -> EdgeName:
    return statement["type"], statement["from"], statement["to"], statement.get("key", "")


def _upsert(graph: Graph, statement: Json) -> None:
    urn, kind = statement["urn"], statement["type"]
    assert graph.types.get(urn) in {None, kind}, f"{urn} changes its type"
    if urn in graph.types and urn not in graph.told:
        graph.enriched_later.add(urn)
    if urn in graph.deleted:
        graph.revived.add(urn)
        graph.deleted.discard(urn)
    graph.types[urn] = kind
    graph.told.add(urn)
    values = graph.values.setdefault(urn, {})
    for name, value in statement.items():
        if name in {"type", "urn"}:
            continue
        if name in values and values[name] != value:
            graph.changed.add((urn, name))
        values[name] = value
        declared = catalog().entities[kind][name]
        if declared.type in catalog().entities:
            for target in value if declared.many else [value]:
                graph.types.setdefault(target, declared.type)


def _link(graph: Graph, statement: Json) -> None:
    name = _edge_name(statement)
    edge, source, target, _ = name
    for urn, end in ((source, "from"), (target, "to")):
        allowed = catalog().ends[edge][end]
        told = statement.get(f"{end}Type") or (min(allowed) if len(allowed) == 1 else None)
        if graph.types.get(urn) is None:
            graph.types[urn] = told
        kind = graph.types[urn]
        assert kind is None or kind in allowed, f"{edge} may not have {kind} at {end}"
    graph.told.add(source)
    properties = statement.get("properties", {})
    live = graph.edges.get(name)
    if live is None and name in graph.ended:
        graph.reopened.add(name)
    for key, value in properties.items():
        if live and key in live and live[key] != value:
            graph.changed_properties.add((edge, key))
    graph.edges[name] = {**(live or {}), **properties}


def _check_to_one(graph: Graph, links: list[EdgeName]) -> None:
    """End what a link to another end replaces; two new ends in one transaction are a fault."""
    for edge, position in _to_one():
        new: dict[str, str] = {}
        for name in links:
            if name[0] == edge:
                one, other = name[position], name[3 - position]
                assert new.setdefault(one, other) == other, f"two values for {edge} of {one}"
        for name in [each for each in graph.edges if each[0] == edge and each[position] in new]:
            if name[3 - position] != new[name[position]]:
                _end(graph, name)


@cache
def _to_one() -> frozenset[tuple[str, int]]:
    """Return the edge types that end what was there, with the end that has one: 1 from, 2 to."""
    return frozenset(
        (each.directives["rel"]["edge"], 2 if each.directives["rel"].get("reverse") else 1)
        for fields in catalog().entities.values()
        for each in fields.values()
        if "rel" in each.directives and not each.many
    )


def _end(graph: Graph, name: EdgeName) -> None:
    graph.edges.pop(name)
    graph.ended.add(name)


def _retract(graph: Graph, urn: str) -> None:
    assert urn in graph.told, f"unknown: {urn}"
    assert urn not in graph.deleted, f"deleted twice: {urn}"
    graph.deleted.add(urn)
    graph.values.pop(urn, None)
    outgoing = [name for name in graph.edges if name[1] == urn]
    for name in outgoing:
        _end(graph, name)
    for name in outgoing:
        if name[0] == "HasCell" and name[2] not in graph.deleted:
            _retract(graph, name[2])


def upstream(graph: Graph) -> dict[str, set[str]]:
    """Return for each entity what is directly upstream of it."""
    neighbours: dict[str, set[str]] = {}
    for edge, source, target, _ in graph.edges:
        match catalog().upstream[edge]:
            case "TO":
                neighbours.setdefault(source, set()).add(target)
            case "FROM":
                neighbours.setdefault(target, set()).add(source)
            case _:
                pass
    return neighbours


def downstream(graph: Graph) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {}
    for entity, sources in upstream(graph).items():
        for source in sources:
            turned.setdefault(source, set()).add(entity)
    return turned


def reached(neighbours: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - seen
        seen |= new
        waiting.extend(new)
    return seen


def of_type(graph: Graph, urns: set[str], kind: str) -> set[str]:
    return {urn for urn in urns if graph.types[urn] == kind}
