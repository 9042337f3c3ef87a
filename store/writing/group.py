"""Transactions that are committed together: decided one after the other, written in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Self

from store.database import Connection, Writing
from store.errors import CallerFault
from store.ids import EntityId, T
from store.log import LIFECYCLE, Datom, Recorded, about, append
from store.schema.facts import read_catalogue
from store.transaction import Transaction
from store.values import instant_text, quoted
from store.writing.indexes import Changes, write
from store.writing.linking import is_key
from store.writing.refusals import BasisConflict, InstantInFuture, InstantInPast
from store.writing.rules import Rules
from store.writing.state import Lifecycle, State
from store.writing.state_loading import load
from store.writing.transactor import decide

TOLERANCE = timedelta(seconds=1)
"""How far ahead of our clock the clock of whoever writes may be."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a transaction; `t` is None on a dry run, and where nothing was new.

    `datoms` are all of its facts, those about itself first; `redundant` counts statements that
    changed nothing, `stubs` are the entities that came to be by being referred to. `replayed` says
    that its idempotency key had been used, and that the report is about that transaction.
    """

    t: T | None
    instant: datetime
    basis: T
    basis_instant: datetime
    datoms: tuple[Datom, ...] = ()
    redundant: int = 0
    stubs: tuple[EntityId, ...] = ()
    replayed: bool = False


Outcome = Report | CallerFault


@dataclass(slots=True)
class MemberGroup:
    """A group under the lock of the clock; `t` and `instant` are those of its last transaction."""

    writing: Writing
    rules: Rules
    state: State
    now: datetime
    t: T
    instant: datetime
    changes: Changes
    replays: dict[str, Report]
    recorded: list[Recorded] = field(default_factory=list)

    @classmethod
    async def begin(
        cls, writing: Writing, rules: Rules | None, group: Sequence[Transaction]
    ) -> Self:
        """Load what the group must know; `rules` are used again where they still hold."""
        connection, clock = writing.connection, writing.clock
        if rules is None or rules.catalogue.t != clock.schema_t:
            rules = Rules.of(await read_catalogue(connection))
        return cls(
            writing=writing,
            rules=rules,
            state=await load(connection, rules, group, EntityId(clock.next_entity)),
            now=await connection.fetchval("SELECT clock_timestamp()"),
            t=clock.t,
            instant=clock.instant,
            changes=Changes(rules),
            replays=await _replays(connection, group),
        )

    def decide(self, said: Transaction, *, if_basis: T | None, dry_run: bool) -> Outcome:
        """Return what becomes of the next transaction of the group."""
        try:
            if said.idempotency_key in self.replays:
                replay = self.replays[said.idempotency_key]
                return replace(replay, basis=self.t, basis_instant=self.instant)
            if if_basis is not None and if_basis != self.t:
                raise BasisConflict(if_basis, self.t)
            return self._accept(said, dry_run=dry_run)
        except CallerFault as fault:
            return fault

    def _accept(self, said: Transaction, *, dry_run: bool) -> Report:
        decision = decide(self.rules, self.state, said)
        t = T(self.t + 1)
        redundant, stubs = decision.redundant, decision.stubs
        if not decision.datoms:  # Whatever its instant: said twice, it still changes nothing.
            said_for = said.instant or max(self.now, self.instant)
            return Report(None, said_for, self.t, self.instant, (), redundant, stubs)
        instant = self._instant(said)
        datoms = (*about(t, instant, self.now, said), *decision.datoms)
        if dry_run:
            return Report(None, instant, self.t, self.instant, datoms, redundant, stubs)
        self.state.apply(decision)
        self.changes.record(t, decision)
        self.recorded.append(Recorded(t, instant, self.now, said, datoms))
        self.t, self.instant = t, instant
        report = Report(t, instant, t, instant, datoms, redundant, stubs)
        if said.idempotency_key:
            self.replays[said.idempotency_key] = replace(report, replayed=True)
        return report

    def _instant(self, said: Transaction) -> datetime:
        if said.instant is None:
            return max(self.now, self.instant)
        instant = said.instant if said.instant.tzinfo else said.instant.replace(tzinfo=UTC)
        if instant < self.instant:
            raise InstantInPast(instant_text(instant), instant_text(self.instant))
        if instant > self.now + TOLERANCE:
            raise InstantInFuture(instant_text(instant), instant_text(self.now))
        return instant

    async def write(self) -> None:
        """Write what was accepted: into the log, into what is derived from it, onto the clock."""
        if not self.recorded:
            return
        connection = self.writing.connection
        last = await append(connection, self.recorded, self.writing.clock.hash)
        await write(connection, self.changes)
        await connection.execute(_CLOCK, self.t, self.instant, last, self.state.next_entity)


# Whoever listens is told at the commit, and not of what is rolled back.
_CLOCK = """
WITH moved AS (
  UPDATE clock SET t = $1, instant = $2, hash = $3, next_entity = $4
  RETURNING t
)
SELECT pg_notify('headwater', t::text)
FROM moved
"""
_USED = "SELECT idempotency_key, t, instant FROM tx WHERE idempotency_key = ANY ($1::text[])"
_FACTS = "SELECT t, e, a, op, r, v FROM log WHERE t = ANY ($1::bigint[]) ORDER BY t, n"


async def _replays(connection: Connection, group: Sequence[Transaction]) -> dict[str, Report]:
    """Return reports of the transactions that have used one of the group's idempotency keys."""
    given = (said.idempotency_key for said in group)
    keys = [key for key in given if key and is_key(key)]
    used = await connection.fetch(_USED, keys) if keys else []
    if not used:
        return {}
    rows = await connection.fetch(_FACTS, [t for _, t, _ in used])
    facts = {
        t: tuple(Datom(e, a, op, r if v is None else v) for _, e, a, op, r, v in of_transaction)
        for t, of_transaction in groupby(rows, itemgetter("t"))
    }
    return {key: _replay(T(t), instant, facts[t]) for key, t, instant in used}


_UNCACHED = (LIFECYCLE, True, quoted(Lifecycle.UNCACHED))


def _replay(t: T, instant: datetime, datoms: tuple[Datom, ...]) -> Report:
    stubs = tuple(e for e, a, op, value in datoms if (a, op, value) == _UNCACHED)
    return Report(t, instant, t, instant, datoms, stubs=stubs, replayed=True)
