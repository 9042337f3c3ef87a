"""A query in Datalog text, compiled and made ready to run, and the rows that it finds."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from datalog.planning.statistics import Statistics
from datalog.reading.query import read_query
from datalog.sql.compile import Slot, Statement, compile_operation
from datalog.syntax.query import Input, Query, Source
from datalog.syntax.views import AsOf
from datalog.tree import Answer, Operation
from store import statistics
from store.catalogue import Catalogue
from store.database import Database
from store.schema.facts import read_catalogue

_FIRST = 1_000_000
_MOMENT = "then"


@dataclass(frozen=True, slots=True)
class Asked:
    """A database with its catalogue, in which queries are compiled and run."""

    database: Database
    catalogue: Catalogue
    statistics: Statistics
    middle: int
    """The t in the middle of its log."""

    @classmethod
    async def of(cls, database: Database) -> Self:
        """Return the database with what compiling needs to know of it."""
        catalogue, counted = await read_catalogue(database), await statistics.read(database)
        t = (await database.clock()).t
        return cls(database, catalogue, Statistics(counted), t // 2)


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement and the values that it runs with."""

    statement: Statement
    arguments: tuple[object, ...]

    async def run(self, database: Database) -> object:
        """Run it, and return the JSON text of its answer."""
        return (await database.row(self.statement.text, self.arguments))[-1]


def ready(asked: Asked, text: str, t: int | None, given: Mapping[str, object]) -> Ready:
    """Return a query's statement, ready to run; with a `t` its database is as of then."""
    return compiled(asked, read_query(text).query, t, given)


def compiled(asked: Asked, query: Query, t: int | None, given: Mapping[str, object]) -> Ready:
    """Return the statement of a query that was read, ready to run."""
    if t is not None:
        query = replace(query, inputs=tuple(_past(query.inputs)))
    moments = () if t is None else (_MOMENT,)
    operation = Operation((("it", Answer("it", query, _FIRST)),), moments)
    statement = compile_operation(operation, asked.catalogue, asked.statistics)
    slots = {f"{_MOMENT}.t": t, f"{_MOMENT}.instant": None, **given}
    arguments = (slots[it.name] if isinstance(it, Slot) else it for it in statement.arguments)
    return Ready(statement, tuple(arguments))


def _past(inputs: Iterable[Input]) -> Iterable[Input]:
    for each in inputs:
        yield Source(each.name, AsOf(_MOMENT)) if isinstance(each, Source) else each


def rows(answer: object) -> list[Any]:
    """Return the rows of an answer's JSON text."""
    told = json.loads(str(answer))
    if not told["complete"]:
        raise ValueError("the answer was cut: nothing can be compared with it")
    return list(told["rows"])
