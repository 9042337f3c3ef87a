"""The pieces that SQL is made of."""

from datalog.sql.columns import Column
from datalog.sql.json_text import as_json
from store.catalogue import ValueType
from store.ids import AttributeId
from store.sql import (
    Bound,
    Gathered,
    Part,
    Slot,
    Sql,
    fact_table,
    join,
    literal,
    number,
    quoted,
    sql,
)


def test_a_slot_has_one_number_for_each_type() -> None:
    holes = [Bound(Slot("a"), "bigint"), Bound(Slot("b"), "bigint"), Bound(Slot("a"), "bigint")]
    pieces = [sql("{it}", it=hole) for hole in [*holes, Bound(Slot("a"), "text")]]
    text, arguments = join(" ", pieces).render()
    assert text == "$1::bigint $2::bigint $1::bigint $3::text"
    assert arguments == [Slot("a"), Slot("b"), Slot("a")]


def test_equal_values_keep_their_own_numbers() -> None:
    pieces = [sql("{it}", it=Bound(value, "boolean")) for value in (True, 1)]
    assert join(" ", pieces).render() == ("$1::boolean $2::boolean", [True, 1])


def test_only_harmless_text_is_written_out() -> None:
    assert literal('{"name":[').render() == ("'{\"name\":['", [])
    for text in ("it's", "back\\slash", "é", "line\n", "$"):
        assert literal(text).render() == ("$1::text", [text])


def test_names_are_made_of_numbers_or_quoted() -> None:
    assert fact_table(AttributeId(7)).render() == ("fact_7", [])
    assert number(-3).render() == ("-3", [])
    assert quoted('a"b').render() == ('"a""b"', [])


def test_a_missing_value_is_written_as_null() -> None:
    column = Column(Sql(("x",)), ValueType.INT, nullable=True)
    assert as_json(column).render()[0] == "coalesce(x::text, 'null')"


def test_something_else_stands_in_the_place_of_slots() -> None:
    it = Bound(Slot("it"), "bigint")
    piece = sql("{it} + {one} < {it}", it=it, one=Bound(1, "integer"))
    assert list(piece.slots()) == [it, it]
    text, arguments = piece.with_slots(lambda _: sql("call.s1")).render()
    assert (text, arguments) == ("call.s1 + $1::integer < call.s1", [1])


def test_lists_are_gathered_as_one_with_where_each_begins_and_ends() -> None:
    lists = [[7, 8], [], None, (9, None)]
    parts = {each: Gathered(Slot("it"), ("a", "b", "c", "d"), each).of(lists) for each in Part}
    assert parts == {
        Part.VALUES: lists,
        Part.MEMBERS: [7, 8, 9, None],
        Part.BEGIN: [1, 3, None, 3],
        Part.END: [2, 2, None, 4],
    }
