"""`make fuzz`: draw queries, ask the engine and the model, and tell where they differ.

Exit code 1 where an answer is wrong, where more than 5 % of the queries are refused, or where fewer
than half of the answers have rows. Each failure is made small and kept in `tests/cases/fuzz/`.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from store.embedded.server import started
from store.migrate import migrate
from tests.fuzz import history
from tests.fuzz.asked import to_json
from tests.fuzz.benches import HISTORIES, opened
from tests.fuzz.running import Failure, Tally, run, smallest, text

FOLDER = Path(__file__).parent.parent / "cases" / "fuzz"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def main() -> int:
    """Ask as many queries as the command line says; return the exit code."""
    options = _options()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="headwater-fuzz-"))
    folder.chmod(0o711)
    try:
        with started(folder / "data", options=QUICK) as server:
            urls = [_named(server.url, f"fuzz_{seed}") for seed in HISTORIES]
            asyncio.run(_fill(server.url, urls))
            tally = _asked(urls, options)
            tally.failures = asyncio.run(_smallest(urls, tally.failures[: options.keep]))
    finally:
        shutil.rmtree((folder / "data" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return _told(tally, options, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queries", type=int, default=21_500)  # Some are too large for the model.
    parser.add_argument("--only", type=int, help="the number of one query, to see it again")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=int, default=20, help="how many failures to make small")
    parser.add_argument("--cases", type=Path, default=FOLDER, help="where failures are kept")
    return parser.parse_args()


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def _fill(server: str, urls: Sequence[str]) -> None:
    connection = await asyncpg.connect(server)
    for seed, url in zip(HISTORIES, urls, strict=True):
        await connection.execute(f"CREATE DATABASE fuzz_{seed} TEMPLATE template0")
        await migrate(url)
        await history.fill(url, seed)
    await connection.close()


def _asked(urls: Sequence[str], options: argparse.Namespace) -> Tally:
    if options.only is not None:
        return _job(urls, options.seed, [options.only])
    tally = Tally()
    shares = [range(job, options.queries, options.jobs) for job in range(options.jobs)]
    with ProcessPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(_job, urls, options.seed, list(share)) for share in shares]
        for job in jobs:
            tally.add(job.result())
    return tally


def _job(urls: Sequence[str], seed: int, numbers: Sequence[int]) -> Tally:
    async def asked() -> Tally:
        async with opened(urls) as benches:
            return await run(benches, seed, numbers)

    return asyncio.run(asked())


async def _smallest(urls: Sequence[str], failures: Sequence[Failure]) -> list[Failure]:
    async with opened(urls) as benches:
        return [await smallest(each, benches) for each in failures]


def _told(tally: Tally, options: argparse.Namespace, seconds: float) -> int:
    for failure in tally.failures:
        name = f"{options.seed}-{failure.number}-{HISTORIES[failure.bench]}.json"
        options.cases.mkdir(parents=True, exist_ok=True)
        (options.cases / name).write_text(to_json(failure.asked) + "\n")
        print(f"\nFAILURE {failure.number} (kept as {options.cases / name}): {failure.how}")
        print(text(failure.asked))
        print(f"again: python -m tests.fuzz --seed {options.seed} --only {failure.number}")
    refused, asked = tally.refused.total(), max(tally.asked, 1)
    print(
        "\nconstructs:",
        *(f"{name} {n}" for name, n in sorted(tally.constructs.items())),
        sep="\n  ",
    )
    print("refused:", *(f"{n} times {why}" for why, n in tally.refused.most_common(25)), sep="\n  ")
    print(
        f"seed {options.seed}: {tally.asked} queries in {seconds:.0f} s, each also under other"
        f" names and in another order; {100 * tally.full / asked:.0f} % have rows"
        f" ({tally.rows} in all), {100 * refused / asked:.1f} % refused,"
        f" {len(tally.failures)} failures"
    )
    return int(bool(tally.failures) or refused > 0.05 * asked or tally.full < 0.5 * asked)


if __name__ == "__main__":
    sys.exit(main())
