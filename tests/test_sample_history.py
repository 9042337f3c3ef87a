"""The bundled sample: the server against the naive model, at the very t of its transactions."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.oracle import aggregates, reading
from tests.oracle.catalog import read
from tests.oracle.drawing import drawn
from tests.oracle.exploring import Explorer
from tests.oracle.history import Replay, lines
from tests.oracle.lineage import DOWNSTREAM, UPSTREAM, Asked
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = Path(__file__).parent.parent / "examples"
CATALOG = (EXAMPLES / "catalog.graphql").read_text()
SCHEMA_T = 1
STEP = 23  # Every so many transactions the two are compared.


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sample(sample_url: str) -> AsyncIterator[Served]:
    async with serving(sample_url) as served:
        yield served


async def test_what_a_transaction_touched_is_right_just_before_and_after_it(
    sample: Served,
) -> None:
    catalog, chance = read(CATALOG), random.Random(3)
    replay = Replay(catalog, SCHEMA_T)
    compared = 0
    for number, line in enumerate(lines(EXAMPLES / "history.jsonl")):
        touched = sorted(_named(line) & replay.entities.keys())
        chosen = chance.sample(touched, min(3, len(touched))) if number % STEP == 0 else []
        for urn in chosen:
            await _check(sample, replay, urn)
        replay.apply(line)
        for urn in chosen:
            await _check(sample, replay, urn)
            compared += 1
    print(f"{compared} entities compared on both sides of a transaction")
    assert compared > 30
    [(t,)] = await sample.database.rows("SELECT t FROM clock")
    assert t == replay.t


def _named(line: dict[str, Any]) -> set[str]:
    edges = [*line.get("link", []), *line.get("unlink", [])]
    urns = {end for edge in edges for end in (edge["from"], edge["to"])}
    return urns | {each["urn"] for each in line.get("upsert", [])} | {*line.get("retract", [])}


async def _check(sample: Served, replay: Replay, urn: str) -> None:
    expected = reading.expected(replay, urn)
    assert expected is not None
    seen = reading.selection(replay.catalog, expected["type"])
    ask = f"query($urn: ID!, $at: TimePoint) {{ entity(id: $urn, asOf: $at) {{ {seen} }} }}"
    data = await sample.ask_once(ask, {"urn": urn, "at": replay.t})
    assert reading.sorted_ends(data["entity"]) == expected, (urn, replay.t)


async def test_lineage_is_right_just_before_and_after_a_transaction(sample: Served) -> None:
    rows = await sample.database.rows("SELECT v, e FROM fact_1")
    ids = {str(urn): int(entity) for urn, entity in rows}
    replay, chance = Replay(read(CATALOG), SCHEMA_T), random.Random(11)
    compared = 0
    for number, line in enumerate(lines(EXAMPLES / "history.jsonl")):
        linked = line.get("link", []) + line.get("unlink", [])
        roots = [edge["to"] for edge in linked if edge["to"] in replay.entities][:1]
        chosen = roots if number % STEP < 3 else []
        for root in chosen:
            await _check_lineage(sample, replay, root, ids, chance)
        replay.apply(line)
        for root in chosen:
            await _check_lineage(sample, replay, root, ids, chance)
            compared += 1
    print(f"{compared} graphs compared")
    assert compared > 15


async def _check_lineage(
    sample: Served, replay: Replay, root: str, ids: dict[str, int], chance: random.Random
) -> None:
    depth, nodes, fan = 6, 60, 4
    plain = Asked([root], (UPSTREAM, DOWNSTREAM), depth, nodes, fan)
    limits = {"depth": depth, "nodes": nodes, "fan": fan}
    for asked, more in ((plain, {}), *(drawn(plain, replay, chance) for _ in range(2))):
        ask = {"root": root, "at": replay.t, "direction": "BOTH", **limits, **more}
        await Explorer(sample, replay, ids.__getitem__, chance).explore(asked, ask)


LISTS = {
    "datasets": "Dataset",
    "people": "Person",
    "teams": "Team",
    "pipelineRuns": "PipelineRun",
    "modelInstances": "ModelInstance",
    "deployments": "Deployment",
    "experimentCells": "ExperimentCell",
}


async def test_aggregates_and_groups_are_what_python_makes_of_the_lines(sample: Served) -> None:
    catalog = read(CATALOG)
    asked = " ".join(
        f"{field}(asOf: $at) {{ {aggregates.selection(catalog, owner)} }}"
        for field, owner in LISTS.items()
    )
    replay, compared = Replay(catalog, SCHEMA_T), 0
    for number, line in enumerate(lines(EXAMPLES / "history.jsonl"), 1):
        replay.apply(line)
        if number % 200 == 0:
            told = await sample.ask_once(f"query($at: TimePoint) {{ {asked} }}", {"at": replay.t})
            for field, owner in LISTS.items():
                compared += aggregates.check(replay, owner, told[field])
    print(f"{compared} groups compared")
    assert compared > 1_000
