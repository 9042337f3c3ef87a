"""`headwater schema apply | print | diff`: catalogs in SDL into schema facts, and back."""

import sys
from pathlib import Path

import click

from schema.sdl import catalog as sdl
from schema.sdl.printing import print_catalogue
from service.cli.database import run
from store.database import Database
from store.loading.errors import FileUnreadable
from store.schema import writer as schema_writer
from store.schema.change import SchemaChange, plan
from store.schema.facts import read_catalogue
from store.schema.writer import Applied

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
    """Print the catalog as SDL."""
    click.echo(print_catalogue(run(read_catalogue)), nl=False)


def print_public(*, for_relay: bool) -> None:
    """Print the schema that is served, as GET /schema.graphql has it."""
    # Only here: what builds schemas takes long to import.
    from schema.types.build import build, core
    from schema.types.public import public

    told = public(core(build(run(read_catalogue))))
    click.echo(told.relay if for_relay else told.sdl, nl=False)


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
