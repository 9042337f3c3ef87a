"""Processes that a test starts, reads from, and kills: none but its own."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from store.database import connect
from store.database_errors import DatabaseUnavailable
from store.embedded.server import Server

ROOT = Path(__file__).parents[2]
HEADWATER = str(Path(sys.executable).with_name("headwater"))
DRIVER = (sys.executable, "-m", "tests.durability.driver")
PATIENCE = 60.0


@dataclass(slots=True)
class Child:
    """A process of ours, and the lines that it has said so far."""

    process: asyncio.subprocess.Process
    said: list[bytes]
    errors: list[bytes]
    reading: "asyncio.Task[None]"

    @property
    def acknowledged(self) -> list[dict[str, Any]]:
        """Return what a driver has said."""
        return [orjson.loads(line) for line in self.said]

    async def kill(self) -> None:
        """End it as no process can prevent, and read what it had said before."""
        self.process.send_signal(signal.SIGKILL)
        assert await self.ended() == -signal.SIGKILL

    async def ended(self) -> int:
        """Wait for its end, and for the last line that it said; return its exit code."""
        async with asyncio.timeout(PATIENCE):
            await self.reading
            return await self.process.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, while the process lives."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # What others say has no event.
                assert self.process.returncode is None, (self.said[-3:], self.errors)
                await asyncio.sleep(0.002)


@asynccontextmanager
async def child(*command: str) -> AsyncIterator[Child]:
    """Run a process, and see to it that it is gone at the end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, cwd=ROOT
    )
    said, errors = list[bytes](), list[bytes]()
    reading = asyncio.create_task(_read(process, said, errors))
    try:
        yield Child(process, said, errors, reading)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await reading
        await process.wait()


async def _read(
    process: asyncio.subprocess.Process, said: list[bytes], errors: list[bytes]
) -> None:
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.TaskGroup() as group:
        group.create_task(_lines(process.stdout, said))
        group.create_task(_lines(process.stderr, errors))


async def _lines(stream: asyncio.StreamReader, lines: list[bytes]) -> None:
    while line := await stream.readline():
        if line.endswith(b"\n"):  # One that breaks off was not said.
            lines.append(line)


_BUSY = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'headwater' AND pid <> pg_backend_pid()
ORDER BY (state = 'idle'), xact_start
"""


async def kill_backend(server: Server, url: str) -> None:
    """Kill the process of our server that is busiest for Headwater, which ends all the others."""
    connection = await connect(url)
    pid = await connection.fetchval(_BUSY)
    assert parent(pid) == server.pid
    os.kill(pid, signal.SIGKILL)
    await _broken(connection)
    await ready(url)


async def ready(url: str) -> None:
    """Wait until the server has recovered, for which it syncs all of its files first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = await connect(url)
        except DatabaseUnavailable:
            assert time.monotonic() < deadline
        else:
            await connection.close()
            return


async def kill_postmaster(server: Server, url: str) -> None:
    """Kill the first process of our server, which ends all the others."""
    connection = await connect(url)
    os.kill(server.pid, signal.SIGKILL)
    await _broken(connection)


async def _broken(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with asyncio.timeout(PATIENCE):
        while not connection.is_closed():  # noqa: ASYNC110  # asyncpg has no event for it.
            await asyncio.sleep(0.005)


def parent(pid: int) -> int:
    """Return the process that started a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^PPid:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'headwater'
  AND wait_event_type = 'Lock' AND xact_start IS NOT NULL
"""


@asynccontextmanager
async def held_back(url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Let nobody write versions, which come last; give what waits until somebody is held back."""
    holding, looking = await connect(url), await connect(url)

    async def somebody_waits() -> None:
        deadline = time.monotonic() + PATIENCE
        while not await looking.fetchval(_WAITING):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)

    await holding.execute("BEGIN")
    await holding.execute("LOCK TABLE version IN SHARE MODE")
    try:
        yield somebody_waits
    finally:
        for connection in (holding, looking):
            if not connection.is_closed():
                await connection.close()
