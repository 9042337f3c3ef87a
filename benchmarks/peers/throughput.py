"""Many connections at once: how long a server takes for each request when it always has some."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import cycle
from time import perf_counter

from benchmarks.measuring import Budget, Timings
from benchmarks.peers.client import Connection
from benchmarks.peers.questions import Question, Variables
from benchmarks.peers.servers import Peer

CONNECTIONS = 16
_ROUNDS = 5
_PART = 0.25
"""Of a budget's seconds, for each server in each round."""


async def measured(
    peers: Mapping[str, Peer], question: Question, drawn: Sequence[Variables], budget: Budget
) -> Timings:
    """Return, for each server, the seconds for each request of each round.

    The servers take turns, so that only one works at a time; every other round goes backwards.
    """
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    async with AsyncExitStack() as stack:
        connections = {
            name: [
                await stack.enter_async_context(Connection.open(peer.url))
                for _ in range(CONNECTIONS)
            ]
            for name, peer in peers.items()
        }
        requests = {
            name: cycle([peer.request(connections[name][0], question, each) for each in drawn])
            for name, peer in peers.items()
        }
        for number in range(-1, min(_ROUNDS, budget.most)):
            for name in sorted(peers, reverse=bool(number % 2)):
                each = await _round(connections[name], requests[name], budget.seconds * _PART)
                if number >= 0:  # The first is to warm up.
                    seconds[name].append(each)
    return {name: tuple(each) for name, each in seconds.items()}


async def _round(
    connections: Sequence[Connection], requests: Iterator[bytes], seconds: float
) -> float:
    """Keep all connections busy for so long, and return the seconds for each request."""
    for connection in connections:  # Idle ones are closed by the server.
        await connection.opened()
    begun = perf_counter()
    end = begun + seconds

    async def busy(connection: Connection) -> int:
        count = 0
        while perf_counter() < end or not count:
            await connection.answer(next(requests))
            count += 1
        return count

    counts = await asyncio.gather(*map(busy, connections))
    return (perf_counter() - begun) / sum(counts)
