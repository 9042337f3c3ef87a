"""Words as they are shown are the words that PostgreSQL searches, wherever they stand in a text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.search.highlights import in_utf16
from resolvers.search.words import Sought, Word, sought, words
from store.database import Database

TEXTS = st.text(
    st.one_of(
        st.sampled_from("aAzZ09 _-./:éÉłŁßſµΩωςЯяİıﬁⅧ²日😀\u0301\u00ad\u200d\ufe0f"),
        # Of characters younger than Python's tables PostgreSQL may know more: then a word is found,
        # and not marked.
        st.characters(exclude_characters="\0", codec="utf-8", exclude_categories=["Cn", "Cs"]),
    ),
    max_size=60,
)


async def test_words_are_those_that_postgresql_makes(database_url: str) -> None:
    texts: list[str] = []

    @settings(max_examples=500, database=None)
    @given(TEXTS)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    async with Database.open(database_url, pool_size=1) as database:
        rows = await database.rows(
            "SELECT text, search_words(text) FROM unnest($1::text[]) AS text", [texts]
        )
    for text, made in rows:
        assert " ".join(each.text for each in words(str(text))) == made, ascii(text)


@settings(max_examples=300, database=None)
@given(TEXTS)
def test_a_word_stands_where_it_says(text: str) -> None:
    found = words(text)
    for word in found:
        alone = [each.text for each in words(text[word.start : word.end])]
        assert word.text in alone
    assert [each.start for each in found] == sorted(each.start for each in found)


def test_an_accent_belongs_to_what_it_stands_on() -> None:
    assert words("cafe\u0301 au lait") == (
        Word("cafe", 0, 5),
        Word("au", 6, 8),
        Word("lait", 9, 13),
    )


SOUGHT: dict[str, tuple[Sought, ...]] = {
    "Main sum*": (Sought(("main",), goes_on=False), Sought(("sum",), goes_on=True)),
    "main_sum*": (Sought(("main",), goes_on=False), Sought(("sum",), goes_on=True)),
    '"a b" -c -"d e" f': (Sought(("a", "b"), goes_on=False), Sought(("f",), goes_on=False)),
    '"a b*': (Sought(("a", "b"), goes_on=True),),
    "a or b": (Sought(("a",), goes_on=False), Sought(("b",), goes_on=False)),
    '-- "" *': (),
}


def test_what_is_marked_is_what_must_be_there() -> None:
    assert {text: sought(text) for text in SOUGHT} == SOUGHT


def test_offsets_count_as_javascript_does() -> None:
    assert in_utf16("a😀é") == 4
