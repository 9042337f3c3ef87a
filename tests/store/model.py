"""A naive model of writing: plain dicts, and the whole state anew for every transaction.

It shares no code with the store. It knows the one catalog below, and transactions as JSON.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

CATALOG = """
interface Owner { name: String }
type Team implements Owner @entity {
  name: String @required
  code: String @unique
  parts: [Part!] @rel(edge: "PartOf", reverse: true) @component
  lead: User @rel(edge: "Leads", reverse: true)
}
type User implements Owner @entity {
  name: String
  boss: User
  friends: [Owner!]
  badge: Part @component
}
type Part @entity { name: String  owner: Team @rel(edge: "PartOf") @required }
type Dataset @entity {
  name: String @required
  tags: [String!]
  rows: Long
  publishedBy: Team @rel(edge: "PublishedBy") @required
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type Project @entity {
  name: String
  datasets: [Dataset!] @rel(edge: "BelongsTo", reverse: true) @required
}
type PartOf @edge(from: ["Part"], to: ["Team"], upstream: NONE)
type Leads @edge(from: ["User"], to: ["Team"], upstream: NONE)
type PublishedBy @edge(from: ["Dataset", "Project"], to: ["Team"], upstream: NONE)
type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO) {
  weight: Float
  notes: [String!]
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { rank: Long }
type BelongsTo @edge(from: ["Dataset", "User"], to: ["Project"], upstream: NONE)
"""

FIELDS = {
    "Team": {"name": "one", "code": "one"},
    "User": {"name": "one", "boss": "ref", "friends": "refs", "badge": "ref"},
    "Part": {"name": "one"},
    "Dataset": {"name": "one", "tags": "many", "rows": "long"},
    "Project": {"name": "one"},
    "Unknown": {},
}
TARGETS = {"boss": {"User"}, "friends": {"Team", "User"}, "badge": {"Part"}}
ENDS = {
    "PartOf": ({"Part"}, {"Team"}),
    "Leads": ({"User"}, {"Team"}),
    "PublishedBy": ({"Dataset", "Project"}, {"Team"}),
    "DerivedFrom": ({"Dataset"}, {"Dataset"}),
    "OwnedBy": ({"Dataset"}, {"Team", "User"}),
    "BelongsTo": ({"Dataset", "User"}, {"Project"}),
}
PROPERTIES = {
    "DerivedFrom": {"weight": "one", "notes": "many"},
    "OwnedBy": {"rank": "long"},
}
ONE = {"PartOf": 0, "PublishedBy": 0, "Leads": 1}  # Which end has at most one live edge.
REQUIRED_FIELDS = {"Team": {"name"}, "Dataset": {"name"}}
# Of a type: an edge type, the near end, and what the far end must be.
REQUIRED_EDGES = {
    "Part": ("PartOf", 0, {"Team"}),
    "Dataset": ("PublishedBy", 0, {"Team"}),
    "Project": ("BelongsTo", 1, {"Dataset"}),
}

Identity = tuple[str, str, str, str]
Json = dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """The transaction must be refused, with one of these codes."""

    codes: set[str]


@dataclass
class Thing:
    """An entity."""

    type: str = "Unknown"
    lifecycle: str = "UNCACHED"
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """All entities by urn, and the properties of every live edge by its identity."""

    things: dict[str, Thing] = field(default_factory=dict)
    edges: dict[Identity, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """The world after a transaction, and how many of its statements changed nothing."""

    world: World
    redundant: int


def after(world: World, said: Json) -> Accepted | Refused:
    """Return what becomes of a transaction."""
    codes: set[str] = set()
    following = deepcopy(world)
    upserts, links = said.get("upsert", []), said.get("link", [])
    unlinks = [_identity(one) for one in said.get("unlink", [])]
    for urn in _named(upserts, links):
        following.things.setdefault(urn, Thing())
    codes |= _give_types(world, following, upserts, links)
    gone = _gone(world, said.get("retract", []), unlinks)
    ended_by_name = gone | set(said.get("retract", []))
    codes |= _contradictions(upserts, links, unlinks, ended_by_name)
    wanted, codes_of_values = _wanted(following, upserts)
    wanted_of_edges, codes_of_edges = _wanted_of_edges(links)
    codes |= codes_of_values | codes_of_edges
    for urn in gone:
        following.things[urn].values = {}
    for identity in world.edges:
        if identity in unlinks or identity[1] in gone or _displaced(identity, links):
            following.edges.pop(identity, None)
    begun = {identity[1] for identity in wanted_of_edges if identity not in following.edges}
    for urn, values in wanted.items():
        _set(following.things[urn].values, values)
    for identity, values in wanted_of_edges.items():
        _set(following.edges.setdefault(identity, {}), values)
    _move(world, following, gone, set(wanted), begun)
    codes |= _broken(following)
    if codes:
        return Refused(codes)
    return Accepted(following, _redundant(world, following, said, gone))


def _identity(said: Json) -> Identity:
    return (said["type"], said["from"], said["to"], said.get("key", ""))


def _references(values: Json) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name in TARGETS and value is not None:
            yield from ((name, urn) for urn in (value if isinstance(value, list) else [value]))


def _named(upserts: Iterable[Json], links: Iterable[Json]) -> Iterator[str]:
    for upsert in upserts:
        yield upsert["urn"]
        yield from (urn for _, urn in _references(upsert))
    for link in links:
        yield from (link["from"], link["to"])


def _give_types(
    world: World, following: World, upserts: Iterable[Json], links: Iterable[Json]
) -> set[str]:
    told, hinted = _told(upserts, links), _hinted(upserts, links)
    codes: set[str] = set()
    for urn, thing in following.things.items():
        before = world.things[urn].type if urn in world.things else "Unknown"
        types = told[urn]
        if not types and before == "Unknown":
            types = hinted[urn]
        if len(types) > 1 or (before != "Unknown" and types - {before}):
            codes.add("TYPE_CONFLICT")
        elif types:
            thing.type = next(iter(types))
    return codes


def _told(upserts: Iterable[Json], links: Iterable[Json]) -> defaultdict[str, set[str]]:
    told: defaultdict[str, set[str]] = defaultdict(set)
    for upsert in upserts:
        told[upsert["urn"]].add(upsert["type"])
    for link in links:
        for end, says in (("from", "fromType"), ("to", "toType")):
            if says in link:
                told[link[end]].add(link[says])
    return told


def _hinted(upserts: Iterable[Json], links: Iterable[Json]) -> defaultdict[str, set[str]]:
    """Return the types of what leaves but one choice."""
    hinted: defaultdict[str, set[str]] = defaultdict(set)
    for upsert in upserts:
        for name, urn in _references(upsert):
            if len(TARGETS[name]) == 1:
                hinted[urn] |= TARGETS[name]
    for link in links:
        for end, types in zip(("from", "to"), ENDS[link["type"]], strict=True):
            if len(types) == 1:
                hinted[link[end]] |= types
    return hinted


def _gone(world: World, retracts: Iterable[str], unlinks: list[Identity]) -> set[str]:
    """Return what ends: what is retracted and there, and its parts, and theirs."""
    gone: set[str] = set()
    waiting = [urn for urn in retracts if urn in world.things]
    while waiting:
        urn = waiting.pop()
        thing = world.things[urn]
        if urn in gone or thing.lifecycle == "DELETED":
            continue
        gone.add(urn)
        if thing.type == "User" and "badge" in thing.values:
            waiting.append(thing.values["badge"])
        if thing.type == "Team":
            waiting += [
                one[1]
                for one in world.edges
                if one[0] == "PartOf"
                and one[2] == urn
                and one not in unlinks
                and world.things[one[1]].type == "Part"
            ]
    return gone


def _contradictions(
    upserts: Iterable[Json], links: Iterable[Json], unlinks: list[Identity], ended: set[str]
) -> set[str]:
    clashes = [
        *(upsert["urn"] in ended for upsert in upserts),
        *(link["from"] in ended or _identity(link) in unlinks for link in links),
    ]
    return {"CONTRADICTION"} if any(clashes) else set()


def _stored(kind: str, value: Any) -> Any:
    if value is None or value == []:
        return None
    match kind:
        case "many" | "refs":
            return frozenset(value)
        case "long":
            return str(value)
        case _:
            return value


def _merge(into: Json, kinds: dict[str, str], values: Json) -> set[str]:
    codes: set[str] = set()
    for name, value in values.items():
        if name not in kinds:
            codes.add("UNKNOWN_ATTRIBUTE")
            continue
        stored = _stored(kinds[name], value)
        if into.setdefault(name, stored) != stored:
            codes.add("CARDINALITY_CONFLICT")
    return codes


def _wanted(following: World, upserts: Iterable[Json]) -> tuple[dict[str, Json], set[str]]:
    wanted: dict[str, Json] = {}
    codes: set[str] = set()
    for upsert in upserts:
        values = {name: value for name, value in upsert.items() if name not in {"type", "urn"}}
        codes |= _merge(wanted.setdefault(upsert["urn"], {}), FIELDS[upsert["type"]], values)
        for name, urn in _references(values):
            if following.things[urn].type not in TARGETS[name] | {"Unknown"}:
                codes.add("WRONG_VALUE")
    return wanted, codes


def _wanted_of_edges(links: list[Json]) -> tuple[dict[Identity, Json], set[str]]:
    wanted: dict[Identity, Json] = {}
    codes: set[str] = set()
    for link in links:
        kinds = PROPERTIES.get(link["type"], {})
        into = wanted.setdefault(_identity(link), {})
        codes |= _merge(into, kinds, link.get("properties", {}))
    for edge_type, end in ONE.items():
        taken: dict[str, Identity] = {}
        for identity in wanted:
            if (
                identity[0] == edge_type
                and taken.setdefault(identity[1 + end], identity) != identity
            ):
                codes.add("CARDINALITY_CONFLICT")
    return wanted, codes


def _displaced(identity: Identity, links: Iterable[Json]) -> bool:
    end = ONE.get(identity[0])
    if end is None:
        return False
    others = [one for one in map(_identity, links) if one[0] == identity[0]]
    return identity not in others and any(one[1 + end] == identity[1 + end] for one in others)


def _set(values: Json, wanted: Json) -> None:
    for name, value in wanted.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value


def _move(
    world: World, following: World, gone: set[str], upserted: set[str], begun: set[str]
) -> None:
    for urn, thing in following.things.items():
        before = world.things[urn].lifecycle if urn in world.things else "UNCACHED"
        if urn in gone or (urn not in upserted and before == "DELETED"):
            thing.lifecycle = "DELETED"
        elif urn in upserted or urn in begun or before != "UNCACHED":
            thing.lifecycle = _fullness(following, urn)


def _fullness(world: World, urn: str) -> str:
    thing = world.things[urn]
    full = thing.type != "Unknown" and REQUIRED_FIELDS.get(thing.type, set()) <= set(thing.values)
    if thing.type in REQUIRED_EDGES:
        edge_type, near, far_types = REQUIRED_EDGES[thing.type]
        full = full and any(
            one[0] == edge_type
            and one[1 + near] == urn
            and world.things[one[2 - near]].type in far_types
            for one in world.edges
        )
    return "ENRICHED" if full else "PARTIAL"


def _broken(world: World) -> set[str]:
    """Return what is wrong with a world as a whole."""
    codes: set[str] = set()
    for edge_type, source, target, _ in world.edges:
        for urn, types in zip((source, target), ENDS[edge_type], strict=True):
            if world.things[urn].type not in types | {"Unknown"}:
                codes.add("EDGE_END_TYPE")
    for thing in world.things.values():
        for name, urn in _references(
            {
                name: list(value) if isinstance(value, frozenset) else value
                for name, value in thing.values.items()
            }
        ):
            if world.things[urn].type not in TARGETS[name] | {"Unknown"}:
                codes.add("WRONG_VALUE")
    codes_held = [thing.values["code"] for thing in world.things.values() if "code" in thing.values]
    if len(codes_held) != len(set(codes_held)):
        codes.add("UNIQUE_CONFLICT")
    return codes


def _redundant(world: World, following: World, said: Json, gone: set[str]) -> int:
    count = 0
    for upsert in said.get("upsert", []):
        count += not _upsert_is_news(world, following, upsert)
    for link in said.get("link", []):
        identity = _identity(link)
        ends_move = any(
            urn not in world.things or world.things[urn].type != following.things[urn].type
            for urn in identity[1:3]
        )
        before, now = world.edges.get(identity), following.edges[identity]
        names = link.get("properties", {})
        same = before is not None and all(before.get(name) == now.get(name) for name in names)
        count += same and not ends_move
    count += sum(_identity(one) not in world.edges for one in said.get("unlink", []))
    return count + sum(urn not in gone for urn in said.get("retract", []))


def _upsert_is_news(world: World, following: World, upsert: Json) -> bool:
    urn = upsert["urn"]
    before, now = world.things.get(urn), following.things[urn]
    if before is None or before.lifecycle in {"UNCACHED", "DELETED"} or before.type != now.type:
        return True
    names = FIELDS[upsert["type"]].keys() & upsert.keys()
    return any(before.values.get(name) != now.values.get(name) for name in names)
