"""Asking one question and showing its answer: what the command and the conversation share."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import click
import orjson

from datalog.explanation import ExplainedStep
from datalog.reading import edn
from datalog.reading.errors import NotEdn
from datalog.reading.forms import Symbol
from resolvers.datalog.ask import Asking, ask, explained
from resolvers.datalog.question import Answered, Question
from service.cli.answers import Format, summary, written
from service.cli.database import settings
from service.cli.faults import printable, tell
from service.limits import limits
from store.database import Database
from store.errors import Fault
from store.schema.cache import CatalogueCache
from store.statistics import QuantitiesCache

_NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Showing:
    """How an answer is shown; without a `form`, as a table for people and JSON for programs."""

    form: Format | None = None
    explain: bool = False
    analyze: bool = False

    @property
    def chosen(self) -> Format:
        """Return the format, settled."""
        return self.form or (Format.TABLE if sys.stdout.isatty() else Format.JSON)


def asking(database: Database) -> Asking:
    """Return what the command line's questions are asked of."""
    cache, counted = CatalogueCache(), QuantitiesCache()
    return Asking(
        database,
        lambda schema_t: cache.current(database, schema_t),
        limits(settings()),
        lambda: datetime.now(UTC),
        lambda: counted.current(database),
    )


async def show(asked: Asking, database: Database, question: Question, showing: Showing) -> None:
    """Print the answer of a question, or how it is found. Raises as `ask` does."""
    if showing.explain or showing.analyze:
        async for line in _explained(asked, database, question, analyze=showing.analyze):
            click.echo(line)
        return
    answered = await ask(asked, question)
    told(answered, showing.chosen, asked.limits.rows.most)


def told(answered: Answered, form: Format, limit: int) -> None:
    """Print an answer, and below it how much it is; for programs, that goes to standard error."""
    is_table = form is Format.TABLE
    width = max(shutil.get_terminal_size().columns, _NARROWEST) if sys.stdout.isatty() else None
    click.echo(written(answered, form, width), nl=False)
    if is_table or not answered.complete or answered.because is not None:
        click.echo(summary(answered, limit=limit), err=not is_table)


def given_value(text: str) -> object:
    """Return what an argument of the command line says: EDN, or where it is none, a text.

    A word (`raw`, `hw://team/core`, `2024-01-01`) is a text too: EDN has no better use for it.
    """
    try:
        form = edn.read(text)
    except NotEdn:
        if text.lstrip().startswith(("[", "(", "{", "#", '"', ":")):
            raise
        return text
    return text if isinstance(form.value, Symbol) else form


def tell_at(fault: Fault, text: str) -> None:
    """Say what is wrong with a query, and point at the place in its text where that is known."""
    tell(fault)
    for line in _pointed(fault, text):
        click.echo(line, err=True)


def _pointed(fault: Fault, text: str) -> Iterator[str]:
    details = fault.details()
    number, column = details.get("line"), details.get("column")
    lines = text.split("\n")
    if not (isinstance(number, int) and isinstance(column, int) and 0 < number <= len(lines)):
        return
    before, after = lines[number - 1][: column - 1], lines[number - 1][column - 1 :]
    before, after = printable(before.replace("\t", " ")), printable(after.replace("\t", " "))
    start = max(0, len(before) - _BEFORE)
    yield f"  {'…' if start else ''}{before[start:]}{after[:_AFTER]}"
    yield f"  {' ' * (len(before) - start + bool(start))}^"


_BEFORE, _AFTER = 60, 40


def _sized(step: ExplainedStep, rows: int | None) -> str:
    estimated = "" if step.estimated_rows is None else f": about {step.estimated_rows:,.0f} rows"
    return estimated if rows is None else f"{estimated}; there are {rows:,}"


async def _explained(
    asked: Asking, database: Database, question: Question, *, analyze: bool
) -> AsyncIterator[str]:
    told = await explained(asked, question, analyze=analyze)
    how = told.explained
    for level in how.levels:
        yield f"{level.datalog}\n"
    if told.explanation.empty_because is not None:
        yield f"; there can be no rows: {told.explanation.empty_because}"
    for number, step in enumerate(told.explanation.steps):
        yield f"; {number + 1}. {step.clause}"
        yield f";    {step.access}{_sized(step, told.rows[number] if told.rows else None)}"
    yield f"\n{how.sql}\n"
    for number, argument in enumerate(how.arguments, start=1):
        yield f"-- ${number} = {orjson.dumps(argument, default=str).decode()}"
    if analyze:
        plan = await database.explain(how.sql, how.arguments, analyze=True)
        yield orjson.dumps(plan, option=orjson.OPT_INDENT_2).decode()
