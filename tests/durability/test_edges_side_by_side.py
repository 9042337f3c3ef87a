"""Jobs that append edges side by side, in several processes: no edge is lost or there twice."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store.database import Database
from store.transaction import read
from store.writing.writer import Report, Writer
from tests.durability.judging import sound
from tests.durability.processes import DRIVER, child
from tests.store.catalogs import change
from tests.store.model import CATALOG, Accepted, World, after
from tests.store.worlds import world_at

WRITERS, EACH = 8, 200
_GROUP = 60
_DATASETS, _TEAMS = 40, 6
_KINDS = (("DerivedFrom", "d"), ("OwnedBy", "t"), ("PublishedBy", "t"))

Said = dict[str, Any]


def _urn(kind: str, drawn: random.Random) -> str:
    return f"hw://{kind}/{drawn.randrange(_DATASETS if kind == 'd' else _TEAMS)}"


def _edge(drawn: random.Random) -> Said:
    type_name, far = drawn.choice(_KINDS)
    return {"type": type_name, "from": _urn("d", drawn), "to": _urn(far, drawn)}


def _links(drawn: random.Random) -> Iterator[Said]:
    """Yield some edges, at most one from a dataset: each dataset is published by one team."""
    edges = {edge["from"]: edge for edge in (_edge(drawn) for _ in range(5))}
    for edge in edges.values():
        weighted = edge["type"] == "DerivedFrom" and drawn.random() < 0.5
        properties = {"properties": {"weight": drawn.randrange(4) / 2}} if weighted else {}
        team = {"toType": "Team"} if edge["to"].startswith("hw://t/") else {}
        yield {**edge, **team, **properties}


def _jobs(count: int, seed: int) -> list[Said]:
    """Return what a job tells: all of them begin, alter and end edges between the same things."""
    drawn = random.Random(seed)
    jobs = []
    for _ in range(count):
        links = list(_links(drawn))
        begun = {(each["type"], each["from"], each["to"]) for each in links}
        ended = _edge(drawn)
        is_other = tuple(ended.values()) not in begun and drawn.random() < 0.4
        jobs.append({"link": links, **({"unlink": [ended]} if is_other else {})})
    return jobs


def _file(folder: Path, jobs: list[Said], name: str) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(said) + "\n" for said in jobs))
    return str(path)


async def test_jobs_in_three_processes_append_edges_and_lose_none(
    database_url: str, tmp_path: Path
) -> None:
    first, second, ours = (_jobs(EACH, seed) for seed in (1, 2, 3))
    command = (*DRIVER, "transact", database_url)
    async with Database.open(database_url) as database:
        await change(database, CATALOG)
        async with (
            child(*command, _file(tmp_path, first, "first"), str(WRITERS)) as one,
            child(*command, _file(tmp_path, second, "second"), str(WRITERS)) as other,
        ):
            await one.until(lambda: bool(one.said))
            told = await _in_large_groups(Writer(database), ours)
            assert [await one.ended(), await other.ended()] == [0, 0]
        for jobs, process in ((first, one), (second, other)):
            told += [
                (jobs[each["line"]], each["t"], each["basis"]) for each in process.acknowledged
            ]
        assert len(told) == 3 * EACH
        turns = await _judge(database, told)
        await sound(database)
    print(f"{turns} transactions of {len(told)} changed something")


async def _in_large_groups(writer: Writer, jobs: list[Said]) -> list[tuple[Said, int | None, int]]:
    """Line them up as a load does, each large group behind the one before it."""
    sent = None
    submissions = []
    for start in range(0, len(jobs), _GROUP):
        said = [read(each) for each in jobs[start : start + _GROUP]]
        sent = writer.submit(said, after=sent)
        submissions.append(sent)
    outcomes = [one for each in submissions for one in await each.answered]
    reports = [one for one in outcomes if isinstance(one, Report)]
    return [(said, one.t, one.basis) for said, one in zip(jobs, reports, strict=True)]


async def _judge(database: Database, told: list[tuple[Said, int | None, int]]) -> int:
    """Hold every transaction to the naive model, in the order of t; return how many there are."""
    worlds = {1: World()}
    by_t = {written: said for said, written, _ in told if written is not None}
    for t in range(2, len(by_t) + 2):
        worlds[t] = _following(worlds[t - 1], by_t[t])
        assert worlds[t] != worlds[t - 1]
    for said, written, basis in told:
        if written is None:
            assert _following(worlds[basis], said) == worlds[basis]
    for t in (2, len(worlds) // 2, len(worlds)):
        assert await world_at(database, t) == worlds[t]
    return len(by_t)


def _following(world: World, said: Said) -> World:
    found = after(world, said)
    assert isinstance(found, Accepted)
    return found.world
