"""A history replayed line by line into dictionaries: what was true after each transaction."""

import heapq
import json
import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.catalog import Catalog, Field

EdgeKey = tuple[str, str, str, str]  # type, from, to, key
Line = dict[str, Any]


@dataclass
class Entity:
    """An entity as it is; lists are in the order of their values.

    A value is replaced by another one, and never changed itself.
    """

    type: str
    lifecycle: str = "UNCACHED"
    values: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Entity":
        """Return the entity as it stays, whatever becomes of this one."""
        return Entity(self.type, self.lifecycle, dict(self.values))


@dataclass
class Edge:
    """A live edge."""

    values: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Edge":
        """Return the edge as it stays, whatever becomes of this one."""
        return Edge(dict(self.values))


class Replay:
    """Replays the lines of a history one by one; its fields are what is true after the last one.

    `t` counts the transactions that changed anything, from the t that was there before the first.
    `entities_before` and `edges_before` are what the last line came upon, of all that it named.
    """

    def __init__(self, catalog: Catalog, t: int) -> None:
        self.catalog = catalog
        self.t = t
        self.entities: dict[str, Entity] = {}
        self.edges: dict[EdgeKey, Edge] = {}
        self.created: dict[str, int] = {}
        self.changed: dict[str, int] = {}
        self.since: dict[EdgeKey, int] = {}
        self.touching: dict[str, set[EdgeKey]] = defaultdict(set)  # the live edges at either end
        self.entities_before: dict[str, Entity | None] = {}
        self.edges_before: dict[EdgeKey, Edge | None] = {}

    def apply(self, line: Line) -> bool:
        """Apply one transaction (which must be right); return whether it changed anything."""
        self.entities_before.clear()
        self.edges_before.clear()
        for urn in line.get("retract", []):
            self._retract(urn)
        for statement in line.get("unlink", []):
            self._end(_key(statement))
        for statement in line.get("upsert", []):
            self._upsert(statement)
        for statement in line.get("link", []):
            self._link(statement)
        return self._close()

    def ends(self, urn: str, edge: str, *, reverse: bool) -> list[EdgeKey]:
        """Return the live edges of a type that leave an entity (`reverse`: that lead to it)."""
        near = 2 if reverse else 1
        return [key for key in self.touching[urn] if key[0] == edge and key[near] == urn]

    def _mention(self, urn: str, type_name: str | None) -> Entity:
        self._remember(urn)
        entity = self.entities.setdefault(urn, Entity("Unknown"))
        if entity.type == "Unknown" and type_name is not None:
            entity.type = type_name
        return entity

    def _remember(self, urn: str) -> None:
        if urn not in self.entities_before:
            entity = self.entities.get(urn)
            self.entities_before[urn] = None if entity is None else entity.copy()

    def _remember_edge(self, key: EdgeKey) -> None:
        if key not in self.edges_before:
            edge = self.edges.get(key)
            self.edges_before[key] = None if edge is None else edge.copy()
            self._remember(key[1])
            self._remember(key[2])

    def _upsert(self, statement: Line) -> None:
        entity = self._mention(statement["urn"], statement["type"])
        if entity.lifecycle in {"UNCACHED", "DELETED"}:
            entity.lifecycle = "PARTIAL"
        fields = self.catalog.types[statement["type"]]
        for name, value in statement.items():
            if name not in {"type", "urn"}:
                self._set(entity.values, fields[name], value)

    def _set(self, values: dict[str, Any], each: Field, value: Any) -> None:
        members = value if isinstance(value, list) else [value]
        if each.type in self.catalog.types or each.type in self.catalog.implementers:
            targets = self.catalog.concrete(each.type)
            for urn in members:
                if urn is not None:
                    self._mention(urn, next(iter(targets)) if len(targets) == 1 else None)
        if value is None or value == []:
            values.pop(each.name, None)
        else:
            values[each.name] = sorted(set(members)) if each.many else value

    def _link(self, statement: Line) -> None:
        edge, key = self.catalog.edges[statement["type"]], _key(statement)
        source = self._mention(key[1], _type_of_end(edge.sources, statement.get("fromType")))
        self._mention(key[2], _type_of_end(edge.targets, statement.get("toType")))
        if source.lifecycle == "UNCACHED":
            source.lifecycle = "PARTIAL"
        rivals = self.ends(key[1], key[0], reverse=False) if edge.one_source else []
        rivals += self.ends(key[2], key[0], reverse=True) if edge.one_target else []
        for rival in rivals:
            if rival != key:
                self._end(rival)
        self._remember_edge(key)
        live = self.edges.setdefault(key, Edge())
        self.touching[key[1]].add(key)
        self.touching[key[2]].add(key)
        for name, value in (statement.get("properties") or {}).items():
            self._set(live.values, edge.fields[name], value)

    def _end(self, key: EdgeKey) -> None:
        if key in self.edges:
            self._remember_edge(key)
            del self.edges[key]
            self.touching[key[1]].discard(key)
            self.touching[key[2]].discard(key)

    def _retract(self, urn: str) -> None:
        entity = self.entities.get(urn)
        if entity is None or entity.lifecycle == "DELETED":
            return
        self._remember(urn)
        components = self._components(urn, entity)
        entity.values.clear()
        entity.lifecycle = "DELETED"
        for key in [key for key in self.touching[urn] if key[1] == urn]:
            self._end(key)
        for component in components:
            self._retract(component)

    def _components(self, urn: str, entity: Entity) -> list[str]:
        found: list[str] = []
        for each in self.catalog.types.get(entity.type, {}).values():
            if each.component and each.edge is not None:
                far = 1 if each.reverse else 2
                found += [key[far] for key in self.ends(urn, each.edge, reverse=each.reverse)]
            elif each.component:
                value = entity.values.get(each.name, [])
                found += value if isinstance(value, list) else [value]
        return found

    def _close(self) -> bool:
        for urn in self.entities_before:
            self._settle(urn)
        changed = {u for u, old in self.entities_before.items() if self.entities.get(u) != old}
        moved = {key for key, old in self.edges_before.items() if self.edges.get(key) != old}
        if not changed and not moved:
            return False
        self.t += 1
        for urn in changed:
            self.changed[urn] = self.t
            self.created.setdefault(urn, self.t)
        for key in moved:
            if self.edges_before[key] is None:
                self.since[key] = self.t
        return True

    def _settle(self, urn: str) -> None:
        entity = self.entities.get(urn)
        if entity is None or entity.lifecycle in {"UNCACHED", "DELETED"}:
            return
        fields = self.catalog.types.get(entity.type, {}).values()
        there = all(self._has(urn, entity, each) for each in fields if each.required)
        enriched = there and entity.type != "Unknown"
        entity.lifecycle = "ENRICHED" if enriched else "PARTIAL"

    def _has(self, urn: str, entity: Entity, each: Field) -> bool:
        if each.edge is None:
            return each.name in entity.values
        return bool(self.ends(urn, each.edge, reverse=each.reverse))


def _key(statement: Line) -> EdgeKey:
    return (statement["type"], statement["from"], statement["to"], statement.get("key") or "")


def _type_of_end(allowed: set[str], told: str | None) -> str | None:
    return next(iter(allowed)) if len(allowed) == 1 else told


def lines(path: Path) -> Iterator[Line]:
    """Yield the transactions of a file, plain or .xz."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as text:
        for line in text:
            yield json.loads(line)


def merged(paths: Iterable[Path]) -> list[Line]:
    """Return the transactions of several files in order of instant; ties keep the files' order."""
    return list(heapq.merge(*map(lines, paths), key=lambda line: str(line["tx"]["instant"])))
