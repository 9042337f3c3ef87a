"""Plant each fault in a copy of the code, run the tests that should notice, and say which did.

Exit code 1 where a fault went unnoticed, where the tests are red without any fault, or where code
has moved: before anything runs, every passage is looked for.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import compiler, planted
from tests.faults.fault import Fault

FAULTS = (*planted.FAULTS, *compiler.FAULTS)
ROOT = Path(__file__).parent.parent.parent
FOLDERS = (
    "adjacency datalog enrichment examples explorer ingest resolvers schema service store tests"
)
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "faults")


def main() -> int:
    """Plant all faults, or those whose names are given; return the exit code."""
    chosen = [fault for fault in FAULTS if not sys.argv[1:] or fault.name in sys.argv[1:]]
    moved = [fault for fault in chosen if not _stands_once(fault)]
    for fault in moved:
        print(f"MOVED     {fault.name}: its passage must stand in {fault.file} once")
    if moved or not chosen:
        return 1
    with tempfile.TemporaryDirectory(prefix="headwater-faults-") as folder:
        copy = Path(folder) / "copy"
        _copy(copy)
        tests = sorted({test for fault in chosen for test in fault.tests})
        outcome = _run(copy, tests)
        if not outcome.green:
            print(f"without any fault these are not green: {' '.join(outcome.red or tests)}")
            return 1
        unnoticed = [fault for fault in chosen if not _is_noticed(copy, fault)]
    print(f"{len(chosen) - len(unnoticed)} noticed, {len(unnoticed)} not")
    return 1 if unnoticed else 0


def _stands_once(fault: Fault) -> bool:
    file = ROOT / fault.file
    return file.exists() and file.read_text().count(fault.right) == 1


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
    """Tell whether each of a fault's tests turns red, and print which test of them it is."""
    file = copy / fault.file
    right = file.read_text()
    started = time.monotonic()
    file.write_text(right.replace(fault.right, fault.wrong))
    try:
        outcomes = [_run(copy, [test]) for test in fault.tests]
    finally:
        file.write_text(right)
    seconds = time.monotonic() - started
    noticed = all(outcome.red for outcome in outcomes)
    print(f"{'noticed' if noticed else 'UNNOTICED':9} {fault.name} ({seconds:.0f} s)")
    for test, outcome in zip(fault.tests, outcomes, strict=True):
        print(f"          {' '.join(outcome.red) or f'not by {test}'}", flush=True)
    return noticed


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of tests, and which failed; what cannot even be imported is neither."""

    green: bool
    red: Sequence[str]


def _run(copy: Path, tests: Sequence[str]) -> _Outcome:
    command = [sys.executable, "-m", "pytest", *OPTIONS, *tests]
    ran = subprocess.run(command, cwd=copy, capture_output=True, check=False, text=True)
    return _Outcome(
        ran.returncode == 0, re.findall(r"^FAILED (.+?)(?: - |$)", ran.stdout, re.MULTILINE)
    )


if __name__ == "__main__":
    sys.exit(main())
