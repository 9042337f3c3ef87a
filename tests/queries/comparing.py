"""An answer of the server beside the naive one: as JSON, keys in order, cursors by their place."""

import json
from collections.abc import Mapping
from typing import Any

from tests.queries.learned import Learned

_CURSORS = frozenset({"cursor", "startCursor", "endCursor"})


def difference(told: Any, expected: Any, known: Learned, path: str = "data") -> str | None:
    """Return where an answer differs first, None where it does not; learn its cursors."""
    if isinstance(expected, Mapping):
        return _of_object(told, expected, known, path)
    if isinstance(expected, list | tuple):
        if not isinstance(told, list) or len(told) != len(expected):
            return f"{path}: {_short(told)} instead of {_short(expected)}"
        pairs = enumerate(zip(told, expected, strict=True))
        found = (difference(it, its, known, f"{path}[{n}]") for n, (it, its) in pairs)
        return next(filter(None, found), None)
    same = type(told) is type(expected) and told == expected
    return None if same else f"{path}: {_short(told)} instead of {_short(expected)}"


def _of_object(told: Any, expected: Mapping[str, Any], known: Learned, path: str) -> str | None:
    if not isinstance(told, dict) or list(told) != list(expected):
        return f"{path}: {_short(told)} instead of {_short(expected)}"
    for key, each in expected.items():
        below = f"{path}.{key}"
        if key in _CURSORS and isinstance(each, str):
            if not isinstance(told[key], str):
                return f"{below}: {_short(told[key])} instead of a cursor"
            known.cursors[told[key]] = int(each.removeprefix("cursor "))
            continue
        found = difference(told[key], each, known, below)
        if found is not None:
            return found
    return None


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) < 400 else f"{text[:400]}…"


def is_full(answer: Any) -> bool:
    """Tell whether the answer to a root field shows an entity, an edge, a transaction, a row."""
    match answer:
        case Mapping():
            listed = "nodes" in answer or "edges" in answer
            if not listed and answer.keys() & {"totalCount", "pageInfo", "basis"}:
                count, info = answer.get("totalCount"), answer.get("pageInfo", {})
                return bool(count) or any(info.get(name) for name in ("startCursor", "endCursor"))
            return bool(answer.get("nodes") or answer.get("edges")) if listed else True
        case list():
            return any(each is not None for each in answer)
        case _:
            return answer is not None
