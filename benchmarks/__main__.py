"""`make bench`: all that is measured, in one run: tables, the goals, and a file in results/.

`python -m benchmarks [--brief] [part …]`: with names of parts only these; with `--brief` in few
rounds, which is enough to see that everything still runs, and is not written down.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType

from benchmarks import coalescing, memory
from benchmarks.databases import Bench, opened
from benchmarks.datalog import measure as datalog
from benchmarks.lineage import measure as lineage
from benchmarks.measuring import BRIEF, THOROUGH
from benchmarks.peers import measure as peers
from benchmarks.report import Section, about, save, show, show_goals
from benchmarks.writing import measure as writing

Part = Callable[[Bench], AsyncIterator[Section]]

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "peers": peers.measured,
        "datalog": datalog.measured,
        "lineage": lineage.measured,
        "memory": memory.measured,
        "coalescing": coalescing.measured,
        "writing": writing.measured,
    }
)
"""What is measured, in this order, by the name that the command line takes."""


async def _main(names: Sequence[str], *, brief: bool) -> None:
    parts = {name: PARTS[name] for name in names or PARTS}
    async with opened(BRIEF if brief else THOROUGH) as bench:
        sections: list[Section] = []
        for part in parts.values():
            async for section in part(bench):
                show(section)
                sections.append(section)
        show_goals(sections)
        if not brief:
            path = save(await about(bench.databases), sections)
            print(f"written to {path}")


if __name__ == "__main__":
    asyncio.run(
        _main(
            [each for each in sys.argv[1:] if not each.startswith("--")],
            brief="--brief" in sys.argv[1:],
        )
    )
