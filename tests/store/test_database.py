"""The pool, the lock of the clock, deadlines and lost connections, against a real server."""

import asyncio
from datetime import UTC, date, datetime
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from store.database import Database
from store.database_errors import (
    DatabaseUnavailable,
    DeadlineExceeded,
    NoRegularExpression,
    NoResult,
    ReadOnly,
    TooLarge,
)
from store.database_faults import MOST_ARGUMENTS, faults
from store.ids import T


async def test_rows_are_tuples_and_statements_are_counted(database_url: str) -> None:
    async with Database.open(database_url) as database:
        assert await database.rows("SELECT n, $1::text FROM generate_series(1, 2) n", ["a"]) == [
            (1, "a"),
            (2, "a"),
        ]
        assert await database.row("SELECT 7") == (7,)
        assert database.statements == 2


async def test_the_first_and_the_last_day_and_instant_are_no_infinities(database_url: str) -> None:
    days = [date.min, date.max, date(1999, 12, 31)]
    instants = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    text = (
        "SELECT $1::date[], $2::timestamptz[], $1[2]::text, bool_and(isfinite(i))"
        " FROM unnest($2::timestamptz[]) i"
    )
    async with Database.open(database_url) as database:
        assert await database.row(text, [days, instants]) == (days, instants, "9999-12-31", True)


async def test_just_in_time_compilation_is_off_and_the_application_has_a_name(
    database_url: str,
) -> None:
    async with Database.open(database_url) as database:
        settings = "SELECT current_setting('jit'), current_setting('application_name')"
        assert await database.row(settings) == ("off", "headwater")


async def test_a_session_says_nothing_at_its_start_that_a_proxy_which_pools_refuses(
    database_url: str,
) -> None:
    """PgBouncer knows these, and refuses a session that says anything else."""
    said: list[bytes] = []
    url = urlsplit(database_url)
    [folder], [port] = (parse_qs(url.query)[each] for each in ("host", "port"))

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = await reader.readexactly(4)
        said.append(await reader.readexactly(int.from_bytes(length) - 4))
        socket = f"{folder}/.s.PGSQL.{port}"
        answers, questions = await asyncio.open_unix_connection(socket)
        questions.write(length + said[-1])
        await asyncio.gather(_passed_on(reader, questions), _passed_on(answers, writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        host, there = server.sockets[0].getsockname()
        through = f"postgresql://{url.username}@{host}:{there}{url.path}?sslmode=disable"
        async with Database.open(through, pool_size=1) as database:
            assert await database.row("SELECT 1") == (1,)
    [start] = said
    names = start[4:].split(b"\0")[::2]
    assert set(names) - {b""} <= {b"user", b"database", b"client_encoding", b"application_name"}


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
    writer.close()


async def test_a_statement_over_its_deadline_is_cancelled(database_url: str) -> None:
    async with Database.open(database_url, statement_timeout=0.2) as database:
        with pytest.raises(DeadlineExceeded, match=r"0\.2 seconds"):
            await database.row("SELECT pg_sleep(60)")
        await _eventually_idle(database)


async def test_a_reader_that_finds_no_connection_in_time_is_told_so(database_url: str) -> None:
    async with Database.open(database_url, pool_size=1, statement_timeout=0.2) as database:
        async with database.writing():
            with pytest.raises(DeadlineExceeded):
                await database.row("SELECT 1")
        assert await database.row("SELECT 1") == (1,)


async def test_cancelling_the_task_cancels_the_statement(database_url: str) -> None:
    async with Database.open(database_url) as database:
        task = asyncio.create_task(database.row("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _eventually_idle(database)


_SLEEPING = """
SELECT count(*)
FROM pg_stat_activity
WHERE query LIKE '%pg_sleep(60)' AND state = 'active'
"""


async def _eventually_idle(database: Database) -> None:
    end = monotonic() + 5
    while await database.row(_SLEEPING) != (0,):
        assert monotonic() < end
        await asyncio.sleep(0.05)


async def test_a_lost_connection_is_a_fault_once_and_a_new_one_the_next_time(
    database_url: str,
) -> None:
    async with Database.open(database_url, pool_size=1) as database:
        with pytest.raises(DatabaseUnavailable):
            await database.row("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await database.row("SELECT 1") == (1,)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/nothing",
        "postgresql://:notaport@:x/y",
        "mysql://localhost/headwater",
    ],
)
async def test_what_cannot_be_connected_to_is_unavailable(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database._PATIENCE", 0.2)
    with pytest.raises(DatabaseUnavailable):
        async with Database.open(url):
            pass


@pytest.mark.parametrize(
    "url", ["postgresql://me:s3/cret@host:x/y", "postgresql://me:s3[cret@host/y"]
)
async def test_a_url_that_cannot_be_read_is_told_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="%2F for /") as told:
        async with Database.open(url):
            pass
    assert "s3" not in str(told.value)
    assert "cret" not in str(told.value)


async def test_a_database_that_does_not_exist_is_named(database_url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="nowhere_at_all"):
        async with Database.open(database_url.replace("/test_", "/nowhere_at_all_")):
            pass


async def test_a_server_that_answers_reads_only_refuses_writers(database_url: str) -> None:
    async with Database.open(database_url) as database:
        name = urlsplit(database_url).path.removeprefix("/")
        await database.rows(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with Database.open(database_url) as database:
        with pytest.raises(ReadOnly):
            async with database.writing():
                pass


async def test_a_writer_sees_what_the_writer_before_it_committed(database_url: str) -> None:
    async def add_one(database: Database) -> None:
        async with database.writing() as writing:
            await writing.connection.execute("UPDATE clock SET t = $1", writing.clock.t + 1)

    async with Database.open(database_url) as one, Database.open(database_url) as other:
        await asyncio.gather(*(add_one(database) for database in (one, other) * 20))
        async with one.writing() as writing:
            assert writing.clock.t == T(40)


async def test_a_writer_that_fails_leaves_no_trace_and_no_lock(database_url: str) -> None:
    async with Database.open(database_url) as database:
        with pytest.raises(asyncpg.UndefinedTableError):
            await _write_and_fail(database)
        async with database.writing() as writing:
            assert writing.clock.t == T(0)


async def _write_and_fail(database: Database) -> None:
    async with database.writing() as writing:
        await writing.connection.execute("UPDATE clock SET t = 7")
        await writing.connection.execute("SELECT FROM nothing")


async def test_waiting_for_the_clock_has_a_deadline(database_url: str) -> None:
    async with Database.open(database_url, statement_timeout=0.2) as database:
        async with database.writing():
            with pytest.raises(DeadlineExceeded):
                async with database.writing():
                    pass
        async with database.writing() as writing:
            assert writing.clock.t == T(0)


async def test_a_read_that_deadlocks_with_a_schema_change_begins_again(database_url: str) -> None:
    async with Database.open(database_url) as database:
        async with database.writing() as writing:
            await writing.connection.execute("LOCK TABLE fact_2")
            reading = asyncio.create_task(database.row("SELECT count(*) FROM fact_1, fact_2"))
            await asyncio.sleep(0.2)
            await writing.connection.execute("LOCK TABLE fact_1")
        assert await reading == (0,)
        assert database.statements == 2


def test_a_driver_that_loses_its_place_has_lost_the_connection() -> None:
    said = "cannot switch to state 15; another operation (2) is in progress"
    with pytest.raises(DatabaseUnavailable, match="cannot switch"), faults(1.0):
        raise asyncpg.InternalClientError(said)


def _let_go_of_a_broken_connection() -> None:
    try:
        raise asyncpg.InternalClientError("cannot switch to state 21")
    finally:
        _find_it_busy()


def _find_it_busy() -> None:
    raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")


def test_a_connection_that_is_busy_since_it_broke_in_a_copy_is_lost_too() -> None:
    with pytest.raises(DatabaseUnavailable, match="another operation"), faults(1.0):
        _let_go_of_a_broken_connection()
    with pytest.raises(asyncpg.InterfaceError), faults(1.0):
        _find_it_busy()


async def test_a_query_that_somebody_wrote_cannot_write_and_ends_at_the_server(
    database_url: str,
) -> None:
    settings = "SELECT current_setting('transaction_read_only'), current_setting($1)"
    async with Database.open(database_url, pool_size=1, statement_timeout=7) as database:
        assert await database.row_of_query(settings, ["statement_timeout"]) == ("on", "7s")
        with pytest.raises(ReadOnly):
            await database.row_of_query(
                "INSERT INTO schema_name (id, name) VALUES (999, 'x') RETURNING id"
            )
        assert await database.row(settings, ["statement_timeout"]) == ("off", "0")


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("SELECT 1 / 0", NoResult),
        ("SELECT 9223372036854775807 + 1", NoResult),
        ("SELECT 'a' ~ '('", NoRegularExpression),
        ("SELECT repeat(repeat('x', 1000000), 2000)", TooLarge),
        ("SELECT pg_sleep(60)", DeadlineExceeded),
    ],
)
async def test_what_the_values_of_a_query_lead_to_is_told_to_whoever_wrote_it(
    database_url: str, statement: str, fault: type[Exception]
) -> None:
    async with Database.open(database_url, pool_size=1, statement_timeout=0.5) as database:
        with pytest.raises(fault):
            await database.row_of_query(statement)
        assert await database.row_of_query("SELECT 1") == (1,)


async def test_a_query_with_more_values_than_a_statement_carries_is_too_large(
    database_url: str,
) -> None:
    async with Database.open(database_url) as database:
        with pytest.raises(TooLarge):
            await database.row_of_query("SELECT 1", [0] * (MOST_ARGUMENTS + 1))


async def test_cancelling_a_query_cancels_its_statement(database_url: str) -> None:
    async with Database.open(database_url, pool_size=2) as database:
        task = asyncio.create_task(database.row_of_query("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _eventually_idle(database)
        assert await database.row_of_query("SELECT 1") == (1,)
