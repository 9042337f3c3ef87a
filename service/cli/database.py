"""Where a command finds its database: a URL, or the embedded PostgreSQL; always migrated."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from service.cli.faults import TRACEBACK
from service.settings import Settings
from store.database import Database
from store.embedded.server import create_database, started
from store.migrate import migrate

DATABASE = "headwater"
_CHOSEN = "headwater.chosen"
_CONNECTIONS = 10  # Of a command, which does few things at once; they are opened as needed.

Command = TypeVar("Command", bound=Callable[..., Any])
Answer = TypeVar("Answer")


def options(*names: str) -> Callable[[Command], Command]:
    """Give a command options that go before the settings of the same names."""

    def optioned(command: Command) -> Command:
        for name in reversed(names):
            field = Settings.model_fields[name]
            said = str(field.description)
            default = "" if field.default is None else f" [{field.default}]"
            command = click.option(
                f"--{name.replace('_', '-')}",
                expose_value=False,
                callback=_choose,
                metavar="VALUE",
                help=f"{said[0].upper()}{said[1:]}.{default}",
            )(command)
        return _TRACEBACK(command)

    return optioned


def database_options(command: Command) -> Command:
    """Give a command the options that all of them have."""
    return options("database_url", "admin_url", "data_dir", "statement_timeout")(command)


def query_options(command: Command) -> Command:
    """Give a command the options of all that read: when, how much, how long, in which form."""
    for option in reversed(_QUERY_OPTIONS):
        command = option(command)
    return options("database_url", "admin_url", "data_dir")(command)


def settings() -> Settings:
    """Return the settings, with what the command's options say going first."""
    return Settings.from_environment(**click.get_current_context().meta.get(_CHOSEN, {}))


@contextmanager
def located(chosen: Settings, name: str = DATABASE) -> Iterator[str]:
    """Give the URL of the database: the one that is named, or one in the embedded PostgreSQL."""
    if chosen.database_url is not None:
        yield chosen.database_url
        return
    with started(chosen.data_dir) as server:
        yield create_database(server, name)


def run(work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Migrate and open the command's database, do the work with it, and close it."""
    chosen = settings()
    with located(chosen) as url:
        return asyncio.run(worked(chosen, url, work))


async def worked(
    chosen: Settings, url: str, work: Callable[[Database], Awaitable[Answer]]
) -> Answer:
    """Migrate and open the database of a URL, do the work with it, and close it."""
    await migrate(url, admin_url=chosen.admin_url)
    connections = chosen.pool_size or _CONNECTIONS
    opened = Database.open(url, pool_size=connections, statement_timeout=chosen.statement_timeout)
    async with opened as database:
        return await work(database)


def _choose(ctx: click.Context, option: click.Parameter, value: object) -> None:
    if value is not None:
        ctx.meta.setdefault(_CHOSEN, {})[option.name] = value


_POINT = "POINT"
_QUERY_OPTIONS = (
    click.option("--as-of", metavar=_POINT, help="The time to read: a t, an instant, T… [now]"),
    click.option("--since", metavar=_POINT, help="Only what was asserted after it."),
    click.option("--history", is_flag=True, help="Every assertion and retraction."),
    click.option("--first", type=int, metavar="ROWS", help="How many rows to take."),
    click.option(
        "--timeout",
        "statement_timeout",
        metavar="SECONDS",
        expose_value=False,
        callback=_choose,
        help="Seconds that it may take. [30.0]",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "edn", "csv"]),
        help="How to write the answer. [a table at a terminal, else json: one object a line]",
    ),
)


def _remember_traceback(ctx: click.Context, _option: click.Parameter, value: object) -> None:
    ctx.meta[TRACEBACK] = value


_TRACEBACK = click.option(
    "--traceback",
    is_flag=True,
    expose_value=False,
    callback=_remember_traceback,
    help="Show where in the code an error arose.",
)
