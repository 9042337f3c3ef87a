"""How a server learns of commits: told by PostgreSQL, or by looking where nobody tells."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from store.database import Database, connect
from store.following.head import Head
from store.ids import T
from tests.durability.processes import DRIVER, child
from tests.subscriptions.running import running, socket_to, writing

ALL = "subscription ($after: TimePoint) { transactions(after: $after) { t } }"
NOBODY = "postgresql://nobody@127.0.0.1:9/nothing"
NAMED = {"type": "Team", "urn": "hw://team/x/a", "name": "A"}


async def test_what_another_process_writes_is_told_at_once(catalog_url: str) -> None:
    # An hour between looks: only a notification can be in time.
    async with (
        running(catalog_url, clock_pause=3_600) as server,
        socket_to(server.at) as socket,
    ):
        await socket.begin()
        await socket.subscribe(ALL, {"after": 0})
        assert (await socket.next())["data"]["transactions"]["t"] == "1"
        async with child(*DRIVER, "write", catalog_url, "other", "2", "5") as other:
            heard = [(await socket.next())["data"]["transactions"]["t"] for _ in range(10)]
            assert await other.ended() == 0
    assert heard == [str(t) for t in range(2, 12)]


async def test_where_nobody_tells_we_look(catalog_url: str) -> None:
    async with (
        running(catalog_url, clock_pause=0.1, listen_url=NOBODY) as server,
        writing(catalog_url) as writer,
        socket_to(server.at) as socket,
    ):
        await socket.begin()
        await socket.subscribe(ALL, {"after": 1})
        for number in range(3):
            t = await writer.write(upsert=[{**NAMED, "name": f"{number}"}])
            assert (await socket.next())["data"]["transactions"]["t"] == str(t)


@asynccontextmanager
async def _following(url: str, pause: float) -> AsyncIterator[Head]:
    async with Database.open(url, pool_size=2) as database:
        head = Head(database, url, pause)
        task = asyncio.create_task(head.run())
        try:
            yield head
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _until_told(head: Head) -> None:
    async with asyncio.timeout(10):
        while not head.is_told:  # noqa: ASYNC110  # It has no event: nobody waits for it.
            await asyncio.sleep(0.01)


async def test_nothing_happens_before_somebody_follows(catalog_url: str) -> None:
    async with _following(catalog_url, 0.01) as head, writing(catalog_url) as writer:
        await writer.write(upsert=[NAMED])
        await asyncio.sleep(0.1)
        assert head.t == 0
        await asyncio.wait_for(head.past(T(1)), 5)
        assert head.t == 2


async def test_a_lost_listener_is_replaced_and_what_came_meanwhile_is_seen(
    catalog_url: str,
) -> None:
    async with _following(catalog_url, 0.2) as head, writing(catalog_url) as writer:
        await head.past(T(0))
        await asyncio.sleep(0.3)
        await writer.write(upsert=[NAMED])
        await _until_told(head)
        connection = await connect(catalog_url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        await connection.close()
        t = await writer.write(upsert=[{**NAMED, "name": "B"}])
        begun = time.perf_counter()
        await asyncio.wait_for(head.past(T(t - 1)), 5)
        assert time.perf_counter() - begun < 2  # Not the long pause of those who are told.
        await asyncio.sleep(0.5)
        await writer.write(upsert=[{**NAMED, "name": "C"}])
        await _until_told(head)


async def test_a_forged_notification_promises_nothing(catalog_url: str) -> None:
    async with _following(catalog_url, 0.05) as head, writing(catalog_url) as writer:
        await head.past(T(0))
        await asyncio.sleep(0.2)
        connection = await connect(catalog_url)
        for forged in ("999999999", "-1", "x", "", "9" * 100):
            await connection.execute("SELECT pg_notify('headwater', $1)", forged)
        await connection.close()
        await asyncio.sleep(0.2)
        assert head.t == 1
        await writer.write(upsert=[NAMED])
        await asyncio.wait_for(head.past(T(1)), 5)
        assert head.t == 2
