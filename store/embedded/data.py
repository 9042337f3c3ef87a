"""The data of an embedded server: checked, made, and placed where its user can reach them."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from store.embedded import binaries as embedded_binaries
from store.embedded.account import Account, account_for, can_enter, run_as
from store.embedded.binaries import Binaries
from store.embedded.errors import (
    DataGone,
    FolderForbidden,
    FolderNotOurs,
    InitialisationFailed,
    OtherMajorVersion,
)

SUPERUSER = "headwater"

# The first thing that we put into an empty folder: what else lies there later is our users' affair.
_MARK = "start.lock"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server lives: the folder that was asked for, with our files, and the data in it."""

    folder: Path
    binaries: Binaries
    account: Account

    @property
    def data(self) -> Path:
        """Return PostgreSQL's own folder, which may be a link to where the server can reach it."""
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        """Return the file that the server writes its messages to."""
        return self.folder / "postgres.log"


def claim(folder: Path) -> Path:
    """Return the folder, made where it is missing, once it is sure to be ours.

    Raises FolderNotOurs, FolderForbidden and DataGone.
    """
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(folder)
        (folder / _MARK).touch()
    except (FileExistsError, NotADirectoryError):
        raise FolderNotOurs(folder, "a file") from None
    except PermissionError:
        raise FolderForbidden(folder) from None
    return folder


def place_in(folder: Path, binaries: Binaries) -> Place:
    """Return the place of a server in a claimed folder, with programs that its user can run.

    Raises OtherMajorVersion, FolderForbidden, AccountMissing and BinariesMissing.
    """
    data = folder / "postgres"
    account = account_for(data)
    try:
        if data.exists():
            _check_version(folder, binaries)
    except PermissionError:
        raise FolderForbidden(folder) from None
    return Place(folder, embedded_binaries.reachable(binaries, account), account)


def initialise(place: Place, options: Mapping[str, str]) -> None:
    """Make the data where they are missing; an interrupted run leaves nothing that looks whole.

    Trust is safe here: the server listens on no network, only on a socket in a folder of mode
    0700, so whoever can connect can read the data anyway (the same user, and root).
    """
    if place.data.exists():
        return
    home = _reachable_home(place)
    unfinished = home / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if place.account.user is not None and place.account.group is not None:
        os.chown(unfinished, place.account.user, place.account.group)
    _initdb(place, unfinished, durable=options.get("fsync") != "off")
    unfinished.rename(home / "postgres")
    if home != place.folder:
        place.data.symlink_to(home / "postgres")


def _refuse_foreign(folder: Path) -> None:
    data = folder / "postgres"
    if data.is_symlink() and not data.exists():
        raise DataGone(data, data.readlink())
    if data.exists() and not os.access(data, os.R_OK | os.X_OK):
        raise FolderForbidden(folder)
    if data.exists() and not (data / "PG_VERSION").exists():
        raise FolderNotOurs(folder, "a folder `postgres` without PostgreSQL's data")
    if not (folder / _MARK).exists() and not data.exists():
        found = next(iter(sorted(folder.iterdir())), None)
        if found is not None:
            raise FolderNotOurs(folder, found.name)


def _check_version(folder: Path, binaries: Binaries) -> None:
    found = (folder / "postgres" / "PG_VERSION").read_text().strip()
    if found != str(binaries.major):
        raise OtherMajorVersion(folder, found, binaries.major)


def _reachable_home(place: Place) -> Path:
    """Return the folder itself, or one beside the copied programs that the account can enter."""
    if can_enter(place.account, place.folder):
        return place.folder
    embedded_binaries.REACHABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="data-", dir=embedded_binaries.REACHABLE))
    home.chmod(0o755)
    return home


def _initdb(place: Place, data: Path, *, durable: bool) -> None:
    command: list[str | Path] = [place.binaries.folder / "initdb", f"--pgdata={data}"]
    command += [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--no-locale"]
    command += ["--no-instructions", "--data-checksums"]
    if place.binaries.major >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not durable:
        command.append("--no-sync")
    done = run_as(place.account, command)
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise InitialisationFailed(place.folder, done.stderr.strip() or done.stdout.strip())
