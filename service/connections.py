"""How many connections to PostgreSQL one process of the server has."""

import os

from service.settings import Settings
from store.database import room

_LEAST, _FOR_A_CORE, _MOST = 10, 4, 40
_LEAST_EACH = 4


async def pool_size(settings: Settings, url: str) -> int:
    """Return what the settings say; without it, what suits the machine and the database.

    Raises DatabaseUnavailable.
    """
    if settings.pool_size is not None:
        return settings.pool_size
    return suited(cores(), settings.workers, await room(url))


def suited(cores: int, workers: int, room: int) -> int:
    """Return how many connections each worker has.

    All workers together have four for each core, since a statement that waits needs none: 10 at
    least, so that a few slow ones do not hold up the others, and 40 at most. Each has 4 whatever
    the others have. Half of what PostgreSQL has room for is left: to the connections that listen,
    the command line, a second server that takes over from this one.
    """
    together = min(max(_LEAST, _FOR_A_CORE * cores), _MOST)
    each = max(together // workers, _LEAST_EACH)
    return max(1, min(each, room // 2 // workers))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
