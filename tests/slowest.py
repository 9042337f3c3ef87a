"""The files of tests that take longest begin first, so that no worker is left with one at the end.

Tests are handed out a file at a time, as they come. xdist would begin with the files that have the
most tests, which are the quick ones.
"""

from collections.abc import Iterable

import pytest

SLOWEST = (
    "tests/benchmarks/test_peers.py",
    "tests/store/test_embedded.py",
    "tests/test_queries.py",
    "tests/test_readme.py",
    "tests/test_fuzz.py",
    "tests/durability/test_workers.py",
    "tests/test_histories.py",
    "tests/durability/test_kills_of_postgres.py",
    "tests/durability/test_subscriptions.py",
    "tests/test_sample_history.py",
    "tests/refusals/test_bombs.py",
    "tests/adjacency/test_roads.py",
    "tests/executors/test_drawn.py",
    "tests/service/test_cli_serve.py",
    "tests/clients/test_inspector.py",
    "tests/timeline/test_transactions.py",
    "tests/refusals/test_hostile_queries.py",
    "tests/durability/test_schema_noticed.py",
    "tests/service/test_read_your_writes.py",
    "tests/refusals/test_garbage.py",
    "tests/service/test_exchange.py",
    "tests/datalog/test_reading_refusals.py",
    "tests/durability/test_kills_of_writers.py",
    "tests/test_documentation.py",
    "tests/timeline/test_changes.py",
    "tests/service/test_schema_swap.py",
    "tests/benchmarks/test_writing.py",
    "tests/store/test_transactor.py",
    "tests/service/test_cli.py",
    "tests/service/test_both_executors.py",
    "tests/datalog/test_rules_recursive.py",
    "tests/clients/test_codegen.py",
    "tests/clients/test_apollo.py",
    "tests/clients/test_batch.py",
)
"""Each takes ten seconds or more on two cores, the longest first: `pytest --durations` tells."""

_PLACES = {path: place for place, path in enumerate(SLOWEST)}


def slowest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests in the order in which their files begin; within a file they stay."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    return _PLACES.get(item.nodeid.partition("::")[0], len(SLOWEST))
