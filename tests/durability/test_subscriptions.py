"""Whole server processes: slow clients, kills, SIGTERM, and PostgreSQL starting again."""

import asyncio
import re
import signal
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from pathlib import Path

import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

from tests.durability.conftest import Durable
from tests.durability.processes import HEADWATER, Child, child, kill_postmaster
from tests.subscriptions.running import Address, Socket, events, socket_to, writing

ALL = "subscription ($after: TimePoint) { transactions(after: $after) { t } }"
WHOLE = """subscription ($after: TimePoint) {
  transactions(after: $after) { t facts { nodes { value } } }
}"""
BIG, MANY, SLOW = 200_000, 160, 10
TAKING = 2
"""Seconds that a client may take nothing."""


@asynccontextmanager
async def served(url: str, *options: str) -> AsyncIterator[tuple[Child, Address]]:
    """Run `headwater serve` on a free port; give the process, and where it answers."""
    command = (HEADWATER, "serve", "--port", "0", "--database-url", url, *options)
    async with child(*command) as process:
        await process.until(lambda: bool(process.said))
        found = re.search(rb"http://[\d.]+:(\d+)", process.said[0])
        assert found is not None, process.said
        yield process, Address(int(found[1]))


def _memory(process: Child) -> int:
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


async def _slow(stack: AsyncExitStack, at: Address) -> Socket:
    """Return a client that has asked for everything, and reads nothing from then on."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
    raw.setblocking(False)  # noqa: FBT003  # As the standard library has it.
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", at.port))
    slow = await stack.enter_async_context(socket_to(at, sock=raw, compression=None, max_queue=1))
    await slow.begin()
    await slow.subscribe(WHOLE, {"after": 0})
    slow.connection.transport.pause_reading()
    return slow


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_slow_clients_cost_a_message_each_and_are_closed(catalog_url: str) -> None:
    async with (
        served(catalog_url, "--stream-taking", str(TAKING)) as (process, at),
        writing(catalog_url) as writer,
        AsyncExitStack() as stack,
    ):
        for number in range(MANY):
            name = f"{number} " + "x" * BIG
            await writer.write(upsert=[{"type": "Dataset", "urn": "hw://d/x/1", "name": name}])
        async with socket_to(at) as quick:
            await quick.begin()
            await quick.subscribe(WHOLE, {"after": MANY - 4})
            for _ in range(5):
                await quick.next()
            before = highest = _memory(process)
            slow = [await _slow(stack, at) for _ in range(SLOW)]
            for _ in range(20):
                await asyncio.sleep(0.1)
                highest = max(highest, _memory(process))
            each = (highest - before) / SLOW
            asked = 2 * BIG * MANY
            print(f"{SLOW} clients who read none of {asked:,} bytes cost {each:,.0f} each")
            assert each < asked / 10
            # Who reads is served meanwhile.
            t = await writer.write(retract=["hw://d/x/1"])
            assert (await quick.next())["data"]["transactions"]["t"] == str(t)
        await asyncio.sleep(4 * TAKING)  # Whoever reads on in time is no slow client.
        heard = await asyncio.gather(*map(_drained, slow))
        assert all(0 < count < MANY for count in heard)


async def _drained(slow: Socket) -> int:
    """Read on, and return how many messages there were until the end."""
    slow.connection.transport.resume_reading()
    count = 0
    with suppress(ConnectionClosed):
        while True:
            await slow.hear()
            count += 1
    return count


async def test_sigterm_ends_sockets_and_streams_at_once(catalog_url: str) -> None:
    async with served(catalog_url) as (process, at), socket_to(at) as socket:
        await socket.begin()
        await socket.subscribe(ALL, {"after": 0})
        await socket.next()
        heard = []
        async with aclosing(events(at, ALL, {"after": 0})) as stream:
            async for _, kind, _ in stream:
                heard.append(kind)
                process.process.send_signal(signal.SIGTERM)
                begun = time.perf_counter()
        assert await socket.closed() == 1001
        await process.ended()
        assert time.perf_counter() - begun < 10  # Requests in flight would be given 30 s.
        assert heard == ["next"]  # No `complete`: the client comes back.


async def test_who_loses_a_server_goes_on_at_the_next(catalog_url: str) -> None:
    heard: list[int] = []
    async with writing(catalog_url) as writer:
        for _ in range(3):
            async with served(catalog_url) as (process, at), socket_to(at) as socket:
                await socket.begin()
                await socket.subscribe(ALL, {"after": heard[-1] if heard else 0})
                await writer.write(upsert=[_dataset(len(heard))])
                while not heard or heard[-1] < writer.ts[-1]:
                    heard.append(int((await socket.next())["data"]["transactions"]["t"]))
                await process.kill()
            await writer.write(upsert=[_dataset(-len(heard))])
    assert heard == [1, *writer.ts[:-1]]


def test_a_subscription_outlives_postgres(durable: Durable, durable_url: str) -> None:
    asyncio.run(_outliving(durable, durable_url))


async def _outliving(durable: Durable, url: str) -> None:
    async with served(url, "--clock-pause", "0.2") as (_, at), socket_to(at) as socket:
        await socket.begin()
        await socket.subscribe(ALL, {"after": 0})
        assert (await socket.next())["data"]["transactions"]["t"] == "1"
        await kill_postmaster(durable.server, url)
        await asyncio.to_thread(durable.restart)
        async with writing(url) as writer:
            for number in range(3):
                t = await writer.write(upsert=[_dataset(number)])
                assert (await socket.next())["data"]["transactions"]["t"] == str(t)


async def test_gql_of_pypi_subscribes(catalog_url: str) -> None:
    async with served(catalog_url) as (_, at), writing(catalog_url) as writer:
        t = await writer.write(upsert=[_dataset(1)])
        transport = WebsocketsTransport(url=at.ws)
        heard = []
        async with Client(transport=transport, fetch_schema_from_transport=False) as session:
            request = gql("subscription { transactions(after: 0) { t } }")
            async for event in session.subscribe(request):
                heard.append(event["transactions"]["t"])
                if len(heard) == 2:
                    break
    assert heard == ["1", str(t)]


def _dataset(number: int) -> dict[str, object]:
    return {"type": "Dataset", "urn": f"hw://dataset/x/{number}", "name": f"{number}"}
