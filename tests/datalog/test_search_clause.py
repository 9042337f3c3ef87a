"""A search as a clause beside others, against the walk by hand."""

import random
from dataclasses import replace

from datalog.syntax.clauses import Clause, Compare, Ground, Not, Operator, Pattern, Search
from datalog.syntax.query import Input, Query, Scalar
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Bound, Many, Object, Value
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST
from tests.datalog.test_search import (
    DEPTH,
    LIMITS,
    NODE,
    ROOT,
    SIDE,
    URN,
    URNS,
    Asked,
    Walk,
    drawn,
    searched,
)

LAYER = Variable("layer")
ROOTS = (Compare(Operator.MEMBER, URN, URNS), Pattern(ROOT, "entity/urn", URN))
FOUND = Object(
    (
        ("root", Value(ROOT, "entity/urn")),
        ("node", Value(NODE, "entity/urn")),
        ("depth", Bound(DEPTH)),
        ("side", Bound(SIDE)),
    )
)


def _slots(asked: Asked) -> dict[str, object]:
    names = (each.name for each in LIMITS)
    limits = (asked.max_depth, asked.max_nodes, asked.per_node)
    return {"urns": list(asked.roots), **dict(zip(names, limits, strict=True))}


def _expected(library: Library, asked: Asked) -> list[tuple[str, str, int, str]]:
    """Return what each root comes to by itself."""
    found = []
    for root in asked.roots:
        walk = Walk(library.facts, replace(asked, roots=(root,)))
        for name in walk.shown:
            node = walk.node(name)
            found.append((root, name, node["depth"], node["side"]))
    return sorted(found)


async def test_each_root_makes_a_walk_of_its_own(library: Library) -> None:
    draw = random.Random(5)  # Nothing secret.
    for _ in range(40):
        asked = drawn(draw)
        where = (*ROOTS, searched(asked))
        inputs: tuple[Input, ...] = (THEN, Scalar(URNS), *map(Scalar, LIMITS))
        query = Query((ROOT, NODE, DEPTH, SIDE), inputs, where)
        rows = await library.ask(Many("it", query, FOUND), t=asked.t, **_slots(asked))
        found = sorted(tuple(row.values()) for row in rows)
        known = [each for each in _expected(library, asked) if each[0] in _there(library, asked.t)]
        assert found == known, asked


def _there(library: Library, t: int) -> set[str]:
    return set(library.facts.states[t].values)


async def test_a_search_joins_and_is_denied(library: Library) -> None:
    asked = drawn(random.Random(8))  # Nothing secret.
    asked = replace(asked, t=LAST, max_depth=3, max_nodes=100, per_node=100, types=None)
    asked = replace(asked, sides=("UPSTREAM",), edges=("DerivedFrom",))
    search = searched(asked)
    limits = [Ground((each,), ((Constant(100),),)) for each in LIMITS[1:]]
    limits.append(Ground((LIMITS[0],), ((Constant(3),),)))
    raw: Clause = Pattern(NODE, "Dataset/layer", Constant(Keyword("RAW")))
    held = library.facts.datasets()
    every = {(root, node) for root, node, _, _ in _expected(library, asked)}
    is_raw = {of for of, values in held.items() if values.get("layer") == "RAW"}

    async def found(*clauses: Clause) -> set[tuple[str, str]]:
        query = Query((ROOT, NODE), (NOW, Scalar(URNS)), (*ROOTS, *limits, *clauses))
        shape = Object(FOUND.fields[:2])
        rows = await library.ask(Many("it", query, shape), urns=list(asked.roots))
        return {tuple(row.values()) for row in rows}

    assert await found(raw, search) == {pair for pair in every if pair[1] in is_raw}
    outside = {(root, of) for root in asked.roots for of in is_raw} - every
    assert await found(raw, Not((search,))) == outside
    listed = Not((search,), (ROOT, NODE, *LIMITS))
    assert await found(raw, listed) == outside
    assert isinstance(search, Search)
