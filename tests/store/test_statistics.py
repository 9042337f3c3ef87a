"""Statistics: PostgreSQL knows our tables once they were refreshed."""

from store import statistics
from store.database import Database

_NEVER_ANALYZED = """
SELECT count(*)
FROM pg_class
WHERE relname IN ('fact_1', 'log', 'version') AND reltuples < 0
"""


async def test_every_table_is_known_after_a_refresh(database_url: str) -> None:
    async with Database.open(database_url) as database:
        assert await database.row(_NEVER_ANALYZED) == (3,)
        await statistics.refresh(database)
        assert await database.row(_NEVER_ANALYZED) == (0,)
