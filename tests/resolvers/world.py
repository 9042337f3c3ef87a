"""A small world to ask about: the catalog of `library` as SDL, and ten days of what happened.

hits ◄─ clean ◄─ daily ◄─ report      (each made from what is to its left)
▲        │ ▲
└─ loop ◄┘ └─ clicks (first known as a reference only)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from resolvers.answer import Answer, answer
from resolvers.limits import Limits
from resolvers.plan import Plan, plan
from schema.sdl import catalog as sdl
from store import transaction
from store.catalogue import Catalogue
from store.database import Database
from store.schema import writer as schema_writer
from store.writing.writer import Writer
from tests.resolvers.asking import select

CATALOG = """
interface Owner { name: String @index owns: [Asset!] @rel(edge: "OwnedBy", reverse: true) }
interface Asset { name: String @index owners: [Owner!] @rel(edge: "OwnedBy") }
enum Layer { RAW REFINED }
type Dataset implements Asset @entity {
  name: String @required @index
  rows: Long @index
  tags: [String!] @index
  layer: Layer @index
  price: Decimal @index
  seenAt: DateTime @index
  replacement: Dataset
  readers: [Owner!]
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  downstream: [Dataset!] @rel(edge: "DerivedFrom", reverse: true)
  owners: [Owner!] @rel(edge: "OwnedBy")
  features: [Feature!] @rel(edge: "ComputedFrom", reverse: true)
  steward: Person @rel(edge: "StewardedBy")
  madeBy: [Pipeline!] @rel(edge: "Writes", reverse: true)
}
type Feature implements Asset @entity {
  name: String @required @index
  sources: [Dataset!] @rel(edge: "ComputedFrom")
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type Pipeline @entity {
  name: String @required @index
  writes: [Dataset!] @rel(edge: "Writes")
}
type Team implements Owner @entity {
  name: String @required @index
  budget: Decimal @index
  owns: [Asset!] @rel(edge: "OwnedBy", reverse: true)
}
type Person implements Owner @entity(plural: "people") {
  name: String @required @index
  age: Int @index
  owns: [Asset!] @rel(edge: "OwnedBy", reverse: true)
}
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) { weight: Float @index }
type ComputedFrom @edge(from: ["Feature"], to: ["Dataset"], upstream: TO)
type Writes @edge(from: ["Pipeline"], to: ["Dataset"], upstream: FROM)
type OwnedBy @edge(from: ["Asset"], to: ["Owner"], upstream: NONE) { duty: Keyword @index }
type StewardedBy @edge(from: ["Dataset"], to: ["Person"], upstream: NONE)
"""


def urn(name: str) -> str:
    """Return the urn of something of this world."""
    return f"hw://test/world/{name}"


def _dataset(name: str, **values: object) -> dict[str, object]:
    return {"type": "Dataset", "urn": urn(name), "name": name, **values}


def _link(kind: str, near: str, far: str, **more: object) -> dict[str, object]:
    return {"type": kind, "from": urn(near), "to": urn(far), **more}


HAPPENED: Sequence[Mapping[str, object]] = (  # t 2 and on; t 1 is the catalog's.
    {
        "upsert": [
            {"type": "Team", "urn": urn("growth"), "name": "Growth", "budget": "10.50"},
            {"type": "Person", "urn": urn("ann"), "name": "Ann", "age": 40},
            {"type": "Person", "urn": urn("bob"), "name": "Bob"},
        ]
    },
    {
        "upsert": [
            _dataset("hits", rows=100, tags=["raw", "web"], layer="RAW"),
            _dataset("clean", rows=90, tags=["web"], layer="REFINED", price="1.5"),
            _dataset("daily", rows="9007199254740993", seenAt="2024-01-01T00:00:00Z"),
        ],
        "link": [
            _link("DerivedFrom", "clean", "hits", properties={"weight": 0.5}),
            _link("DerivedFrom", "daily", "clean", properties={"weight": 1.0}),
            _link("DerivedFrom", "daily", "clicks"),
        ],
    },
    {
        "upsert": [_dataset("report"), _dataset("loop")],
        "link": [
            _link("DerivedFrom", "report", "daily"),
            _link("DerivedFrom", "loop", "daily"),
            _link("DerivedFrom", "clean", "loop"),
        ],
    },
    {
        "link": [
            _link("OwnedBy", "hits", "growth", properties={"duty": "runs"}),
            _link("OwnedBy", "hits", "ann", properties={"duty": "knows"}),
            _link("OwnedBy", "clean", "ann", properties={"duty": "runs"}),
            _link("OwnedBy", "daily", "somebody"),
            _link("StewardedBy", "hits", "bob"),
            _link("DerivedFrom", "daily", "clean", key="again"),
        ]
    },
    {
        "upsert": [
            {"type": "Feature", "urn": urn("ctr"), "name": "ctr"},
            {"type": "Pipeline", "urn": urn("etl"), "name": "etl"},
            _dataset("hits", replacement=urn("clean"), readers=[urn("ann"), urn("growth")]),
        ],
        "link": [_link("ComputedFrom", "ctr", "clean"), _link("Writes", "etl", "clean")],
    },
    {"upsert": [_dataset("hits", rows=120), _dataset("clicks", rows=7)]},
    {
        "unlink": [_link("StewardedBy", "hits", "bob")],
        "link": [_link("StewardedBy", "hits", "ann")],
    },
    {"upsert": [_dataset("old", rows=1)]},
    {"retract": [urn("old")]},
)
LATEST = 1 + len(HAPPENED)


def day(t: int) -> str:
    """Return the instant of a transaction, as the answers say it."""
    return f"2024-01-{t:02}T00:00:00Z"


async def happen(url: str) -> None:
    """Put this world into a database that has been migrated."""
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for number, said in enumerate(HAPPENED, 2):
            about = {"instant": day(number), "source": "test", "reason": f"day {number}"}
            await writer.transact(transaction.read({"tx": about, **said}))


NOW = datetime(2025, 1, 1, tzinfo=UTC)
SECRET = b"a secret of this test"


@dataclass(frozen=True, slots=True)
class World:
    """The world, and how it is asked."""

    database: Database
    catalogue: Catalogue
    limits: Limits

    def plan(self, text: str) -> Plan:
        """Return the plan for what a GraphQL text selects."""
        return plan(self.catalogue, select(text, self.catalogue), self.limits)

    async def answer(self, text: str, **variables: object) -> Answer:
        """Return the whole answer; it took one statement."""
        return await self.answered(self.plan(text), variables)

    async def answered(self, made: Plan, variables: Mapping[str, object]) -> Answer:
        """Return the answer of a plan; it took one statement."""
        before = self.database.statements
        found = await answer(self.database, made, variables, NOW, SECRET)
        assert self.database.statements == before + 1
        return found

    async def ask(self, text: str, **variables: object) -> dict[str, Any]:
        """Return the values of the answer."""
        return dict((await self.answer(text, **variables)).values)

    async def one(self, text: str, **variables: object) -> Any:
        """Return the value of the one root field."""
        [value] = (await self.ask(text, **variables)).values()
        return value
