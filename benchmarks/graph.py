"""The generated graph: a lineage of a million edges, told as transactions that begin and end them.

Drawn with a fixed seed, so that every machine measures the same. Its shape follows the warehouse of
the real histories: most datasets read one to three others made shortly before, a few are read by
thousands, and a few edges point forward in time and so close cycles.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

CATALOG = """
enum Layer { RAW STAGED REFINED SERVED }

type Team @entity { name: String @required @index }

type Pipeline @entity {
  name: String @required @index
  state: String @index
}

type Dataset @entity {
  name: String @required @index
  layer: Layer @index
  rows: Long @index
  quality: Float @index
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  producedBy: [Pipeline!] @rel(edge: "ProducedBy")
  owners: [Team!] @rel(edge: "OwnedBy")
}

type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO)
type ProducedBy @edge(from: ["Dataset"], to: ["Pipeline"], upstream: TO)
type OwnedBy @edge(from: ["Dataset"], to: ["Team"], upstream: NONE) { share: Int @index }
"""

VERSIONS = 11
"""Values that the state of a pipeline has had, one after the other."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is told: transactions, and what each of the first or of all of them brings."""

    steps: int = 4_000
    datasets: int = 53  # Each step.
    pipelines: int = 40  # Each step of the first quarter.
    teams: int = 400
    ends: int = 25  # Edges that end, each step.
    seed: int = 20_261_123


_LAYERS = ("RAW", "STAGED", "REFINED", "SERVED")
_STATES = ("succeeded", "running", "late", "queued", "skipped", "failed")
_FREQUENT = (60, 20, 10, 5, 4, 1)
_OUT_DEGREES = (0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40)
_HOW_OFTEN = (7, 19, 18, 14, 11, 9, 8, 7, 4.5, 2.2, 1)
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_BETWEEN = timedelta(hours=12)
_NEAR = 2_500.0
_HUBS = 0.12
_SPREAD = 7_919  # Hubs lie far apart, so that the most read ones are of every age.
_BACK = 0.003

Told = dict[str, object]
Edge = tuple[int, int]


@dataclass(slots=True)
class Graph:
    """What has been told so far; `live` are the edges between datasets that have not ended."""

    size: Size
    draw: random.Random
    live: list[Edge] = field(default_factory=list)
    known: set[Edge] = field(default_factory=set)
    states: dict[int, str] = field(default_factory=dict)
    made: int = 0


def transactions(size: Size) -> Iterator[Told]:
    """Yield the transactions in order, each as a line of a transaction file says it."""
    graph = Graph(size, random.Random(size.seed))
    hubs = list(accumulate(1 / (rank + 8) for rank in range(3_000)))
    for step in range(size.steps):
        yield {
            "tx": {"instant": _instant(step), "source": "benchmark", "reason": f"step {step}"},
            "upsert": [*_teams(graph, step), *_pipelines(graph, step), *_datasets(graph)],
            "link": list(_links(graph, hubs)),
            "unlink": list(_unlinks(graph)),
        }


def dataset(number: int) -> str:
    """Return the urn of a dataset; they are numbered in the order in which they come."""
    return f"hw://dataset/graph/d{number}"


def pipeline(number: int) -> str:
    """Return the urn of a pipeline."""
    return f"hw://pipeline/graph/p{number}"


def team(number: int) -> str:
    """Return the urn of a team."""
    return f"hw://team/graph/t{number}"


def _instant(step: int) -> str:
    return (_BEGINNING + step * _BETWEEN).isoformat()


def _teams(graph: Graph, step: int) -> Iterator[Told]:
    if step == 0:
        for number in range(graph.size.teams):
            yield {"type": "Team", "urn": team(number), "name": f"Team {number}"}


def _pipelines(graph: Graph, step: int) -> Iterator[Told]:
    """Tell of pipelines that are new, and of those whose state changes at this step."""
    size = graph.size
    young = size.steps // 4
    if step < young:
        for number in range(step * size.pipelines, (step + 1) * size.pipelines):
            yield _pipeline(graph, number) | {"name": f"Pipeline {number % 997}-{number}"}
    # All change at the same distances, so that each has had all its values at the end.
    apart = (size.steps - young) // VERSIONS
    for change in range(1, VERSIONS):
        first = (step - change * apart) * size.pipelines
        if 0 <= first < young * size.pipelines:
            yield from (_pipeline(graph, first + each) for each in range(size.pipelines))


def _pipeline(graph: Graph, number: int) -> Told:
    before = graph.states.get(number)
    state = before
    while state == before:
        [state] = graph.draw.choices(_STATES, _FREQUENT)
    graph.states[number] = str(state)
    return {"type": "Pipeline", "urn": pipeline(number), "state": state}


def _datasets(graph: Graph) -> Iterator[Told]:
    draw = graph.draw
    for number in range(graph.made, graph.made + graph.size.datasets):
        yield {
            "type": "Dataset",
            "urn": dataset(number),
            "name": f"{draw.choice('abcdefghijklmnopqrstuvwxyz')}_table_{number}",
            "layer": draw.choices(_LAYERS, (40, 30, 20, 10))[0],
            "rows": str(int(draw.paretovariate(0.6) * 100)),
            "quality": round(draw.random(), 6),
        }


def _links(graph: Graph, hubs: list[float]) -> Iterator[Told]:
    draw, size = graph.draw, graph.size
    first = graph.made
    graph.made += size.datasets
    for number in range(first, graph.made):
        [degree] = draw.choices(_OUT_DEGREES, _HOW_OFTEN)
        for near, far in {_edge(graph, number, hubs) for _ in range(degree)}:
            if near != far and (near, far) not in graph.known:
                graph.known.add((near, far))
                graph.live.append((near, far))
                yield _link("DerivedFrom", dataset(near), dataset(far))
        by = int(draw.random() ** 2 * min(first + 1, size.pipelines * size.steps // 4))
        yield _link("ProducedBy", dataset(number), pipeline(by % _pipelines_by(graph)))
        if number % 4 == 0:
            owner = team(int(draw.random() ** 3 * size.teams))
            share = {"properties": {"share": draw.randrange(1, 101)}}
            yield _link("OwnedBy", dataset(number), owner) | share


def _pipelines_by(graph: Graph) -> int:
    """Return how many pipelines there are at the step that is being told."""
    step = graph.made // graph.size.datasets
    return min(step, graph.size.steps // 4) * graph.size.pipelines


def _edge(graph: Graph, number: int, hubs: list[float]) -> Edge:
    """Return one that a dataset reads: mostly one made not long before, at times a hub."""
    draw = graph.draw
    if draw.random() < _HUBS:
        [rank] = draw.choices(range(len(hubs)), cum_weights=hubs)
        hub = rank * _SPREAD % (graph.size.datasets * graph.size.steps)
        return number, min(hub, number)
    near = max(0, number - 1 - int(draw.expovariate(1 / _NEAR)))
    return (near, number) if draw.random() < _BACK else (number, near)


def _link(kind: str, near: str, far: str) -> Told:
    return {"type": kind, "from": near, "to": far}


def _unlinks(graph: Graph) -> Iterator[Told]:
    """End some edges, older ones as likely as young ones, but none that began at this step."""
    begun = len(graph.live) - graph.size.datasets * 40
    for _ in range(graph.size.ends if begun > graph.size.ends else 0):
        position = graph.draw.randrange(begun)
        near, far = graph.live[position]
        graph.live[position] = graph.live[begun - 1]
        graph.live.pop(begun - 1)
        begun -= 1
        yield {"type": "DerivedFrom", "from": dataset(near), "to": dataset(far)}
