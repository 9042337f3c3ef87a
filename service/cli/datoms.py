"""`headwater datoms`, `index-range` and `tx-range`: the indexes and the log, read as they lie."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import click

from resolvers.datalog.ask import Asking
from resolvers.datalog.datoms import Index, datoms, index_range, tx_range
from resolvers.datalog.question import Question
from service.cli.answers import Format
from service.cli.asking import Showing, asking, given_value, show
from service.cli.database import run
from store.catalogue import Catalogue
from store.database import Database
from store.ids import T

OPEN = "nil"
"""What a range is open at: it has no start, or no end."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the options say: at which time, how many, in which form."""

    as_of: str | None = None
    since: str | None = None
    history: bool = False
    first: int | None = None
    form: str | None = None

    @property
    def question(self) -> Question:
        """Return a question that is still to be asked."""
        return Question(
            "", as_of=self.as_of, since=self.since, history=self.history, first=self.first
        )


def of_index(index: str, components: tuple[str, ...], seen: Seen) -> None:
    """Print the datoms that begin with the components."""
    given = tuple(map(given_value, components))
    _print(lambda catalogue: datoms(Index(index), given, catalogue, seen.question), seen)


def of_attribute(attribute: str, start: str | None, end: str | None, seen: Seen) -> None:
    """Print the datoms of an attribute, from a value to before another."""
    given = given_value(attribute if attribute.startswith(":") else f":{attribute}")
    first, last = _value(start), _value(end)
    _print(lambda _: index_range(given, first, last, seen.question), seen)


def of_log(start: str | None, end: str | None, seen: Seen) -> None:
    """Print what transactions say, from a point in time to before another."""
    first, last = (None if each == OPEN else each for each in (start, end))
    _print(lambda _: tx_range(first, last, seen.question), seen)


def _value(bound: str | None) -> object:
    return None if bound in {None, OPEN} else given_value(str(bound))


def _print(question: Callable[[Catalogue], Question], seen: Seen) -> None:
    async def work(database: Database) -> None:
        asked: Asking = asking(database)
        made = question(await asked.catalogue(T(0)))
        await show(asked, database, made, Showing(Format(seen.form) if seen.form else None))

    try:
        run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("interrupted", err=True)
        raise click.exceptions.Exit(130) from None
