"""Migrations against a real server: from nothing, at once, by two roles, and too late."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from schema.sdl import catalog as sdl
from store.database import Database
from store.database_errors import DatabaseUnavailable, MigrationRefused, NewerDatabase
from store.migrate import migrate, migrations
from store.schema.writer import apply
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer


async def test_an_empty_database_gets_a_log_with_nothing_in_it(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    async with Database.open(empty_database_url) as database:
        clock = await database.row(
            """
            SELECT t, schema_t, extract(epoch FROM instant)::int, hash, next_entity, next_schema
            FROM clock
            """
        )
        assert clock == (0, 0, 0, bytes(32), 2**20, 1000)
        assert await database.row("SELECT count(*) FROM log") == (0,)
        assert await database.row("SELECT octet_length(value) FROM secret") == (32,)


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    async with Database.open(database_url) as database:
        before = await database.rows("SELECT number, applied_at FROM migration")
        await migrate(database_url)
        assert await database.rows("SELECT number, applied_at FROM migration") == before


async def test_the_planners_settings_are_the_roles_own_in_this_database(
    empty_database_url: str,
) -> None:
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    connection = await asyncpg.connect(empty_database_url)
    try:
        for setting in ("jit", "enable_memoize"):
            found = await connection.fetchrow(
                "SELECT setting, source FROM pg_settings WHERE name = $1", setting
            )
            assert tuple(found or ()) == ("off", "database user")
    finally:
        await connection.close()


async def test_many_migrators_at_once_migrate_once(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(8)))
    async with Database.open(empty_database_url) as database:
        numbers = await database.rows("SELECT number FROM migration ORDER BY number")
        assert numbers == [(migration.number,) for migration in migrations()]


async def test_a_database_of_a_newer_headwater_is_refused(database_url: str) -> None:
    async with Database.open(database_url) as database, database.writing() as writing:
        await writing.connection.execute("INSERT INTO migration VALUES (999, 'from the future')")
    with pytest.raises(NewerDatabase) as raised:
        await migrate(database_url)
    assert raised.value.found == 999
    assert "install that version" in str(raised.value)


async def test_a_failed_migration_leaves_nothing_behind(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        await connection.execute("CREATE TABLE version (mine text)")
        with pytest.raises(asyncpg.DuplicateTableError):
            await migrate(empty_database_url)
        assert await connection.fetchval("SELECT to_regclass('log') IS NULL")
        assert await connection.fetchval("SELECT to_regclass('migration') IS NULL")
    finally:
        await connection.close()


async def test_a_server_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.database._PATIENCE", 0.2)
    with pytest.raises(DatabaseUnavailable):
        await migrate("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET e = 1",
        "DELETE FROM log",
        "TRUNCATE log",
        "UPDATE tx SET t = 1",
        "TRUNCATE tx",
    ],
)
async def test_facts_are_only_added(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="only added"):
            await connection.execute(statement)
    finally:
        await connection.close()


_ROLES = """
CREATE ROLE "{name}_admin" LOGIN;
CREATE ROLE "{name}_service" LOGIN;
GRANT "{name}_service" TO "{name}_admin";
GRANT CREATE, USAGE ON SCHEMA public TO "{name}_admin" WITH GRANT OPTION;
"""
_NO_ROLES = """
DROP OWNED BY "{name}_admin", "{name}_service" CASCADE;
DROP ROLE "{name}_admin", "{name}_service";
"""


@pytest.fixture
async def roles(empty_database_url: str) -> AsyncIterator[tuple[str, str]]:
    """Give the URLs of two new roles of an empty database: one to own the log, one to serve."""
    parts = urlsplit(empty_database_url)
    name = parts.path.removeprefix("/")
    host = parts.netloc.rpartition("@")[2]
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(_ROLES.format(name=name))
    yield (
        parts._replace(netloc=f"{name}_admin@{host}").geturl(),
        parts._replace(netloc=f"{name}_service@{host}").geturl(),
    )
    await connection.execute(_NO_ROLES.format(name=name))
    await connection.close()


async def test_the_role_that_serves_may_only_add_to_a_log_of_another_role(
    roles: tuple[str, str],
) -> None:
    admin, service = roles
    await migrate(service, admin_url=admin)
    async with Database.open(service) as database:
        assert await database.row(
            "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE relname = 'log'"
        ) == (False,)
        assert await database.row(
            "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE relname = 'fact_1'"
        ) == (True,)
        wanted = sdl.parse("type Lake @entity { name: String }")
        assert (await apply(database, wanted)).t == 1
        lake = Upsert("Lake", "hw://lake/a", {"name": "A"})
        assert (await Writer(database).transact(Transaction(upserts=(lake,)))).t == 2
        for statement in (
            "DELETE FROM log",
            "ALTER TABLE log DISABLE TRIGGER append_only",
            "DROP TABLE tx",
            "ALTER FUNCTION refuse_change() RENAME TO refuse_nothing",
            "UPDATE migration SET number = 0",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await database.rows(statement)


async def test_an_admin_without_rights_over_the_service_is_told_what_to_grant(
    roles: tuple[str, str], empty_database_url: str
) -> None:
    admin, service = roles
    superuser = await asyncpg.connect(empty_database_url)
    name = urlsplit(admin).netloc.partition("@")[0]
    await superuser.execute(f'REVOKE "{name.replace("admin", "service")}" FROM "{name}"')
    await superuser.close()
    with pytest.raises(MigrationRefused, match="GRANT service TO admin"):
        await migrate(service, admin_url=admin)


async def test_an_admin_that_also_serves_is_refused(database_url: str) -> None:
    with pytest.raises(MigrationRefused, match="the role that serves"):
        await migrate(database_url, admin_url=database_url)
