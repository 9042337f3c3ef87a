"""The three servers, each a process of its own: started, found, and stopped at the end."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.client import Connection
from benchmarks.peers.questions import Question, Variables

_PATIENCE = 60.0
_ROOT = Path(__file__).parent.parent.parent
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")

OURS, BY_HAND, LOADERS = "Headwater", "SQL by hand", "Strawberry with DataLoader"


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs: its name, its address, its process."""

    name: str
    url: str
    pid: int

    def request(
        self,
        connection: Connection,
        question: Question,
        variables: Variables,
        t: int | None = None,
    ) -> bytes:
        """Return the request that asks it a question; only Headwater can be asked as of a t."""
        if self.name == BY_HAND:
            return connection.request(f"/{question.name}", variables)
        if self.name == LOADERS:
            body = {"query": question.peers, "variables": variables}
        elif t is None:
            body = {"query": question.now, "variables": variables}
        else:
            body = {"query": question.past, "variables": {**variables, "t": t}}
        return connection.request("/graphql", body)


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Peer]:
    """Serve a database by Headwater's own command line, which logs only what goes wrong."""
    command = [sys.executable, "-c", "from service.cli.main import main; main()", "serve"]
    settings = {
        "HEADWATER_DATABASE_URL": url,
        "HEADWATER_PORT": "0",
        "HEADWATER_LOG_LEVEL": "warning",
    }
    async with _started(OURS, command, settings) as peer:
        yield peer


@asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[Peer]:
    """Serve the ordinary tables of a database by SQL written by hand."""
    async with _started(BY_HAND, [sys.executable, "-m", "benchmarks.peers.by_hand", url]) as peer:
        yield peer


@asynccontextmanager
async def loaders(url: str) -> AsyncIterator[Peer]:
    """Serve the ordinary tables of a database by Strawberry with DataLoader."""
    async with _started(LOADERS, [sys.executable, "-m", "benchmarks.peers.loaders", url]) as peer:
        yield peer


@asynccontextmanager
async def _started(
    name: str, command: Sequence[str], settings: Mapping[str, str] | None = None
) -> AsyncIterator[Peer]:
    environment = {**os.environ, **(settings or {})}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=_ROOT, env=environment, stdout=PIPE
    )
    try:
        url = await asyncio.wait_for(_address(process), _PATIENCE)
        yield Peer(name, url, process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(process: Process) -> str:
    """Return where a process says that it answers. Raises RuntimeError where it ends instead."""
    if process.stdout is None:
        raise RuntimeError("its output is not read")
    async for line in process.stdout:
        if found := _ADDRESS.search(line):
            return found[0].decode()
    raise RuntimeError(f"it ended with {await process.wait()} before it answered")
