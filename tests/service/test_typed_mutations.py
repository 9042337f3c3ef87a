"""The mutations that the catalog makes: what they write and refuse, and where they say so."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from schema.execution.statements import Statements, statements
from tests.service.conftest import Asking

RAW, CLEAN = "hw://dataset/x/raw", "hw://dataset/x/clean"
MODEL, TEAM = "hw://model/x/ranker", "hw://team/x/core"

_UPSERT = """mutation (
  $items: [DatasetInput!]!, $about: TransactionAbout, $ifBasis: Long, $key: String, $dry: Boolean
) {
  upsertDatasets(
    items: $items, about: $about, ifBasis: $ifBasis, idempotencyKey: $key, dryRun: $dry
  ) {
    transaction { t }
    basis { t }
    facts { entity { urn } attribute value op }
    redundant
    replayed
    stubs { urn type }
  }
}"""


async def _written(
    asking: Asking, mutation: str, variables: Mapping[str, object] | None = None
) -> Any:
    response = await asking.ask(mutation, variables)
    assert response.errors == []
    [report] = (response.data or {}).values()
    return report


async def _refused(
    asking: Asking, mutation: str, variables: Mapping[str, object] | None = None
) -> Any:
    response = await asking.ask(mutation, variables)
    [error] = response.errors
    assert response.data is None or set(response.data.values()) == {None}
    return error


async def _dataset(asking: Asking, urn: str, fields: str) -> Any:
    data = await asking.data(f'{{ dataset(id: "{urn}") {{ {fields} }} }}')
    return data["dataset"]


async def test_an_upsert_sets_what_it_names_and_reports_it(asking: Asking) -> None:
    item = {"urn": RAW, "name": "events", "kind": "VIEW", "tags": ["a"], "rows": "7"}
    report = await _written(asking, _UPSERT, {"items": [item]})
    assert report["transaction"] == {"t": "5"}
    told = {(fact["attribute"], fact["value"], fact["op"]) for fact in report["facts"]}
    assert told == {
        ("Dataset/name", "raw events", "RETRACT"),
        ("Dataset/name", "events", "ASSERT"),
        ("Dataset/kind", "TABLE", "RETRACT"),
        ("Dataset/kind", "VIEW", "ASSERT"),
        ("Dataset/tags", "b", "RETRACT"),
        ("Dataset/rows", "9007199254740993", "RETRACT"),
        ("Dataset/rows", "7", "ASSERT"),
    }
    found = await _dataset(asking, RAW, "name kind tags rows price")
    assert found == {"name": "events", "kind": "VIEW", "tags": ["a"], "rows": "7", "price": "1.5"}


async def test_null_is_retracted_and_what_is_absent_stays(asking: Asking) -> None:
    by_literal = """mutation { upsertDatasets(items: [{urn: "hw://dataset/x/raw", rows: null}]) {
      redundant
    } }"""
    await _written(asking, by_literal)
    found = await _dataset(asking, RAW, "name rows price tags")
    assert found == {"name": "raw events", "rows": None, "price": "1.5", "tags": ["a", "b"]}
    await _written(asking, _UPSERT, {"items": [{"urn": RAW, "price": None, "tags": None}]})
    found = await _dataset(asking, RAW, "name rows price tags")
    assert found["name"] == "raw events"
    assert (found["price"], found["tags"] or []) == (None, [])


async def test_a_variable_that_is_not_given_leaves_the_attribute_as_it_is(asking: Asking) -> None:
    mutation = """mutation ($name: String, $rows: Long) {
      upsertDatasets(items: [{urn: "hw://dataset/x/raw", name: $name, rows: $rows}]) { redundant }
    }"""
    await _written(asking, mutation, {"name": "given"})
    assert await _dataset(asking, RAW, "name rows") == {"name": "given", "rows": "9007199254740993"}
    await _written(asking, mutation, {"rows": None})
    assert await _dataset(asking, RAW, "name rows") == {"name": "given", "rows": None}


async def test_an_entity_may_be_named_by_its_id(asking: Asking) -> None:
    known = await _dataset(asking, RAW, "id")
    await _written(asking, _UPSERT, {"items": [{"urn": known["id"], "name": "by id"}]})
    assert await _dataset(asking, RAW, "name") == {"name": "by id"}


async def test_relations_link_and_never_unlink(asking: Asking) -> None:
    new = {
        "urn": "hw://dataset/x/new",
        "name": "new",
        "upstream": [RAW, "hw://dataset/x/far"],
        "downstream": [CLEAN],
        "owners": [TEAM],
    }
    report = await _written(asking, _UPSERT, {"items": [new]})
    assert report["stubs"] == [{"urn": "hw://dataset/x/far", "type": "Dataset"}]
    fields = "upstream { nodes { urn } } downstream { nodes { urn } } owners { nodes { name } }"
    found = await _dataset(asking, "hw://dataset/x/new", fields)
    assert {each["urn"] for each in found["upstream"]["nodes"]} == {RAW, "hw://dataset/x/far"}
    assert found["downstream"]["nodes"] == [{"urn": CLEAN}]
    assert found["owners"]["nodes"] == [{"name": "Core"}]
    for upstream in ([], [RAW]):
        again = {"urn": "hw://dataset/x/new", "upstream": upstream}
        report = await _written(asking, _UPSERT, {"items": [again]})
        assert report["transaction"] is None
    found = await _dataset(asking, "hw://dataset/x/new", "upstream { totalCount }")
    assert found == {"upstream": {"totalCount": 2}}


async def test_a_relation_to_one_moves(asking: Asking) -> None:
    mutation = """mutation { upsertModels(items: [
      {urn: "hw://model/x/ranker", team: "hw://team/x/other"}
    ]) { stubs { urn type } } }"""
    report = await _written(asking, mutation)
    assert report["stubs"] == [{"urn": "hw://team/x/other", "type": "Team"}]
    data = await asking.data('{ model(id: "hw://model/x/ranker") { team { urn } } }')
    assert data == {"model": {"team": {"urn": "hw://team/x/other"}}}


async def test_a_relation_that_is_null_is_refused(asking: Asking) -> None:
    items = [{"urn": RAW}, {"urn": CLEAN, "owners": None}]
    error = await _refused(asking, _UPSERT, {"items": items})
    assert "unlinkOwnedBy" in error["message"]
    assert error["path"] == ["upsertDatasets"]
    told = {"argument": "items", "index": 1, "field": "owners", "where": "items[1].owners"}
    assert told.items() <= error["extensions"].items()


async def test_edges_are_linked_with_properties_and_unlinked(asking: Asking) -> None:
    link = """mutation ($weight: Float) {
      linkDerivedFrom(links: [
        {from: "hw://dataset/x/clean", to: "hw://dataset/x/raw", weight: $weight}
      ]) { transaction { t } redundant }
    }"""
    edges = "upstream { edges { node { urn } edge { weight } } }"
    await _written(asking, link, {"weight": 0.25})
    found = await _dataset(asking, CLEAN, edges)
    assert found["upstream"]["edges"] == [{"node": {"urn": RAW}, "edge": {"weight": 0.25}}]
    report = await _written(asking, link)
    assert (report["transaction"], report["redundant"]) == (None, 1)
    await _written(asking, link, {"weight": None})
    found = await _dataset(asking, CLEAN, edges)
    assert found["upstream"]["edges"] == [{"node": {"urn": RAW}, "edge": {"weight": None}}]
    unlink = """mutation { unlinkDerivedFrom(links: [
      {from: "hw://dataset/x/clean", to: "hw://dataset/x/raw"}
      {from: "hw://dataset/x/clean", to: "hw://dataset/x/raw", key: "another"}
    ]) { redundant } }"""
    assert await _written(asking, unlink) == {"redundant": 1}
    assert (await _dataset(asking, CLEAN, edges))["upstream"]["edges"] == []


async def test_a_new_end_of_an_edge_takes_the_type_that_is_told(asking: Asking) -> None:
    link = """mutation { linkOwnedBy(links: [
      {from: "hw://dataset/x/raw", to: "hw://team/x/late", toType: Team}
    ]) { stubs { urn type } } }"""
    report = await _written(asking, link)
    assert report["stubs"] == [{"urn": "hw://team/x/late", "type": "Team"}]


async def test_only_what_is_of_the_type_is_retracted(asking: Asking) -> None:
    mutation = """mutation ($ids: [ID!]!) { retractDatasets(ids: $ids) { redundant } }"""
    error = await _refused(asking, mutation, {"ids": [RAW, MODEL]})
    assert error["extensions"]["code"] == "TYPE_CONFLICT"
    assert error["extensions"]["index"] == 1
    assert error["message"].startswith("ids[1]: hw://model/x/ranker is of type Model, not Dataset")
    assert (await _dataset(asking, RAW, "lifecycle"))["lifecycle"] == "ENRICHED"
    report = await _written(asking, mutation, {"ids": [RAW, "hw://dataset/x/nobody"]})
    assert report == {"redundant": 1}
    assert (await _dataset(asking, RAW, "lifecycle"))["lifecycle"] == "DELETED"


async def test_who_and_why_are_recorded(asking: Asking) -> None:
    about = {
        "instant": "2024-04-01T00:00:00Z",
        "source": "by hand",
        "actor": "ann",
        "reason": "to see",
    }
    items = [{"urn": RAW, "name": "told"}]
    await _written(asking, _UPSERT, {"items": items, "about": about})
    data = await asking.data("{ transactions(first: 1) { nodes { instant source actor reason } } }")
    assert data == {"transactions": {"nodes": [about]}}


async def test_a_basis_a_key_and_a_dry_run_are_as_with_transact(asking: Asking) -> None:
    items = [{"urn": RAW, "name": "once"}]
    error = await _refused(asking, _UPSERT, {"items": items, "ifBasis": "3"})
    assert error["extensions"]["code"] == "BASIS_CONFLICT"
    dry = """mutation ($items: [DatasetInput!]!) { upsertDatasets(items: $items, dryRun: true) {
      transaction { t } facts { attribute value op }
    } }"""
    report = await _written(asking, dry, {"items": items})
    assert report["transaction"] is None
    assert {"attribute": "Dataset/name", "value": "once", "op": "ASSERT"} in report["facts"]
    assert await _dataset(asking, RAW, "name") == {"name": "raw events"}
    given = {"items": items, "ifBasis": 4, "key": "k"}
    first = await _written(asking, _UPSERT, given)
    second = await _written(asking, _UPSERT, given)
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["transaction"] == second["transaction"] == {"t": "5"}


async def test_fields_of_one_operation_are_transactions_in_their_order(asking: Asking) -> None:
    mutation = """mutation {
      upsertDatasets(items: [{urn: "hw://dataset/x/two", name: "two"}]) { transaction { t } }
      linkDerivedFrom(links: [{from: "hw://dataset/x/two", to: "hw://dataset/x/raw"}]) {
        transaction { t }
      }
      bad: linkDerivedFrom(links: [{from: "hw://dataset/x/two", to: "hw://team/x/core"}]) {
        transaction { t }
      }
      retractDatasets(ids: ["hw://dataset/x/two"]) { transaction { t } }
    }"""
    response = await asking.ask(mutation)
    assert response.data == {
        "upsertDatasets": {"transaction": {"t": "5"}},
        "linkDerivedFrom": {"transaction": {"t": "6"}},
        "bad": None,
        "retractDatasets": {"transaction": {"t": "7"}},
    }
    assert [error["extensions"]["code"] for error in response.errors] == ["EDGE_END_TYPE"]
    assert response.basis is not None
    assert response.basis.t == 7


async def test_a_refusal_names_the_item_that_is_at_fault(asking: Asking) -> None:
    long = "x" * (2**20 + 1)
    fine = {"urn": CLEAN, "name": "fine"}
    for item, code, field in (
        ({"urn": RAW, "name": long}, "WRONG_VALUE", "name"),
        ({"urn": "raw"}, "MALFORMED_URN", None),
        ({"urn": MODEL}, "TYPE_CONFLICT", None),
        ({"urn": RAW, "upstream": [CLEAN, TEAM]}, "TYPE_CONFLICT", "upstream[1]"),
        ({"urn": RAW, "owners": [MODEL]}, "EDGE_END_TYPE", "owners[0]"),
    ):
        error = await _refused(asking, _UPSERT, {"items": [fine, item]})
        told = error["extensions"]
        assert (told["code"], told["argument"], told["index"]) == (code, "items", 1)
        assert told.get("field") == field
        where = "items[1]" if field is None else f"items[1].{field}"
        assert told["where"] == where
        assert error["message"].startswith(f"{where}: ")
        assert error["path"] == ["upsertDatasets"]
    assert await _dataset(asking, CLEAN, "name") == {"name": "clean"}


async def test_many_items_are_read_in_a_thread_and_refused_as_few_are(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_main: list[bool] = []

    def noted(*given: Any) -> Statements:
        in_main.append(threading.current_thread() is threading.main_thread())
        return statements(*given)

    monkeypatch.setattr("schema.execution.mutations.statements", noted)
    monkeypatch.setattr("schema.execution.mutations._MANY", 3)
    items = [{"urn": f"hw://dataset/x/many{number}", "name": "n"} for number in range(3)]
    await _written(asking, _UPSERT, {"items": items[:2]})
    await _written(asking, _UPSERT, {"items": items})
    error = await _refused(asking, _UPSERT, {"items": [*items, {"urn": "many", "name": "n"}]})
    assert error["extensions"]["index"] == 3
    assert in_main == [True, False, False]


async def test_what_no_type_allows_is_refused_before_anything_is_written(asking: Asking) -> None:
    for item, word in (
        ({"name": "nameless"}, "urn"),
        ({"urn": RAW, "size": 1}, "size"),
        ({"urn": RAW, "kind": "INDEX"}, "kind"),
        ({"urn": RAW, "tags": ["a", None]}, "tags"),
        ({"urn": RAW, "upstream": [None]}, "upstream"),
        ({"urn": None}, "urn"),
        (None, "items"),
    ):
        error = await _refused(asking, _UPSERT, {"items": [{"urn": CLEAN, "name": "x"}, item]})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert word in error["message"]
    for item in ({"urn": RAW, "rows": 2**63}, {"urn": RAW, "created": "yesterday"}):
        error = await _refused(asking, _UPSERT, {"items": [item]})
        assert error["extensions"]["code"] == "WRONG_VALUE"
    assert (await asking.data("{ basis { t } }"))["basis"] == {"t": "4"}


async def test_nothing_said_writes_nothing(asking: Asking) -> None:
    for mutation in (
        "upsertDatasets(items: [])",
        "retractDatasets(ids: [])",
        "linkDerivedFrom(links: [])",
        "unlinkDerivedFrom(links: [])",
    ):
        report = await _written(asking, f"mutation {{ {mutation} {{ transaction {{ t }} }} }}")
        assert report == {"transaction": None}


async def test_a_report_may_be_asked_with_variables(asking: Asking) -> None:
    mutation = """mutation ($items: [DatasetInput!]!, $t: Int, $transaction: [String!]) {
      upsertDatasets(items: $items) {
        facts { entity { ... on Dataset {
          upstream(first: $t, where: {tags: {hasAny: $transaction}}) { totalCount nodes { urn } }
        } } }
      }
    }"""
    for tags, found in ((["a"], [{"urn": RAW}]), (["c"], [])):
        items = [{"urn": CLEAN, "name": f"clean {tags}"}]
        given = {"items": items, "t": 1, "transaction": tags}
        report = await _written(asking, mutation, given)
        expected = {"totalCount": len(found), "nodes": found}
        assert {"entity": {"upstream": expected}} in report["facts"]
