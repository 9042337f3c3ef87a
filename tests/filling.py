"""Databases with a history in them: the bundled sample, or both real histories together."""

from collections.abc import Sequence
from pathlib import Path

from schema.sdl import catalog as sdl
from store.database import Database
from store.loading.lines import Source
from store.loading.load import load
from store.migrate import migrate
from store.schema import writer as schema_writer
from store.writing.writer import Writer

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SHARED = ROOT.parent / "shared"

Told = tuple[Path, tuple[Path, ...]]
"""A catalog, and the files of a history."""
SAMPLE: Told = (EXAMPLES / "catalog.graphql", (EXAMPLES / "history.jsonl",))
REAL: Told = (
    SHARED / "data" / "catalog.graphql",
    tuple(SHARED / "data" / name for name in ("ml-hub.jsonl.xz", "warehouse.jsonl.xz")),
)


async def fill(url: str, catalog: str | None = None, files: Sequence[Path] = ()) -> None:
    """Migrate a database, apply a catalog (in SDL), and load files of transactions."""
    await migrate(url)
    async with Database.open(url, pool_size=2, statement_timeout=600) as database:
        if catalog is not None:
            await schema_writer.apply(database, sdl.parse(catalog))
        if files:
            sources = [Source(str(file)) for file in files]
            await load(database, Writer(database), sources, lambda _: None)


async def fill_with(url: str, told: Told) -> None:
    """Migrate a database, and load a history with its catalog."""
    catalog, files = told
    await fill(url, catalog.read_text(), files)
