"""Days and instants to PostgreSQL and back: the first and the last there are, too.

asyncpg takes the ends of what Python can say for minus infinity and infinity. A day such as
9999-12-31, which many write for "never", would then be no day any more: no page could go on after
it, and it would be no greatest of others. So we count ourselves, as PostgreSQL does, from 2000 on.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

_FIRST_DAY = date(2000, 1, 1)
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CODECS: tuple[tuple[str, Callable[[Any], tuple[int]], Callable[[tuple[int]], object]], ...] = (
    (
        "date",
        lambda day: ((day - _FIRST_DAY).days,),
        lambda counted: _FIRST_DAY + timedelta(days=counted[0]),
    ),
    (
        "timestamptz",
        lambda instant: ((instant - _FIRST_INSTANT) // _MICROSECOND,),
        lambda counted: _FIRST_INSTANT + timedelta(microseconds=counted[0]),
    ),
)


async def count_time(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Let a new connection count days and instants; types that are built in cost no round trip."""
    for name, encoder, decoder in _CODECS:
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=encoder, decoder=decoder, format="tuple"
        )
