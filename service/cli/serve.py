"""`headwater serve`: takes the port, finds the database, and has one process or several answer."""

import asyncio
import errno
import socket
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import click

from service import logs
from service.cli import sample as cli_sample
from service.cli.database import DATABASE, located, settings, worked
from service.cli.worker import BACKLOG, answer, run, server_of
from service.cli.workers import supervise
from service.settings import Settings
from store.database import Database
from store.errors import OurFault


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
        found = chosen.model_copy(update={"database_url": url})
        logs.configure(found)
        told = partial(_tell, listener)
        if found.workers > 1:
            asyncio.run(supervise(found, listener, told))
            click.echo("stopped", err=True)
        else:
            server = server_of(found)
            run(server, answer(server, listener, told))


async def _as_it_is(_: Database) -> None:
    """Leave a database that could be opened as it is."""


def _tell(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Headwater answers at http://{shown}:{port}/graphql (Ctrl-C stops it)")


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
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise PortTaken(chosen.host, chosen.port, problem, error.errno) from None
    return listener
