"""Requests of one statement that come while it is under way are read by one, each as if alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from resolvers.answer import Answer, answer
from resolvers.together import Together
from store.database import Database
from tests.resolvers.test_alike import same
from tests.resolvers.world import NOW, SECRET, World, urn

DATASET = """query($u: ID!, $t: TimePoint, $n: Int) {
  dataset(id: $u, asOf: $t) { name rows upstream(first: $n) { totalCount nodes { urn } } }
  basis { t }
}"""
ASKED: Sequence[Mapping[str, Any]] = [
    {"u": urn("hits"), "t": 3, "n": 1},
    {"u": urn("hits"), "t": 10, "n": 1},
    {"u": urn("clean"), "t": "2024-01-05", "n": 2},
    {"u": urn("daily"), "t": "T7", "n": -1},
    {"u": urn("daily"), "t": 99, "n": 1},
    {"u": urn("nobody"), "t": 7, "n": 100_000},
    {"u": "E1", "t": "2040-01-01", "n": 0},
    {"u": urn("report"), "t": "1969-01-01", "n": 3},
    {"u": "T3", "t": "nonsense", "n": 3},
    {"u": urn("report"), "t": 10, "n": 0},
]
_FOR_EVER = 3_600.0


@pytest.fixture
async def together(world_url: str) -> AsyncIterator[Together]:
    async with Database.open(world_url, pool_size=10, statement_timeout=60) as database:
        yield Together(
            database,
            rows=1_000_000_000,
            side_by_side=1,
            ahead=0,
            patience=_FOR_EVER,
            budget=_FOR_EVER,
            deadline=_FOR_EVER,
        )


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[None]:
    """Keep every statement that reads the clock from going on, until the end."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("LOCK TABLE clock IN ACCESS EXCLUSIVE MODE")
        yield


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


async def _blocked(database: Database, count: int, *texts: str) -> None:
    """Wait until just so many statements that look so wait for the clock."""

    async def blocked() -> bool:
        found = await database.pool.fetchval(_BLOCKED, texts or (_ALONE, _JOINT))
        return bool(found == count)

    await _until(blocked)


_BLOCKED = """SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE ANY ($1)"""
_KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE $1"""
_ALONE = "SELECT m.t,%"
_JOINT = "WITH m AS MATERIALIZED (SELECT c.t, c.instant, c.schema_t, u.n,%"


async def _queued(together: Together, count: int) -> None:
    """Wait until just so many requests wait for a statement of theirs."""

    async def queued() -> bool:
        return sum(len(lane.waiting) for lane in together._lanes.values()) == count

    await _until(queued)


async def _primed(world: World, together: Together, text: str = DATASET) -> "_Asking":
    """Return what asks a text by one plan, of which it is known how long it takes."""
    asking = _Asking(world, together, text)
    await asking.one(ASKED[0])
    return asking


class _Asking:
    def __init__(self, world: World, together: Together, text: str) -> None:
        self.plan, self.together = world.plan(text), together

    async def one(self, variables: Mapping[str, Any]) -> Answer:
        return await answer(self.together, self.plan, variables, NOW, SECRET)

    async def alone(self, variables: Mapping[str, Any]) -> Answer:
        return await answer(self.together.database, self.plan, variables, NOW, SECRET)

    def many(self, all_of: Sequence[Mapping[str, Any]]) -> "list[asyncio.Task[Answer]]":
        return [asyncio.create_task(self.one(each)) for each in all_of]


async def _check(
    asking: _Asking,
    tasks: "Sequence[asyncio.Task[Answer]]",
    asked: Sequence[Mapping[str, Any]] = ASKED,
) -> None:
    for task, variables in zip(tasks, asked, strict=True):
        found, expected = await task, await asking.alone(variables)
        assert same(dict(found.values), dict(expected.values)), variables
        assert (found.read.t, found.read.moments) == (expected.read.t, expected.read.moments)
        assert found.read.is_pinned == expected.read.is_pinned


async def test_nobody_waits_while_nothing_is_under_way(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    before = together.database.statements
    for each in ASKED:
        await asking.one(each)
    assert together.database.statements == before + len(ASKED)


async def test_who_waits_is_read_by_one_statement(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    before = together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _blocked(together.database, 1)
        await _queued(together, len(ASKED) - 1)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 2
    await _check(asking, tasks)


async def test_of_a_burst_nobody_waits_for_an_answer(world: World, together: Together) -> None:
    together.ahead = 1
    asking = await _primed(world, together)
    before = together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _blocked(together.database, 2)
        later = asking.many(ASKED[:2])
        await _queued(together, 2)
    await asyncio.wait([*tasks, *later])
    assert together.database.statements == before + 3
    await _check(asking, [*tasks, *later], [*ASKED, *ASKED[:2]])


async def test_a_statement_reads_no_more_than_it_may(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    together.most, before = 4, together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _queued(together, len(ASKED) - 1)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 1 + 3
    await _check(asking, tasks)


async def test_nobody_waits_for_long_for_another_statement(
    world: World, together: Together
) -> None:
    asking = await _primed(world, together)
    together.patience, before = 0.01, together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _blocked(together.database, 2)  # Though the first is still held up.
    await asyncio.wait(tasks)
    assert together.database.statements == before + 2
    await _check(asking, tasks)


async def test_those_who_ask_the_same_share_one_row(world: World, together: Together) -> None:
    asking = await _primed(world, together, "{ datasets { totalCount nodes { name } } }")
    before = together.database.statements
    async with held_up(together.database):
        tasks = asking.many([{}] * 5)
        await _queued(together, 4)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 2
    await _check(asking, tasks, [{}] * 5)


async def test_lists_of_requests_may_differ_in_length(world: World, together: Together) -> None:
    asked: list[dict[str, Any]] = [
        {"i": []},
        {"i": [urn("hits"), "T2"]},
        {"i": [None]},
        {"i": urn("ann")},
        {"i": [urn("clean"), urn("nobody"), urn("hits")]},
    ]
    asking = _Asking(world, together, "{ nodes(ids: $i) { __typename id } }")
    await asking.one(asked[0])
    before = together.database.statements
    async with held_up(together.database):
        tasks = asking.many(asked)
        await _queued(together, 4)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 2
    await _check(asking, tasks, asked)


async def test_who_hangs_up_leaves_the_others_their_answer(
    world: World, together: Together
) -> None:
    asking = await _primed(world, together)
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _queued(together, len(ASKED) - 1)
        await _blocked(together.database, 1)
        tasks[0].cancel()  # It is the one that is under way: the others are sent now.
        await _blocked(together.database, 1)
        await _queued(together, 0)
        tasks[2].cancel()
    await asyncio.wait(tasks)
    assert [task.cancelled() for task in tasks] == [n in {0, 2} for n in range(len(ASKED))]
    rest = [n for n in range(len(ASKED)) if n not in {0, 2}]
    await _check(asking, [tasks[n] for n in rest], [ASKED[n] for n in rest])


async def test_a_statement_that_nobody_waits_for_is_stopped(
    world: World, together: Together
) -> None:
    asking = await _primed(world, together)
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _queued(together, len(ASKED) - 1)
        await _blocked(together.database, 1)
        tasks[0].cancel()
        await _blocked(together.database, 1, _JOINT)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await _blocked(together.database, 0)
    assert all(task.cancelled() for task in tasks)
    await _check(asking, asking.many(ASKED))  # Nobody is thought to be under way.


async def test_where_a_statement_fails_each_is_read_alone(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    before = together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED)
        await _queued(together, len(ASKED) - 1)
        await _blocked(together.database, 1)
        tasks[0].cancel()
        await _blocked(together.database, 1, _JOINT)
        await together.database.pool.fetch(_KILL, _JOINT)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 2 + len(ASKED) - 1
    await _check(asking, tasks[1:], ASKED[1:])


async def test_what_takes_too_long_together_is_read_alone(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    before, together.deadline = together.database.statements, 0.2
    async with held_up(together.database):
        tasks = asking.many(ASKED[:5])
        await _queued(together, 4)
        await _blocked(together.database, 1)
        tasks[0].cancel()
        await _blocked(together.database, 4)
    await asyncio.wait(tasks)
    sent = together.database.statements - before
    assert sent in {1 + 4, 2 + 4}  # It may have had no connection yet.
    await _check(asking, tasks[1:], ASKED[1:5])


async def test_what_somebody_wrote_is_read_alone(world: World, together: Together) -> None:
    text = "[:find ?n :in $ ?u :where [?d :entity/urn ?u] [?d :Dataset/name ?n]]"
    asking = _Asking(world, together, f'{{ datalog(query: "{text}", inputs: [$u]) {{ rows }} }}')
    await asking.one({"u": urn("hits")})
    assert not together._lanes


async def test_what_reads_much_is_read_alone(world: World, together: Together) -> None:
    together.rows = 0
    await _primed(world, together)
    assert not together._lanes


async def test_what_took_long_is_read_alone(world: World, together: Together) -> None:
    asking = await _primed(world, together)
    together.budget, before = 0.0, together.database.statements
    async with held_up(together.database):
        tasks = asking.many(ASKED[:6])
        await _blocked(together.database, 6)
    await asyncio.wait(tasks)
    assert together.database.statements == before + 6
    await _check(asking, tasks, ASKED[:6])


async def test_many_at_once_are_read_together_from_the_first(
    world: World, together: Together
) -> None:
    asking = _Asking(world, together, DATASET)
    asked = [ASKED[n % len(ASKED)] for n in range(40)]
    tasks = asking.many(asked)
    await asyncio.wait(tasks)
    assert together.database.statements < len(asked) / 2
    await _check(asking, tasks, asked)


async def test_calls_are_read_alone(world: World, together: Together) -> None:
    await _Asking(
        world, together, "{ a: dataset(id: $u) { name } b: dataset(id: $v) { name } }"
    ).one({"u": urn("hits"), "v": urn("clean")})
    assert not together._lanes  # They are arrays, of which there are no arrays.
