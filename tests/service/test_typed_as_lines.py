"""What a typed mutation writes equals what the same line of a transaction file writes.

Two databases of one catalog go the same way: one through mutations over HTTP, one through lines.
After every step both have the same outcome, and at the end the same log.
"""

import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from store.database import Database
from store.errors import CallerFault
from store.transaction import read
from store.writing.writer import Writer
from tests.conftest import NewDatabase
from tests.oracle import catalog as oracle
from tests.refusals.conftest import filled
from tests.refusals.world import CATALOG, CORE, RAW
from tests.serving import Served, serving

STEPS = 60
WORLD = oracle.read(CATALOG)
NAMES = {
    "Dataset": (RAW, "hw://d/clean", "hw://d/1", "hw://d/2", "hw://d/3"),
    "Team": (CORE, "hw://t/1", "hw://t/2"),
}
INTERFACES = {"Owner": "Team"}
LISTS = {"Dataset": "Datasets", "Team": "Teams"}

# By the type of an attribute: what it takes, and what no road takes.
FINE: Mapping[str, tuple[Any, ...]] = {
    "String": ("a", "", "été", "x\ny"),
    "Kind": ("TABLE", "VIEW"),
    "Int": (0, -1, 2**31 - 1),
    "Long": (5, "9007199254740993", -(2**63)),
    "Decimal": ("1.50", 7, "-0.001"),
    "Float": (0.5, 3, -1e300),
    "Boolean": (True, False),
    "DateTime": ("2024-01-01T00:00:00Z", "2024-06-01T12:00:00.5+02:00"),
    "Date": ("2024-02-29",),
    "UUID": ("123E4567-e89b-12d3-a456-426614174000",),
    "URI": ("https://example.org/a",),
    "Keyword": ("fast", "a.b"),
    "JSON": ({"b": 1, "a": [None, "x"]}, [1.5], "text", 0, False),
    "Dataset": NAMES["Dataset"],
}
UNFIT: Mapping[str, tuple[Any, ...]] = {
    "String": (5, {"a": 1}, "a\0"),
    "Kind": ("INDEX", 1),
    "Int": (2**31, "1", 0.5),
    "Long": (2**63, "x"),
    "Decimal": ("NaN", "1e9999"),
    "Float": ("0.5",),
    "Boolean": ("true", 1),
    "DateTime": ("yesterday", 0),
    "Date": ("2024-02-30",),
    "UUID": ("1234",),
    "URI": ("no scheme",),
    "Keyword": ("a b",),
    "JSON": ({"a": "\0"},),
    "Dataset": (CORE, "raw"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction, said twice."""

    mutation: str
    arguments: Mapping[str, Any]
    kinds: Mapping[str, str]
    line: dict[str, Any]

    def query(self) -> str:
        """Return the operation that says it; every argument is a variable."""
        declared = ", ".join(f"${name}: {kind}" for name, kind in self.kinds.items())
        given = ", ".join(f"{name}: ${name}" for name in self.kinds)
        report = "redundant stubs { urn } transaction { t }"
        return f"mutation ({declared}) {{ {self.mutation}({given}) {{ {report} }} }}"


def _drawn(draw: random.Random, day: int) -> Step:
    about = {"instant": f"2024-03-01T00:{day // 60:02}:{day % 60:02}Z"}
    about |= {
        name: draw.choice(("ann", "é")) for name in ("actor", "reason") if draw.random() < 0.3
    }
    said = draw.choice((_upserts, _upserts, _links, _unlinks, _retracts))(draw)
    mutation, argument, kind, given, statements = said
    kinds = {argument: kind, "about": "TransactionAbout"}
    line = {"tx": about, **statements}
    return Step(mutation, {argument: given, "about": about}, kinds, line)


_Said = tuple[str, str, str, list[Any], dict[str, Any]]


def _upserts(draw: random.Random) -> _Said:
    name = draw.choice(tuple(WORLD.types))
    fields = WORLD.types[name]
    items: list[dict[str, Any]] = []
    upserts, links = [], []
    for urn in draw.sample(NAMES[name], draw.randint(1, 2)):
        item = {
            key: _value(draw, fields[key])
            for key in draw.sample(tuple(fields), min(len(fields), draw.randint(0, 4)))
            if fields[key].edge is None
        }
        upserts.append({"type": name, "urn": urn, **item})
        related = [each for each in fields.values() if each.edge is not None]
        # Links are numbered in the order of the type's fields, and new edges get ids in theirs.
        for each in [each for each in related if draw.random() < 0.3]:
            targets = _targets(draw, each)
            item[each.name] = targets if each.many else targets[0]
            links += [_along(each, urn, target) for target in targets[: None if each.many else 1]]
        items.append({"urn": urn, **item})
    statements = {"upsert": upserts, "link": links}
    return f"upsert{LISTS[name]}", "items", f"[{name}Input!]!", items, statements


def _targets(draw: random.Random, relation: oracle.Field) -> list[str]:
    names = NAMES[INTERFACES.get(relation.type, relation.type)]
    return draw.sample(names, draw.randint(1, 2))


def _along(relation: oracle.Field, near: str, far: str) -> dict[str, Any]:
    hint = {} if relation.type in INTERFACES else {"type": relation.type}
    if relation.reverse:
        told = {"fromType": hint["type"]} if hint else {}
        return {"type": relation.edge, "from": far, "to": near, **told}
    told = {"toType": hint["type"]} if hint else {}
    return {"type": relation.edge, "from": near, "to": far, **told}


def _value(draw: random.Random, attribute: oracle.Field) -> Any:
    if draw.random() < 0.2:
        return None
    pool = UNFIT if draw.random() < 0.04 else FINE
    if not attribute.many:
        return draw.choice(pool[attribute.type])
    members = FINE[attribute.type]
    return draw.sample(members, draw.randint(0, len(members)))


def _edge(draw: random.Random) -> tuple[oracle.Edge, dict[str, Any]]:
    edge = draw.choice(tuple(WORLD.edges.values()))
    source, target = (
        draw.choice(NAMES[draw.choice(sorted(ends))]) for ends in (edge.sources, edge.targets)
    )
    if draw.random() < 0.05:
        source, target = target, source
    ends = {"from": source, "to": target}
    if draw.random() < 0.4:
        ends["key"] = draw.choice(("", "k", "ß"))
    return edge, ends


def _links(draw: random.Random) -> _Said:
    edge, ends = _edge(draw)
    keys = draw.sample(tuple(edge.fields), draw.randint(0, len(edge.fields)))
    properties = {key: _value(draw, edge.fields[key]) for key in keys}
    if draw.random() < 0.2:
        ends["toType"] = draw.choice(("Dataset", "Team"))
    statement = {"type": edge.name, **ends, "properties": properties}
    link = {**ends, **properties}
    kind = f"[{edge.name}Link!]!"
    return f"link{edge.name}", "links", kind, [link], {"link": [statement]}


def _unlinks(draw: random.Random) -> _Said:
    edge, ends = _edge(draw)
    statement = {"type": edge.name, **ends}
    return f"unlink{edge.name}", "links", "[EdgeEnds!]!", [ends], {"unlink": [statement]}


def _retracts(draw: random.Random) -> _Said:
    name = draw.choice(tuple(NAMES))
    ids = draw.sample(NAMES[name], 1)
    return f"retract{LISTS[name]}", "ids", "[ID!]!", ids, {"retract": ids}


@pytest.fixture
def two_worlds(new_database: NewDatabase, template: str) -> Iterator[tuple[str, str]]:
    with new_database(template) as one, new_database(template) as other:
        yield one, other


@pytest.mark.parametrize("seed", range(4))
async def test_a_typed_mutation_writes_what_the_same_line_writes(
    two_worlds: tuple[str, str], seed: int
) -> None:
    draw = random.Random(seed)
    typed_url, lines_url = two_worlds
    await asyncio.gather(filled(typed_url), filled(lines_url))
    counts = {"written": 0, "nothing new": 0, "refused": 0}
    async with serving(typed_url) as served, Database.open(lines_url, pool_size=1) as database:
        writer = Writer(database)
        for day in range(STEPS):
            step = _drawn(draw, day)
            outcome = await _by_line(writer, step)
            counts[_kind(outcome)] += 1
            assert await _by_mutation(served, step, outcome) == outcome, step
        assert await _log(served.database) == await _log(database)
    assert min(counts.values()) >= STEPS // 20, counts


Outcome = dict[str, Any] | str
"""What a report tells, or the code of a refusal."""


def _kind(outcome: Outcome) -> str:
    if isinstance(outcome, str):
        return "refused"
    return "written" if outcome["t"] else "nothing new"


async def _by_line(writer: Writer, step: Step) -> Outcome:
    try:
        report = await writer.transact(read(json.loads(json.dumps(step.line))))
    except CallerFault as fault:
        return fault.code
    return {"t": report.t, "redundant": report.redundant, "stubs": len(report.stubs)}


async def _by_mutation(served: Served, step: Step, expected: Outcome) -> Outcome:
    answer = await served.post(step.query(), step.arguments)
    if "errors" in answer:
        [code] = {error["extensions"]["code"] for error in answer["errors"]}
        # What GraphQL's own types refuse, they refuse before the store sees it.
        before = code in {"BAD_USER_INPUT", "WRONG_VALUE"} and "data" not in answer
        return expected if before and isinstance(expected, str) else str(code)
    [report] = answer["data"].values()
    t = report["transaction"] and int(report["transaction"]["t"])
    return {"t": t, "redundant": report["redundant"], "stubs": len(report["stubs"])}


async def _log(database: Database) -> Any:
    # All but :tx/recordedAt, the time of the wall clock.
    datoms = await database.rows("SELECT t, n, e, a, op, r, v FROM log WHERE a <> 11 ORDER BY t, n")
    about = await database.rows(
        "SELECT t, instant, source, actor, reason FROM tx WHERE t > 1 ORDER BY t"
    )
    return list(map(tuple, datoms)), list(map(tuple, about))
