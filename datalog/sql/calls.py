"""Root fields of one shape: compiled once, read for each of their calls, told as an array.

    WITH …, call1 AS MATERIALIZED
      (SELECT u.n, u.s1 AS s1, …, <moment> AS m1 FROM unnest($1, …) WITH ORDINALITY u (s1, …, n))
    SELECT …, (SELECT array_agg(a.it ORDER BY a.n)
               FROM (SELECT call1.n, <shape> AS it FROM call1 OFFSET 0) a) FROM m

Neither the text nor what it takes to plan it depends on how many calls there are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from datalog.sql.rows import Factors
from store.sql import Bound, Gathered, Part, Slot, Sql, join, numbered, sql


@dataclass(frozen=True, slots=True)
class Called:
    """The root fields of one shape in a statement: keys, moments, and the rows of their levels.

    `sizes` are those of one call. `is_one`: nothing differs, so that one text is that of all.
    """

    keys: tuple[str, ...]
    moments: tuple[str, ...]
    sizes: tuple[Factors, ...]
    is_one: bool

    @property
    def width(self) -> int:
        """Return how many columns of the statement's row tell of the calls."""
        return len(self.moments) + 1

    def told(self, columns: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
        """Yield what columns say of each call, by its key: the t of each moment, then its text."""
        if self.is_one:
            yield from ((key, columns) for key in self.keys)
        else:
            yield from zip(self.keys, zip(*columns, strict=True), strict=True)


@dataclass(frozen=True, slots=True)
class Calling:
    """The SQL of calls: what holds them, and the columns that tell of them."""

    called: Called
    held: Sql | None
    columns: tuple[Sql, ...]


def table(position: int) -> Sql:
    """Return the name of what holds the calls of one shape."""
    return numbered("call", position)


def calling(
    keys: tuple[str, ...],
    moments: Mapping[str, Sql],
    text: Sql,
    sizes: tuple[Factors, ...],
    position: int,
) -> Calling:
    """Return the SQL of the calls of one shape: `text` is its own, `moments` by their names."""
    name = table(position)
    slots = tuple(dict.fromkeys(each for it in (*moments.values(), text) for each in it.slots()))
    if not slots:
        return Calling(Called(keys, (), sizes, is_one=True), None, (text,))
    numbers = {slot: place for place, slot in enumerate(slots, 1)}
    of_row, of_call = _in(sql("u"), numbers), _in(name, numbers)
    times = [each.with_slots(of_row) for each in moments.values()]
    shown = [numbered("m", place) for place in range(1, len(times) + 1)]
    told = (*(sql("{call}.{m}", call=name, m=each) for each in shown), text.with_slots(of_call))
    return Calling(
        Called(keys, tuple(moments), sizes, is_one=False),
        _held(name, numbers, keys, [*zip(times, shown, strict=True)]),
        tuple(_gathered(name, each) for each in told),
    )


def _in(name: Sql, numbers: Mapping[Bound, int]) -> Callable[[Bound], Sql]:
    """Return what says where in the rows of a table a slot stands."""
    return lambda slot: sql("{name}.{s}", name=name, s=numbered("s", numbers[slot]))


def _held(
    name: Sql, numbers: Mapping[Bound, int], keys: tuple[str, ...], times: list[tuple[Sql, Sql]]
) -> Sql:
    given: list[Sql] = []
    names: list[Sql] = []
    columns: list[Sql] = []
    for bound, place in numbers.items():
        slot, of_slot = bound.value, numbered("s", place)
        if not isinstance(slot, Slot):
            continue
        names.append(of_slot)
        if not bound.type_name.endswith("[]"):
            given.append(_array(slot, keys, Part.VALUES, bound.type_name))
            columns.append(sql("u.{s}", s=of_slot))
            continue
        end = numbered("e", place)
        names.append(end)
        given += [_array(slot, keys, each, "integer") for each in (Part.BEGIN, Part.END)]
        members = Bound(Gathered(slot, keys, Part.MEMBERS), bound.type_name)
        columns.append(sql("({list})[u.{s}:u.{e}] AS {s}", list=members, s=of_slot, e=end))
    columns += [sql("{t} AS {m}", t=each, m=shown) for each, shown in times]
    return sql(
        "{name} AS MATERIALIZED (SELECT u.n, {columns}"
        "\nFROM unnest({given}) WITH ORDINALITY u ({names}, n))",
        name=name,
        columns=join(", ", columns),
        given=join(", ", given),
        names=join(", ", names),
    )


def _array(slot: Slot, keys: tuple[str, ...], part: Part, type_name: LiteralString) -> Sql:
    return sql("{it}", it=Bound(Gathered(slot, keys, part), type_name + "[]"))


def _gathered(name: Sql, text: Sql) -> Sql:
    # OFFSET 0: else PostgreSQL would put the text into the aggregate, and sort what it made.
    return sql(
        "(SELECT array_agg(a.it ORDER BY a.n)"
        " FROM (SELECT {name}.n, {text} AS it\nFROM {name} OFFSET 0) a)",
        name=name,
        text=text,
    )
