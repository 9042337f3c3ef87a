"""A shelf of a few things, so that answers can be worked out by hand, and the way to ask it.

t 2: `a` ("orders"), `b` ("items") and `c` ("Orders 2") are datasets; `b` and `c` derive from `a`,
     `a` is owned by the team `core` and by `ada`, of whom nothing is known but that.
t 3: `a` has 20 rows instead of 10; `b` no longer derives from `a`; `c` derives from `a` twice.
t 4: `b` derives from `a` again, has no name, and 20 rows too; `ada` turns out to be a person.
t 5: `c` is retracted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from datalog.reading.query import read_query
from datalog.syntax.query import Query, Source
from datalog.syntax.views import View
from schema.sdl import catalog as sdl
from store import transaction
from store.catalogue import Catalogue
from store.database import Database
from store.schema import writer as schema_writer
from store.writing.writer import Writer
from tests.datalog.asking import answer
from tests.datalog.library import CATALOG

A, B, C, CORE, ADA = (f"hw://test/shelf/{name}" for name in ("a", "b", "c", "core", "ada"))
LAST = 5
"""The t of the last transaction."""


def instant(t: int) -> datetime:
    """Return the instant of a transaction."""
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=t)


def _link(edge: str, near: str, far: str, key: str = "", **of_edge: object) -> dict[str, object]:
    return {"type": edge, "from": near, "to": far, "key": key, "properties": of_edge}


def _dataset(urn: str, /, **values: object) -> dict[str, object]:
    return {"type": "Dataset", "urn": urn, **values}


SAID: list[dict[str, object]] = [
    {
        "upsert": [
            _dataset(
                A,
                name="orders",
                rows=10,
                size="100",
                price="2.50",
                ratio=0.5,
                hidden=False,
                layer="RAW",
                day="2024-02-29",
                seenAt="2024-05-06T07:08:09Z",
                home="https://example.org/a",
                token=str(UUID(int=7)),
                extra={"k": 1},
                tags=["x", "y"],
            ),
            _dataset(B, name="items", rows=3, size="3", price="10", tags=["y"], replacement=A),
            _dataset(C, name="Orders 2", rows=-7, ratio=-1.25, hidden=True, layer="REFINED"),
            {"type": "Team", "urn": CORE, "name": "core"},
        ],
        "link": [
            _link("DerivedFrom", B, A, weight=0.5),
            _link("DerivedFrom", C, A),
            _link("OwnedBy", A, CORE, duty="keeps"),
            _link("OwnedBy", A, ADA),
        ],
    },
    {
        "upsert": [_dataset(A, rows=20)],
        "unlink": [{"type": "DerivedFrom", "from": B, "to": A}],
        "link": [_link("DerivedFrom", C, A, key="again", weight=2.0)],
    },
    {
        "upsert": [
            _dataset(B, name=None, rows=20),
            {"type": "Person", "urn": ADA, "name": "Ada"},
        ],
        "link": [_link("DerivedFrom", B, A, weight=0.75)],
    },
    {"retract": [C]},
]


async def fill(url: str) -> None:
    """Put the shelf into a database that has been migrated."""
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for t, each in enumerate(SAID, 2):
            about = {"instant": instant(t).isoformat(), "source": "test", "reason": f"day {t}"}
            await writer.transact(transaction.read({"tx": about, **each}))


@dataclass(frozen=True)
class Shelf:
    """A database with the shelf in it, its catalogue, and the urns of its public ids."""

    database: Database
    catalogue: Catalogue
    names: Mapping[str, str]

    async def ask(self, text: str, views: Mapping[str, View] = {}, **moments: int) -> list[Any]:
        """Return the rows of a query, in their order; entities as the last part of their urn.

        `views` say how databases are seen, `moments` what the names in them stand for.
        """
        found = await answer(self.database, self.catalogue, query(text, views), moments)
        assert found.complete
        return [[self._plain(value) for value in row] for row in found.rows]

    def _plain(self, value: object) -> object:
        return self.names.get(value, value) if isinstance(value, str) else value


def query(text: str, views: Mapping[str, View] = {}) -> Query:
    """Return the query that a text says, its databases seen through these views."""
    read = read_query(text).query
    sources = tuple(
        Source(each.name, views.get(each.name, each.view))
        for each in read.inputs
        if isinstance(each, Source)
    )
    named = {each.name for each in sources}
    added = tuple(Source(name, view) for name, view in views.items() if name not in named)
    rest = tuple(each for each in read.inputs if not isinstance(each, Source))
    return Query(
        read.find,
        (*sources, *added, *rest),
        read.where,
        read.order,
        read.limit,
        read.offset,
        read.with_,
        read.rules,
        read.spec,
        read.maps,
    )
