"""An explorer at work: it asks for lineage, then goes on from where that ended, and compares."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle import reading
from tests.oracle.comparing import compare, expand, lineage, names
from tests.oracle.history import Replay
from tests.oracle.lineage import Asked, Graph, Walk
from tests.serving import Served

_MOST_ENDS = 2
_AGAIN = ("where", "edgeWhere", "groupBy", "hop")


def _types(end: dict[str, Any]) -> list[str]:
    return [each["type"] for each in end.get("hiddenByType", [])]


@dataclass
class Explorer:
    """What an explorer asks, of which server, and the model of what is true."""

    served: Served
    replay: Replay
    identity: Callable[[str], int]
    chance: random.Random

    async def explore(self, asked: Asked, variables: dict[str, Any]) -> Graph:
        """Compare a lineage graph, and then some of what lies beyond its ends."""
        answer = (await self.served.ask_once(lineage(asked), variables))["lineage"]
        graph = Walk(self.replay, asked, self.identity).answer()
        compare(answer, graph, self.replay)
        ends = [*answer["frontier"], *answer["groups"]]
        for end in self.chance.sample(ends, min(len(ends), _MOST_ENDS)):
            await self._go_on(asked, variables, end, names(answer))
        return graph

    async def _go_on(
        self, asked: Asked, variables: dict[str, Any], end: dict[str, Any], urns: dict[str, str]
    ) -> None:
        """Expand until nothing is left there, telling each time what is known by then."""
        decides = {name: variables.get(name) for name in _AGAIN}
        kind = self.chance.choice([end.get("type"), *_types(end), None, None])
        entity = "urn" if kind is None else reading.selection(self.replay.catalog, kind)
        start = urns[end.get("node") or end["of"]]
        group = (end["type"], end["value"]) if "of" in end else None
        known = dict(urns)
        left = end["count"] if group else None
        cursor = end["cursor"]
        for _ in range(3):
            first = self.chance.choice([1, 3, 100])
            told = self.chance.choice([list(known), list(known.values())])
            ask = {"cursor": cursor, "known": told, "first": first, **decides}
            answer = (await self.served.ask_once(expand(asked, entity), ask))["expand"]
            walk = Walk(self.replay, replace(asked, per_node=first), self.identity)
            graph = walk.expand(start, end["direction"], set(known.values()), first, group)
            compare(answer, graph, self.replay, known)
            self._compare_entities(answer, kind)
            assert not {node["id"] for node in answer["nodes"]} & known.keys()
            assert answer["basis"]["t"] == str(self.replay.t)
            known |= names(answer)
            further = [each for each in answer["frontier"] if known[each["node"]] == start]
            beyond = sum(each["hidden"] for each in further)
            beyond += sum(each["count"] for each in answer["groups"])
            assert left is None or left - len(answer["nodes"]) == beyond
            left = beyond
            if not further:
                return
            cursor = further[0]["cursor"]

    def _compare_entities(self, answer: dict[str, Any], kind: str | None) -> None:
        """Compare all that is told of the nodes of one type."""
        for node in answer["nodes"]:
            if node["type"] == kind:
                expected = reading.expected(self.replay, node["urn"])
                assert reading.sorted_ends(node["entity"]) == expected
