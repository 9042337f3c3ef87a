"""Cursors come back as they went, and nothing else does."""

import base64
import hmac
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers import cursors
from resolvers.errors import InvalidCursor
from store.catalogue import ValueType

SECRET = b"secret"
KEYS = st.lists(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text())


@given(st.integers(0, 2**52), KEYS)
def test_a_cursor_says_what_was_signed(t: int, keys: list[object]) -> None:
    question = cursors.asked("datasets", {"where": None})
    mark = cursors.read(SECRET, question, cursors.sign(SECRET, question, [t, *keys]))
    assert mark == cursors.Mark(t, tuple(keys))  # type: ignore[arg-type]  # An int is what a T is.


@given(st.data(), KEYS)
def test_a_cursor_with_one_character_changed_is_invalid(
    data: st.DataObject, keys: list[object]
) -> None:
    cursor = cursors.sign(SECRET, "q", [1, *keys])
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda each: each != cursor[place]))
    with pytest.raises(InvalidCursor):
        cursors.read(SECRET, "q", cursor[:place] + letter + cursor[place + 1 :])


@given(st.binary(max_size=200), st.text(max_size=200))
def test_a_cursor_is_signed_as_rfc_2104_says(secret: bytes, question: str) -> None:
    signed = base64.urlsafe_b64decode(cursors.sign(secret, question, [7]) + "==")
    assert hmac.compare_digest(signed[-16:], hmac.digest(secret, signed[:-16], "sha256")[:16])


@given(st.text() | st.binary().map(lambda each: base64.urlsafe_b64encode(each).decode()))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.read(SECRET, "q", text)


def test_a_cursor_belongs_to_one_question_and_one_secret() -> None:
    asked = cursors.asked("datasets", {"where": {"name": {"eq": "a"}}})
    other = cursors.asked("datasets", {"where": {"name": {"eq": "b"}}})
    cursor = cursors.sign(SECRET, asked, [1, 2])
    with pytest.raises(InvalidCursor, match="another question"):
        cursors.read(SECRET, other, cursor)
    with pytest.raises(InvalidCursor, match="damaged"):
        cursors.read(b"other", asked, cursor)


def test_a_question_is_the_same_whatever_the_order_of_its_keys() -> None:
    assert cursors.asked({"a": 1, "b": Decimal(2)}) == cursors.asked({"b": Decimal(2), "a": 1})


@pytest.mark.parametrize(
    ("key", "value_type", "value"),
    [
        (None, ValueType.STRING, None),
        ("a", ValueType.STRING, "a"),
        (7, ValueType.INT, 7),
        ("9007199254740993", ValueType.LONG, 9007199254740993),
        (5, ValueType.LONG, 5),
        ("1.50", ValueType.DECIMAL, Decimal("1.50")),
        (0.1, ValueType.FLOAT, 0.1),
        (True, ValueType.BOOLEAN, True),
        ("2024-01-02T03:04:05Z", ValueType.DATETIME, datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02", ValueType.DATE, date(2024, 1, 2)),
        ("00000000-0000-0000-0000-000000000001", ValueType.UUID, UUID(int=1)),
        (1048577, ValueType.REF, 1048577),
    ],
)
def test_a_key_comes_back_as_the_value_that_is_compared(
    key: object, value_type: ValueType, value: object
) -> None:
    found = cursors.key_value(key, value_type)
    assert (found, type(found)) == (value, type(value))
