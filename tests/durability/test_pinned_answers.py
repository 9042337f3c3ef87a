"""What is asked as of a point in time stays the answer, whatever is written meanwhile."""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

from store.transaction import read
from store.writing.writer import Report, Writer
from tests.durability.history import dataset, transactions
from tests.durability.judging import sound
from tests.serving import Served, serving

WRITERS, EACH, READERS, ROUNDS, BEFORE = 32, 4, 32, 2, 120
ASKED = """query ($t: TimePoint, $id: ID!) {
  datasets(asOf: $t, first: 12, where: {tags: {has: "a"}}, orderBy: [{name: DESC}]) {
    totalCount basis { t }
    nodes {
      urn name tags rows lifecycle details createdAt { t } changedAt { t }
      owners(first: 5) { totalCount nodes { urn name } }
      upstream(first: 3) { totalCount edges { node { urn name } edge { weight since { t } } } }
      downstream(first: 3, orderBy: [{name: ASC}]) { nodes { name } pageInfo { hasNextPage } }
    }
  }
  teams(asOf: $t, orderBy: [{name: ASC}]) { totalCount nodes { urn name owns { totalCount } } }
  entity(id: $id, asOf: $t) {
    urn lifecycle changedAt { t instant actor }
    history(first: 8) { totalCount nodes { attribute value op transaction { t } } }
  }
  lineage(of: [$id], direction: BOTH, maxDepth: 3, maxNodes: 40, asOf: $t) {
    basis { t } complete stoppedBy
    nodes { entity { urn ... on Dataset { name } } depth side rank inDegree outDegree }
    edges { edge { id since { t } } back }
    frontier { direction hidden hiddenByType { type count } }
  }
  transactions(first: 6, asOf: $t) { totalCount nodes { t instant actor facts { totalCount } } }
}"""
WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it) { transaction { t } basis { t } }
}"""

_EARLY = 20
_KNOWN_EARLY = [said["upsert"][0]["urn"] for said in transactions(_EARLY, seed=7)]


@dataclass(frozen=True, slots=True)
class Written:
    """A transaction that was acknowledged: when it was sent, when answered, and its name."""

    t: int
    sent: float
    answered: float
    reason: str


@dataclass(slots=True)
class Contest:
    """What writers and readers do at the same time, until the writers are done."""

    served: Served
    basis: int
    written: list[Written] = field(default_factory=list)
    answers: int = 0
    pinned: set[int] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, writer: int) -> None:
        """Write one transaction after the other."""
        last = 0
        for number, said in enumerate(transactions(EACH, seed=100 + writer)):
            reason = f"{writer}-{number}"
            said["upsert"] += [{"type": "Dataset", "urn": dataset(f"new-{reason}"), "name": reason}]
            given = {name: said[name] for name in said if name != "tx"}
            sent = monotonic()
            data = await self.served.ask(WRITE, {"it": {**given, "reason": reason}})
            t = int(data["transact"]["transaction"]["t"])
            assert last < t == int(data["transact"]["basis"]["t"])
            last = t
            self.written.append(Written(t, sent, monotonic(), reason))

    async def read(self, reader: int) -> None:
        """Ask for now, then for that time and for an earlier one, again and again."""
        drawn = random.Random(reader)
        about = drawn.choice(_KNOWN_EARLY)
        earlier = drawn.randrange(_EARLY + 1, self.basis)
        await asyncio.sleep(drawn.random())  # So that each has a basis of its own.
        now = await self._asked(about, None)
        before = await self._asked(about, earlier)
        basis = int(now["datasets"]["basis"]["t"])
        self.pinned |= {basis, earlier}
        for _ in range(ROUNDS):
            assert await self._asked(about, basis) == now
            assert await self._asked(about, earlier) == before
        await self.over.wait()
        assert await self._asked(about, basis) == now

    async def _asked(self, about: str, t: int | None) -> Any:
        self.answers += 1
        asked = {"id": about, "t": None if t is None else str(t)}
        return await self.served.ask(ASKED, asked)

    async def watch(self) -> int:
        """Look at the log ever again: it never has a hole, and its head is never behind it."""
        highest = 0
        for looks in count(1):
            [there, last, basis] = await self.served.database.row(_LOG)
            assert there == last == basis >= highest
            highest = last
            if self.over.is_set():
                return looks
            await asyncio.sleep(0.005)
        raise AssertionError

    async def write_all(self) -> None:
        """Let all writers write, and tell the readers when they are done."""
        try:
            async with asyncio.TaskGroup() as group:
                for writer in range(WRITERS):
                    group.create_task(self.write(writer))
        finally:
            self.over.set()


_LOG = "SELECT (SELECT count(*) FROM tx), (SELECT max(t) FROM log), (SELECT t FROM clock)"
_REASONS = "SELECT reason, t FROM tx WHERE t > $1"


async def test_a_pinned_answer_stays_the_same_while_all_write(catalog_url: str) -> None:
    async with serving(catalog_url) as served:
        outcomes = await Writer(served.database).transact_many(
            [read(said) for said in transactions(BEFORE, seed=7)]
        )
        assert all(isinstance(each, Report) for each in outcomes)
        contest = Contest(served, BEFORE + 1)
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(contest.watch())
            for reader in range(READERS):
                group.create_task(contest.read(reader))
            group.create_task(contest.write_all())
        await _judge(contest)
        print(
            f"{len(contest.written)} written, {contest.answers} answers as of"
            f" {len(contest.pinned)} points in time, {watching.result()} looks at the log"
        )


async def _judge(contest: Contest) -> None:
    written = sorted(contest.written, key=lambda each: each.t)
    first = contest.basis + 1
    assert [each.t for each in written] == list(range(first, first + WRITERS * EACH))
    rows = await contest.served.database.rows(_REASONS, [contest.basis])
    assert dict(tuple(row) for row in rows) == {each.reason: each.t for each in written}
    earliest_answer = float("inf")
    for each in reversed(written):  # Whatever was answered before another was sent, has a lower t.
        assert each.sent <= earliest_answer
        earliest_answer = min(earliest_answer, each.answered)
    assert await sound(contest.served.database) == written[-1].t
