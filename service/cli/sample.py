"""The bundled sample: its catalog and its history, loaded into a database that is empty."""

from pathlib import Path

import click
from rich.console import Console

from service.cli import schema as cli_schema
from service.cli.faults import tell
from service.cli.progress import loading
from store.database import Database
from store.loading.errors import LineRefused
from store.loading.lines import Source
from store.loading.load import is_empty_or_begun, load
from store.writing.writer import Writer

DATABASE = "headwater_sample"
FOLDER = Path(__file__).parent.parent.parent / "examples"
CATALOG, HISTORY = FOLDER / "catalog.graphql", FOLDER / "history.jsonl"


async def fill(database: Database) -> None:
    """Load the sample, or the rest of it, into a database that holds nothing else."""
    source = Source(str(HISTORY))
    text = cli_schema.read(str(CATALOG))
    if not await is_empty_or_begun(database, source):
        click.echo("the database holds something else than the sample: served as it is", err=True)
        return
    await cli_schema.applied_to(database, text)
    with loading(Console(stderr=True)) as bar:
        try:
            loaded = await load(database, Writer(database), [source], bar.show)
        except LineRefused as refused:
            tell(refused)
            click.echo("the database holds another sample: served as it is", err=True)
            return
    if loaded.transactions:
        click.echo(f"loaded the sample: {bar.summary()}", err=True)
