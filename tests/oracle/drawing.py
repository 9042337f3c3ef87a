"""Requests for lineage, drawn: what is asked of the server, and the same for the naive model."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tests.oracle.history import EdgeKey, Replay
from tests.oracle.lineage import Asked

Variables = dict[str, Any]


def drawn(asked: Asked, replay: Replay, chance: random.Random) -> tuple[Asked, Variables]:
    """Return a request with more asked of it, and the variables that say what was added."""
    variables: Variables = {}
    if chance.random() < 0.5:
        up, down = (chance.choice([None, 0, 1, 2, 5]) for _ in range(2))
        asked = replace(asked, upstream_depth=up, downstream_depth=down)
        variables |= {"up": up, "down": down}
    if chance.random() < 0.5:
        where, passes = _where(replay, asked, chance)
        asked, variables["where"] = replace(asked, node_passes=passes), where
    if chance.random() < 0.3:
        edge_where, edge_passes = _edge_where(replay, chance)
        asked, variables["edgeWhere"] = replace(asked, edge_passes=edge_passes), edge_where
    if chance.random() < 0.5:
        asked = _typed(asked, replay, chance)
    if asked.through and chance.random() < 0.4:
        variables["hop"] = chance.choice([0, 1, 2, 5])
        asked = replace(asked, per_hop=variables["hop"])
    if chance.random() < 0.5:
        fields = [None, None, *sorted(_groupable(replay))]
        least, name = chance.choice([2, 3, 5]), chance.choice(fields)
        asked = replace(asked, at_least=least, group_field=name)
        variables["groupBy"] = {"atLeast": least} | ({"field": name} if name else {})
    return asked, variables


def _typed(asked: Asked, replay: Replay, chance: random.Random) -> Asked:
    """Draw types to keep to, and types to go through, of what lies near the roots."""
    near = _near(replay, asked.roots, 4)
    kinds = sorted({replay.entities[urn].type for urn in near} - {"Unknown"})
    edges = sorted(name for name, each in replay.catalog.edges.items() if each.upstream != "NONE")
    if chance.random() < 0.3:
        asked = replace(asked, edge_types=set(chance.sample(edges, len(edges) * 2 // 3)))
    if chance.random() < 0.3:
        asked = replace(asked, node_types=set(chance.sample(kinds, (len(kinds) + 1) // 2)))
    if chance.random() < 0.8:
        passable = sorted({replay.entities[urn].type for urn in between(replay, near)})
        passable = passable if chance.random() < 0.8 else kinds
        passed = chance.sample(passable, min(len(passable), chance.choice([1, 1, 2])))
        asked = replace(asked, through=frozenset(passed))
    return asked


def between(replay: Replay, near: Iterable[str]) -> list[str]:
    """Return what data comes to and goes on from."""
    found: list[str] = []
    for urn in near:
        lineage = [(replay.catalog.edges[key[0]].upstream, key) for key in replay.touching[urn]]
        ways = {(where == "TO") == (key[1] == urn) for where, key in lineage if where != "NONE"}
        if len(ways) == 2 and replay.entities[urn].type != "Unknown":
            found.append(urn)
    return found


def _groupable(replay: Replay) -> set[str]:
    """Return the fields that have one value everywhere: a text, a truth, an enum's, an entity."""
    others = {"Long", "Float", "Decimal", "DateTime", "Date", "UUID", "URI", "JSON", "Keyword"}
    every = [each for fields in replay.catalog.types.values() for each in fields.values()]
    unfit = {each.name for each in every if each.many or each.type in others}
    return {each.name for each in every} - unfit


def _where(
    replay: Replay, asked: Asked, chance: random.Random
) -> tuple[Variables, Callable[[str], bool]]:
    """Draw conditions on what lies near the roots: by type or interface, and of all."""
    near = _near(replay, asked.roots, 3)
    kinds = sorted({replay.entities[urn].type for urn in near} - {"Unknown"})
    names = [*kinds, *(name for name in replay.catalog.implementers if _has_name(replay, name))]
    where: Variables = {}
    parts: list[Callable[[str], bool]] = []
    for name in chance.sample(names, min(len(names), chance.choice([1, 1, 2]))):
        least = chance.choice(near)
        of = replay.catalog.concrete(name)
        where[name] = chance.choice([{"urn": {"gte": least}}, {"not": {"urn": {"lt": least}}}])
        parts.append(_from_on(replay, of, least))
    if not where or chance.random() < 0.3:
        kept = chance.choice([["ENRICHED"], ["ENRICHED", "PARTIAL"], ["UNCACHED", "ENRICHED"]])
        where["lifecycle"] = {"in": kept}
        parts.append(lambda urn: replay.entities[urn].lifecycle in kept)
    return where, lambda urn: all(passes(urn) for passes in parts)


def _from_on(replay: Replay, of: set[str], least: str) -> Callable[[str], bool]:
    return lambda urn: replay.entities[urn].type not in of or urn >= least


def _edge_where(
    replay: Replay, chance: random.Random
) -> tuple[Variables, Callable[[EdgeKey], bool]]:
    """Draw conditions on edges: by a number among their properties, or by their key."""
    numbers = [
        (edge.name, each.name)
        for edge in replay.catalog.edges.values()
        for each in edge.fields.values()
        if edge.upstream != "NONE" and each.type in {"Int", "Long", "Float"}
    ]
    if not numbers:
        names = sorted(n for n, each in replay.catalog.edges.items() if each.upstream != "NONE")
        name = chance.choice(names)
        return {name: {"key": {"eq": "x"}}}, lambda key: key[0] != name or key[3] == "x"
    name, field = chance.choice(numbers)
    values = [each.values.get(field) for key, each in replay.edges.items() if key[0] == name]
    most = chance.choice([value for value in values if value is not None] or [1])

    def passes(key: EdgeKey) -> bool:
        value = replay.edges[key].values.get(field)
        return key[0] != name or (value is not None and value <= most)

    return {name: {field: {"lte": most}}}, passes


def _near(replay: Replay, roots: list[str], hops: int) -> list[str]:
    found = set(roots)
    for _ in range(hops):
        found |= {end for urn in found for key in replay.touching[urn] for end in key[1:3]}
    return sorted(found)


def _has_name(replay: Replay, interface: str) -> bool:
    return bool(replay.catalog.implementers[interface])
