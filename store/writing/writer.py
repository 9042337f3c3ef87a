"""The writer: transactions that wait are decided in order and committed together, each at its t."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from store.database import Database
from store.database_errors import DatabaseUnavailable
from store.errors import CallerFault
from store.ids import T
from store.transaction import Transaction
from store.writing.group import MemberGroup, Outcome, Report
from store.writing.refusals import OutcomeUnknown
from store.writing.rules import Rules

__all__ = ["Outcome", "Report", "Writer"]

MOST = 1_000
"""Transactions that are committed together, unless one caller brings more."""


class Writer:
    """A queue before the one place that writes; whoever waits together is committed together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Request] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._rules: Rules | None = None

    async def transact(
        self, transaction: Transaction, *, if_basis: T | None = None, dry_run: bool = False
    ) -> Report:
        """Write a transaction, and return what came of it once it is committed.

        Raises a CallerFault where it is refused: nothing of it is written then. Raises
        DatabaseUnavailable where nothing was written, OutcomeUnknown where nobody knows.
        """
        request = _Request((transaction,), if_basis=if_basis, dry_run=dry_run)
        [outcome] = await self._submit(request)
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
        if not transactions:
            return []
        return await self._submit(_Request(tuple(transactions), stop_at_refusal=stop_at_refusal))

    async def _submit(self, request: "_Request") -> list[Outcome]:
        self._waiting.append(request)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await request.answered

    async def _drain(self) -> None:
        while self._waiting:
            requests = self._take()
            writing = asyncio.create_task(self._write(requests))
            await asyncio.wait((writing,))
            for number, request in enumerate(requests):
                if not request.answered.done():
                    _answer(request.answered, writing, number)

    def _take(self) -> list["_Request"]:
        taken: list[_Request] = []
        size = 0
        while self._waiting and (not taken or size + self._waiting[0].size <= MOST):
            request = self._waiting.popleft()
            if not request.answered.done():  # Whoever has given up waiting before it began.
                taken.append(request)
                size += request.size
        return taken

    async def _write(self, requests: Sequence["_Request"]) -> list[list[Outcome]]:
        decided = False
        try:
            async with self._database.writing() as writing:
                group = await MemberGroup.begin(
                    writing, self._rules, [one for request in requests for one in request.said]
                )
                self._rules = group.rules
                outcomes = [request.decide(group) for request in requests]
                await group.write()
                decided = True
        except DatabaseUnavailable as fault:
            if decided:
                raise OutcomeUnknown(fault.reason) from fault
            raise
        return outcomes


@dataclass(frozen=True, slots=True)
class _Request:
    """What one caller waits for."""

    said: tuple[Transaction, ...]
    if_basis: T | None = None
    dry_run: bool = False
    stop_at_refusal: bool = False
    answered: "asyncio.Future[list[Outcome]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def size(self) -> int:
        return len(self.said)

    def decide(self, group: MemberGroup) -> list[Outcome]:
        """Return what becomes of its transactions, in their order."""
        outcomes: list[Outcome] = []
        for transaction in self.said:
            outcome = group.decide(transaction, if_basis=self.if_basis, dry_run=self.dry_run)
            outcomes.append(outcome)
            if self.stop_at_refusal and isinstance(outcome, CallerFault):
                break
        return outcomes


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
