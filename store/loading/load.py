"""Files of transactions into the log: merged by instant, resumed where a load was interrupted.

load_lines reads lines and digests, load_json parses, load_ahead does both ahead of the writer.
"""

import asyncio
import gc
import heapq
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter

from store import statistics, transaction
from store.database import Database
from store.errors import CallerFault
from store.loading import parsing as load_json
from store.loading.ahead import ahead
from store.loading.errors import LineRefused
from store.loading.lines import Line, Source, TransactionFile, opened
from store.transaction import Transaction
from store.writing.writer import Outcome, Report, Submission, Writer

GROUP = 500
_LEAST_SIZE, _MOST_SIZE = 2**17, 2**22
_LONG = 0.5
"""Seconds that a group may take: whoever writes beside a load waits for two of them at most."""
_AHEAD_SIZE = 8 * 2**20
_MOST_REFUSED = 1_000
_THRESHOLDS = (100_000, 20, 100)
_DIGESTS = 4_096
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_NOW = datetime.max.replace(tzinfo=UTC)  # What names no instant comes after all that do.


@dataclass(frozen=True, slots=True)
class Loaded:
    """How far a load has come. `read` and `size` are bytes as they lie in the files.

    `skipped` lines were loaded before, `unchanged` ones said nothing new; of the `refusals`
    the first thousand are kept.
    """

    lines: int = 0
    transactions: int = 0
    datoms: int = 0
    unchanged: int = 0
    skipped: int = 0
    refusals: int = 0
    refused: tuple[LineRefused, ...] = ()
    read: int = 0
    size: int | None = None


Progress = Callable[[Loaded], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that holds something: the transaction that it says, or what is wrong with it."""

    file: str
    line: int
    digest: bytes
    size: int
    said: Transaction | CallerFault


async def load(
    database: Database,
    writer: Writer,
    sources: Sequence[Source],
    progress: Progress,
    *,
    continue_: bool = False,
) -> Loaded:
    """Load files of transactions, and return what came of it; `progress` hears of it all along.

    Raises FileUnreadable, and LineRefused at the first line that is refused; with `continue_`
    these are collected, and a file that breaks off ends there. Raises as the writer does.
    """
    with _little_collected(), ExitStack() as stack:
        files = [stack.enter_context(opened(source)) for source in sources]
        highest = await highest_line(database)
        starts = [await begun_at(database, file.source, highest) for file in files]
        loading = _Loading(writer, files, progress, continue_=continue_)
        loading.since = asyncio.get_running_loop().time()
        loading.tell(Loaded(skipped=sum(starts), size=_size(files)))
        async with ahead(merged(files, starts), _AHEAD_SIZE) as entries, loading.sending():
            while not loading.is_over and (group := await entries.take(GROUP, loading.size)):
                new = await fresh(database, group, highest)
                await loading.send(new, skipped=len(group) - len(new))
        if loading.loaded.datoms >= statistics.MANY:
            await statistics.refresh(database)
        return loading.loaded


@dataclass(frozen=True, slots=True)
class _Sent:
    """Entries that the writer has been given, and those left out as they were loaded before."""

    entries: Sequence[Entry]
    submission: Submission
    skipped: int


@dataclass(slots=True)
class _Loading:
    """A load under way: one group is lined up while the one before it is written."""

    writer: Writer
    files: Sequence[TransactionFile]
    progress: Progress
    _: KW_ONLY
    continue_: bool
    loaded: Loaded = Loaded()
    sent: _Sent | None = None
    is_over: bool = False
    size: int = _LEAST_SIZE
    since: float = 0.0

    def tell(self, loaded: Loaded) -> None:
        """Take in how far the load has come, and tell whoever wants to hear."""
        self.loaded = replace(loaded, read=sum(file.position for file in self.files))
        self.progress(self.loaded)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Let groups be sent, and wait for the last; where it goes wrong, withdraw what waits.

        Raises LineRefused, and as the writer does.
        """
        try:
            yield
            await self._receive(self.sent)
        finally:
            if self.sent is not None:
                self.sent.submission.withdraw()

    async def send(self, group: Sequence[Entry], skipped: int) -> None:
        """Give the writer a group, and wait for the group before it.

        Without `continue_` a group ends at a line that cannot be read, and so does the load.
        Raises as `sending` does.
        """
        entries = group if self.continue_ else _up_to_fault(group)
        said = [entry.said for entry in entries if isinstance(entry.said, Transaction)]
        self.is_over = not self.continue_ and len(said) < len(entries)
        before = self.sent
        submission = self.writer.submit(
            said,
            stop_at_refusal=not self.continue_,
            after=None if before is None else before.submission,
        )
        self.sent = _Sent(entries, submission, skipped)
        await self._receive(before)

    async def _receive(self, sent: _Sent | None) -> None:
        if sent is None:
            return
        outcomes = await sent.submission.answered
        self._adapt(sum(entry.size for entry in sent.entries))
        skipped = self.loaded.skipped + sent.skipped
        loaded, refusal = self._taken(replace(self.loaded, skipped=skipped), sent, outcomes)
        self.tell(loaded)
        if refusal is not None:
            raise refusal

    def _adapt(self, size: int) -> None:
        """Make groups larger, which is cheaper, or smaller, for those who wait beside them."""
        now = asyncio.get_running_loop().time()
        lasted, self.since = now - self.since, now
        if lasted > _LONG:
            self.size = max(self.size // 2, _LEAST_SIZE)
        elif lasted < _LONG / 2 and size > self.size // 2:
            self.size = min(self.size * 2, _MOST_SIZE)

    def _taken(
        self, loaded: Loaded, sent: _Sent, outcomes: Sequence[Outcome]
    ) -> tuple[Loaded, LineRefused | None]:
        reports = iter(outcomes)
        for entry in sent.entries:
            outcome = next(reports) if isinstance(entry.said, Transaction) else entry.said
            if not isinstance(outcome, CallerFault):
                loaded = _with_report(loaded, outcome)
                continue
            refusal = LineRefused(entry.file, entry.line, outcome)
            if not self.continue_:
                return loaded, refusal
            loaded = _with_refusal(loaded, refusal)
        return loaded, None


@contextmanager
def _little_collected() -> Iterator[None]:
    """Look for garbage less often: a load makes millions of values, and none in a circle."""
    usual = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


_ONLY_SCHEMA = "SELECT t = schema_t FROM clock"


async def is_empty_or_begun(database: Database, source: Source) -> bool:
    """Return whether a database has no facts beside its schema's, or was begun with this file."""
    [only_schema] = await database.row(_ONLY_SCHEMA)
    return bool(only_schema) or await begun_at(database, source, await highest_line(database)) > 0


def _up_to_fault(group: Sequence[Entry]) -> Sequence[Entry]:
    for position, entry in enumerate(group):
        if isinstance(entry.said, CallerFault):
            return group[: position + 1]
    return group


def _with_refusal(loaded: Loaded, refusal: LineRefused) -> Loaded:
    kept = loaded.refused if loaded.refusals >= _MOST_REFUSED else (*loaded.refused, refusal)
    lines, refusals = loaded.lines + 1, loaded.refusals + 1
    return replace(loaded, lines=lines, refusals=refusals, refused=kept)


def _with_report(loaded: Loaded, report: Report) -> Loaded:
    new = report.t is not None
    return replace(
        loaded,
        lines=loaded.lines + 1,
        transactions=loaded.transactions + new,
        unchanged=loaded.unchanged + (not new),
        datoms=loaded.datoms + len(report.datoms),
    )


def merged(files: Sequence[TransactionFile], starts: Sequence[int]) -> Iterator[tuple[Entry, int]]:
    """Yield the entries of all files, the earliest first, each with its size in bytes."""
    streams = [_entries(file, start) for file, start in zip(files, starts, strict=True)]
    for _, entry in heapq.merge(*streams, key=itemgetter(0)):
        yield entry, entry.size


def _entries(file: TransactionFile, start: int) -> Iterator[tuple[datetime, Entry]]:
    """Yield the entries of a file after a line, each with the instant at which it is its turn."""
    instant = _EARLIEST
    for line in file.lines():
        if line.number <= start or (isinstance(line.content, bytes) and not line.content.strip()):
            continue
        said = _said(line)
        if isinstance(said, Transaction):
            instant = said.instant or _NOW
        size = len(line.content) if isinstance(line.content, bytes) else 0
        yield instant, Entry(file.source.name, line.number, line.digest, size, said)


def _said(line: Line) -> Transaction | CallerFault:
    if not isinstance(line.content, bytes):
        return line.content
    try:
        said = transaction.read(load_json.parse(line.content))
    except CallerFault as fault:
        return fault
    return replace(said, line=line.number, digest=line.digest)


_HIGHEST_LINE = "SELECT coalesce(max(line), 0) FROM tx WHERE digest IS NOT NULL"
_KNOWN = "SELECT digest FROM tx WHERE digest = ANY ($1::bytea[])"


async def highest_line(database: Database) -> int:
    """Return the highest number of a line that any load has written."""
    [highest] = await database.row(_HIGHEST_LINE)
    return int(highest)


async def _known(database: Database, digests: Sequence[bytes]) -> frozenset[bytes]:
    return frozenset(digest for [digest] in await database.rows(_KNOWN, [digests]))


async def begun_at(database: Database, source: Source, highest: int) -> int:
    """Return the last line of a file that was loaded, 0 if none was or nobody can look twice."""
    if source.stream is not None:
        return 0
    found = 0
    with opened(source) as file:
        lines = ((line.number, line.digest) for line in islice(file.lines(), highest))
        while batch := await asyncio.to_thread(list, islice(lines, _DIGESTS)):
            known = await _known(database, [digest for _, digest in batch])
            found = max((number for number, digest in batch if digest in known), default=found)
    return found


async def fresh(database: Database, group: Sequence[Entry], highest: int) -> Sequence[Entry]:
    """Return the entries that were not loaded before, which only a stream can hold still."""
    digests = [entry.digest for entry in group if entry.line <= highest]
    known = await _known(database, digests) if digests else frozenset()
    return [entry for entry in group if entry.digest not in known]


def _size(files: Sequence[TransactionFile]) -> int | None:
    sizes = [file.size for file in files]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
