"""GraphQL Inspector tells what a change of the catalog breaks, and whether documents still fit."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from schema.types.build import build, core
from schema.types.public import public
from service.cli.schema import applied_to
from store.database import Database
from store.migrate import migrate
from store.schema.facts import read_catalogue
from tests.clients.running import FOLDER, Ended, Node
from tests.conftest import NewDatabase

_EXAMPLES = FOLDER.parent.parent / "examples"
_MORE = {
    '  "What the team is there for."': '  "Who is called at night."\n  pager: String @index\n'
    '  "What the team is there for."',
    '"A table in the lake."': '"A picture of figures."\ntype Dashboard @entity {\n'
    '  "Its title."\n  name: String @required\n}\n\n"A table in the lake."',
}
_LESS = {
    "  rowCount: Long @index": "  rowCount: Int @index",
    '  "What the team is there for."\n  mission: String @search\n': "",
    '  "What members see."\n  PRODUCTION\n': "",
}


@pytest.fixture(scope="module")
def schemas(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of served schemas: of the sample's catalog, with more, and with less."""
    folder = tmp_path_factory.mktemp("schemas")
    catalog = (_EXAMPLES / "catalog.graphql").read_text()
    for name, changes in (("before", {}), ("more", _MORE), ("less", _LESS)):
        with new_database("template0") as url:
            schema = asyncio.run(_served(url, _changed(catalog, changes)))
        (folder / f"{name}.graphql").write_text(schema)
    return folder


def _changed(catalog: str, changes: Mapping[str, str]) -> str:
    for before, after in changes.items():
        assert catalog.count(before) == 1, before
        catalog = catalog.replace(before, after)
    return catalog


async def _served(url: str, catalog: str) -> str:
    await migrate(url)
    async with Database.open(url) as database:
        await applied_to(database, catalog)
        return public(core(build(await read_catalogue(database)))).sdl


async def _diff(node: Node, schemas: Path, name: str) -> Ended:
    return await node.attempt("graphql-inspector", "diff", "before.graphql", name, folder=schemas)


async def test_more_in_a_catalog_breaks_no_client(node: Node, schemas: Path) -> None:
    compared = await _diff(node, schemas, "more.graphql")
    assert compared.code == 0, compared.said
    assert "Field pager was added to object type Team" in compared.said
    assert "Type Dashboard was added" in compared.said
    assert "No breaking changes detected" in compared.said


async def test_what_a_catalog_takes_away_breaks_clients(node: Node, schemas: Path) -> None:
    compared = await _diff(node, schemas, "less.graphql")
    assert compared.code == 1
    breaking = {
        line.partition("✖")[2].strip() for line in compared.said.splitlines() if "✖" in line
    }
    assert {
        "Field Dataset.rowCount changed type from Long to Int",
        "Field mission was removed from object type Team",
        "Input field mission was removed from input object type TeamInput",
        "Enum value PRODUCTION was removed from enum Stage",
    } <= breaking


async def test_the_examples_fit_the_schema_that_they_are_for(node: Node, schemas: Path) -> None:
    queries = str(_EXAMPLES / "queries" / "*.graphql")
    fitting = await node.attempt(
        "graphql-inspector", "validate", queries, "before.graphql", folder=schemas
    )
    assert fitting.code == 0, fitting.said
    assert "All documents are valid" in fitting.said
    lost = schemas / "lost.graphql"
    lost.write_text("{ teams { nodes { mission } } }")
    broken = await node.attempt(
        "graphql-inspector", "validate", str(lost), "less.graphql", folder=schemas
    )
    assert broken.code == 1
    assert "Cannot query field mission on type Team" in broken.said
