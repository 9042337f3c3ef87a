"""What must hold of a database whatever happened to its writers, and what its log says."""

from collections.abc import Iterable, Mapping
from typing import Any

from store.audit.verify import verify
from store.database import Database

_HOLES = "SELECT count(*), coalesce(max(t), 0), (SELECT t FROM clock) FROM tx"
_LOGGED = "SELECT count(DISTINCT t), max(t) FROM log"


async def dense(database: Database) -> int:
    """Assert that no t is skipped; return the last one."""
    [transactions, last, clock] = await database.row(_HOLES)
    assert transactions == last == clock
    assert tuple(await database.row(_LOGGED)) == (last, last)
    return int(last)


async def sound(database: Database) -> int:
    """Assert that no t is skipped and that verification finds nothing; return the last t."""
    last = await dense(database)
    found = await verify(database)
    assert found.findings == ()
    assert found.t >= last
    return last


_KEYS = "SELECT idempotency_key, t FROM tx WHERE idempotency_key IS NOT NULL"


async def nothing_lost(database: Database, acknowledged: Iterable[Mapping[str, Any]]) -> int:
    """Assert that what was acknowledged is there at the t that was told; return how much it is."""
    keys = dict(tuple(row) for row in await database.rows(_KEYS))
    told = {each["key"]: each["t"] for each in acknowledged}
    assert {key: keys.get(key) for key in told} == told
    return len(told)


# All that two loads of the same lines have in common: not the salts, and not when it was written.
_LOG = "SELECT t, n, e, a, op, r, v FROM log WHERE a <> 11 ORDER BY t, n"
_VERSIONS = "SELECT * FROM version ORDER BY e, t0"
_EDGES = "SELECT * FROM edge ORDER BY e, t0"


async def same(one: Database, other: Database) -> int:
    """Assert that two databases say the same at every t; return how many datoms they hold."""
    for question in (_LOG, _VERSIONS, _EDGES):
        rows, expected = await one.rows(question), await other.rows(question)
        assert rows == expected
    return len(await one.rows(_LOG))
