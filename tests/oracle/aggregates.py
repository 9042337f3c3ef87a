"""What a list should tell of all its rows, and of them in groups, and the GraphQL that asks it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.oracle import reading
from tests.oracle.catalog import Catalog, Field
from tests.oracle.history import Replay

FIRST = 200  # Groups that are asked for.
_NUMBERS: Mapping[str, Callable[[Any], Any]] = {
    "Int": int,
    "Long": int,
    "Decimal": lambda it: Decimal(str(it)),
    "Float": float,
}
_DATES = {"Date", "DateTime"}


def selection(catalog: Catalog, owner: str) -> str:
    """Return a selection on the connection of an entity type: everything about all of its rows."""
    told = " ".join(f"{each.name} {{ {_measures(each)} }}" for each in _measured(catalog, owner))
    numbers = " ".join(f"{each.name} {{ {_measures(each)} }}" for each in _added(catalog, owner))
    within = f"aggregate {{ {numbers} }}" if numbers else ""
    keys = ["lifecycle", *(each.name for each in _keys(catalog, owner))]
    groups = (
        f"by_{key}: groups(by: {key}, first: {FIRST}) {{ totalCount complete"
        f" nodes {{ key count entity {{ urn }} {within} }} }}"
        for key in keys
    )
    return f"totalCount aggregate {{ {told} }} {' '.join(groups)}"


def _measured(catalog: Catalog, owner: str) -> list[Field]:
    return [
        each
        for each in _keys(catalog, owner)
        if each.edge is None and not each.many and not _is_entity(catalog, each)
    ]


def _added(catalog: Catalog, owner: str) -> list[Field]:
    return [each for each in _measured(catalog, owner) if each.type in _NUMBERS]


def _keys(catalog: Catalog, owner: str) -> list[Field]:
    return [each for each in catalog.types[owner].values() if each.type != "JSON"]


def _is_entity(catalog: Catalog, each: Field) -> bool:
    return each.type in catalog.types or each.type in catalog.implementers


def _measures(each: Field) -> str:
    if each.type in _NUMBERS:
        return "count distinct min max sum avg"
    return "count distinct min max" if each.type in _DATES else "count distinct"


def check(replay: Replay, owner: str, told: dict[str, Any]) -> int:
    """Assert that a connection tells what it should; return how many groups were compared."""
    rows = [
        urn
        for urn, each in replay.entities.items()
        if each.type == owner and each.lifecycle != "DELETED"
    ]
    assert told["totalCount"] == len(rows)
    assert told["aggregate"] == _together(replay, rows, _measured(replay.catalog, owner))
    compared = _check_groups(replay, owner, _by_lifecycle(replay, rows), told["by_lifecycle"])
    said = {urn: reading.expected(replay, urn) or {} for urn in rows}
    for each in _keys(replay.catalog, owner):
        groups = _groups({urn: it[f"{owner}_{each.name}"] for urn, it in said.items()})
        compared += _check_groups(replay, owner, groups, told[f"by_{each.name}"])
    return compared


Groups = Mapping[Any, list[str]]


def _check_groups(replay: Replay, owner: str, groups: Groups, told: dict[str, Any]) -> int:
    assert told["totalCount"] == len(groups)
    assert told["complete"] == (len(groups) <= FIRST)
    largest = sorted(map(len, groups.values()), reverse=True)[:FIRST]
    assert [node["count"] for node in told["nodes"]] == largest
    keys = [_key(node) for node in told["nodes"]]
    assert len(set(keys)) == len(keys)
    for key, node in zip(keys, told["nodes"], strict=True):
        assert node["count"] == len(groups[key]), (owner, key)
        expected = _together(replay, groups[key], _added(replay.catalog, owner))
        assert node.get("aggregate", {}) == expected, (owner, key)
    return len(keys)


def _key(node: dict[str, Any]) -> Any:
    return node["key"] if node["entity"] is None else ("entity", node["entity"]["urn"])


def _by_lifecycle(replay: Replay, rows: Iterable[str]) -> Groups:
    groups: dict[Any, list[str]] = defaultdict(list)
    for urn in rows:
        groups[replay.entities[urn].lifecycle].append(urn)
    return groups


def _groups(said: Mapping[str, Any]) -> Groups:
    groups: dict[Any, list[str]] = defaultdict(list)
    for urn, value in said.items():
        for key in _shared(value) or [None]:
            groups[key].append(urn)
    return groups


def _shared(said: Any) -> list[Any]:
    match said:
        case None:
            return []
        case {"nodes": ends}:
            return [("entity", end["urn"]) for end in ends]
        case {"edges": edges}:
            return list({("entity", edge["node"]["urn"]): None for edge in edges})
        case {"urn": urn}:
            return [("entity", urn)]
        case list():
            return said
        case _:
            return [said]


def _together(replay: Replay, rows: Iterable[str], told: list[Field]) -> dict[str, Any]:
    entities = [replay.entities[urn].values for urn in rows]
    return {
        each.name: _told(each, [it[each.name] for it in entities if each.name in it])
        for each in told
    }


def _told(each: Field, values: list[Any]) -> dict[str, Any]:
    typed = [_NUMBERS.get(each.type, lambda it: it)(value) for value in values]
    told: dict[str, Any] = {"count": len(typed), "distinct": len(set(typed))}
    if each.type in _DATES:
        told |= {"min": min(typed, default=None), "max": max(typed, default=None)}
    if each.type in _NUMBERS:
        told |= _numbers(each, typed)
    return told


def _numbers(each: Field, typed: list[Any]) -> dict[str, Any]:
    if not typed:
        return dict.fromkeys(("min", "max", "sum", "avg"))
    told = {"min": min(typed), "max": max(typed)}
    if each.type == "Float":
        exact = sum(Fraction(repr(it)) for it in typed)
        return {**told, "sum": float(exact), "avg": float(exact / len(typed))}
    added = sum(map(Decimal, typed))
    shown = {name: it if each.type == "Int" else _text(Decimal(it)) for name, it in told.items()}
    return {**shown, "sum": _text(Decimal(added)), "avg": _text(_mean(Decimal(added), len(typed)))}


def _mean(added: Decimal, count: int) -> Decimal:
    exponent = added.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    with localcontext(prec=200):
        return (added / count).quantize(Decimal(1).scaleb(min(exponent, 0) - 20), ROUND_HALF_UP)


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
