"""PostgreSQL is killed in the middle: what was acknowledged is there, and writers go on."""

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from store.database import Database, connect
from store.loading.lines import Source
from store.loading.load import load
from store.transaction import Transaction, Upsert
from store.writing.refusals import OutcomeUnknown
from store.writing.writer import Writer
from tests.durability.conftest import Durable
from tests.durability.history import dataset, written
from tests.durability.judging import dense, nothing_lost, same, sound
from tests.durability.processes import (
    DRIVER,
    HEADWATER,
    child,
    held_back,
    kill_backend,
    kill_postmaster,
)
from tests.serving import Served, serving

WRITERS, EACH = 24, 40


def test_writers_outlive_kills_and_write_everything_once(durable: Durable) -> None:
    asyncio.run(_outlived(durable, durable.new_database()))


async def _outlived(durable: Durable, url: str) -> None:
    drawn = random.Random(5)
    total = WRITERS * EACH
    async with child(*DRIVER, "write", url, "a", str(WRITERS), str(EACH)) as writing:
        for part, kill in enumerate((kill_backend, kill_postmaster, kill_backend), start=1):
            await writing.until(lambda: len(writing.said) >= part * total // 5)  # noqa: B023
            await asyncio.sleep(drawn.random() * 0.05)
            await kill(durable.server, url)
            if kill is kill_postmaster:
                await asyncio.to_thread(durable.restart)
        assert await writing.ended() == 0, writing.errors
    faults = [each["faults"] for each in writing.acknowledged if each["faults"]]
    for each in writing.acknowledged:  # Only what may have been there is found there.
        assert not each["replayed"] or "OUTCOME_UNKNOWN" in each["faults"], each
    async with Database.open(url, pool_size=2) as database:
        assert await nothing_lost(database, writing.acknowledged) == total
        assert await sound(database) == total + 1
    replayed = sum(each["replayed"] for each in writing.acknowledged)
    codes = {code for told in faults for code in told}
    assert codes <= {"DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN"}
    print(f"{total} written, {len(faults)} sent again ({sorted(codes)}), {replayed} were there")
    assert faults


SLOW_FUNCTION = """
CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'
"""
SLOW_COMMIT = """
CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON tx DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION linger()
"""
QUICK_COMMIT = "DROP FUNCTION linger CASCADE"
# Who commits has committed, and waits for a standby that will never be there.
NO_ANSWER = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
ANSWER = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"
COMMITTING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event IN ('PgSleep', 'SyncRep')
"""
SAID = Transaction(upserts=(Upsert("Dataset", dataset(1), {"name": "a"}),), idempotency_key="a")


async def _interrupted_commit(durable: Durable, url: str) -> None:
    """Write, and kill PostgreSQL while it commits."""
    async with Database.open(url, pool_size=1) as writer, Database.open(url, pool_size=1) as other:
        writing = asyncio.create_task(Writer(writer).transact(SAID))
        while not (await other.row(COMMITTING))[0]:  # noqa: ASYNC110  # PostgreSQL tells nobody.
            await asyncio.sleep(0.01)
        await other.rows(ANSWER)  # From its next start on.
        await kill_postmaster(durable.server, url)
        with pytest.raises(OutcomeUnknown):
            await writing
    await asyncio.to_thread(durable.restart)


@pytest.mark.parametrize("committed", [False, True])
def test_whoever_does_not_know_the_outcome_learns_it_by_sending_again(
    durable: Durable,
    committed: bool,  # noqa: FBT001  # pytest calls it by name.
) -> None:
    asyncio.run(_unknown(durable, durable.new_database(), committed=committed))


async def _unknown(durable: Durable, url: str, *, committed: bool) -> None:
    connection = await connect(url)
    if committed:
        await connection.execute(NO_ANSWER)
        await connection.execute(RELOAD)
    else:
        await connection.execute(SLOW_FUNCTION)
        await connection.execute(SLOW_COMMIT)
    await connection.close()
    await _interrupted_commit(durable, url)
    async with Database.open(url, pool_size=1) as database:
        assert (await dense(database) == 2) is committed
        if not committed:
            await database.rows(QUICK_COMMIT)
        again = await Writer(database).transact(SAID)
        assert (again.t, again.replayed) == (2, committed)
        assert await sound(database) == 2


WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it, idempotencyKey: "a") { transaction { t } replayed }
}"""


def test_a_client_is_told_what_to_do_where_nobody_knows_the_outcome(durable: Durable) -> None:
    asyncio.run(_told(durable, durable.new_database()))


async def _told(durable: Durable, url: str) -> None:
    said = {"it": {"upsert": [{"type": "Dataset", "urn": dataset(1), "name": "a"}]}}
    async with serving(url) as served:
        with capture_logs() as logged:
            await _broken_commit(durable, url, served, said)
        assert [each["code"] for each in logged if each["event"] == "fault"] == ["OUTCOME_UNKNOWN"]
        await served.database.rows(QUICK_COMMIT)
        data = await served.ask(WRITE, said)
        assert data["transact"] == {"transaction": {"t": "2"}, "replayed": False}


async def _broken_commit(
    durable: Durable, url: str, served: Served, said: Mapping[str, object]
) -> None:
    await served.database.rows(SLOW_FUNCTION)
    await served.database.rows(SLOW_COMMIT)
    writing = asyncio.create_task(served.post(WRITE, said))
    while not (await served.database.row(COMMITTING))[0]:  # noqa: ASYNC110  # As above.
        await asyncio.sleep(0.01)
    await kill_backend(durable.server, url)
    [error] = (await writing)["errors"]
    assert error["extensions"]["code"] == "OUTCOME_UNKNOWN"
    assert "may or may not be there" in error["message"]
    assert "the same idempotency key" in error["message"]


LINES = 600


def test_a_load_goes_on_after_postgres_was_killed_under_it(
    durable: Durable, tmp_path: Path
) -> None:
    path = written(tmp_path / "history.jsonl", LINES, seed=6)
    url, other = durable.new_database(), durable.new_database()
    asyncio.run(_interrupted(durable, url, path))
    asyncio.run(_resumed(url, other, path))


async def _interrupted(durable: Durable, url: str, path: Path) -> None:
    command = (HEADWATER, "transact", str(path), "--database-url", url)
    async with held_back(url) as somebody_waits, child(*command) as loading:
        await somebody_waits()  # All of the commit but the versions has been written.
        await kill_backend(durable.server, url)
        assert await loading.ended() == 3
    [*_, said] = loading.errors
    assert said.startswith(b"DATABASE_UNAVAILABLE: PostgreSQL is not available: "), said
    async with Database.open(url, pool_size=1) as database:
        assert await dense(database) == 1
    async with child(*DRIVER, "load", url, str(path)) as loading:
        await loading.until(lambda: bool(loading.said) and loading.acknowledged[-1]["lines"] > 0)
        await kill_postmaster(durable.server, url)
        assert await loading.ended() != 0
    await asyncio.to_thread(durable.restart)
    async with Database.open(url, pool_size=1) as database:
        told, there = loading.acknowledged[-1]["lines"], await dense(database) - 1
        assert told <= there <= told + 500
        print(f"{told} lines acknowledged when PostgreSQL was killed, {there} there")


async def _resumed(url: str, other_url: str, path: Path) -> None:
    source = Source(str(path))
    async with Database.open(url) as database, Database.open(other_url) as other:
        begun = await dense(database) - 1
        done = await load(database, Writer(database), [source], lambda _: None)
        assert (done.skipped, done.transactions) == (begun, LINES - begun)
        await load(other, Writer(other), [source], lambda _: None)
        assert await sound(database) == LINES + 1
        await same(database, other)
