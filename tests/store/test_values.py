"""Values: what is accepted as what, how it is written, and what is refused."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.catalogue import Attribute, Catalogue, EnumType, EnumValue, ValueType
from store.database import Database
from store.ids import AttributeId
from store.sql import Bound, sql
from store.values import (
    ELSEWHERE,
    LONGEST_STRING,
    SQL_TYPES,
    WrongValue,
    from_native,
    instant,
    list_members,
    list_text,
    native,
    parse,
    shortened,
)

LAYERS = EnumType(AttributeId(1), "Layer", (EnumValue("RAW"), EnumValue("MADE")))
CATALOGUE = Catalogue(enums={"Layer": LAYERS})


def attribute(value_type: ValueType, enum: str | None = None) -> Attribute:
    """Return an attribute of a type."""
    return Attribute(AttributeId(1000), "Thing", "field", value_type, enum=enum)


def canonical(value: object, value_type: ValueType) -> str:
    """Return the canonical text of a value."""
    return parse(value, attribute(value_type), CATALOGUE)


STRING, INT, LONG = ValueType.STRING, ValueType.INT, ValueType.LONG
FLOAT, DECIMAL = ValueType.FLOAT, ValueType.DECIMAL
ACCEPTED: list[tuple[ValueType, object, str]] = [
    (STRING, "", '""'),
    (STRING, 'a "b" \\ \n é 😀', '"a \\"b\\" \\\\ \\n é 😀"'),
    (STRING, "\x7f\x01", '"\x7f\\u0001"'),
    (STRING, "x" * LONGEST_STRING, '"' + "x" * LONGEST_STRING + '"'),
    (INT, 0, "0"),
    (INT, -(2**31), "-2147483648"),
    (INT, 2**31 - 1, "2147483647"),
    (LONG, 2**63 - 1, '"9223372036854775807"'),
    (LONG, "-9223372036854775808", '"-9223372036854775808"'),
    (LONG, "007", '"7"'),
    (LONG, "-0", '"0"'),
    (FLOAT, 1, "1.0"),
    (FLOAT, -0.0, "0.0"),
    (FLOAT, 0.1, "0.1"),
    (FLOAT, 1e22, "1e+22"),
    (FLOAT, Decimal("2.50"), "2.5"),
    (DECIMAL, 5, '"5"'),
    (DECIMAL, 0.1, '"0.1"'),
    (DECIMAL, "1.500", '"1.5"'),
    (DECIMAL, "-0.00", '"0"'),
    (DECIMAL, "1E3", '"1000"'),
    (DECIMAL, "+1e-3", '"0.001"'),
    (DECIMAL, "100", '"100"'),
    (DECIMAL, "9" * 1000, '"' + "9" * 1000 + '"'),
    (DECIMAL, "0." + "0" * 998 + "1", '"0.' + "0" * 998 + '1"'),
    (DECIMAL, Decimal("12.30"), '"12.3"'),
    (ValueType.BOOLEAN, True, "true"),
    (ValueType.BOOLEAN, False, "false"),
    (ValueType.DATETIME, "2023-11-18T00:37:54Z", '"2023-11-18T00:37:54Z"'),
    (ValueType.DATETIME, "2023-11-18t00:37:54.500z", '"2023-11-18T00:37:54.5Z"'),
    (ValueType.DATETIME, "2023-11-18 02:37+02:00", '"2023-11-18T00:37:00Z"'),
    (ValueType.DATETIME, "2023-11-18T00:37:54", '"2023-11-18T00:37:54Z"'),
    (ValueType.DATETIME, "2023-11-18T00:37:54.123456000Z", '"2023-11-18T00:37:54.123456Z"'),
    (ValueType.DATETIME, "0001-01-01T00:00:00Z", '"0001-01-01T00:00:00Z"'),
    (
        ValueType.DATETIME,
        datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        '"2024-01-01T00:00:00Z"',
    ),
    (ValueType.DATE, "2024-02-29", '"2024-02-29"'),
    (ValueType.DATE, date(2024, 2, 29), '"2024-02-29"'),
    (
        ValueType.UUID,
        "123E4567-E89B-12D3-A456-426614174000",
        '"123e4567-e89b-12d3-a456-426614174000"',
    ),
    (ValueType.UUID, UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    (ValueType.URI, "https://example.org/a?b#c", '"https://example.org/a?b#c"'),
    (ValueType.URI, "urn:x:é", '"urn:x:é"'),
    (ValueType.KEYWORD, "a.b/c", '"a.b/c"'),
    (ValueType.JSON, {"b": [1, 2.5, None], "a": "é"}, '{"a":"é","b":[1,2.5,null]}'),
    (ValueType.JSON, {"n": Decimal("1.50")}, '{"n":1.5}'),
    (ValueType.JSON, "\\u0000", '"\\\\u0000"'),
    (ValueType.JSON, [], "[]"),
    (
        ValueType.JSON,
        [2**64 - 1, -(2**63), 10**30],
        "[18446744073709551615,-9223372036854775808,1e+30]",
    ),
]


@pytest.mark.parametrize(("value_type", "value", "expected"), ACCEPTED)
def test_a_value_has_one_canonical_text(
    value_type: ValueType, value: object, expected: str
) -> None:
    assert canonical(value, value_type) == expected
    assert json.loads(expected) is not None or expected == "null"


@pytest.mark.parametrize(("value_type", "value", "expected"), ACCEPTED)
def test_a_canonical_text_stands_for_one_native_value(
    value_type: ValueType, value: object, expected: str
) -> None:
    assert from_native(native(expected, value_type), value_type) == expected


def deep(levels: int) -> object:
    """Return lists within lists."""
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


REFUSED: list[tuple[ValueType, object]] = [
    *((STRING, value) for value in (1, True, None, ["a"], "a\0b", "\ud800", "x" * (2**20 + 1))),
    (STRING, "é" * (2**19 + 1)),
    *((INT, value) for value in (2**31, -(2**31) - 1, 1.0, "1", True, None, Decimal(1))),
    *((LONG, value) for value in (2**63, -(2**63) - 1, "9223372036854775808", 1.0, "1.0", "", "x")),
    *((LONG, value) for value in (True, "9" * 500, "１", " 1")),  # noqa: RUF001  # Not an ASCII digit.
    *((FLOAT, value) for value in (float("nan"), float("inf"), 10**400, "1.0", True)),
    (FLOAT, Decimal("1e999")),
    *((DECIMAL, value) for value in ("NaN", "Infinity", "", "1.", ".5", "1e", "x", True, None)),
    *((DECIMAL, value) for value in ("9" * 1001, "1e1000", "1e-1001", "1e9999", float("nan"))),
    *((DECIMAL, value) for value in (Decimal("NaN"), Decimal("1e999999"), "1_000")),
    *((ValueType.BOOLEAN, value) for value in (0, 1, "true", None)),
    *((ValueType.DATETIME, value) for value in ("2023-02-30T00:00:00Z", "2023-01-01", "now")),
    *((ValueType.DATETIME, value) for value in ("2023-01-01T25:00:00Z", 5, "")),
    *((ValueType.DATETIME, value) for value in ("2023-01-01T00:00:00.1234567Z",)),
    *((ValueType.DATETIME, value) for value in ("0001-01-01T00:00:00+01:00",)),
    *((ValueType.DATE, value) for value in ("2023-02-29", "2023-1-1", "20230101", 5)),
    (ValueType.DATE, "2023-01-01T00:00:00Z"),
    *((ValueType.UUID, value) for value in ("x", "{123e4567-e89b-12d3-a456-426614174000}", 1)),
    *((ValueType.URI, value) for value in ("no scheme", "//x", "http://a b", "", "http://a\n")),
    *((ValueType.KEYWORD, value) for value in ("", "a b", "x" * 257, 1, "a\n")),
    *((ValueType.JSON, value) for value in (float("nan"), "\ud800", {"a": "\0"}, deep(100_000))),
    (ValueType.JSON, "x" * 2**20),
    (ValueType.JSON, {"a": object()}),
    (ValueType.JSON, deep(101)),
    (ValueType.JSON, {"a": 10**400}),
    (ValueType.JSON, Decimal("1e400")),
]


@pytest.mark.parametrize(("value_type", "value"), REFUSED)
def test_what_does_not_fit_is_refused(value_type: ValueType, value: object) -> None:
    with pytest.raises(WrongValue) as refused:
        parse(value, attribute(value_type), CATALOGUE, "upsert[3].field")
    sentence = str(refused.value)
    assert sentence.startswith("upsert[3].field: expected ")
    assert len(sentence) < 300
    sentence.encode()


def test_a_refusal_names_the_attribute_where_nothing_else_is_known() -> None:
    with pytest.raises(WrongValue, match="Thing/field: expected an integer of 32 bits, got 'x'"):
        canonical("x", INT)


def test_an_enum_takes_its_own_values_only() -> None:
    layer = attribute(ValueType.KEYWORD, "Layer")
    assert parse("RAW", layer, CATALOGUE) == '"RAW"'
    for value in ("raw", "OTHER", 1, None):
        with pytest.raises(WrongValue, match="Layer \\(RAW, MADE\\)"):
            parse(value, layer, CATALOGUE)


def test_an_instant_is_read_where_it_stands() -> None:
    assert instant("2024-01-01T01:00:00+01:00", "tx") == datetime(2024, 1, 1, tzinfo=UTC)
    with pytest.raises(WrongValue, match=r"tx.instant: expected an instant"):
        instant("yesterday", "tx.instant")


def test_a_long_value_is_shortened() -> None:
    assert shortened("x" * 1000) == "'" + "x" * 79 + "…"
    assert shortened("\ud800") == "'\\ud800'"
    assert shortened(10**5000) == "a int that is too large to show"


VALUES: dict[ValueType, st.SearchStrategy[Any]] = {
    STRING: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    INT: st.integers(-(2**31), 2**31 - 1),
    LONG: st.integers(-(2**63), 2**63 - 1),
    FLOAT: st.floats(allow_nan=False, allow_infinity=False),
    DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=5),
    ValueType.BOOLEAN: st.booleans(),
    ValueType.DATETIME: st.datetimes(timezones=st.just(UTC)),
    ValueType.DATE: st.dates(),
    ValueType.UUID: st.uuids(),
    ValueType.JSON: st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\"'"), inner),
    ),
}


@given(data=st.data())
def test_equal_texts_are_equal_values(data: st.DataObject) -> None:
    value_type = data.draw(st.sampled_from(sorted(VALUES)))
    first, second = data.draw(VALUES[value_type]), data.draw(VALUES[value_type])
    texts = canonical(first, value_type), canonical(second, value_type)
    natives = native(texts[0], value_type), native(texts[1], value_type)
    assert (texts[0] == texts[1]) == (natives[0] == natives[1])
    assert canonical(json.loads(texts[0]), value_type) == texts[0]


@given(data=st.data())
def test_a_list_is_ordered_by_value_and_read_back(data: st.DataObject) -> None:
    value_type = data.draw(st.sampled_from(sorted(VALUES)))
    drawn = data.draw(st.lists(VALUES[value_type], min_size=1, max_size=8))
    members = frozenset(canonical(value, value_type) for value in drawn)
    text = list_text(members, value_type)
    if text == ELSEWHERE:
        assert sum(len(one.encode()) for one in members) > 1_900
        return
    assert list_members(text, value_type) == members
    if value_type is not ValueType.JSON:
        ordered = [canonical(one, value_type) for one in json.loads(text)]
        natives: list[Any] = [native(one, value_type) for one in ordered]
        assert natives == sorted(natives)


def test_a_list_that_is_too_long_is_kept_elsewhere() -> None:
    numbers = [str(number) for number in range(65)]
    assert list_text(numbers, INT) == ELSEWHERE
    assert list_text(numbers[:64], INT).startswith("[0,1,2,")
    assert list_text(['"' + "x" * 2044 + '"'], STRING) != ELSEWHERE
    assert list_text(['"' + "é" * 1023 + '"'], STRING) == ELSEWHERE


async def test_postgresql_gives_back_what_it_was_given(database_url: str) -> None:
    async with Database.open(database_url) as database:
        for value_type, _, expected in ACCEPTED:
            given_value = Bound(native(expected, value_type), SQL_TYPES[value_type])
            text, arguments = sql("SELECT {value}", value=given_value).render()
            [found] = await database.row(text, arguments)
            assert from_native(found, value_type) == expected
