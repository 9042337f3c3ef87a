"""The mutation `transact`, and reading what was written."""

import asyncio

from schema.execution.requests import Request
from store.ids import T
from tests.service.conftest import Asking, serving

_WRITE = """mutation ($it: TransactionInput!, $ifBasis: Long, $key: String, $dry: Boolean) {
  transact(transaction: $it, ifBasis: $ifBasis, idempotencyKey: $key, dryRun: $dry) {
    transaction { t source reason facts { totalCount } }
    basis { t }
    facts { entity { urn ... on Dataset { name } } attribute value op transaction { t } }
    redundant replayed
    stubs { urn type lifecycle }
  }
}"""

_DRY = """mutation ($it: TransactionInput!) {
  transact(transaction: $it, dryRun: true) {
    transaction { t }
    facts { entity { urn lifecycle ... on Dataset { name } } attribute value op }
    stubs { urn lifecycle __typename }
  }
}"""


def _named(name: str) -> dict[str, object]:
    return {"upsert": [{"type": "Dataset", "urn": "hw://dataset/x/raw", "name": name}]}


async def test_a_transaction_is_written_and_reported(asking: Asking) -> None:
    given = {
        "source": "by hand",
        "reason": "to see",
        "upsert": [{"type": "Dataset", "urn": "hw://dataset/x/new", "name": "new"}],
        "link": [{"type": "DerivedFrom", "from": "hw://dataset/x/new", "to": "hw://dataset/x/far"}],
    }
    response = await asking.ask(_WRITE, {"it": given})
    assert response.errors == []
    report = (response.data or {})["transact"]
    assert report["transaction"]["t"] == "5"
    assert report["transaction"]["source"] == "by hand"
    assert report["basis"] == {"t": "5"}
    stub = {"urn": "hw://dataset/x/far", "type": "Dataset", "lifecycle": "UNCACHED"}
    assert report["stubs"] == [stub]
    facts = {(fact["entity"]["urn"], fact["attribute"], fact["value"]) for fact in report["facts"]}
    assert ("hw://dataset/x/new", "Dataset/name", "new") in facts
    assert report["transaction"]["facts"]["totalCount"] == len(report["facts"])
    assert response.basis is not None
    assert response.basis.t == 5


async def test_t_and_instant_of_a_report_are_told_without_a_read(asking: Asking) -> None:
    write = """mutation ($it: TransactionInput!, $dry: Boolean) {
      transact(transaction: $it, dryRun: $dry) {
        report: transaction { kind: __typename t at: instant } basis { t }
      }
    }"""
    before = asking.statements
    response = await asking.ask(write, {"it": _named("told")})
    assert asking.statements == before
    assert response.errors == []
    told = response.data["transact"]
    assert told["basis"] == {"t": "5"}
    query = '{ node(id: "T5") { ... on Transaction { kind: __typename t at: instant } } }'
    assert told["report"] == (await asking.data(query))["node"]
    for variables in ({"it": _named("told")}, {"it": _named("dry"), "dry": True}):
        response = await asking.ask(write, variables)
        assert response.data == {"transact": {"report": None, "basis": {"t": "5"}}}


async def test_each_request_of_a_document_is_asked_for_itself(asking: Asking) -> None:
    write = """mutation ($urn: ID!, $name: String!, $brief: Boolean!) {
      transact(transaction: {upsert: [{type: "Dataset", urn: $urn, name: $name}]}) {
        basis { t } redundant @skip(if: $brief)
        facts @skip(if: $brief) { entity { urn } value }
      }
      again: transact(transaction: {}) @skip(if: $brief) { redundant }
    }"""
    for t, brief in enumerate((True, False, True, False), 5):
        given = {"urn": f"hw://dataset/x/{t}", "name": f"number {t}", "brief": brief}
        response = await asking.ask(write, given)
        assert response.errors == []
        told = response.data["transact"]
        assert told.pop("basis") == {"t": str(t)}
        assert ("again" in response.data) == ("redundant" in told) == ("facts" in told) != brief
        assert {each["entity"]["urn"] for each in told.get("facts", ())} <= {given["urn"]}
        found = await asking.data("query ($urn: ID!) { dataset(id: $urn) { name } }", given)
        assert found == {"dataset": {"name": given["name"]}}


async def test_nul_inside_a_literal_is_refused_each_time(asking: Asking) -> None:
    write = """mutation ($name: String!) {
      transact(transaction: {upsert: [{type: "Dataset", urn: "hw://dataset/x/nul", name: $name}]}) {
        basis { t }
      }
    }"""
    first = await asking.ask(write, {"name": "a\0"})
    assert "NUL" in first.errors[0]["message"]
    assert (await asking.ask(write, {"name": "a"})).errors == []
    again = await asking.ask(write, {"name": "b\0"})
    assert (again.errors, again.data) == (first.errors, first.data)


async def test_a_report_of_which_nothing_is_told_is_read(asking: Asking) -> None:
    write = """mutation ($it: TransactionInput!) {
      transact(transaction: $it) { transaction { source t } }
    }"""
    response = await asking.ask(write, {"it": {**_named("read"), "source": "a job"}})
    assert response.errors == []
    assert response.data == {"transact": {"transaction": {"source": "a job", "t": "5"}}}


async def test_what_is_written_is_read_at_once(asking: Asking) -> None:
    await asking.ask(_WRITE, {"it": _named("renamed")})
    data = await asking.data('{ dataset(id: "hw://dataset/x/raw") { name } }')
    assert data == {"dataset": {"name": "renamed"}}


async def test_what_is_not_new_makes_no_transaction(asking: Asking) -> None:
    response = await asking.ask(_WRITE, {"it": _named("raw events")})
    report = (response.data or {})["transact"]
    assert report["transaction"] is None
    assert report["facts"] == report["stubs"] == []
    assert report["redundant"] == 1
    assert report["basis"] == {"t": "4"}


async def test_a_dry_run_writes_nothing(asking: Asking) -> None:
    response = await asking.ask(_DRY, {"it": _named("dry")})
    assert response.errors == []
    report = (response.data or {})["transact"]
    assert report["transaction"] is None
    entity = {"urn": "hw://dataset/x/raw", "lifecycle": "ENRICHED", "name": "raw events"}
    assert report["facts"] == [
        {"entity": entity, "attribute": "Dataset/name", "value": "raw events", "op": "RETRACT"},
        {"entity": entity, "attribute": "Dataset/name", "value": "dry", "op": "ASSERT"},
    ]
    data = await asking.data('{ dataset(id: "hw://dataset/x/raw") { name } }')
    assert data == {"dataset": {"name": "raw events"}}


async def test_a_dry_run_tells_what_would_come_to_be(asking: Asking) -> None:
    upsert = {"type": "Dataset", "urn": "hw://a", "name": "A", "tags": ["y", "x"]}
    link = {"type": "DerivedFrom", "from": "hw://a", "to": "hw://b"}
    response = await asking.ask(_DRY, {"it": {"upsert": [upsert], "link": [link]}})
    assert response.errors == []
    report = (response.data or {})["transact"]
    stub = {"urn": "hw://b", "lifecycle": "UNCACHED", "__typename": "Dataset"}
    assert report["stubs"] == [stub]
    entity = {"urn": "hw://a", "lifecycle": "ENRICHED", "name": "A"}
    assert [fact for fact in report["facts"] if fact["attribute"] == "entity/type"] == [
        {"entity": entity, "attribute": "entity/type", "value": "Dataset", "op": "ASSERT"},
        {
            "entity": {"urn": "hw://b", "lifecycle": "UNCACHED", "name": None},
            "attribute": "entity/type",
            "value": "Dataset",
            "op": "ASSERT",
        },
    ]
    assert await asking.data('{ entity(id: "hw://a") { id } }') == {"entity": None}


async def test_a_dry_run_has_no_transaction_to_tell_of(asking: Asking) -> None:
    response = await asking.ask(_WRITE, {"it": _named("dry"), "dry": True})
    assert response.data == {"transact": None}
    assert response.errors[0]["extensions"]["code"] == "NOT_ON_DRY_RUN"


async def test_an_idempotency_key_is_replayed(asking: Asking) -> None:
    given = {"it": _named("once"), "key": "k1"}
    first = ((await asking.ask(_WRITE, given)).data or {})["transact"]
    second = ((await asking.ask(_WRITE, given)).data or {})["transact"]
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["transaction"] == second["transaction"]


async def test_mutations_are_done_in_their_order(asking: Asking) -> None:
    response = await asking.ask(
        """mutation ($a: TransactionInput!, $b: TransactionInput!) {
          a: transact(transaction: $a) { transaction { t } }
          b: transact(transaction: $b) { transaction { t } }
        }""",
        {"a": _named("a"), "b": _named("b")},
    )
    assert response.data == {"a": {"transaction": {"t": "5"}}, "b": {"transaction": {"t": "6"}}}


async def test_a_refused_transaction_says_why(asking: Asking) -> None:
    raw = "hw://dataset/x/raw"
    for given, code in (
        ({"upsert": [{"type": "Nothing", "urn": "hw://a"}]}, "UNKNOWN_TYPE"),
        ({"upsert": [{"type": "Dataset", "urn": "hw://a", "size": 1}]}, "UNKNOWN_ATTRIBUTE"),
        ({"upsert": [{"type": "Dataset", "urn": "hw://a", "rows": 2**63}]}, "WRONG_VALUE"),
        ({"upsert": [{"type": "Dataset", "urn": "hw://a", "name": "a\0"}]}, "WRONG_VALUE"),
        ({"upsert": [1]}, "MALFORMED_TRANSACTION"),
        ({"instant": "2020-01-01T00:00:00Z", **_named("x")}, "INSTANT_IN_PAST"),
        ({"instant": "2999-01-01T00:00:00Z", **_named("x")}, "INSTANT_IN_FUTURE"),
        ({"link": [{"type": "MadeBy", "from": raw, "to": "hw://b"}]}, "EDGE_END_TYPE"),
    ):
        response = await asking.ask(_WRITE, {"it": given})
        assert response.data == {"transact": None}
        [error] = response.errors
        assert error["path"] == ["transact"]
        assert error["extensions"]["code"] == code, given
        assert response.basis is not None
        assert response.basis.t == 4


async def test_a_basis_that_has_passed_is_a_conflict(asking: Asking) -> None:
    response = await asking.ask(_WRITE, {"it": _named("late"), "ifBasis": "3"})
    assert response.errors[0]["extensions"]["code"] == "BASIS_CONFLICT"
    response = await asking.ask(_WRITE, {"it": _named("in time"), "ifBasis": 4})
    assert response.errors == []


async def test_a_request_waits_for_the_t_it_asks_for(world_url: str) -> None:
    query = '{ dataset(id: "hw://dataset/x/raw") { name } }'
    request = Request(query, min_t=T(5))
    async with serving(world_url, min_t_wait=60) as asking:
        late = asyncio.create_task(asking.executor.execute(request))
        await asking.ask(_WRITE, {"it": _named("waited for")})
        assert (await late).data == {"dataset": {"name": "waited for"}}
        body = await asking.post(query, extensions={"minT": "5"})
        assert body["data"] == {"dataset": {"name": "waited for"}}


async def test_a_t_that_does_not_come_is_an_error(asking: Asking) -> None:
    headers = {"Headwater-Min-T": "99", "Accept": "application/graphql-response+json"}
    body = {"query": "{ basis { t } }"}
    response = await asking.http.post("/graphql", json=body, headers=headers)
    assert response.status_code == 503
    assert list(response.json()) == ["errors"]
    assert response.json()["errors"][0]["extensions"]["code"] == "BASIS_NOT_REACHED"
