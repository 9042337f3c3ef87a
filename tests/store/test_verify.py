"""Verification finds everything that is not as the log says, and nothing where all is well."""

import asyncio
from dataclasses import dataclass

import pytest

from store.audit import reading as log_reading
from store.audit.rebuild import rebuild
from store.audit.verify import Head, Protection, Verification, verify
from store.database import Database
from store.ids import T
from store.transaction import read
from store.writing.writer import Writer
from tests.store.catalogs import change


async def test_nothing_is_found_where_all_is_well(history: Database) -> None:
    found = await verify(history)
    assert found.findings == ()
    assert found.count == 0
    assert found.t == 6
    assert found.protection is Protection.TRIGGER


async def test_an_empty_log_is_well(database_url: str) -> None:
    async with Database.open(database_url) as empty:
        found = await verify(empty)
    assert (found.t, found.count, found.datoms) == (0, 0, 0)


async def test_small_pieces_give_the_same(
    history: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await verify(history)
    monkeypatch.setattr(log_reading, "PIECE", 3)
    assert await verify(history) == whole


async def test_it_finds_nothing_while_others_write(history: Database) -> None:
    done = asyncio.Event()

    async def write() -> None:
        writer, number = Writer(history), 0
        while not done.is_set():
            number += 1
            upsert = {"type": "Team", "urn": f"hw://t/{number % 7}", "name": f"name {number}"}
            await writer.transact(read({"upsert": [upsert]}))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        for _ in range(5):
            assert (await verify(history)).findings == ()
        done.set()


@dataclass(frozen=True)
class Tampering:
    """A statement that a table's owner could send, and where it must be found."""

    statement: str
    where: str


TAMPERINGS = {
    "a value": Tampering("UPDATE fact_{name} SET v = 'other'", "table fact_"),
    "a lost fact": Tampering("DELETE FROM fact_{name}", "table fact_"),
    "a fact that nobody stated": Tampering(
        "INSERT INTO fact_{name} (e, v, t0) VALUES (5, 'x', 1)", "table fact_"
    ),
    "a fact of the future": Tampering(
        "INSERT INTO fact_{name} (e, v, t0) VALUES (2000000, 'x', 99)", "table fact_"
    ),
    "a period that ends later": Tampering(
        "UPDATE fact_{name} SET t1 = t1 + 1 WHERE t1 < 9223372036854775807", "table fact_"
    ),
    "a urn": Tampering("UPDATE fact_1 SET v = v || 'x'", "table fact_1"),
    "a lifecycle": Tampering("UPDATE fact_3 SET v = 'PARTIAL'", "table fact_3"),
    "a lost edge": Tampering(
        "DELETE FROM edge WHERE ctid = (SELECT min(ctid) FROM edge)", "table edge"
    ),
    "an edge's key": Tampering("UPDATE edge SET key = 'other'", "table edge"),
    "an edge's end": Tampering('UPDATE edge SET "to" = "from"', "table edge"),
    "a version's list": Tampering(
        'UPDATE version SET values[2] = \'["b","a"]\' WHERE values[2] = \'["a","b"]\'',
        "table version",
    ),
    "a version's lifecycle": Tampering("UPDATE version SET lifecycle = 'X'", "table version"),
    "a version's end": Tampering(
        "UPDATE version SET ends[5] = 5 WHERE ends[5] IS NOT NULL", "table version"
    ),
    "a version's lost ends": Tampering("UPDATE version SET ends = '{}'", "table version"),
    "since when an end stands": Tampering(
        "UPDATE version SET ends[6] = 1 WHERE ends[6] IS NOT NULL", "table version"
    ),
    "a lost version": Tampering("DELETE FROM version WHERE t0 = 3", "table version"),
    "the clock": Tampering("UPDATE clock SET t = t + 1", "clock"),
    "the clock's hash": Tampering("UPDATE clock SET hash = sha256(hash)", "table clock"),
    "the next entity": Tampering("UPDATE clock SET next_entity = 1048576", "table clock"),
    "a name": Tampering("UPDATE schema_name SET name = 'x' WHERE id = 1000", "schema_name"),
    "a datom": Tampering("UPDATE log SET v = '\"x\"' WHERE t = 2 AND v = '\"one\"'", "log t 2"),
    "a lost datom": Tampering("DELETE FROM log WHERE t = 3 AND n = 3", "log t 3"),
    "a lost transaction": Tampering("DELETE FROM log WHERE t = 4", "log t 5"),
    "the last transaction": Tampering("DELETE FROM log WHERE t = 6", "log t 5"),
    "a transaction's reason": Tampering("UPDATE tx SET reason = 'x' WHERE t = 2", "tx t 2"),
    "a transaction's hash": Tampering("UPDATE tx SET hash = sha256(hash) WHERE t = 2", "log t 2"),
    "a lost row of a transaction": Tampering("DELETE FROM tx WHERE t = 3", "tx t 3"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_it_finds_what_was_tampered_with(history: Database, name: str) -> None:
    tampering = TAMPERINGS[name]
    [[a]] = await history.rows("SELECT id FROM schema_name WHERE name = 'Dataset/name'")
    async with history.writing() as writing:
        for table in ("log", "tx"):
            await writing.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        done = await writing.connection.execute(tampering.statement.replace("{name}", str(a)))
        assert not done.endswith(" 0")
        for table in ("log", "tx"):
            await writing.connection.execute(
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only"
            )
    found = await verify(history)
    assert found.count > 0
    assert any(tampering.where in finding.where for finding in found.findings), found.findings


@pytest.mark.parametrize("table", ["fact_{name}", "edge", "version"])
async def test_a_table_that_is_gone_is_named_and_made_anew(history: Database, table: str) -> None:
    [[a]] = await history.rows("SELECT id FROM schema_name WHERE name = 'Dataset/name'")
    gone = table.replace("{name}", str(a))
    async with history.writing() as writing:
        await writing.connection.execute(f"DROP TABLE {gone}")
    found = await verify(history)
    assert [str(finding) for finding in found.findings] == [f"table {gone}: it is gone"]
    await rebuild(history)
    assert (await verify(history)).count == 0


async def test_a_log_whose_trigger_is_off_is_not_protected(history: Database) -> None:
    async with history.writing() as writing:
        await writing.connection.execute("ALTER TABLE log DISABLE TRIGGER append_only")
    found = await verify(history)
    assert found.protection is Protection.NONE
    assert found.count == 1


async def test_a_hash_that_was_kept_is_held_against_the_log(history: Database) -> None:
    [kept] = await history.row("SELECT hash FROM tx WHERE t = 4")
    assert (await verify(history, Head(T(4), kept))).count == 0
    assert _found(await verify(history, Head(T(4), bytes(32)))) == ["tx t 4"]
    assert _found(await verify(history, Head(T(99), kept))) == ["tx t 99"]


def _found(verification: Verification) -> list[str]:
    return [finding.where for finding in verification.findings]


async def test_schema_changes_leave_all_well(history: Database) -> None:
    more = """
    type Team @entity { motto: String }
    type BelongsTo @edge(from: ["Dataset", "User"], to: ["Project"], upstream: NONE) {
      note: String
    }
    """
    link = {"type": "BelongsTo", "from": "hw://d/3", "to": "hw://j/1"}
    writer = Writer(history)
    await writer.transact(read({"link": [link]}))
    await change(history, more)
    await writer.transact(read({"link": [{**link, "properties": {"note": "n"}}]}))
    await writer.transact(read({"unlink": [link]}))
    assert (await verify(history)).findings == ()
