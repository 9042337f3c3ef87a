"""What transactions would do, without doing it: applied, asked, and rolled back."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice

from store.database import Clock, Connection, Database, Row, Writing, fetched, read_clock
from store.database_faults import faults, query_faults
from store.errors import CallerFault
from store.loading.errors import LineRefused
from store.loading.lines import Source, opened
from store.loading.load import GROUP, Entry, begun_at, fresh, highest_line, merged
from store.transaction import Transaction
from store.writing.group import MemberGroup, Memory, Report


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A database in which transactions are as if they were written; it is there to be read.

    `reports` say what each of them would do. Statements read as `Database`'s do.
    """

    connection: Connection
    seconds: float
    reports: tuple[Report, ...]

    async def row(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement. Raises as `Database.row` does."""
        with faults(self.seconds):
            [row] = await fetched(self.connection, text, arguments, self.seconds)
            return row

    async def row_of_query(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement. Raises as `Database.row_of_query` does."""
        with faults(self.seconds), query_faults(arguments):
            return await self.row(text, arguments)

    async def clock(self) -> Clock:
        """Return the clock as the transactions would leave it."""
        with faults(self.seconds):
            return await read_clock(self.connection)


class _Over(Exception):
    """The rehearsal is over: nothing of it is to be written."""


@asynccontextmanager
async def rehearsed(database: Database, sources: Sequence[Source]) -> AsyncIterator[Rehearsed]:
    """Give a database in which files of transactions are as if they were written.

    What a load of them would skip is skipped. Nobody else can write meanwhile; at the end all is
    rolled back. Raises FileUnreadable, LineRefused at the first line that would be refused, and as
    `Database.writing` does.
    """
    with ExitStack() as stack, suppress(_Over):
        files = [stack.enter_context(opened(source)) for source in sources]
        highest = await highest_line(database)
        starts = [await begun_at(database, file.source, highest) for file in files]
        entries = (entry for entry, _ in merged(files, starts))
        groups = [group async for group in _fresh_groups(database, entries, highest)]
        async with database.writing() as writing:
            reports = await _applied(writing, groups)
            seconds = database.statement_timeout
            await writing.connection.execute(_READ_ONLY.format(int(seconds * 1_000)))
            yield Rehearsed(writing.connection, seconds, reports)
            raise _Over


_READ_ONLY = "SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}"


async def _fresh_groups(
    database: Database, entries: Iterator[Entry], highest: int
) -> AsyncIterator[Sequence[Entry]]:
    while group := list(islice(entries, GROUP)):
        yield await fresh(database, group, highest)


async def _applied(writing: Writing, groups: Sequence[Sequence[Entry]]) -> tuple[Report, ...]:
    """Write what the groups say into the transaction. Raises LineRefused."""
    reports: list[Report] = []
    memory: Memory | None = None
    for entries in groups:
        said = [_said(entry) for entry in entries]
        group = await MemberGroup.begin(writing, memory, said)
        for entry, transaction in zip(entries, said, strict=True):
            outcome = group.decide(transaction, if_basis=None, dry_run=False)
            if isinstance(outcome, CallerFault):
                raise LineRefused(entry.file, entry.line, outcome)
            reports.append(outcome)
        group.prepare()
        memory = await group.write(writing)
        writing = replace(writing, clock=memory.clock)
    return tuple(reports)


def _said(entry: Entry) -> Transaction:
    if isinstance(entry.said, CallerFault):
        raise LineRefused(entry.file, entry.line, entry.said)
    return entry.said
