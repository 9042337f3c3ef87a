"""A served history beside what the naive model tells of every transaction in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from tests.filling import Told
from tests.oracle.catalog import Catalog, read
from tests.oracle.history import EdgeKey, Line, Replay, merged
from tests.oracle.timeline import Fact, Step, steps
from tests.serving import Served

FIRST = 1
"""The catalog took t 1."""


@dataclass
class History:
    """The server, and every step of the same history by the model."""

    served: Served
    catalog: Catalog
    lines: list[Line]
    ids: Mapping[str, int]

    @cached_property
    def _replayed(self) -> tuple[list[Step], Replay]:
        return steps(self.catalog, self.lines, FIRST)

    @property
    def steps(self) -> list[Step]:
        """Return the transactions in order; the first has t 2."""
        return self._replayed[0]

    @property
    def end(self) -> Replay:
        """Return what is true after the last one."""
        return self._replayed[1]

    @cached_property
    def facts(self) -> list[list[Fact]]:
        """Return the facts of each step."""
        return [list(step.facts()) for step in self.steps]

    @cached_property
    def instants(self) -> list[datetime]:
        """Return the instant of each step."""
        return [datetime.fromisoformat(step.said["instant"]).astimezone(UTC) for step in self.steps]

    def draws(self, many: int) -> int:
        """Return how many questions to draw: fewer of a long history, where each takes longer."""
        return many if len(self.steps) < 1_000 else many // 2

    def states(self, ts: list[int]) -> dict[int, Replay]:
        """Return what was true right after each of these transactions."""
        found: dict[int, Replay] = {}
        for t in ts:
            replay = Replay(self.catalog, FIRST)
            lines = iter(self.lines)
            while replay.t < t:
                replay.apply(next(lines))
            found[t] = replay
        return found

    async def ask(self, query: str, **variables: Any) -> Any:
        """Return the one root field of an answer without errors, from one statement."""
        [answer] = (await self.served.ask_once(query, variables)).values()
        return answer


async def opened(served: Served, told: Told) -> History:
    """Return a served history with its model."""
    catalog, files = told
    rows = await served.database.rows("SELECT v, e FROM fact_1")
    ids = {str(urn): int(entity) for urn, entity in rows}
    return History(served, read(catalog.read_text()), merged(files), ids)


def ends(change: Mapping[str, Any]) -> EdgeKey:
    """Return by its ends which edge a change is about."""
    return change["type"], change["from"]["urn"], change["to"]["urn"], change["key"]
