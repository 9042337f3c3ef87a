"""`lineageChanged` tells what naive walks find before and after each transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from store.database import connect
from tests.subscriptions.running import Writing, running, socket_to, writing

TRANSACTIONS = 60
CHANGED = """subscription (
  $of: [ID!]!, $direction: Direction!, $depth: Int, $types: [EdgeType!], $after: TimePoint
) {
  lineageChanged(
    of: $of, direction: $direction, maxDepth: $depth, edgeTypes: $types, after: $after
  ) {
    t
    nodesAdded { urn depth entity { urn } }
    nodesRemoved { urn }
    edgesAdded { id type }
    edgesRemoved { id edge { from { urn } to { urn } } }
    edgesChanged { id edge { ... on DerivedFrom { weight } } }
    complete
  }
}"""
_ROWS = """
SELECT log.t, log.e, schema_name.name AS attribute, log.op, log.r, log.v, kind.name AS kind
FROM log
JOIN schema_name ON schema_name.id = log.a
LEFT JOIN schema_name AS kind ON kind.id = log.r AND schema_name.name = 'edge/type'
ORDER BY log.t, log.n
"""


def _urn(number: int) -> str:
    return f"hw://dataset/x/{number}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A live edge of the naive graph."""

    e: int
    kind: str
    start: str
    end: str


Graph = frozenset[Edge]


@dataclass(frozen=True, slots=True)
class Moment:
    """The live edges after a transaction, and those that it said something about."""

    t: int
    graph: Graph
    touched: frozenset[int]


async def _moments(url: str) -> list[Moment]:
    """Return the graph after every transaction, made by applying the log row by row."""
    connection = await connect(url)
    rows = await connection.fetch(_ROWS)
    await connection.close()
    urns = {row["e"]: row["v"].strip('"') for row in rows if row["attribute"] == "entity/urn"}
    held: dict[int, dict[str, Any]] = {}
    moments: list[Moment] = []
    for t in range(1, rows[-1]["t"] + 1):
        said = [row for row in rows if row["t"] == t]
        for row in sorted(said, key=lambda each: each["op"]):  # What ends goes first.
            values = held.setdefault(row["e"], {})
            if row["op"]:
                values[row["attribute"]] = row["kind"] or row["r"] or row["v"]
            else:
                values.pop(row["attribute"], None)
        graph = frozenset(
            Edge(e, each["edge/type"], urns[each["edge/from"]], urns[each["edge/to"]])
            for e, each in held.items()
            if "edge/type" in each
        )
        moments.append(Moment(t, graph, frozenset(row["e"] for row in said)))
    return moments


def _reached(graph: Graph, roots: Iterable[str], depth: int, *, upstream: bool) -> set[str]:
    reached = set(roots)
    for _ in range(depth):
        # DerivedFrom and TrainedOn both lead upstream.
        steps = ((each.start, each.end) if upstream else (each.end, each.start) for each in graph)
        reached |= {far for near, far in steps if near in reached}
    return reached


def _within(graph: Graph, asked: Mapping[str, Any], known: set[str]) -> tuple[set[str], set[int]]:
    lineage = frozenset(each for each in graph if each.kind in asked["types"])
    roots, sides = set(asked["of"]) & known, asked["direction"]
    nodes: set[str] = set(roots)
    for side in ("UPSTREAM", "DOWNSTREAM"):
        if sides in {side, "BOTH"}:
            nodes |= _reached(lineage, roots, asked["depth"], upstream=side == "UPSTREAM")
    return nodes, {each.e for each in lineage if {each.start, each.end} <= nodes}


def _expected(moments: list[Moment], asked: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    known: set[str] = set()
    before: tuple[set[str], set[int]] = (set(), set())
    for moment in moments:
        known |= {end for each in moment.graph for end in (each.start, each.end)}
        nodes, edges = now = _within(moment.graph, asked, known)
        changed = before[1] & edges & moment.touched
        parts = (
            nodes - before[0],
            before[0] - nodes,
            edges - before[1],
            before[1] - edges,
            changed,
        )
        if any(parts):
            yield (moment.t, *parts)
        before = now


def _told(event: Mapping[str, Any]) -> tuple[object, ...]:
    def ids(name: str) -> set[int]:
        return {int(each["id"][1:]) for each in event[name]}

    def urns(name: str) -> set[str]:
        return {each["urn"] for each in event[name]}

    assert event["complete"] is True
    assert all(each["entity"]["urn"] == each["urn"] for each in event["nodesAdded"])
    return (
        int(event["t"]),
        urns("nodesAdded"),
        urns("nodesRemoved"),
        ids("edgesAdded"),
        ids("edgesRemoved"),
        ids("edgesChanged"),
    )


async def _write(writer: Writing, random: Random) -> None:
    linked: set[tuple[int, int]] = set()
    for _ in range(TRANSACTIONS):
        one, other = random.sample(range(10), 2)
        link = {"type": "DerivedFrom", "from": _urn(one), "to": _urn(other)}
        match random.randrange(5):
            case 0 if linked:
                one, other = random.choice(sorted(linked))
                linked.discard((one, other))
                await writer.write(
                    unlink=[{"type": "DerivedFrom", "from": _urn(one), "to": _urn(other)}]
                )
            case 1 if linked:
                one, other = random.choice(sorted(linked))
                weight = {"weight": random.random()}
                await writer.write(
                    link=[
                        {"type": "DerivedFrom", "from": _urn(one), "to": _urn(other),
                         "properties": weight}
                    ]
                )  # fmt: skip
            case 2:
                name = str(random.random())
                await writer.write(
                    upsert=[{"type": "Dataset", "urn": _urn(one), "name": name}],
                    link=[{"type": "OwnedBy", "from": _urn(one), "to": f"hw://team/x/{name}",
                           "toType": "Team"}],
                )  # fmt: skip
            case _ if (one, other) not in linked:
                linked.add((one, other))
                await writer.write(link=[link])
            case _:
                continue


@pytest.mark.parametrize(
    ("direction", "depth", "types", "of"),
    [
        ("BOTH", 2, ["DerivedFrom", "TrainedOn"], [0]),
        ("UPSTREAM", 1, ["DerivedFrom"], [0, 3]),
        ("DOWNSTREAM", 10, ["DerivedFrom", "TrainedOn"], [5, 77]),
        ("BOTH", 10, ["TrainedOn"], [1]),
    ],
)
async def test_what_is_told_is_what_a_naive_walk_finds(
    catalog_url: str, direction: str, depth: int, types: list[str], of: list[int]
) -> None:
    asked = {"direction": direction, "depth": depth, "types": types, "of": list(map(_urn, of))}
    async with (
        running(catalog_url) as server,
        writing(catalog_url) as writer,
        socket_to(server.at) as socket,
    ):
        await _write(writer, Random(len(types) + depth))
        expected = list(_expected(await _moments(catalog_url), asked))
        await socket.begin()
        await socket.subscribe(CHANGED, {**asked, "after": 0})
        told = [_told((await socket.next())["data"]["lineageChanged"]) for _ in expected]
        assert told == expected
        # And nothing more, until something is within reach again.
        model = {"type": "TrainedOn", "from": "hw://model/x/m", "to": _urn(of[0])}
        await writer.write(link=[{**model, "fromType": "Model"}])
        await writer.write(link=[{"type": "DerivedFrom", "from": _urn(of[0]), "to": _urn(99)}])
        rest = list(_expected(await _moments(catalog_url), asked))[len(expected) :]
        assert [_told((await socket.next())["data"]["lineageChanged"]) for _ in rest] == rest
    print(f"{len(expected)} of {TRANSACTIONS} transactions changed what is within reach")
