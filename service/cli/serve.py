"""`headwater serve`: the server process, from the taken port to the last answer."""

import asyncio
import errno
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import ClassVar

import click
import uvicorn
from starlette.applications import Starlette

from service import logs
from service.cli import sample as cli_sample
from service.cli.database import DATABASE, located, settings, worked
from service.settings import Settings
from store.database import Database
from store.errors import OurFault

_BACKLOG = 2_048
_PAUSE = 0.05
_FAREWELL = 0.1  # Seconds in which sockets are told that we leave.
_PATIENCE = 30  # Seconds that requests in flight may take when we are told to stop.


@dataclass(eq=False)
class PortTaken(OurFault):
    """Nobody can listen where we were told to."""

    code: ClassVar[str] = "PORT_TAKEN"
    category: ClassVar[str] = "unavailable"
    host: str
    port: int
    problem: str
    number: int | None

    def __str__(self) -> str:
        return f"cannot listen at {self.host}:{self.port} ({self.problem}): {self._way_out}"

    @property
    def _way_out(self) -> str:
        match self.number:
            case errno.EADDRINUSE:
                free = self.port + 1 if self.port < 65_535 else 0
                return (
                    "stop what listens there, or choose another port with"
                    f" --port {free} or HEADWATER_PORT"
                )
            case errno.EACCES | errno.EPERM:
                return "choose a port from 1024 on with --port 8000 or HEADWATER_PORT"
            case _:
                return (
                    "name an address of this machine with --host or HEADWATER_HOST;"
                    " 0.0.0.0 is all of them"
                )


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


def serve(*, sample: bool) -> None:
    """Serve until somebody stops us, with SIGINT or SIGTERM. Raises PortTaken."""
    chosen = settings()
    try:
        with closing(_listening(chosen)) as listener:
            _serve(chosen, listener, sample=sample)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _serve(chosen: Settings, listener: socket.socket, *, sample: bool) -> None:
    if chosen.database_url is None:
        click.echo(f"starting the embedded PostgreSQL in {chosen.data_dir}", err=True)
    with located(chosen, cli_sample.DATABASE if sample else DATABASE) as url:
        # Also without a sample: what is wrong with the database is told here, in one line.
        asyncio.run(worked(chosen, url, cli_sample.fill if sample else _as_it_is))
        asyncio.run(_answer(chosen, url, listener))


async def _as_it_is(_: Database) -> None:
    """Leave a database that could be opened as it is."""


async def _answer(chosen: Settings, url: str, listener: socket.socket) -> None:
    """Run the application; uvicorn lets requests in flight end before it returns."""
    from service.app import create_app  # Only here: what builds schemas takes long to import.

    logs.configure(chosen)
    app = create_app(chosen.model_copy(update={"database_url": url}))
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=_PATIENCE,
        ws_max_size=chosen.body_limit,
    )
    server = LeavingServer(config)
    serving = asyncio.create_task(_served(server, listener))
    while not (server.started or serving.done()):  # noqa: ASYNC110  # uvicorn has no event for it.
        await asyncio.sleep(_PAUSE)
    if server.started:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"Headwater answers at http://{shown}:{port}/graphql (Ctrl-C stops it)")
    await serving
    if not server.started:
        raise NotStarted


async def _served(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve until the end; where the application does not start, uvicorn would end the process."""
    with suppress(SystemExit):
        await server.serve(sockets=[listener])


def _listening(chosen: Settings) -> socket.socket:
    """Return a socket that listens; taking it first tells at once where the port is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            chosen.host, chosen.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise PortTaken(chosen.host, chosen.port, problem, error.errno) from None
    return listener
