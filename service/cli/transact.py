"""`headwater transact`: files of transactions into the log."""

import io
import sys
from collections.abc import Sequence

import click
from rich.console import Console

from service.cli.database import run
from service.cli.faults import tell
from service.cli.progress import LoadingBar, loading
from store.database import Database
from store.loading.lines import Source
from store.loading.load import Loaded, load
from store.writing.writer import Writer

STDIN = "-"
_INTERRUPTED = 130


def rehearse(names: tuple[str, ...]) -> None:
    """Show the facts that loading the files would write, and write nothing."""
    from service.cli.rehearsal import show_facts  # Only here: it takes long to import.

    run(lambda database: show_facts(database, sources(names)))


def sources(names: Sequence[str]) -> list[Source]:
    """Return the sources that names on the command line mean."""
    if names.count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once only")
    return [source(name) for name in names]


def transact(names: tuple[str, ...], *, continue_: bool) -> None:
    """Load the files that are named, say what came of it, and exit with 1 if a line was refused."""
    files = sources(names)
    with loading(Console(stderr=True)) as bar:
        try:
            loaded = run(lambda database: _load(database, files, bar, continue_=continue_))
        except KeyboardInterrupt:
            bar.bar.stop()
            click.echo(bar.summary())
            click.echo("interrupted; the same command goes on from here", err=True)
            raise click.exceptions.Exit(_INTERRUPTED) from None
        except BaseException:
            bar.bar.stop()
            if bar.loaded.lines:
                click.echo(bar.summary())
            raise
    click.echo(bar.summary())
    _tell_refused(loaded)


async def _load(
    database: Database, sources: list[Source], bar: LoadingBar, *, continue_: bool
) -> Loaded:
    return await load(database, Writer(database), sources, bar.show, continue_=continue_)


def _tell_refused(loaded: Loaded) -> None:
    for refusal in loaded.refused:
        tell(refusal)
    unnamed = loaded.refusals - len(loaded.refused)
    if unnamed:
        click.echo(f"and {unnamed:,} more lines were refused", err=True)
    if loaded.refusals:
        raise click.exceptions.Exit(1)


def source(name: str) -> Source:
    """Return the source that a name on the command line means, `-` being standard input."""
    if name != STDIN:
        return Source(name)
    # A buffer of our own: Python could not end while a thread waits in that of sys.stdin.
    raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
    return Source("standard input", io.BufferedReader(raw))
