"""Asking a database with operations: compiled, run, and read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datalog.sql.compile import FIXED_COLUMNS, Slot, Statement, compile_operation
from datalog.syntax.query import Source
from datalog.syntax.views import AsOf, Now
from datalog.tree import Operation, Shape
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
