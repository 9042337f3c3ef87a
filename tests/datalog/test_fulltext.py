"""`fulltext` and `best-match`: what they find, at every t, and what they refuse."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from datalog.errors import NotSearched, Unsupported
from datalog.printing.clauses import clause_text
from datalog.reading.errors import Misread
from datalog.reading.query import read_query
from datalog.sql.compile import compile_operation
from datalog.syntax.clauses import Fulltext
from datalog.syntax.terms import Constant
from datalog.syntax.views import AsOf, History, Now, Since
from datalog.tree import Answer, Operation
from schema.sdl import catalog as sdl
from store.database import Database
from store.migrate import migrate
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.transaction import read
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.datalog.shelf import Shelf

pytestmark = pytest.mark.asyncio(loop_scope="module")

CATALOG = """
interface Named { name: String @search }
type Book implements Named @entity {
  name: String @search
  notes: [String!] @search
  shelf: String
}
type Film implements Named @entity { name: String @search  about: String @search }
type Place @entity { motto: String @search  rows: Int }
type Cites @edge(from: ["Book"], to: ["Book"], upstream: TO) { why: String @search }
"""
SAID: list[dict[str, Any]] = [
    {
        "upsert": [
            {"type": "Book", "urn": "hw://book/a", "name": "home_ranker", "notes": ["x one"]},
            {"type": "Book", "urn": "hw://book/b", "name": "Old home", "notes": ["home", "home y"]},
            {"type": "Film", "urn": "hw://film/c", "name": "HOME", "about": "a ranker for a home"},
            {"type": "Place", "urn": "hw://place/d", "motto": "Home, sweet home"},
        ],
        "link": [
            {
                "type": "Cites",
                "from": "hw://book/a",
                "to": "hw://book/b",
                "properties": {"why": "for the home"},
            }
        ],
    },
    {
        "upsert": [
            {"type": "Book", "urn": "hw://book/a", "name": "garden_ranker"},
            {"type": "Book", "urn": "hw://book/b", "notes": ["y"]},
        ],
        "retract": ["hw://film/c"],
    },
]
"""t 2 and t 3; t 1 is the catalog."""


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database("template0") as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def books(url: str) -> AsyncIterator[Shelf]:
    await migrate(url)
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for each in SAID:
            await writer.transact(read(each))
        rows = await database.rows("SELECT e, v FROM fact_1")
        names = {f"E{e}": str(urn).rpartition("/")[2] for e, urn in rows}
        yield Shelf(database, await read_catalogue(database), names)


@dataclass(frozen=True)
class Case:
    """What a clause finds at t 2, and what it finds now."""

    where: str
    then: list[list[object]]
    now: list[list[object]]


CASES: Mapping[str, Case] = {
    "one attribute": Case(
        '[(fulltext $ :Book/name "home") [[?e ?v _ _]]]',
        [["a", "home_ranker"], ["b", "Old home"]],
        [["b", "Old home"]],
    ),
    "an interface is all that implement it": Case(
        '[(fulltext $ :Named/name "home") [[?e ?v]]]',
        [["a", "home_ranker"], ["b", "Old home"], ["c", "HOME"]],
        [["b", "Old home"]],
    ),
    "each value of a list": Case(
        '[(fulltext $ :Book/notes "home") [[?e ?v]]]', [["b", "home"], ["b", "home y"]], []
    ),
    "several attributes, and which it was": Case(
        '[(fulltext $ [:Film/name :Film/about] "ranker home") [[?e _ _ _ ?a]]] [?a :db/ident ?v]',
        [["c", "Film/about"]],
        [],
    ),
    "the transaction": Case(
        '[(fulltext $ :Book/name "ranker") [[?e _ ?tx]]] [?tx :tx/t ?v]', [["a", "2"]], [["a", "3"]]
    ),
    "properties of edges": Case(
        '[(fulltext $ :Cites/why "home") [[?edge ?v]]] [?edge :edge/from ?e]',
        [["a", "for the home"]],
        [["a", "for the home"]],
    ),
    "a text that another clause binds": Case(
        "[?b :Book/notes ?text] [(fulltext $ :Film/about ?text) [[?e ?v]]]",
        [["c", "a ranker for a home"]],
        [],
    ),
    "an entity that another clause binds": Case(
        '[?e :Book/notes "x one"]'
        ' [(fulltext $ [:Book/name :Book/notes] "one or ranker") [[?e ?v]]]',
        [["a", "home_ranker"], ["a", "x one"]],
        [["a", "garden_ranker"], ["a", "x one"]],
    ),
    "a value that another clause binds": Case(
        '[_ :Book/notes ?v] [(fulltext $ :Book/notes "home") [[?e ?v]]]',
        [["b", "home"], ["b", "home y"]],
        [],
    ),
    "within a not": Case(
        '[?e :entity/type :Book] [?e :entity/urn ?v] (not [(fulltext $ :Book/notes "y") [[?e]]])',
        [["a", "hw://book/a"]],
        [["a", "hw://book/a"]],
    ),
    "within an or": Case(
        '(or [(fulltext $ :Book/name "old") [[?e ?v]]] [(fulltext $ :Film/name "home") [[?e ?v]]])',
        [["b", "Old home"], ["c", "HOME"]],
        [["b", "Old home"]],
    ),
    "each entity once": Case(
        '[(best-match $ [:Book/name :Book/notes :Film/name] "home") [[?e ?score]]]'
        " [(quot ?score 1000000) ?v]",
        [["a", "3"], ["b", "2"], ["c", "4"]],
        [["b", "2"]],
    ),
    "what is called otherwise is named by what is searched first": Case(
        '[(best-match $ :Place/motto "sweet") [[?e ?score]]] [(quot ?score 1000000) ?v]',
        [["d", "2"]],
        [["d", "2"]],
    ),
    "a urn by itself": Case(
        '[(best-match $ :entity/urn "hw://film/c") [[?e ?v]]]', [["c", 6000000]], [["c", 6000000]]
    ),
    "urns by how they begin": Case(
        '[(fulltext $ :entity/urn "hw://book/") [[?e ?v]]]',
        [["a", "hw://book/a"], ["b", "hw://book/b"]],
        [["a", "hw://book/a"], ["b", "hw://book/b"]],
    ),
    "no urn by less": Case('[(fulltext $ :entity/urn "hw") [[?e ?v]]]', [], []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_it_finds(books: Shelf, case: Case) -> None:
    text = f"[:find ?e ?v :where {case.where} :order-by ?e ?v]"
    assert await books.ask(text, {"$": AsOf("then")}, then=2) == case.then
    assert await books.ask(text) == case.now
    # A rule, whose arguments may be known: each way round the same rows come.
    ruled = f"[:find ?e ?v :rules [[(found ?e ?v) {case.where}]] :where (found ?e ?v)]"
    assert sorted(await books.ask(ruled), key=str) == sorted(case.now, key=str)


async def test_it_finds_what_came_since(books: Shelf) -> None:
    text = '[:find ?e ?v :where [(fulltext $ :Book/name "ranker or home") [[?e ?v]]]]'
    assert await books.ask(text, {"$": Since("then")}, then=2) == [["a", "garden_ranker"]]


async def test_two_times_meet_in_one_query(books: Shelf) -> None:
    text = """[:find ?e ?v :in $ $then
      :where [(fulltext $then :Book/name "home") [[?e ?v]]]
             (not [(fulltext $ :Book/name "home") [[?e]]])]"""
    found = await books.ask(text, {"$then": AsOf("then")}, then=2)
    assert found == [["a", "home_ranker"]]


REFUSED: Mapping[str, tuple[type[Exception], str]] = {
    '[(fulltext $ :Book/shelf "a") [[?e]]]': (NotSearched, ":Book/shelf is not searched"),
    '[(fulltext $ :Place/rows "a") [[?e]]]': (NotSearched, ":Place/rows is not searched"),
    '[(fulltext $ :entity/lifecycle "a") [[?e]]]': (NotSearched, ":entity/lifecycle is not"),
    '[(fulltext $ :tx/reason "a") [[?e]]]': (NotSearched, ":tx/reason is not searched"),
    '[(fulltext $ :Cites "a") [[?e]]]': (NotSearched, ":Cites is not searched"),
    '[(fulltext $ :Book/name "a") ?e]': (Misread, "finds nothing"),
    '[(fulltext $ :Book/name "a")]': (Misread, "finds nothing"),
    "[(fulltext $ :Book/name) [[?e]]]": (Misread, "finds nothing"),
    '[(best-match $ :Book/name "a") [[?e ?v ?tx]]]': (Misread, "finds nothing"),
    "[(fulltext $ :Book/name 7) [[?e]]]": (Misread, "7 is no text"),
    '[(fulltext $ [] "a") [[?e]]]': (Misread, "1 to 1000 attributes"),
    '[(fulltext $ ?a "a") [[?e]]]': (Misread, "?a is no attribute"),
}


@pytest.mark.parametrize("where", REFUSED)
async def test_it_refuses(books: Shelf, where: str) -> None:
    fault, message = REFUSED[where]
    with pytest.raises(fault, match=message.replace("?", r"\?")):
        await books.ask(f"[:find ?e :where {where}]")


async def test_a_history_is_not_searched(books: Shelf) -> None:
    with pytest.raises(Unsupported, match="a search of a history"):
        await books.ask(
            '[:find ?e :where [(fulltext $ :Book/name "a") [[?e]]]]', {"$": History(Now())}
        )


PRINTED = (
    '[(fulltext $ :Book/name "a") [[?e]]]',
    "[(fulltext $then [:Book/name :Book/notes] ?text) [[?e _ ?tx ?score ?a]]]",
    "[(best-match $ [:Book/name :Book/notes] ?text) [[?e ?score]]]",
)


@pytest.mark.parametrize("text", PRINTED)
async def test_it_reads_back_the_same(text: str) -> None:
    [clause] = read_query(f"[:find ?e :in $ $then ?text :where {text}]").query.where
    assert isinstance(clause, Fulltext)
    assert clause_text(clause) == text


async def test_the_text_never_enters_the_statement(books: Shelf) -> None:
    text = '[:find ?e :where [(fulltext $ :Book/name "x\'; DROP") [[?e]]]]'
    [clause] = read_query(text).query.where
    assert isinstance(clause, Fulltext)
    assert clause.text == Constant("x'; DROP")
    query = Answer("it", read_query(text).query, 10)
    statement = compile_operation(Operation((("it", query),)), books.catalogue)
    assert "DROP" not in statement.text
    assert "x'; DROP" in statement.arguments
    assert await books.ask(text) == []
