"""What asyncpg raises, as faults of ours: of connections, of time, of the values of a query."""

import contextlib
from collections.abc import Iterator, Sequence

import asyncpg

from store.database_errors import (
    DatabaseUnavailable,
    DeadlineExceeded,
    NoRegularExpression,
    NoResult,
    ReadOnly,
    TooLarge,
)

_BROKEN = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,  # A rollback that meets a connection which breaks meanwhile.
)


@contextlib.contextmanager
def faults(seconds: float) -> Iterator[None]:
    """Turn what asyncpg raises into our faults; `seconds` is what the statement was given."""
    try:
        yield
    except (TimeoutError, asyncpg.QueryCanceledError) as error:
        raise DeadlineExceeded(seconds) from error
    except asyncpg.ReadOnlySQLTransactionError as error:
        raise ReadOnly from error
    except _BROKEN as error:
        raise DatabaseUnavailable(str(error)) from error
    except asyncpg.InterfaceError as error:
        is_gone = any(said in str(error) for said in _GONE)
        if not is_gone and not _is_of_a_broken_connection(error):
            raise
        raise DatabaseUnavailable(str(error)) from error


_GONE = ("closed", "closing", "released back to the pool")
"""What is said of a connection that broke between two statements: a pool takes it back at once.

And of a pool that is closing, which gives out none any more.
"""


def _is_of_a_broken_connection(error: BaseException) -> bool:
    """Tell whether a fault came up while another told that the connection broke.

    Whoever lets go of a connection that broke in the middle of a COPY is told that it is busy.
    """
    before = error.__context__
    return before is not None and (
        isinstance(before, _BROKEN) or _is_of_a_broken_connection(before)
    )


MOST_ARGUMENTS = 32_767
"""Values that PostgreSQL's protocol carries beside one statement."""


@contextlib.contextmanager
def query_faults(arguments: Sequence[object]) -> Iterator[None]:
    """Turn what PostgreSQL has against the values of a query that somebody wrote into faults."""
    if len(arguments) > MOST_ARGUMENTS:
        raise TooLarge(f"{len(arguments):,} values; {MOST_ARGUMENTS:,} is the most")
    try:
        yield
    except asyncpg.InvalidRegularExpressionError as error:
        raise NoRegularExpression(told(error)) from error
    except (
        asyncpg.ProgramLimitExceededError,
        asyncpg.ConfigurationLimitExceededError,
        asyncpg.OutOfMemoryError,
    ) as error:
        raise TooLarge(told(error)) from error
    except asyncpg.DataError as error:
        raise NoResult(told(error)) from error


def told(error: Exception) -> str:
    """Return the first line of what PostgreSQL says of an error."""
    return str(error).partition("\n")[0]
