"""What was measured: a table for whoever reads it now, a file for whoever compares later."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Ratio
from store.database import Database

RESULTS = Path(__file__).parent / "results"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Goal:
    """What was aimed at, and what it came to: a figure, and the most or the least it may be."""

    name: str
    figure: float
    at_most: float = inf
    at_least: float = -inf

    @property
    def is_met(self) -> bool:
        """Tell whether the figure is within what was aimed at."""
        return self.at_least <= self.figure <= self.at_most

    @property
    def bound(self) -> str:
        """Return what was aimed at, as the tables show it."""
        return f"≤ {self.at_most:g}" if self.at_most < inf else f"≥ {self.at_least:g}"

    def __str__(self) -> str:
        return f"{self.name}: {self.figure:.2f} (goal: {self.bound})"


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report, its goals, and the figures behind it (dataclasses or mappings)."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal] = ()
    figures: Sequence[Any] = ()  # Of whatever form: orjson writes it.


@dataclass(frozen=True, slots=True)
class Compared:
    """A case of a table of ratios: both sides as they are told, how they compare, and the goal."""

    name: str
    ours: str
    theirs: str
    ratio: Ratio
    at_most: float = inf
    at_least: float = -inf

    @property
    def goal(self) -> Goal:
        """Return what the middle of the ratio is to be."""
        return Goal(self.name, self.ratio.middle, self.at_most, self.at_least)

    @property
    def has_goal(self) -> bool:
        """Tell whether anything was aimed at, or the case is only told."""
        return self.at_most < inf or self.at_least > -inf


def comparison(title: str, found: Sequence[Compared], figures: Sequence[Any] = ()) -> Section:
    """Return the table of ratios that the issue asks for: case, ours, theirs, ratio, goal, met."""
    rows = [(each.name, each.ours, each.theirs, str(each.ratio), *_aimed(each)) for each in found]
    goals = [each.goal for each in found if each.has_goal]
    return Section(title, _COLUMNS, rows, goals, figures or found)


_COLUMNS = ("case", "ours", "theirs", "ratio (quartiles)", "goal", "met")


def _aimed(compared: Compared) -> tuple[str, str]:
    if not compared.has_goal:
        return ("", "")
    return compared.goal.bound, "yes" if compared.goal.is_met else "NO"


def show(section: Section) -> None:
    """Print a table."""
    table = Table(title=section.title, title_justify="left")
    for number, column in enumerate(section.columns):
        table.add_column(column, justify="right" if number else "left")
    for row in section.rows:
        table.add_row(*row)
    _CONSOLE.print(table)


def show_goals(sections: Iterable[Section]) -> None:
    """Print the goals of all tables, met and missed."""
    for goal in (goal for section in sections for goal in section.goals):
        _CONSOLE.print(f"{'met   ' if goal.is_met else 'MISSED'} {goal}", highlight=False)


_CONSOLE = Console(width=150)


def milliseconds(seconds: float) -> str:
    """Return a time as the tables show it."""
    return f"{seconds * 1_000:,.2f}"


def save(about: Mapping[str, object], sections: Iterable[Section]) -> Path:
    """Write what was measured to the file of today, and return its path.

    Sections keep what they depended on; one that was measured today already is replaced.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    before = orjson.loads(path.read_bytes())["sections"] if path.exists() else []
    new = [{"title": each.title, "about": about, **_kept(each)} for each in sections]
    titles = {each["title"] for each in new}
    content = {"sections": [*(each for each in before if each["title"] not in titles), *new]}
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return path


def _kept(section: Section) -> dict[str, object]:
    goals = [
        {"name": goal.name, "figure": goal.figure, "goal": goal.bound, "met": goal.is_met}
        for goal in section.goals
    ]
    return {"goals": goals, "figures": list(section.figures)}


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
