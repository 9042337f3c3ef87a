"""An explorer at work: it asks for lineage, then goes on from where that ended, and compares."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.comparing import EXPAND, LINEAGE, compare, names
from tests.oracle.history import Replay
from tests.oracle.lineage import Asked, Graph, Walk
from tests.serving import Served

_MOST_ENDS = 2


@dataclass
class Explorer:
    """What an explorer asks, of which server, and the model of what is true."""

    served: Served
    replay: Replay
    identity: Callable[[str], int]
    chance: random.Random

    async def explore(self, asked: Asked, variables: dict[str, Any]) -> Graph:
        """Compare a lineage graph, and then some of what lies beyond its ends."""
        answer = (await self.served.ask_once(LINEAGE, variables))["lineage"]
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
        decides = {name: variables.get(name) for name in ("where", "edgeWhere", "groupBy")}
        start = urns[end.get("node") or end["of"]]
        group = (end["type"], end["value"]) if "of" in end else None
        known = dict(urns)
        left = end["count"] if group else None
        cursor = end["cursor"]
        for _ in range(3):
            first = self.chance.choice([1, 3, 100])
            told = self.chance.choice([list(known), list(known.values())])
            ask = {"cursor": cursor, "known": told, "first": first, **decides}
            answer = (await self.served.ask_once(EXPAND, ask))["expand"]
            walk = Walk(self.replay, replace(asked, per_node=first), self.identity)
            graph = walk.expand(start, end["direction"], set(known.values()), first, group)
            compare(answer, graph, self.replay, known)
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
