"""Pages against sorted lists: every order, either direction, now and in the past."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from datalog.syntax.clauses import GetElse, Pattern, Step
from datalog.syntax.query import Order, Query, Scalar, Source
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import (
    Cursor,
    FirstCursor,
    HasNext,
    HasPrevious,
    LastCursor,
    Object,
    Page,
    Rows,
    Value,
)
from store.catalogue import ValueType
from store.values import native
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST

E, EDGE, FAR, LIMIT = Variable("e"), Variable("edge"), Variable("far"), Variable("limit")
ALL = Pattern(E, "entity/type", Constant(Keyword("Dataset")))

PATHS = {
    "name": (Step("Dataset/name"),),
    "rows": (Step("Dataset/rows"),),
    "size": (Step("Dataset/size"),),
    "price": (Step("Dataset/price"),),
    "seenAt": (Step("Dataset/seenAt"),),
    "hidden": (Step("Dataset/hidden"),),
    "layer": (Step("Dataset/layer"),),
    "urn": (Step("entity/urn"),),
    "steward": (Step("StewardedBy"), Step("Person/name")),
}
TYPES = {
    "rows": ValueType.INT,
    "size": ValueType.LONG,
    "price": ValueType.DECIMAL,
    "seenAt": ValueType.DATETIME,
    "hidden": ValueType.BOOLEAN,
}
Keys = Sequence[tuple[str, bool]]


def _key(name: str) -> Variable:
    return Variable(f"key-{name}")


def _query(source: Source, keys: Keys, *, after: bool) -> Query:
    variables = [Variable(f"after-{name}") for name, _ in keys] + [Variable("after-e")]
    return Query(
        (E,),
        (source, Scalar(LIMIT), *(map(Scalar, variables) if after else ())),
        (ALL, *(GetElse(E, PATHS[name], _key(name)) for name, _ in keys)),
        (*(Order(_key(name), descending) for name, descending in keys), Order(E)),
        LIMIT,
    )


def _page(source: Source, keys: Keys, *, after: bool, backward: bool) -> Page:
    variables = (*(Variable(f"after-{name}") for name, _ in keys), Variable("after-e"))
    return Page(
        "it",
        _query(source, keys, after=after),
        Object(
            (
                ("rows", Rows(Object((("urn", Value(E, "entity/urn")), ("at", Cursor()))))),
                ("first", FirstCursor()),
                ("last", LastCursor()),
                ("next", HasNext()),
                ("previous", HasPrevious()),
            )
        ),
        variables if after else None,
        backward,
    )


def _native(name: str, value: Any) -> Any:
    match name, value:
        case _, None:
            return None
        case "size", _:
            return int(value)
        case "price", _:
            return Decimal(value)
        case "seenAt", _:
            return datetime.fromisoformat(value)
        case _:
            return value


def _value(library: Library, of: str, name: str, t: int) -> Any:
    if name == "urn":
        return of
    state = library.facts.states[t]
    if name != "steward":
        return _native(name, state.values.get(of, {}).get(name))
    stewards = [far for kind, near, far, _ in state.edges if (kind, near) == ("StewardedBy", of)]
    return str(state.values[stewards[0]]["name"]) if stewards else None


def _sorted(library: Library, keys: Keys, t: int) -> list[str]:
    names = sorted(library.facts.datasets(t), key=library.facts.numbers.__getitem__)
    for name, descending in reversed(keys):
        values = {of: _value(library, of, name, t) for of in names}
        present = [of for of in names if values[of] is not None]
        # Sorted twice where descending: a reverse sort keeps what is equal as it was.
        present.sort(key=lambda of: _comparable(values[of]), reverse=descending)
        names = present + [of for of in names if values[of] is None]
    return names


def _comparable(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _slots(keys: Keys, cursor: Sequence[Any]) -> dict[str, Any]:
    _, *given, number = cursor
    slots: dict[str, Any] = {"after-e": number}
    for (name, _), value in zip(keys, given, strict=True):
        typed = value is not None and name in TYPES
        slots[f"after-{name}"] = native(json.dumps(value), TYPES[name]) if typed else value
    return slots


ORDERS: list[Keys] = [
    (),
    *([(name, descending)] for name in PATHS for descending in (False, True)),
    [("layer", False), ("name", True)],
    [("hidden", True), ("rows", False), ("size", True)],
    [("steward", True), ("name", False)],
]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("keys", ORDERS, ids=str)
async def test_pages_together_are_the_sorted_list(
    library: Library,
    keys: Keys,
    backward: bool,  # noqa: FBT001  # A parameter of the test.
) -> None:
    for t, size in ((None, 3), (None, 100), (4, 7)):
        source = NOW if t is None else THEN
        expected = _sorted(library, keys, t or LAST)
        first = library.compile(_page(source, keys, after=False, backward=backward), past=bool(t))
        rest = library.compile(_page(source, keys, after=True, backward=backward), past=bool(t))
        found: list[str] = []
        statement, slots = first, {"limit": size, "then.t": t, "then.instant": None}
        for _ in range(60):
            page = await library.run(statement, slots)
            urns = [row["urn"] for row in page["rows"]]
            found = urns + found if backward else found + urns
            assert page["first"] == (page["rows"][0]["at"] if urns else None)
            assert page["last"] == (page["rows"][-1]["at"] if urns else None)
            assert page["next" if backward else "previous"] == (statement is rest)
            if not page["previous" if backward else "next"]:
                break
            assert len(urns) == size
            slots |= _slots(keys, page["first" if backward else "last"])
            statement = rest
        assert found == expected


async def test_a_page_of_no_rows_tells_whether_there_are_any(library: Library) -> None:
    page = await library.ask(_page(NOW, (), after=False, backward=False), limit=0)
    assert (page["rows"], page["next"], page["first"]) == ([], True, None)
