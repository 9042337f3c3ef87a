"""A small database for these tests: a catalog, and transactions drawn with a fixed seed.

`Facts` keeps what was said, in the plainest form, so that answers can be worked out by hand.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.schema import writer as schema_writer
from store.writing.writer import Writer

CATALOG = """
interface Owner { name: String @index }
enum Layer { RAW REFINED }
type Dataset @entity {
  name: String @required @index
  rows: Int @index
  size: Long @index
  price: Decimal @index
  ratio: Float @index
  seenAt: DateTime @index
  day: Date @index
  hidden: Boolean @index
  layer: Layer @index
  home: URI @index
  extra: JSON
  token: UUID @index
  tags: [String!] @index
  replacement: Dataset
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  owners: [Owner!] @rel(edge: "OwnedBy")
  steward: Person @rel(edge: "StewardedBy")
}
type Pipeline @entity { name: String @index writes: [Dataset!] @rel(edge: "Writes") }
type Team implements Owner @entity { name: String @index }
type Person implements Owner @entity(plural: "people") { name: String @index }
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) { weight: Float @index }
type Writes @edge(from: ["Pipeline"], to: ["Dataset"], upstream: FROM)
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { duty: Keyword @index }
type StewardedBy @edge(from: ["Dataset"], to: ["Person"], upstream: NONE)
"""

LAST = 12
"""The t of the last transaction."""

EdgeKey = tuple[str, str, str, str]


def urn(name: str) -> str:
    """Return the urn of something of this library."""
    return f"hw://test/library/{name}"


@dataclass
class State:
    """What holds at one t: values by urn, live edges."""

    values: dict[str, dict[str, object]] = field(default_factory=dict)
    edges: set[EdgeKey] = field(default_factory=set)


@dataclass
class Facts:
    """The states after each transaction, and the numbers that the store gave."""

    states: dict[int, State]
    numbers: Mapping[str, int] = field(default_factory=dict)
    edge_numbers: Mapping[EdgeKey, int] = field(default_factory=dict)

    def datasets(self, t: int = LAST) -> dict[str, dict[str, object]]:
        """Return the values of the datasets that are not deleted."""
        found = self.states[t].values.items()
        return {of: values for of, values in found if of.startswith(urn("d")) and values}


NAMES = ["", "ä", "a", "a%", "a_b", "ab", 'q"u\\o', "b" * 300, "b" * 299 + "c", "Ω", "😀", "z"]


FULL: dict[str, object] = {
    "type": "Dataset",
    "urn": urn("dfull"),
    "name": "full",
    "rows": 5,
    "size": "-12",
    "price": "2.50",
    "ratio": 1e-7,
    "seenAt": "2024-05-06T07:08:09.000001+02:00",
    "day": "2024-02-29",
    "hidden": False,
    "layer": "RAW",
    "home": "https://example.org/a?b=%20",
    "extra": {"b": [1, None, 2.5], "a": "\u2028'\""},
    "token": "123E4567-e89b-12d3-a456-426614174000",
    "tags": [f"tag {number}" for number in range(70)],
    "replacement": urn("d00"),
}
"""A dataset with a value of every kind, and a list that is too long for its version."""


def said() -> tuple[list[dict[str, object]], Facts]:
    """Return the transactions from t 2 on, and what holds after each."""
    draw = random.Random(20_240)  # Nothing secret.
    state = State()
    facts = Facts({0: State(), 1: State()})
    transactions: list[dict[str, object]] = []
    people = [_entity("Team", f"t{number}", name=f"Team {number}") for number in range(3)]
    people += [_entity("Person", f"p{number}", name=f"Person {number}") for number in range(4)]
    people.append(FULL)
    people += [_entity("Pipeline", f"w{number}", name=f"Pipeline {number}") for number in range(8)]
    for t in range(2, LAST + 1):
        upserts = people if t == 2 else []
        links, unlinks = _edges(draw, state, fresh=60 if t == 2 else 14)
        upserts = [*upserts, *_datasets(draw, range(40) if t == 2 else draw.sample(range(40), 8))]
        _hold(state, upserts, links, unlinks)
        about = {"instant": instant(t).isoformat(), "source": "test", "reason": f"day {t}"}
        transactions.append(
            {
                "tx": about,
                "upsert": upserts,
                "link": [_link(each) for each in links],
                "unlink": [_link(each) for each in unlinks],
            }
        )
        facts.states[t] = State({of: dict(to) for of, to in state.values.items()}, set(state.edges))
    return transactions, facts


def instant(t: int) -> datetime:
    """Return the instant of a transaction."""
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=t)


def _entity(type_name: str, of: str, **values: object) -> dict[str, object]:
    return {"type": type_name, "urn": urn(of), **values}


def _datasets(draw: random.Random, numbers: Iterable[int]) -> list[dict[str, object]]:
    return [
        _entity(
            "Dataset",
            f"d{number:02}",
            name=draw.choice([*NAMES, None]),
            rows=draw.choice([None, 0, 1, -5, 2**31 - 1]),
            size=draw.choice([None, "9007199254740993", "7"]),
            price=draw.choice([None, "1.5", "10", "0.001"]),
            seenAt=draw.choice([None, "2024-02-29T12:00:00.25Z", "2024-01-01T00:00:00Z"]),
            hidden=draw.choice([None, True, False]),
            layer=draw.choice([None, "RAW", "REFINED"]),
            tags=draw.sample(["x", "y", "%", "é"], draw.randint(0, 3)),
        )
        for number in numbers
    ]


def _edges(draw: random.Random, state: State, fresh: int) -> tuple[list[EdgeKey], list[EdgeKey]]:
    gone = draw.sample(sorted(state.edges), len(state.edges) // 6)
    links: set[EdgeKey] = set()
    for _ in range(fresh):
        near, far = f"d{draw.randrange(40):02}", f"d{draw.randrange(40):02}"
        links.add(("DerivedFrom", urn(near), urn(far), draw.choice(["", "", "again"])))
        links.add(("Writes", urn(f"w{draw.randrange(8)}"), urn(near), ""))
        links.add(("OwnedBy", urn(far), urn(draw.choice(["t0", "t1", "p0", "p1"])), ""))
    stewards = {edge[1] for edge in state.edges if edge[0] == "StewardedBy"}
    for number in draw.sample(range(40), fresh // 3):
        if urn(f"d{number:02}") not in stewards:
            links.add(("StewardedBy", urn(f"d{number:02}"), urn(f"p{draw.randrange(4)}"), ""))
    return sorted(links - set(gone)), gone


def _link(edge: EdgeKey) -> dict[str, object]:
    return dict(zip(("type", "from", "to", "key"), edge, strict=True))


def _hold(
    state: State,
    upserts: Iterable[Mapping[str, object]],
    links: Iterable[EdgeKey],
    unlinks: Iterable[EdgeKey],
) -> None:
    for upsert in upserts:
        held = state.values.setdefault(str(upsert["urn"]), {})
        for key, value in upsert.items():
            held[key] = value
    state.edges.update(links)
    state.edges.difference_update(unlinks)


async def fill(url: str) -> None:
    """Put the library into a database that has been migrated."""
    transactions, _ = said()
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        writer = Writer(database)
        for each in transactions:
            await writer.transact(transaction.read(each))
        await database.rows(
            "ANALYZE"
        )  # As after a load: PostgreSQL takes what it knows not as empty.
