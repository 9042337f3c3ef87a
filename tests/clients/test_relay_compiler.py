"""relay-compiler takes the schema as served for it; the server what it makes, and no more."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.clients.running import FOLDER, Node, Serving, listening

_PLAYS = "hw://dataset/lake/accounts.members"
CONFIGURATION = {
    "src": "./src",
    "schema": "./schema.graphql",
    "language": "typescript",
    "artifactDirectory": "./generated",
    "persistConfig": {"file": "./documents.json", "algorithm": "SHA256"},
}
_READERS = """query ($urn: ID!) {
  dataset(id: $urn) { id downstream(orderBy: [{ name: ASC }]) { nodes { urn name } } }
  people(orderBy: [{ name: ASC }]) { nodes { name } }
}"""


@dataclass(frozen=True, slots=True)
class _Trusting:
    """A client of a server that answers documents of an application alone, by their hash."""

    client: httpx.AsyncClient
    hashes: Mapping[str, str]

    async def ask(self, operation: str, **variables: object) -> Any:
        body = {"documentId": self.hashes[operation], "variables": variables}
        answer = (await self.client.post("/graphql", json=body)).json()
        assert "errors" not in answer, answer
        return answer["data"]


async def test_relay_pages_and_fetches_again_by_documents_that_are_trusted(
    node: Node, sample: Serving, sample_url: str, tmp_path: Path
) -> None:
    async with httpx.AsyncClient() as client:
        at = sample.url.replace("/graphql", "/schema.graphql?for=relay")
        schema = (await client.get(at)).text
        asked = {"query": _READERS, "variables": {"urn": _PLAYS}}
        whole = (await client.post(sample.url, json=asked)).json()["data"]
    documents = await _compiled(node, schema, tmp_path)
    async with (
        listening(sample_url, documents="trusted", trusted_documents=documents) as trusting,
        httpx.AsyncClient(base_url=trusting.url.removesuffix("/graphql")) as client,
    ):
        application = _Trusting(client, _hashes(documents))
        await _page(application, whole)
        await _write(application)
        untrusted = (await client.post("/graphql", json={"query": "{ basis { t } }"})).json()
        assert untrusted["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def _compiled(node: Node, schema: str, folder: Path) -> Path:
    """Compile the application against a schema; return the file of its documents."""
    documents = folder / "documents.json"
    for each in ("src", "generated"):
        (folder / each).mkdir()
    shutil.copy(FOLDER / "relay" / "application.js", folder / "src")
    (folder / "schema.graphql").write_text(schema)
    (folder / "relay.config.json").write_text(json.dumps(CONFIGURATION))
    documents.write_text("{}")
    await node.tool("relay-compiler", "relay.config.json", folder=folder)
    assert (folder / "generated" / "applicationReadersQuery.graphql.ts").exists()
    return documents


def _hashes(documents: Path) -> dict[str, str]:
    """Return the hash of each operation by its name, the first word but one of its text."""
    texts = json.loads(documents.read_text())
    return {text.replace("(", " ").split()[1]: digest for digest, text in texts.items()}


async def _page(application: _Trusting, whole: Any) -> None:
    page = await application.ask("applicationPageQuery", urn=_PLAYS)
    readers = page["dataset"]["downstream"]
    expected = whole["dataset"]["downstream"]["nodes"]
    assert len(expected) > len(readers["edges"])
    seen = [edge["node"]["urn"] for edge in readers["edges"]]
    while readers["pageInfo"]["hasNextPage"]:
        # What loadNext does: the fragment again, of the node with that id.
        following = {"cursor": readers["pageInfo"]["endCursor"], "count": 3}
        again = await application.ask(
            "applicationReadersQuery", id=page["dataset"]["id"], **following
        )
        readers = again["node"]["downstream"]
        seen += [edge["node"]["urn"] for edge in readers["edges"]]
    assert seen == [each["urn"] for each in expected]
    await _people(application, page["people"], [each["name"] for each in whole["people"]["nodes"]])


async def _people(application: _Trusting, people: Any, names: list[str]) -> None:
    """Go forward by the cursor of the first page, and back from there."""
    after, start = people["pageInfo"]["endCursor"], people["edges"][0]["cursor"]
    onward = await application.ask("applicationPeopleQuery", first=4, after=after)
    assert [each["node"]["name"] for each in onward["people"]["edges"]] == names[3:7]
    before = onward["people"]["pageInfo"]["startCursor"]
    back = await application.ask("applicationPeopleQuery", first=None, last=3, before=before)
    assert [each["node"]["name"] for each in back["people"]["edges"]] == names[:3]
    assert back["people"]["edges"][0]["cursor"] == start


async def _write(application: _Trusting) -> None:
    items = [{"urn": _PLAYS, "rowCount": "77"}]
    report = await application.ask("applicationCountMutation", items=items)
    facts = report["upsertDatasets"]["facts"]
    assert {fact["entity"]["rowCount"] for fact in facts} == {"77"}
