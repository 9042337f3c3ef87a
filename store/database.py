"""The way to PostgreSQL: a pool, reads of one statement, writes under the lock of the clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from store.database_errors import DatabaseUnavailable, DeadlineExceeded, StatementUnfit, TooLarge
from store.database_faults import faults, query_faults, told
from store.ids import T
from store.lending import Lending, Lent
from store.sql import Sql
from store.times import count_time

if TYPE_CHECKING:  # asyncpg's classes have parameters for type checkers only.
    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.Connection | PoolConnectionProxy
Row = Sequence[Any]  # What a column holds depends on the statement; only its reader knows.

LONGEST_WRITE = 3_600.0
"""Seconds that a statement of a writer may take; indexes over a long history are built in one."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The head of the log: the last t and instant, where ids go on, and the hash of it all."""

    t: T
    schema_t: T
    instant: datetime
    hash: bytes
    next_entity: int
    next_schema: int


@dataclass(frozen=True, slots=True)
class Writing:
    """A writer's transaction, in which it alone holds the clock; `now` is PostgreSQL's time."""

    connection: Connection
    clock: Clock
    now: datetime


@dataclass(slots=True)
class Database:
    """A pool of connections; `statements` counts the statements that reads have sent."""

    lending: Lending
    statement_timeout: float
    statements: int = field(default=0, init=False)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, url: str, *, pool_size: int = 10, statement_timeout: float = 30.0
    ) -> AsyncIterator[Self]:
        """Connect to the database of a URL, and disconnect at the end.

        Raises DatabaseUnavailable where no connection comes about within a few seconds.
        """
        with _connecting():
            pool = await _patiently(lambda: _pool(url, pool_size))
        lending = Lending(pool)
        try:
            yield cls(lending, statement_timeout)
        finally:
            await lending.close()
            await _close(pool)

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """Return the pool, of which a few connections may be at hand for reads."""
        return self.lending.pool

    async def rows(self, text: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one statement, which is its own transaction.

        Raises DeadlineExceeded, DatabaseUnavailable, StatementUnfit. Cancelling the caller cancels
        the statement.
        """
        return await _again_after_deadlocks(lambda: self._rows(text, arguments))

    async def _rows(self, text: str, arguments: Sequence[object]) -> list[Row]:
        lending, seconds = self.lending, self.statement_timeout
        try:
            connection = lending.at_hand() or await self._taken()
            try:
                self.statements += 1
                rows = await fetched(connection, text, arguments, seconds)
            except BaseException:
                await lending.drop(connection)
                raise
            await lending.keep(connection)
        except Exception:
            with faults(seconds):  # Only now: to enter it takes as long as to take and to keep.
                raise
        return rows

    async def row(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement that has one. Raises as `rows` does."""
        try:
            [row] = await self._rows(text, arguments)
        except asyncpg.DeadlockDetectedError:
            [row] = await self.rows(text, arguments)
        return row

    async def row_of_query(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement made of what somebody wrote.

        It runs in a transaction that cannot write, and that PostgreSQL itself ends at the deadline,
        whatever becomes of us. The transaction says so, not the session: a proxy that pools
        transactions would lose what a session says, or leave it to somebody else. It costs two
        round trips. Raises as `rows` does, and NoResult, NoRegularExpression, TooLarge.
        """
        [row] = await _again_after_deadlocks(lambda: self._rows_of_query(text, arguments))
        return row

    async def _rows_of_query(self, text: str, arguments: Sequence[object]) -> list[Row]:
        timeout = self.statement_timeout
        with faults(timeout), query_faults(arguments):
            async with self.connection() as connection:
                self.statements += 1
                await connection.execute(_READ_ONLY.format(milliseconds=int(timeout * 1_000)))
                try:
                    return await fetched(connection, text, arguments, timeout)
                finally:
                    await connection.execute("ROLLBACK")

    async def explain(
        self, text: str, arguments: Sequence[object] = (), *, analyze: bool = False
    ) -> object:
        """Return PostgreSQL's plan of a statement as JSON, measured by running it to `analyze` it.

        Raises as `row_of_query` does.
        """
        explained = f"{_ANALYZED if analyze else _EXPLAINED} {text}"
        [plan] = await self.row_of_query(explained, arguments)
        return orjson.loads(plan)

    async def aside(self, text: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a statement that no caller asked for, so it is not counted.

        Raises as `rows` does.
        """
        with faults(self.statement_timeout):
            async with self.connection() as connection:
                return await fetched(connection, text, arguments, self.statement_timeout)

    async def copied(
        self, statement: Sql, take: Callable[[bytes], Coroutine[Any, Any, None]]
    ) -> None:
        """Hand on the rows of a statement as COPY writes them in binary, in pieces of any length.

        It holds no values, takes as long as it takes, and is not counted. Raises as `rows` does,
        and what `take` raises.
        """
        text, _ = statement.render()
        with faults(LONGEST_WRITE):
            async with self.connection() as connection:
                await connection.copy_from_query(
                    text, output=take, format="binary", timeout=LONGEST_WRITE
                )

    async def clock(self) -> Clock:
        """Return the clock as it is now; no read of a caller's, so it is not counted.

        Raises as `rows` does.
        """
        with faults(self.statement_timeout):
            async with self.connection() as connection:
                return await read_clock(connection)

    async def secret(self) -> bytes:
        """Return what all servers of this database share. Raises as `rows` does."""
        [value] = await self.row(_SHARED)
        return bytes(value)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Give a transaction that holds the clock: committed at the end, rolled back on any error.

        Raises DeadlineExceeded where other writers hold the clock for too long, ReadOnly on a
        standby, DatabaseUnavailable.
        """
        with faults(self.statement_timeout):
            async with (
                self.connection() as connection,
                _begun(connection, _BEGIN_LOCKED, self.statement_timeout),
            ):
                clock, now = await read_clock_and_time(connection)
                yield Writing(connection, clock, now)

    @contextlib.asynccontextmanager
    async def looking(self) -> AsyncIterator[Writing]:
        """Give a transaction that sees one moment and writes nothing, with the clock of then.

        Raises as `writing` does.
        """
        with faults(self.statement_timeout):
            async with (
                self.connection() as connection,
                _begun(connection, _BEGIN_LOOKING, self.statement_timeout),
            ):
                clock, now = await read_clock_and_time(connection)
                yield Writing(connection, clock, now)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Give a connection. Raises TimeoutError, and what `faults` makes faults of ours."""
        connection, give = await self._taken(), self.lending.drop
        try:
            yield connection
            give = self.lending.give
        finally:
            await give(connection)

    async def _taken(self) -> Lent:
        return await _patiently(lambda: self.lending.take(self.statement_timeout))


# What a statement meets where a table has another column type by now, or is another one.
_UNFIT = (
    asyncpg.CannotCoerceError,
    asyncpg.DatatypeMismatchError,
    asyncpg.InternalServerError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.UndefinedTableError,
)
_NO_MEMORY = "invalid memory alloc request size"


async def fetched(
    connection: Connection, text: str, arguments: Sequence[object], seconds: float
) -> list[Row]:
    """Return the rows of a statement on a connection. Raises StatementUnfit, TooLarge."""
    try:
        records = await connection.fetch(text, *arguments, timeout=seconds)
    except _UNFIT as error:
        if _NO_MEMORY in str(error):  # An internal error, where other sizes have a code.
            raise TooLarge(told(error)) from error
        raise StatementUnfit(str(error)) from error
    return list(map(tuple, records))


async def _again_after_deadlocks(read: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    for _ in range(_DEADLOCKS):
        # A schema change that locks tables in another order than we do; a read can begin again.
        with contextlib.suppress(asyncpg.DeadlockDetectedError):
            return await read()
    return await read()


_DEADLOCKS = 3
_READ_ONLY = "BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}"
_EXPLAINED = "EXPLAIN (VERBOSE, FORMAT JSON)"
_ANALYZED = "EXPLAIN (VERBOSE, ANALYZE, BUFFERS, FORMAT JSON)"
# Sent together, and yet the lock is a statement of its own, as it must be: one that waits still
# sees what was there before it waited.
_BEGIN_LOCKED = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT FROM clock FOR UPDATE"
_BEGIN_LOOKING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SHARED = "SELECT value FROM secret"
_CLOCK = """
SELECT t, schema_t, instant, hash, next_entity, next_schema, clock_timestamp()
FROM clock
"""


async def read_clock(connection: Connection) -> Clock:
    """Return the clock as a statement of its own sees it."""
    clock, _ = await read_clock_and_time(connection)
    return clock


async def read_clock_and_time(connection: Connection) -> tuple[Clock, datetime]:
    """Return the clock as a statement of its own sees it, and the time at PostgreSQL."""
    record = await connection.fetchrow(_CLOCK)
    if record is None:
        raise DatabaseUnavailable("its clock is gone; restore the database from a backup")
    *clock, now = record
    return Clock(*clock), now


@contextlib.asynccontextmanager
async def _begun(connection: Connection, begin: str, seconds: float) -> AsyncIterator[None]:
    """Give a transaction: committed at the end, rolled back on any error."""
    try:
        await connection.execute(begin, timeout=seconds)
        yield
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


_PATIENCE = 5.0
_PAUSE = 0.1
_ANSWER = 10.0
_OPTIONS: dict[str, Any] = {  # As asyncpg.connect takes them, each of another type.
    "timeout": _ANSWER,
    "command_timeout": LONGEST_WRITE,
    # No more than this: a proxy that pools refuses what it does not know. The planner's settings
    # are those of the role (`store/migrate.py`).
    "server_settings": {"application_name": "headwater"},
    # Planning costs more than running: statements stay prepared, however long they are.
    "statement_cache_size": 100,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Return one connection outside any pool, for whoever closes it. Raises DatabaseUnavailable."""
    with _connecting():
        connection: asyncpg.Connection[asyncpg.Record] = await _patiently(
            lambda: asyncpg.connect(url, **_OPTIONS)
        )
    await _made_ready(connection)
    return connection


async def room(url: str) -> int:
    """Return how many connections PostgreSQL has for all who use it. Raises DatabaseUnavailable."""
    connection = await connect(url)
    try:
        with _connecting():
            return int(await connection.fetchval(_ROOM))
    finally:
        await connection.close()


_ROOM = """
SELECT current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0)
"""


async def _pool(url: str, size: int) -> "asyncpg.Pool[asyncpg.Record]":
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_made_ready,
        reset=_reset,
        **{**_OPTIONS, "statement_cache_size": kept_by_each(size)},
    )


async def _made_ready(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Let a new connection take days and instants as we do, and leave `varchar` as bytes.

    No table of ours has that type: it is what an answer is told as, which goes out as it came.
    """
    await count_time(connection)
    await connection.set_type_codec(
        "varchar", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
    )


def kept_by_each(connections: int) -> int:
    """Return how many statements each of so many connections keeps prepared.

    PostgreSQL holds each for each connection, 0.1 MB for a kB of its text (measured): 0.08 MB for
    one entity, 0.6 for lineage. So all connections together have as many, whatever they are.
    """
    return max(100, min(1_000, _KEPT_PREPARED // connections))


_KEPT_PREPARED = 3_000


async def _reset(connection: Connection) -> None:
    """Leave the session as it is: nothing of ours changes it, and a reset costs a round trip."""


async def _close(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    try:
        async with asyncio.timeout(_ANSWER):
            await pool.close()
    except TimeoutError:
        pool.terminate()


Opened = TypeVar("Opened")


async def _patiently(attempt: Callable[[], Awaitable[Opened]]) -> Opened:
    """Try until it works while PostgreSQL is starting or has no room, for a few seconds at most."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE
    while True:
        try:
            return await attempt()
        except TimeoutError:  # An OSError too, but it has taken its time already.
            raise
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError) as error:
            if loop.time() >= end:
                raise DatabaseUnavailable(str(error)) from error
        await asyncio.sleep(_PAUSE)


_UNREADABLE = (
    "its URL cannot be read: expected postgresql://user:password@host:port/database, and in the"
    " password %2F for /, %40 for @, %3A for :, %23 for # and %3F for ?"
)


@contextlib.contextmanager
def _connecting() -> Iterator[None]:
    """Turn what connecting can raise into DatabaseUnavailable."""
    try:
        with faults(_ANSWER):
            yield
    except DeadlineExceeded as error:
        raise DatabaseUnavailable(f"no answer within {_ANSWER:g} seconds") from error
    except asyncpg.ClientConfigurationError as error:
        raise DatabaseUnavailable(f"its URL is wrong ({error})") from error
    except ValueError:  # From reading the URL; its text may hold a piece of the password.
        raise DatabaseUnavailable(_UNREADABLE) from None
