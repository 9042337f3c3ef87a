"""The first process of an embedded server: spawned under a keeper, watched until it is ready."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from store.embedded.account import plain_environment
from store.embedded.data import SUPERUSER, Place
from store.embedded.errors import DataInUse, StartFailed

_KEEPER = Path(__file__).with_name("keeper.py")
_PORT = "5432"
# A socket's whole path may take 107 bytes.
_LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{_PORT}")
_LONGEST_LOG = 10 * 1024 * 1024
_PAUSE = 0.02

# Modest shares of a small machine; durability is PostgreSQL's default: on.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    # A catalog of hundreds of types is applied at once: each attribute has a table with indexes.
    "max_locks_per_transaction": "1024",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What PostgreSQL writes into postmaster.pid: it may speak of a process that is gone."""

    pid: int
    data: Path
    sockets: str
    port: str
    is_ready: bool

    @property
    def is_alive(self) -> bool:
        """Tell whether the process is there and is a server on these data."""
        try:
            return Path(f"/proc/{self.pid}/cwd").readlink() == self.data
        except PermissionError:
            # Root in a container may not look at the folder, but it may read the name.
            return Path(f"/proc/{self.pid}/comm").read_text().strip() == "postgres"
        except (FileNotFoundError, ProcessLookupError):
            return not Path("/proc/self").exists() and _exists(self.pid)

    def url(self, database: str) -> str:
        """Return the URL of a database of this server."""
        host = quote(self.sockets, safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}&port={self.port}"


def read_postmaster(place: Place) -> Postmaster | None:
    """Return what postmaster.pid says, or nothing where it is missing or not written yet."""
    data = place.data.resolve()
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines:
        return None
    lines += [""] * (8 - len(lines))
    return Postmaster(int(lines[0]), data, lines[4], lines[3], lines[7].strip() == "ready")


def spawn(place: Place, options: Mapping[str, str]) -> None:
    """Start a keeper, and below it the server; raises DataInUse where another one serves the data.

    Nothing of ours serves the data, or the server's lock would be held: the caller has seen to it.
    """
    _forget_stale(place)
    data = place.data.resolve()
    temporary = None if _fits(data) else _socket_folder(place)
    settings = {**_SETTINGS, "unix_socket_directories": temporary or str(data), **options}
    command = [str(place.binaries.folder / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (place.folder / "server.lock").open("ab") as lock, _opened_log(place) as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        order = {
            "command": command,
            "user": place.account.user,
            "group": place.account.group,
            "extra_groups": place.account.extra_groups,
            "alive": lock.fileno(),
            "holders": str(place.folder / "holders.lock"),
            "temporary": temporary,
        }
        subprocess.run(
            [sys.executable, "-I", "-S", str(_KEEPER), json.dumps(order)],
            pass_fds=[lock.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=plain_environment(),
            check=True,
        )


def wait_until_ready(place: Place, is_alive: Callable[[], bool], patience: float) -> Postmaster:
    """Return the server once it takes connections, however long recovery takes while it lives.

    Raises StartFailed with the reason from its log where it ends, or takes longer than `patience`.
    """
    deadline = time.monotonic() + patience
    while is_alive():
        postmaster = read_postmaster(place)
        if postmaster is not None and postmaster.is_ready:
            return postmaster
        if time.monotonic() > deadline:
            raise StartFailed(place.log, f"it was not ready after {patience:.0f} seconds")
        time.sleep(_PAUSE)
    raise StartFailed(place.log, _last_complaint(place.log))


def _forget_stale(place: Place) -> None:
    """Remove the postmaster.pid of a server that was killed.

    PostgreSQL does so too, unless the number has become that of another process of its user, which
    is common where containers are restarted.
    """
    postmaster = read_postmaster(place)
    if postmaster is None:
        return
    if postmaster.is_alive:
        raise DataInUse(place.data, postmaster.pid)
    (postmaster.data / "postmaster.pid").unlink(missing_ok=True)


def _fits(folder: Path) -> bool:
    """Tell whether a socket in the folder can be named, in a list and in a connection URL too."""
    text = str(folder)
    return len(os.fsencode(text)) <= _LONGEST_SOCKET_FOLDER and not set(text) & set(",\"'")


def _socket_folder(place: Place) -> str:
    """Make a folder with a short path, of mode 0700, for the server's user."""
    folder = tempfile.mkdtemp(prefix="headwater-", dir="/tmp")
    if place.account.user is not None and place.account.group is not None:
        os.chown(folder, place.account.user, place.account.group)
    return folder


@contextmanager
def _opened_log(place: Place) -> Iterator[IO[bytes]]:
    """Open the log to append to; what has grown long is put aside, and what was aside is lost."""
    if place.log.exists() and place.log.stat().st_size > _LONGEST_LOG:
        place.log.replace(place.log.with_suffix(".log.1"))
    with place.log.open("ab") as log:
        yield log


def _last_complaint(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-50:]
    complaints = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (complaints or lines or ["it said nothing"])[-1].strip()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
