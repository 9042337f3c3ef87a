"""Plant each fault in a copy of the code, run the tests that should notice, and say who noticed.

Exit code 1 where a fault went unnoticed, or where the tests are red without any fault.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.planted import FAULTS, Fault

ROOT = Path(__file__).parent.parent.parent
FOLDERS = "datalog enrichment examples explorer ingest resolvers schema service store tests"
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "faults")
GREEN = 0
RED = 1


def main() -> int:
    """Plant all faults, or those whose names are given; return the exit code."""
    chosen = [fault for fault in FAULTS if not sys.argv[1:] or fault.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="headwater-faults-") as folder:
        copy = Path(folder) / "copy"
        _copy(copy)
        tests = sorted({test for fault in chosen for test in fault.tests})
        if _run(copy, tests) != GREEN:
            print(f"without any fault these are not green: {' '.join(tests)}")
            return 1
        unnoticed = [fault for fault in chosen if not _is_noticed(copy, fault)]
    print(f"{len(chosen) - len(unnoticed)} passed, {len(unnoticed)} failed")
    return 1 if unnoticed else 0


def _copy(copy: Path) -> None:
    copy.mkdir()
    copy.parent.chmod(0o711)
    for name in FOLDERS.split():
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    shared = ROOT.parent / "shared"
    if shared.exists():
        (copy.parent / "shared").symlink_to(shared)


def _is_noticed(copy: Path, fault: Fault) -> bool:
    file = copy / fault.file
    right = file.read_text()
    if right.count(fault.right) != 1:
        print(f"UNNOTICED {fault.name}: the passage must stand in {fault.file} once")
        return False
    started = time.monotonic()
    file.write_text(right.replace(fault.right, fault.wrong))
    try:
        noticed = _run(copy, fault.tests) == RED
    finally:
        file.write_text(right)
    seconds = time.monotonic() - started
    print(f"{'noticed' if noticed else 'UNNOTICED':9} {fault.name} ({seconds:.0f} s)", flush=True)
    return noticed


def _run(copy: Path, tests: list[str] | tuple[str, ...]) -> int:
    command = [sys.executable, "-m", "pytest", *OPTIONS, *tests]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
