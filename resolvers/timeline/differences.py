"""What differs between two lineage graphs of the same roots, and which transaction did it.

An edge that began or ended between the two times did so by a transaction of its own. A node comes
into reach with a path to it, and goes out of reach with the last one:

- ADDED    A path is there from when the last of its edges began. The node came with the earliest
           of all paths that hold at the later time, and the transaction is that one's.
- REMOVED  A path is there until the first of its edges ended. The node went with the latest of all
           paths that held at the earlier time.

So is an edge in the graph from when it and both of its ends are, until one of them is not. A
root came when it was first mentioned. Where only a limit of the search makes the difference, no
transaction did it: there is none.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import orjson

from datalog.syntax.clauses import EdgeStep, Search
from resolvers.lineage.graph import Lineage
from resolvers.selection import Selected

Raw = Mapping[str, Any]  # JSON that our own statement made.
Json = dict[str, Any]

ADDED, REMOVED, CHANGED = "ADDED", "REMOVED", "CHANGED"
_NEVER = -inf


@dataclass(frozen=True)
class Compared:
    """Two raw graphs of one search, as deep as `depth`, with the datoms between their times."""

    before: Lineage
    after: Lineage
    search: Search
    depth: int

    @cached_property
    def nodes(self) -> list["Difference"]:
        """The nodes that differ, nearest first; those that went stand at their old depth."""
        found = list(self._differing("nodes", self._came.nodes, self._went.nodes))
        return sorted(found, key=lambda each: (each.now["depth"], int(each.now["id"][1:])))

    @cached_property
    def edges(self) -> list["Difference"]:
        """The edges that differ, by id."""
        found = list(self._differing("edges", self._came.edges, self._went.edges))
        return sorted(found, key=lambda each: int(each.now["id"][1:]))

    @cached_property
    def transactions(self) -> Mapping[int, Raw]:
        """What is asked of each transaction that is known, by t."""
        found: dict[int, Raw] = {}
        for graph in (self.before.raw, self.after.raw):
            for each in (*graph["nodes"], *graph["edges"]):
                for fact in each["extra"]["facts"]:
                    found.setdefault(int(fact["t"]), fact["tx"])
        return found

    @cached_property
    def _came(self) -> "_Reach":
        return _reach(self, self.after.raw, self.before.raw, sign=1)

    @cached_property
    def _went(self) -> "_Reach":
        return _reach(self, self.before.raw, self.after.raw, sign=-1)

    def _differing(
        self, part: str, came: Mapping[str, float], went: Mapping[str, float]
    ) -> Iterator["Difference"]:
        old = {each["id"]: each for each in self.before.raw[part]}
        new = {each["id"]: each for each in self.after.raw[part]}
        for name, each in new.items():
            if name not in old:
                yield Difference(ADDED, each, _t(came[name]))
                continue
            values = tuple(_changed_values(each["extra"]["facts"]))
            if values:
                yield Difference(CHANGED, each, max(value.t for value in values), values)
        for name, each in old.items():
            if name not in new:
                yield Difference(REMOVED, each, _t(went[name]))


@dataclass(frozen=True, slots=True)
class Difference:
    """A node or an edge that differs, as one of the graphs has it; `t` is of who did it."""

    kind: str
    now: Raw
    t: int | None
    values: tuple["ChangedValue", ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """An attribute that has not the same values at both times: those that went, that came."""

    attribute: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    t: int


def _t(cost: float) -> int | None:
    return None if cost in {_NEVER, inf} else abs(int(cost))


def _changed_values(facts: Iterable[Raw]) -> Iterator[ChangedValue]:
    """Yield the attributes whose values differ, told by the datoms between the two times.

    What is retracted first was there before; what is asserted last is there after.
    """
    attributes: dict[str, dict[bytes, list[Raw]]] = {}
    for fact in facts:
        value = orjson.dumps([fact["value"], fact["target"]], option=orjson.OPT_SORT_KEYS)
        attributes.setdefault(fact["attribute"], {}).setdefault(value, []).append(fact)
    for name, values in attributes.items():
        went = [each for each in values.values() if not each[0]["op"] and not each[-1]["op"]]
        came = [each for each in values.values() if each[0]["op"] and each[-1]["op"]]
        if went or came:
            last = max(int(each[-1]["t"]) for each in (*went, *came))
            yield ChangedValue(name, tuple(map(_value, went)), tuple(map(_value, came)), last)


def _value(facts: list[Raw]) -> Any:
    """Return the value that some datoms are about; a reference is the id of its entity."""
    fact = facts[-1]
    return fact["target"] if fact["value"] is None else fact["value"]


@dataclass(frozen=True, slots=True)
class _Reach:
    """For each node and edge of a graph, the t at which it came (or, negative, went)."""

    nodes: Mapping[str, float]
    edges: Mapping[str, float]


def _reach(compared: Compared, graph: Raw, other: Raw, sign: int) -> _Reach:
    """Return when what is in a graph and not in the other came, or went where sign is -1.

    A cost is a t with its sign: that of a path is the greatest on it, that of a node the least of
    its paths; so both ways are one.
    """
    search = compared.search
    moved = {each["id"]: _moved(each, "edge/type", sign) for each in graph["edges"]}
    entering = {each["id"]: _NEVER for each in graph["nodes"]}
    if search.types is not None:
        entering = {each["id"]: _moved(each, "entity/type", sign) for each in graph["nodes"]}
    starts = {
        each["id"]: _moved(each, "entity/urn", sign)
        for each in graph["nodes"]
        if each["depth"] == 0
    }
    nodes = dict.fromkeys(entering, inf)
    for steps in (search.upstream, search.downstream):
        hops = list(_hops(graph["edges"], steps, moved, entering))
        for name, cost in _paths(starts, hops, compared.depth).items():
            nodes[name] = min(nodes[name], cost)
    staying = {each["id"] for each in other["nodes"]}
    ends = {name: _NEVER if name in staying else cost for name, cost in nodes.items()}
    edges = {
        each["id"]: max(moved[each["id"]], ends[each["from"]], ends[each["to"]])
        for each in graph["edges"]
    }
    return _Reach(nodes, edges)


def _moved(each: Raw, attribute: str, sign: int) -> float:
    """Return when something began (or ended) for good between the two times, if it did."""
    facts = [fact for fact in each["extra"]["facts"] if fact["attribute"] == attribute]
    is_another = attribute == "entity/type"  # A type is replaced: it never only ends.
    if not facts or not (is_another or facts[-1]["op"] == (sign > 0)):
        return _NEVER
    return sign * int(facts[-1]["t"])


_Hop = tuple[str, str, float]


def _hops(
    edges: Iterable[Raw],
    steps: Iterable[EdgeStep],
    moved: Mapping[str, float],
    entering: Mapping[str, float],
) -> Iterator[_Hop]:
    """Yield the steps of a walk over the edges of a graph: from, to, and the cost."""
    reverse = {step.edge: step.reverse for step in steps}
    for each in edges:
        if each["type"] in reverse:
            ends = (each["from"], each["to"])
            near, far = ends[::-1] if reverse[each["type"]] else ends
            yield near, far, max(moved[each["id"]], entering[far])


def _paths(starts: Mapping[str, float], hops: list[_Hop], depth: int) -> Mapping[str, float]:
    """Return the least cost of paths of so many hops at most, by where they end."""
    costs = dict(starts)
    fresh = set(costs)
    leaving: dict[str, list[tuple[str, float]]] = {}
    for near, far, cost in hops:
        leaving.setdefault(near, []).append((far, cost))
    for _ in range(depth):
        reached: dict[str, float] = {}
        for near in fresh:
            for far, cost in leaving.get(near, ()):
                path = max(costs[near], cost)
                if path < min(costs.get(far, inf), reached.get(far, inf)):
                    reached[far] = path
        if not reached:
            break
        costs |= reached
        fresh = set(reached)
    return costs


_HOLDING = {"nodes": "values", "edges": "values"}


def transaction_leaves(selected: Selected) -> Iterator[tuple[Selected, ...]]:
    """Yield the ways through the selection that lead to a transaction."""
    for part in selected.of():
        for leaf in part.of() if part.name in _HOLDING else ():
            if leaf.name in {"transaction", "until"}:
                yield part, leaf
            for below in leaf.of() if leaf.name == "values" else ():
                if below.name == "transaction":
                    yield part, leaf, below


def told(compared: Compared, selected: Selected, bases: Raw) -> Json:
    """Return the differences as selected; `bases` has what is asked of the two times."""
    graphs = {"from": compared.before, "to": compared.after}
    answer: Json = {}
    for each in selected.of():
        match each.name:
            case "from" | "to" as name:
                answer[each.key] = _side(graphs[name], each, bases)
            case "nodes":
                answer[each.key] = [_node(compared, one, each) for one in compared.nodes]
            case "edges":
                answer[each.key] = [_edge(compared, one, each) for one in compared.edges]
            case "complete":
                answer[each.key] = not any(graph.raw["frontier"] for graph in graphs.values())
            case _:
                answer[each.key] = "LineageDiff"
    return answer


def _side(graph: Lineage, selected: Selected, bases: Raw) -> Json:
    known = {
        "__typename": "LineageDiffSide",
        "nodes": len(graph.raw["nodes"]),
        "edges": len(graph.raw["edges"]),
        "complete": not graph.raw["frontier"],
        "stoppedBy": graph.stopped_by,
    }
    return {
        each.key: bases[f"{selected.key}.{each.key}"] if each.name == "basis" else known[each.name]
        for each in selected.of()
    }


def _node(compared: Compared, one: Difference, selected: Selected) -> Json:
    known = {"__typename": "LineageNodeDiff", "change": one.kind}
    known |= {name: one.now[name] for name in ("id", "type", "depth")}
    shown: Json = {}
    for each in selected.of():
        if each.name in {"urn", "entity"}:
            shown[each.key] = one.now["extra"][f"{selected.key}.{each.key}"]
        else:
            shown[each.key] = _shared(compared, one, (selected, each), known)
    return shown


def _edge(compared: Compared, one: Difference, selected: Selected) -> Json:
    known = {"__typename": "LineageEdgeDiff", "change": one.kind}
    known |= {name: one.now[name] for name in ("id", "type", "from", "to")}
    return {each.key: _shared(compared, one, (selected, each), known) for each in selected.of()}


_Way = tuple[Selected, ...]


def _shared(compared: Compared, one: Difference, way: _Way, known: Json) -> Any:
    match way[-1].name:
        case "transaction":
            return _transaction(compared, one.t, way)
        case "until":
            return _transaction(compared, _t(_moved(one.now, "edge/type", sign=-1)), way)
        case "values":
            return [_changed(compared, value, way) for value in one.values]
        case name:
            return known[name]


def _changed(compared: Compared, value: ChangedValue, way: _Way) -> Json:
    known: Json = {"__typename": "ValueDiff", "attribute": value.attribute}
    known |= {"before": list(value.before), "after": list(value.after)}
    return {
        each.key: _transaction(compared, value.t, (*way, each))
        if each.name == "transaction"
        else known[each.name]
        for each in way[-1].of()
    }


def _transaction(compared: Compared, t: int | None, way: _Way) -> Any:
    """Return what is asked of a transaction here: an object of its own, as it may be finished."""
    found = None if t is None else compared.transactions.get(t)
    return None if found is None else deepcopy(found[".".join(each.key for each in way)])
