"""Slots as the columns of rows, one row for each call, out of one array for each slot.

    SELECT u.n, u.s1 AS s1, ($4::text[])[u.s2:u.e2] AS s2, <moment> AS m1
    FROM unnest((SELECT $1), (SELECT $2), (SELECT $3)) WITH ORDINALITY u (s1, s2, e2, n)

Neither the text nor what it takes to plan it depends on how many calls there are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from store.sql import Bound, Gathered, Part, Slot, Sql, join, numbered, sql


@dataclass(frozen=True, slots=True)
class Gathering:
    """The slots that pieces of SQL mention, by their numbers, and the keys of the calls."""

    numbers: Mapping[Bound, int]
    keys: tuple[str, ...] = ()

    def at(self, table: Sql) -> Callable[[Bound], Sql]:
        """Return what says where in the rows of a table a slot stands."""
        return lambda slot: sql("{table}.{s}", table=table, s=numbered("s", self.numbers[slot]))

    def columns(self, moments: Iterable[Sql]) -> Sql:
        """Return the columns of the rows: their number, every slot, and every moment."""
        columns = [sql("u.n"), *(self._column(bound) for bound in self.numbers)]
        of_row = self.at(sql("u"))
        for place, moment in enumerate(moments, 1):
            time = moment.with_slots(of_row)
            columns.append(sql("{time} AS {m}", time=time, m=numbered("m", place)))
        return join(", ", columns)

    def rows(self) -> Sql:
        """Return what the columns are read from."""
        given: list[Sql] = []
        names: list[Sql] = []
        for bound, place in self.numbers.items():
            names.append(numbered("s", place))
            if _is_list(bound):
                names.append(numbered("e", place))
                given += [self._array(bound, each, "integer") for each in (Part.BEGIN, Part.END)]
            else:
                given.append(self._array(bound, Part.VALUES, bound.type_name))
        return sql(
            "unnest({given}) WITH ORDINALITY u ({names}, n)",
            given=join(", ", given),
            names=join(", ", names),
        )

    def _column(self, bound: Bound) -> Sql:
        place = self.numbers[bound]
        if not _is_list(bound):
            return sql("u.{s}", s=numbered("s", place))
        return sql(
            "({members})[u.{s}:u.{e}] AS {s}",
            members=Bound(self._gathered(bound, Part.MEMBERS), bound.type_name),
            s=numbered("s", place),
            e=numbered("e", place),
        )

    def _array(self, bound: Bound, part: Part, type_name: LiteralString) -> Sql:
        # PostgreSQL would see how long an array is that stands there as it is, and plan anew for
        # each length: that takes longer than all else.
        return sql("(SELECT {it})", it=Bound(self._gathered(bound, part), type_name + "[]"))

    def _gathered(self, bound: Bound, part: Part) -> Gathered:
        if not isinstance(bound.value, Slot):  # `slots` of a piece gives no other.
            raise TypeError(bound)
        return Gathered(bound.value, self.keys, part)


def gathering(pieces: Iterable[Sql], keys: tuple[str, ...] = ()) -> Gathering | None:
    """Return how the slots of pieces of SQL are gathered, or None where there are none."""
    slots = dict.fromkeys(slot for piece in pieces for slot in piece.slots())
    return Gathering({slot: place for place, slot in enumerate(slots, 1)}, keys) if slots else None


def _is_list(bound: Bound) -> bool:
    return bound.type_name.endswith("[]")
