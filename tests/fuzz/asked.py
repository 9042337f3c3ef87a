"""A query with all that it is asked with; as JSON, to be kept and asked again."""

import base64
import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from datalog.syntax import clauses, finding, query, terms, views
from datalog.syntax.query import Query

MODULES = (clauses, finding, query, terms, views)


@dataclass(frozen=True)
class Asked:
    """A query, the t of each moment, what `:in` is given by name, and what it is made of.

    `first` is how many rows the caller wants at most; `counted`, whether the plan is made of what
    is known of the facts.
    """

    query: Query
    moments: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)
    first: int = 100_000
    counted: bool = False
    constructs: Counter[str] = field(default_factory=Counter, compare=False)


def to_json(asked: Asked) -> str:
    """Return what is asked as JSON text."""
    told = {
        "query": _written(asked.query),
        "moments": asked.moments,
        "given": _written(dict(asked.given)),
        "first": asked.first,
        "counted": asked.counted,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def from_json(text: str) -> Asked:
    """Return what `to_json` has written."""
    told = json.loads(text)
    given = _read(told["given"])
    counted = told.get("counted", False)
    return Asked(_read(told["query"]), told["moments"], given, told["first"], counted)


def _written(value: Any) -> Any:  # noqa: PLR0911  # One case for each type.
    match value:
        case Enum():
            return {"": type(value).__name__, "name": value.name}
        case None | bool() | int() | float() | str():
            return value
        case Decimal() | UUID():
            return {"": type(value).__name__, "text": str(value)}
        case datetime() | date():
            return {"": type(value).__name__, "text": value.isoformat()}
        case bytes():
            return {"": "bytes", "text": base64.b64encode(value).decode()}
        case tuple() | list():
            return [type(value).__name__, *map(_written, value)]
        case dict():
            return {"": "dict", **{key: _written(each) for key, each in value.items()}}
        case _:
            assert dataclasses.is_dataclass(value)
            parts = {
                each.name: _written(getattr(value, each.name))
                for each in fields(value)
                if getattr(value, each.name) != each.default
            }
            return {"": type(value).__name__, **parts}


_TEXTS: Mapping[str, Callable[[str], object]] = {
    "Decimal": Decimal,
    "UUID": UUID,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": base64.b64decode,
}


def _read(told: Any) -> Any:
    if isinstance(told, list):
        kind, *members = told
        return {"tuple": tuple, "list": list}[kind](map(_read, members))
    if not isinstance(told, dict):
        return told
    parts = dict(told)
    name = parts.pop("")
    if name in _TEXTS:
        return _TEXTS[name](parts["text"])
    if name == "dict":
        return {key: _read(each) for key, each in parts.items()}
    [kind] = {getattr(module, name) for module in MODULES if hasattr(module, name)}
    if issubclass(kind, Enum):
        return kind[parts["name"]]
    return kind(**{key: _read(each) for key, each in parts.items()})
