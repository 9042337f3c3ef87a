"""The served schema as one value, and the place where it is swapped when the schema facts change.

A request takes the value once and finishes with it; the next request takes the newer one. Caches
belong to the value, so they are forgotten with it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import structlog
from graphql import GraphQLSchema
from strawberry import Schema

from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from resolvers.plan import Plan
from resolvers.selection import Selected
from schema.execution.documents import Document, DocumentLimits, read
from schema.execution.recent import Recent
from schema.sdl.printing import print_catalogue
from schema.types.build import build, core
from schema.types.public import PublicSchema, public
from store.catalogue import Catalogue
from store.database import Database
from store.database_errors import DeadlineExceeded
from store.errors import OurFault
from store.ids import T
from store.schema.facts import read_catalogue
from store.statistics import count, has_grown

if TYPE_CHECKING:  # What is kept names what it was made for.
    from schema.execution.kept import Kept

_MOST_DOCUMENTS, _BYTES_OF_DOCUMENTS = 1_000, 64 * 2**20
_MOST_PLANS, _BYTES_OF_PLANS = 1_000, 64 * 2**20
_MOST_INTROSPECTIONS, _BYTES_OF_INTROSPECTIONS = 8, 128 * 2**20
LONGEST_KEPT = 64 * 1_024
_A_CHARACTER = 200
"""Bytes that a document takes for each character of its text, and its plan too (measured)."""

_OF_SQL = 6
"""Bytes that a plan takes for each character of its statement."""
_DIGITS = 32
_log = structlog.get_logger("headwater.schema")


@dataclass(frozen=True, slots=True)
class Compiled:
    """Root fields, and the plan that answers them together.

    `keys`: the response keys of all root fields of the operation, in order. `reason`: why
    graphql-core has to complete the answer; None where the plan is bare and what it reads is told
    as it is.
    """

    fields: tuple[Selected, ...]
    plan: Plan
    keys: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A catalogue, the schema made of it, and the documents and plans that were read for it.

    Plans are kept by document, operation, and whatever else decides them; one that was made with
    other statistics is as right, and stays; `kept` are the queries that differ in values only, None
    where more does. `reports` are what mutations ask of theirs, by root field. `public` is the
    schema as tools read it, `introspected` what was told of it, as JSON text. `hash` is of all that
    decides, beside the facts, what a request is answered: what is served, what it is made of, and
    the edition of this server.
    """

    catalogue: Catalogue
    schema: Schema
    public: PublicSchema
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    statistics: Statistics = NOTHING_KNOWN
    hash: str = ""
    plans: Recent[object, Compiled] = field(
        default_factory=lambda: Recent(_MOST_PLANS, _BYTES_OF_PLANS)
    )
    kept: "Recent[tuple[str, str | None], Kept | None]" = field(
        default_factory=lambda: Recent(_MOST_PLANS, _BYTES_OF_PLANS)
    )
    reports: Recent[object, Mapping[str, tuple[Selected, ...]]] = field(
        default_factory=lambda: Recent(_MOST_DOCUMENTS, _BYTES_OF_DOCUMENTS)
    )
    introspected: Recent[object, bytes] = field(
        default_factory=lambda: Recent(_MOST_INTROSPECTIONS, _BYTES_OF_INTROSPECTIONS)
    )
    _documents: Recent[str, Document] = field(
        default_factory=lambda: Recent(_MOST_DOCUMENTS, _BYTES_OF_DOCUMENTS)
    )

    @property
    def core(self) -> GraphQLSchema:
        """Return the schema as graphql-core has it."""
        return core(self.schema)

    def has_read(self, text: str) -> bool:
        """Tell whether the document of a text is at hand."""
        return text in self._documents

    def document(self, text: str) -> Document:
        """Return the document of a text, parsed and validated once; raise RequestErrors."""
        document = self._documents.get(text)
        if document is None:
            document = read(text, self.core, self.limits)
            if len(text) <= LONGEST_KEPT:
                self._documents.put(text, document, size_of(text))
        return document


def size_of(text: str, sql: str = "") -> int:
    """Return how many bytes a document takes, about; or with the SQL of its statement its plan."""
    return _A_CHARACTER * len(text) + _OF_SQL * len(sql)


@dataclass(slots=True)
class LiveSchema:
    """The schema that is served now; `at_least` and `watch` make it follow the schema facts.

    `watch` also keeps the statistics of the facts, and has told `ahead`, in a thread, what tools
    will ask of a new schema; no request waits for these. `edition` is what answers depend on beside
    schema and facts.
    """

    database: Database
    current: Served
    edition: str = ""
    ahead: Callable[[Served], None] | None = None
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)
    _coming: Catalogue | None = None

    @classmethod
    async def opened(cls, database: Database, limits: DocumentLimits, edition: str = "") -> Self:
        """Read the catalogue and build its schema. Raises as Database.rows does."""
        live = cls(database, await _read(database, limits, edition), edition)
        await live._count()
        return live

    async def at_least(self, t: T) -> Served:
        """Return a schema as new as the one of `t`, built now where it has to be."""
        async with self._building:
            if self.current.catalogue.t < t:
                served = await _read(self.database, self.current.limits, self.edition)
                self.current = replace(served, statistics=self.current.statistics)
                _log.info("schema swapped", t=self.current.catalogue.t)
        return self.current

    async def coming(self, t: T) -> Catalogue:
        """Return a catalogue as new as the one of `t`, whose schema may not be built yet."""
        known = self._coming or self.current.catalogue
        if known.t < t:
            known = self._coming = await read_catalogue(self.database)
        return known

    async def watch(self, pause: float) -> None:
        """Follow what other processes do to the schema, until cancelled."""
        told = None
        while True:
            await asyncio.sleep(pause)
            try:
                clock = await self.database.clock()
                await self.at_least(clock.schema_t)
                counted = self.current.statistics.counted
                if counted is None or has_grown(counted, clock):
                    await self._count()
                if self.ahead is not None and told is not self.current.introspected:
                    told = self.current.introspected
                    await asyncio.to_thread(self.ahead, self.current)
            except OurFault as fault:
                _log.warning("schema not looked at", fault=str(fault))

    async def _count(self) -> None:
        """Take new statistics into use; without them, plans are made of guesses."""
        try:
            counted = await count(self.database)
        except (OurFault, DeadlineExceeded) as fault:
            _log.warning("facts not counted", fault=str(fault))
        else:
            self.current = replace(self.current, statistics=Statistics(counted))


async def _read(database: Database, limits: DocumentLimits, edition: str) -> Served:
    catalogue = await read_catalogue(database)
    # In a thread: meanwhile, requests are answered with the schema that there is.
    return await asyncio.to_thread(_served, catalogue, limits, edition)


def _served(catalogue: Catalogue, limits: DocumentLimits, edition: str) -> Served:
    schema = build(catalogue)
    told = public(core(schema))
    # The catalog holds what the public schema does not show, such as which way an edge flows.
    decisive = "\n".join((edition, told.sdl, print_catalogue(catalogue)))
    digest = hashlib.sha256(decisive.encode()).hexdigest()
    return Served(catalogue, schema, told, limits, hash=digest[:_DIGITS])
