"""Headwater over HTTP against its peers, its past and its own growth, as sections of the report."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from statistics import median

from benchmarks.databases import Bench
from benchmarks.measuring import Budget, Ratio, Run, Timings, interleaved, ratio
from benchmarks.peers import answers, servers, throughput
from benchmarks.peers.client import Connection
from benchmarks.peers.questions import (
    COUNT,
    FOUR,
    SCAN,
    Question,
    Subjects,
    Variables,
    of_one_size,
)
from benchmarks.peers.servers import BY_HAND, LOADERS, OURS, Peer
from benchmarks.report import Compared, Section, comparison, milliseconds
from store.database import Database

SMALL, MIDDLE, LARGE = (
    "headwater_benchmark_1e5",
    "headwater_benchmark_1e6",
    "headwater_benchmark_1e7",
)

AGAINST = {BY_HAND: 1.25, LOADERS: 0.2}
"""How long we may take, as a part of what the others take."""

THEN, THEN_SCANNED, GROWN = 1.15, 1.3, 1.5
_COMPARED = 8
"""Requests whose answers are compared before anything is timed."""
_REQUESTS = 512
_ASKED_BEFORE = 96
"""Requests of each size that are made once before they are timed."""
_SEED = 20_261_130


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked of several: what each takes, and how many objects an answer has."""

    question: str
    database: str
    objects: float
    seconds: Mapping[str, float]
    ratios: Mapping[str, Ratio]


Started = Callable[[str], AbstractAsyncContextManager[Peer]]


@asynccontextmanager
async def connected(peers: Mapping[str, tuple[Started, str]]) -> AsyncIterator[dict[str, "Asker"]]:
    """Start servers, each for a database's URL, and connect once to each."""
    async with AsyncExitStack() as stack:
        found = {}
        for name, (started, url) in peers.items():
            peer = await stack.enter_async_context(started(url))
            connection = await stack.enter_async_context(Connection.open(peer.url))
            found[name] = Asker(peer, connection)
        yield found


@dataclass(frozen=True, slots=True)
class Asker:
    """A server, and the connection over which it is asked."""

    peer: Peer
    connection: Connection

    def run(self, question: Question, drawn: Sequence[Variables], t: int | None = None) -> Run:
        """Return what asks the question once, with the next of the variables each time."""
        made = [self.peer.request(self.connection, question, each, t) for each in drawn]
        requests = cycle(made)

        async def asked() -> None:
            await self.connection.answer(next(requests))

        return asked


def trio(url: str) -> dict[str, tuple[Started, str]]:
    """Return the three servers of a database."""
    return {
        OURS: (servers.ours, url),
        BY_HAND: (servers.by_hand, url),
        LOADERS: (servers.loaders, url),
    }


def drawn(question: Question, subjects: Subjects, count: int = _REQUESTS) -> Sequence[Variables]:
    """Return variables, the same ones in every run of the benchmark."""
    draw = random.Random(f"{_SEED} {question.name}")
    return [question.drawn(subjects, draw) for _ in range(count)]


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield all that the databases allow. Raises Differ where answers are not the same."""
    if MIDDLE in bench.databases:
        database = bench.databases[MIDDLE]
        async with connected(trio(bench.url(MIDDLE))) as askers:
            subjects = await now(database)
            yield await _latency(MIDDLE, FOUR, askers, subjects, bench.budget)
            yield await _throughput(askers, subjects, bench.budget)
        yield await _past(bench, MIDDLE)
    if LARGE in bench.databases:
        async with connected(trio(bench.url(LARGE))) as askers:
            subjects = await now(bench.databases[LARGE])
            yield await _latency(LARGE, (COUNT,), askers, subjects, bench.budget)
    if SMALL in bench.databases and LARGE in bench.databases:
        yield await _growth(bench)


async def now(database: Database) -> Subjects:
    """Return what a warehouse can be asked about as it is now."""
    return await Subjects.of(database, (await database.clock()).t)


async def _latency(
    name: str,
    asked: Sequence[Question],
    askers: Mapping[str, Asker],
    subjects: Subjects,
    budget: Budget,
) -> Section:
    """Ask one after the other over one connection each."""
    found, rows = [], []
    for question in asked:
        objects = await _compared(question, askers, subjects)
        variables = drawn(question, subjects)
        runs = {peer: asker.run(question, variables) for peer, asker in askers.items()}
        timings = await interleaved(runs, budget)
        found.append(_asked(question, name, objects, timings))
        rows += _rows(question, found[-1])
    return comparison(f"Over HTTP, one connection, {_facts(name)}", rows, found)


async def _compared(question: Question, askers: Mapping[str, Asker], subjects: Subjects) -> float:
    connections = {asker.peer: asker.connection for asker in askers.values()}
    return await answers.compared(connections, question, drawn(question, subjects, _COMPARED))


def _asked(question: Question, name: str, objects: float, timings: Timings) -> Asked:
    seconds = {peer: median(each) for peer, each in timings.items()}
    ratios = {peer: ratio(timings, OURS, peer) for peer in AGAINST}
    return Asked(question.title, name, objects, seconds, ratios)


def _rows(question: Question, asked: Asked) -> list[Compared]:
    goals = AGAINST if question in FOUR else {BY_HAND: AGAINST[BY_HAND]}
    return [
        Compared(
            f"{question.title}, against {peer}",
            f"{milliseconds(asked.seconds[OURS])} ms",
            f"{milliseconds(asked.seconds[peer])} ms",
            asked.ratios[peer],
            at_most,
        )
        for peer, at_most in goals.items()
    ]


def _facts(name: str) -> str:
    return f"10^{name.rpartition('e')[2]} facts"


async def _throughput(askers: Mapping[str, Asker], subjects: Subjects, budget: Budget) -> Section:
    """Ask over many connections at once, one server after the other, round by round."""
    found, rows = [], []
    peers = {name: asker.peer for name, asker in askers.items()}
    for question in FOUR:
        timings = await throughput.measured(peers, question, drawn(question, subjects), budget)
        found.append(_asked(question, MIDDLE, 0, timings))
        rows += [
            Compared(
                f"{question.title}, against {peer}",
                f"{1 / found[-1].seconds[OURS]:,.0f} a second",
                f"{1 / found[-1].seconds[peer]:,.0f} a second",
                found[-1].ratios[peer],
                at_most,
            )
            for peer, at_most in AGAINST.items()
        ]
    return comparison("Over HTTP, 16 connections, time for each request", rows, found)


async def _past(bench: Bench, name: str) -> Section:
    """Ask as of the middle of the log and of its first tenth, against now."""
    database = bench.databases[name]
    t = (await database.clock()).t
    moments = {"the middle": t // 2, "the first tenth": t // 10}
    # What was there in the first tenth, so that all times are asked about the same.
    subjects = await Subjects.of(database, moments["the first tenth"])
    found, rows = [], []
    async with connected({OURS: (servers.ours, bench.url(name))}) as askers:
        for question in (*FOUR, SCAN):
            variables = drawn(question, subjects)
            runs = {"now": askers[OURS].run(question, variables)} | {
                moment: askers[OURS].run(question, variables, then)
                for moment, then in moments.items()
            }
            timings = await interleaved(runs, bench.budget)
            seconds = {each: median(times) for each, times in timings.items()}
            ratios = {moment: ratio(timings, moment, "now") for moment in moments}
            found.append(Asked(question.title, name, 0, seconds, ratios))
            rows += [
                Compared(
                    f"{question.title}, as of {moment}",
                    f"{milliseconds(seconds[moment])} ms then",
                    f"{milliseconds(seconds['now'])} ms now",
                    ratios[moment],
                    THEN_SCANNED if question is SCAN else THEN,
                )
                for moment in moments
            ]
    churn = await _churn(database)
    return comparison(f"As of the past against now, {_facts(name)}, {churn}", rows, found)


async def _churn(database: Database) -> str:
    """Return how much of what was ever said does not hold any more."""
    [ended] = await database.row(_ENDED_EDGES)
    [versions] = await database.row(_VERSIONS)
    return f"{ended:.0%} of all edges ended, {versions:.1f} versions an entity"


_ENDED_EDGES = "SELECT avg((t1 < 9223372036854775807)::int)::float8 FROM edge"
_VERSIONS = "SELECT count(*)::float8 / count(DISTINCT e) FROM version"


async def _growth(bench: Bench) -> Section:
    """Ask the largest warehouse what the smallest is asked."""
    peers = {name: (servers.ours, bench.url(name)) for name in (SMALL, LARGE)}
    found, rows = [], []
    async with connected(peers) as askers:
        subjects = of_one_size({name: await now(bench.databases[name]) for name in askers})
        for question in FOUR:
            runs = {
                name: asker.run(question, drawn(question, subjects[name], _ASKED_BEFORE))
                for name, asker in askers.items()
            }
            for _ in range(_ASKED_BEFORE):  # What is compared is not how long a disk takes.
                for run in runs.values():
                    await run()
            timings = await interleaved(runs, bench.budget)
            seconds = {name: median(times) for name, times in timings.items()}
            ratios = {SMALL: ratio(timings, LARGE, SMALL)}
            found.append(Asked(question.title, LARGE, 0, seconds, ratios))
            rows.append(
                Compared(
                    question.title,
                    f"{milliseconds(seconds[LARGE])} ms",
                    f"{milliseconds(seconds[SMALL])} ms",
                    ratios[SMALL],
                    GROWN,
                )
            )
    return comparison(
        "Headwater at 10^7 facts against itself at 10^5, pages in memory", rows, found
    )
