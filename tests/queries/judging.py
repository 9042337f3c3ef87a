"""Filters and orders, read literally: what passes, and in which order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from tests.oracle.catalog import Catalog, Field
from tests.oracle.history import EdgeKey
from tests.queries.past import World, moment

Where = Mapping[str, Any] | None
Row = TypeVar("Row")


@dataclass(frozen=True)
class Thing:
    """An entity in a world."""

    urn: str
    world: World

    @property
    def type(self) -> str:
        """Return the name of its type."""
        return self.world.entities[self.urn].type

    @property
    def fields(self) -> Mapping[str, Field]:
        """Return what its type has."""
        return self.world.past.catalog.types.get(self.type, {})

    def value(self, name: str) -> Any:
        """Return the value of an attribute as it was written, None where there is none."""
        return self.world.entities[self.urn].values.get(name)

    def edges(self, each: Field) -> "list[Link]":
        """Return the edges of a relation of this entity."""
        return [Link(key, self.world) for key in self.world.relation(self.urn, each)]


@dataclass(frozen=True)
class Link:
    """An edge in a world."""

    key: EdgeKey
    world: World

    @property
    def fields(self) -> Mapping[str, Field]:
        """Return what its type has."""
        return self.world.past.catalog.edges[self.key[0]].fields

    def value(self, name: str) -> Any:
        """Return the value of a property, None where there is none."""
        return self.world.edges[self.key].values.get(name)

    def end(self, each: Field) -> Thing:
        """Return what is at the other end of a relation."""
        return Thing(self.key[1 if each.reverse else 2], self.world)


def meets(row: Thing | Link, where: Where) -> bool:
    """Tell whether an entity or an edge meets a filter."""
    return all(_holds(row, name, asked) for name, asked in (where or {}).items())


def _holds(row: Thing | Link, name: str, asked: Any) -> bool:  # noqa: PLR0911  # One each.
    match name:
        case "and":
            return all(meets(row, each) for each in asked or [])
        case "or":
            return asked is None or any(meets(row, each) for each in asked)
        case "not":
            return asked is None or not meets(row, asked)
        case "lifecycle" | "type" if isinstance(row, Thing):
            entity = row.world.entities[row.urn]
            return getattr(entity, name) in asked["in"]
        case "urn" if isinstance(row, Thing):
            return compares(row.urn, asked)
        case "key" if isinstance(row, Link):
            return compares(row.key[3], asked)
        case _ if isinstance(row, Thing):
            return _of_entity(row, name, asked)
        case _:
            return compares(typed(row.fields[name].type, row.value(name)), asked, row.fields[name])


def _of_entity(row: Thing, name: str, asked: Any) -> bool:  # noqa: PLR0911  # One each.
    each = row.fields.get(name)
    if each is None and name.endswith("Edge"):
        found = row.edges(row.fields[name.removesuffix("Edge")])
        return (asked is None and not found) or (bool(found) and meets(found[0], asked))
    if each is None:  # Of an interface, asked of what is Unknown.
        return compares(None, asked)
    if each.edge is not None and each.many:
        return _ends_hold([(link, link.end(each)) for link in row.edges(each)], asked)
    if _is_entity(row.world.past.catalog, each):
        ends = _ends(row, each)
        if each.many:
            return _ends_hold([(None, end) for end in ends], asked)
        return (not ends) if asked is None else bool(ends) and meets(ends[0], asked)
    if each.many:
        return _members_hold(row.value(name) or [], asked)
    return compares(typed(each.type, row.value(name)), asked, each)


def _ends(row: Thing, each: Field) -> list[Thing]:
    if each.edge is not None:
        return [link.end(each) for link in row.edges(each)]
    held = row.value(each.name)
    urns = held if isinstance(held, list) else [held] if held is not None else []
    return [Thing(urn, row.world) for urn in urns if row.world.fits(urn, each.type)]


def _ends_hold(rows: Iterable[tuple[Link | None, Thing]], asked: Where) -> bool:
    rows = list(rows)
    if asked is None:
        return not rows
    said = {name: asked[name] for name in _QUANTIFIERS if name in asked} or {"some": {}}
    on_edge = asked.get("edge")
    return all(
        _QUANTIFIERS[name](
            [meets(end, wanted) and (link is None or meets(link, on_edge)) for link, end in rows]
        )
        for name, wanted in said.items()
    )


_QUANTIFIERS: Mapping[str, Callable[[Sequence[bool]], bool]] = {
    "some": any,
    "every": all,
    "none": lambda met: not any(met),
}


def _members_hold(members: Sequence[Any], asked: Where) -> bool:
    meanings: Mapping[str, Callable[[Any], bool]] = {
        "has": lambda given: given in members,
        "hasAny": lambda given: any(each in members for each in given),
        "hasAll": lambda given: all(each in members for each in given),
        "isEmpty": lambda given: (not members) is given,
    }
    return all(meanings[name](given) for name, given in (asked or {"isEmpty": True}).items())


def compares(value: Any, asked: Where, each: Field | None = None) -> bool:
    """Tell whether a value meets a filter of its type; a null filter means: there is none."""
    if asked is None:
        return value is None
    return all(_operator_holds(value, name, given, each) for name, given in asked.items())


def _operator_holds(value: Any, name: str, given: Any, each: Field | None) -> bool:
    def said(it: Any) -> Any:
        return it if each is None else typed(each.type, it)

    match name:
        case "isNull":
            return (value is None) is given
        case "ne":
            return bool(value != said(given))
        case _ if value is None:
            return False
        case "in":
            return value in [said(it) for it in given]
        case _:
            return bool(_COMPARED[name](value, said(given)))


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, given: value == given,
    "gt": lambda value, given: value > given,
    "gte": lambda value, given: value >= given,
    "lt": lambda value, given: value < given,
    "lte": lambda value, given: value <= given,
    "startsWith": lambda value, given: value.startswith(given),
    "contains": lambda value, given: given in value,
}


def typed(type_name: str, value: Any) -> Any:
    """Return a value as something that compares as its type does."""
    match type_name:
        case _ if value is None:
            return None
        case "Long" | "Int":
            return int(value)
        case "Decimal":
            return Decimal(str(value))
        case "Float":
            return float(value)
        case "DateTime":
            return moment(value)
        case _:
            return value


def names_lifecycle(where: Any) -> bool:
    """Tell whether a filter says itself which lifecycles it is about."""
    if isinstance(where, list):
        return any(map(names_lifecycle, where))
    if not isinstance(where, Mapping):
        return False
    return "lifecycle" in where or any(
        names_lifecycle(where.get(name)) for name in ("and", "or", "not")
    )


def in_order(
    rows: Iterable[Row], order: Sequence[Mapping[str, Any]] | None, of: Callable[[Row], Any]
) -> list[Row]:
    """Return rows in the order of keys, what is missing last; equal ones stay as they are."""
    found = list(rows)
    for key in reversed(order or []):
        [(name, way)] = key.items()
        held = [(row, value) for row in found if (value := _key(of(row), name, way)) is not None]
        missing = [row for row in found if _key(of(row), name, way) is None]
        held.sort(key=lambda pair: pair[1], reverse=_way(way) == "DESC")
        found = [row for row, _ in held] + missing
    return found


def _way(way: Any) -> str:
    return _way(next(iter(way.values()))) if isinstance(way, Mapping) else str(way)


def _key(row: Thing | Link, name: str, way: Any) -> Any:
    if isinstance(row, Link):
        return _edge_key(row, name)
    if name == "urn":
        return row.urn
    each = row.fields.get(name)
    if isinstance(way, Mapping):
        return _further(row, name, way)
    return None if each is None else typed(each.type, row.value(name))


def _further(row: Thing, name: str, way: Mapping[str, Any]) -> Any:
    [(below, further)] = way.items()
    if name in row.fields:
        ends = _ends(row, row.fields[name])
        return _key(ends[0], below, further) if ends else None
    links = row.edges(row.fields[name.removesuffix("Edge")])
    return _key(links[0], below, further) if links else None


def _edge_key(row: Link, name: str) -> Any:
    match name:
        case "key":
            return row.key[3]
        case "since":
            return row.world.since[row.key]
        case _:
            return typed(row.fields[name].type, row.value(name))


def _is_entity(catalog: Catalog, each: Field) -> bool:
    return each.type in catalog.types or each.type in catalog.implementers
