"""The writer: transactions that wait are decided in order and committed together, each at its t.

While a group is written, a large one that waits behind it is decided on what the first leaves
behind. That is thrown away, and the group decided again under the lock, if the first is not
committed or somebody else writes between the two.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from store.database import Database
from store.database_errors import DatabaseUnavailable
from store.errors import CallerFault
from store.ids import T
from store.transaction import Transaction
from store.writing.group import MemberGroup, Memory, Outcome, Report
from store.writing.refusals import OutcomeUnknown

__all__ = ["Outcome", "Report", "Submission", "Writer"]

MOST = 1_000
"""Transactions that are committed together, unless one caller brings more."""
LARGE = 200
"""Statements of one caller that are a group for themselves, and worth deciding ahead."""
_MOST_KNOWN = 200_000  # Entities and edges that are remembered while groups follow each other,
_MOST_KEPT = 10_000  # and when nobody waits.


class Writer:
    """A queue before the one place that writes; whoever waits together is committed together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Submission] = deque()
        self._arrived = asyncio.Event()
        self._draining: asyncio.Task[None] | None = None
        self._memory: Memory | None = None

    async def transact(
        self, transaction: Transaction, *, if_basis: T | None = None, dry_run: bool = False
    ) -> Report:
        """Write a transaction, and return what came of it once it is committed.

        Raises a CallerFault where it is refused: nothing of it is written then. Raises
        DatabaseUnavailable where nothing was written, OutcomeUnknown where nobody knows.
        """
        submission = Submission((transaction,), if_basis=if_basis, dry_run=dry_run)
        [outcome] = await self._submit(submission).answered
        if isinstance(outcome, CallerFault):
            raise outcome
        return outcome

    async def transact_many(
        self, transactions: Sequence[Transaction], *, stop_at_refusal: bool = False
    ) -> list[Outcome]:
        """Write transactions in their order, in one commit, and return a report or fault for each.

        With `stop_at_refusal` the first fault is the last outcome, and what comes after it is not
        written. Raises as `transact` does where the commit itself fails.
        """
        return await self.submit(transactions, stop_at_refusal=stop_at_refusal).answered

    def submit(
        self,
        transactions: Sequence[Transaction],
        *,
        stop_at_refusal: bool = False,
        after: "Submission | None" = None,
    ) -> "Submission":
        """Line transactions up as `transact_many` does, and return at once.

        Where the submission that they come `after` stopped or failed, none of them is written, and
        there are no outcomes.
        """
        submission = Submission(tuple(transactions), stop_at_refusal=stop_at_refusal, after=after)
        if not transactions and after is None:
            submission.answered.set_result([])
            return submission
        return self._submit(submission)

    def _submit(self, submission: "Submission") -> "Submission":
        self._waiting.append(submission)
        self._arrived.set()
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return submission

    async def _drain(self) -> None:
        while self._waiting:
            flight = self._start(self._take(), None)
            while await self._large_one_waits(flight):
                submissions = self._take()
                ahead = await self._ahead(flight, submissions)
                flight = self._start(submissions, ahead)
            await asyncio.wait((flight.task,))
        if self._memory is not None and self._memory.state.size > _MOST_KEPT:
            self._memory = None

    async def _large_one_waits(self, flight: "_Flight") -> bool:
        """Return whether a large submission is the next one, before a group has been written."""
        while not flight.task.done():
            if self._waiting and self._waiting[0].is_large:
                return True
            self._arrived.clear()
            arrived = asyncio.create_task(self._arrived.wait())
            await asyncio.wait((flight.task, arrived), return_when=asyncio.FIRST_COMPLETED)
            arrived.cancel()
        return False

    def _take(self) -> list["Submission"]:
        """Take those that are committed together: a large one alone, others up to a number."""
        taken: list[Submission] = []
        size = 0
        while self._waiting and (not taken or _fits(self._waiting[0], size)):
            submission = self._waiting.popleft()
            if not submission.answered.done():  # Whoever has given up waiting before it began.
                taken.append(submission)
                size += submission.size
                if submission.is_large:
                    break
        return taken

    def _start(self, submissions: Sequence["Submission"], ahead: "_Decided | None") -> "_Flight":
        decided: asyncio.Future[MemberGroup] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._write(submissions, ahead, decided))
        flight = _Flight(submissions, decided, task)
        task.add_done_callback(flight.land)
        return flight

    async def _ahead(
        self, flight: "_Flight", submissions: Sequence["Submission"]
    ) -> "_Decided | None":
        """Decide the next group while one is written; return None where that was of no use.

        Whatever fails is met again under the lock, and told then.
        """
        deciding = asyncio.create_task(self._decide_ahead(flight, submissions))
        await asyncio.wait((flight.task, deciding), return_when=asyncio.ALL_COMPLETED)
        ahead = None if deciding.cancelled() or deciding.exception() else deciding.result()
        if ahead is None:  # It may know something by now that is not going to be.
            self._memory = None
        return ahead

    async def _decide_ahead(
        self, flight: "_Flight", submissions: Sequence["Submission"]
    ) -> "_Decided | None":
        before = await flight.decided
        if before.state.size > _MOST_KNOWN:
            return None
        async with self._database.looking() as looking:
            group = await before.following(looking, _all_said(submissions))
        return None if group is None else await _decide(group, submissions)

    async def _write(
        self,
        submissions: Sequence["Submission"],
        ahead: "_Decided | None",
        decided: "asyncio.Future[MemberGroup]",
    ) -> list[list[Outcome]]:
        memory, self._memory = self._memory, None
        is_written = False
        try:
            async with self._database.writing() as writing:
                if ahead is None or memory is None or memory.clock != writing.clock:
                    said = _all_said(submissions)
                    ahead = await _decide(
                        await MemberGroup.begin(writing, memory, said), submissions
                    )
                decided.set_result(ahead.group)
                memory = await ahead.group.write(writing)
                is_written = True
        except DatabaseUnavailable as fault:
            if is_written:
                raise OutcomeUnknown(fault.reason) from fault
            raise
        self._memory = memory
        return ahead.outcomes


@dataclass(slots=True)
class Submission:
    """What one caller waits for: `answered` gives an outcome for each transaction, in order.

    It is `stopped` where a transaction was refused and that is the end of it, or where it failed.
    """

    said: tuple[Transaction, ...]
    if_basis: T | None = None
    dry_run: bool = False
    stop_at_refusal: bool = False
    after: "Submission | None" = None
    stopped: bool = False
    statements: int = field(init=False)
    answered: "asyncio.Future[list[Outcome]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def __post_init__(self) -> None:
        """Count its statements once; whoever takes from the queue asks often."""
        self.statements = sum(map(_statements, self.said))

    @property
    def size(self) -> int:
        """Return how many transactions it has."""
        return len(self.said)

    @property
    def is_large(self) -> bool:
        """Tell whether it is a group for itself."""
        return self.statements >= LARGE

    def withdraw(self) -> None:
        """Give up waiting: what has not begun is not written then."""
        if not self.answered.cancel() and not self.answered.cancelled():
            self.answered.exception()  # Looked at, or asyncio tells that nobody did.

    def decide(self, group: MemberGroup) -> list[Outcome]:
        """Return what becomes of its transactions, in their order."""
        outcomes: list[Outcome] = []
        self.stopped = self.after is not None and self.after.stopped
        for transaction in () if self.stopped else self.said:
            outcome = group.decide(transaction, if_basis=self.if_basis, dry_run=self.dry_run)
            outcomes.append(outcome)
            if self.stop_at_refusal and isinstance(outcome, CallerFault):
                self.stopped = True
                break
        return outcomes


@dataclass(frozen=True, slots=True)
class _Decided:
    """A group, and what became of each submission's transactions."""

    group: MemberGroup
    outcomes: list[list[Outcome]]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A group on its way into the database; `decided` comes before its task is done."""

    submissions: Sequence[Submission]
    decided: "asyncio.Future[MemberGroup]"
    task: "asyncio.Task[list[list[Outcome]]]"

    def land(self, task: "asyncio.Task[list[list[Outcome]]]") -> None:
        """Answer whoever waits."""
        self.decided.cancel()  # Whoever still waits for that waits in vain.
        failed = task.cancelled() or task.exception() is not None
        for number, submission in enumerate(self.submissions):
            submission.stopped |= failed
            submission.after = None  # Or each would keep all that came before it.
            if not submission.answered.done():
                _answer(submission.answered, task, number)


async def _decide(group: MemberGroup, submissions: Sequence[Submission]) -> _Decided:
    """Decide a group: a large one in a thread, as others need the event loop meanwhile."""
    if sum(submission.statements for submission in submissions) < LARGE:
        return _decided(group, submissions)
    with _short_turns():
        return await asyncio.to_thread(_decided, group, submissions)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take shorter turns: the event loop waits for one at each of its round trips."""
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(_USUAL_TURN)


_TURN, _USUAL_TURN = 0.0001, sys.getswitchinterval()


def _decided(group: MemberGroup, submissions: Sequence[Submission]) -> _Decided:
    outcomes = [submission.decide(group) for submission in submissions]
    group.prepare()
    return _Decided(group, outcomes)


def _statements(said: Transaction) -> int:
    return len(said.upserts) + len(said.links) + len(said.unlinks) + len(said.retracts)


def _all_said(submissions: Sequence[Submission]) -> list[Transaction]:
    return [transaction for submission in submissions for transaction in submission.said]


def _fits(submission: Submission, size: int) -> bool:
    return not submission.is_large and size + submission.size <= MOST


def _answer(
    answered: "asyncio.Future[list[Outcome]]",
    writing: "asyncio.Task[list[list[Outcome]]]",
    number: int,
) -> None:
    if writing.cancelled():
        answered.cancel()
        return
    fault = writing.exception()
    if fault is None:
        answered.set_result(writing.result()[number])
    else:
        answered.set_exception(fault)
