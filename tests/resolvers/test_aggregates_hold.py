"""What a connection tells of all that it lists is what plain Python makes of the rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.selection import Selected
from tests.resolvers.asking import only
from tests.resolvers.naive import WHERE, Asking, Json, Naive, asking_of, names_lifecycle, number

ROWS = """{ datasets(where: {or: [{lifecycle: {in: [DELETED]}}, {}]}) { nodes {
  id urn name rows tags layer price seenAt lifecycle replacement { id } readers { nodes { id } }
  steward { id name age } stewardEdge { key }
  upstream { edges { edge { id key weight } node { id } } }
  downstream { edges { edge { id key weight } node { id } } }
  owners { edges { edge { id key duty } node { id type ... on Owner { name } } } }
  features { nodes { id } } madeBy { nodes { id } }
} } }"""


@pytest.fixture(scope="module")
def asking(world_url: str) -> Iterator[Asking]:
    with asking_of(world_url, ROWS) as asked:
        yield asked


def test_nothing_is_told_that_is_not_so(asking: Asking) -> None:
    rows = [each for each in asking.everything.values() if each["lifecycle"] != "DELETED"]
    told = asking.ask(only(f"{{ datasets {{ aggregate {{ {VALUES} }} }} }}"))["aggregate"]
    assert told == _values(rows)
    assert told["rows"]["sum"] == str(120 + 90 + 9007199254740993 + 7)
    assert told["price"]["avg"] == "1.5"
    assert told["seenAt"]["max"] == "2024-01-01T00:00:00Z"


MEASURES = "count distinct min max sum avg"
VALUES = (
    f"rows {{ {MEASURES} }} price {{ {MEASURES} }} seenAt {{ count distinct min max }}"
    " name { count distinct } layer { count distinct }"
)
SINGLE = ["name", "rows", "layer", "price", "seenAt", "lifecycle", "replacement", "steward"]
MANY = ["tags", "readers", "upstream", "downstream", "owners", "features", "madeBy"]
KEYS = st.sampled_from([*SINGLE, *MANY])
ORDER = st.sampled_from([None, *({by: way} for by in ("count", "key") for way in ("ASC", "DESC"))])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(WHERE | st.just({}), KEYS, ORDER, st.integers(0, 8))
def test_groups_are_the_rows_that_pass_sorted_by_what_they_share(
    asking: Asking, where: Json, by: str, order: Json, first: int
) -> None:
    rows = _listed(asking, where)
    groups = _in_order(_grouped(rows, by), order)
    told = asking.ask(_question({"where": where}, {"by": by, "orderBy": order, "first": first}))
    assert told["totalCount"] == len(rows)
    assert told["aggregate"] == _values(rows)
    assert told["groups"] == {
        "nodes": [
            {"key": _shown(key), "count": len(members), "aggregate": _values(members)}
            for key, members in groups[:first]
        ],
        "totalCount": len(groups),
        "complete": len(groups) <= first,
    }


def _question(arguments: Mapping[str, Json], grouping: Mapping[str, Json]) -> Selected:
    asked = only(
        f"{{ datasets {{ totalCount aggregate {{ {VALUES} }} groups {{ totalCount complete"
        f" nodes {{ key count aggregate {{ {VALUES} }} }} }} }} }}"
    )
    children = tuple(
        Selected(each.key, each.name, grouping, each.children) if each.name == "groups" else each
        for each in asked.of()
    )
    return Selected("datasets", "datasets", arguments, {"": children})


def _listed(asking: Asking, where: Json) -> list[Json]:
    naive = Naive(asking.everything)
    return [
        each
        for each in asking.everything.values()
        if (names_lifecycle(where) or each["lifecycle"] != "DELETED") and naive.meets(each, where)
    ]


def _grouped(rows: Iterable[Json], by: str) -> dict[Any, list[Json]]:
    groups: dict[Any, list[Json]] = defaultdict(list)
    for row in rows:
        for key in _keys(row[by], by) or [None]:
            groups[key].append(row)
    return groups


def _keys(value: Json, by: str) -> list[Any]:
    match value:
        case None:
            return []
        case {"edges": edges}:
            return list({each["node"]["id"] for each in edges})
        case {"nodes": nodes}:
            return [each["id"] for each in nodes]
        case {"id": identity}:
            return [identity]
        case list():
            return value
        case _:
            return [_typed(value, by)]


def _typed(value: Json, by: str) -> Any:
    return {"rows": int, "price": Decimal}.get(by, lambda it: it)(value)


def _shown(key: Any) -> Json:
    return str(key) if isinstance(key, int | Decimal) else key


def _in_order(groups: Mapping[Any, list[Json]], order: Json) -> list[tuple[Any, list[Json]]]:
    def by_key(group: tuple[Any, list[Json]]) -> Any:
        key = group[0]
        return number(key) if isinstance(key, str) and key[:1] == "E" and key[1:].isdigit() else key

    held = sorted((each for each in groups.items() if each[0] is not None), key=by_key)
    [(by, way)] = (order or {"count": "DESC"}).items()
    if by == "key" and way == "DESC":
        held.reverse()
    found = held + [each for each in groups.items() if each[0] is None]
    if by == "count":
        found.sort(key=lambda each: len(each[1]) * (-1 if way == "DESC" else 1))
    return found


def _values(rows: Iterable[Json]) -> Json:
    rows = list(rows)
    told = {
        "rows": _numbers([int(row["rows"]) for row in rows if row["rows"] is not None]),
        "price": _numbers([Decimal(row["price"]) for row in rows if row["price"] is not None]),
        "seenAt": _extremes([row["seenAt"] for row in rows if row["seenAt"] is not None]),
    }
    for name in ("name", "layer"):
        told[name] = _counts([row[name] for row in rows if row[name] is not None])
    return told


def _counts(values: list[Any]) -> Json:
    return {"count": len(values), "distinct": len(set(values))}


def _extremes(values: list[Any]) -> Json:
    return {**_counts(values), "min": min(values, default=None), "max": max(values, default=None)}


def _numbers(values: list[Any]) -> Json:
    added = sum(values) if values else None
    told = {"min": min(values, default=None), "max": max(values, default=None), "sum": added}
    told["avg"] = None if added is None else _divided(Decimal(added), len(values))
    shown = {name: None if it is None else _plain(it) for name, it in told.items()}
    return {**_counts(values), **shown}


def _divided(added: Decimal, count: int) -> Decimal:
    exponent = added.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    with localcontext(prec=200):
        return (added / count).quantize(Decimal(1).scaleb(min(exponent, 0) - 20), ROUND_HALF_UP)


def _plain(value: Any) -> str:
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
