"""One process that answers: from a socket that listens to the last answer."""

import asyncio
import multiprocessing
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import ClassVar

import uvicorn
from starlette.applications import Starlette

from service import logs
from service.cli.faults import FAILED, ended_by_sigterm, tell
from service.settings import Settings
from store.errors import Fault, OurFault

_PAUSE = 0.05
_FAREWELL = 0.1  # Seconds in which sockets are told that we leave.
PATIENCE = 30
"""Seconds that requests in flight may take when we are told to stop."""

BACKLOG = 2_048
"""Connections that may wait to be taken."""

_READY = b"ready"


@dataclass(eq=False)
class NotStarted(OurFault):
    """The application could not start."""

    code: ClassVar[str] = "NOT_STARTED"
    category: ClassVar[str] = "unavailable"

    def __str__(self) -> str:
        return "the server could not start; the log above says why"


class LeavingServer(uvicorn.Server):
    """A server that tells its application before it closes connections, not only afterwards."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what goes on for ever end by itself, then all else."""
        app = self.config.app
        if isinstance(app, Starlette):
            app.state.server.leave()
            await asyncio.sleep(_FAREWELL)
        await super().shutdown(sockets)

    def leave(self) -> None:
        """Stop as a signal would."""
        self.should_exit = True


def work(number: int, chosen: Settings, listener: socket.socket, ready: Connection) -> None:
    """Be one of several processes that answer at a socket; say once when it can.

    It ends by SIGTERM, and with the process that started it, however that one ends.
    """
    logs.configure(chosen, worker=number)
    with ended_by_sigterm(), suppress(KeyboardInterrupt):
        try:
            server = server_of(chosen)
            run(server, _work(server, listener, ready))
        except Fault as fault:
            tell(fault)
            sys.exit(FAILED)


async def _work(server: LeavingServer, listener: socket.socket, ready: Connection) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        asyncio.get_running_loop().add_reader(parent.sentinel, server.leave)
    # A turn of the loop takes one connection: else whoever wakes first takes all that wait.
    server.config.backlog = 1

    def told() -> None:
        listener.listen(BACKLOG)  # Which a loop that starts has made as short as its turns.
        ready.send_bytes(_READY)

    await answer(server, listener, told)


def server_of(chosen: Settings) -> LeavingServer:
    """Return a server of the database that the settings name."""
    from service.app import create_app  # Only here: what builds schemas takes long to import.

    config = uvicorn.Config(
        create_app(chosen),
        access_log=False,
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=PATIENCE,
        ws_max_size=chosen.body_limit,
    )
    return LeavingServer(config)


def run(server: LeavingServer, answering: Coroutine[object, object, None]) -> None:
    """Run what a server does to its end, on the quickest event loop that uvicorn finds here."""
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(answering)


async def answer(server: LeavingServer, listener: socket.socket, told: Callable[[], None]) -> None:
    """Answer until told to stop, and let requests in flight end; `told` is called once it can.

    Raises NotStarted.
    """
    serving = asyncio.create_task(_served(server, listener))
    while not (server.started or serving.done()):  # noqa: ASYNC110  # uvicorn has no event for it.
        await asyncio.sleep(_PAUSE)
    if server.started:
        told()
    await serving
    if not server.started:
        raise NotStarted


async def _served(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve until the end; where the application does not start, uvicorn would end the process."""
    with suppress(SystemExit):
        await server.serve(sockets=[listener])
