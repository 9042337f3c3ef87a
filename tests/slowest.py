"""The files of tests that take longest begin first, so that no worker is left with one at the end.

Tests are handed out a file at a time, as they come. xdist would begin with the files that have the
most tests, which are the quick ones.
"""

from collections.abc import Iterable

import pytest

SLOWEST = (
    "tests/test_sample_history.py",
    "tests/test_histories.py",
    "tests/clients/test_apollo.py",
    "tests/test_fuzz.py",
    "tests/test_readme.py",
    "tests/test_queries.py",
    "tests/test_documentation.py",
    "tests/durability/test_workers.py",
    "tests/clients/test_codegen.py",
    "tests/subscriptions/test_lineage_changes.py",
    "tests/store/test_embedded.py",
    "tests/store/test_transactor.py",
    "tests/clients/test_batch.py",
    "tests/service/test_read_your_writes.py",
    "tests/service/test_schema_swap.py",
    "tests/service/test_typed_mutations.py",
    "tests/timeline/test_changes.py",
    "tests/timeline/test_transactions.py",
    "tests/clients/test_federation.py",
    "tests/durability/test_subscriptions.py",
    "tests/test_curl_pages.py",
    "tests/service/test_cli_serve.py",
    "tests/subscriptions/test_following.py",
    "tests/subscriptions/test_socket.py",
    "tests/test_search.py",
    "tests/durability/test_kills_of_postgres.py",
)
"""Each takes ten seconds or more on two cores, the longest first: `pytest --durations` tells."""

_PLACES = {path: place for place, path in enumerate(SLOWEST)}


def slowest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests in the order in which their files begin; within a file they stay."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    return _PLACES.get(item.nodeid.partition("::")[0], len(SLOWEST))
