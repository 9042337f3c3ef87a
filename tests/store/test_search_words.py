"""Words beside the values of searched attributes: what they are, and that they are always there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.audit import rebuild
from store.audit.verify import verify
from store.database import Database
from store.database_errors import StatementUnfit
from store.ids import AttributeId
from store.migrate import migrations
from store.sql import Bound, fact_table, sql
from store.transaction import read
from store.writing.writer import Writer
from tests.oracle.searching import words
from tests.store.catalogs import change

WORDS = {
    "telemetry_derived.main_summary_v4": "telemetry derived main summary v4",
    "hw://dataset/lake/home.training-examples": "hw dataset lake home training examples",
    "J1-Jumbo v1 (178B)": "j1 jumbo v1 178b",
    "a@b.example, /usr/lib/x.so; 3.14 -5 1e5 4v": "a b example usr lib x so 3 14 5 1e5 4v",
    "Zieliński ÉCOLE Łódź naïve ﬁne Ⅷ x²": "zielinski ecole lodz naive fine viii x2",
    "ПРИВЕТ Ёлка ΣΊΣΥΦΟΣ": "привет елка σισυφοσ",
    "日本語 テスト": "日本語 テスト",
    "שלום עולם": "שלום עולם",
    "a😀b — c…d «e» \u2018f\u2019 g\u200bh\ufeffi": "a b c d e f g h i",
    "": "",
    " \t\n!?&|():*<->'\"\\": "",
}


async def test_words_are_runs_of_letters_and_digits(history: Database) -> None:
    found = await history.rows(
        "SELECT text, search_words(text) FROM unnest($1::text[]) AS text", [list(WORDS)]
    )
    assert dict(map(tuple, found)) == WORDS
    assert {text: " ".join(words(text)) for text in WORDS} == WORDS  # As the naive model has it.


QUERIES = {
    "Main  summary": "'main' & 'summary'",
    "main_summary-v4": "'main' & 'summary' & 'v4'",
    '"main summary" daily': "'main' <-> 'summary' & 'daily'",
    "main -draft": "'main' & !'draft'",
    'main -"old draft"': "'main' & !( 'old' <-> 'draft' )",
    "a b or c -d": "'a' & 'b' | 'c' & !'d'",
    "main or side": "'main' | 'side'",
    "main_sum*": "'main' & 'sum':*",
    '"main sum*"': "'main' <-> 'sum':*",
    '"never closed': "'never' <-> 'closed'",
    "it's a\\b": "'it' & 's' & 'a' & 'b'",
    "Łódź*": "'lodz':*",
    # Nothing to look for finds nothing, whatever else stands there.
    "": "",
    "-draft": "",
    "*** -- '' \"\" &|!():*<->\\": "",
    "😀": "",
}


async def test_any_text_says_what_is_looked_for(history: Database) -> None:
    found = await history.rows(
        "SELECT text, search_query(text)::text FROM unnest($1::text[]) AS text", [list(QUERIES)]
    )
    assert dict(map(tuple, found)) == QUERIES


_HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\"'-*&|!()<>:\\ \tłŁabAB.é😀"),
        st.characters(exclude_characters="\0", codec="utf-8"),
    )
)


async def test_no_text_is_malformed(history: Database) -> None:
    texts: list[str] = []

    @settings(max_examples=300, database=None)
    @given(_HOSTILE)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    texts += [
        "word " * 300_000,
        "x" * 1_048_576,
        '"' * 5_000,
        "-" * 5_000,
        "(" * 5_000,
        "a* " * 900,
    ]
    rows = await history.rows(
        "SELECT search_words(text), search_query(text)::text FROM unnest($1::text[]) AS text",
        [texts],
    )
    assert len(rows) == len(texts)
    assert all(len(found) <= 65_536 for found, _ in rows)


_ASKED_AS_BEFORE = """
SELECT text
FROM unnest($1::text[]) AS text
WHERE search_vector(text) IS DISTINCT FROM search_vector_before(text)
"""


async def test_a_text_has_the_words_that_it_had_when_each_was_made_three_times(
    history: Database,
) -> None:
    texts: list[str] = [*WORDS, "word " * 20_000, "x" * 70_000, "é" * 70_000]

    @settings(max_examples=300, database=None)
    @given(_HOSTILE)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    [search] = [each for each in migrations() if each.name == "search"]
    _, before, *_ = search.path.read_text().split("CREATE FUNCTION search_")[1:]
    await history.pool.execute("CREATE FUNCTION search_" + before.replace("(", "_before(", 1))
    assert await history.rows(_ASKED_AS_BEFORE, [texts]) == []


async def _found(database: Database, attribute: str, text: str) -> list[str]:
    [(number,)] = await database.rows("SELECT id FROM schema_name WHERE name = $1", [attribute])
    question = sql(
        "SELECT v FROM {facts} WHERE words @@ search_query({text}) ORDER BY v",
        facts=fact_table(AttributeId(number)),
        text=Bound(text, "text"),
    )
    rows = await database.rows(*question.render())
    return [str(v) for (v,) in rows]


async def _note(database: Database, name: str, **values: object) -> None:
    said = {"upsert": [{"type": "Note", "urn": f"hw://note/{name}", **values}]}
    await Writer(database).transact(read(said))


async def test_words_follow_what_the_catalog_says_of_texts_that_are_there(
    history: Database,
) -> None:
    await change(history, "type Note @entity { text: String many: [String!] }")
    await _note(history, "a", text="One_two", many=["three", "four"])
    await change(history, "type Note @entity { text: String @search many: [String!] @search }")
    assert await _found(history, "Note/text", "two") == ["One_two"]
    assert await _found(history, "Note/many", "three or four") == ["four", "three"]
    await _note(history, "b", text="two again")
    assert await _found(history, "Note/text", "two") == ["One_two", "two again"]
    before = await _columns(history)
    await rebuild.rebuild(history)
    assert await _columns(history) == before
    assert await _found(history, "Note/text", "two") == ["One_two", "two again"]
    assert (await verify(history)).findings == ()
    await change(history, "type Note @entity { text: String many: [String!] @search }")
    with pytest.raises(StatementUnfit):
        await _found(history, "Note/text", "two")
    assert (await verify(history)).findings == ()


_COLUMNS = """
SELECT table_name, column_name, data_type, generation_expression
FROM information_schema.columns
WHERE table_name LIKE 'fact%'
UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE tablename LIKE 'fact%'
ORDER BY 1, 2
"""


async def _columns(database: Database) -> list[tuple[object, ...]]:
    return list(map(tuple, await database.rows(_COLUMNS)))


async def test_a_text_of_a_mebibyte_can_be_written(history: Database) -> None:
    await change(history, "type Note @entity { text: String @search }")
    long = " ".join(f"{number:x}é" for number in range(200_000))[:500_000]
    await _note(history, "long", text=long)
    assert len(await _found(history, "Note/text", "1é")) == 1


async def test_the_migration_gives_words_to_texts_that_were_searched_before_it(
    history: Database,
) -> None:
    [search] = [each for each in migrations() if each.name == "search"]
    await change(history, "type Note @entity { text: String @search other: String @search }")
    await change(history, "type Note @entity { text: String @search other: String }")
    await _note(history, "a", text="One_two")
    wanted = await _columns(history)
    [(number,)] = await history.rows("SELECT id FROM schema_name WHERE name = 'Note/text'")
    await history.pool.execute(f"ALTER TABLE fact_{number} DROP COLUMN words")
    await history.pool.execute(
        "DROP FUNCTION search_start, search_query, search_vector, search_words CASCADE"
    )
    await history.pool.execute(search.path.read_text())
    assert await _columns(history) == wanted
    assert await _found(history, "Note/text", "two") == ["One_two"]
