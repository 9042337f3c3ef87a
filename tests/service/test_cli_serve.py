"""`headwater serve` from the start to the stop, and the sample that it brings."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from schema.sdl import catalog as sdl
from service.cli import main as cli
from service.cli import sample as cli_sample
from store.audit.verify import verify
from store.database import Database
from store.schema import writer as schema_writer
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer

HEADWATER = str(Path(sys.executable).with_name("headwater"))


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `headwater serve` until it says where it answers; kill it at the end if it lives."""
    command = [HEADWATER, "serve", "--port", "0", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"http://\S+", said)
            assert found, said
            yield process, found[0]
        finally:
            process.kill()


def asked(url: str, query: str) -> dict[str, dict[str, object]]:
    body = json.dumps({"query": query}).encode()
    request = Request(url, body, {"content-type": "application/json"})  # noqa: S310  # Ours.
    with urlopen(request, timeout=10) as answer:  # noqa: S310  # Ours.
        data: dict[str, dict[str, object]] = json.load(answer)["data"]
        return data


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sample_is_loaded_and_served_until_a_signal_stops_it(
    database_url: str, number: signal.Signals
) -> None:
    options = ("--sample", "--database-url", database_url)
    with served(*options) as (process, url):
        data = asked(url, "{ basis { t } models(first: 0) { totalCount } }")
        assert int(str(data["basis"]["t"])) > 100
        assert int(str(data["models"]["totalCount"])) > 0
        process.send_signal(number)
        assert process.wait(30) == 0


async def test_the_sample_is_loaded_once(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await cli_sample.fill(database)
        loaded = await database.clock()
        await cli_sample.fill(database)
        assert await database.clock() == loaded


async def test_the_sample_is_not_loaded_beside_something_else(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Database.open(database_url) as database:
        await schema_writer.apply(database, sdl.parse("type Mine @entity { name: String }"))
        said = Transaction(upserts=(Upsert("Mine", "hw://mine/a/b", {"name": "x"}),))
        await Writer(database).transact(said)
        before = await database.clock()
        await cli_sample.fill(database)
        assert await database.clock() == before
    assert "holds something else than the sample" in capsys.readouterr().err


def test_a_taken_port_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        options = ["serve", "--port", port, "--data-dir", str(tmp_path / "data")]
        result = CliRunner().invoke(cli.main, options)
    assert result.exit_code == 3
    assert result.stderr == (
        f"PORT_TAKEN: cannot listen at 127.0.0.1:{port} (address already in use): stop what"
        f" listens there, or choose another port with --port {int(port) + 1} or HEADWATER_PORT\n"
    )
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_told() -> None:
    result = CliRunner().invoke(cli.main, ["serve", "--host", "nonsense.invalid"])
    assert result.exit_code == 3
    assert result.stderr.startswith("PORT_TAKEN: cannot listen at nonsense.invalid:8000 (")
    assert "name an address of this machine with --host" in result.stderr


def test_a_database_that_is_not_there_is_told_in_one_line() -> None:
    options = ["serve", "--port", "0", "--database-url", "postgresql://me:secret@127.0.0.1:1/none"]
    result = CliRunner().invoke(cli.main, options)
    assert result.exit_code == 3
    assert result.stderr.startswith("DATABASE_UNAVAILABLE: PostgreSQL is not available: ")
    assert "HEADWATER_DATABASE_URL" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_feed_is_written_as_it_comes_until_a_signal_ends_it(
    database_url: str, number: signal.Signals
) -> None:
    command = [HEADWATER, "transact", "-", "--database-url", database_url]
    async with Database.open(database_url) as database:
        await schema_writer.apply(database, sdl.parse("type A @entity { n: Int }"))
        with subprocess.Popen(  # noqa: ASYNC220  # Short.
            command,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as feeding:
            assert feeding.stdin is not None
            for n in range(3):
                line = {"upsert": [{"type": "A", "urn": f"hw://a/a/{n}", "n": n}]}
                feeding.stdin.write(json.dumps(line) + "\n")
                feeding.stdin.flush()
                async with asyncio.timeout(30):
                    while (await database.clock()).t < n + 2:  # noqa: ASYNC110  # Another process.
                        await asyncio.sleep(0.02)
            feeding.send_signal(number)
            said, complaint = await asyncio.to_thread(feeding.communicate, timeout=30)
    assert feeding.returncode == 130
    # The third is there, though the signal may come before the command has counted it.
    assert said.startswith(("2 transactions, ", "3 transactions, "))
    assert complaint == "interrupted; the same command goes on from here\n"


async def test_a_load_that_is_killed_goes_on_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    many = 4_000
    path = tmp_path / "many.jsonl"
    path.write_text(
        "".join(
            json.dumps({"upsert": [{"type": "A", "urn": f"hw://a/a/{n}", "n": n}]}) + "\n"
            for n in range(many)
        )
    )
    command = [HEADWATER, "transact", str(path), "--database-url", database_url]
    async with Database.open(database_url) as database:
        await schema_writer.apply(database, sdl.parse("type A @entity { n: Int }"))
        loading = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220  # Short.
        deadline = time.monotonic() + 30
        while (await database.clock()).t < 500 and time.monotonic() < deadline:
            assert loading.poll() is None
        os.kill(loading.pid, signal.SIGKILL)
        assert loading.wait() == -signal.SIGKILL
        async with database.writing() as writing:  # Behind whatever it sent last.
            killed_at = writing.clock.t
        assert 500 <= killed_at < many
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: ASYNC221  # Short.
        skipped = re.search(r"([\d,]+) lines loaded before", done.stdout)
        assert skipped is not None
        assert int(skipped[1].replace(",", "")) == killed_at - 1
        assert (await database.clock()).t == many + 1
        assert not (await verify(database)).count
        counts = "SELECT count(DISTINCT v), count(*) FROM log WHERE a = 1"
        assert tuple(await database.row(counts)) == (many, many)
