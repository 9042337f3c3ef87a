"""Write history.jsonl, the bundled sample: `python -m examples.generate [FILE]` at the root.

The same bytes come out every time: nothing is drawn by chance, and no clock is read.
"""

import sys
from pathlib import Path

from examples.company.cast import LAST_DAY
from examples.company.directory import write_directory, write_platform_handover
from examples.company.featurestore import write_features, write_pipelines
from examples.company.journal import Journal
from examples.company.lab import write_lab
from examples.company.lake import write_lake
from examples.company.registry import write_registry
from examples.company.serving import write_serving

HISTORY = Path(__file__).parent / "history.jsonl"


def write_history(path: Path) -> None:
    """Write the whole story to the file, one transaction a line, in order of time."""
    journal = Journal()
    write_directory(journal)
    write_platform_handover(journal)
    write_lake(journal)
    write_features(journal)
    write_pipelines(journal)
    write_registry(journal)
    write_serving(journal)
    write_lab(journal)
    lines = journal.lines(LAST_DAY)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_history(Path(sys.argv[1]) if len(sys.argv) > 1 else HISTORY)
