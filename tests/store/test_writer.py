"""Writers that wait are committed together; nothing acknowledged is lost, no t is skipped."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.audit.verify import verify
from store.database import Database
from store.database_errors import DatabaseUnavailable
from store.embedded.server import started
from store.errors import CallerFault
from store.ids import T
from store.log import TX_REASON, URN
from store.migrate import migrate
from store.transaction import Transaction, Upsert, read
from store.writing.refusals import BasisConflict, InstantInFuture, InstantInPast, OutcomeUnknown
from store.writing.writer import LARGE, Report, Writer
from tests.store.catalogs import change, opened
from tests.store.model import CATALOG


def team(number: int, **about: Any) -> Transaction:
    """Return a transaction that makes a team."""
    return Transaction(upserts=(Upsert("Team", f"hw://team/{number}", {"name": "n"}),), **about)


async def test_a_report_says_what_became_of_a_transaction(history: Database) -> None:
    said = {
        "tx": {"reason": "because"},
        "upsert": [{"type": "Dataset", "urn": "hw://d/9", "name": "nine"}],
        "link": [{"type": "OwnedBy", "from": "hw://d/9", "to": "hw://who"}],
        "retract": ["hw://nobody"],
    }
    before = await history.clock()
    report = await Writer(history).transact(read(said))
    assert report.t == report.basis == before.t + 1
    assert report.instant == report.basis_instant > before.instant
    assert report.redundant == 1
    assert not report.replayed
    [stub] = report.stubs
    urns = {one.e: one.value for one in report.datoms if one.a == URN}
    assert urns[stub] == '"hw://who"'
    assert [one.value for one in report.datoms if one.a == TX_REASON] == ['"because"']
    rows = await history.rows(
        "SELECT e, a, op, coalesce(r::text, v) FROM log WHERE t = $1 ORDER BY n", [report.t]
    )
    assert rows == [(e, a, op, str(value)) for e, a, op, value in report.datoms]


async def test_what_is_redundant_takes_no_t(history: Database) -> None:
    writer = Writer(history)
    first, second = await writer.transact(team(1)), await writer.transact(team(1))
    assert second.t is None
    assert second.basis == first.t
    assert second.redundant == 1
    assert second.datoms == ()
    assert (await writer.transact(Transaction())).t is None


async def test_a_dry_run_reports_all_and_writes_nothing(history: Database) -> None:
    before = await history.clock()
    writer = Writer(history)
    dry = await writer.transact(team(1, idempotency_key="k"), dry_run=True)
    assert await history.clock() == before
    assert dry.t is None
    assert dry.basis == before.t
    real = await writer.transact(team(1, idempotency_key="k"))
    about_team = [[one for one in each.datoms if one.e < 2**52] for each in (dry, real)]
    assert about_team[0] == about_team[1] != []
    with pytest.raises(CallerFault):
        await writer.transact(read({"upsert": [{"type": "X", "urn": "hw://x"}]}), dry_run=True)


async def test_a_basis_that_has_moved_on_is_refused(history: Database) -> None:
    writer = Writer(history)
    basis = (await history.clock()).t
    assert (await writer.transact(team(1), if_basis=basis)).t == basis + 1
    with pytest.raises(BasisConflict, match=f"the basis is {basis + 1}, not {basis}"):
        await writer.transact(team(2), if_basis=basis)
    outcomes = await asyncio.gather(
        *(writer.transact(team(n), if_basis=T(basis + 1)) for n in range(2, 6)),
        return_exceptions=True,
    )
    assert [isinstance(one, Report) for one in outcomes] == [True, False, False, False]


async def test_a_key_that_was_used_replays_its_transaction(history: Database) -> None:
    writer = Writer(history)
    first = await writer.transact(team(1, idempotency_key="once"))
    await writer.transact(team(2))
    again = await Writer(history).transact(team(3, idempotency_key="once"))
    assert again.replayed
    assert (again.t, again.instant, again.datoms) == (first.t, first.instant, first.datoms)
    assert again.basis == first.basis + 1
    together = [team(4, idempotency_key="two"), team(5, idempotency_key="two")]
    one, other = await writer.transact_many(together)
    assert isinstance(one, Report)
    assert isinstance(other, Report)
    assert (other.t, other.replayed, one.replayed) == (one.t, True, False)
    assert (
        await history.rows("SELECT v FROM fact_1 WHERE v IN ('hw://team/3', 'hw://team/5')") == []
    )


@pytest.mark.parametrize("key", ["\ud800", "a\0", "k" * 257])
async def test_a_key_that_cannot_be_kept_is_refused(history: Database, key: str) -> None:
    with pytest.raises(CallerFault, match="idempotencyKey: expected a key of at most 256"):
        await Writer(history).transact(team(1, idempotency_key=key))


async def test_instants_never_go_back_nor_ahead(history: Database) -> None:
    writer = Writer(history)
    last = (await history.clock()).instant
    now = datetime.now(UTC)
    with pytest.raises(InstantInPast, match="is before the last transaction's"):
        await writer.transact(team(1, instant=last - timedelta(microseconds=1)))
    with pytest.raises(InstantInFuture, match="has not come"):
        await writer.transact(team(1, instant=now + timedelta(minutes=1)))
    assert (await writer.transact(team(1, instant=last))).instant == last
    ahead = datetime.now(UTC) + timedelta(seconds=0.7)
    assert (await writer.transact(team(2, instant=ahead))).instant == ahead
    assert (await writer.transact(team(3))).instant >= ahead


async def test_many_are_written_in_order_each_at_its_t(history: Database) -> None:
    basis = (await history.clock()).t
    bad = read({"upsert": [{"type": "X", "urn": "hw://x"}]})
    said = [team(1), bad, team(1), team(2)]
    first, refused, redundant, last = await Writer(history).transact_many(said)
    assert isinstance(refused, CallerFault)
    ts = [one.t for one in (first, redundant, last) if isinstance(one, Report)]
    assert ts == [basis + 1, None, basis + 2]
    assert await Writer(history).transact_many([]) == []


async def test_many_may_stop_at_the_first_that_is_refused(history: Database) -> None:
    bad = read({"upsert": [{"type": "X", "urn": "hw://x"}]})
    said = [team(1), bad, team(2)]
    outcomes = await Writer(history).transact_many(said, stop_at_refusal=True)
    assert [isinstance(one, Report) for one in outcomes] == [True, False]
    assert await history.rows("SELECT FROM fact_1 WHERE v = 'hw://team/2'") == []


async def test_a_writer_notices_what_others_did_to_the_schema(history: Database) -> None:
    writer = Writer(history)
    await writer.transact(team(1))
    await change(history, "type Team @entity { motto: String }")
    said = read({"upsert": [{"type": "Team", "urn": "hw://team/1", "motto": "on"}]})
    assert (await writer.transact(said)).t is not None


async def test_whoever_waits_together_is_committed_together(history: Database) -> None:
    writer = Writer(history)
    reports = await asyncio.gather(*(writer.transact(team(n)) for n in range(50)))
    basis = min(report.basis for report in reports)
    assert [report.t for report in reports] == list(range(basis, basis + 50))
    recorded = await history.rows("SELECT DISTINCT recorded_at FROM tx WHERE t >= $1", [basis])
    assert len(recorded) <= 2


class _AfterRead(dict[str, object]):
    """Values that are given only once the event loop has answered somebody else's read."""

    def __init__(self, values: dict[str, object], database: Database) -> None:
        super().__init__(values)
        self._database, self._loop = database, asyncio.get_running_loop()

    def items(self) -> Any:
        """Return the values, after the read."""
        read = self._database.rows("SELECT")
        assert asyncio.run_coroutine_threadsafe(read, self._loop).result(60) == [()]
        return super().items()


@pytest.mark.parametrize("dry_run", [False, True])
async def test_reads_are_answered_while_a_large_transaction_is_decided(
    history: Database, *, dry_run: bool
) -> None:
    values = _AfterRead({"name": "n"}, history)
    upserts = tuple(Upsert("Team", f"hw://team/{number}", values) for number in range(LARGE))
    report = await Writer(history).transact(Transaction(upserts=upserts), dry_run=dry_run)
    assert (report.t is None) == dry_run
    assert sum(one.a == URN for one in report.datoms) == LARGE


async def test_whoever_gives_up_before_the_commit_is_left_out(history: Database) -> None:
    writer = Writer(history)
    async with history.writing():
        first = asyncio.create_task(writer.transact(team(1)))
        await asyncio.sleep(0.05)  # It waits for the clock by now.
        others = [asyncio.create_task(writer.transact(team(n))) for n in (2, 3)]
        await asyncio.sleep(0)
        others[0].cancel()
        await asyncio.sleep(0)
    assert (await first).t is not None
    assert (await others[1]).t is not None
    assert await history.rows("SELECT FROM fact_1 WHERE v = 'hw://team/2'") == []


async def test_32_writers_lose_nothing_and_skip_no_t(history_url: str) -> None:
    acknowledged: list[Report] = []
    async with Database.open(history_url, pool_size=8) as database:
        writers = [Writer(database) for _ in range(4)]

        async def write(number: int) -> None:
            for turn in range(10):
                said = read(
                    {
                        "upsert": [
                            {
                                "type": "Dataset",
                                "urn": f"hw://d/{(number + turn) % 5}",
                                "name": f"{number} {turn}",
                                "tags": [f"{turn}"],
                            }
                        ],
                        "link": [
                            {
                                "type": "PublishedBy",
                                "from": f"hw://d/{turn % 5}",
                                "to": f"hw://t/{number % 3}",
                            }
                        ],
                    }
                )
                acknowledged.append(await writers[number % 4].transact(said))

        before = (await database.clock()).t
        async with asyncio.TaskGroup() as tasks:
            for number in range(32):
                tasks.create_task(write(number))
        ts = sorted(report.t for report in acknowledged if report.t is not None)
        assert ts == list(range(before + 1, before + len(ts) + 1))
        assert (await database.clock()).t == before + len(ts)
        for report in acknowledged:
            if report.t is not None:
                facts = await database.rows("SELECT FROM log WHERE t = $1", [report.t])
                assert len(facts) == len(report.datoms)
        assert (await verify(database)).findings == ()


async def test_a_reader_pinned_to_a_basis_sees_the_same_while_others_write(
    history: Database,
) -> None:
    basis = (await history.clock()).t
    text = "SELECT e, values, lifecycle FROM version WHERE t0 <= $1 AND $1 < t1 ORDER BY e"
    before = await history.rows(text, [basis])
    writer = Writer(history)
    changed = [Upsert("Dataset", f"hw://d/{n}", {"name": "other"}) for n in (1, 2, 3)]

    async def write(number: int) -> None:
        for upsert in changed:
            said = Upsert("Dataset", upsert.urn, {"name": f"other {number}"})
            await writer.transact(Transaction(upserts=(said,), retracts=("hw://u/1",)))

    async def look() -> None:
        for _ in range(20):
            assert await history.rows(text, [basis]) == before

    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            tasks.create_task(write(number))
        for _ in range(4):
            tasks.create_task(look())


async def test_a_backend_that_is_killed_loses_nothing_acknowledged(history: Database) -> None:
    writer = Writer(history)
    acknowledged: list[Report] = []
    faults: list[Exception] = []

    async def write(number: int) -> None:
        for turn in range(15):
            try:
                acknowledged.append(await writer.transact(team(100 * number + turn)))
            except (DatabaseUnavailable, OutcomeUnknown) as fault:
                faults.append(fault)

    async def kill() -> None:
        for _ in range(12):
            await asyncio.sleep(0.02)
            with contextlib.suppress(DatabaseUnavailable):
                await history.rows(_KILL)

    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(write(number))
        tasks.create_task(kill())
    assert faults
    assert acknowledged
    for report in acknowledged:
        facts = await history.rows("SELECT FROM log WHERE t = $1", [report.t])
        assert len(facts) == len(report.datoms)
    assert (await verify(history)).findings == ()


_KILL = """
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder for a server, that every user can come to, unlike pytest's own."""
    home = Path(tempfile.mkdtemp(prefix="headwater-writer-"))
    home.chmod(0o711)
    yield home / "data"
    shutil.rmtree((home / "data" / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


async def test_a_killed_postgresql_loses_nothing_acknowledged(folder: Path) -> None:
    acknowledged: list[Report] = []
    begun = asyncio.Event()

    async def write_until_it_is_gone(database: Database) -> None:
        writer, number = Writer(database), 0
        with contextlib.suppress(DatabaseUnavailable, OutcomeUnknown):
            while True:
                outcomes = await writer.transact_many([team(number + n) for n in range(40)])
                acknowledged.extend(one for one in outcomes if isinstance(one, Report))
                number += 40
                if number >= 200:
                    begun.set()

    async with AsyncExitStack() as stack:
        server = stack.enter_context(started(folder))
        await migrate(server.url)
        database = await stack.enter_async_context(opened(server.url, CATALOG))
        writing = asyncio.create_task(write_until_it_is_gone(database))
        await begun.wait()
        os.kill(server.pid, signal.SIGKILL)
        await writing
    with started(folder) as server:
        async with Database.open(server.url) as database:
            assert (await verify(database)).findings == ()
            ts = {t for [t] in await database.rows("SELECT t FROM tx")}
    assert len(acknowledged) >= 200
    assert {report.t for report in acknowledged} <= ts
