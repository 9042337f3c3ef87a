"""A small world for the server's tests: a catalog, and the transactions that fill it."""

import json

CATALOG = """
"Anything that can own something."
interface Owner { name: String @index owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true) }

enum Kind { TABLE VIEW }

type Team implements Owner @entity {
  name: String @required @index
  owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true)
}

"A table or a view."
type Dataset @entity {
  name: String @required @index
  kind: Kind @index
  tags: [String!] @index
  rows: Long @index
  price: Decimal @index
  created: DateTime @index
  details: JSON
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  downstream: [Dataset!] @rel(edge: "DerivedFrom", reverse: true)
  owners: [Owner!] @rel(edge: "OwnedBy")
}

type Model @entity {
  name: String @required @index
  trainedOn: [Dataset!] @rel(edge: "TrainedOn")
  team: Team @rel(edge: "MadeBy")
}

type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) { weight: Float @index }
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
type TrainedOn @edge(from: ["Model"], to: ["Dataset"], upstream: TO)
type MadeBy @edge(from: ["Model"], to: ["Team"], upstream: NONE)
"""

_RAW, _CLEAN, _TEAM, _MODEL = (
    "hw://dataset/x/raw",
    "hw://dataset/x/clean",
    "hw://team/x/core",
    "hw://model/x/ranker",
)

TRANSACTIONS: tuple[dict[str, object], ...] = (
    {
        "instant": "2024-01-01T00:00:00Z",
        "source": "test",
        "upsert": [
            {"type": "Dataset", "urn": _RAW, "name": "raw", "kind": "TABLE", "tags": ["b", "a"],
             "rows": "9007199254740993", "price": "1.50", "created": "2023-05-01T10:00:00Z"},
            {"type": "Team", "urn": _TEAM, "name": "Core"},
        ],
        "link": [{"type": "OwnedBy", "from": _RAW, "to": _TEAM}],
    },
    {
        "instant": "2024-02-01T00:00:00Z",
        "upsert": [
            {"type": "Dataset", "urn": _CLEAN, "name": "clean", "kind": "VIEW",
             "details": {"a": [1]}},
            {"type": "Model", "urn": _MODEL, "name": "ranker"},
        ],
        "link": [
            {"type": "DerivedFrom", "from": _CLEAN, "to": _RAW, "properties": {"weight": 0.5}},
            {"type": "TrainedOn", "from": _MODEL, "to": _CLEAN},
            {"type": "MadeBy", "from": _MODEL, "to": _TEAM},
            {"type": "OwnedBy", "from": _CLEAN, "to": "hw://unheard/of", "toType": "Team"},
        ],
    },
    {
        "instant": "2024-03-01T00:00:00Z",
        "actor": "ann",
        "upsert": [{"type": "Dataset", "urn": _RAW, "name": "raw events"}],
    },
)  # fmt: skip


def transaction_lines() -> str:
    """Return the transactions as a file of transactions has them."""
    about = ("instant", "source", "actor")
    lines = (
        {"tx": {key: each[key] for key in each if key in about}}
        | {key: each[key] for key in each if key not in about}
        for each in TRANSACTIONS
    )
    return "".join(f"{json.dumps(line)}\n" for line in lines)
