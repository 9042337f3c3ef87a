"""Simple paths in drawn graphs, against every walk there is."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from resolvers.reach.simple_paths import Between, Path, Steps

NODES = range(6)
PLENTY = 1_000_000


@st.composite
def drawn(draw: st.DrawFn) -> Between:
    """Draw a small graph: circles, diamonds and what joins them are all among these."""
    pairs = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES))
    edges = draw(st.sets(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=14))
    onward: dict[int, list[int]] = {}
    for near, far in sorted(edges):
        onward.setdefault(near, []).append(far)
    some = st.frozensets(st.sampled_from(NODES), max_size=3)
    passable = draw(st.sampled_from([frozenset(NODES), draw(some)]))
    return Between(onward, draw(some), draw(some), passable, draw(st.integers(0, 7)))


def _by_hand(between: Between) -> list[Path]:
    found = [path for start in between.starts for path in _on_from(between, (start,))]
    return sorted(found, key=lambda path: (len(path), path))


def _on_from(between: Between, path: Path) -> Iterator[Path]:
    if len(path) > 1 and path[-1] in between.ends:
        yield path
    if len(path) - 1 < between.most and (len(path) == 1 or path[-1] in between.passable):
        for far in between.onward.get(path[-1], ()):
            if far not in path:
                yield from _on_from(between, (*path, far))


@given(drawn())
def test_every_simple_path_is_found_shortest_first(between: Between) -> None:
    assert list(between.paths((), Steps(PLENTY))) == _by_hand(between)


@given(drawn(), st.data())
def test_what_follows_a_path_is_what_came_after_it(between: Between, data: st.DataObject) -> None:
    every = _by_hand(between)
    if every:
        at = data.draw(st.integers(0, len(every) - 1))
        assert list(between.paths(every[at], Steps(PLENTY))) == every[at + 1 :]


@given(drawn())
def test_all_are_counted(between: Between) -> None:
    assert between.count(Steps(PLENTY)) == (len(_by_hand(between)), True)


@given(drawn(), st.integers(0, 30))
def test_whoever_runs_out_of_steps_says_so_and_counts_no_more_than_there_are(
    between: Between, steps: int
) -> None:
    number, is_all = between.count(Steps(steps))
    every = len(_by_hand(between))
    assert number == every if is_all else number <= every


def test_more_paths_than_anyone_could_visit_are_counted() -> None:
    """Two ways at each of 60 forks: the paths to the end are 2 to the power of 60."""
    onward = {3 * n: [3 * n + 1, 3 * n + 2] for n in range(60)}
    onward |= {3 * n + side: [3 * n + 3] for n in range(60) for side in (1, 2)}
    between = Between(onward, frozenset({0}), frozenset({180}), frozenset(range(181)), 120)
    assert between.count(Steps(PLENTY)) == (2**60, True)
    first = next(between.paths((), Steps(200)))
    assert len(first) == 121


def test_what_leads_nowhere_takes_no_steps() -> None:
    onward = {0: [*range(1, 5000)], **{n: [n + 5000] for n in range(1, 5000)}, 4999: [10_000]}
    between = Between(onward, frozenset({0}), frozenset({10_000}), frozenset(range(9999)), 9)
    assert list(between.paths((), Steps(6000))) == [(0, 4999, 10_000)]
