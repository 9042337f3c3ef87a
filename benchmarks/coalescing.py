"""Many keys by one statement, against a statement for each of them over a pool of ten.

Keys are aliases of one field, representations of federation, and requests at once. Both sides run
in this process, on plans that are made, and answer the same; what is new of a document is not here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import inf
from statistics import median
from types import MappingProxyType

from benchmarks.databases import Bench
from benchmarks.measuring import WARM_UP, Run, interleaved, ratio
from benchmarks.peers.measure import MIDDLE
from benchmarks.report import Compared, Section, comparison, milliseconds
from resolvers.answer import answer
from resolvers.limits import Limits
from resolvers.plan import Plan
from resolvers.together import Together
from schema.execution.documents import DocumentLimits
from schema.execution.queries import compiled_query
from schema.execution.requests import Request, prepare
from schema.execution.served import LiveSchema, Served
from store.database import Database

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
    """A database, the plans of what is asked of it, and what one request of each takes."""

    database: Database
    served: Served
    urns: Sequence[str]

    def plan(self, text: str, variables: Mapping[str, object]) -> Plan:
        """Return the plan of a document."""
        return compiled_query(prepare(self.served, Request(text, variables)), Limits()).plan

    async def answer(
        self, reader: Database | Together, plan: Plan, variables: Mapping[str, object]
    ) -> None:
        """Answer one request."""
        await answer(reader, plan, variables, datetime.now(UTC), b"")

    def each_alone(self, count: int, reader: Database | Together) -> Run:
        """Return what asks for so many keys at once, by a request for each."""
        asked = [{"k0": urn} for urn in self.urns[:count]]
        plan = self.plan(_ONE, asked[0])

        async def run() -> None:
            await asyncio.gather(*(self.answer(reader, plan, each) for each in asked))

        return run

    def aliases(self, count: int) -> Run:
        """Return what asks for so many keys by an alias for each."""
        given = {f"k{number}": urn for number, urn in enumerate(self.urns[:count])}
        declared = " ".join(f"${name}: ID!" for name in given)
        fields = " ".join(f"{name}: dataset(id: ${name}) {_FIELDS}" for name in given)
        plan = self.plan(f"query ({declared}) {{ {fields} }}", given)
        return partial(self.answer, self.database, plan, given)

    def representations(self, count: int) -> Run:
        """Return what asks for so many keys by `_entities`."""
        keys = [{"__typename": "Dataset", "urn": urn} for urn in self.urns[:count]]
        plan = self.plan(_REPRESENTED, {"keys": keys})
        return partial(self.answer, self.database, plan, {"keys": keys})

    def at_once(self, count: int) -> Run:
        """Return what asks for so many keys by requests that may share statements."""
        return self.each_alone(count, Together(self.database))


async def measured(bench: Bench) -> AsyncIterator[Section]:
    """Yield what one statement takes for many keys, against one for each."""
    if MIDDLE not in bench.databases:
        return
    async with Database.open(bench.url(MIDDLE), pool_size=_POOL) as database:
        limits = DocumentLimits(tokens=100_000, aliases=max(KEYS), roots=max(KEYS))
        served = (await LiveSchema.opened(database, limits)).current
        urns = [str(urn) for (urn,) in await database.rows(_URNS)]
        asking = _Asking(database, served, urns)
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
    runs = {"together": together, "apart": asking.each_alone(count, asking.database)}
    timings = await interleaved(runs, bench.budget)
    ours, theirs = (milliseconds(median(timings[each])) for each in ("together", "apart"))
    at_most = inf if name.startswith(_AT_ONCE) else AT_MOST.get(count, inf)
    return Compared(name, ours, theirs, ratio(timings, "together", "apart"), at_most)
