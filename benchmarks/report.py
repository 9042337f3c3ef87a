"""What was measured: a table for whoever reads it now, a file for whoever compares later."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from store.database import Database

RESULTS = Path(__file__).parent / "results"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Goal:
    """What was aimed at: at most so much, and what it came to."""

    name: str
    at_most: float
    figure: float

    @property
    def is_met(self) -> bool:
        """Tell whether the figure is no more than was aimed at."""
        return self.figure <= self.at_most

    def __str__(self) -> str:
        return f"{self.name}: {self.figure:.2f} (goal: at most {self.at_most:g})"


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def show(sections: Iterable[Section], goals: Iterable[Goal]) -> None:
    """Print the tables, then the goals, met and missed."""
    console = Console(width=130)
    for section in sections:
        table = Table(title=section.title, title_justify="left")
        for number, column in enumerate(section.columns):
            table.add_column(column, justify="right" if number else "left")
        for row in section.rows:
            table.add_row(*row)
        console.print(table)
    for goal in goals:
        console.print(f"{'met   ' if goal.is_met else 'MISSED'} {goal}")


def milliseconds(seconds: float) -> str:
    """Return a time as the tables show it."""
    return f"{seconds * 1_000:,.2f}"


def save(about: Mapping[str, object], measured: Mapping[str, object]) -> Path:
    """Write what was measured to a file of today, and return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    content = {"about": about, **measured}
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return path


async def about(databases: Mapping[str, Database]) -> dict[str, object]:
    """Return what a figure depends on: machine, versions, commit, sizes of the databases."""
    found: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "memory": _memory()},
        "load": os.getloadavg(),  # What else ran meanwhile: more than one a core is a busy machine.
        "python": platform.python_version(),
    }
    for name, database in databases.items():
        [version] = await database.row("SHOW server_version")
        found["postgresql"] = version
        rows = await database.rows(_SIZES)
        found[name] = {what: int(count) for what, count in rows}
    return found


_SIZES = """
SELECT 'transactions', count(*) FROM tx
UNION ALL SELECT 'datoms', count(*) FROM log
UNION ALL SELECT 'entities', count(*) FROM fact_2 WHERE t1 = 9223372036854775807
UNION ALL SELECT 'live edges', count(*) FROM edge WHERE t1 = 9223372036854775807
UNION ALL SELECT 'edges ever', count(*) FROM edge
UNION ALL SELECT 'megabytes', pg_database_size(current_database()) / 1000000
"""


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _memory() -> str | None:
    memory = Path("/proc/meminfo")
    return memory.read_text().splitlines()[0].partition(":")[2].strip() if memory.exists() else None
