"""What a transaction did to lineage: the graph within reach before it, the graph after it.

Both are read side by side, in one statement, as `lineage` reads one; what is in one only, or
lasts and was touched, is what came, went and changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from datalog.tree import Object, Shape
from resolvers.draft import Draft, Place, Request
from resolvers.lineage.field import Answering, searched
from resolvers.lineage.graph import Json
from resolvers.lineage.walks import Numbers
from resolvers.selection import Selected

_ID = Selected(" id", "id")  # No response key is so: it is not in the answer.
_NODES = Selected(" nodes", "nodes", children={"": (_ID,)})
_EDGES = Selected(" edges", "edges", children={"": (_ID,)})
_STOPPED = Selected(" stopped by", "stoppedBy")
_BOUNDED = frozenset({"MAX_NODES", "PER_NODE"})  # The depth is what is asked, no bound.
_BEFORE = MappingProxyType({"nodesRemoved": "nodes", "edgesRemoved": "edges"})
_AFTER = MappingProxyType({"nodesAdded": "nodes", "edgesAdded": "edges", "edgesChanged": "edges"})


def change(
    draft: Draft,
    places: tuple[Place, Place],
    selected: Selected,
    others: Mapping[str, Shape],
    touched: Callable[[Request], frozenset[str]],
) -> Shape:
    """Return the shape of what changed between two times of one place; null where nothing did.

    `others` are the fields that are not about the graph, by key; `touched` are the edges that the
    transaction says something about, by their ids.
    """
    before, after = places
    was, now = (_asked(selected, sides) for sides in (_BEFORE, _AFTER))
    numbers = Numbers(draft.limits, selected)

    def merging(request: Request) -> Callable[[object], object]:
        answers = [Answering(draft.catalogue, each, numbers, request) for each in (was, now)]
        return _Merging(selected, answers[0], answers[1], touched(request)).of

    draft.reshape(after, merging)
    return Object(
        (
            ("was", searched(draft, before, was, numbers)),
            ("now", searched(draft, after, now, numbers)),
            ("others", Object(tuple(others.items()))),
        )
    )


def reach(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the ids of all that is within reach."""
    asked = replace(selected, children={"": (_NODES,)})
    draft.reshape(place, lambda _: _ids_of_nodes)
    return searched(draft, place, asked, Numbers(draft.limits, selected))


def _ids_of_nodes(column: Any) -> object:  # JSON that our own statement made.
    return [node["id"] for node in column["graph"]["nodes"]]


def _asked(selected: Selected, lists: Mapping[str, str]) -> Selected:
    """Return what is to be read of one of the graphs: what is shown of it, and the ids of all."""
    shown = tuple(
        Selected(each.key, lists[each.name], children={"": (*each.of(), _ID)})
        for each in selected.of()
        if each.name in lists
    )
    stopped = (_STOPPED,) if any(each.name == "complete" for each in selected.of()) else ()
    return replace(selected, children={"": (_NODES, _EDGES, *stopped, *shown)})


@dataclass(frozen=True, slots=True)
class _Merging:
    """What makes one answer of two graphs."""

    selected: Selected
    was: Answering
    now: Answering
    touched: frozenset[str]

    def of(self, column: Any) -> Json | None:  # JSON that our own statement made.
        """Return what changed, or None where nothing did."""
        was, now = self.was.told(column["was"]), self.now.told(column["now"])
        nodes = _ids(was, _NODES), _ids(now, _NODES)
        edges = _ids(was, _EDGES), _ids(now, _EDGES)
        kept = {
            "nodesRemoved": nodes[0] - nodes[1],
            "nodesAdded": nodes[1] - nodes[0],
            "edgesRemoved": edges[0] - edges[1],
            "edgesAdded": edges[1] - edges[0],
            "edgesChanged": edges[0] & edges[1] & self.touched,
        }
        if not any(kept.values()):
            return None
        shown: Json = {}
        for each in self.selected.of():
            if each.name in kept:
                rows = (was if each.name in _BEFORE else now)[each.key]
                shown[each.key] = [row for row in rows if row[_ID.key] in kept[each.name]]
            elif each.name == "complete":
                stopped = {*was[_STOPPED.key], *now[_STOPPED.key]}
                shown[each.key] = not stopped & _BOUNDED
            else:
                shown[each.key] = column["others"][each.key]
        return shown


def _ids(graph: Json, of: Selected) -> set[str]:
    return {row[_ID.key] for row in graph[of.key]}
