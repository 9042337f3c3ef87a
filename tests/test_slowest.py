"""What takes longest begins first."""

from pathlib import Path

import pytest

from tests.slowest import SLOWEST, slowest_first

ROOT = Path(__file__).parent.parent


def test_what_is_said_to_take_long_is_there() -> None:
    assert len(set(SLOWEST)) == len(SLOWEST)
    for path in SLOWEST:
        assert (ROOT / path).exists(), path


def test_slow_files_come_first_and_nothing_is_lost(request: pytest.FixtureRequest) -> None:
    items = list(request.session.items)
    ordered = slowest_first(reversed(items))
    assert sorted(map(id, ordered)) == sorted(map(id, items))
    paths = list(dict.fromkeys(item.nodeid.partition("::")[0] for item in ordered))
    slow = [path for path in SLOWEST if path in paths]
    assert paths[: len(slow)] == slow
