"""What PostgreSQL does for recursive rules, over graphs that are larger than a page."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from datalog.sql.compile import Slot, Statement
from datalog.syntax.clauses import Clause, Ground
from datalog.syntax.query import Input, Query, Rule, Scalar
from datalog.syntax.terms import Constant, Variable
from datalog.tree import Bound, Many
from schema.sdl import catalog as sdl
from store.database import Database
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from tests.conftest import NewDatabase
from tests.datalog.asking import NOW, Library
from tests.datalog.library import CATALOG, Facts
from tests.datalog.ruling import START, B, call
from tests.datalog.test_rules_recursive import CLOSURES

EDGES = 2_000
FIRST = 2**20
OTHER = Variable("other")


def chain() -> Iterator[tuple[int, int]]:
    """Return edges one behind the other."""
    yield from ((at, at + 1) for at in range(EDGES))


def tree() -> Iterator[tuple[int, int]]:
    """Return edges from each node to three."""
    yield from ((at // 3, at + 1) for at in range(EDGES))


def circles() -> Iterator[tuple[int, int]]:
    """Return edges in circles of ten, and some between them."""
    draw = random.Random(3)  # Nothing secret.
    for at in range(0, EDGES - 200, 10):
        yield from ((at + step, at + (step + 1) % 10) for step in range(10))
    yield from ((draw.randrange(300), draw.randrange(300)) for _ in range(200))


GRAPHS = {"chain": chain, "tree": tree, "circles": circles}


@dataclass(frozen=True)
class Graph:
    """A database that holds one graph of DerivedFrom edges, and its pairs."""

    library: Library
    pairs: frozenset[tuple[int, int]]

    def reached(self, start: int, *, backward: bool = False) -> set[int]:
        """Return what a walk from a node comes to."""
        onward: dict[int, list[int]] = {}
        for near, far in self.pairs:
            onward.setdefault(far if backward else near, []).append(near if backward else far)
        found: set[int] = set()
        waiting = [start]
        while waiting:
            for each in onward.get(waiting.pop(), ()):
                if each not in found:
                    found.add(each)
                    waiting.append(each)
        return found


@pytest.fixture(scope="module", params=GRAPHS)
def graph_url(
    request: pytest.FixtureRequest, new_database: NewDatabase, template: str
) -> Iterator[tuple[str, str]]:
    """Give databases that hold a graph each."""
    with new_database(template) as url:
        fill(url, set(GRAPHS[request.param]()))
        yield url, request.param


@pytest.fixture
async def graph(graph_url: tuple[str, str]) -> AsyncIterator[Graph]:
    """Give a graph in a database."""
    url, name = graph_url
    async with opened(url, frozenset(GRAPHS[name]())) as found:
        yield found


@asynccontextmanager
async def opened(url: str, pairs: frozenset[tuple[int, int]]) -> AsyncIterator[Graph]:
    """Open a database that holds a graph."""
    async with Database.open(url, pool_size=1) as database:
        library = Library(database, await read_catalogue(database), Facts({}))
        yield Graph(library, pairs)


def fill(url: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Put a graph of DerivedFrom edges into a database that has been migrated."""
    asyncio.run(_fill(url, pairs))


async def _fill(url: str, pairs: Iterable[tuple[int, int]]) -> None:
    async with Database.open(url, pool_size=1) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        catalogue = await read_catalogue(database)
        near, far = zip(*sorted(pairs), strict=True)
        await database.rows(
            'INSERT INTO edge (type, "from", "to", e, key, t0)'
            " SELECT $1::int, f + 1048576, t + 1048576, 1100000 + n, '', 1"
            " FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS u (f, t, n)",
            [catalogue.edge_types["DerivedFrom"].id, list(near), list(far)],
        )
        await database.rows("VACUUM ANALYZE edge", [])


def _query(where: tuple[Clause, ...], rules: Iterable[Rule], *given: Variable) -> Many:
    inputs: tuple[Input, ...] = (NOW, *map(Scalar, given))
    return Many("it", Query((B,), inputs, where, rules=tuple(rules)), Bound(B))


@pytest.mark.parametrize("rules", CLOSURES.values(), ids=CLOSURES)
@pytest.mark.parametrize("start", [0, 150, 1_700])
async def test_a_closure_reads_only_what_it_comes_to(
    graph: Graph, rules: tuple[Rule, ...], start: int
) -> None:
    for backward in (False, True):
        ends = (B, START) if backward else (START, B)
        shape = _query((call("reaches", *ends),), rules, START)
        expected = graph.reached(start, backward=backward)
        found = await graph.library.ask(shape, start=FIRST + start)
        assert {int(each) - FIRST for each in found} == expected
        assert len(found) == len(expected)
        for node in await _nodes(graph, shape, start=FIRST + start):
            if node.get("Relation Name") == "edge":
                assert node["Node Type"] == "Index Only Scan"
                assert node["Actual Loops"] <= 2 * len(expected) + 2
                read = node["Actual Rows"] * node["Actual Loops"]
                assert read <= 3 * (len(expected) + 200)


async def _nodes(graph: Graph, shape: Many, **slots: object) -> list[dict[str, Any]]:
    return await nodes_of(graph.library, graph.library.compile(shape), slots)


async def nodes_of(
    library: Library, statement: Statement, slots: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Return the nodes of PostgreSQL's plan of a statement, as they ran."""
    arguments = [
        slots[each.name] if isinstance(each, Slot) else each for each in statement.arguments
    ]
    text = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}"
    [[plan]] = await library.database.rows(text, arguments)
    return list(_flat(json.loads(plan)[0]["Plan"]))


def _flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _flat(child)


async def test_with_both_ends_known_a_walk_stops_where_it_arrives(graph: Graph) -> None:
    one = Ground((B,), ((Constant(1),),))
    for rules in CLOSURES.values():
        shape = _query((one, call("reaches", START, OTHER)), rules, START, OTHER)
        for start, end in ((30, 31), (3, 2_500), (150, 151), (12, 37)):
            slots = {"start": FIRST + start, "other": FIRST + end}
            there = end in graph.reached(start)
            assert await graph.library.ask(shape, **slots) == ["1"] * there
            if (start, end) in graph.pairs:
                nodes = await _nodes(graph, shape, **slots)
                read = [node for node in nodes if node.get("Relation Name") == "edge"]
                assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) < 40
