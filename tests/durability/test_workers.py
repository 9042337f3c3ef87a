"""`headwater serve` with several workers: all answer, come back when killed, and go together."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
import pytest

from store.database import Database
from tests.durability.history import dataset
from tests.durability.judging import nothing_lost, sound
from tests.durability.processes import HEADWATER, PATIENCE, Child, child

CLIENTS = 6
WRITE = """mutation ($it: TransactionInput!, $key: String) {
  transact(transaction: $it, idempotencyKey: $key) { transaction { t } }
}"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A parent with workers, and where they answer."""

    parent: Child
    at: str

    def told(self, event: str) -> list[dict[str, object]]:
        """Return what the log has told of an event so far."""
        lines = [orjson.loads(line) for line in self.parent.errors if line.startswith(b"{")]
        return [line for line in lines if line["event"] == event]

    def pids(self) -> dict[object, int]:
        """Return the process that each worker is, of those that were ready at last."""
        return {each["worker"]: int(str(each["pid"])) for each in self.told("worker ready")}


@asynccontextmanager
async def serving(*options: str) -> AsyncIterator[Serving]:
    """Run `headwater serve` with two workers on a free port."""
    command = (HEADWATER, "serve", "--port", "0", "--workers", "2", "--log-format", "json")
    async with child(*command, *options) as parent:
        await parent.until(lambda: bool(parent.said))
        found = re.search(rb"http://\S+", parent.said[0])
        assert found is not None, parent.said
        yield Serving(parent, found[0].decode())


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder for an embedded PostgreSQL, which its user can reach where root runs this."""
    home = Path(tempfile.mkdtemp(prefix="headwater-workers-"))
    home.chmod(0o711)
    try:
        yield home / "data"
    finally:
        shutil.rmtree((home / "data" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _gone(*pids: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(map(_lives, pids)):  # noqa: ASYNC110  # Processes of others have no event.
            await asyncio.sleep(0.02)


def test_two_workers_answer_and_go_with_their_parent_and_postgresql(folder: Path) -> None:
    asyncio.run(_answered_and_stopped(folder))


async def _answered_and_stopped(folder: Path) -> None:
    async with serving("--data-dir", str(folder)) as running:
        async with asyncio.timeout(PATIENCE):
            while {each["worker"] for each in running.told("request")} != {1, 2}:
                # Each asks on a connection of its own: either worker may take it.
                async with httpx.AsyncClient(timeout=30) as http:
                    answer = await http.post(running.at, json={"query": "{ basis { t } }"})
                    assert answer.json()["data"]["basis"]["t"]
        workers = running.pids()
        assert set(workers) == {1, 2}
        postgres = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        running.parent.process.send_signal(signal.SIGTERM)
        assert await running.parent.ended() == 0
        assert not any(map(_lives, (*workers.values(), postgres)))


def test_a_second_signal_ends_workers_that_have_something_to_do(catalog_url: str) -> None:
    asyncio.run(_hurried(catalog_url))


async def _hurried(url: str) -> None:
    async with (
        serving("--database-url", url) as running,
        Database.open(url) as database,
        database.writing(),
        httpx.AsyncClient(timeout=PATIENCE) as http,
    ):
        body = {"query": WRITE, "variables": {"it": {"actor": "nobody"}}}
        writing = asyncio.create_task(http.post(running.at, json=body))
        await _waits_for_the_clock(database)
        workers = running.pids()
        running.parent.process.send_signal(signal.SIGINT)
        await running.parent.until(lambda: bool(running.told("Shutting down")))
        assert any(map(_lives, workers.values()))  # That request is under way.
        running.parent.process.send_signal(signal.SIGINT)
        with pytest.raises(httpx.TransportError):
            await writing
        assert await running.parent.ended() == 0
        await _gone(*workers.values())


async def _waits_for_the_clock(database: Database) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(PATIENCE):
        while not (await database.row(waiting))[0]:  # noqa: ASYNC110  # Nobody tells.
            await asyncio.sleep(0.02)


@dataclass(slots=True)
class Clients:
    """Clients that write until told to stop, and send again what was not answered."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    sent: set[str] = field(default_factory=set)
    answered: dict[str, int] = field(default_factory=dict)
    broken: int = 0

    async def write(self, at: str, client: int) -> None:
        """Write one after the other."""
        number = 0
        while not self.stop.is_set():
            key = f"{client}-{number}"
            self.sent.add(key)
            try:
                async with httpx.AsyncClient(timeout=30) as http:  # Of no worker yet.
                    self.answered[key] = await _write(http, at, key)
            except httpx.TransportError:
                self.broken += 1
            else:
                number += 1


async def _write(http: httpx.AsyncClient, at: str, key: str) -> int:
    upsert = {"type": "Dataset", "urn": dataset(key), "name": key}
    body = {"query": WRITE, "variables": {"it": {"upsert": [upsert]}, "key": key}}
    answer = (await http.post(at, json=body)).json()
    assert "errors" not in answer, answer
    return int(answer["data"]["transact"]["transaction"]["t"])


def test_a_worker_that_is_killed_comes_back_and_all_end_when_their_parent_is_killed(
    durable_url: str,
) -> None:
    asyncio.run(_killed(durable_url))


async def _killed(url: str) -> None:
    clients = Clients()
    async with serving("--database-url", url) as running:
        before = running.pids()
        writing = [asyncio.create_task(clients.write(running.at, n)) for n in range(CLIENTS)]
        await running.parent.until(lambda: len(clients.answered) > CLIENTS)
        os.kill(before[1], signal.SIGKILL)
        await running.parent.until(lambda: bool(running.told("worker ended")))
        answered = len(clients.answered)
        await running.parent.until(lambda: len(clients.answered) > answered + CLIENTS)
        await running.parent.until(lambda: running.pids() != before)
        after = running.pids()
        clients.stop.set()
        await asyncio.gather(*writing)
        assert after[2] == before[2]
        assert _lives(after[1])
        [ended] = running.told("worker ended")
        assert (ended["worker"], ended["pid"], ended["exit_code"]) == (1, before[1], -9)
        assert set(clients.answered) == clients.sent
        await running.parent.kill()
        await _gone(*after.values())
        async with httpx.AsyncClient() as http:
            with pytest.raises(httpx.ConnectError):
                await http.get(running.at)
    acknowledged = [{"key": key, "t": t} for key, t in clients.answered.items()]
    async with Database.open(url, pool_size=1) as database:
        assert await nothing_lost(database, acknowledged) == len(acknowledged)
        assert await sound(database) == len(clients.sent) + 1


def test_what_no_worker_can_start_with_is_told(catalog_url: str, tmp_path: Path) -> None:
    asyncio.run(_not_started(catalog_url, tmp_path / "missing.json"))


async def _not_started(url: str, missing: Path) -> None:
    options = ("--database-url", url, "--trusted-documents", str(missing), "--workers", "2")
    async with child(HEADWATER, "serve", "--port", "0", *options) as parent:
        assert await parent.ended() == 3
        assert parent.said == []
        codes = [line.split(b":")[0] for line in parent.errors]
        assert codes[-1] == b"NOT_STARTED"
        assert b"INVALID_TRUSTED_DOCUMENTS" in codes
