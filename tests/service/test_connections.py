"""How many connections a process of the server has."""

import pytest

from service.connections import pool_size, suited
from service.settings import Settings


@pytest.mark.parametrize(
    ("cores", "workers", "room", "each"),
    [
        (1, 1, 97, 10),
        (2, 1, 97, 10),
        (2, 2, 97, 5),
        (4, 4, 97, 4),
        (8, 8, 97, 4),
        (8, 1, 97, 32),
        (64, 1, 397, 40),
        (64, 32, 97, 1),  # As many as leave PostgreSQL half of its connections.
        (2, 1, 12, 6),
        (2, 4, 3, 1),
    ],
)
def test_connections_suit_cores_workers_and_postgresql(
    cores: int, workers: int, room: int, each: int
) -> None:
    assert suited(cores, workers, room) == each


async def test_what_the_settings_say_goes_first(database_url: str) -> None:
    assert await pool_size(Settings(pool_size=77), database_url) == 77


async def test_without_a_setting_it_is_half_of_what_postgresql_has_at_most(
    database_url: str,
) -> None:
    # The tests' server has PostgreSQL's own 100, of which it keeps 3.
    assert await pool_size(Settings(workers=24), database_url) == 2
