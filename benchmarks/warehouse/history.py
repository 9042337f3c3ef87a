"""The transactions of a generated warehouse: the same for every machine, as the seed is fixed.

Each step of the log tells of a few new datasets, changes values of older ones, and lets edges end
that others replace, so that degrees stay what they are in the real history (`degrees`) while the
log grows. Pipelines are told of in the first twentieth of the log, and have had `STATES` states one
after the other at its end: what the past of an attribute with many versions costs is seen on them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from benchmarks.warehouse import degrees
from benchmarks.warehouse.degrees import Ends, drawn, mean

CATALOG = """
enum Layer { RAW STAGED REFINED SERVED }

type Owner @entity {
  name: String @required @index
  datasets: [Dataset!] @rel(edge: "OwnedBy", reverse: true)
}

type Pipeline @entity {
  name: String @required @index
  state: String @index
  produces: [Dataset!] @rel(edge: "ProducedBy", reverse: true)
}

type Tag @entity {
  name: String @required @index
  datasets: [Dataset!] @rel(edge: "Tagged", reverse: true)
}

type Check @entity {
  name: String @required
  state: String @index
  dataset: Dataset @rel(edge: "Checks")
}

type Dataset @entity {
  number: Int @index
  name: String @required @index
  description: String
  layer: Layer @index
  rows: Long @index
  quality: Float
  deprecated: Boolean
  created: Date
  owner: Owner @rel(edge: "OwnedBy")
  producedBy: Pipeline @rel(edge: "ProducedBy")
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  downstream: [Dataset!] @rel(edge: "DerivedFrom", reverse: true)
  checks: [Check!] @rel(edge: "Checks", reverse: true)
  tags: [Tag!] @rel(edge: "Tagged")
}

type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO)
type ProducedBy @edge(from: ["Dataset"], to: ["Pipeline"], upstream: TO)
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
type Checks @edge(from: ["Check"], to: ["Dataset"], upstream: NONE)
type Tagged @edge(from: ["Dataset"], to: ["Tag"], upstream: NONE)
"""

STATES = 11
"""States that a pipeline has had at the end of the log."""

CHECKS = 2
"""Checks of each dataset."""

TAGS = (0.5, 0.05, 0.02, 0.01)
"""How many of the datasets have each tag: half have the first."""

_NEW = 8  # Datasets, each step.
_YOUNG = 20  # In the first twentieth of the steps there are new pipelines.
_LAYERS = ("RAW", "STAGED", "REFINED", "SERVED")
_STATES = ("succeeded", "running", "late", "queued", "skipped", "failed")
_FREQUENT = (60, 20, 10, 5, 4, 1)
_BEGINNING = datetime(2008, 1, 1, tzinfo=UTC)
_BETWEEN = timedelta(hours=6)
_WORDS = (
    *("daily", "weekly", "clients", "events", "sessions", "revenue"),
    *("churn", "latency", "crash", "search", "addons", "sync"),
)

Told = dict[str, Any]  # As JSON has it.


@dataclass(frozen=True, slots=True)
class Size:
    """How much is told: steps of some 390 facts."""

    steps: int
    seed: int = 20_261_130

    @property
    def datasets(self) -> int:
        """Return how many datasets there are in the end."""
        return self.steps * _NEW

    @property
    def pipelines(self) -> int:
        """Return how many pipelines there are from the first twentieth on."""
        return max(1, round(self.datasets * degrees.PRODUCED / mean(degrees.PRODUCES)))


@dataclass(slots=True)
class Relation:
    """Edges of a type from datasets to things, live ones, and the ends that are free."""

    kind: str
    urn: str
    ends: Ends
    ended: float  # Of all edges, in the long run.
    live: list[tuple[int, int]] = field(default_factory=list)
    known: set[tuple[int, int]] = field(default_factory=set)
    touched: set[tuple[int, int]] = field(default_factory=set)  # At this step.
    owed: float = 0.0  # Edges that should have ended by now, and have not.

    def begin(self, near: int) -> Iterator[Told]:
        """Begin an edge from a dataset, to an end that was there before it."""
        for _ in range(8):
            far = self.ends.take()
            if far is None:
                return
            if self._may_begin(near, far):
                self.live.append((near, far))
                yield self._begun(near, far)
                return
            self.ends.add(far, 1)

    def exchanged(self, draw: random.Random) -> Iterator[tuple[Told, Told]]:
        """End edges, as many as are due, each for one that begins: two swap where they lead to."""
        for _ in range(4 * int(self.owed / 2)):
            if self.owed < 2 or len(self.live) < 2:
                return
            one, other = draw.sample(range(len(self.live)), 2)
            (near, far), (next_near, next_far) = self.live[one], self.live[other]
            fresh = self.touched.isdisjoint((self.live[one], self.live[other]))
            if fresh and self._may_begin(near, next_far) and self._may_begin(next_near, far):
                self.owed -= 2
                yield self._ended(one), self._begun(near, next_far)
                yield self._ended(other), self._begun(next_near, far)
                self.live[one], self.live[other] = (near, next_far), (next_near, far)

    def _may_begin(self, near: int, far: int) -> bool:
        """Tell whether there is no such edge, and it makes no cycle."""
        edge = (near, far)
        is_new = edge not in self.known and edge not in self.touched
        return is_new and (self.urn != "dataset" or far < near)

    def _begun(self, near: int, far: int) -> Told:
        self.known.add((near, far))
        self.touched.add((near, far))
        return self._told(near, far)

    def _ended(self, position: int) -> Told:
        self.known.discard(self.live[position])
        self.touched.add(self.live[position])
        return self._told(*self.live[position])

    def grew(self, edges: int) -> None:
        """Let as many edges end as belong to so many new ones."""
        self.owed += edges * self.ended / (1 - self.ended)

    def _told(self, near: int, far: int) -> Told:
        return {"type": self.kind, "from": urn("dataset", near), "to": urn(self.urn, far)}


@dataclass(slots=True)
class Warehouse:
    """What has been told so far."""

    size: Size
    draw: random.Random
    reading: Relation
    owning: Relation
    producing: Relation
    states: dict[int, str] = field(default_factory=dict)
    owners: int = 0
    made: int = 0
    owed: float = 0.0  # Values that should have changed by now.


def transactions(size: Size) -> Iterator[Told]:
    """Yield the transactions in order, each as a line of a transaction file says it."""
    warehouse = _empty(size)
    for step in range(size.steps):
        upsert = [*_tags(step), *_pipelines(warehouse, step), *_owners(warehouse)]
        first = warehouse.made
        warehouse.made += _NEW
        new = range(first, warehouse.made)
        upsert += chain(_datasets(warehouse, new, step), _checks(warehouse, new))
        link = list(_links(warehouse, new))
        upsert += _changes(warehouse, first)
        unlink, instead = _replaced(warehouse)
        yield {
            "tx": {"instant": _instant(step).isoformat(), "source": "benchmark"},
            "upsert": upsert,
            "unlink": unlink,
            "link": link + instead,
        }


def urn(kind: str, number: int) -> str:
    """Return the urn of a thing; datasets are numbered in the order in which they come."""
    return f"hw://{kind}/bench/{number}"


def _empty(size: Size) -> Warehouse:
    draw = random.Random(size.seed)
    return Warehouse(
        size,
        draw,
        Relation("DerivedFrom", "dataset", Ends(draw), degrees.READING_ENDED),
        Relation("OwnedBy", "owner", Ends(draw), degrees.OWNING_ENDED),
        Relation("ProducedBy", "pipeline", Ends(draw), degrees.PRODUCING_ENDED),
    )


def _instant(step: int) -> datetime:
    return _BEGINNING + step * _BETWEEN


def _tags(step: int) -> Iterator[Told]:
    if step == 0:
        for number in range(len(TAGS)):
            yield {"type": "Tag", "urn": urn("tag", number), "name": f"tag {number}"}


def _pipelines(warehouse: Warehouse, step: int) -> Iterator[Told]:
    """Tell of pipelines that are new, and of those whose state changes at this step."""
    size = warehouse.size
    young = max(1, size.steps // _YOUNG)
    for number in _share(size.pipelines, step, young):
        warehouse.producing.ends.add(number, drawn(warehouse.draw, degrees.PRODUCES))
        yield _pipeline(warehouse, number) | {"name": f"Pipeline {number % 97}-{number}"}
    # All change at the same distances, so that each has had all its states at the end.
    apart = (size.steps - young) // STATES
    for change in range(1, STATES):
        for number in _share(size.pipelines, step - change * apart, young):
            yield _pipeline(warehouse, number)


def _share(count: int, step: int, steps: int) -> range:
    """Return which of so many things belong to a step, none before and after."""
    return (
        range(count * step // steps, count * (step + 1) // steps) if 0 <= step < steps else range(0)
    )


def _pipeline(warehouse: Warehouse, number: int) -> Told:
    before = warehouse.states.get(number)
    state = before
    while state == before:
        [state] = warehouse.draw.choices(_STATES, _FREQUENT)
    warehouse.states[number] = str(state)
    return {"type": "Pipeline", "urn": urn("pipeline", number), "state": state}


def _owners(warehouse: Warehouse) -> Iterator[Told]:
    """Tell of new owners while too few could own what comes next."""
    while len(warehouse.owning.ends.free) < 20 * _NEW:
        number = warehouse.owners
        warehouse.owners += 1
        warehouse.owning.ends.add(number, drawn(warehouse.draw, degrees.OWNS))
        yield {"type": "Owner", "urn": urn("owner", number), "name": f"Owner {number}"}


def _datasets(warehouse: Warehouse, new: range, step: int) -> Iterator[Told]:
    draw = warehouse.draw
    for number in new:
        yield {
            "type": "Dataset",
            "urn": urn("dataset", number),
            "number": number,
            "name": f"{draw.choice(_WORDS)}_{draw.choice(_WORDS)}_v{number}",
            "created": _instant(step).date().isoformat(),
            "description": _description(draw),
            "layer": draw.choices(_LAYERS, (40, 30, 20, 10))[0],
            "rows": _rows(draw),
            "quality": _quality(draw),
            "deprecated": draw.random() < 0.05,
        }


def _checks(warehouse: Warehouse, new: range) -> Iterator[Told]:
    for number in range(new.start * CHECKS, new.stop * CHECKS):
        [state] = warehouse.draw.choices(_STATES, _FREQUENT)
        yield {
            "type": "Check",
            "urn": urn("check", number),
            "name": f"check {number % CHECKS} of {number // CHECKS}",
            "state": state,
        }


def _links(warehouse: Warehouse, new: range) -> Iterator[Told]:
    draw, reading = warehouse.draw, warehouse.reading
    for number in new:
        reads = [each for _ in range(drawn(draw, degrees.READS)) for each in reading.begin(number)]
        reading.grew(len(reads))
        yield from reads
        reading.ends.add(number, drawn(draw, degrees.READ_BY))
        for relation, share in (
            (warehouse.owning, degrees.OWNED),
            (warehouse.producing, degrees.PRODUCED),
        ):
            if draw.random() < share:
                begun = list(relation.begin(number))
                relation.grew(len(begun))
                yield from begun
        dataset = urn("dataset", number)
        for check in range(number * CHECKS, (number + 1) * CHECKS):
            yield {"type": "Checks", "from": urn("check", check), "to": dataset}
        for tag, share in enumerate(TAGS):
            if draw.random() < share:
                yield {"type": "Tagged", "from": dataset, "to": urn("tag", tag)}


def _changes(warehouse: Warehouse, before: int) -> Iterator[Told]:
    """Change values of older datasets, one of each, and the states of as many checks."""
    draw = warehouse.draw
    warehouse.owed += _NEW * degrees.CHANGES if before else 0
    due = min(int(warehouse.owed), before)
    warehouse.owed -= due
    for number in draw.sample(range(before), due):
        changes: tuple[Told, ...] = (
            {"description": _description(draw)},
            {"rows": _rows(draw)},
            {"quality": _quality(draw)},
            {"layer": draw.choice(_LAYERS)},
        )
        yield {"type": "Dataset", "urn": urn("dataset", number)} | draw.choice(changes)
        check = urn("check", number * CHECKS + draw.randrange(CHECKS))
        yield {"type": "Check", "urn": check, "state": draw.choice(_STATES)}


def _replaced(warehouse: Warehouse) -> tuple[list[Told], list[Told]]:
    """Return the edges that end at this step, and those that begin instead of them."""
    pairs = [
        pair
        for relation in (warehouse.reading, warehouse.owning, warehouse.producing)
        for pair in relation.exchanged(warehouse.draw)
    ]
    for relation in (warehouse.reading, warehouse.owning, warehouse.producing):
        relation.touched.clear()
    return [ended for ended, _ in pairs], [begun for _, begun in pairs]


def _description(draw: random.Random) -> str:
    return " ".join(draw.choices(_WORDS, k=draw.randrange(5, 25))).capitalize() + "."


def _rows(draw: random.Random) -> str:
    return str(int(draw.paretovariate(0.6) * 100))


def _quality(draw: random.Random) -> float:
    return round(draw.uniform(0.001, 1), 6)
