"""What the naive resolver tells of transactions: facts, changes of edges, which pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.oracle.history import EdgeKey
from tests.oracle.timeline import REMOVED, Fact
from tests.queries.judging import Thing, compares
from tests.queries.learned import Learned, of_fact
from tests.queries.past import FIRST, World


@dataclass(frozen=True)
class Moment:
    """A transaction, seen from a world: what it is about is shown as it is there."""

    t: int
    world: World

    @property
    def said(self) -> Mapping[str, Any]:
        """Return what was said of it."""
        return self.world.past.step(self.t).said

    @property
    def facts(self) -> Sequence[Fact]:
        """Return what it asserted and retracted."""
        return self.world.past.facts[self.t]

    @property
    def changes(self) -> Mapping[EdgeKey, str]:
        """Return what it did to edges."""
        return self.world.past.changes[self.t]


def said(moment: Moment, name: str) -> Any:
    """Return what was said of a transaction, or its id."""
    match name:
        case "id":
            return f"T{moment.t}"
        case "t":
            return str(moment.t)
        case _:
            return moment.said.get(name)


def facts(moment: Moment, known: Learned, about: str | None = None) -> list[Mapping[str, Any]]:
    """Return what a transaction asserted and retracted about entities."""
    told = [
        _fact(fact, fact.about, moment)
        for fact in moment.facts
        if isinstance(fact.about, str) and about in (None, fact.about)
    ]
    return sorted(told, key=lambda each: known.facts[_named(each)])


def history(
    urn: str, world: World, given: Mapping[str, Any], known: Learned
) -> list[Mapping[str, Any]]:
    """Return the facts about an entity, newest first."""
    names = given.get("attributes")
    return [
        fact
        for moment in _newest_first(world, given)
        for fact in facts(moment, known, urn)
        if names is None or fact["attribute"].partition("/")[2] in names
    ]


def _newest_first(world: World, given: Mapping[str, Any]) -> Iterator[Moment]:
    """Yield the transactions after `since` and up to `until`."""
    since, until = given.get("since"), given.get("until")
    first = FIRST if since is None else world.past.at(since).t
    last = world.t if until is None else min(world.t, world.past.at(until).t)
    yield from (Moment(t, world) for t in range(last, max(first, FIRST), -1))


def _named(fact: Mapping[str, Any]) -> tuple[str, ...]:
    target = fact["target"]
    ends = {
        "entity": {"urn": fact["entity"].urn},
        "target": target and {"urn": target.urn},
        "transaction": {"t": fact["transaction"].t},
    }
    return of_fact({**fact, **ends})


def _fact(fact: Fact, urn: str, moment: Moment) -> Mapping[str, Any]:
    return {
        "entity": Thing(urn, moment.world),
        "attribute": fact.attribute,
        **_value(fact, moment.world),
        "op": fact.op,
        "transaction": moment,
    }


def _value(fact: Fact, world: World) -> Mapping[str, Any]:
    owner, _, name = fact.attribute.partition("/")
    catalog = world.past.catalog
    declared = {**catalog.types.get(owner, {})}
    if owner in catalog.edges:
        declared = catalog.edges[owner].fields
    each = declared.get(name)
    if each is not None and (each.type in catalog.types or each.type in catalog.implementers):
        return {"value": None, "target": Thing(fact.value, world)}
    value = fact.value
    if each is not None and each.type == "Decimal":
        value = f"{Decimal(str(value)).normalize():f}"
    if each is not None and each.type == "Long":
        value = str(value)
    return {"value": in_order_of_keys(value), "target": None}


def in_order_of_keys(value: Any) -> Any:
    """Return JSON as it is told: the keys of objects in order."""
    if isinstance(value, Mapping):
        return {key: in_order_of_keys(value[key]) for key in sorted(value)}
    return [in_order_of_keys(each) for each in value] if isinstance(value, list) else value


def edge_changes(
    moment: Moment, known: Learned, wanted: Callable[[EdgeKey], bool] = lambda _: True
) -> list[Mapping[str, Any]]:
    """Return what a transaction did to edges, those that are wanted."""
    keys = sorted(filter(wanted, moment.changes), key=known.number)
    return [_change(key, moment, known) for key in keys]


def _change(key: EdgeKey, moment: Moment, known: Learned) -> Mapping[str, Any]:
    return {
        "id": known.ids[key],
        "type": key[0],
        "key": key[3],
        "from": Thing(key[1], moment.world),
        "to": Thing(key[2], moment.world),
        "change": moment.changes[key],
        "facts": [
            {"attribute": fact.attribute, **_value(fact, moment.world), "op": fact.op}
            for fact in moment.facts
            if fact.about == key and not fact.attribute.startswith("edge/")
        ],
        "transaction": moment,
        "until": ended(key, moment.t, moment.world),
    }


def edge_history(
    urn: str, world: World, given: Mapping[str, Any], known: Learned
) -> list[Mapping[str, Any]]:
    """Return how the edges at an entity came, changed and went, newest first."""
    types, end = given.get("types"), given.get("end")

    def wanted(key: EdgeKey) -> bool:
        at = (end != "TO" and key[1] == urn) or (end != "FROM" and key[2] == urn)
        return at and (types is None or key[0] in types)

    return _changes(world, given, known, wanted)


def changes_of(
    key: EdgeKey, world: World, given: Mapping[str, Any], known: Learned
) -> list[Mapping[str, Any]]:
    """Return what an edge has been through, newest first."""
    types = given.get("types")
    there = given.get("end") is None and (types is None or key[0] in types)
    return _changes(world, given, known, lambda it: there and it == key)


def been(
    about: str | EdgeKey, world: World, given: Mapping[str, Any], known: Learned
) -> list[Mapping[str, Any]]:
    """Return what an edge, or the edges at an entity, have been through."""
    if isinstance(about, str):
        return edge_history(about, world, given, known)
    return changes_of(about, world, given, known)


def _changes(
    world: World, given: Mapping[str, Any], known: Learned, wanted: Callable[[EdgeKey], bool]
) -> list[Mapping[str, Any]]:
    moments = _newest_first(world, given)
    return [each for it in moments for each in edge_changes(it, known, wanted)]


def ended(key: EdgeKey, t: int, world: World) -> Moment | None:
    """Return the transaction that ended an edge, from a t on."""
    changes = world.past.changes
    ends = (n for n in range(t, world.t + 1) if changes[n].get(key) == REMOVED)
    return next((Moment(n, world) for n in ends), None)


def transactions(world: World, where: Any, known: Learned) -> list[Moment]:
    """Return the transactions that pass a filter, in order."""
    moments = (Moment(t, world) for t in range(FIRST, world.t + 1))
    return [moment for moment in moments if _passes(moment, where, known)]


def _passes(moment: Moment, where: Any, known: Learned) -> bool:
    return all(_holds(moment, name, asked, known) for name, asked in (where or {}).items())


def _holds(  # noqa: PLR0911  # One each.
    moment: Moment, name: str, asked: Any, known: Learned
) -> bool:
    past = moment.world.past
    match name:
        case "since":
            return moment.t > past.at(asked).t
        case "until":
            return moment.t <= past.at(asked).t
        case "and":
            return all(_passes(moment, each, known) for each in asked)
        case "or":
            return any(_passes(moment, each, known) for each in asked)
        case "not":
            return not _passes(moment, asked, known)
        case "facts":
            return any(_is_asked(fact, asked, moment) for fact in moment.facts)
        case _:
            return compares(moment.said.get(name), asked)


def _is_asked(fact: Fact, asked: Mapping[str, Any], moment: Moment) -> bool:
    """Tell whether one fact passes everything that is asked of it."""
    about = fact.about
    if isinstance(about, str):
        kind, name = moment.world.entities[about].type, "type"
    else:
        kind, name = about[0], "edgeType"
    names = asked.get("attributes") or [fact.attribute]
    return (
        asked.get("op", fact.op) == fact.op
        and asked.get("entity", about) == about
        and (fact.attribute in names or fact.attribute.partition("/")[2] in names)
        and not (asked.keys() & {"type", "edgeType"} and kind not in asked.get(name, []))
    )
