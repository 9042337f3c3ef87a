"""Texts that look like SQL or Datalog, written and read back: they come back as they are."""

from collections.abc import AsyncIterator

import pytest

from tests.refusals.test_arguments import HOSTILE
from tests.refusals.world import CATALOG
from tests.serving import Served, serving


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[Served]:
    async with serving(database_url, CATALOG) as served:
        yield served


async def test_hostile_texts_are_kept_found_and_given_back(served: Served) -> None:
    write = """mutation ($it: TransactionInput!, $key: String) {
      transact(transaction: $it, idempotencyKey: $key) {
        transaction { source actor reason }
        facts { value }
      }
    }"""
    for n, text in enumerate(HOSTILE):
        urn = f"hw://d/{n}"
        dataset = {"type": "Dataset", "name": text, "tags": [text, "a"], "details": {text: [text]}}
        link = {"type": "DerivedFrom", "from": urn, "to": urn, "key": text}
        it = {
            **dict.fromkeys(("source", "actor", "reason"), text),
            "upsert": [{**dataset, "urn": urn}],
            "link": [{**link, "properties": {"note": text}}],
        }
        report = (await served.ask(write, {"it": it, "key": text}))["transact"]
        assert report["transaction"] == dict.fromkeys(("source", "actor", "reason"), text)
        assert {"value": text} in report["facts"]
        read = """query ($text: String!, $id: ID!) {
          dataset(id: $id) {
            name tags details upstream { edges { edge { key note } } }
            history(attributes: ["name"]) { nodes { value } }
          }
          byName: datasets(where: {name: {eq: $text}}) { nodes { urn } }
          byStart: datasets(where: {name: {startsWith: $text}, urn: {eq: $id}}) { totalCount }
          byPart: datasets(where: {name: {contains: $text}, urn: {eq: $id}}) { totalCount }
          byTag: datasets(where: {tags: {has: $text}}) { nodes { urn } }
        }""".replace("{eq: $id}", f'{{eq: "{urn}"}}')
        answer = await served.ask(read, {"text": text, "id": urn})
        assert answer == {
            "dataset": {
                "name": text,
                "tags": sorted({text, "a"}),
                "details": {text: [text]},
                "upstream": {"edges": [{"edge": {"key": text, "note": text}}]},
                "history": {"nodes": [{"value": text}]},
            },
            "byName": {"nodes": [{"urn": urn}]},
            "byStart": {"totalCount": 1},
            "byPart": {"totalCount": 1},
            "byTag": {"nodes": [{"urn": urn}]},
        }
