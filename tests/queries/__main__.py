"""`python -m tests.queries`: ask many drawn documents of the server and of the naive resolver.

What is answered wrong is shown as small as cutting makes it; exit code 1 where there is any.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from store.embedded.server import started
from tests.filling import SAMPLE, fill_with
from tests.queries.running import opened, run

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def main() -> int:
    """Ask as many documents as the command line says."""
    parser = argparse.ArgumentParser(prog="tests.queries", description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--enough", type=int, default=10, help="stop after so many wrong answers")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="headwater-queries-"))
    folder.chmod(0o711)
    try:
        with started(folder / "data", options=QUICK) as server:
            asked = _asked(server.url, options.documents, options.seed, options.enough)
            return asyncio.run(asked)
    finally:
        shutil.rmtree((folder / "data" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def _asked(url: str, many: int, seed: int, enough: int) -> int:
    began = time.monotonic()
    await fill_with(url, SAMPLE)
    async with opened(url) as bench:
        tally = await run(bench, many, seed, enough)
    print(f"seed {seed}, {time.monotonic() - began:.0f} s: {tally}; {len(tally.failures)} wrong")
    return int(bool(tally.failures))


if __name__ == "__main__":
    sys.exit(main())
