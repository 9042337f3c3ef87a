"""A small world that must not change, and what knocks at its doors."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tests.serving import Served

CATALOG = """
interface Owner { name: String @index }
enum Kind { TABLE VIEW }

type Team implements Owner @entity {
  name: String @required @index
  code: String @unique @index
  owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true)
}

type Dataset @entity {
  name: String @required @index @search
  kind: Kind @index
  tags: [String!] @index
  count: Int @index
  rows: Long @index
  price: Decimal @index
  score: Float @index
  live: Boolean @index
  created: DateTime @index
  day: Date @index
  token: UUID @index
  home: URI @index
  word: Keyword @index
  details: JSON
  parent: Dataset @index
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  downstream: [Dataset!] @rel(edge: "DerivedFrom", reverse: true)
  owners: [Owner!] @rel(edge: "OwnedBy")
  team: Team @rel(edge: "MadeBy")
}

type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) {
  weight: Float @index
  note: String
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
type MadeBy @edge(from: ["Dataset"], to: ["Team"], upstream: NONE)
"""

CLEAN, RAW, OTHER, CORE = "hw://d/clean", "hw://d/raw", "hw://d/other", "hw://t/core"

HISTORY: tuple[dict[str, Any], ...] = (
    {
        "tx": {"instant": "2024-01-01T00:00:00Z"},
        "upsert": [
            {"type": "Dataset", "urn": RAW, "name": "raw", "tags": ["a", "b"], "rows": "5"},
            {"type": "Team", "urn": CORE, "name": "Core", "code": "C1"},
        ],
        "link": [{"type": "OwnedBy", "from": RAW, "to": CORE}],
    },
    {
        "tx": {"instant": "2024-02-01T00:00:00Z"},
        "upsert": [
            {"type": "Dataset", "urn": CLEAN, "name": "clean", "count": 1},
            {"type": "Dataset", "urn": OTHER, "name": "other"},
        ],
        "link": [
            {"type": "DerivedFrom", "from": CLEAN, "to": RAW, "properties": {"weight": 0.5}},
            {"type": "DerivedFrom", "from": CLEAN, "to": OTHER},
            {"type": "MadeBy", "from": CLEAN, "to": CORE},
        ],
    },
)
BASIS = 3
"""The t of the last transaction: the catalog took the first."""

_ALL = """{
  basis { t instant }
  datasets(where: {lifecycle: {in: [UNCACHED, PARTIAL, ENRICHED, DELETED]}}, first: 1000) {
    nodes {
      urn lifecycle name kind tags count rows price score live created day token home word details
      parent { urn } team { urn } owners { nodes { urn } }
      upstream { edges { node { urn } edge { id weight note } } }
      history { totalCount }
    }
    totalCount
  }
  teams { nodes { urn name code owns { nodes { urn } } } totalCount }
  transactions { totalCount }
}"""

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Told:
    """One error, as the client sees it."""

    status: int
    code: str
    category: str
    message: str
    path: list[str | int]
    data: Any


@dataclass(frozen=True, slots=True)
class Door:
    """The front door of a server over the world; whoever is refused there changes nothing."""

    served: Served
    holds: Any
    """All that the world holds, as it was when the door was hung."""

    @classmethod
    async def of(cls, served: Served) -> "Door":
        """Return the door of a server."""
        return cls(served, await served.ask(_ALL))

    async def state(self) -> Any:
        """Return all that the world holds."""
        return await self.served.ask(_ALL)

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[None]:
        """Hold the world to what it was, and the server to answering, whatever happens within."""
        yield
        assert await self.state() == self.holds

    async def send(self, body: bytes, headers: Mapping[str, str] = JSON) -> tuple[int, Any]:
        """Send bytes; return the status and the JSON of the answer, which is never our fault."""
        response = await self.served.client.post("/graphql", content=body, headers=dict(headers))
        answer = orjson.loads(response.content)
        assert response.status_code < 500, answer
        each_answer = answer if isinstance(answer, list) else [answer]
        for error in (error for each in each_answer for error in each.get("errors", ())):
            assert error["message"]
            assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", error
            assert error["extensions"]["category"] != "fault", error
        return response.status_code, answer

    async def refused(self, query: str, variables: object = None) -> Told:
        """Return the first error of the answer to an operation, which must have one."""
        # As Python's own JSON has it: lone surrogates go through as escapes.
        body = json.dumps({"query": query, "variables": variables})
        return told(*await self.send(body.encode()))


def told(status: int, answer: Any) -> Told:
    """Return the first error of an answer."""
    assert "errors" in answer, answer
    error = answer["errors"][0]
    extensions = error["extensions"]
    return Told(
        status,
        extensions["code"],
        extensions["category"],
        error["message"],
        error.get("path", []),
        answer.get("data"),
    )


def lines(path: Path, *transactions: object) -> Path:
    """Write a file of transactions; bytes are written as they are."""
    written = (
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in transactions
    )
    path.write_bytes(b"".join(line + b"\n" for line in written))
    return path
