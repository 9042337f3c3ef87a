"""Clients of others, run by Node against a real server on a real socket.

`package.json` names them, all of them, and `package-lock.json` locks them, without the addresses
that they were downloaded from (.npmrc sees to that). A client is one script beside this file, which
prints JSON, and one `test_<client>.py`, which asks for the fixtures `node` and a server:

    async def test_something(node: Node, sample: Serving) -> None:
        found = await node.run("something.mjs", sample.url)
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from service.app import create_app
from service.settings import Settings

FOLDER = Path(__file__).parent
_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its code, what it said, and what it complained of."""

    code: int | None
    said: str
    complained: str


@dataclass(frozen=True, slots=True)
class Node:
    """The program that runs JavaScript, with the clients installed."""

    program: Path

    async def run(self, script: str, *arguments: str) -> Any:
        """Return what a script of this folder prints, which is JSON; what it complains of fails."""
        return json.loads(await self.output(str(FOLDER / script), *arguments))

    async def tool(self, name: str, *arguments: str, folder: Path = FOLDER) -> str:
        """Return what a command of an installed package prints, run in a folder."""
        return _succeeded(await self.attempt(name, *arguments, folder=folder))

    async def attempt(self, name: str, *arguments: str, folder: Path = FOLDER) -> Ended:
        """Return how a command of an installed package ends, run in a folder."""
        command = FOLDER / "node_modules" / ".bin" / name
        return await self._ended(str(command), *arguments, folder=folder)

    async def output(self, *arguments: str) -> str:
        """Return what Node prints; where it fails, the test fails with what it said."""
        return _succeeded(await self._ended(*arguments, folder=FOLDER))

    async def _ended(self, *arguments: str, folder: Path) -> Ended:
        process = await asyncio.create_subprocess_exec(
            self.program,
            *arguments,
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                said, complained = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return Ended(process.returncode, said.decode(), complained.decode())


def _succeeded(ended: Ended) -> str:
    assert ended.code == 0, (ended.said, ended.complained)
    return ended.said


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens on a port of this machine."""

    app: Starlette
    host: str
    port: int

    @property
    def url(self) -> str:
        """Return where it answers GraphQL."""
        return f"http://{self.host}:{self.port}/graphql"


@asynccontextmanager
async def listening(database_url: str, **settings: Any) -> AsyncIterator[Serving]:
    """Serve a database on a real socket, as `headwater serve` does, with whatever settings."""
    app = create_app(Settings(database_url=database_url, **settings))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not (server.started or serving.done()):  # noqa: ASYNC110  # uvicorn has no event.
            await asyncio.sleep(0.01)
        try:
            yield Serving(app, *listener.getsockname()[:2])
        finally:
            server.should_exit = True
            await serving
