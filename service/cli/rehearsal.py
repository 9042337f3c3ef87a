"""Asking a database in which transactions are as if they were written."""

from collections.abc import Sequence
from dataclasses import replace

import click

from resolvers.datalog.ask import Asking
from resolvers.datalog.datoms import tx_range
from resolvers.datalog.question import Question
from service.cli.asking import Showing, asking, show
from store.database import Database
from store.loading.lines import Source
from store.loading.rehearsal import Rehearsed, rehearsed


async def show_with(
    database: Database, sources: Sequence[Source], question: Question, showing: Showing
) -> None:
    """Print the answer of a question, asked as if files of transactions were written.

    Raises as `ask` and `rehearsed` do.
    """
    async with rehearsed(database, sources) as rehearsal:
        await show(_asking(database, rehearsal), database, question, showing)


async def show_facts(database: Database, sources: Sequence[Source]) -> None:
    """Print what files of transactions would write. Raises as `rehearsed` does."""
    before = await database.clock()
    async with rehearsed(database, sources) as rehearsal:
        asked = _asking(database, rehearsal)
        seen = Question("", first=asked.limits.rows.most)
        await show(asked, database, tx_range(before.t + 1, None, seen), Showing())
        new = sum(report.t is not None for report in rehearsal.reports)
        redundant = sum(report.redundant for report in rehearsal.reports)
        click.echo(
            f"{new:,} of {len(rehearsal.reports):,} transactions would be written,"
            f" {redundant:,} statements change nothing; nothing was written",
            err=True,
        )


def _asking(database: Database, rehearsal: Rehearsed) -> Asking:
    return replace(asking(database), reader=rehearsal)
