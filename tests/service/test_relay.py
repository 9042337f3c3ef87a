"""Relay: global ids of whatever there is, and connections as the specification has them."""

from itertools import pairwise
from typing import Any

from tests.service.conftest import Asking

RAW = "hw://dataset/x/raw"

_IDS = """{
  datasets { nodes { id upstream { edges { edge { id } } } owners { edges { edge { id } } } } }
  owners { nodes { id } }
  models { nodes { id teamEdge { id } trainedOn { edges { edge { id } } } } }
  transactions { nodes { id } }
  unheard: entity(id: "hw://unheard/of") { id }
}"""
_PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  datasets(first: $first, after: $after, last: $last, before: $before, orderBy: [{name: ASC}]) {
    edges { cursor node { id } }
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}"""


def _ids(found: Any) -> set[str]:
    match found:
        case dict():
            below = (_ids(each) for each in found.values())
            return set().union(*below) | ({found["id"]} if "id" in found else set())
        case list():
            return set().union(*map(_ids, found))
        case _:
            return set()


async def test_every_id_leads_back_to_its_node_whatever_it_is_of(asking: Asking) -> None:
    ids = sorted(_ids(await asking.data(_IDS)))
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = (await asking.data(query, {"ids": ids}))["nodes"]
    assert [each["id"] for each in found] == ids
    # Every entity type of the catalog, every edge type, and transactions.
    assert {each["__typename"] for each in found} == {
        *("Dataset", "Team", "Model"),
        *("DerivedFrom", "OwnedBy", "TrainedOn", "MadeBy"),
        "Transaction",
    }
    for each in found:
        one = await asking.data("query ($id: ID!) { node(id: $id) { __typename id } }", each)
        assert one == {"node": each}


async def test_an_id_stays_whatever_is_renamed_or_retracted(asking: Asking) -> None:
    before = await asking.data(f'{{ dataset(id: "{RAW}") {{ id }} }}')
    written = await asking.ask(
        """mutation {
          upsertDatasets(items: [{urn: "hw://dataset/x/raw", name: "again"}]) { redundant }
          retractDatasets(ids: ["hw://dataset/x/raw"]) { redundant }
        }"""
    )
    assert written.errors == []
    after = await asking.data("query ($id: ID!) { node(id: $id) { id } }", before["dataset"])
    assert after["node"] == before["dataset"]


async def test_what_no_node_has_is_null(asking: Asking) -> None:
    for unknown in ("E1099511627776", "T99", "E1", "T0", "E-1", "x", "", "Unknown", "E" + "9" * 40):
        data = await asking.data("query ($id: ID!) { node(id: $id) { id } }", {"id": unknown})
        assert data == {"node": None}, unknown


async def _filled(asking: Asking, count: int) -> list[str]:
    items = [{"urn": f"hw://dataset/n/{n}", "name": f"n{n % 7}"} for n in range(count)]
    mutation = """mutation ($items: [DatasetInput!]!) {
      upsertDatasets(items: $items) { redundant }
    }"""
    assert (await asking.ask(mutation, {"items": items})).errors == []
    found = await asking.data(_PAGE, {"first": 100})
    return [each["id"] for each in found["datasets"]["nodes"]]


async def test_pages_put_together_are_the_list_forward_and_backward(asking: Asking) -> None:
    whole = await _filled(asking, 20)
    for size in (1, 3, 22, 30):
        assert await _walked(asking, {"first": size}, "after", "endCursor") == whole
        assert await _walked(asking, {"last": size}, "before", "startCursor") == whole


async def _walked(asking: Asking, size: dict[str, object], start: str, cursor: str) -> list[str]:
    forward, given, ids = start == "after", size, list[str]()
    while True:
        page = (await asking.data(_PAGE, given))["datasets"]
        found = [each["node"]["id"] for each in page["edges"]]
        assert found == [each["id"] for each in page["nodes"]]
        assert page["totalCount"] == 22
        info = page["pageInfo"]
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        ids = [*ids, *found] if forward else [*found, *ids]
        if not info["hasNextPage" if forward else "hasPreviousPage"]:
            return ids
        given = {**size, start: info[cursor]}


async def test_a_page_without_rows_has_no_cursors(asking: Asking) -> None:
    page = (await asking.data(_PAGE, {"first": 0}))["datasets"]
    assert page["edges"] == page["nodes"] == []
    assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == (None, None)
    last = (await asking.data(_PAGE, {"last": 1}))["datasets"]["pageInfo"]["endCursor"]
    beyond = (await asking.data(_PAGE, {"first": 5, "after": last}))["datasets"]
    assert beyond["edges"] == []
    assert beyond["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


async def test_what_a_page_cannot_be_is_an_error_of_its_field(asking: Asking) -> None:
    cursor = (await asking.data(_PAGE, {"first": 1}))["datasets"]["pageInfo"]["endCursor"]
    for given, code in (
        ({"first": 1, "last": 1}, "BAD_USER_INPUT"),
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"last": -1}, "BAD_USER_INPUT"),
        ({"first": 10_001}, "LIMIT_EXCEEDED"),
        ({"first": 1, "before": cursor}, "BAD_USER_INPUT"),
        ({"last": 1, "after": cursor}, "BAD_USER_INPUT"),
        ({"first": 1, "after": "nonsense"}, "INVALID_CURSOR"),
        ({"first": 1, "after": ""}, "INVALID_CURSOR"),
        ({"first": 1, "after": cursor[:-2]}, "INVALID_CURSOR"),
    ):
        response = await asking.ask(_PAGE, given)
        assert response.data == {"datasets": None}, given
        assert [each["extensions"]["code"] for each in response.errors] == [code], given


async def test_null_is_as_absent(asking: Asking) -> None:
    nothing = dict.fromkeys(("first", "after", "last", "before"))
    assert await asking.data(_PAGE, nothing) == await asking.data(_PAGE)


async def test_cursors_differ_from_row_to_row(asking: Asking) -> None:
    await _filled(asking, 20)
    edges = (await asking.data(_PAGE, {"first": 22}))["datasets"]["edges"]
    assert all(one["cursor"] != other["cursor"] for one, other in pairwise(edges))
