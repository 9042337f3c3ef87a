"""Migrations: forward only, each in a transaction, one migrator at a time.

Where an admin's URL is given, that role owns the log, and the role that serves may only add to it.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from store.database import LONGEST_WRITE, Connection, connect
from store.database_errors import MigrationRefused, NewerDatabase
from store.database_faults import faults
from store.sql import Sql, quoted, sql

_FOLDER = Path(__file__).parent / "migrations"
_FILE = re.compile(r"(\d{3})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered file of SQL."""

    number: int
    name: str
    path: Path


async def migrate(url: str, *, admin_url: str | None = None) -> None:
    """Bring the database to the newest migration; does nothing where it is there already.

    `admin_url` names the role that is to own the log; without it, the role of `url` does it all.
    Raises NewerDatabase, MigrationRefused, DatabaseUnavailable.
    """
    async with _connected(admin_url or url) as connection:
        for migration in migrations():
            await _migrate_to(connection, migration)
        if admin_url is not None:
            await _divide(connection, await _role(url))
    async with _connected(url) as connection:
        await _settle(connection)


def migrations() -> tuple[Migration, ...]:
    """Return all migrations that this Headwater knows, in their order."""
    found = ((path, _FILE.fullmatch(path.name)) for path in sorted(_FOLDER.glob("*.sql")))
    return tuple(Migration(int(name[1]), name[2], path) for path, name in found if name)


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('headwater.migrate', 0))"
_TABLE = """
CREATE TABLE migration (
  number int PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)"""
# A query of the catalog: to_regclass may not see what another session made since we began.
_STARTED = """
SELECT EXISTS (
  SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'
)"""
_RECORD = "INSERT INTO migration (number, name) VALUES ($1, $2)"


async def _migrate_to(connection: Connection, migration: Migration) -> None:
    """Apply a migration unless it is applied already, or another migrator does so meanwhile."""
    if await _applied(connection) >= migration.number:
        return
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(_LOCK)
        applied = await _applied(connection)
        if applied >= migration.number:
            return
        if not applied:
            await connection.execute(_TABLE)
        await connection.execute(migration.path.read_text(encoding="utf-8"))
        await connection.execute(_RECORD, migration.number, migration.name)


async def _applied(connection: Connection) -> int:
    """Return the number of the newest migration in the database, 0 in an empty one."""
    if not await connection.fetchval(_STARTED):
        return 0
    newest = await connection.fetchval("SELECT coalesce(max(number), 0) FROM migration")
    known = migrations()[-1].number
    if newest > known:
        raise NewerDatabase(newest, known)
    return int(newest)


_NOT_OWNED = """
SELECT tablename
FROM pg_tables
WHERE schemaname = current_schema()
  AND (tablename IN ('log', 'tx', 'clock', 'secret', 'migration')) = $1
  AND (tablename IN ('log', 'tx', 'clock', 'secret', 'migration', 'edge', 'version', 'schema_name')
       OR tablename ~ '^fact_[0-9]+$')
  AND tableowner <> $2
"""
_GRANTS = """
REVOKE ALL ON log, tx, clock, secret, migration FROM {service};
GRANT SELECT, INSERT ON log, tx TO {service};
GRANT SELECT, UPDATE ON clock TO {service};
GRANT SELECT ON secret, migration TO {service};
GRANT USAGE, CREATE ON SCHEMA {namespace} TO {service}
"""


async def _divide(connection: Connection, service: str) -> None:
    """Give the log to the admin whose connection this is, and what is derived to the service."""
    admin = await connection.fetchval("SELECT current_user")
    if admin == service:
        raise MigrationRefused(f"HEADWATER_ADMIN_URL names the role that serves, {service}")
    namespace = quoted(await connection.fetchval("SELECT current_schema()"))
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(_LOCK)
        await _own(connection, admin, log=True)
        await _execute(
            connection, sql("ALTER FUNCTION refuse_change() OWNER TO {admin}", admin=quoted(admin))
        )
        await _execute(connection, sql(_GRANTS, service=quoted(service), namespace=namespace))
        await _own(connection, service, log=False)


_SETTLED = """
SELECT pg_is_in_recovery() OR EXISTS (
  SELECT FROM pg_db_role_setting s
  JOIN pg_database d ON d.oid = s.setdatabase
  JOIN pg_roles r ON r.oid = s.setrole
  WHERE d.datname = current_database() AND r.rolname = current_user
    AND s.setconfig @> ARRAY['jit=off', 'enable_memoize=off']
)"""
_SETTLE = """
ALTER ROLE {role} IN DATABASE {database} SET jit = off;
ALTER ROLE {role} IN DATABASE {database} SET enable_memoize = off
"""


async def _settle(connection: Connection) -> None:
    """Set for the role that serves, in this database, how PostgreSQL is to plan its statements.

    Not for a session: a proxy that pools transactions refuses to, or tells it to somebody else.
    They compile nothing, as that takes longer than to run them, and remember no keys that were
    looked up: ours differ, so that it costs half as much again (measured). Where the role may not
    say so itself, they are slower.
    """
    if await connection.fetchval(_SETTLED):
        return
    role = await connection.fetchval("SELECT current_user")
    database = await connection.fetchval("SELECT current_database()")
    with suppress(asyncpg.InsufficientPrivilegeError):
        async with connection.transaction(isolation="read_committed"):
            await connection.execute(_LOCK)
            if not await connection.fetchval(_SETTLED):
                statement = sql(_SETTLE, role=quoted(role), database=quoted(database))
                await _execute(connection, statement)


async def _own(connection: Connection, owner: str, *, log: bool) -> None:
    """Give the tables of the log, or those derived from it, to their owner."""
    for record in await connection.fetch(_NOT_OWNED, log, owner):
        statement = sql(
            "ALTER TABLE {table} OWNER TO {owner}", table=quoted(record[0]), owner=quoted(owner)
        )
        await _execute(connection, statement)


async def _execute(connection: Connection, statement: Sql) -> None:
    text, arguments = statement.render()
    await connection.execute(text, *arguments)


async def _role(url: str) -> str:
    async with _connected(url) as connection:
        return str(await connection.fetchval("SELECT current_user"))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    connection = await connect(url)
    try:
        with faults(LONGEST_WRITE), _privileges():
            yield connection
    finally:
        await connection.close()


@contextmanager
def _privileges() -> Iterator[None]:
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationRefused(str(error)) from error
