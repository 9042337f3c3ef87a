"""What the server holds in memory while it gives answers of 100 MB, also to 100 who read slowly."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from benchmarks.databases import Bench
from benchmarks.report import Goal, Section
from schema.sdl import catalog as sdl
from store.database import Database
from store.migrate import migrate
from store.schema import writer as schema_writer
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer

_NAME = "headwater_benchmark_memory"
_CATALOG = "type Note @entity { name: String @required text: String }"
_NOTES, _PAGES = 10_000, 40
_TEXT = "Written down so that an answer has some hundred bytes a row, as most have. " * 2
_PAGE = f"notes(first: {_NOTES}) {{ nodes {{ urn name text }} }}"
_QUERY = "{" + " ".join(f"a{n}: {_PAGE}" for n in range(_PAGES)) + "}"
_READERS, _SLOWLY = 100, 0.25
_PATIENCE = 30.0  # Seconds, for each that a round of the budget has, that slow readers are watched.
_MOST = 600  # MB: 100 of the server, 256 held, and one of two copies while it is read.
_HEADWATER = str(Path(sys.executable).with_name("headwater"))


@dataclass(frozen=True, slots=True)
class Figure:
    """The server's memory after something was asked of it, in MB: the peak, and what it has now."""

    case: str
    answers: str
    megabytes: float
    peak: float
    now: float


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield the table."""
    url = bench.url(_NAME)
    await _build(url)
    figures = [each async for each in _figures(url, bench.budget.seconds * _PATIENCE)]
    rows = [
        (each.case, each.answers, f"{each.megabytes:,.0f}", f"{each.peak:,.0f}", f"{each.now:,.0f}")
        for each in figures
    ]
    highest = max(each.peak for each in figures)
    yield Section(
        f"memory of the server, MB ({_READERS} readers take 64 kB every {_SLOWLY:g} s)",
        ("case", "answers", "read", "peak", "after"),
        rows,
        [Goal("peak with 100 slow readers of 100 MB, in MB", highest, at_most=_MOST)],
        [asdict(each) for each in figures],
    )


async def _build(url: str) -> None:
    await migrate(url)
    async with Database.open(url, pool_size=2, statement_timeout=600) as database:
        if (await database.clock()).t:
            return
        await schema_writer.apply(database, sdl.parse(_CATALOG))
        notes = tuple(
            Upsert("Note", f"hw://note/a/{n}", {"name": f"Note {n}", "text": f"{n} {_TEXT}"})
            for n in range(_NOTES)
        )
        await Writer(database).transact(Transaction(upserts=notes))
        await database.rows("VACUUM (ANALYZE)")


async def _figures(url: str, patience: float) -> AsyncIterator[Figure]:
    for case, readers, encoding, pause in (
        ("nothing yet", 0, "identity", 0.0),
        ("one answer", 1, "identity", 0.0),
        ("one answer, zstd", 1, "zstd", 0.0),
        ("100 slow readers", _READERS, "identity", _SLOWLY),
        ("100 slow readers, zstd", _READERS, "zstd", _SLOWLY),
    ):
        async with _serving(url) as (pid, host, port):
            read, said = await _read_by(readers, (host, port), encoding, pause, patience)
            peak, now = _memory(pid, "VmHWM"), _memory(pid, "VmRSS")
            yield Figure(case, said, read, peak, now)


async def _read_by(
    readers: int, at: tuple[str, int], encoding: str, pause: float, patience: float
) -> tuple[float, str]:
    """Let readers ask at once; return how many MB they read, and what they were answered."""
    tasks = [asyncio.create_task(_reader(*at, encoding, pause)) for _ in range(readers)]
    if not tasks:
        return 0.0, ""
    done, late = await asyncio.wait(tasks, timeout=patience if pause else None)
    for each in late:
        each.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    statuses = Counter(each.result()[0] for each in done)
    read = sum(each.result()[1] for each in done) / 1e6
    said = [f"{count} of {status}" for status, count in sorted(statuses.items())]
    said += [f"{len(late)} under way"] if late else []
    return read, ", ".join(said)


async def _reader(host: str, port: int, encoding: str, pause: float) -> tuple[str, int]:
    body = orjson.dumps({"query": _QUERY})
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Accept: application/graphql-response+json\r\nAccept-Encoding: {encoding}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(host, port, limit=2**16)
    writer.write(head.encode() + body)
    status, length = "", 0
    try:
        while piece := await reader.read(2**16):
            status = status or piece[9:12].decode()
            length += len(piece)
            await asyncio.sleep(pause)
    except ConnectionError:
        status = f"{status} broken off"
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return status, length


@asynccontextmanager
async def _serving(url: str) -> AsyncIterator[tuple[int, str, int]]:
    """Run a server of its own; give its process, host and port."""
    command = (_HEADWATER, "serve", "--port", "0", "--database-url", url, "--log-level", "error")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe)
    try:
        said = (await process.stdout.readline()).decode() if process.stdout else ""
        at = urlsplit(re.findall(r"http://\S+", said)[0])
        yield process.pid, str(at.hostname), int(at.port or 0)
    finally:
        process.kill()
        await process.wait()


def _memory(pid: int, name: str) -> float:
    """Return what the system says of a process's memory, in MB."""
    lines: Sequence[str] = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = (each for each in lines if each.startswith(name))
    return int(line.split()[1]) / 1e3
