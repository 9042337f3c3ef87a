"""`make bench`: all that is measured, in one run: tables, the goals, and a file in results/.

`python -m benchmarks --help` says how to measure some parts only, or in few rounds.
"""

import argparse
import asyncio
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


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for; where that makes no sense, say so and exit."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure all parts, or those that are named, and say which goals are met.",
        epilog="The databases are built by `make bench-data`.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", type=_part, help=", ".join(PARTS))
    parser.add_argument(
        "--brief", action="store_true", help="in few rounds, and nothing is written down"
    )
    return parser.parse_intermixed_args(arguments)


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"there is no {name!r}, but {', '.join(PARTS)}")
    return name


if __name__ == "__main__":
    asked = options()
    asyncio.run(_main(asked.parts, brief=asked.brief))
