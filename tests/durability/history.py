"""A catalog, and histories of transactions over it that are generated from a seed."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CATALOG = """
interface Owner { name: String @index owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true) }
type Team implements Owner @entity {
  name: String @required @index
  owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true)
}
type Dataset @entity {
  name: String @required @index
  code: String @unique
  tags: [String!] @index
  rows: Long @index
  price: Decimal @index
  details: JSON
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  downstream: [Dataset!] @rel(edge: "DerivedFrom", reverse: true)
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) { weight: Float @index }
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
"""

Said = dict[str, Any]
_START = datetime(2024, 1, 1, tzinfo=UTC)
_DATASETS = 300
_TEAMS = 12


def dataset(number: int | str) -> str:
    """Return the urn of a dataset."""
    return f"hw://dataset/x/{number}"


def team(number: int) -> str:
    """Return the urn of a team."""
    return f"hw://team/x/{number}"


def transactions(count: int, seed: int) -> Iterator[Said]:
    """Yield transactions of which each changes something, and none is refused."""
    drawn = random.Random(seed)
    linked: set[tuple[str, str]] = set()
    for number in range(count):
        yield _transaction(number, f"{number} of {seed}", drawn, linked)


def _transaction(
    number: int, name: str, drawn: random.Random, linked: set[tuple[str, str]]
) -> Said:
    first, second, third, gone = map(dataset, drawn.sample(range(_DATASETS), 4))
    upserts: list[Said] = [
        {
            "type": "Dataset",
            "urn": first,
            "name": f"set by {name}",
            "tags": drawn.sample("abcdefgh", drawn.randrange(4)),
            "rows": str(drawn.randrange(10**12)),
            "details": {"at": [number, {"of": first}]},
        }
    ]
    owner = team(drawn.randrange(_TEAMS))
    if drawn.random() < 0.2:
        upserts.append({"type": "Team", "urn": owner, "name": f"team set by {name}"})
    links = [
        {"type": "DerivedFrom", "from": first, "to": second, "properties": {"weight": number / 8}},
        {"type": "OwnedBy", "from": second, "to": owner, "toType": "Team"},
    ]
    said: Said = {
        "tx": {"instant": (_START + timedelta(minutes=number)).isoformat(), "actor": "generated"},
        "upsert": upserts,
        "link": links,
    }
    ended = sorted(pair for pair in linked if pair[0] == third)
    if ended:
        source, target = drawn.choice(ended)
        said["unlink"] = [{"type": "DerivedFrom", "from": source, "to": target}]
        linked.discard((source, target))
    linked.add((first, second))
    if drawn.random() < 0.1:
        said["retract"] = [gone]
    return said


def written(path: Path, count: int, seed: int) -> Path:
    """Write a generated history as a file of transactions, and return its path."""
    lines = (json.dumps(said) for said in transactions(count, seed))
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
