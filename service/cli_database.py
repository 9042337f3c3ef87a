"""Where a command finds its database: a URL, or the embedded PostgreSQL; always migrated."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from service.cli_faults import TRACEBACK
from service.settings import Settings
from store.database import Database
from store.embedded import create_database, started
from store.migrate import migrate

DATABASE = "headwater"
_CHOSEN = "headwater.chosen"

Command = TypeVar("Command", bound=Callable[..., Any])
Answer = TypeVar("Answer")


def choice(*names: str, help_text: str, **attributes: Any) -> Callable[[Command], Command]:
    """Return an option that goes before the setting of the same name."""
    return click.option(*names, expose_value=False, callback=_choose, help=help_text, **attributes)


def database_options(command: Command) -> Command:
    """Give a command the options that all of them have."""
    options = (
        choice("--database-url", help_text="The PostgreSQL to use in place of the embedded one."),
        choice(
            "--data-dir",
            type=click.Path(file_okay=False, path_type=Path),
            help_text="The folder of the embedded PostgreSQL (.headwater).",
        ),
        click.option(
            "--traceback",
            is_flag=True,
            expose_value=False,
            callback=_remember_traceback,
            help="Show where in the code an error arose.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


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
    opened = Database.open(
        url, pool_size=chosen.pool_size, statement_timeout=chosen.statement_timeout
    )
    async with opened as database:
        return await work(database)


def _choose(ctx: click.Context, option: click.Parameter, value: object) -> None:
    if value is not None:
        ctx.meta.setdefault(_CHOSEN, {})[option.name] = value


def _remember_traceback(ctx: click.Context, _option: click.Parameter, value: object) -> None:
    ctx.meta[TRACEBACK] = value
