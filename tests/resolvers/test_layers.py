"""Ranks, cycles and back edges against definitions that are too slow to use.

What is drawn is small, and told of one by one; many of it beside each other are taken away in
arrays. Of each the same must be told.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolvers.lineage.arrows import Arrows
from resolvers.lineage.layers import back, layers

Ends = list[tuple[int, int]]

MANY = 500


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Ends]:
    size = draw(st.integers(0, 9))
    nodes = st.integers(0, max(size - 1, 0))
    return size, draw(st.lists(st.tuples(nodes, nodes), max_size=20 if size else 0))


def _arrows(size: int, ends: Ends, times: int = 1) -> Arrows:
    """Return arrows between their ends, of a graph that is there so many times."""
    near, far = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    copy = size * np.repeat(np.arange(times), len(ends))
    return Arrows.between(size * times, np.tile(near, times) + copy, np.tile(far, times) + copy)


def _reaches(size: int, ends: Ends) -> list[set[int]]:
    reached = [{target for source, target in ends if source == node} for node in range(size)]
    for _ in range(size):
        for node in range(size):
            reached[node] |= set().union(*(reached[each] for each in reached[node]))
    return reached


@given(graphs())
def test_the_rank_is_the_longest_path_from_the_outermost_source(graph: tuple[int, Ends]) -> None:
    size, ends = graph
    reached = _reaches(size, ends)

    def together(one: int, other: int) -> bool:
        return one == other or (other in reached[one] and one in reached[other])

    def rank(node: int) -> int:
        before = [s for s, t in ends if together(t, node) and not together(s, node)]
        return max((rank(each) + 1 for each in before), default=0)

    expected = [rank(node) for node in range(size)]
    assert layers(_arrows(size, ends)).rank == expected
    assert layers(_arrows(size, ends, MANY)).rank == expected * MANY


@given(graphs())
def test_a_node_is_in_a_cycle_where_it_reaches_itself(graph: tuple[int, Ends]) -> None:
    size, ends = graph
    reached = _reaches(size, ends)
    expected = [node in reached[node] for node in range(size)]
    assert layers(_arrows(size, ends)).in_cycle == expected
    assert layers(_arrows(size, ends, MANY)).in_cycle == expected * MANY


@given(graphs())
def test_the_back_edges_are_those_of_a_recursive_search(graph: tuple[int, Ends]) -> None:
    size, ends = graph
    seen: set[int] = set()
    expected: set[int] = set()

    def search(node: int, path: frozenset[int]) -> None:
        seen.add(node)
        for arrow, (source, target) in enumerate(ends):
            if source != node:
                continue
            if target in path | {node}:
                expected.add(arrow)
            elif target not in seen:
                search(target, path | {node})

    for node in range(size):
        if node not in seen:
            search(node, frozenset())
    assert back(_arrows(size, ends)) == expected
    assert back(_arrows(size, ends, MANY)) == {
        len(ends) * copy + arrow for copy in range(MANY) for arrow in expected
    }


@given(graphs())
def test_nothing_goes_round_without_the_back_edges(graph: tuple[int, Ends]) -> None:
    size, ends = graph
    closing = back(_arrows(size, ends))
    rest = [arrow for number, arrow in enumerate(ends) if number not in closing]
    assert not any(node in reached for node, reached in enumerate(_reaches(size, rest)))


def test_a_chain_of_a_hundred_thousand_nodes_needs_no_recursion() -> None:
    size = 100_000
    circle = [(node, (node + 1) % size) for node in range(size)]
    assert back(_arrows(size, circle)) == {size - 1}
    assert all(layers(_arrows(size, circle)).in_cycle)
    assert layers(_arrows(size, circle[:-1])).rank[-1] == size - 1
