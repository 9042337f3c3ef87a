"""Where the time of one request goes, for each of the four questions: `make profile`.

Everything is measured from outside: over HTTP against a server of its own, in process by calling
the application as uvicorn would, and by clocks around a few public functions (`SPANS`).
`--python` shows which functions Python is in, besides.

    HTTP         uvicorn, its parser, sockets, the client: over HTTP less in process
    outside      middleware and routing: in process less the view
    body         reading the body and its JSON
    plan, values the plan looked up, variables coerced, slots filled
    answer       what is around the statement: the pool, times, checks, the data put together
    driver       asyncpg, its socket, the protocol: a statement that only makes a text as long
    PostgreSQL   the statement less that: running it, and planning it where that is done each time
    response     status, headers, the body put together
    floor        an empty endpoint that answers as many bytes, over HTTP: no part of the sum
"""

import asyncio
import cProfile
import pstats
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Any

import orjson
from starlette.applications import Starlette

from benchmarks.databases import Bench, opened
from benchmarks.measuring import BRIEF, THOROUGH, Run, interleaved
from benchmarks.peers import servers
from benchmarks.peers.client import Connection
from benchmarks.peers.measure import MIDDLE, drawn, now
from benchmarks.peers.questions import FOUR, Question, Subjects
from benchmarks.peers.servers import Peer
from benchmarks.report import Section, show
from service import logs
from service.app import create_app
from service.settings import Settings
from store.database import Database

SPANS: Mapping[str, tuple[str, str]] = {
    "view": ("service.graphql_view", "GraphQLView.answer"),
    "body": ("service.graphql_view", "posted"),
    "known": ("schema.execution.executor", "Executor.known"),
    "run": ("schema.execution.kept", "Filled.answer"),
    "statement": ("store.database", "fetched"),
}
"""Public functions, each called at most once by a request, the inner ones within the outer ones."""

_FUNCTIONS = 25


@dataclass(slots=True)
class Clocks:
    """Seconds in each span, request by request."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SPANS})

    def clear(self) -> None:
        """Forget what was measured."""
        for each in self.seconds.values():
            each.clear()


@contextmanager
def clocked() -> Iterator[Clocks]:
    """Put a clock around each span for as long as this lasts."""
    clocks = Clocks()
    with ExitStack() as stack:
        for name, (module, path) in SPANS.items():
            stack.enter_context(_clock(clocks, name, module, path))
        yield clocks


@contextmanager
def _clock(clocks: Clocks, name: str, module: str, path: str) -> Iterator[None]:
    owner: Any = import_module(module)  # A module or a class: what holds the function.
    *outer, last = path.split(".")
    for each in outer:
        owner = getattr(owner, each)
    function = getattr(owner, last)

    @wraps(function)
    async def awaited(*given: Any, **named: Any) -> object:
        begun = perf_counter()
        try:
            return await function(*given, **named)
        finally:
            clocks.seconds[name].append(perf_counter() - begun)

    @wraps(function)
    def called(*given: Any, **named: Any) -> object:
        begun = perf_counter()
        try:
            return function(*given, **named)
        finally:
            clocks.seconds[name].append(perf_counter() - begun)

    setattr(owner, last, awaited if iscoroutinefunction(function) else called)
    try:
        yield
    finally:
        setattr(owner, last, function)


@dataclass(frozen=True, slots=True)
class InProcess:
    """The application in this process, called as a server calls it."""

    app: Starlette

    def run(self, question: Question, subjects: Subjects) -> Run:
        """Return what asks a question once, with the next variables each time."""
        bodies = cycle(
            [
                orjson.dumps({"query": question.now, "variables": each})
                for each in drawn(question, subjects)
            ]
        )

        async def asked() -> int:
            return await self.answer(next(bodies))

        return asked

    async def answer(self, body: bytes) -> int:
        """Give the application a request, and return how many bytes it answers."""
        messages: Iterator[dict[str, Any]] = iter(
            [{"type": "http.request", "body": body, "more_body": False}]
        )
        size = 0

        async def receive() -> MutableMapping[str, Any]:
            for message in messages:
                return message
            await asyncio.Event().wait()  # The client stays.
            raise AssertionError

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal size
            size += len(message.get("body", b""))

        headers = {
            b"host": b"127.0.0.1",
            b"content-type": b"application/json",
            b"accept": b"application/json",
            b"content-length": b"%d" % len(body),
        }
        await self.app({**_SCOPE, "headers": list(headers.items())}, receive, send)
        return size


_SCOPE: Mapping[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/graphql",
    "raw_path": b"/graphql",
    "query_string": b"",
    "root_path": "",
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 2),
}


@asynccontextmanager
async def in_process(url: str) -> AsyncIterator[InProcess]:
    """Run the application."""
    app = create_app(Settings.from_environment(database_url=url))
    async with app.router.lifespan_context(app):
        yield InProcess(app)


@dataclass(frozen=True, slots=True)
class Profiler:
    """All that a question is asked of."""

    bench: Bench
    database: Database
    subjects: Subjects
    app: InProcess
    server: Peer
    empty: Peer

    async def parts(self, question: Question) -> Mapping[str, float]:
        """Return the seconds of each part of a request, medians all of them."""
        with clocked() as clocks:
            run = self.app.run(question, self.subjects)
            for _ in range(8):
                size = await run()
            clocks.clear()
            async with AsyncExitStack() as stack:
                runs = {"in process": run}
                for name, peer in (("over HTTP", self.server), ("floor", self.empty)):
                    connection = await stack.enter_async_context(Connection.open(peer.url))
                    runs[name] = self._over_http(connection, peer, question, size)
                timings = await interleaved(runs, self.bench.budget)
            whole = {name: median(each) for name, each in timings.items()}
            spans = {name: median(each) for name, each in clocks.seconds.items()}
        driver = await self._driver(size)
        return {
            "HTTP": whole["over HTTP"] - whole["in process"],
            "outside": whole["in process"] - spans["view"],
            "body": spans["body"],
            "plan, values": spans["known"],
            "answer": spans["run"] - spans["statement"],
            "driver": driver,
            "PostgreSQL": spans["statement"] - driver,
            "response": spans["view"] - spans["body"] - spans["known"] - spans["run"],
            "all": whole["over HTTP"],
            "floor": whole["floor"],
        }

    def _over_http(
        self, connection: Connection, peer: Peer, question: Question, size: object
    ) -> Run:
        if peer is self.empty:
            requests = cycle([connection.request("/nothing", {"bytes": size})])
        else:
            variables = drawn(question, self.subjects)
            requests = cycle([peer.request(connection, question, each) for each in variables])

        async def asked() -> None:
            await connection.answer(next(requests))

        return asked

    async def _driver(self, size: object) -> float:
        """Return what it takes to have a text of so many bytes from PostgreSQL."""

        async def echo() -> None:
            await self.database.row(_ECHO, [size])

        return median((await interleaved({"echo": echo}, self.bench.budget))["echo"])


_ECHO = "SELECT repeat('x', $1::integer)"


async def profiled(bench: Bench, *, python: bool) -> Section:
    """Return where the time goes, in microseconds; with `python` print functions, too."""
    url, database = bench.url(MIDDLE), bench.databases[MIDDLE]
    async with in_process(url) as app, servers.ours(url) as server, servers.by_hand(url) as empty:
        profiler = Profiler(bench, database, await now(database), app, server, empty)
        rows = []
        for question in FOUR:
            parts = await profiler.parts(question)
            rows.append((question.title, *(f"{each * 1e6:,.0f}" for each in parts.values())))
            if python:
                await _functions(app.run(question, profiler.subjects))
    return Section("Where a request's time goes, µs", ("question", *parts), rows)


async def _functions(run: Callable[[], Any]) -> None:
    """Print the functions that Python spends most in, the time of what they call left out."""
    with cProfile.Profile() as profile:
        for _ in range(50):
            await run()
    pstats.Stats(profile).sort_stats("tottime").print_stats(_FUNCTIONS)


async def _main(arguments: Sequence[str]) -> None:
    logs.configure(Settings.from_environment(log_level="warning"))
    async with opened(BRIEF if "--brief" in arguments else THOROUGH) as bench:
        if MIDDLE not in bench.databases:
            sys.exit(f"{MIDDLE} is not there; `make bench-data` builds it")
        show(await profiled(bench, python="--python" in arguments))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
