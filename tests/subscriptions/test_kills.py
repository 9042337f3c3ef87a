"""Connections are killed at random points: what arrived in all is what the log says, once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed

from store.database import connect
from tests.subscriptions.log import read_log
from tests.subscriptions.running import Running, Writing, events, running, socket_to, writing

TRANSACTIONS = 150
LIVES = 5
"""How often each client has to begin again, at least."""
WATCHED = {f"hw://dataset/x/{number}" for number in range(5)}

ALL = """subscription ($after: TimePoint) {
  transactions(after: $after) {
    t facts(first: 1000) { nodes { entity { urn } attribute op } }
  }
}"""
SOME = """subscription ($after: TimePoint, $ids: [ID!]!) {
  entityChanged(after: $after, ids: $ids) { t entities { entity { urn } } }
}"""


@dataclass(slots=True)
class Client:
    """Follows a subscription through all that happens to its connection."""

    query: str
    variables: Mapping[str, object]
    random: Random
    connecting: Callable[["Client", Running], AsyncGenerator[Any, None]]
    last: int = 0
    arrived: list[Any] = field(default_factory=list)
    lives: int = 0

    async def follow(self, server: Running, upto: "asyncio.Future[int]") -> None:
        """Read until the last t has come, and hang up now and then."""
        while not (upto.done() and self.last >= upto.result()):
            self.lives += 1
            left = self.random.randrange(1, 40)
            with suppress(ConnectionClosed, OSError, httpx.TransportError, TimeoutError):
                async with asyncio.timeout(1), aclosing(self.connecting(self, server)) as stream:
                    async for event in stream:
                        self.arrived.append(event)
                        self.last = int(event["t"])
                        left -= 1
                        if not left:
                            break


async def _by_socket(client: Client, server: Running) -> AsyncGenerator[Any, None]:
    async with socket_to(server.at) as socket:
        await socket.begin()
        await socket.subscribe(client.query, {**client.variables, "after": client.last})
        try:
            while True:
                [event] = (await socket.next())["data"].values()
                yield event
        finally:
            socket.connection.transport.abort()  # No goodbye.


async def _by_stream(client: Client, server: Running) -> AsyncGenerator[Any, None]:
    told = {"Last-Event-ID": str(client.last)}
    variables = {**client.variables, "after": 0}
    async with aclosing(events(server.at, client.query, variables, **told)) as stream:
        async for name, _, data in stream:
            [event] = data["data"].values()
            assert event["t"] == name
            yield event


async def _write(writer: Writing, random: Random, begin: int) -> int:
    def urn() -> str:
        return f"hw://dataset/x/{random.randrange(30)}"

    linked: set[tuple[str, str]] = set()
    for number in range(begin, begin + TRANSACTIONS):
        upsert = [{"type": "Dataset", "urn": each, "name": f"{number}"} for each in {urn(), urn()}]
        one, other = urn(), urn()
        said: dict[str, object] = {"upsert": upsert}
        if one != other and (one, other) not in linked:
            linked.add((one, other))
            said["link"] = [{"type": "DerivedFrom", "from": one, "to": other}]
        elif linked and random.random() < 0.5:
            ended = min(linked)
            linked.discard(ended)
            said["unlink"] = [{"type": "DerivedFrom", "from": ended[0], "to": ended[1]}]
        await writer.write(**said)
        if random.random() < 0.3:
            await asyncio.sleep(random.random() * 0.02)
    return writer.ts[-1]


async def _terminate_connections(url: str, random: Random) -> None:
    """End every connection to the database now and then: the pools' and the one that listens."""
    connection = await connect(url)
    try:
        for _ in range(3):
            await asyncio.sleep(0.3 + random.random() / 2)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND query LIKE 'LISTEN%'"
            )
    finally:
        await connection.close()


async def test_what_arrives_over_killed_connections_is_what_the_log_says(catalog_url: str) -> None:
    random = Random(23)
    ids = {"ids": sorted(WATCHED)}
    clients = [
        Client(ALL, {}, Random(1), _by_socket),
        Client(ALL, {}, Random(2), _by_stream),
        Client(SOME, ids, Random(3), _by_socket),
        Client(SOME, ids, Random(4), _by_stream),
    ]
    upto: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with (
        running(catalog_url) as server,
        writing(catalog_url) as writer,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(_terminate_connections(catalog_url, random))
        for client in clients:
            group.create_task(client.follow(server, upto))
        begins = count(step=TRANSACTIONS)
        await _write(writer, random, next(begins))
        async with asyncio.timeout(60):  # A quick machine writes all that in a life or two.
            while any(client.lives < LIVES for client in clients):
                await _write(writer, random, next(begins))
        # The last one touches what all of them watch, so that all of them see the end.
        last = await writer.write(
            upsert=[{"type": "Dataset", "urn": min(WATCHED), "name": "the end"}]
        )
        upto.set_result(last)
    log = await read_log(catalog_url)
    for client in clients[:2]:
        assert [int(each["t"]) for each in client.arrived] == log.after(0)
        for event in client.arrived:
            told = [
                (fact["entity"]["urn"], fact["attribute"].rpartition("/")[2], fact["op"])
                for fact in event["facts"]["nodes"]
            ]
            said = [
                (urn, name.rpartition("/")[2], op) for urn, name, op in log.facts[int(event["t"])]
            ]
            assert told == said
    for client in clients[2:]:
        came = [
            (int(each["t"]), tuple(sorted(of["entity"]["urn"] for of in each["entities"])))
            for each in client.arrived
        ]
        assert came == log.touching(0, WATCHED)
    assert all(client.lives >= LIVES for client in clients)
    print(f"{[client.lives for client in clients]} lives, {len(log.facts)} transactions")
