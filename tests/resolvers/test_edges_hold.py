"""Any filter and order of the edges of a relation list what a naive reading of them does."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.selection import Selected
from tests.resolvers.asking import only
from tests.resolvers.naive import (
    ORDER,
    PLAIN,
    Asking,
    Json,
    Naive,
    asking_of,
    both,
    in_order,
    number,
    one_of,
    order_by,
    ordered,
    some_of,
)


@pytest.fixture(scope="module")
def asking(world_url: str) -> Iterator[Asking]:
    with asking_of(world_url) as asked:
        yield asked


EDGE = both(
    some_of(
        weight=one_of(st.sampled_from([0.5, 1.0, 0.75])) | st.none(),
        key=one_of(st.sampled_from(["", "again", "a"]), text=True),
    )
)
WAY = st.sampled_from(["ASC", "DESC"])
EDGE_ORDER = st.lists(st.tuples(st.sampled_from(["weight", "key", "since"]), WAY), max_size=2)
WHICH: st.SearchStrategy[tuple[Json, Json]] = st.tuples(EDGE | st.none(), PLAIN | st.just({}))
ORDERS = st.tuples(EDGE_ORDER, ORDER)
Order = list[tuple[str, str]]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(WHICH, ORDERS, st.integers(1, 3))
def test_a_relation_lists_the_ends_of_edges_that_pass_in_the_order_of_edges_then_of_ends(
    asking: Asking,
    which: tuple[Json, Json],
    orders: tuple[Order, Order],
    size: int,
) -> None:
    (edge_where, where), (edge_order, order) = which, orders
    arguments = {
        "where": where,
        "edgeWhere": edge_where,
        "orderBy": order_by(order),
        "edgeOrderBy": [{key: way} for key, way in edge_order],
    }
    for name in ("daily", "clean"):
        start, kept = _kept(asking, name, edge_where, where)
        expected = _in_order(kept, edge_order, order, asking.everything)
        found = list(_paged(asking, start["id"], {**arguments, "first": size}))
        assert found == expected


def _kept(asking: Asking, name: str, edge_where: Json, where: Json) -> tuple[Json, list[Json]]:
    """Return a dataset, and its edges that pass, with what is at their end."""
    naive = Naive(asking.everything)
    [start] = (each for each in asking.everything.values() if each["name"] == name)
    kept = [
        each
        for each in start["upstream"]["edges"]
        if naive.meets(each["edge"], edge_where)
        and naive.meets(asking.everything[each["node"]["id"]], where)
    ]
    return start, kept


def _in_order(
    rows: list[Json], edge_order: Order, order: Order, whole: Mapping[str, Json]
) -> list[str]:
    ends = ordered([whole[row["node"]["id"]] for row in rows], order, whole)
    place = {end["id"]: position for position, end in enumerate(ends)}
    in_turn = sorted(rows, key=lambda row: (place[row["node"]["id"]], number(row["edge"]["id"])))
    keys: list[tuple[Callable[[Json], Json], str]] = [
        (partial(_of_edge, key=key), way) for key, way in edge_order
    ]
    return [row["edge"]["id"] for row in in_order(in_turn, keys)]


def _of_edge(row: Json, key: str) -> Json:
    return int(row["edge"]["since"]["t"]) if key == "since" else row["edge"][key]


def _paged(asking: Asking, start: str, arguments: Mapping[str, Json]) -> Iterator[str]:
    cursor, count = None, 0
    while True:
        page = asking.ask(_page(start, {**arguments, "after": cursor}))["upstream"]
        for each in page["edges"]:
            count += 1
            yield each["edge"]["id"]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert page["totalCount"] == count


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(WHICH)
def test_what_is_told_of_edges_is_told_of_those_that_pass(
    asking: Asking, which: tuple[Json, Json]
) -> None:
    edge_where, where = which
    arguments = {"where": where, "edgeWhere": edge_where}
    for name in ("daily", "clean"):
        start, kept = _kept(asking, name, edge_where, where)
        told = asking.ask(_told(start["id"], arguments))["upstream"]
        weights = [each["edge"]["weight"] for each in kept]
        assert told["edgeAggregate"] == {"weight": _measures([w for w in weights if w is not None])}
        groups = Counter(weights)
        in_turn = sorted(groups, key=lambda it: (-groups[it], it is None, it))
        assert told["edgeGroups"]["nodes"] == [
            {
                "key": key,
                "count": groups[key],
                "aggregate": {"weight": {"count": groups[key] if key else 0}},
            }
            for key in in_turn
        ]


def _measures(weights: list[float]) -> Json:
    exact = [Fraction(each) for each in weights]  # These are what their decimals say.
    return {
        "count": len(weights),
        "distinct": len(set(weights)),
        "min": min(weights, default=None),
        "max": max(weights, default=None),
        "sum": float(sum(exact)) if exact else None,
        "avg": float(sum(exact) / len(exact)) if exact else None,
    }


def _told(start: str, arguments: Mapping[str, Json]) -> Selected:
    shown = only(
        "{ dataset { upstream { edgeAggregate { weight { count distinct min max sum avg } }"
        " edgeGroups(by: weight) { nodes { key count aggregate { weight { count } } } } } } }"
    )
    return _of_upstream(shown, start, arguments)


def _page(start: str, arguments: Mapping[str, Json]) -> Selected:
    shown = only(
        "{ dataset { upstream { totalCount edges { edge { id } }"
        " pageInfo { hasNextPage endCursor } } } }"
    )
    return _of_upstream(shown, start, arguments)


def _of_upstream(shown: Selected, start: str, arguments: Mapping[str, Json]) -> Selected:
    [upstream] = shown.of("Dataset")
    asked = Selected("upstream", "upstream", arguments, upstream.children)
    return Selected("dataset", "dataset", {"id": start}, {"Dataset": (asked,)})
