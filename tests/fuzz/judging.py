"""What the engine answers, beside what the model does."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from datalog.errors import MixedKinds, Unsupported, WrongAggregate
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql.compile import Slot, compile_operation
from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from datalog.tree import Answer, Operation
from store.catalogue import Catalogue
from store.database import Database
from store.database_errors import DeadlineExceeded
from store.errors import CallerFault
from tests.fuzz.asked import Asked
from tests.meaning.facts import FIRST_ENTITY, FIRST_TRANSACTION, World
from tests.meaning.numbers import are_mixed_with_floats
from tests.model import answer


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an answer, written so that they compare; and whether they are all."""

    rows: tuple[tuple[str, ...], ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the engine, as its JSON tells it."""

    rows: list[list[Any]]
    complete: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The engine refuses a query, and says why; `fair` is what the language leaves out."""

    because: str
    fair: bool


@dataclass(frozen=True)
class Bench:
    """A database that holds a history, its catalogue and statistics, and what the model sees."""

    database: Database
    catalogue: Catalogue
    statistics: Statistics
    world: World


def expected(asked: Asked, world: World) -> Rows:
    """Return what the model says."""
    found = answer(asked.query, world, asked.moments, asked.given)
    rows = [tuple(_told(cell, world) for cell in row) for row in found]
    return Rows(tuple(rows[: asked.first]), len(rows) <= asked.first)


async def answered(asked: Asked, bench: Bench) -> Told | Refused:
    """Return what the engine says. Raises what is nobody's fault but its own."""
    shape = Answer("rows", asked.query, asked.first)
    operation = Operation((("rows", shape),), tuple(asked.moments))
    try:
        statistics = bench.statistics if asked.counted else NOTHING_KNOWN
        statement = compile_operation(operation, bench.catalogue, statistics, scan=True)
    except (Unsupported, MixedKinds, WrongAggregate) as fault:
        return Refused(f"{type(fault).__name__}: {fault}", fair=True)
    except CallerFault as fault:
        return Refused(f"{type(fault).__name__}: {fault}", fair=False)
    slots: dict[str, object] = dict(asked.given)
    for name, t in asked.moments.items():
        slots |= {f"{name}.t": t, f"{name}.instant": None}
    arguments = [
        slots[each.name] if isinstance(each, Slot) else each for each in statement.arguments
    ]
    try:
        row = await bench.database.row(statement.text, arguments)
    except DeadlineExceeded as fault:  # A few random queries ask for very much.
        return Refused(f"DeadlineExceeded: {fault}", fair=True)
    return Told(**json.loads(str(row[-1])))


def written(told: Told) -> Rows:
    """Return an answer's rows as those of the model are written."""
    return Rows(tuple(tuple(map(_plain, each)) for each in told.rows), told.complete)


def agree(asked: Asked, one: Rows, other: Rows) -> bool:
    """Tell whether two answers are the same; without an order, in any.

    Values of any attribute may be equal as values, and be two texts in the log: 5 and 5.0.
    """
    if _is_of_any_attribute(asked.query):
        return set(one.rows) == set(other.rows)
    if one.complete != other.complete:
        return False
    if asked.query.order:
        return one.rows == other.rows
    return sorted(one.rows) == sorted(other.rows)


def are_same(asked: Asked, world: World, one: Rows, other: Rows) -> bool:
    """Tell whether two answers are the same, whole numbers as far as Floats beside them allow."""
    if are_mixed_with_floats(asked.query, world.schema):
        one, other = _inexact(one), _inexact(other)
    return agree(asked, one, other)


def _inexact(rows: Rows) -> Rows:
    return replace(rows, rows=tuple(tuple(map(_as_float, row)) for row in rows.rows))


def _as_float(cell: str) -> str:
    is_large = _NUMBER.fullmatch(cell) is not None and abs(float(cell)) >= _EXACT
    return f"{float(cell):.9e}" if is_large else cell


_EXACT = 2**53
"""Up to here a Float holds every whole number."""


def _is_of_any_attribute(query: Query) -> bool:
    values = {
        each.value
        for each in patterns(query)
        if isinstance(each.attribute, Variable) and isinstance(each.value, Variable)
    }
    return any(
        (element if isinstance(element, Variable) else element.variable) in values
        for element in query.find
    )


def patterns(part: object) -> Iterator[Pattern]:
    """Yield the patterns of a query, or of a part of it."""
    match part:
        case Pattern():
            yield part
        case tuple():
            for each in part:
                yield from patterns(each)
        case _ if is_dataclass(part) and not isinstance(part, type):
            for each in fields(part):
                yield from patterns(getattr(part, each.name))
        case _:
            pass


# Cells as text. A number is one whether it is quoted or not: what is printed depends on the kind
# that a variable takes where it is of several, and that is not what is compared here.

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def _plain(cell: Any) -> str:
    """Return a cell of the engine's JSON."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case str() if _NUMBER.fullmatch(cell):
            return _number(Decimal(cell))
        case str():
            return cell
        case int() | float():
            return _number(float(cell))
        case list() if not any(isinstance(each, dict | list) for each in cell):
            return _list(map(_plain, cell))
        case _:
            return json.dumps(cell, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _told(cell: Any, world: World) -> str:  # noqa: C901, PLR0911  # One case for each.
    """Return a cell of the model's answer."""
    match cell:
        case None:
            return "null"
        case ("text", str(text)):
            if text.startswith("[") and text.endswith("]"):
                return _plain(json.loads(text))
            return _number(Decimal(text)) if _NUMBER.fullmatch(text) else text
        case ("number", it):
            return _number(it if isinstance(it, float) else Decimal(it))
        case ("boolean", bool(it)):
            return "true" if it else "false"
        case ("instant", datetime() as it):
            text = it.isoformat().replace("+00:00", "")
            return f"{text.rstrip('0') if '.' in text else text}Z"
        case ("entity", int(it)):
            return _entity(it, world)
        case ("uuid" | "date", it):
            return str(it)
        case tuple():
            return _list(_told(each, world) for each in cell)
        case dict():
            return _plain(cell)
        case _:
            raise TypeError(cell)


def _number(number: Decimal | float) -> str:
    """Return a number, of a Float with as many digits as computing with floats leaves right."""
    if isinstance(number, Decimal) and number == number.to_integral_value():
        return str(int(number))
    rounded = Decimal(f"{number:.11e}")
    whole = rounded == rounded.to_integral_value() and abs(rounded) < 10**11
    return str(int(rounded)) if whole else f"{rounded:.9e}"


def _list(cells: Iterable[str]) -> str:
    return f"[{', '.join(cells)}]"


def _entity(number: int, world: World) -> str:
    if number >= FIRST_TRANSACTION:
        return f"T{number - FIRST_TRANSACTION}"
    if number >= FIRST_ENTITY:
        return f"E{number}"
    return world.schema.names.get(number, f"E{number}")


def difference(one: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> str:
    """Return what only one of two answers has, shortened."""
    left = [row for row in one if row not in other]
    right = [row for row in other if row not in one]
    return f"only the model: {left[:5]}; only the engine: {right[:5]}"
