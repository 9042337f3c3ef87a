"""The catalogue as this process knows it: read once, and again when somebody saw a newer one."""

import asyncio
from dataclasses import dataclass, field

from store.catalogue import Catalogue
from store.database import Database
from store.ids import T
from store.schema.facts import read_catalogue

NOTHING_YET = T(0)


@dataclass(slots=True)
class CatalogueCache:
    """Holds the newest catalogue that was read."""

    _known: Catalogue | None = field(default=None, init=False)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def current(self, database: Database, schema_t: T = NOTHING_YET) -> Catalogue:
        """Return the catalogue as of `schema_t` at least; reads only where what is known is older.

        Every read returns the schema_t of its snapshot: whoever sees a newer one passes it here.
        """
        if self._known is not None and self._known.t >= schema_t:
            return self._known
        async with self._reading:
            if self._known is None or self._known.t < schema_t:
                self.learn(await read_catalogue(database))
            return self._newest()

    async def newest(self, database: Database) -> Catalogue:
        """Return the catalogue as of now: asks the clock, and reads where that is ahead."""
        [schema_t] = await database.row("SELECT schema_t FROM clock")
        return await self.current(database, T(schema_t))

    def learn(self, catalogue: Catalogue) -> None:
        """Take a catalogue that somebody has read or made, unless a newer one is known."""
        if self._known is None or self._known.t < catalogue.t:
            self._known = catalogue

    def _newest(self) -> Catalogue:
        return self._known or Catalogue()
