"""`make bench`: all that is measured, in one run: a table, the goals, and a file in results/.

With `--brief` in few rounds, which is enough to see that everything still runs.
"""

import asyncio
import sys

from benchmarks.databases import opened
from benchmarks.datalog.measure import measured
from benchmarks.measuring import BRIEF, THOROUGH
from benchmarks.report import about, save, show


async def _main(*, brief: bool) -> None:
    async with opened() as databases:
        outcome = await measured(databases, BRIEF if brief else THOROUGH)
        show(outcome.sections, outcome.goals)
        if not brief:
            figures = {"datalog": outcome.figures, "goals": outcome.goals}
            path = save(await about(databases), figures)
            print(f"written to {path}")


if __name__ == "__main__":
    asyncio.run(_main(brief="--brief" in sys.argv[1:]))
