"""Ranks, cycles and back edges against definitions that are too slow to use."""

from hypothesis import given
from hypothesis import strategies as st

from resolvers.lineage.layers import Successors, back, layers

Arrows = list[tuple[int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Arrows]:
    size = draw(st.integers(0, 9))
    nodes = st.integers(0, max(size - 1, 0))
    return size, draw(st.lists(st.tuples(nodes, nodes), max_size=20 if size else 0))


def _successors(size: int, arrows: Arrows) -> Successors:
    return [
        sorted((target, number) for number, (source, target) in enumerate(arrows) if source == node)
        for node in range(size)
    ]


def _reaches(size: int, arrows: Arrows) -> list[set[int]]:
    reached = [{target for source, target in arrows if source == node} for node in range(size)]
    for _ in range(size):
        for node in range(size):
            reached[node] |= set().union(*(reached[each] for each in reached[node]))
    return reached


@given(graphs())
def test_the_rank_is_the_longest_path_from_the_outermost_source(graph: tuple[int, Arrows]) -> None:
    size, arrows = graph
    reached = _reaches(size, arrows)

    def together(one: int, other: int) -> bool:
        return one == other or (other in reached[one] and one in reached[other])

    def rank(node: int) -> int:
        before = [s for s, t in arrows if together(t, node) and not together(s, node)]
        return max((rank(each) + 1 for each in before), default=0)

    assert list(layers(_successors(size, arrows)).rank) == [rank(node) for node in range(size)]


@given(graphs())
def test_a_node_is_in_a_cycle_where_it_reaches_itself(graph: tuple[int, Arrows]) -> None:
    size, arrows = graph
    reached = _reaches(size, arrows)
    expected = [node in reached[node] for node in range(size)]
    assert list(layers(_successors(size, arrows)).in_cycle) == expected


@given(graphs())
def test_the_back_edges_are_those_of_a_recursive_search(graph: tuple[int, Arrows]) -> None:
    size, arrows = graph
    successors = _successors(size, arrows)
    seen: set[int] = set()
    expected: set[int] = set()

    def search(node: int, path: frozenset[int]) -> None:
        seen.add(node)
        for target, arrow in successors[node]:
            if target in path | {node}:
                expected.add(arrow)
            elif target not in seen:
                search(target, path | {node})

    for node in range(size):
        if node not in seen:
            search(node, frozenset())
    assert back(successors) == expected


@given(graphs())
def test_nothing_goes_round_without_the_back_edges(graph: tuple[int, Arrows]) -> None:
    size, arrows = graph
    closing = back(_successors(size, arrows))
    rest = [arrow for number, arrow in enumerate(arrows) if number not in closing]
    assert not any(node in reached for node, reached in enumerate(_reaches(size, rest)))


def test_a_chain_of_a_hundred_thousand_nodes_needs_no_recursion() -> None:
    size = 100_000
    chain: Successors = [[((node + 1) % size, node)] for node in range(size)]
    assert back(chain) == {size - 1}
    assert all(layers(chain).in_cycle)
    open_chain: Successors = [*chain[:-1], []]
    assert layers(open_chain).rank[-1] == size - 1
