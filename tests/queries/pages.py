"""Pages of lists, as connections: a cursor of the naive resolver is a place in the whole list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.queries.judging import Link
from tests.queries.learned import Learned
from tests.queries.past import World

_PAGE = 100
"""Rows of a page that nobody gave a size."""


@dataclass(frozen=True)
class Row:
    """A row of a list: what it shows, and the edge that it came by, if any."""

    node: Any
    edge: Link | None = None


def page(known: Learned, rows: Sequence[Row], world: World, given: Mapping[str, Any]) -> Any:
    """Return the page of a list that the arguments ask for, as a connection."""
    after, before = given.get("after"), given.get("before")
    start = 0 if after is None else known.cursors[after] + 1
    end = len(rows) if before is None else known.cursors[before]
    if given.get("last") is None:
        size = _PAGE if given.get("first") is None else given["first"]
        left, right = start, min(end, start + size)
        more = {"hasNextPage": right < end, "hasPreviousPage": after is not None}
    else:
        left, right = max(start, end - given["last"]), end
        more = {"hasNextPage": before is not None, "hasPreviousPage": left > start}
    shown = [(place, rows[place]) for place in range(left, right)]
    ends: list[str | None] = [_cursor(place) for place, _ in shown] or [None]
    return {
        "edges": [
            {"cursor": _cursor(place), "node": row.node, "edge": row.edge} for place, row in shown
        ],
        "nodes": [row.node for _, row in shown],
        "totalCount": len(rows),
        "pageInfo": {**more, "startCursor": ends[0], "endCursor": ends[-1]},
        "basis": basis(world),
    }


def basis(world: World) -> Any:
    """Return when a world is true."""
    return {"t": str(world.t), "instant": world.instant}


def _cursor(place: int) -> str:
    return f"cursor {place}"
