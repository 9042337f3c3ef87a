"""The history by the naive model at every t: what is there, and the transactions up to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from tests.oracle.catalog import Catalog, Field
from tests.oracle.history import Edge, EdgeKey, Entity, Line
from tests.oracle.timeline import ADDED, Fact, Step, steps

FIRST = 1
"""The catalog took t 1."""

_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, eq=False)
class World:
    """What is true at one t."""

    past: "Past"
    t: int
    entities: Mapping[str, Entity]
    edges: Mapping[EdgeKey, Edge]
    created: Mapping[str, int]
    changed: Mapping[str, int]
    since: Mapping[EdgeKey, int]

    @cached_property
    def _touching(self) -> Mapping[tuple[str, str, int], list[EdgeKey]]:
        found: dict[tuple[str, str, int], list[EdgeKey]] = defaultdict(list)
        for key in self.edges:
            found[key[0], key[1], 1].append(key)
            found[key[0], key[2], 2].append(key)
        return found

    def relation(self, urn: str, each: Field) -> list[EdgeKey]:
        """Return the live edges of a relation, those whose far end is of the field's type."""
        near, far = (2, 1) if each.reverse else (1, 2)
        keys = self._touching.get((each.edge or "", urn, near), [])
        return [key for key in keys if self.fits(key[far], each.type)]

    def fits(self, urn: str, wanted: str) -> bool:
        """Tell whether an entity is of a type or interface; Unknown is of every interface."""
        found, catalog = self.entities[urn].type, self.past.catalog
        return (
            found in catalog.concrete(wanted)
            or (found == "Unknown" and wanted in catalog.implementers)
            or wanted in {"Entity", "Node"}
        )

    @property
    def instant(self) -> str:
        """Return the time that the last transaction stands for."""
        return self.past.instant(self.t)


@dataclass(frozen=True, eq=False)
class Past:
    """All transactions of a history, and what was true after each."""

    catalog: Catalog
    steps: Sequence[Step]

    @cached_property
    def worlds(self) -> Sequence[World]:
        """Return what is true at each t, from 0 on."""
        empty = World(self, 0, {}, {}, {}, {}, {})
        found = [empty, World(self, FIRST, {}, {}, {}, {}, {})]
        for step in self.steps:
            found.append(self._after(found[-1], step))
        return found

    def _after(self, world: World, step: Step) -> World:
        entities, edges = dict(world.entities), dict(world.edges)
        created, changed = dict(world.created), dict(world.changed)
        since = dict(world.since)
        for urn, (_, after) in step.entities.items():
            entities[urn] = after
            changed[urn] = step.t
            created.setdefault(urn, step.t)
        for key, (_, edge) in step.edges.items():
            edges.pop(key, None)
            if edge is not None:
                edges[key] = edge
        for key, change in step.changes().items():
            if change == ADDED:
                since[key] = step.t
        return World(self, step.t, entities, edges, created, changed, since)

    @property
    def now(self) -> World:
        """Return what is true at the end."""
        return self.worlds[-1]

    def step(self, t: int) -> Step:
        """Return a transaction; the first is the catalog's, about no entity."""
        if t == FIRST:
            return Step(FIRST, {"instant": _EPOCH}, {}, {})
        return self.steps[t - FIRST - 1]

    @cached_property
    def facts(self) -> Sequence[Sequence[Fact]]:
        """Return the facts of each transaction, by its t."""
        return [(), (), *(tuple(step.facts()) for step in self.steps)]

    @cached_property
    def changes(self) -> Sequence[Mapping[EdgeKey, str]]:
        """Return what each transaction did to edges, by its t."""
        return [{}, {}, *(step.changes() for step in self.steps)]

    def instant(self, t: int) -> str:
        """Return the time that a transaction stands for."""
        return str(self.step(t).said["instant"]) if t else _EPOCH

    @cached_property
    def _instants(self) -> Sequence[datetime]:
        return [moment(self.instant(step.t)) for step in self.steps]

    def at(self, point: Any) -> World:
        """Return what is true at a TimePoint: a t, an instant or the id of a transaction."""
        if isinstance(point, str) and not point.startswith("T"):
            asked = moment(point)
            before = sum(each <= asked for each in self._instants)
            return self.worlds[FIRST + before if asked >= moment(_EPOCH) else 0]
        return self.worlds[int(str(point).removeprefix("T"))]


def read(catalog: Catalog, history: Iterable[Line]) -> Past:
    """Return the past that the lines of a history tell."""
    return Past(catalog, steps(catalog, history, FIRST)[0])


def moment(text: str) -> datetime:
    """Return an instant as it is meant: a date is its midnight, no zone is UTC."""
    if len(text) == len("2024-01-01"):
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
