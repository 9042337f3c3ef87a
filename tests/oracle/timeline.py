"""What each transaction of a history did: to which entities, to which edges, fact by fact."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.catalog import Catalog
from tests.oracle.history import Edge, EdgeKey, Entity, Line, Replay

ADDED, REMOVED, CHANGED = "ADDED", "REMOVED", "CHANGED"


@dataclass(frozen=True)
class Fact:
    """A datom: of an entity (its urn) or of an edge (its key)."""

    about: str | EdgeKey
    attribute: str
    value: Any
    op: str


@dataclass(frozen=True)
class Step:
    """A transaction: what was said of it, and what was before and after it of all it changed."""

    t: int
    said: Mapping[str, Any]
    entities: Mapping[str, tuple[Entity | None, Entity]]
    edges: Mapping[EdgeKey, tuple[Edge | None, Edge | None]]

    def changes(self) -> dict[EdgeKey, str]:
        """Return what became of each edge that was touched."""
        return {
            key: ADDED if before is None else REMOVED if after is None else CHANGED
            for key, (before, after) in self.edges.items()
        }

    def facts(self) -> Iterator[Fact]:
        """Yield what was asserted and retracted, of entities and then of edges."""
        for urn, (before, after) in self.entities.items():
            yield from _differences(urn, _told(urn, before), _told(urn, after))
        for key, (old, new) in self.edges.items():
            yield from _differences(key, _properties(key, old), _properties(key, new))
            parts = ("type", "from", "to", *(["key"] if key[3] else []))
            for part in parts if (old is None) != (new is None) else ():
                yield Fact(key, f"edge/{part}", None, "ASSERT" if old is None else "RETRACT")


def steps(catalog: Catalog, lines: Iterable[Line], t: int) -> tuple[list[Step], Replay]:
    """Return the transactions that changed something, after `t`, and what is true at the end."""
    replay = Replay(catalog, t)
    return [_step(replay, line) for line in lines if replay.apply(line)], replay


def _step(replay: Replay, line: Line) -> Step:
    entities = {
        urn: (old, replay.entities[urn].copy())
        for urn, old in replay.entities_before.items()
        if replay.entities[urn] != old
    }
    edges = {
        key: (old, None if (new := replay.edges.get(key)) is None else new.copy())
        for key, old in replay.edges_before.items()
        if replay.edges.get(key) != old
    }
    return Step(replay.t, line["tx"], entities, edges)


def _told(urn: str, entity: Entity | None) -> dict[str, Any]:
    """Return all attributes of an entity by full name; its type once it is told."""
    if entity is None:
        return {}
    values = {f"{entity.type}/{name}": value for name, value in entity.values.items()}
    return {
        "entity/urn": urn,
        "entity/type": entity.type,
        "entity/lifecycle": entity.lifecycle,
        **values,
    }


def _properties(key: EdgeKey, edge: Edge | None) -> dict[str, Any]:
    return {} if edge is None else {f"{key[0]}/{name}": v for name, v in edge.values.items()}


def _differences(
    about: str | EdgeKey, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Fact]:
    for attribute in dict.fromkeys((*before, *after)):
        old, new = _members(before.get(attribute)), _members(after.get(attribute))
        yield from (Fact(about, attribute, each, "RETRACT") for each in old if each not in new)
        yield from (Fact(about, attribute, each, "ASSERT") for each in new if each not in old)


def _members(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
