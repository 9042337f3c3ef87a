"""Install the locked packages, Headwater itself and GraphiQL, unless that is done already.

Run by `make install` with whatever Python the machine has, so this file needs nothing installed,
and it must be readable for an older Python 3, which is told what is missing.
"""

import sys

if sys.version_info < (3, 11):
    found = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.exit(
        f"Headwater needs Python 3.11 or newer, but {sys.executable} is {found}. "
        "Install a newer one and name it: make install PYTHON=python3.11"
    )

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"
INSTALLED = VENV / "installed"
GRAPHIQL = ROOT / "service" / "graphiql"
UNFINISHED = VENV / "unfinished"


def main() -> None:
    """Bring .venv and GraphiQL in line with their locks; do nothing when they are."""
    wanted = _fingerprint()
    if not _is_installed(wanted):
        with (ROOT / ".venv.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_installed(wanted):
                _install(wanted)
    _install_graphiql()


def _fingerprint() -> str:
    """Return a digest of all that decides what .venv holds."""
    digest = hashlib.sha256(f"{ROOT} {sys.version_info[:2]}".encode())
    for file in (LOCK, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_installed(wanted: str) -> bool:
    return PYTHON.exists() and INSTALLED.exists() and INSTALLED.read_text() == wanted


def _install(wanted: str) -> None:
    print(
        "Installing the pinned packages into .venv (about a minute the first time) ...", flush=True
    )
    _make_venv()
    # Whoever is interrupted between these two lines starts from an empty .venv next time.
    UNFINISHED.touch()
    _pip("--no-compile", "--require-hashes", "-r", str(LOCK))
    _pip("--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _compile()
    INSTALLED.write_text(wanted)
    UNFINISHED.unlink()
    print("Installed. The command is .venv/bin/headwater", flush=True)


def _install_graphiql() -> None:
    """Fetch the files of GraphiQL from npm; without them, all else works."""
    done = subprocess.run([str(PYTHON), str(ROOT / ".ci" / "npm.py"), str(GRAPHIQL)], check=False)
    if done.returncode != 0:
        print(
            "So there is no GraphiQL at /graphql; all else works. `make install` tries again.",
            file=sys.stderr,
        )


def _make_venv() -> None:
    if _is_whole():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode != 0:
        sys.exit(
            f"{sys.executable} could not make .venv (its message is above). On Debian and Ubuntu "
            "the package python3-venv is needed; otherwise name another Python: "
            "make install PYTHON=python3.11"
        )


def _is_whole() -> bool:
    """Tell whether an earlier install ended well, in this folder and with this Python."""
    if not (PYTHON.exists() and INSTALLED.exists()) or UNFINISHED.exists():
        return False
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    moved = str(VENV) not in (VENV / "bin" / "pip").read_text()
    return (VENV / "lib" / f"python{version}").is_dir() and not moved


def _compile() -> None:
    """Compile what was installed, on every core: pip would use one. Some files are templates."""
    command = [str(PYTHON), "-m", "compileall", "-qq", "-j", "0", str(VENV / "lib")]
    subprocess.run(command, check=False)


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The build back end is a program of .venv, which it looks for in PATH.
    path = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run([*command, *arguments], env={**os.environ, "PATH": path}, check=False)
    if done.returncode != 0:
        sys.exit(
            "Installing broke off (pip's message is above). If it speaks of the network or of a "
            "file that could not be downloaded, check the connection and run `make install` "
            "again; what has arrived is kept. If it speaks of hashes, a package differs from the "
            "one that was locked: run `.venv/bin/pip cache purge` and `make install` again, and "
            "do not use the package if that does not help."
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted. `make install` begins again with an empty .venv.")
