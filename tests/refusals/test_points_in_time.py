"""`asOf` that is malformed, or has not come yet: an error of its field, never now."""

import json
from typing import Any

import pytest

from tests.refusals.world import BASIS, CLEAN, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

MALFORMED: tuple[Any, ...] = (
    -1,
    1.5,
    2.0,
    1e300,
    2**52,
    2**63,
    10**30,
    True,
    "",
    " 2",
    "-1",
    "1.5",
    "1e3",
    "٣",
    "९९",
    "now",
    "T0",
    "T",
    "T-1",
    "T99999999999999999999",
    "t2",
    "E1048576",
    "999999999999999999",
    "2024-13-01",
    "2024-02-30",
    "2024-1-1",
    "2024-01-01T25:00:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00+99:99",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-23:59",
    "2024-01-01T00:00:00Z; DROP TABLE log",
    "\0",
    "x" * 5_000,
    ["2024-01-01"],
    {"t": 2},
)
FUTURE: tuple[tuple[Any, str], ...] = (
    (BASIS + 1, f"t {BASIS + 1} "),
    (2**51, f"t {2**51} "),
    (str(BASIS + 1), f"t {BASIS + 1} "),
    (f"T{BASIS + 1}", f"t {BASIS + 1} "),
    ("T999999", "t 999999 "),
    ("20240101", "t 20240101 "),
    ("2999-01-01", "2999-01-01 "),
    ("2999-01-01T00:00:00+02:00", "2999-01-01T00:00:00+02:00 "),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z "),
)
PLACES = (
    f'{{ it: dataset(id: "{CLEAN}", asOf: $t) {{ name }} }}',
    "{ it: datasets(asOf: $t) { nodes { name } totalCount } }",
    f'{{ it: lineage(of: ["{CLEAN}"], asOf: $t) {{ complete }} }}',
    "{ it: transactions(asOf: $t) { nodes { t } } }",
    f'{{ it: nodes(ids: ["{CLEAN}"], asOf: $t) {{ id }} }}',
    f'{{ dataset(id: "{CLEAN}") {{ name it: upstream(asOf: $t) {{ totalCount }} }} }}',
    f'{{ dataset(id: "{CLEAN}") {{ name it: team(asOf: $t) {{ name }} }} }}',
)


def literal(given: Any) -> str:
    """Return a value as a GraphQL document has it."""
    return "{t: 2}" if isinstance(given, dict) else json.dumps(given, ensure_ascii=False)


def readable(given: Any) -> str:
    return repr(given)[:30]


@pytest.mark.parametrize("given", MALFORMED, ids=readable)
async def test_what_is_no_point_in_time_is_never_now(door: Door, given: Any) -> None:
    for place in PLACES:
        for told in (
            await door.refused(f"query ($t: TimePoint) {place}", {"t": given}),
            await door.refused(place.replace("$t", literal(given))),
        ):
            assert told.code == "MALFORMED_TIME_POINT"
            assert told.category == "incorrect"
            assert "is no point in time: give a t (42), an ISO 8601 instant" in told.message
            assert len(told.message) < 400


@pytest.mark.parametrize(("given", "named"), FUTURE, ids=readable)
@pytest.mark.parametrize("place", PLACES)
async def test_a_point_in_time_that_has_not_come_is_the_fields_own_error(
    door: Door, place: str, given: Any, named: str
) -> None:
    for told in (
        await door.refused(f"query ($t: TimePoint) {place}", {"t": given}),
        await door.refused(place.replace("$t", literal(given))),
    ):
        assert told.code == "FUTURE_TIME_POINT"
        assert told.message.startswith(f"{named}has not come yet: the latest is ")
        assert told.path[-1] == "it"
        if len(told.path) > 1:  # Its siblings are answered.
            assert told.data["dataset"]["name"] == "clean"


async def test_the_latest_point_in_time_is_said_in_the_same_words(door: Door) -> None:
    by_t = await door.refused("{ datasets(asOf: 9) { totalCount } }")
    assert f"the latest is t {BASIS}; leave asOf out for now" in by_t.message
    by_instant = await door.refused('{ datasets(asOf: "2999-01-01") { totalCount } }')
    assert by_instant.message.endswith("Z; leave asOf out for now")


async def test_nothing_was_before_the_first_transaction(door: Door) -> None:
    for early in (0, "0", "1969-01-01", "0001-01-01T00:00:00Z"):
        answer = await door.served.ask(
            "query ($t: TimePoint) { datasets(asOf: $t) { totalCount } transactions(asOf: $t) "
            f'{{ totalCount }} dataset(id: "{CLEAN}", asOf: $t) {{ name }} }}',
            {"t": early},
        )
        nothing = {"totalCount": 0}
        assert answer == {"datasets": nothing, "transactions": nothing, "dataset": None}
