"""EDN: every kind of form, where it stands, what is wrong with what is none, and in which time."""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalog.reading import edn
from datalog.reading.errors import NotEdn, Unfinished
from datalog.reading.forms import Character, Form, List, Map, Set, Symbol, Value, Vector
from datalog.syntax.terms import Keyword
from tests.datalog.queries import TEXTS

ID = "123e4567-e89b-12d3-a456-426614174000"


def _forms(*values: Value) -> tuple[Form, ...]:
    return tuple(map(Form, values))


READ: dict[str, Value] = {
    "nil": None,
    "true": True,
    "false": False,
    "0": 0,
    "-17": -17,
    "+3": 3,
    "42N": 42,
    "1e3": 1000.0,
    "-1.5": -1.5,
    "2.": 2.0,
    "1.50M": Decimal("1.50"),
    "-3M": Decimal(-3),
    "1E-7M": Decimal("1E-7"),
    '""': "",
    r'"a\t\r\n\b\f\\\"z"': 'a\t\r\n\b\f\\"z',
    r'"\u00e9\ud83d\ude00"': "é😀",
    '"two\nlines, ; and no comment"': "two\nlines, ; and no comment",
    r'#"\d+\s\""': r"\d+\s\"",
    r"\a": Character("a"),
    r"\newline": Character("\n"),
    r"\u0041": Character("A"),
    r"\(": Character("("),
    r"\u": Character("u"),
    ":a": Keyword("a"),
    ":a.b/c-d": Keyword("a.b/c-d"),
    ":2024": Keyword("2024"),
    "?x": Symbol("?x"),
    "$": Symbol("$"),
    "...": Symbol("..."),
    "-": Symbol("-"),
    "/": Symbol("/"),
    "clojure.string/blank?": Symbol("clojure.string/blank?"),
    "nilly": Symbol("nilly"),
    "()": List(()),
    "(f x)": List(_forms(Symbol("f"), Symbol("x"))),
    "[1, 2,,3]": Vector(_forms(1, 2, 3)),
    "#{1 1.0 true}": Set((*_forms(1, 1.0), Form(value=True))),
    "{:a 1, :b []}": Map(((Form(Keyword("a")), Form(1)), (Form(Keyword("b")), Form(Vector(()))))),
    '#inst "2024-03-01T12:00:00+02:00"': datetime(2024, 3, 1, 10, tzinfo=UTC),
    '#inst "2024-03-01T12:00:00.123456Z"': datetime(2024, 3, 1, 12, 0, 0, 123456, UTC),
    '#inst "2024-03"': datetime(2024, 3, 1, tzinfo=UTC),
    f'#uuid "{ID}"': UUID(ID),
    '#hw/date "2024-02-29"': date(2024, 2, 29),
    '#hw/keyword "a b"': Keyword("a b"),
    "; before\n 1 ; after": 1,
    "[1 #_2 #_ #_ (a) b 3 #_[#foo {}]]": Vector(_forms(1, 3)),
    '#inst #_ x "2024"': datetime(2024, 1, 1, tzinfo=UTC),
    "[a[b]c]": Vector(_forms(Symbol("a"), Vector(_forms(Symbol("b"))), Symbol("c"))),
}


@pytest.mark.parametrize("text", READ)
def test_a_form_is_what_it_says(text: str) -> None:
    assert repr(edn.read(text)) == repr(Form(READ[text]))


REFUSED = {
    ")": (1, 1, ") closes nothing"),
    "\n [1 (2]": (2, 7, "] stands where ) should; close the ( of line 2, column 5 first"),
    "1\n2": (2, 1, "the text goes on after its form"),
    "{:a 1\n :b}": (2, 2, "a key has no value"),
    "{:a 1 :a 2}": (1, 7, ":a stands twice in a map"),
    "#{x [y] [y]}": (1, 9, "[y] stands twice in a set"),
    "[#foo/bar 1]": (1, 2, "nobody knows the tag #foo/bar"),
    "[#_]": (1, 2, "nothing follows #_"),
    "[#inst]": (1, 2, "nothing follows #inst"),
    '#inst "yesterday"': (1, 1, "#inst stands before something else"),
    '#inst "2024-02-30"': (1, 1, "#inst stands before something else"),
    "#uuid 5": (1, 1, "#uuid stands before something else"),
    "007": (1, 1, "007 is no number"),
    "1/2": (1, 1, "1/2 is no number"),
    "1x": (1, 1, "1x is no number"),
    "1e999": (1, 1, "1e999 is beyond a float"),
    "1e99999M": (1, 1, "1e99999M is no number"),
    "9" * 1_001: (1, 1, "a number is too long"),
    ":": (1, 1, ": is no keyword"),
    "::a": (1, 1, "::a is no keyword"),
    "a/": (1, 1, "a/ is no EDN"),
    "'(1)": (1, 1, "' is no EDN"),
    "@a": (1, 1, "@a is no EDN"),
    "##Inf": (1, 1, "##Inf is no EDN"),
    r"\newlines": (1, 1, r"\newlines is no character"),
    "\\ ": (1, 1, r"\  is no character"),
    r'[" \x "]': (1, 2, r"\x is no escape of a text"),
    r'"\ud800"': (1, 1, "half of a surrogate pair"),
    r'"\u0000"': (1, 1, "a text holds the character U+0000"),
    '"a\0"': (1, 1, "a text holds the character U+0000"),
    '#"a\0"': (1, 1, "a text holds the character U+0000"),
    "a \0": (1, 3, "the character U+0000"),
    "a \ud800": (1, 3, "the character U+D800"),
    "[" * 65: (1, 65, "brackets are nested too deep"),
    '"é😀" ]': (1, 6, "] closes nothing"),
    "x" * 2**20 + "y": (1, 1, "the text is too long"),
    "é" * 2**19 + "y": (1, 1, "the text is too long"),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:20]))
def test_what_is_no_edn_is_told_with_its_place(text: str) -> None:
    with pytest.raises(NotEdn) as caught:
        edn.read(text)
    line, column, problem = REFUSED[text]
    assert str(caught.value).startswith(f"line {line}, column {column}: {problem}")
    assert caught.value.details().keys() == {"line", "column", "problem", "remedy"}


@pytest.mark.parametrize(
    "text", ["", " ; only a comment", "[1 (2", '["abc', '"', "#_", "[] #inst", "{:a", '#"x']
)
def test_a_text_that_breaks_off_may_go_on(text: str) -> None:
    with pytest.raises(Unfinished):
        edn.read(text)


def test_a_form_knows_where_it_stands() -> None:
    [one, two] = edn.read_all('; first\n  [a\r\n "b\nc" d] #inst "2024"')
    assert (one.place, two.place) == ((2, 3), (4, 7))
    assert isinstance(one.value, Vector)
    assert [each.place for each in one.value.members] == [(2, 4), (3, 2), (4, 4)]


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.characters(exclude_categories=["Cs"], exclude_characters="\0").map(Character),
    st.builds(Keyword, NAMES),
    st.sampled_from(["?x", "a/b", "+", "-", "/", "...", "a'b", "<="]).map(Symbol),
    st.datetimes(timezones=st.just(UTC)).map(lambda it: it.replace(fold=0)),
    st.dates(),
    st.uuids(),
)


@st.composite
def collections(draw: st.DrawFn, inner: st.SearchStrategy[Form]) -> Form:
    """Draw a collection of these forms."""
    kind = draw(st.sampled_from([List, Vector, Set, Map]))
    members = tuple(draw(st.lists(inner, max_size=4)))
    if kind is List or kind is Vector:
        return Form(kind(members))
    different = tuple({edn.write(each): each for each in members}.values())
    if kind is Set:
        return Form(Set(different))
    return Form(Map(tuple((key, draw(inner)) for key in different)))


FORMS = st.recursive(ATOMS.map(Form), collections, max_leaves=10)


@settings(max_examples=150, deadline=None)
@given(FORMS)
def test_what_is_written_reads_back_the_same(form: Form) -> None:
    assert repr(edn.read(edn.write(form))) == repr(form)


def test_python_values_are_written_as_edn() -> None:
    row = {"name": ["a", ("b", 1.5)], Keyword("at"): datetime(2024, 3, 1, tzinfo=UTC)}
    assert edn.write(row) == '{"name" ["a" ["b" 1.5]] :at #inst "2024-03-01T00:00:00+00:00"}'
    assert edn.write(frozenset({Decimal("1.50")})) == "#{1.50M}"
    assert edn.write(2**64) == "18446744073709551616N"
    for strange in (float("nan"), float("inf"), object()):
        with pytest.raises(ValueError, match="EDN has no text for"):
            edn.write(strange)


def _large() -> Iterator[tuple[str, str]]:
    many = 2**17
    yield "symbols", f"[{'a1 ' * (many // 4)}]"
    yield "vectors", f"[{'[] ' * (many // 4)}]"
    yield "discards", "#_" * many
    yield "tags", "#a " * many
    yield "quotes", '"' * many + "x"
    yield "escapes", '"' + "\\\\" * many + '"'
    yield "an open text", '"' + "\\" * many
    yield "brackets", "(" * many
    yield "lines", "\n" * many + "1 2"
    yield "comments", ";;\n" * many
    yield "a set", f"#{{{' '.join(map(str, range(20_000)))}}}"
    yield "a number", "1" * many
    yield "a nested set", "#{" * 60 + "a " * (many // 4) + "}" * 60


LARGE = dict(_large())


@pytest.mark.parametrize("name", LARGE)
def test_a_large_text_is_read_in_linear_time(name: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(NotEdn):
        edn.read(LARGE[name])
    assert time.process_time() - begun < 3
