"""Walks over a snapshot, held to the plainest walk: however the snapshot came to know the edges."""

import itertools
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adjacency import graph
from adjacency.snapshot import BYTES_AN_EDGE, Snapshot
from adjacency.walk import (
    DOWN,
    UP,
    Patience,
    Question,
    Scratch,
    TooLong,
    Walked,
    places_of,
    walk,
)
from tests.adjacency.histories import (
    LAST,
    TYPES,
    Naive,
    Period,
    arrays,
    changed,
    histories,
    questions,
    seen_at,
)

WAYS = {UP: "up", DOWN: "down"}


def _snapshot(history: list[Period], t: int) -> Snapshot:
    return Snapshot.of(t, 1, TYPES, arrays(seen_at(t, history)))


def _holds(walked: Walked, naive: Naive) -> None:
    nodes = walked.nodes.tolist()
    assert list(zip(nodes, walked.depths.tolist(), strict=True)) == naive.nodes
    assert walked.refused == naive.refused
    for flag, side in WAYS.items():
        reached = {node for node in nodes if walked.flags[node] & flag}
        assert reached == naive.levels.get(side, {}).keys()
    edges = graph.between(walked)
    told = zip(edges.edge, edges.kind, edges.source, edges.target, strict=True)
    assert [(int(e), int(k), nodes[s], nodes[t]) for e, k, s, t in told] == [
        (each.edge, each.kind, each.source, each.target) for each in naive.between
    ]
    ended = dict(graph.endings(walked))
    for flag, side in WAYS.items():
        found = ended.get(flag)
        rows: list[Any] = []
        if found is not None:
            columns = (found.levels, found.shown, found.hidden)
            rows = [
                (nodes[at], *map(int, rest)) for at, *rest in zip(found.at, *columns, strict=True)
            ]
        assert rows == naive.endings(side)


@settings(max_examples=400, deadline=None)
@given(histories(), questions(), st.lists(st.integers(0, LAST), min_size=1, max_size=4))
def test_a_walk_comes_to_what_a_plain_one_comes_to_however_the_edges_became_known(
    history: list[Period], asked: Question, times: list[int]
) -> None:
    known = sorted({*times, LAST})
    snapshot = _snapshot(history, known[0])
    for since, t in itertools.pairwise(known):
        snapshot = snapshot.caught_up(t, arrays(changed(history, since, t)))
        if t % 3 == 0:
            snapshot = snapshot.sorted_in()
    naive = Naive(history, asked)
    walked = walk(snapshot, asked)
    _holds(walked, naive)
    for steps in (asked.upstream, asked.downstream):
        counts = graph.degrees(walked, steps).tolist()
        assert counts == [naive.degree(node, steps) for node, _ in naive.nodes]


@settings(max_examples=200, deadline=None)
@given(histories(), questions(), st.integers(0, LAST), st.integers(0, LAST))
def test_what_comes_later_changes_nothing_for_whoever_reads_as_of_an_earlier_t(
    history: list[Period], asked: Question, one: int, other: int
) -> None:
    since, t = sorted((one, other))
    before = _snapshot(history, since)
    before.caught_up(t, arrays(changed(history, since, t)))  # Ends are put in place.
    at = Question(
        asked.roots,
        min(asked.t, since),
        asked.upstream,
        asked.downstream,
        asked.upstream_depth,
        asked.downstream_depth,
        asked.most,
        asked.per_node,
    )
    _holds(walk(before, at), Naive(history, at))


@settings(max_examples=200, deadline=None)
@given(histories(), questions(), st.integers(0, 12))
def test_a_walk_that_loses_patience_leaves_no_trace(
    history: list[Period], asked: Question, edges: int
) -> None:
    snapshot = _snapshot(history, LAST)
    scratch = Scratch(places_of(snapshot, asked))
    with suppress(TooLong):
        brief = walk(snapshot, replace(asked, patience=Patience(edges)), scratch)
        assert brief.nodes.tolist() == walk(snapshot, asked).nodes.tolist()
        brief.done()
    assert not scratch.flags.any()
    _holds(walk(snapshot, asked, scratch), Naive(history, asked))


def test_an_edge_takes_the_bytes_that_are_told() -> None:
    snapshot = _snapshot([Period(0, 0, 1, 9, 1, 2)], LAST)
    held = (snapshot.leaving, snapshot.arriving)
    columns = ("far", "edge", "kind", "begun", "ended")
    taken = sum(getattr(side, name).nbytes for side in held for name in columns)
    assert taken == BYTES_AN_EDGE
    assert snapshot.bytes >= taken
    assert snapshot.leaving.far.dtype == np.int32
