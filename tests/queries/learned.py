"""What only the server can tell, learned once: ids, the order of the facts of a transaction.

Ids are numbers that the server gives in its own order, and ties are broken by them. Everything else
that an answer says comes from the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.history import EdgeKey
from tests.serving import Served

_ASKED = """{ transactions(first: 10000, order: ASC) { nodes {
  facts(first: 1000) { nodes {
    entity { id urn } attribute value target { id urn } op transaction { t }
  } }
  edgeChanges(first: 1000) { nodes { id type key from { id urn } to { id urn } } }
} } }"""


@dataclass(frozen=True)
class Learned:
    """Ids of entities and edges, and where facts stand in their transaction."""

    ids: dict[str | EdgeKey, str] = field(default_factory=dict)
    facts: dict[tuple[str, ...], int] = field(default_factory=dict)
    cursors: dict[str, int] = field(default_factory=dict)
    """The place in its list of each cursor that an answer had."""

    def number(self, about: str | EdgeKey) -> int:
        """Return the number in the id of an entity or an edge."""
        return int(self.ids[about][1:])


async def learned(served: Served) -> Learned:
    """Ask the server for what only it can tell."""
    known = Learned()
    for transaction in (await served.ask(_ASKED))["transactions"]["nodes"]:
        for place, fact in enumerate(transaction["facts"]["nodes"]):
            for end in filter(None, (fact["entity"], fact["target"])):
                known.ids[end["urn"]] = end["id"]
            known.facts[of_fact(fact)] = place
        for change in transaction["edgeChanges"]["nodes"]:
            for end in (change["from"], change["to"]):
                known.ids[end["urn"]] = end["id"]
            key = change["type"], change["from"]["urn"], change["to"]["urn"], change["key"]
            known.ids[key] = change["id"]
    return known


def of_fact(fact: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells a fact from all others."""
    said = fact["target"]["urn"] if fact["target"] else fact["value"]
    return (
        str(fact["transaction"]["t"]),
        fact["entity"]["urn"],
        fact["attribute"],
        str(said),
        fact["op"],
    )
