"""What caches may do with the answer to a GET: ask again by its ETag, or keep it for ever."""

from typing import Any

import httpx

from service.cli.schema import applied_to
from service.http_accept import GRAPHQL
from service.http_cache import ASKED_AGAIN, KEPT_FOR_EVER, NEVER_KEPT
from store.database import Database
from tests.service.conftest import Asking, serving

RAW, _CLEAN = "hw://dataset/x/raw", "hw://dataset/x/clean"
_NAME = f'{{ dataset(id: "{RAW}") {{ name }} }}'
_RENAME = {"upsert": [{"type": "Dataset", "urn": RAW, "name": "renamed"}]}
_ELSEWHERE = {"upsert": [{"type": "Team", "urn": "hw://team/x/other", "name": "Other"}]}
EVERYTHING = {
    "upsert": [
        {"type": "Dataset", "urn": RAW, "name": "last", "rows": "7", "tags": ["z"]},
        {"type": "Dataset", "urn": "hw://dataset/x/new", "name": "new"},
    ],
    "link": [
        {"type": "DerivedFrom", "from": "hw://dataset/x/new", "to": RAW},
        {"type": "OwnedBy", "from": RAW, "to": "hw://team/x/new", "toType": "Team"},
    ],
    "unlink": [{"type": "TrainedOn", "from": "hw://model/x/ranker", "to": _CLEAN}],
    "retract": [_CLEAN],
}

# What is asked as of @T, at which the world is full, has its answer for ever.
PINNED = {
    "entity": "{ entity(id: RAW, asOf: @T) { urn lifecycle changedAt { t } } }",
    "node": "{ node(id: RAW, asOf: @T) { id ... on Dataset { name tags } } }",
    "nodes": '{ nodes(ids: [RAW, "hw://no"], asOf: @T) { ... on Dataset { name } } }',
    "lookup": "{ dataset(id: RAW, asOf: @T) { name rows downstream { nodes { name } } } }",
    "list": "{ datasets(asOf: @T) { totalCount nodes { name owners { totalCount } } } }",
    "interface": "{ owners(asOf: @T) { nodes { urn name } } }",
    "history": "{ dataset(id: RAW, asOf: @T) { history { nodes { attribute op } } } }",
    "transactions": "{ transactions(asOf: @T) { nodes { t facts { totalCount } } } }",
    "lineage": """{ lineage(of: RAW, asOf: @T) {
        complete nodes { urn inDegree outDegree rank } edges { type } basis { t instant } } }""",
    "impact": "{ impact(of: RAW, asOf: @T) { totalCount nodes { urn } } }",
    "datalog": "{ datalog(query: NAMES, asOf: @T) { rows complete } }",
    "datalog of a history": "{ datalog(query: NAMES, asOf: @T, history: true) { rows } }",
    "datalog since": "{ datalog(query: NAMES, asOf: @T, since: 2) { rows } }",
    "variable": "query ($t: TimePoint = @T) { dataset(id: RAW, asOf: $t) { name } }",
    "fragment": "{ ...Named } fragment Named on Query { dataset(id: RAW, asOf: @T) { name } }",
    "two": "{ a: dataset(id: RAW, asOf: @T) { name } b: dataset(id: RAW, asOf: 2) { name } }",
    "nested": "{ dataset(id: CLEAN, asOf: @T) { upstream(asOf: 2) { nodes { name } } } }",
    "page": "{ datasets(asOf: @T, first: 1) { nodes { name } pageInfo { endCursor } } }",
    "introspection": "{ __schema { queryType { name } } dataset(id: RAW, asOf: @T) { name } }",
    "typename": "{ __typename }",
}

OF_NOW = {
    "no time": "{ dataset(id: RAW) { name } }",
    "null": "{ dataset(id: RAW, asOf: null) { name } }",
    "variable left out": "query ($no: TimePoint) { dataset(id: RAW, asOf: $no) { name } }",
    "an instant": '{ dataset(id: RAW, asOf: "2024-02-15") { name } }',
    "in the future": "{ dataset(id: RAW, asOf: 1000000) { name } }",
    "one of two": "{ a: dataset(id: RAW, asOf: @T) { name } b: dataset(id: RAW) { name } }",
    "in a fragment": """{ a: dataset(id: RAW, asOf: @T) { name } ...Now }
        fragment Now on Query { b: dataset(id: RAW) { name } }""",
    "an instant below": """{ dataset(id: CLEAN, asOf: @T) {
        upstream(asOf: "2024-02-15") { totalCount } } }""",
    "basis": "{ basis { t } }",
    "list": "{ datasets { totalCount } }",
    "transactions": "{ transactions { nodes { t } } }",
    "lineage": "{ lineage(of: RAW) { complete } }",
    "datalog": "{ datalog(query: NAMES) { rows } }",
    "datalog, an instant": '{ datalog(query: NAMES, asOf: "2024-02-15") { rows } }',
    "datalog, since now": "{ datalog(query: NAMES, since: 2) { rows } }",
    "datalog, since an instant": """{
        datalog(query: NAMES, asOf: @T, since: "2024-02-15") { rows } }""",
    "entities of a router": """{
        _entities(representations: [{__typename: "Dataset", urn: RAW}]) { __typename } }""",
    "explain": '{ explain(query: "{ datasets(asOf: 1) { totalCount } }") { sql } }',
    "a fault": '{ lineage(of: "hw://nobody", asOf: @T) { complete } }',
}

T = 4


def _said(query: str, t: int = T) -> str:
    names = '"[:find ?n :where [?d :Dataset/name ?n]]"'
    words = {"RAW": f'"{RAW}"', "CLEAN": f'"{_CLEAN}"', "NAMES": names, "@T": str(t)}
    for word, meaning in words.items():
        query = query.replace(word, meaning)
    return query


async def _fixed(asking: Asking, query: str) -> httpx.Response:
    """Ask by GET, with the hash of the schema."""
    parameters = {"query": _said(query), "schema": asking.executor.live.current.hash}
    return await asking.http.get("/graphql", params=parameters)


async def write(asking: Asking, transaction: dict[str, Any]) -> int:
    """Write a transaction, and return its t."""
    query = "mutation ($it: TransactionInput!) { transact(transaction: $it) { basis { t } } }"
    answer = await asking.ask(query, {"it": transaction})
    assert answer.errors == []
    return int((answer.data or {})["transact"]["basis"]["t"])


async def _get(asking: Asking, query: str, **headers: str) -> httpx.Response:
    return await asking.http.get("/graphql", params={"query": query}, headers=headers)


async def test_whoever_has_the_answer_is_told_so_until_its_data_change(asking: Asking) -> None:
    first = await _get(asking, _NAME)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == ASKED_AGAIN
    again = await _get(asking, _NAME, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in again.headers

    t = await write(asking, _ELSEWHERE)
    elsewhere = await _get(asking, _NAME, **{"If-None-Match": f'"x", {tag}'})
    assert elsewhere.status_code == 304
    assert elsewhere.headers["headwater-basis"] == str(t)

    await write(asking, _RENAME)
    changed = await _get(asking, _NAME, **{"If-None-Match": tag})
    assert changed.json()["data"] == {"dataset": {"name": "renamed"}}
    assert changed.headers["etag"] != tag


async def test_tags_are_compared_weakly_and_a_star_is_any(asking: Asking) -> None:
    tag = (await _get(asking, _NAME)).headers["etag"]
    assert tag.startswith('W/"')
    for known in (tag.removeprefix("W/"), "*", f'W/"other",{tag}'):
        assert (await _get(asking, _NAME, **{"If-None-Match": known})).status_code == 304
    for other in ('W/"other"', "", tag.removesuffix('"')):
        assert (await _get(asking, _NAME, **{"If-None-Match": other})).status_code == 200


async def test_each_type_of_answer_and_each_schema_has_a_tag_of_its_own(
    asking: Asking, world_url: str
) -> None:
    tag = (await _get(asking, _NAME)).headers["etag"]
    other = await _get(asking, _NAME, **{"If-None-Match": tag, "Accept": GRAPHQL})
    assert other.status_code == 200
    before = asking.executor.live.current.hash
    async with Database.open(world_url) as database:
        await applied_to(database, "type Report @entity { title: String }")
        schema_t = (await database.clock()).schema_t
    await asking.executor.live.at_least(schema_t)
    newer = await _get(asking, _NAME, **{"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["headwater-schema"] not in {before, ""}


async def test_a_post_has_no_tag_and_a_refusal_is_never_kept(asking: Asking) -> None:
    posted = await asking.http.post("/graphql", json={"query": _NAME})
    assert "etag" not in posted.headers
    assert posted.headers["headwater-schema"] == asking.executor.live.current.hash
    for query in ("{", "{ nothing }"):
        refused = await _get(asking, query, **{"If-None-Match": "*"})
        assert (refused.headers["cache-control"], "etag" in refused.headers) == (NEVER_KEPT, False)


async def test_what_is_as_of_a_t_is_kept_for_ever_and_never_changes(asking: Asking) -> None:
    before = {name: await _fixed(asking, query) for name, query in PINNED.items()}
    for name, found in before.items():
        assert "errors" not in found.json(), name
        assert found.headers["cache-control"] == KEPT_FOR_EVER, name
    assert await write(asking, EVERYTHING) == T + 1
    for name, found in before.items():
        later = await _fixed(asking, PINNED[name])
        assert later.json()["data"] == found.json()["data"], name
        assert later.headers["etag"] == found.headers["etag"], name
        assert later.headers["cache-control"] == KEPT_FOR_EVER, name
        if name not in {"nested", "typename"}:  # They do not see what was written.
            assert await asking.data(_said(PINNED[name], T + 1)) != found.json()["data"], name


async def test_what_depends_on_now_is_asked_again(asking: Asking) -> None:
    for name, query in OF_NOW.items():
        found = await _fixed(asking, query)
        assert found.json()["data"] is not None, name
        assert found.headers["cache-control"] == ASKED_AGAIN, name


async def test_the_pages_after_one_as_of_a_t_are_kept_too(asking: Asking) -> None:
    first = await asking.data(_said(PINNED["page"]))
    cursor = first["datasets"]["pageInfo"]["endCursor"]
    query = f'{{ datasets(first: 1, after: "{cursor}") {{ nodes {{ name }} }} }}'
    # The cursor of a list that was asked as of a t belongs to that t.
    assert (await _fixed(asking, query)).headers["cache-control"] == KEPT_FOR_EVER


async def test_without_the_hash_of_the_schema_nothing_is_kept(asking: Asking) -> None:
    query = _said(PINNED["lookup"])
    for schema in ({}, {"schema": ""}, {"schema": "0" * 32}):
        found = await asking.http.get("/graphql", params={"query": query, **schema})
        assert found.json()["data"]["dataset"]["name"] == "raw events"
        assert found.headers["cache-control"] == ASKED_AGAIN
        assert found.headers["headwater-schema"] == asking.executor.live.current.hash


async def test_the_hash_is_the_same_in_every_process(asking: Asking, world_url: str) -> None:
    async with serving(world_url) as other:
        assert other.executor.live.current.hash == asking.executor.live.current.hash
    async with serving(world_url, page_size=7) as other:
        assert other.executor.live.current.hash != asking.executor.live.current.hash
