"""Transactions that are committed together: decided one after the other, written in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Self

from store.database import Clock, Connection, Writing
from store.errors import CallerFault
from store.ids import EntityId, T
from store.log import LIFECYCLE, Chain, Datom, Recorded, about
from store.schema.facts import read_catalogue
from store.transaction import Transaction
from store.values import instant_text, quoted
from store.writing.indexes import Changes, TableRows, table_rows, write
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


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known at a clock: true for as long as the clock stands there."""

    clock: Clock
    rules: Rules
    state: State


@dataclass(slots=True)
class MemberGroup:
    """Transactions that are decided together; `t` and `instant` are those of the last one.

    `begun` is the t before the first, `next_entity` where ids go on after the last.
    """

    rules: Rules
    state: State
    now: datetime
    begun: T
    t: T
    instant: datetime
    next_entity: EntityId
    changes: Changes
    replays: dict[str, Report]
    chain: Chain
    tables: list[TableRows] = field(default_factory=list)

    @classmethod
    async def begin(
        cls, writing: Writing, memory: Memory | None, group: Sequence[Transaction]
    ) -> Self:
        """Load what the group must know and is not remembered, under the lock of the clock."""
        connection, clock = writing.connection, writing.clock
        if memory is None or memory.clock != clock:
            rules = memory.rules if memory and memory.clock.schema_t == clock.schema_t else None
            rules = rules or Rules.of(await read_catalogue(connection))
            memory = Memory(clock, rules, State(EntityId(clock.next_entity), rules.held_ends))
        await load(connection, memory.rules, group, memory.state)
        return cls(
            rules=memory.rules,
            state=memory.state,
            now=writing.now,
            begun=clock.t,
            t=clock.t,
            instant=clock.instant,
            next_entity=memory.state.next_entity,
            changes=Changes(memory.rules, memory.state),
            replays=await _replays(connection, group),
            chain=Chain(clock.hash),
        )

    async def following(self, looking: Writing, group: Sequence[Transaction]) -> Self | None:
        """Begin the next group while this one, which is decided, is being written.

        Return None where somebody else has written meanwhile: what is known is no longer true.
        """
        if looking.clock.t not in {self.begun, self.t}:
            return None
        await load(looking.connection, self.rules, group, self.state)
        replays = await _replays(looking.connection, group)
        # Those of this group are not there to be read yet.
        ours = self.replays.items()
        replays.update((key, one) for key, one in ours if one.t and one.t > self.begun)
        return type(self)(
            rules=self.rules,
            state=self.state,
            now=max(looking.now, self.now),
            begun=self.t,
            t=self.t,
            instant=self.instant,
            next_entity=self.next_entity,
            changes=Changes(self.rules, self.state),
            replays=replays,
            chain=Chain(self.chain.hash),
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
        self.state.apply(decision, t)
        self.changes.record(t, decision)
        self.chain.add(Recorded(t, instant, self.now, said, datoms))
        self.t, self.instant, self.next_entity = t, instant, decision.next_entity
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

    def prepare(self) -> None:
        """Make the rows of what was accepted."""
        self.tables.extend(table_rows(self.changes))

    async def write(self, writing: Writing) -> Memory:
        """Write what was accepted and prepared: log, what is derived from it, and the clock.

        Return what is known then. Raises IndexBroken.
        """
        clock = writing.clock
        if self.t != self.begun:
            await self.chain.write(writing.connection)
            await write(writing.connection, self.tables)
            where = (self.t, self.instant, self.chain.hash, self.next_entity)
            await writing.connection.execute(_CLOCK, *where)
            clock = Clock(self.t, clock.schema_t, *where[1:], clock.next_schema)
        return Memory(clock, self.rules, self.state)


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
