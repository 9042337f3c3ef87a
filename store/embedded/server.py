"""The embedded PostgreSQL: shared by several processes, stopped by the last one out.

Every user of a data folder holds a shared lock on its `holders.lock` while it uses the server, and
the server itself holds `server.lock`; the system lets go of both when a process ends, however it
ends. Coming and going happen one at a time, under `start.lock`. A server whose last user was killed
is stopped by its keeper (store/embedded/keeper.py), which stands by for that.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import quote, urlsplit

from store.embedded import binaries as embedded_binaries
from store.embedded.account import Account, run_as
from store.embedded.data import Place, claim, initialise, place_in
from store.embedded.errors import DataInUse, StatementFailed, StopFailed
from store.embedded.postmaster import Postmaster, read_postmaster, spawn, wait_until_ready

# Crash recovery replays at most `max_wal_size` or so; ten minutes are ample on a slow disk.
_PATIENCE = 600.0
_STOP_PATIENCE = 60.0
_PAUSE = 0.02
_NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: the URL of its database `postgres`, its folder, and its first process."""

    url: str
    data_folder: Path
    pid: int


@dataclass(frozen=True, slots=True)
class _Locks:
    """The three lock files of a folder, open."""

    start: IO[bytes]
    holders: IO[bytes]
    server: IO[bytes]


@contextmanager
def started(
    data_folder: Path,
    *,
    options: Mapping[str, str] = _NO_OPTIONS,
    binaries: Path | None = None,
) -> Iterator[Server]:
    """Join the server of a folder, or start it; on leaving, the last user stops it.

    `options` are settings of PostgreSQL beside our own; a server that runs already keeps those that
    it was started with. `binaries` is a folder with another PostgreSQL than the wheel's. Blocks
    while the server starts, so an event loop calls it in a thread. Raises an EmbeddedFault.
    """
    programs = embedded_binaries.find(binaries)
    folder = claim(data_folder)
    place = place_in(folder, programs)
    with _opened_locks(folder) as locks:
        fcntl.flock(locks.start, fcntl.LOCK_EX)
        fcntl.flock(locks.holders, fcntl.LOCK_SH)
        server = _join_or_start(place, locks, options)
        fcntl.flock(locks.start, fcntl.LOCK_UN)
        try:
            yield server
        finally:
            _leave(place, locks, server)


def create_database(server: Server, name: str) -> str:
    """Create the database where it is missing, and return its URL; raises StatementFailed."""
    psql = embedded_binaries.find().folder / "psql"
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--set=name={name}"]
    with (server.data_folder / "start.lock").open("ab") as lock:
        # Two processes that both find it missing would both create it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_as(Account(), [psql, *options, server.url], stdin=_CREATE_MISSING_DATABASE)
    if done.returncode != 0:
        raise StatementFailed(done.stderr.strip())
    return urlsplit(server.url)._replace(path=f"/{quote(name, safe='')}").geturl()


# psql quotes the name, as a literal here and by %I as an identifier.
_CREATE_MISSING_DATABASE = r"""
SELECT format('CREATE DATABASE %I', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name')
\gexec
"""


@contextmanager
def _opened_locks(folder: Path) -> Iterator[_Locks]:
    with (
        (folder / "start.lock").open("ab") as start,
        (folder / "holders.lock").open("ab") as holders,
        (folder / "server.lock").open("ab") as server,
    ):
        yield _Locks(start, holders, server)


def _join_or_start(place: Place, locks: _Locks, options: Mapping[str, str]) -> Server:
    """Return the server; called under the start lock, with a share of the holders' lock."""
    deadline = time.monotonic() + _PATIENCE
    while _is_alive(locks):
        postmaster = read_postmaster(place)
        if postmaster is not None and postmaster.is_ready and postmaster.is_alive:
            return _server(place, postmaster)
        # It starts, or stops, or its last processes follow a postmaster that was killed.
        if time.monotonic() > deadline:
            raise DataInUse(place.data, postmaster.pid if postmaster else 0)
        time.sleep(_PAUSE)
    initialise(place, options)
    spawn(place, options)
    return _server(place, wait_until_ready(place, lambda: _is_alive(locks), _PATIENCE))


def _leave(place: Place, locks: _Locks, server: Server) -> None:
    fcntl.flock(locks.start, fcntl.LOCK_EX)
    fcntl.flock(locks.holders, fcntl.LOCK_UN)
    if not _is_alive(locks):
        return
    if _try_lock(locks.holders, fcntl.LOCK_EX):
        _stop(place, locks, server)
    elif not _try_lock(locks.holders, fcntl.LOCK_SH):
        # The keeper was quicker: it has the lock, and has told the server to stop.
        _await_end(locks, _STOP_PATIENCE)


def _stop(place: Place, locks: _Locks, server: Server) -> None:
    """Stop the server: fast, and if that takes too long as in a crash, which loses nothing."""
    for order, patience in ((signal.SIGINT, _STOP_PATIENCE), (signal.SIGQUIT, 10.0)):
        postmaster = read_postmaster(place)
        if postmaster is not None and postmaster.is_alive:
            with suppress(ProcessLookupError):
                os.kill(postmaster.pid, order)
        if _await_end(locks, patience):
            return
    raise StopFailed(server.pid, place.log)


def _await_end(locks: _Locks, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _is_alive(locks):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _is_alive(locks: _Locks) -> bool:
    """Tell whether any process of the server lives: each holds the lock that it inherited."""
    if not _try_lock(locks.server, fcntl.LOCK_SH):
        return True
    fcntl.flock(locks.server, fcntl.LOCK_UN)
    return False


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _server(place: Place, postmaster: Postmaster) -> Server:
    return Server(postmaster.url("postgres"), place.folder, postmaster.pid)
