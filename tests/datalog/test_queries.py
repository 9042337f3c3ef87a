"""Case files of whole queries: the text, the SQL and the answer, and the model says the same.

They are what others got wrong: each line of known planner regressions, and of what Datomic had to
mend, has a case; the comment says which. `UPDATE_CASES=1` writes the SQL and the answers anew. A
text holds the query, then what `:in` is given, in order. Where it is refused, `error.json` says how
instead. (Of pulls the model knows nothing: `test_pull_model.py` does.)
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from datalog.planning.statistics import NOTHING_KNOWN
from datalog.reading import edn
from datalog.reading.forms import Form
from datalog.reading.inputs import asked
from datalog.reading.query import read_query
from datalog.sql.compile import compile_operation
from datalog.syntax.finding import Pull
from datalog.tree import Answer, Operation
from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.errors import CallerFault
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.fuzz.asked import Asked
from tests.fuzz.judging import Bench, Told, agree, answered, difference, expected, written
from tests.meaning import log
from tests.meaning.facts import Schema

FOLDER = Path(__file__).parent.parent / "cases" / "queries"
NAMES = sorted(each.parent.name for each in FOLDER.glob("*/query.edn"))

SCHEMA = Schema(
    log.attributes(
        ("Thing/name", "String"),
        ("Thing/code", "String", {"unique": True}),
        ("Thing/size", "Int"),
        ("Thing/rank", "Int"),
        ("Thing/big", "Long"),
        ("Thing/flag", "Boolean"),
        ("Thing/tags", "String", {"many": True}),
        ("Thing/next", "Ref"),
        ("Link/weight", "Float"),
    ),
    {},
    frozenset({"Link", "Base"}),
    {},
)


@pytest.fixture(scope="module")
def nodes_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds what the cases are about."""
    with new_database(template) as url:
        asyncio.run(_fill(url))
        yield url


async def _fill(url: str) -> None:
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse((FOLDER / "catalog.graphql").read_text()))
        writer = Writer(database)
        for line in (FOLDER / "facts.jsonl").read_text().splitlines():
            await writer.transact(transaction.read(json.loads(line)))


@pytest.fixture
async def nodes(nodes_url: str) -> AsyncIterator[Bench]:
    """Open what the cases are about, beside what the model sees of it."""
    async with Database.open(nodes_url, pool_size=1) as database:
        world = log.world(
            await database.rows(log.DATOMS),
            await database.rows(log.NAMES),
            await database.rows(log.HASHES),
            SCHEMA,
        )
        yield Bench(database, await read_catalogue(database), NOTHING_KNOWN, world)


@pytest.mark.parametrize("name", NAMES)
async def test_a_query_gives_its_sql_and_its_answer(nodes: Bench, name: str) -> None:
    query, _, given = (FOLDER / name / "query.edn").read_text().partition("\n; given\n")
    try:
        this = _asked(query, edn.read_all(given), nodes)
        operation = Operation((("rows", Answer("rows", this.query, 1_000)),), tuple(this.moments))
        statement = compile_operation(operation, nodes.catalogue, scan=True)
    except CallerFault as fault:
        error = json.dumps({"code": fault.code, "says": str(fault)}, indent=1, ensure_ascii=False)
        _check(name, "error.json", f"{error}\n")
        return
    reasons = "".join(f"-- empty: {because}\n" for _, because in statement.reasons)
    _check(name, "plan.sql", f"{reasons}{statement.text}\n")
    told = await answered(this, nodes)
    assert isinstance(told, Told)
    rows = [json.dumps(row, ensure_ascii=False) for row in told.rows]
    lines = ",\n".join(rows if this.query.order else sorted(rows))
    _check(name, "answer.json", f"[\n{lines}\n]\n" if rows else "[]\n")
    if not any(isinstance(each, Pull) for each in this.query.find):
        found, right = written(told), expected(this, nodes.world)
        assert agree(this, right, found), difference(right.rows, found.rows)


def _asked(query: str, given: Sequence[Form], nodes: Bench) -> Asked:
    found = asked(read_query(query), given, nodes.catalogue)
    moments = {name: int(moment) for name, moment in found.moments.items()}
    return Asked(found.query, moments, found.slots)


def _check(name: str, file: str, found: str) -> None:
    path = FOLDER / name / file
    if os.environ.get("UPDATE_CASES") == "1":
        assert "CI" not in os.environ, "cases are looked at by people before they count"
        path.write_text(found)
    assert found == path.read_text()
