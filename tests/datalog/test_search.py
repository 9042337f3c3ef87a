"""The search against a walk by hand, for requests drawn with a fixed seed."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from datalog.syntax.clauses import Compare, EdgeStep, Operator, Pattern, Search
from datalog.syntax.query import Input, Query, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.tree import Fixed, Graph, Value
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST, Facts, State, urn

ROOT, URN, URNS = Variable("root"), Variable("urn"), Variable("urns")
NODE, DEPTH, SIDE = Variable("node"), Variable("depth"), Variable("side")
LIMITS = (Variable("maxDepth"), Variable("maxNodes"), Variable("perNode"))
LINEAGE = {"DerivedFrom": False, "Writes": True}  # Is it walked in reverse, going upstream?


@dataclass(frozen=True)
class Asked:
    """A request for a graph."""

    roots: tuple[str, ...]
    sides: tuple[str, ...]
    edges: tuple[str, ...]
    types: tuple[str, ...] | None
    max_depth: int
    max_nodes: int
    per_node: int
    t: int


def searched(asked: Asked) -> Search:
    """Return the search of a request."""
    steps = tuple(EdgeStep(name, LINEAGE[name]) for name in asked.edges)
    back = tuple(EdgeStep(name, not LINEAGE[name]) for name in asked.edges)
    return Search(
        ROOT,
        NODE,
        DEPTH,
        SIDE,
        steps if "UPSTREAM" in asked.sides else (),
        back if "DOWNSTREAM" in asked.sides else (),
        asked.types,
        *LIMITS,
    )


def _graph(asked: Asked, source: Source) -> Graph:
    search = searched(asked)
    where = (Compare(Operator.MEMBER, URN, URNS), Pattern(ROOT, "entity/urn", URN), search)
    inputs: tuple[Input, ...] = (source, Scalar(URNS), *map(Scalar, LIMITS))
    return Graph(
        "it",
        Query((NODE, DEPTH, SIDE), inputs, where),
        search,
        Value(NODE, "entity/urn"),
        Fixed("true"),
        degrees=True,
        edges=True,
        frontier=True,
    )


def drawn(draw: random.Random) -> Asked:
    """Return a request."""
    kinds = ("Dataset", "Pipeline")
    return Asked(
        tuple(draw.sample([urn(f"d{each:02}") for each in range(40)], draw.choice([1, 1, 2]))),
        draw.choice([("UPSTREAM",), ("DOWNSTREAM",), ("UPSTREAM", "DOWNSTREAM")]),
        draw.choice([("DerivedFrom",), ("Writes",), ("DerivedFrom", "Writes")]),
        draw.choice([None, None, ("Dataset",), kinds]),
        draw.choice([0, 1, 2, 3, 10, 100]),
        draw.choice([2, 3, 5, 10, 20, 1000]),
        draw.choice([1, 2, 3, 100]),
        draw.choice([0, 2, 3, 5, 8, LAST, LAST]),
    )


class Walk:
    """The walk that the contract describes, over sets of urns."""

    def __init__(self, facts: Facts, asked: Asked) -> None:
        self.facts, self.asked = facts, asked
        self.state: State = facts.states[asked.t]
        self.roots = {root for root in asked.roots if root in self.state.values or self._met(root)}
        self.levels: dict[str, dict[str, int]] = {
            side: dict.fromkeys(self.roots, 0) for side in asked.sides
        }
        self.shown = set(self.roots)
        self.refused = False
        fresh = {side: set(self.roots) for side in asked.sides}
        for level in range(1, asked.max_depth + 1):
            fresh = self._step(fresh, level)

    def _met(self, name: str) -> bool:
        states = (self.facts.states[t] for t in range(self.asked.t + 1))
        return any(name in edge for state in states for edge in state.edges)

    def near(self, name: str, side: str, edges: tuple[str, ...]) -> list[str]:
        """Return the other ends of all edges on a side, one for each edge."""
        found: list[str] = []
        for kind, start, end, _ in self.state.edges:
            if kind in edges:
                forward = LINEAGE[kind] == (side == "DOWNSTREAM")
                here, there = (start, end) if forward else (end, start)
                found += [there] if here == name else []
        return found

    def neighbours(self, name: str, side: str) -> list[str]:
        """Return the distinct neighbours that the request may see, in order."""
        kinds = self.asked.types
        names = set(self.near(name, side, self.asked.edges))
        return sorted(
            (each for each in names if kinds is None or self.kind(each) in kinds),
            key=self.facts.numbers.__getitem__,
        )

    def kind(self, name: str) -> str:
        """Return the type of an entity."""
        return "Pipeline" if name.startswith(urn("w")) else "Dataset"

    def _step(self, fresh: dict[str, set[str]], level: int) -> dict[str, set[str]]:
        candidates = {
            side: {
                each
                for name in fresh[side]
                for each in self.neighbours(name, side)[: self.asked.per_node]
                if each not in self.levels[side]
            }
            for side in self.asked.sides
        }
        new = sorted(
            set().union(*candidates.values()) - self.shown, key=self.facts.numbers.__getitem__
        )
        room = max(0, self.asked.max_nodes - len(self.shown))
        self.refused |= len(new) > room
        self.shown |= set(new[:room])
        reached = {side: names & self.shown for side, names in candidates.items()}
        for side, names in reached.items():
            self.levels[side].update(dict.fromkeys(names, level))
        return reached

    def answer(self) -> dict[str, Any]:
        """Return what the statement should say."""
        ordered = sorted(self.shown, key=lambda each: (self._depth(each), self._number(each)))
        return {
            "nodes": [self.node(name) for name in ordered],
            "edges": self._edges(),
            "frontier": [
                entry
                for name in ordered
                for side in self.asked.sides
                for entry in self._frontier(name, side)
            ],
            "refused": self.refused,
        }

    def _number(self, name: str) -> int:
        return self.facts.numbers[name]

    def _id(self, name: str) -> str:
        return f"E{self._number(name)}"

    def _depth(self, name: str) -> int:
        return min(levels[name] for levels in self.levels.values() if name in levels)

    def node(self, name: str) -> dict[str, Any]:
        """Return what a graph tells of a node."""
        up = self.levels.get("UPSTREAM", {}).get(name)
        down = self.levels.get("DOWNSTREAM", {}).get(name)
        depth = self._depth(name)
        one_side = "DOWNSTREAM" if up is None else "UPSTREAM"
        both = "BOTH" if up is not None and down is not None else one_side
        return {
            "id": self._id(name),
            "type": self.kind(name),
            "depth": depth,
            "side": "ROOT" if depth == 0 else both,
            "up": up,
            "down": down,
            "in": len(self.near(name, "UPSTREAM", tuple(LINEAGE))),
            "out": len(self.near(name, "DOWNSTREAM", tuple(LINEAGE))),
            "extra": name,
        }

    def _edges(self) -> list[dict[str, Any]]:
        between = [
            edge
            for edge in self.state.edges
            if edge[0] in self.asked.edges and {edge[1], edge[2]} <= self.shown
        ]
        between.sort(key=self.facts.edge_numbers.__getitem__)
        return [
            {
                "id": f"E{self.facts.edge_numbers[edge]}",
                "type": edge[0],
                "from": self._id(edge[1]),
                "to": self._id(edge[2]),
                "extra": True,
            }
            for edge in between
        ]

    def _frontier(self, name: str, side: str) -> list[dict[str, Any]]:
        if name not in self.levels[side]:
            return []
        neighbours = self.neighbours(name, side)
        hidden = Counter(self.kind(each) for each in neighbours if each not in self.shown)
        if not hidden:
            return []
        return [
            {
                "id": self._id(name),
                "direction": side,
                "level": self.levels[side][name],
                "shown": len(neighbours) - hidden.total(),
                "hidden": dict(sorted(hidden.items())),
            }
        ]


async def _found(library: Library, asked: Asked, source: Source) -> Any:
    limits = {"maxDepth": asked.max_depth, "maxNodes": asked.max_nodes, "perNode": asked.per_node}
    t = None if source is NOW else asked.t
    return await library.ask(_graph(asked, source), t=t, urns=list(asked.roots), **limits)


async def test_graphs_are_those_that_a_walk_by_hand_finds(library: Library) -> None:
    draw = random.Random(7)  # Nothing secret.
    sizes: list[int] = []
    for _ in range(120):
        asked = drawn(draw)
        expected = Walk(library.facts, asked).answer()
        assert await _found(library, asked, THEN) == expected, asked
        if asked.t == LAST:
            assert await _found(library, asked, NOW) == expected, asked
        sizes.append(len(expected["nodes"]))
    assert sum(size > 1 for size in sizes) > len(sizes) / 2
