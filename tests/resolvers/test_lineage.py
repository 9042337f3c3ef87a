"""The raw graph of a search becomes what was selected of it."""

from typing import Any

from resolvers.lineage.graph import Bounds, Json, Lineage, told
from tests.resolvers.asking import only
from tests.resolvers.library import CATALOGUE


def _node(number: int, name: str, depth: int, side: str, urn: str) -> Json:
    node = {"id": f"E{number}", "type": name, "depth": depth, "side": side}
    return {**node, "extra": {"nodes.urn": urn}}


RAW: Json = {
    "nodes": [
        _node(3, "Dataset", 0, "ROOT", "c"),
        _node(1, "Dataset", 1, "UPSTREAM", "a"),
        _node(2, "Dataset", 1, "BOTH", "b"),
        _node(9, "Pipeline", 1, "UPSTREAM", "p"),
    ],
    "edges": [
        {"id": "E11", "type": "DerivedFrom", "from": "E3", "to": "E2"},
        {"id": "E12", "type": "DerivedFrom", "from": "E2", "to": "E3"},
        {"id": "E13", "type": "DerivedFrom", "from": "E3", "to": "E1"},
        {"id": "E14", "type": "Writes", "from": "E9", "to": "E1"},
    ],
    "frontier": [
        {"id": "E1", "direction": "UPSTREAM", "level": 1, "shown": 1, "hidden": {"Team": 2, "A": 1}}
    ],
    "groups": [],
    "refused": False,
}


def _told(selection: str, raw: Json = RAW, max_depth: int = 1, per_node: int = 100) -> Json:
    field = only(f"{{ lineage {{ {selection} }} }}")
    bounds = Bounds(max_depth, max_depth, per_node)
    lineage = Lineage(raw, CATALOGUE, lambda: bounds, lambda node, way: f"{node} {way}")
    return told(lineage, field.of(), {"basis": {"t": "1"}})


def _column(graph: Json, field: str) -> list[Any]:
    return [each[field] for [members] in [graph.values()] for each in members]


def test_upstream_is_lower_whichever_end_of_the_edge_it_is() -> None:
    assert _column(_told("nodes { rank }"), "rank") == [2, 1, 2, 0]
    assert _column(_told("nodes { inCycle }"), "inCycle") == [True, False, True, False]


def test_the_edge_that_closes_the_cycle_in_the_order_of_the_nodes_is_back() -> None:
    assert _column(_told("edges { back }"), "back") == [True, False, False, False]


def test_keys_come_as_they_were_selected() -> None:
    assert _told("graph: nodes { what: type id } whole: complete basis { t }") == {
        "graph": [
            {"what": "Dataset", "id": "E3"},
            {"what": "Dataset", "id": "E1"},
            {"what": "Dataset", "id": "E2"},
            {"what": "Pipeline", "id": "E9"},
        ],
        "whole": False,
        "basis": {"t": "1"},
    }


def test_the_shape_of_a_node_is_found_by_the_list_that_selected_it() -> None:
    assert _column(_told("nodes { urn }"), "urn") == ["c", "a", "b", "p"]


def test_the_frontier_counts_what_is_hidden_by_type() -> None:
    [frontier] = _told(
        "frontier { node direction shown hidden hiddenByType { type count } cursor }"
    )["frontier"]
    assert frontier == {
        "node": "E1",
        "direction": "UPSTREAM",
        "shown": 1,
        "hidden": 3,
        "hiddenByType": [{"type": "A", "count": 1}, {"type": "Team", "count": 2}],
        "cursor": "E1 UPSTREAM",
    }


def test_every_reason_to_stop_is_named_in_the_order_of_the_enum() -> None:
    assert _told("stoppedBy") == {"stoppedBy": ["MAX_DEPTH"]}
    assert _told("stoppedBy", max_depth=2, per_node=3) == {"stoppedBy": ["PER_NODE"]}
    assert _told("stoppedBy", max_depth=2, per_node=4) == {"stoppedBy": []}
    refused = {**RAW, "refused": True}
    assert _told("stoppedBy", refused) == {"stoppedBy": ["MAX_DEPTH", "MAX_NODES"]}


def test_a_graph_with_nothing_hidden_is_complete() -> None:
    whole = {**RAW, "frontier": []}
    assert _told("complete stoppedBy", whole) == {"complete": True, "stoppedBy": []}
