"""Apollo Client pages, writes, fails and listens, and its cache knows what is one and the same."""

from typing import Any

import httpx

from tests.clients.running import Node, Serving

_MEMBERS = "hw://dataset/lake/accounts.members"
_ROWS = "9007199254740993"  # No number of JavaScript: 2^53 + 1.
_NINE = """{
  datasets(first: 9, orderBy: [{ name: ASC }]) { nodes { id name rowCount } }
  dataset(id: "hw://dataset/lake/accounts.members") { id rowCount }
}"""


async def test_apollo_client_does_what_an_application_does(node: Node, sample: Serving) -> None:
    before = await _asked(sample, _NINE)
    done = await node.run("apollo.mjs", sample.url, _MEMBERS)
    assert done["accept"].startswith("application/graphql-response+json")
    _pages_are_one_list(done["pages"], before["datasets"]["nodes"])
    # The report of a mutation brings the entity, so the cache is right without another request.
    assert done["written"]["before"]["rowCount"] == before["dataset"]["rowCount"]
    assert done["written"]["cached"]["rowCount"] == _ROWS
    assert done["written"]["cached"]["id"] == before["dataset"]["id"]
    assert done["failed"]["none"] == {
        "thrown": "CombinedGraphQLErrors",
        "codes": ["BAD_USER_INPUT"],
    }
    assert done["failed"]["all"]["codes"] == ["BAD_USER_INPUT"]
    assert done["failed"]["all"]["data"]["datasets"] is None
    assert (
        done["failed"]["all"]["data"]["basis"]["t"] == done["written"]["report"]["transaction"]["t"]
    )
    assert done["failed"]["invalid"]["codes"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert done["heard"] == ["the first", "the second"]


def _pages_are_one_list(pages: Any, expected: list[Any]) -> None:
    """Three pages of three are the first nine, in order, and each is one object of the cache."""
    assert [(each["id"], each["name"], each["rowCount"]) for each in pages["nodes"]] == [
        (each["id"], each["name"], each["rowCount"]) for each in expected
    ]
    assert {f"Dataset:{each['id']}" for each in expected} <= set(pages["entries"])
    # A fragment on an interface was read: Apollo learnt from introspection what an Owner is.
    owners = [owner for each in pages["nodes"] for owner in each["owners"]["nodes"]]
    assert owners
    assert all(owner["name"] for owner in owners)


async def _asked(serving: Serving, query: str) -> Any:
    async with httpx.AsyncClient() as client:
        answer = (await client.post(serving.url, json={"query": query})).json()
    assert "errors" not in answer, answer
    return answer["data"]
