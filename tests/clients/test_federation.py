"""Apollo's own composition takes the server as a subgraph, and others refer to its entities."""

import json
from pathlib import Path

from tests.clients.running import Node, Serving

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@interfaceObject"])'
)
# One knows what any asset costs, the other how datasets and models are rated.
COSTS = f"""{_LINK}
type Asset @key(fields: "urn") @interfaceObject {{ urn: String! monthlyCost: Float }}
"""
REVIEWS = f"""{_LINK}
type Dataset @key(fields: "urn") {{ urn: String! stars: Float }}
type PageInfo @shareable {{
  hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
}}
type Review {{ id: ID! of: Model }}
type Model @key(fields: "id") {{ id: ID! reviews: [Review!] }}
type Query {{ reviews: [Review!] }}
"""
CONTRADICTING = f"""{_LINK}
type Dataset @key(fields: "urn") {{ urn: String! name: Int }}
type Query {{ contradiction: Dataset }}
"""


async def test_a_supergraph_is_composed_of_it_and_others(
    node: Node, sample: Serving, tmp_path: Path
) -> None:
    others = tmp_path / "others.json"
    others.write_text(json.dumps({"costs": COSTS, "reviews": REVIEWS}))
    composed = await node.run("compose.mjs", sample.url, str(others))
    assert composed["errors"] == []
    assert {"monthlyCost", "stars"} <= set(composed["supergraph"].replace(":", " ").split())
    assert "upsertDatasets" in composed["supergraph"]
    others.write_text(json.dumps({"contradicting": CONTRADICTING}))
    composed = await node.run("compose.mjs", sample.url, str(others))
    assert any("Dataset.name" in each for each in composed["errors"])


async def test_it_is_a_subgraph_alone(node: Node, empty: Serving, tmp_path: Path) -> None:
    others = tmp_path / "others.json"
    others.write_text("{}")
    composed = await node.run("compose.mjs", empty.url, str(others))
    assert composed["errors"] == []
