"""Recursive rules that begin at many starts: where nobody asks at which, one walk begins at all."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from datalog.reading.query import read_query
from datalog.sql.compile import compile_operation
from datalog.tree import Answer, Operation
from tests.conftest import NewDatabase
from tests.datalog.asking import Library, answer
from tests.datalog.test_rules_plans import FIRST, Graph, fill, nodes_of, opened

NODES, EDGES = 400, 1_000
_draw = random.Random(7)  # Nothing secret.
PAIRS = frozenset((_draw.randrange(NODES), _draw.randrange(NODES)) for _ in range(EDGES))
STARTS = range(0, 200, 4)
"""Whose walks come to much the same nodes."""

CLOSURES = {
    "right": "[(reaches ?a ?b) [?a :DerivedFrom ?b]]"
    " [(reaches ?a ?b) [?a :DerivedFrom ?x] (reaches ?x ?b)]",
    "left": "[(reaches ?a ?b) [?a :DerivedFrom ?b]]"
    " [(reaches ?a ?b) (reaches ?a ?x) [?x :DerivedFrom ?b]]",
    "double": "[(reaches ?a ?b) [?a :DerivedFrom ?b]]"
    " [(reaches ?a ?b) (reaches ?a ?x) (reaches ?x ?b)]",
}
GROUND = f"[(ground [{' '.join(str(FIRST + each) for each in STARTS)}]) [?a ...]]"


@pytest.fixture(scope="module")
def url(new_database: NewDatabase, template: str) -> Iterator[str]:
    """Give a database that holds a graph with many ways to each node."""
    with new_database(template) as it:
        fill(it, PAIRS)
        yield it


def _text(closure: str, find: str, where: str, given: str = "") -> str:
    return f"[:find {find} :in $ {given} :rules [{CLOSURES[closure]}] :where {where}]"


async def _found(library: Library, text: str, **slots: object) -> set[tuple[int, ...]]:
    query = read_query(text).query
    found = await answer(library.database, library.catalogue, query, slots, first=200_000)
    rows = [tuple(int(each[1:]) - FIRST for each in row) for row in found.rows]
    assert len(rows) == len(set(rows))
    return set(rows)


async def _edges_read(library: Library, text: str) -> float:
    operation = Operation((("it", Answer("it", read_query(text).query, 200_000)),), ())
    statement = compile_operation(operation, library.catalogue)
    nodes: list[dict[str, Any]] = await nodes_of(library, statement, {})
    read = [each for each in nodes if each.get("Relation Name") == "edge"]
    return sum(float(each["Actual Rows"] * each["Actual Loops"]) for each in read)


def _ends(graph: Graph) -> set[tuple[int, ...]]:
    return {(end,) for start in STARTS for end in graph.reached(start)}


@pytest.mark.parametrize("closure", CLOSURES)
async def test_what_many_starts_come_to_is_read_once(url: str, closure: str) -> None:
    async with opened(url, PAIRS) as graph:
        for where in (f"{GROUND} (reaches ?a ?b)", f"(reaches ?a ?b) {GROUND}"):
            text = _text(closure, "?b", where)
            assert await _found(graph.library, text) == _ends(graph)
            assert await _edges_read(graph.library, text) <= 3 * EDGES


@pytest.mark.parametrize("closure", CLOSURES)
async def test_starts_may_be_found_given_or_reached(url: str, closure: str) -> None:
    async with opened(url, PAIRS) as graph:
        near = {far for start, far in PAIRS if start in STARTS}
        ends = {(end,) for start in near for end in graph.reached(start)}
        found = f"{GROUND.replace('?a', '?s')} [?s :DerivedFrom ?a] (reaches ?a ?b)"
        assert await _found(graph.library, _text(closure, "?b", found)) == ends
        given = _text(closure, "?b", "(reaches ?a ?b)", "[?a ...]")
        numbers = [FIRST + each for each in STARTS]
        assert await _found(graph.library, given, a=numbers) == _ends(graph)
        twice = _text(closure, "?c", f"{GROUND} (reaches ?a ?b) (reaches ?b ?c)")
        far = {(end,) for (mid,) in _ends(graph) for end in graph.reached(mid)}
        assert await _found(graph.library, twice) == far


async def test_a_start_that_is_asked_keeps_its_ends(url: str) -> None:
    async with opened(url, PAIRS) as graph:
        pairs = {(start, end) for start in STARTS for end in graph.reached(start)}
        both = _text("right", "?a ?b", f"{GROUND} (reaches ?a ?b)")
        assert await _found(graph.library, both) == pairs
        same = _text("right", "?b", f"{GROUND} (reaches ?a ?b) [?a :DerivedFrom ?b]")
        assert await _found(graph.library, same) == {(b,) for a, b in PAIRS if a in STARTS}
        itself = _text("right", "?b", f"{GROUND} (reaches ?a ?b) [(= ?a ?b)]")
        assert await _found(graph.library, itself) == {(a,) for a, b in pairs if a == b}
        apart = _text("right", "?b", f"{GROUND} (reaches ?a ?b) (not [?b :DerivedFrom ?a])")
        back = {(far, near) for near, far in PAIRS}
        assert await _found(graph.library, apart) == {(b,) for a, b in pairs - back}
