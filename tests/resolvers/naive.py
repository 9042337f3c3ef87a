"""Filters and orders drawn at random, what they mean read literally, and the world to ask."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import strategies as st

from resolvers.limits import Limits
from resolvers.plan import plan
from resolvers.selection import Selected
from store.database import Database
from store.schema.facts import read_catalogue
from tests.resolvers.world import World

Json = Any  # What GraphQL's input objects and answers are made of.


@dataclass(frozen=True)
class Asking:
    """The world, asked outside of any loop."""

    runner: asyncio.Runner
    world: World
    everything: Mapping[str, Json]

    def ask(self, field: Selected) -> Json:
        """Return the value of a root field."""
        return self.runner.run(self._asked(field))

    async def _asked(self, field: Selected) -> Json:
        made = plan(self.world.catalogue, (field,), self.world.limits)
        [value] = (await self.world.answered(made, {})).values.values()
        return value


WHOLE = """{ datasets(where: {or: [{lifecycle: {in: [DELETED]}}, {}]}) { nodes {
  id urn name rows tags layer price lifecycle replacement { id }
  steward { id name age } stewardEdge { key since { t } }
  upstream { edges { edge { id key weight since { t } } node { id } } }
  owners { edges { edge { id key duty since { t } } node { id type ... on Owner { name } } } }
} } }"""


@contextmanager
def asking_of(world_url: str, whole: str = WHOLE) -> Iterator[Asking]:
    """Give the way to ask a database in which the world has happened."""
    with asyncio.Runner() as runner:
        opening = Database.open(world_url, pool_size=1)
        database = runner.run(opening.__aenter__())
        world = World(database, runner.run(read_catalogue(database)), Limits())
        nodes = runner.run(world.one(whole))["nodes"]
        yield Asking(runner, world, {node["id"]: node for node in nodes})
        runner.run(opening.__aexit__(None, None, None))


NAMES = st.sampled_from(["hits", "clean", "daily", "clicks", "report", "loop", "h", "", "Ann", "z"])
ROWS = st.sampled_from([1, 7, 90, 100, "120", 9007199254740992, "9007199254740993"])
PRICES = st.sampled_from(["1.5", "1.50", 0, 2])
DUTIES = st.sampled_from(["runs", "knows", "other"])
WEIGHTS = st.sampled_from([0.5, 1.0, 0.75])
LAYERS = st.sampled_from(["RAW", "REFINED"])


def one_of(values: st.SearchStrategy[Json], *, text: bool = False) -> st.SearchStrategy[Json]:
    operators = [
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        *(["startsWith", "contains"] if text else []),
    ]
    single = st.tuples(st.sampled_from(operators), values)
    listed = st.tuples(st.just("in"), st.lists(values, max_size=3))
    empty = st.tuples(st.just("isNull"), st.booleans())
    return st.lists(single | listed | empty, min_size=1, max_size=2).map(dict)


_TAGS = st.sampled_from(["raw", "web", "x"])
TAGS: st.SearchStrategy[Json] = st.one_of(
    st.builds(dict, has=_TAGS),
    st.builds(dict, hasAny=st.lists(_TAGS, max_size=2)),
    st.builds(dict, hasAll=st.lists(_TAGS, max_size=2)),
    st.builds(dict, isEmpty=st.booleans()),
)


def both(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Return filters alone, and combined with and, or, not."""
    return st.recursive(
        values,
        lambda inner: st.one_of(
            st.builds(lambda members: {"and": members}, st.lists(inner, max_size=2)),
            st.builds(lambda members: {"or": members}, st.lists(inner, max_size=2)),
            st.builds(lambda member: {"not": member}, inner),
        ),
        max_leaves=4,
    )


def some_of(**filters: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Return filters that have one or two of these keys."""
    members = [st.tuples(st.just(key), each) for key, each in filters.items()]
    return st.lists(st.one_of(members), min_size=1, max_size=2).map(dict)


OWNER = both(some_of(name=one_of(NAMES, text=True), type=st.just({"in": ["Team"]})))
PERSON = some_of(name=one_of(NAMES), age=one_of(st.integers(39, 41)))


def _ends(end: st.SearchStrategy[Json], edge: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    end = end | st.just({})
    return some_of(some=end, none=end, every=end, edge=edge) | st.none()


PLAIN = some_of(
    name=one_of(NAMES, text=True) | st.none(),
    rows=one_of(ROWS),
    price=one_of(PRICES),
    layer=one_of(LAYERS),
    tags=TAGS,
    lifecycle=st.sampled_from([{"in": ["DELETED"]}, {"in": ["ENRICHED", "PARTIAL"]}]),
)
LEAF = some_of(
    name=one_of(NAMES, text=True),
    rows=one_of(ROWS),
    tags=TAGS,
    steward=PERSON | st.none(),
    stewardEdge=some_of(key=one_of(st.sampled_from(["", "a"]), text=True)) | st.none(),
    replacement=PLAIN | st.none(),
    upstream=_ends(PLAIN, some_of(weight=one_of(WEIGHTS))),
    owners=_ends(OWNER, some_of(duty=one_of(DUTIES))),
)
WHERE = both(LEAF | PLAIN)


@dataclass(frozen=True)
class Naive:
    """What a filter means, read literally."""

    everything: Mapping[str, Json]

    def meets(self, node: Json, where: Json) -> bool:
        """Tell whether an entity, or an edge, meets a filter."""
        return all(self._holds(node, key, asked) for key, asked in (where or {}).items())

    def _holds(self, node: Json, key: str, asked: Json) -> bool:  # noqa: PLR0911  # One each.
        match key:
            case "and":
                return all(self.meets(node, each) for each in asked)
            case "or":
                return any(self.meets(node, each) for each in asked)
            case "not":
                return not self.meets(node, asked)
            case "lifecycle" | "type":
                return node[key] in asked["in"]
            case "tags":
                return _list_holds(node[key], asked)
            case "upstream" | "owners":
                return self._ends_hold(node[key]["edges"], asked)
            case "steward" | "replacement" | "stewardEdge":
                return self._end_holds(node[key], asked)
            case _:
                return _value_holds(_value(key, node.get(key)), key, asked)

    def _end_holds(self, end: Json, asked: Json) -> bool:
        if asked is None or end is None:
            return (asked is None) is (end is None)
        return self.meets(self.everything.get(end.get("id"), end), asked)

    def _ends_hold(self, edges: Json, asked: Json) -> bool:
        if asked is None:
            return not edges
        said = {key: asked[key] for key in ("some", "none", "every") if key in asked}
        return all(
            _QUANTIFIERS[key](self._met(each, wanted, asked.get("edge")) for each in edges)
            for key, wanted in (said or {"some": {}}).items()
        )

    def _met(self, edge: Json, wanted: Json, on_edge: Json) -> bool:
        end = self.everything.get(edge["node"]["id"], edge["node"])
        return self.meets(end, wanted) and self.meets(edge["edge"], on_edge)


_QUANTIFIERS: Mapping[str, Callable[[Iterator[bool]], bool]] = {
    "some": any,
    "every": all,
    "none": lambda met: not any(met),
}


def _list_holds(tags: list[str], asked: Json) -> bool:
    [(operator, given)] = asked.items()
    match operator:
        case "has":
            return given in tags
        case "hasAny":
            return any(each in tags for each in given)
        case "hasAll":
            return all(each in tags for each in given)
        case _:
            return (not tags) is given


def _value(key: str, value: Json) -> Json:
    match key:
        case _ if value is None:
            return None
        case "rows":
            return int(value)
        case "price":
            return Decimal(str(value))
        case _:
            return value


_COMPARED: Mapping[str, Callable[[Json, Json], bool]] = {
    "eq": lambda value, given: value == given,
    "gt": lambda value, given: value > given,
    "gte": lambda value, given: value >= given,
    "lt": lambda value, given: value < given,
    "lte": lambda value, given: value <= given,
    "startsWith": lambda value, given: value.startswith(given),
    "contains": lambda value, given: given in value,
}


def _value_holds(value: Json, key: str, asked: Json) -> bool:
    if asked is None:
        return value is None
    return all(_operator_holds(value, key, operator, given) for operator, given in asked.items())


def _operator_holds(value: Json, key: str, operator: str, given: Json) -> bool:
    match operator:
        case "isNull":
            return (value is None) is bool(given)
        case "ne":
            return bool(value != _value(key, given))
        case _ if value is None:
            return False
        case "in":
            return value in [_value(key, each) for each in given]
        case _:
            return bool(_COMPARED[operator](value, _value(key, given)))


def names_lifecycle(where: Json) -> bool:
    """Tell whether a filter says which lifecycles it is about."""
    match where:
        case dict():
            below = [where[key] for key in ("and", "or", "not") if key in where]
            return "lifecycle" in where or any(map(names_lifecycle, below))
        case list():
            return any(map(names_lifecycle, where))
        case _:
            return False


KEYS = st.sampled_from(
    ["name", "rows", "price", "layer", "urn", "steward", "replacement", "stewardEdge"]
)
ORDER = st.lists(st.tuples(KEYS, st.sampled_from(["ASC", "DESC"])), max_size=2)


def order_by(order: list[tuple[str, str]]) -> Json:
    """Return an order as `orderBy` takes it."""
    leading = {"steward": "name", "replacement": "name", "stewardEdge": "since"}
    return [{key: {leading[key]: way} if key in leading else way} for key, way in order]


def ordered(
    nodes: list[Json], order: list[tuple[str, str]], whole: Mapping[str, Json]
) -> list[Json]:
    """Return entities in an order; the id breaks ties."""

    def value(node: Json, key: str) -> Json:
        if key == "stewardEdge":
            return node[key] and int(node[key]["since"]["t"])
        if key not in {"steward", "replacement"}:
            return _value(key, node[key])
        return node[key] and whole.get(node[key]["id"], node[key])["name"]

    in_turn = sorted(nodes, key=lambda node: number(node["id"]))
    return in_order(in_turn, [(partial(value, key=key), way) for key, way in order])


def number(identity: str) -> int:
    """Return the number in an opaque id."""
    return int(identity[1:])


def in_order(rows: list[Json], keys: list[tuple[Callable[[Json], Json], str]]) -> list[Json]:
    """Return rows in the order of keys, what is missing last; equal ones stay as they are."""
    for value, way in reversed(keys):
        held = sorted((row for row in rows if value(row) is not None), key=value)
        if way == "DESC":  # Stable: ties still go upwards.
            held.sort(key=value, reverse=True)
        rows = held + [row for row in rows if value(row) is None]
    return rows
