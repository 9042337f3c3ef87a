"""Indexes and the log as they lie: prefixes, half-open ranges, Datomic's orders, any time."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from service.cli import main as cli
from tests.conftest import NewDatabase
from tests.service.world import CATALOG, transaction_lines

Shown = Callable[..., list[tuple[Any, ...]]]
RAW, CLEAN = "hw://dataset/x/raw", "hw://dataset/x/clean"


@pytest.fixture(scope="module")
def shown(new_database: NewDatabase, template: str) -> Iterator[Shown]:
    """Run a command on the small world, and return its rows."""
    with new_database(template) as url:

        def run(*arguments: str, given: str | None = None) -> list[tuple[Any, ...]]:
            options = [*arguments, "--database-url", url]
            done = CliRunner().invoke(cli.main, options, input=given)
            assert done.exit_code == 0, done.stderr
            lines = done.stdout.splitlines() if given is None else []
            return [tuple(json.loads(line).values()) for line in lines]

        run("schema", "apply", "-", given=CATALOG)
        run("transact", "-", given=transaction_lines())
        yield run


def test_eavt_begins_with_an_entity(shown: Shown) -> None:
    found = shown("datoms", "eavt", RAW)
    assert [row[1] for row in found] == [
        *("entity/urn", "entity/type", "entity/lifecycle", "Dataset/name", "Dataset/kind"),
        *("Dataset/tags", "Dataset/tags", "Dataset/rows", "Dataset/price", "Dataset/created"),
    ]
    assert len({row[0] for row in found}) == 1
    assert all(row[4] is True for row in found)
    [named] = shown("datoms", "eavt", RAW, ":Dataset/name")
    assert named[1:] == ("Dataset/name", "raw events", "T4", True)
    assert shown("datoms", "eavt", RAW, ":Dataset/name", "raw events") == [named]
    assert shown("datoms", "eavt", RAW, ":Dataset/name", "raw events", "T4") == [named]
    assert shown("datoms", "eavt", RAW, ":Dataset/name", "raw events", "T2") == []


def test_values_ascend_and_transactions_descend(shown: Shown) -> None:
    found = shown("datoms", "aevt", ":Dataset/name", "--history")
    assert [row[2:] for row in found if row[2].startswith("raw")] == [
        ("raw", "T4", False),
        ("raw", "T2", True),
        ("raw events", "T4", True),
    ]
    assert shown("datoms", "avet", ":Dataset/tags") == sorted(
        shown("datoms", "aevt", ":Dataset/tags"), key=lambda row: (row[2], row[0])
    )


def test_vaet_tells_what_refers_to_an_entity(shown: Shown) -> None:
    [[raw, *_]] = shown("datoms", "eavt", RAW, ":entity/urn")
    found = shown("datoms", "vaet", RAW)
    assert {(row[1], row[2]) for row in found} == {("edge/from", raw), ("edge/to", raw)}
    assert shown("datoms", "vaet", raw, ":edge/to") == [row for row in found if row[1] == "edge/to"]


def test_an_index_is_read_at_any_time(shown: Shown) -> None:
    [then] = shown("datoms", "eavt", RAW, ":Dataset/name", "--as-of", "2024-02-15")
    assert then[2:] == ("raw", "T2", True)
    [new] = shown("datoms", "aevt", ":Dataset/name", "--since", "3")
    assert new[2] == "raw events"


def test_a_range_of_values_is_half_open(shown: Shown) -> None:
    def names(*bounds: str) -> list[str]:
        return [row[2] for row in shown("index-range", "Dataset/name", *bounds)]

    assert names() == ["clean", "raw events"]
    assert names("clean", "raw events") == ["clean"]
    assert names("d") == ["raw events"]
    assert names("nil", "d") == ["clean"]
    assert [row[2] for row in shown("index-range", ":DerivedFrom/weight", "0.5", "0.6")] == [0.5]


def test_a_range_of_transactions_is_half_open_and_in_the_order_of_the_log(shown: Shown) -> None:
    def transactions(*bounds: str) -> list[str]:
        return list(dict.fromkeys(row[0] for row in shown("tx-range", *bounds)))

    assert transactions() == ["1", "2", "3", "4"]
    assert transactions("2", "4") == ["2", "3"]
    assert transactions("T3") == ["3", "4"]
    assert transactions("2024-02-01", "2024-03-01") == ["3"]
    assert transactions("nil", "2") == ["1"]
    renamed = [row[2:] for row in shown("tx-range", "4") if row[2] == "Dataset/name"]
    assert renamed == [
        ("Dataset/name", "raw", "T4", False),
        ("Dataset/name", "raw events", "T4", True),
    ]


def test_what_cannot_be_meant_is_refused(shown: Shown) -> None:
    with pytest.raises(AssertionError, match="BAD_USER_INPUT"):
        shown("datoms", "eavt", RAW, ":Dataset/name", "x", "T1", "true")
    with pytest.raises(AssertionError, match="MALFORMED_TIME_POINT"):
        shown("tx-range", "soon")
    with pytest.raises(AssertionError, match="UNKNOWN_ATTRIBUTE"):
        shown("index-range", "Dataset/nope")
