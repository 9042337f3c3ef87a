"""A database for pulls: a catalog with components, and facts few enough to know by heart.

`a` derives from `b` and `c`, both of which derive from `d`, and `d` from `a`: a diamond, and a way
back. The report `r` owns the sections `s1` and `s2`, `s1` owns `s11`, each section owns a note. The
sections `l1` and `l2` own each other. The report `p2` owns the note `k`, the memo `o` knows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from datalog.reading import edn
from datalog.reading.pulling import pull_pattern
from datalog.syntax.clauses import Clause, Pattern
from datalog.syntax.finding import Pull
from datalog.syntax.query import Query, Source
from datalog.syntax.terms import Constant, Variable
from datalog.syntax.views import AsOf, Since
from schema.sdl import catalog as sdl
from store import transaction
from store.catalogue import Catalogue
from store.database import Database
from store.schema import writer as schema_writer
from store.writing.writer import Writer
from tests.datalog.asking import NOW, answer

CATALOG = """
interface Owner { name: String @index }
type Dataset @entity {
  name: String @index
  rows: Long
  price: Decimal
  hidden: Boolean
  seenAt: DateTime
  tags: [String!]
  replacement: Dataset
  similar: [Dataset!]
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  owners: [Owner!] @rel(edge: "OwnedBy")
  steward: Person @rel(edge: "StewardedBy")
}
type Team implements Owner @entity { name: String @index }
type Person implements Owner @entity(plural: "people") { name: String @index boss: Person }
type Report @entity {
  title: String
  sections: [Section!] @component
  cover: Note @component
  remarks: [Note!] @rel(edge: "Remark") @component
  notices: [Note!] @rel(edge: "Notice") @component
}
type Memo @entity { notices: [Note!] @rel(edge: "Notice") }
type Section @entity { title: String sections: [Section!] @component note: Note @component }
type Note @entity { text: String }
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) {
  weight: Float
  labels: [String!]
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { duty: Keyword }
type StewardedBy @edge(from: ["Dataset"], to: ["Person"], upstream: NONE)
type Remark @edge(from: ["Report"], to: ["Note"], upstream: NONE)
type Notice @edge(from: ["Report", "Memo"], to: ["Note"], upstream: NONE)
"""


def urn(name: str) -> str:
    """Return the urn of something of this family."""
    return f"hw://test/family/{name}"


def _entity(type_name: str, of: str, /, **values: object) -> dict[str, object]:
    return {"type": type_name, "urn": urn(of), **values}


def _link(edge: str, near: str, far: str, key: str = "", **of_edge: object) -> dict[str, object]:
    return {"type": edge, "from": urn(near), "to": urn(far), "key": key, "properties": of_edge}


SAID: list[dict[str, object]] = [
    {  # t 2
        "upsert": [
            _entity("Dataset", "a", name="A", rows="10", hidden=False, tags=["x", "y", "z"]),
            _entity("Dataset", "b", name="B", replacement=urn("a"), price="1.5"),
            _entity("Dataset", "c", name="C", replacement=urn("a"), similar=[urn("a"), urn("b")]),
            _entity("Dataset", "d", name="D", tags=[f"tag {n:04}" for n in range(1_100)]),
            _entity("Team", "t", name="Team"),
            _entity("Person", "p", name="Person", boss=urn("q")),
            _entity("Person", "q", name="Boss"),
            _entity("Report", "r", title="Report", sections=[urn("s1"), urn("s2")], cover=urn("n")),
            _entity("Section", "s1", title="One", sections=[urn("s11")], note=urn("n1")),
            _entity("Section", "s2", title="Two"),
            _entity("Section", "s11", title="One one", note=urn("n11")),
            _entity("Note", "n", text="Cover"),
            _entity("Note", "n1", text="On one"),
            _entity("Note", "n11", text="On one one"),
            _entity("Note", "m", text="Remark"),
            _entity("Report", "p2", title="Second"),
            _entity("Memo", "o"),
            _entity("Note", "k", text="Known"),
        ],
        "link": [
            _link("DerivedFrom", "a", "b", weight=0.5, labels=["l2", "l1"]),
            _link("DerivedFrom", "a", "c"),
            _link("DerivedFrom", "b", "d"),
            _link("DerivedFrom", "c", "d", weight=0.25),
            _link("OwnedBy", "a", "t", duty="keeps"),
            _link("OwnedBy", "a", "p"),
            _link("StewardedBy", "a", "p"),
            _link("Remark", "r", "m"),
            _link("Notice", "p2", "k"),
            _link("Notice", "o", "k"),
        ],
    },
    {  # t 3: the way back, and a second edge beside the first.
        "link": [_link("DerivedFrom", "d", "a"), _link("DerivedFrom", "a", "b", key="again")],
        "upsert": [_entity("Dataset", "a", name="A renamed", rows="11")],
    },
    {  # t 4
        "unlink": [{"type": "OwnedBy", "from": urn("a"), "to": urn("p")}],
        "upsert": [
            _entity("Dataset", "b", replacement=None),
            _entity("Note", "n", text="Cover 2"),
            _entity("Section", "l1", title="Loop 1", sections=[urn("l2")]),
            _entity("Section", "l2", title="Loop 2", sections=[urn("l1")]),
        ],
    },
]

LAST = 4
"""The t of the last transaction."""


def instant(t: int) -> datetime:
    """Return the instant of a transaction."""
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=t)


async def fill(url: str) -> None:
    """Put the family into a database that has been migrated."""
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for t, each in enumerate(SAID, 2):
            about = {"instant": instant(t).isoformat(), "reason": f"day {t}"}
            await writer.transact(transaction.read({"tx": about, **each}))


@dataclass(frozen=True)
class Family:
    """The database, and the names that stand for public ids in what pulls tell."""

    database: Database
    catalogue: Catalogue
    names: Mapping[str, str]

    async def pull(self, of: str, pattern: str, *, source: Source = NOW, **slots: object) -> Any:
        """Return what a pull tells of an entity of the family: names instead of public ids."""
        where = (Pattern(E, "entity/urn", Constant(urn(of))),)
        return await self.pull_where(where, pattern, source=source, **slots)

    async def pull_where(
        self, where: tuple[Clause, ...], pattern: str, *, source: Source = NOW, **slots: object
    ) -> Any:
        """Return what a pull tells of the one entity ?e for which clauses hold now."""
        pull = Pull(E, pull_pattern(edn.read(pattern)), source.name)
        inputs = (NOW,) if source.name == "$" and source == NOW else (NOW, source)
        found = await answer(self.database, self.catalogue, Query((pull,), inputs, where), slots)
        [[told]] = found.rows
        return self.named(told)

    def named(self, told: Any) -> Any:
        """Return JSON with the names of the family instead of public ids."""
        match told:
            case dict():
                return {key: self.named(value) for key, value in told.items()}
            case list():
                return [self.named(value) for value in told]
            case _:
                return self.names.get(told, told) if isinstance(told, str) else told


E = Variable("e")
BEFORE = Source("$then", AsOf("then"))
LATELY = Source("$lately", Since("then"))
