"""Which of two roads a lineage takes: SQL walks, or the edges in memory are walked afterwards."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from adjacency.keeper import Behind, Held, Keeper
from resolvers.draft import Request
from resolvers.lineage.walked import lineage_types
from resolvers.plan import Plan

Answered = TypeVar("Answered")


async def by_the_best(
    plan: Plan,
    request: Request,
    keeper: Keeper | None,
    run: Callable[[Plan, Request], Awaitable[Answered]],
) -> Answered:
    """Run a plan, or the one that walks over the edges in memory, where these can answer.

    Where they turn out not to know what has happened since, SQL answers, by a second statement.
    """
    held = held_for(plan, keeper)
    if keeper is not None and plan.walked is not None and held is not None:
        try:
            return await run(plan.walked, request._replace(edges=held))
        except Behind:
            keeper.behind()
    return await run(plan, request)


def held_for(plan: Plan, keeper: Keeper | None) -> Held | None:
    """Return the edges in memory, where a plan can be answered from them."""
    if keeper is None or plan.walked is None:
        return None
    return keeper.held(lineage_types(plan.catalogue))


def told(plan: Plan, keeper: Keeper | None) -> str | None:
    """Return in words which road each lineage takes, and why; None where there is none."""
    if not plan.roads:
        return None
    if keeper is None:
        return "SQL walks: no edges are held in memory (HEADWATER_LINEAGE_SNAPSHOT)"
    held = held_for(plan, keeper)
    return "; ".join(
        f"{key}: {_road(reason, held, keeper)}" for key, reason in sorted(plan.roads.items())
    )


def _road(reason: str | None, held: Held | None, keeper: Keeper) -> str:
    if reason is not None:
        return f"SQL walks, as {reason} needs facts"
    if held is None:
        why = "other edge types are asked for" if keeper.snapshot else keeper.reason
        return f"SQL walks, as the edges in memory are not there: {why}"
    return f"the walk is over {held.snapshot.edges} edges in memory, as of the statement's basis"
