"""Any filter and any order list what a naive reading of it does, page by page."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.selection import Selected
from tests.resolvers.asking import only
from tests.resolvers.naive import (
    ORDER,
    WHERE,
    Asking,
    Json,
    Naive,
    asking_of,
    names_lifecycle,
    order_by,
    ordered,
)


@pytest.fixture(scope="module")
def asking(world_url: str) -> Iterator[Asking]:
    with asking_of(world_url) as asked:
        yield asked


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(WHERE, ORDER, st.integers(1, 7))
def test_a_filter_lists_what_it_says_in_the_order_it_says(
    asking: Asking, where: Json, order: list[tuple[str, str]], size: int
) -> None:
    naive = Naive(asking.everything)
    alive = [
        node
        for node in asking.everything.values()
        if names_lifecycle(where) or node["lifecycle"] != "DELETED"
    ]
    kept = [node for node in alive if naive.meets(node, where)]
    expected = [node["id"] for node in ordered(kept, order, asking.everything)]
    arguments = {"where": where, "orderBy": order_by(order), "first": size}
    found: list[str] = []
    cursor = None
    while True:
        answer = asking.ask(_page({**arguments, "after": cursor}))
        assert answer["totalCount"] == len(expected)
        found += [node["id"] for node in answer["nodes"]]
        cursor = answer["pageInfo"]["endCursor"]
        if not answer["pageInfo"]["hasNextPage"]:
            break
    assert found == expected


def _page(arguments: Mapping[str, Json]) -> Selected:
    shown = only("{ datasets { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }")
    return Selected("datasets", "datasets", arguments, shown.children)
