"""Many keys by one statement, against a statement for each of them over a pool of ten.

Keys are aliases of one field, representations of federation, and requests at once. Both sides are
answered by the server's executor, without HTTP, and answer the same. Documents came before; what is
new of one is not here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from statistics import median
from types import MappingProxyType

from benchmarks.databases import Bench
from benchmarks.measuring import WARM_UP, Run, interleaved, ratio
from benchmarks.peers.measure import MIDDLE
from benchmarks.report import Compared, Section, comparison, milliseconds
from resolvers.limits import Limits
from schema.execution.documents import DocumentLimits
from schema.execution.executor import Executor
from schema.execution.queries import Reading
from schema.execution.requests import Request
from schema.execution.served import LiveSchema
from store.database import Database
from store.writing.writer import Writer

KEYS = (1, 8, 64, 512)
AT_MOST: Mapping[int, float] = MappingProxyType({8: 0.36, 512: 0.056})
"""How long one statement may take, as a part of many: what a prototype came to.

Requests at once have what else a request takes, so that nothing is aimed at.
"""

_POOL = 10
_AT_ONCE = "requests at once"
_FIELDS = "{ id urn name layer rows lifecycle upstream(first: 5) { nodes { urn name } } }"
_ONE = f"query ($k0: ID!) {{ k0: dataset(id: $k0) {_FIELDS} }}"
_REPRESENTED = (
    "query ($keys: [_Any!]!) { _entities(representations: $keys)"
    f" {{ ... on Dataset {_FIELDS} }} }}"
)
_URNS = """
SELECT v FROM fact_1
WHERE t1 = 9223372036854775807 AND v LIKE 'hw://dataset/%'
ORDER BY e LIMIT 512
"""


@dataclass(frozen=True, slots=True)
class _Asking:
    """What answers requests as the server does, each by a statement of its own, or some by one."""

    alone: Executor
    sharing: Executor
    urns: Sequence[str]

    def each_alone(self, count: int) -> Run:
        """Return what asks for so many keys at once, by a request and a statement for each."""
        return self._requests(self.alone, count)

    def at_once(self, count: int) -> Run:
        """Return what asks for so many keys by requests that may share statements."""
        return self._requests(self.sharing, count)

    def aliases(self, count: int) -> Run:
        """Return what asks for so many keys by an alias for each."""
        given = {f"k{number}": urn for number, urn in enumerate(self.urns[:count])}
        declared = " ".join(f"${name}: ID!" for name in given)
        fields = " ".join(f"{name}: dataset(id: ${name}) {_FIELDS}" for name in given)
        request = Request(f"query ({declared}) {{ {fields} }}", given)
        return partial(_answer, self.alone, request)

    def representations(self, count: int) -> Run:
        """Return what asks for so many keys by `_entities`."""
        keys = [{"__typename": "Dataset", "urn": urn} for urn in self.urns[:count]]
        return partial(_answer, self.alone, Request(_REPRESENTED, {"keys": keys}))

    def _requests(self, executor: Executor, count: int) -> Run:
        requests = [Request(_ONE, {"k0": urn}) for urn in self.urns[:count]]

        async def run() -> None:
            await asyncio.gather(*(_answer(executor, each) for each in requests))

        return run


async def _answer(executor: Executor, request: Request) -> None:
    response = await executor.execute(request)
    if response.errors:
        raise AssertionError(f"what is measured has errors: {response.errors}")


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield what one statement takes for many keys, against one for each."""
    if MIDDLE not in bench.databases:
        return
    async with Database.open(bench.url(MIDDLE), pool_size=_POOL) as database:
        limits = DocumentLimits(tokens=100_000, aliases=max(KEYS), roots=max(KEYS))
        live = await LiveSchema.opened(database, limits)
        urns = [str(urn) for (urn,) in await database.rows(_URNS)]
        alone, sharing = (Reading(database, Limits(), b"secret") for _ in range(2))
        alone.together.side_by_side = max(KEYS)
        writer = Writer(database)
        asking = _Asking(Executor(alone, writer, live), Executor(sharing, writer, live), urns)
        ways: Mapping[str, Callable[[int], Run]] = {
            "aliases": asking.aliases,
            "representations": asking.representations,
            _AT_ONCE: asking.at_once,
        }
        found = [
            await _compared(f"{name}: {count}", way(count), asking, count, bench)
            for name, way in ways.items()
            for count in KEYS
        ]
        yield comparison(
            "one statement for many keys, against one for each over a pool of 10", found
        )


async def _compared(
    name: str, together: Run, asking: _Asking, count: int, bench: Bench
) -> Compared:
    for _ in range(WARM_UP):  # Each connection settles on a plan of its own.
        await asyncio.gather(*(together() for _ in range(_POOL)))
    runs = {"together": together, "apart": asking.each_alone(count)}
    timings = await interleaved(runs, bench.budget)
    ours, theirs = (milliseconds(median(timings[each])) for each in ("together", "apart"))
    at_most = inf if name.startswith(_AT_ONCE) else AT_MOST.get(count, inf)
    return Compared(name, ours, theirs, ratio(timings, "together", "apart"), at_most)
