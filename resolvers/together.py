"""Requests of one statement that come while it is under way: the next statement reads them all.

Nobody waits where little is under way. Who waits shares a statement with whoever waits meanwhile:
one snapshot, a row for each of them. One more is sent at the end of a turn of the loop, so that of
a burst nobody waits for another's answer. Where a shared statement fails or takes long, each of
them is read alone, so that nobody has another's fault; who hangs up leaves the others theirs.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

from datalog.sql.compile import Statement
from datalog.sql.joint import Joint
from store.database import Clock, Database, Row

_MOST_STATEMENTS = 1_000
_FORGETTING = 1.05
_FEWEST = 2
_UNTRIED = 8


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request that waits: its row will come, or None where it has to be read alone."""

    arguments: Sequence[object]
    row: "asyncio.Future[Row | None]"


@dataclass(eq=False, slots=True)
class _Lane:
    """The requests of one statement; `seconds` is what one of them takes, as far as is known."""

    statement: Statement
    joint: Callable[[], Joint]
    waiting: list[_Waiting] = field(default_factory=list)
    under_way: int = 0
    seconds: float = 0.0
    alarm: asyncio.TimerHandle | None = None
    turn: asyncio.Handle | None = None

    def took(self, seconds: float) -> None:
        """Remember what a request took: the least, slowly forgotten."""
        self.seconds = min(self.seconds * _FORGETTING, seconds) if self.seconds else seconds


@dataclass(eq=False, slots=True)
class Together:
    """Reads of a database, of which those of one statement are gathered while it is busy.

    One statement reads `most` requests, and as many as should take `budget` seconds, by what the
    quickest took lately. Nobody waits before `side_by_side` statements are under way; then `ahead`
    more are sent for all who came in one turn of the loop, and who comes later waits until one of
    them is back, but no longer than `patience`. What `deadline` ends is read one by one. Who should
    read more than `rows` does not ask here.
    """

    database: Database
    rows: int = 2_000
    most: int = 32
    side_by_side: int = 4
    ahead: int = 1
    patience: float = 0.02
    budget: float = 0.02
    deadline: float = 1.0
    _lanes: dict[int, _Lane] = field(default_factory=dict)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def row(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement of ours."""
        return await self.database.row(text, arguments)

    async def row_of_query(self, text: str, arguments: Sequence[object] = ()) -> Row:
        """Return the one row of a statement made of what somebody wrote."""
        return await self.database.row_of_query(text, arguments)

    async def clock(self) -> Clock:
        """Return the clock as it is now."""
        return await self.database.clock()

    async def shared(self, statement: Statement, arguments: Sequence[object]) -> Row:
        """Return the row of a statement that others may ask too, of which each is soon read.

        Raises as `Database.row`. Cancelling the caller leaves the others their answer.
        """
        lane = self._lanes.get(id(statement)) or self._new_lane(statement)
        if lane is None:
            return await self.database.row(statement.text, arguments)
        if lane.under_way < self.side_by_side or self._fitting(lane) < _FEWEST:
            return await self._alone(lane, arguments)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arguments, loop.create_future())
        lane.waiting.append(waiting)
        if lane.alarm is None:
            lane.alarm = loop.call_later(self.patience, self._send, lane)
        if lane.turn is None and self._has_room_ahead(lane):
            lane.turn = loop.call_soon(self._end_turn, lane)
        row = await waiting.row
        return await self.database.row(statement.text, arguments) if row is None else row

    def _has_room_ahead(self, lane: _Lane) -> bool:
        return lane.under_way < self.side_by_side + self.ahead

    def _end_turn(self, lane: _Lane) -> None:
        lane.turn = None
        if lane.waiting and self._has_room_ahead(lane):
            self._send(lane)

    def _new_lane(self, statement: Statement) -> _Lane | None:
        if statement.joint is None:
            return None
        if len(self._lanes) >= _MOST_STATEMENTS:
            self._lanes = {key: each for key, each in self._lanes.items() if each.under_way}
        # The statement is kept with the lane, so nothing else comes to have its id.
        lane = self._lanes[id(statement)] = _Lane(statement, statement.joint)
        return lane

    def _fitting(self, lane: _Lane) -> int:
        """Return how many requests one statement should read: a few, as long as none was."""
        return min(self.most, int(self.budget / lane.seconds) if lane.seconds else _UNTRIED)

    async def _alone(self, lane: _Lane, arguments: Sequence[object]) -> Row:
        lane.under_way += 1
        is_quiet = lane.under_way <= self.side_by_side  # Else it waits for a connection, too.
        begun = perf_counter()
        try:
            row = await self.database.row(lane.statement.text, arguments)
            if is_quiet:
                lane.took(perf_counter() - begun)
            return row
        finally:
            lane.under_way -= 1
            if lane.waiting:
                self._send(lane)

    def _send(self, lane: _Lane) -> None:
        """Send a statement for those who wait: another one has come back, or they wait for long."""
        if lane.alarm is not None:
            lane.alarm.cancel()
            lane.alarm = None
        waiting = [each for each in lane.waiting if not each.row.done()]
        fitting = max(1, self._fitting(lane))
        sent, lane.waiting = waiting[:fitting], waiting[fitting:]
        if lane.waiting:
            lane.alarm = asyncio.get_running_loop().call_later(self.patience, self._send, lane)
        if not sent:
            return
        lane.under_way += 1
        task = asyncio.get_running_loop().create_task(self._read(lane, sent))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, lane))
        left = _Left(len(sent), task)
        for each in sent:
            each.row.add_done_callback(left)

    def _ended(self, lane: _Lane, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # Whoever is read alone now is told its own.
        lane.under_way -= 1
        if lane.waiting:
            self._send(lane)

    async def _read(self, lane: _Lane, sent: Sequence[_Waiting]) -> None:
        begun = perf_counter()
        try:
            async with asyncio.timeout(self.deadline):
                rows = await self._rows(lane, sent)
            lane.took((perf_counter() - begun) / len(sent))
            for each, row in zip(sent, rows, strict=True):
                if not each.row.done():
                    each.row.set_result(row)
        finally:
            for each in sent:
                if not each.row.done():
                    each.row.set_result(None)

    async def _rows(self, lane: _Lane, sent: Sequence[_Waiting]) -> Sequence[Row]:
        if len(sent) == 1:
            return [await self.database.row(lane.statement.text, sent[0].arguments)]
        joint = lane.joint()
        rows = await self.database.rows(joint.text, joint.arguments([it.arguments for it in sent]))
        return rows * len(sent) if joint.is_one else rows


@dataclass(eq=False, slots=True)
class _Left:
    """Stops a statement when all who waited for it have hung up."""

    waiting: int
    task: "asyncio.Task[None]"

    def __call__(self, row: "asyncio.Future[Any]") -> None:
        """Count who hung up."""
        self.waiting -= row.cancelled()
        if not self.waiting:
            self.task.cancel()
