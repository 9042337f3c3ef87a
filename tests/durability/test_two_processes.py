"""Several processes write to one database: one t for each transaction, and none is skipped."""

from store.database import Database
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer
from tests.durability.history import dataset
from tests.durability.judging import nothing_lost, sound
from tests.durability.processes import DRIVER, child

WRITERS, EACH = 8, 25


async def test_two_processes_and_ours_keep_t_dense_and_unique(catalog_url: str) -> None:
    command = (*DRIVER, "write", catalog_url)
    size = (str(WRITERS), str(EACH))
    async with (
        Database.open(catalog_url) as database,
        child(*command, "a", *size) as one,
        child(*command, "b", *size) as other,
    ):
        await one.until(lambda: bool(one.said))
        ours = await _write(database, 100)
        assert [await one.ended(), await other.ended()] == [0, 0]
        told = [*one.acknowledged, *other.acknowledged]
        assert not any(each["replayed"] for each in told)
        total = 2 * WRITERS * EACH
        assert await nothing_lost(database, told) == total
        ts = sorted([*ours, *(each["t"] for each in told)])
        assert ts == list(range(2, total + len(ours) + 2))
        assert await sound(database) == ts[-1]
    # They did take turns: neither wrote all of its own before the other began.
    first, second = ([each["t"] for each in process.acknowledged] for process in (one, other))
    turns = sum(t + 1 in set(second) for t in first)
    print(f"{total} of two processes and {len(ours)} of ours, {turns} turns between the two")


async def _write(database: Database, count: int) -> list[int]:
    writer = Writer(database)
    written = []
    for number in range(count):
        upsert = Upsert("Dataset", dataset(f"ours-{number}"), {"name": f"ours {number}"})
        report = await writer.transact(Transaction(upserts=(upsert,)))
        written.append(report.t or 0)
    return written


async def test_one_key_sent_by_two_processes_is_written_once(catalog_url: str) -> None:
    command = (*DRIVER, "write", catalog_url, "same", str(WRITERS), str(EACH))
    async with (
        Database.open(catalog_url) as database,
        child(*command) as one,
        child(*command) as other,
    ):
        assert [await one.ended(), await other.ended()] == [0, 0]
        first = {each["key"]: each for each in one.acknowledged}
        second = {each["key"]: each for each in other.acknowledged}
        assert first.keys() == second.keys()
        for key, each in first.items():
            assert each["t"] == second[key]["t"]
            assert {each["replayed"], second[key]["replayed"]} == {False, True}
        assert await sound(database) == WRITERS * EACH + 1
    print(f"{sum(each['replayed'] for each in first.values())} of {len(first)} were the other's")
