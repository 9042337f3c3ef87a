"""`headwater serve` is killed under its clients: they send again, and nothing is written twice."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from store.database import Database
from tests.durability.history import dataset
from tests.durability.judging import nothing_lost, sound
from tests.durability.processes import HEADWATER, Child, child

CLIENTS, EACH = 12, 12
WRITE = """mutation ($it: TransactionInput!, $key: String) {
  transact(transaction: $it, idempotencyKey: $key) { transaction { t } replayed }
}"""


@asynccontextmanager
async def serve(url: str) -> AsyncIterator[tuple[Child, str]]:
    """Run `headwater serve` on a free port; give the process, and where it answers."""
    async with child(HEADWATER, "serve", "--port", "0", "--database-url", url) as process:
        await process.until(lambda: bool(process.said))
        found = re.search(rb"http://\S+", process.said[0])
        assert found is not None, process.said
        yield process, found[0].decode()


@dataclass(slots=True)
class Clients:
    """Clients that write, and what each key was answered; `sent` are all that were ever sent."""

    sent: dict[str, None] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def send(self, http: httpx.AsyncClient, at: str, key: str) -> dict[str, Any]:
        """Send the transaction of a key, and return its report."""
        self.sent[key] = None
        upsert = {"type": "Dataset", "urn": dataset(key), "name": key}
        body = {"query": WRITE, "variables": {"it": {"upsert": [upsert]}, "key": key}}
        answer = (await http.post(at, json=body, timeout=30)).json()
        assert "errors" not in answer, answer
        report: dict[str, Any] = answer["data"]["transact"]
        return report

    async def write(self, at: str, client: int) -> None:
        """Write one after the other, until all are written or the server is gone."""
        async with httpx.AsyncClient() as http:
            for number in range(EACH):
                key = f"{client}-{number}"
                try:
                    self.answered[key] = await self.send(http, at, key)
                except httpx.TransportError:
                    return


def test_clients_of_a_killed_server_send_again_and_nothing_is_written_twice(
    durable_url: str,
) -> None:
    asyncio.run(_killed(durable_url))


async def _killed(url: str) -> None:
    clients = Clients()
    async with serve(url) as (process, at):
        writing = [asyncio.create_task(clients.write(at, each)) for each in range(CLIENTS)]
        await process.until(lambda: len(clients.answered) > CLIENTS * EACH // 3)
        await process.kill()
        await asyncio.gather(*writing)
    acknowledged = [
        {"key": key, "t": int(report["transaction"]["t"])}
        for key, report in clients.answered.items()
    ]
    async with Database.open(url, pool_size=1) as database:
        await nothing_lost(database, acknowledged)
        replayed = await _sent_again(url, clients)
        assert await nothing_lost(database, acknowledged) == len(acknowledged)
        assert await sound(database) == len(clients.sent) + 1
    sent, answered = len(clients.sent), len(acknowledged)
    print(f"{sent} sent, {answered} answered before the kill, {replayed} of the others were there")


async def _sent_again(url: str, clients: Clients) -> int:
    """Send all once more to a new server; return how many were there without an answer."""
    there = 0
    async with serve(url) as (_, at), httpx.AsyncClient() as http:
        for key in clients.sent:
            report = await clients.send(http, at, key)
            if key in clients.answered:
                assert report == {**clients.answered[key], "replayed": True}
            there += report["replayed"] and key not in clients.answered
    return there
