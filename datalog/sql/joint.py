"""Several requests of one statement as one statement: a row for each of them, in their order.

WITH m AS MATERIALIZED (SELECT c.t, c.instant, c.schema_t, <slots and moments of each request>)
SELECT <what the statement gives, out of these> FROM m ORDER BY m.n
"""

from collections.abc import Sequence
from dataclasses import dataclass

from datalog.sql.gathering import gathering
from store.sql import Gathered, Slot, Sql, join, sql


@dataclass(frozen=True, slots=True)
class Joint:
    """The statement of several requests, and what it takes of the arguments of each.

    `is_one`: the requests differ in nothing, and the one row of the statement is that of all.
    """

    text: str
    _arguments: tuple[object, ...]
    _places: dict[Slot, int]
    is_one: bool

    def arguments(self, each_of: Sequence[Sequence[object]]) -> list[object]:
        """Return the arguments, of those that the statement of each request alone would have."""
        return [
            argument.of([alone[self._places[argument.slot]] for alone in each_of])
            if isinstance(argument, Gathered)
            else argument
            for argument in self._arguments
        ]


def joint(
    moments: Sequence[Sql], columns: Sequence[Sql], alone: tuple[str, tuple[object, ...]]
) -> Joint:
    """Return the statement of several requests; `columns` and `alone` are of the one of each."""
    text, given = alone
    gathered = gathering((*moments, *columns))
    if gathered is None:
        return Joint(text, given, {}, is_one=True)
    text, arguments = sql(
        "WITH m AS MATERIALIZED (SELECT c.t, c.instant, c.schema_t, {given}"
        "\nFROM clock c CROSS JOIN {rows})\nSELECT {columns}\nFROM m\nORDER BY m.n",
        given=gathered.columns(moments),
        rows=gathered.rows(),
        columns=join(",\n", [each.with_slots(gathered.at(sql("m"))) for each in columns]),
    ).render()
    places = {slot: place for place, slot in enumerate(given) if isinstance(slot, Slot)}
    return Joint(text, tuple(arguments), places, is_one=False)
