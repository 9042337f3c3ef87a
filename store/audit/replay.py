"""From the log of an entity to the rows that the derived tables must have for it. Pure.

It shares no code with what writes those tables: `verify` holds the one to the other, and `rebuild`
writes them anew from here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Self

import orjson

from store.catalogue import Attribute, Catalogue, HeldEnds
from store.ids import FOREVER, EntityId
from store.tables import BUILT_IN
from store.values import ELSEWHERE, LONGEST_LIST, LONGEST_LIST_TEXT, native

_URN, _TYPE, _LIFECYCLE, _EDGE_TYPE, _EDGE_FROM, _EDGE_TO, _EDGE_KEY = range(1, 8)


class Logged(NamedTuple):
    """A row of the log; the value is an entity's id or a canonical text."""

    e: int
    t: int
    n: int
    a: int
    op: bool
    value: int | str


class FactRow(NamedTuple):
    """A row of a fact table, its value being an entity's id or a canonical text."""

    a: int
    e: int
    value: int | str
    t0: int
    t1: int


class EdgeRow(NamedTuple):
    """A row of the table of edges."""

    type: int
    source: int
    target: int
    e: int
    key: str
    t0: int
    t1: int


class VersionRow(NamedTuple):
    """A row of the table of versions; `values` are as long as there is something in them."""

    e: int
    t0: int
    t1: int
    type: int
    lifecycle: str | None
    urn: str | None
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """What the catalogue says of the shape of rows: attributes by id, and by their type's id.

    `held` says which ends stand in versions.
    """

    attributes: Mapping[int, Attribute]
    by_type: Mapping[int, tuple[Attribute, ...]]
    held: HeldEnds

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Return the shapes of a catalogue."""
        by_type: dict[int, tuple[Attribute, ...]] = {
            **{one.id: one.attributes for one in catalogue.entity_types.values()},
            **{one.id: one.properties for one in catalogue.edge_types.values()},
        }
        known = [*BUILT_IN, *(one for owned in by_type.values() for one in owned)]
        return cls({one.id: one for one in known}, by_type, catalogue.held_ends)


@dataclass(slots=True)
class Replayed:
    """The rows that the log asks for, and where the log contradicts itself."""

    facts: list[FactRow] = field(default_factory=list)
    edges: list[EdgeRow] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def replay(log: Iterable[Logged], shapes: Shapes) -> Replayed:
    """Return the rows of the entities whose whole log this is, ordered by entity, t and n."""
    replayed = Replayed()
    for e, logged in groupby(log, attrgetter("e")):
        replaying = _Replaying(EntityId(e), shapes, replayed)
        for t, of_transaction in groupby(logged, attrgetter("t")):
            replaying.step(t, of_transaction)
        replaying.finish()
    return replayed


@dataclass(slots=True)
class _Replaying:
    """One entity while its log goes by: what holds, since when, and the rows still open."""

    e: EntityId
    shapes: Shapes
    replayed: Replayed
    held: defaultdict[int, set[int | str]] = field(default_factory=lambda: defaultdict(set))
    since: dict[tuple[int, int | str], int] = field(default_factory=dict)
    edge: EdgeRow | None = None
    version: VersionRow | None = None

    def step(self, t: int, logged: Iterable[Logged]) -> None:
        """Take in what one transaction says."""
        for datom in logged:
            self._apply(datom)
        edge = self._edge(t)
        if self.edge is None or edge is None:
            self._close(t, edge=True)
            self.edge = edge
        self._close(t, edge=False)
        self.version = self._version(t)

    def finish(self) -> None:
        """Leave the rows that are open as they are."""
        self._close(FOREVER, edge=True)
        self._close(FOREVER, edge=False)
        for (a, value), t0 in self.since.items():
            if a in self.shapes.attributes:
                self.replayed.facts.append(FactRow(a, self.e, value, t0, FOREVER))

    def _close(self, t: int, *, edge: bool) -> None:
        if edge and self.edge is not None:
            self.replayed.edges.append(self.edge._replace(t1=t))
        if not edge and self.version is not None:
            self.replayed.versions.append(self.version._replace(t1=t))

    def _apply(self, datom: Logged) -> None:
        _, t, n, a, op, value = datom
        if op == ((a, value) in self.since):
            what = "asserts what holds already" if op else "retracts what does not hold"
            self.replayed.problems.append((what, f"log t {t} n {n}"))
        elif op:
            self.held[a].add(value)
            self.since[a, value] = t
        else:
            self.held[a].discard(value)
            t0 = self.since.pop((a, value))
            if a in self.shapes.attributes:
                self.replayed.facts.append(FactRow(a, self.e, value, t0, t))

    def _only(self, a: int, t: int) -> str:
        """Return the one value that must be there."""
        values = self.held[a]
        if len(values) != 1:
            what = f"entity {self.e} has {len(values)} values of attribute {a}, and must have one"
            self.replayed.problems.append((what, f"log t {t}"))
        return str(min(values, key=str, default=0))

    def _edge(self, t: int) -> EdgeRow | None:
        if not self.held[_EDGE_TYPE]:
            return None
        edge_type, source, target = (
            int(self._only(a, t)) for a in (_EDGE_TYPE, _EDGE_FROM, _EDGE_TO)
        )
        key = orjson.loads(self._only(_EDGE_KEY, t)) if self.held[_EDGE_KEY] else ""
        return EdgeRow(edge_type, source, target, self.e, key, t, FOREVER)

    def _version(self, t: int) -> VersionRow | None:
        if self.held[_EDGE_TYPE]:
            edge_type = int(self._only(_EDGE_TYPE, t))
            if not self.shapes.by_type.get(edge_type):
                return None
            texts = self._texts(edge_type)
            return VersionRow(self.e, t, FOREVER, edge_type, None, None, texts)
        if not self.held[_URN]:
            return None
        urn, lifecycle = self._only(_URN, t), self._only(_LIFECYCLE, t)
        entity_type = int(self._only(_TYPE, t))
        texts = self._texts(entity_type)
        return VersionRow(self.e, t, FOREVER, entity_type, lifecycle.strip('"'), urn, texts)

    def _texts(self, type_id: int) -> tuple[str | None, ...]:
        texts: dict[int, str] = {}
        for attribute in self.shapes.by_type.get(type_id, ()):
            values = self.held.get(attribute.id)
            if values:
                texts[attribute.slot] = _text(attribute, values)
        return tuple(texts.get(slot) for slot in range(1, max(texts, default=0) + 1))


def _text(attribute: Attribute, values: Iterable[int | str]) -> str:
    ordered = sorted(map(str, values), key=lambda one: _order(attribute, one))
    if not attribute.many:  # A list that became one value shows its least one in the past.
        return ordered[0]
    text = f"[{','.join(ordered)}]"
    too_long = len(ordered) > LONGEST_LIST or len(text.encode()) > LONGEST_LIST_TEXT
    return ELSEWHERE if too_long else text


def _order(attribute: Attribute, canonical: str) -> Any:  # Values of one type can be compared.
    return native(canonical, attribute.type)
