"""`search` and `suggest` over the sample, against a naive searcher; what they refuse."""

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.oracle.catalog import read
from tests.oracle.found import compare_search, is_wanted, sliced
from tests.oracle.history import Line, Replay, lines
from tests.oracle.searching import Term, Wanted, words
from tests.oracle.texts import searched, texts
from tests.serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = Path(__file__).parent.parent / "examples"
CATALOG = (EXAMPLES / "catalog.graphql").read_text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sample(sample_url: str) -> AsyncIterator[Served]:
    async with serving(sample_url) as served:
        yield served


def _states(catalog: str, history: list[Line], count: int) -> Iterator[Replay]:
    """Yield the same replay at some of its t, the last one too."""
    replay = Replay(read(catalog), t=1)
    step = len(history) // count
    for number, line in enumerate(history, 1):
        replay.apply(line)
        if number % step == 0 or number == len(history):
            yield replay


async def test_the_sample_is_searched_as_the_naive_searcher_does_at_many_times(
    sample: Served,
) -> None:
    chance, fields = random.Random(5), searched(CATALOG)
    history = list(lines(EXAMPLES / "history.jsonl"))
    found = [
        await compare_search(sample, replay, fields, chance)
        for replay in _states(CATALOG, history, 12)
        for _ in range(8)
    ]
    share = sum(map(bool, found)) / len(found)
    print(f"{len(found)} searches, {share:.0%} found something, {sum(found)} entities")
    assert share > 0.7


async def test_a_search_costs_what_its_words_may_be_in(sample: Served) -> None:
    async def cost(query: str) -> int:
        rows: int = (await sample.post(query))["extensions"]["cost"]["rows"]
        return rows

    once = await cost('{ search(text: "a*") { nodes { id } } }')
    twice = await cost(
        '{ search(text: "a*") { nodes { id } } b: search(text: "b*") { nodes { id } } }'
    )
    assert once > 100
    assert twice == pytest.approx(2 * once, abs=1)


async def test_suggestions_are_names_that_go_on_as_typed(sample: Served) -> None:
    ask = """query ($text: String!, $at: TimePoint) {
      suggest(text: $text, first: 100, asOf: $at) { text score spans { start end } node { urn } }
    }"""
    replay = Replay(read(CATALOG), t=1)
    for line in list(lines(EXAMPLES / "history.jsonl"))[:300]:
        replay.apply(line)
    names = [each for each in texts(replay, searched(CATALOG)) if each.named]
    chance, found_any = random.Random(9), 0
    for _ in range(25):
        name = chance.choice(names).value
        typed = name[: chance.randint(3, max(3, len(name)))].rstrip(" -_.,:()'")
        *before, last = words(typed)
        looked_for = Wanted(typed, (*(Term((w,)) for w in before), Term((last,), goes_on=True)))
        found = (await sample.ask_once(ask, {"text": typed, "at": replay.t}))["suggest"]
        expected = {
            (n.urn, n.value): looked_for.tier(n.value, named=True)
            for n in names
            if looked_for.matches(n.value)
        }
        told = {(row["node"]["urn"], row["text"]): row["score"] // 1_000_000 for row in found}
        assert told == expected, typed
        assert [row["score"] for row in found] == sorted(
            (row["score"] for row in found), reverse=True
        )
        assert all(
            is_wanted(sliced(row["text"], span["start"], span["end"]), looked_for)
            for row in found
            for span in row["spans"]
        )
        assert all(row["spans"] for row in found)
        found_any += bool(found)
    assert found_any == 25


async def test_a_urn_comes_first_and_its_beginning_finds_all_that_begin_so(sample: Served) -> None:
    ask = """query ($text: String!) {
      search(text: $text) {
        totalCount
        edges { score node { urn } highlights { attribute text spans { start end } } }
      }
      suggest(text: $text) { text score node { urn } }
    }"""
    urn = "hw://dataset/lake/playback.events_raw"
    data = await sample.ask_once(ask, {"text": f" {urn} "})
    [row] = data["search"]["edges"]
    assert (row["score"], row["node"]["urn"]) == (6_000_000, urn)
    [highlight] = row["highlights"]
    assert highlight == {
        "attribute": "entity/urn",
        "text": urn,
        "spans": [{"start": 0, "end": len(urn)}],
    }
    rows = await sample.database.rows(_TEAMS)
    begun = await sample.ask_once(ask, {"text": "hw://team/"})
    assert begun["search"]["totalCount"] == len(rows) > 5
    assert {each["node"]["urn"] for each in begun["suggest"]} <= {str(v) for (v,) in rows}
    assert all(each["score"] // 1_000_000 == 5 for each in begun["suggest"])


_TEAMS = """
SELECT v FROM fact_1 u
WHERE v LIKE 'hw://team/%'
  AND NOT EXISTS (SELECT FROM fact_3 l WHERE l.e = u.e AND l.v = 'DELETED' AND l.t1 > 1e18)
"""


async def test_types_and_filters_leave_out_what_does_not_pass(sample: Served) -> None:
    ask = """query ($text: String!, $types: [EntityType!], $where: SearchFilter) {
      search(text: $text, types: $types, where: $where, first: 1000) {
        totalCount byType { type count } nodes { __typename urn ... on Dataset { layer } }
      }
    }"""

    async def found(**asked: object) -> Any:
        data = (await sample.ask_once(ask, {"text": "play*", **asked}))["search"]
        assert data["totalCount"] == len(data["nodes"]) == sum(c["count"] for c in data["byType"])
        return data["nodes"]

    everything = await found()
    assert {each["__typename"] for each in everything} > {"Dataset", "Pipeline"}
    datasets = [each for each in everything if each["__typename"] == "Dataset"]
    assert await found(types=["Dataset"]) == datasets
    raw = {"dataset": {"layer": {"eq": "RAW"}}}
    left = [e for e in everything if e["__typename"] != "Dataset" or e["layer"] == "RAW"]
    assert len(everything) > len(left) > 0
    assert await found(where=raw) == left
    assert await found(types=["Dataset"], where=raw) == [e for e in datasets if e["layer"] == "RAW"]
    assert await found(types=["Team"], where=raw) == await found(types=["Team"])
    assert await found(where={"lifecycle": {"in": ["DELETED"]}}) == []


async def test_what_was_deleted_is_found_by_its_urn_alone_and_only_when_asked(
    sample: Served,
) -> None:
    deleted = (
        "SELECT u.v FROM fact_3 l JOIN fact_1 u USING (e) WHERE l.v = 'DELETED' AND l.t1 > 1e18"
    )
    urn = str((await sample.database.rows(deleted))[0][0])
    ask = """query ($text: String!, $where: SearchFilter) {
      search(text: $text, where: $where) { nodes { urn lifecycle } }
      suggest(text: $text) { node { urn } }
    }"""
    assert await sample.ask(ask, {"text": urn}) == {"search": {"nodes": []}, "suggest": []}
    shown = await sample.ask(ask, {"text": urn, "where": {"lifecycle": {"in": ["DELETED"]}}})
    assert shown["search"]["nodes"] == [{"urn": urn, "lifecycle": "DELETED"}]


NOTHING = ("", "   ", "-home", '""', "?!*", "😀", "*" * 1_000, '"' * 1_000, "the -the", "hw")


@pytest.mark.parametrize("text", NOTHING)
async def test_a_text_without_a_word_to_look_for_finds_nothing(sample: Served, text: str) -> None:
    ask = """query ($text: String!) {
      search(text: $text) {
        totalCount byType { count } edges { score } pageInfo { hasNextPage endCursor }
      }
      suggest(text: $text) { text }
    }"""
    data = await sample.ask_once(ask, {"text": text})
    assert data["search"] == {
        "totalCount": 0,
        "byType": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("search(text: $it) { totalCount }", {"it": "a" * 1_001}, "LIMIT_EXCEEDED"),
    ("search(text: $it) { totalCount }", {"it": "a " * 500_000}, "LIMIT_EXCEEDED"),
    ('search(text: "a", types: []) { totalCount }', {}, "BAD_USER_INPUT"),
    ('search(text: "a", first: -1) { totalCount nodes { urn } }', {}, "BAD_USER_INPUT"),
    ('search(text: "a", first: 10001) { nodes { urn } }', {}, "LIMIT_EXCEEDED"),
    ('search(text: "a", after: "") { nodes { urn } }', {}, "INVALID_CURSOR"),
    ('search(text: "a", after: "x") { nodes { urn } }', {}, "INVALID_CURSOR"),
    ('search(text: "a", asOf: "3000-01-01") { nodes { urn } }', {}, "FUTURE_TIME_POINT"),
    ('search(text: "a", where: {dataset: {urn: {eq: null}}}) { totalCount }', {}, ""),
    ('suggest(text: "a", first: 101) { text }', {}, "LIMIT_EXCEEDED"),
    ('suggest(text: "a", first: -1) { text }', {}, "BAD_USER_INPUT"),
    ("suggest(text: $it) { text }", {"it": "a" * 1_001}, "LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize(("field", "variables", "code"), REFUSED, ids=lambda each: str(each)[:60])
async def test_what_cannot_be_meant_is_refused_at_its_field(
    sample: Served, field: str, variables: dict[str, Any], code: str
) -> None:
    given = "($it: String!)" if "$it" in field else ""
    answer = await sample.post(f"query {given} {{ it: {field} basis {{ t }} }}", variables)
    if code:
        [error] = answer["errors"]
        assert (error["extensions"]["code"], error["path"]) == (code, ["it"])
        assert answer["data"]["it"] is None
    assert answer["data"]["basis"]["t"]


async def test_a_cursor_of_another_search_is_refused(sample: Served) -> None:
    ask = """query ($text: String!, $types: [EntityType!], $after: String) {
      search(text: $text, types: $types, first: 1, after: $after) { edges { cursor } }
    }"""
    first = await sample.ask(ask, {"text": "home"})
    cursor = first["search"]["edges"][0]["cursor"]
    again = await sample.ask(ask, {"text": "home", "after": cursor})
    assert again["search"]["edges"][0]["cursor"] != cursor
    assert await sample.refusal(ask, {"text": "play", "after": cursor}) == "INVALID_CURSOR"
    asked = {"text": "home", "types": ["Dataset"], "after": cursor}
    assert await sample.refusal(ask, asked) == "INVALID_CURSOR"


async def test_names_come_before_what_is_said_of_other_things(sample: Served) -> None:
    ask = 'query { search(text: "home ranker", first: 3) { edges { score node { urn } } } }'
    edges = (await sample.ask(ask))["search"]["edges"]
    assert edges[0]["node"]["urn"] == "hw://model/registry/home-ranker"
    assert [each["score"] // 1_000_000 for each in edges] == [4, 3, 3]


async def test_fields_and_fragments_are_answered_under_their_keys(sample: Served) -> None:
    ask = """query {
      found: search(text: "playback events", first: 1) {
        __typename
        rows: edges {
          __typename
          how: score
          marks: highlights {
            __typename of: attribute what: text where: spans { __typename from: start to: end }
          }
        }
        counts: byType { __typename kind: type many: count }
      }
      again: suggest(text: "playback e", first: 1) {
        __typename name: text where: spans { to: end }
      }
    }"""
    data = await sample.ask_once(ask)
    [row] = data["found"]["rows"]
    assert data["found"]["__typename"] == "SearchConnection"
    assert row["__typename"] == "SearchEdge"
    assert row["marks"][0]["__typename"] == "Highlight"
    assert row["marks"][0]["where"][0] == {"__typename": "Span", "from": 0, "to": 8}
    assert data["found"]["counts"][0]["__typename"] == "SearchCount"
    assert data["again"][0]["__typename"] == "Suggestion"
    assert data["again"][0]["where"][0] == {"to": 8}


async def test_pages_give_every_row_once_while_others_write(sample: Served) -> None:
    page = """query ($after: String) {
      search(text: "home* or play* or ads*", first: 7, after: $after) {
        totalCount basis { t } edges { cursor score node { urn } } pageInfo { hasNextPage }
      }
    }"""
    whole = """query ($at: TimePoint) {
      search(text: "home* or play* or ads*", first: 1000, asOf: $at) {
        edges { score node { urn } }
      }
    }"""
    rows: list[Any] = []
    after, t = None, None
    while True:
        found = (await sample.ask_once(page, {"after": after}))["search"]
        t = t or found["basis"]["t"]
        assert found["basis"]["t"] == t
        rows += found["edges"]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["edges"][-1]["cursor"]
        await _rename(sample, rows[-1]["node"]["urn"], len(rows))
    told = [{"score": row["score"], "node": row["node"]} for row in rows]
    assert told == (await sample.ask(whole, {"at": int(t)}))["search"]["edges"]
    assert len(told) == found["totalCount"] > 20


async def _rename(served: Served, urn: str, number: int) -> None:
    """Give an entity another urn's name: what fitted by its name fits no more."""
    write = "mutation ($it: TransactionInput!) { transact(transaction: $it) { transaction { t } } }"
    of = (await served.ask("query ($id: ID!) { entity(id: $id) { type } }", {"id": urn}))["entity"]
    said = {"type": of["type"], "urn": urn, "name": f"renamed {number}"}
    await served.ask(write, {"it": {"upsert": [said]}})
