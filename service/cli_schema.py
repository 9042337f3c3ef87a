"""`headwater schema apply | print | diff`: catalogs in SDL into schema facts, and back."""

import sys
from pathlib import Path

import click

from schema import sdl
from schema.sdl_print import print_catalogue
from service.cli_database import run
from store import schema_writer
from store.database import Database
from store.load_errors import FileUnreadable
from store.schema_change import SchemaChange, plan
from store.schema_facts import read_catalogue
from store.schema_writer import Applied

STDIN = "-"
NO_DIFFERENCE = "nothing to change"


def apply(name: str) -> None:
    """Make the schema what a catalog says, and say what changed."""
    text = read(name)
    applied = run(lambda database: applied_to(database, text))
    if applied.t is None:
        click.echo(NO_DIFFERENCE)
        return
    _tell(applied.change)
    click.echo(f"applied as transaction {applied.t} ({len(applied.datoms):,} datoms)")


def diff(name: str) -> None:
    """Say what applying a catalog would change."""
    text = read(name)
    change = run(lambda database: _planned(database, text))
    _tell(change)
    if change.is_empty:
        click.echo(NO_DIFFERENCE)


def print_schema() -> None:
    """Print the schema as SDL."""
    click.echo(print_catalogue(run(read_catalogue)), nl=False)


async def applied_to(database: Database, text: str) -> Applied:
    """Make the schema what a catalog in SDL says.

    Raises SdlErrors, SchemaConflict, and what Database.writing raises.
    """
    wanted = sdl.parse(text, await read_catalogue(database))
    return await schema_writer.apply(database, wanted)


async def _planned(database: Database, text: str) -> SchemaChange:
    current = await read_catalogue(database)
    return plan(current, sdl.parse(text, current))


def _tell(change: SchemaChange) -> None:
    for line in change.lines:
        click.echo(line)


def read(name: str) -> str:
    """Return the text of a file, `-` being standard input. Raises FileUnreadable."""
    try:
        if name == STDIN:
            return sys.stdin.buffer.read().decode()
        return Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileUnreadable(name, f"byte {error.start + 1} is not UTF-8") from None
    except (OSError, ValueError) as error:  # A ValueError: there is a NUL in the name.
        problem = getattr(error, "strerror", None) or str(error)
        raise FileUnreadable(name, problem) from None
