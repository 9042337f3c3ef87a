"""Asking a database with operations: compiled, run, and read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datalog.sql.compile import FIXED_COLUMNS, Slot, Statement, compile_operation
from datalog.syntax.query import Query, Source
from datalog.syntax.views import AsOf, History, Now, Since, View
from datalog.tree import Answer, Operation, Shape
from store.catalogue import Catalogue
from store.database import Database
from tests.datalog.library import Facts

NOW = Source("$", Now())
THEN = Source("$", AsOf("then"))


@dataclass(frozen=True)
class Library:
    """A database, its catalogue, and what is known to be in it."""

    database: Database
    catalogue: Catalogue
    facts: Facts

    def compile(self, shape: Shape, *, past: bool = False) -> Statement:
        """Return the statement of one root field."""
        operation = Operation((("it", shape),), ("then",) if past else ())
        return compile_operation(operation, self.catalogue)

    async def ask(self, shape: Shape, *, t: int | None = None, **slots: object) -> Any:
        """Return the JSON of one root field; `t` is what the moment `then` stands for."""
        statement = self.compile(shape, past=t is not None)
        return await self.run(statement, {"then.t": t, "then.instant": None, **slots})

    async def run(self, statement: Statement, slots: Mapping[str, object]) -> Any:
        """Return the JSON of the last column of a statement."""
        return await self.column(statement, slots, statement.columns[-1])

    async def column(self, statement: Statement, slots: Mapping[str, object], name: str) -> Any:
        """Return the JSON of a column of a statement."""
        arguments = [
            slots[each.name] if isinstance(each, Slot) else each for each in statement.arguments
        ]
        row = await self.database.row(statement.text, arguments)
        assert len(row) == len(statement.columns) >= len(FIXED_COLUMNS)
        text = row[-1 - statement.columns[::-1].index(name)]  # A moment may have the same name.
        return None if text is None else json.loads(text)

    async def answer(self, query: Query, /, first: int = 1_000, **slots: object) -> "Answered":
        """Return the answer of a query; see `answer` for what the slots are."""
        return await answer(self.database, self.catalogue, query, slots, first)


@dataclass(frozen=True)
class Answered:
    """The rows of a query, as JSON gives them, and whether they are all there are."""

    rows: list[Any]
    complete: bool


async def answer(
    database: Database,
    catalogue: Catalogue,
    query: Query,
    slots: Mapping[str, object],
    first: int = 1_000,
) -> Answered:
    """Return the answer of a query.

    The slots are the values of scalars and the lists of collections and relations by the name of
    their variable, and for each moment the t that it stands for (`then=3`, as the name of a view).
    """
    moments = tuple(dict.fromkeys(moment for each in query.inputs for moment in _moments(each)))
    operation = Operation((("it", Answer("it", query, first)),), moments)
    statement = compile_operation(operation, catalogue)
    if statement.known is not None:
        return Answered(**json.loads(statement.known[0]))
    given = {**slots}
    for moment in moments:
        given |= {f"{moment}.t": slots.get(moment), f"{moment}.instant": None}
    arguments = [given[it.name] if isinstance(it, Slot) else it for it in statement.arguments]
    row = await database.row_of_query(statement.text, arguments)
    return Answered(**json.loads(str(row[-1])))


def _moments(given: object) -> Iterator[str]:
    if isinstance(given, Source):
        yield from _named(given.view)


def _named(view: View) -> Iterator[str]:
    match view:
        case AsOf(name):
            yield name
        case Since(after, until):
            yield after
            yield from _named(until)
        case History(until, after):
            yield from _named(until)
            if after is not None:
                yield after
        case Now():
            pass
