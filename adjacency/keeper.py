"""Keeps a snapshot of the lineage edges: reads it, lets it catch up, and says why there is none.

Requests let it catch up with the little that their own statement tells; what is more than that, or
another table or other types, is read aside, in a task that `run` is.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Self

import numpy as np
import structlog

from adjacency.snapshot import BYTES_AN_EDGE, Snapshot, size
from adjacency.walk import Patience, Question, Scratch, TooLong, Walked, places_of, walk
from store import adjacency
from store.adjacency import OPEN, DoesNotFit, Edges, Periods
from store.database import Database
from store.database_errors import DeadlineExceeded
from store.errors import OurFault
from store.ids import FIRST_ENTITY, FOREVER

MOST_ADDED = 20_000
"""Edges that may lie apart before they are sorted in."""
AT_ONCE = 5_000
"""Edges that are walked and told within some 10 ms: they are not worth a thread."""
_MOST_SCRATCH = 2
_REST = 5.0
"""So many times as long as reading all edges took, they are not read again."""
_log = structlog.get_logger("headwater")


class Behind(Exception):  # Never shown: SQL answers then.
    """The snapshot does not know all that the answer depends on."""


@dataclass(slots=True)
class Keeper:
    """The snapshot of one database, of at most so many bytes; `types` says of which edge types.

    `reason` says why there is none. `at_once`: how many edges a request may read on the event loop.
    """

    database: Database
    most: int
    types: Callable[[], tuple[int, ...]]
    reason: str = "it is not read yet"
    snapshot: Snapshot | None = None
    at_once: int = AT_ONCE
    _scratch: list[Scratch] = field(default_factory=list)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _read_again: float = 0.0

    def held(self, types: Sequence[int]) -> "Held | None":
        """Return the snapshot where it holds edges of exactly these types."""
        snapshot = self.snapshot
        if snapshot is None or set(snapshot.types) != set(types):
            self._wanted.set()
            return None
        return Held(self, snapshot)

    def keep(self, snapshot: Snapshot) -> None:
        """Take a snapshot that has caught up, unless there is a newer one."""
        now = self.snapshot
        if now is not None and now.sorting == snapshot.sorting and now.t < snapshot.t:
            self.snapshot = snapshot
        if len(snapshot.added.edge) > MOST_ADDED:
            self._wanted.set()

    @contextmanager
    def walk(self, snapshot: Snapshot, question: Question) -> Iterator[Walked]:
        """Give what a walk came to. May be used in several threads. Raises TooLong."""
        scratch = self._scratch_of(places_of(snapshot, question))
        try:
            walked = walk(snapshot, question, scratch)
            try:
                yield walked
            finally:
                walked.done()
        except TooLong:
            self._use_again(scratch)
            raise
        self._use_again(scratch)

    def _scratch_of(self, places: int) -> Scratch:
        try:
            scratch = self._scratch.pop()
        except IndexError:
            return Scratch(places)
        return scratch if scratch.places >= places else Scratch(places + places // 16)

    def _use_again(self, scratch: Scratch) -> None:
        if len(self._scratch) < _MOST_SCRATCH:  # What other faults leave is not used again.
            self._scratch.append(scratch)

    def behind(self) -> None:
        """Say that the snapshot could not answer: it has to be brought forward aside."""
        self._wanted.set()

    async def run(self, pause: float = 1.0) -> None:
        """Read the edges, and keep them as new as they are asked for, until cancelled."""
        self._wanted.set()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.bring_forward()
            except (OurFault, DeadlineExceeded) as fault:
                self._lose(str(fault))
                _log.warning("edges not read", fault=str(fault))
                self._wanted.set()
            await asyncio.sleep(pause)

    async def bring_forward(self) -> None:
        """Read what has changed, or all. Raises as `Database.rows` does."""
        types = tuple(sorted(self.types()))
        try:
            before = self.snapshot
            if before is None or before.types != types:
                await self._read_all(types)
            else:
                await self._read_changes(before)
        except DoesNotFit as fault:
            self._lose(f"{fault}; {self.most // 2**20} MB are given")
            _log.warning("edges not kept", reason=self.reason)

    def _lose(self, reason: str) -> None:
        self.snapshot, self.reason = None, reason

    async def _read_all(self, types: tuple[int, ...]) -> None:
        begun = monotonic()
        if begun < self._read_again:
            return
        sorting = 0 if self.snapshot is None else self.snapshot.sorting + 1
        self._lose("it is being read")
        edges = await adjacency.read(self.database, types, self.most // BYTES_AN_EDGE)
        made = await asyncio.to_thread(_snapshot, edges, types, sorting)
        self._check_size(made)
        self.snapshot = made
        seconds = monotonic() - begun
        self._read_again = begun + seconds + _REST * seconds
        _log.info(
            "edges read", t=made.t, edges=made.edges, bytes=made.bytes, seconds=round(seconds, 3)
        )

    def _check_size(self, snapshot: Snapshot) -> None:
        taken = size(snapshot.edges, snapshot.places)
        if taken > self.most:
            raise DoesNotFit(f"{snapshot.edges} periods of edges take {taken} bytes")

    async def _read_changes(self, before: Snapshot) -> None:
        edges = await adjacency.changed(
            self.database, before.types, before.t, self.most // BYTES_AN_EDGE
        )
        if edges.table != before.table:  # A rebuild has made another.
            self._lose("its table was made anew")
            self._read_again = 0.0
            await self._read_all(before.types)
            return
        after = before.caught_up(edges.t, edges.periods)
        self._check_size(after)
        if len(after.added.edge) > MOST_ADDED:
            after = await asyncio.to_thread(after.sorted_in)
        self.snapshot = after


def _snapshot(edges: Edges, types: tuple[int, ...], sorting: int) -> Snapshot:
    return Snapshot.of(edges.t, edges.table, types, edges.periods, sorting)


@dataclass(frozen=True, slots=True)
class Held:
    """The snapshot that one request walks, as long as its patience lasts."""

    keeper: Keeper
    snapshot: Snapshot
    patience: Patience | None = None

    def at_once(self) -> Self:
        """Return the same for walks that hold up nobody for long."""
        return replace(self, patience=Patience(self.keeper.at_once))

    def caught_up(self, since: Mapping[str, Any]) -> Snapshot:  # JSON that our own statement made.
        """Return the snapshot as of the basis of a statement, given what it told. Raises Behind."""
        told = since["periods"]
        if told is None or int(since["table"]) != self.snapshot.table:
            raise Behind
        after = self.snapshot.caught_up(int(since["t"]), _periods(told, self.snapshot.types))
        self.keeper.keep(after)
        return after


def _periods(told: Sequence[Sequence[Any]], types: Sequence[int]) -> Periods:
    if not told:
        return Periods.none()
    rows = [[int(each) for each in row] for row in told]
    kind, source, target, edge, begun, ended = zip(*rows, strict=True)
    ids = [[each - FIRST_ENTITY for each in column] for column in (source, target, edge)]
    ends = [OPEN if each == FOREVER else each for each in ended]
    if max(max(column) for column in (*ids, begun)) >= OPEN:
        raise Behind
    return Periods(
        np.array([types.index(each) for each in kind], dtype=np.int16),
        *(np.array(each, dtype=np.int32) for each in (*ids, begun, ends)),
    )
