"""What a level reads, as SQL in the making: FROM, WHERE, and where each variable stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import LiteralString

from datalog.kinds import Kind
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql.columns import Column
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, History, Now, Since, View
from store.catalogue import Catalogue
from store.sql import Sql, join, numbered, sql

Columns = Mapping[Variable, Column]


@dataclass(frozen=True, slots=True)
class Names:
    """Gives every table of a statement a name of its own."""

    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fresh(self, prefix: LiteralString) -> Sql:
        """Return a name that the statement does not have yet."""
        return numbered(prefix, next(self._numbers))


@dataclass(frozen=True, slots=True)
class Factor:
    """How many rows a level should give for one row above it, and what bounds them.

    That is a number, the name of a slot, or nothing.
    """

    rows: float
    limit: int | str | None = None


Factors = tuple[Factor, ...]
"""From the outermost level to the one that is meant: their product is how many rows it gives."""


@dataclass(frozen=True, slots=True)
class Compilation:
    """What is the same through a whole statement.

    `reasons` gathers why levels are empty, `kinds` of what kind the columns of answers are, `sizes`
    how many rows each level should give, and `present` tells whether anything is read as of now.
    `scan` allows clauses that read the whole log.
    """

    catalogue: Catalogue
    names: Names
    moments: Mapping[str, Sql]
    reasons: list[tuple[str, str]] = field(default_factory=list)
    statistics: Statistics = NOTHING_KNOWN
    scan: bool = False
    kinds: list[tuple[str, tuple[Kind, ...]]] = field(default_factory=list)
    present: set[Now] = field(default_factory=set)
    sizes: list[Factors] = field(default_factory=list)

    def until(self, view: View) -> Sql | None:
        """Return the last t that a view sees, or None where it sees all."""
        match view:
            case AsOf(name):
                return self.moments[name]
            case History(until):
                return self.until(until)
            case Since(until=until):
                return self.until(until)
            case Now():
                self.present.add(view)
                return None

    def after(self, view: View) -> Sql | None:
        """Return the t after which a view sees what came, or None where it sees all."""
        match view:
            case Since(after) | History(after=str() as after):
                return self.moments[after]
            case _:
                return None

    def seen(self, table: Sql, view: View) -> Sql:
        """Return the condition that a row with a period is there at a view."""
        until = self.until(view)
        if until is None:
            there = sql("{table}.t1 = 9223372036854775807", table=table)
        else:
            there = sql("{table}.t0 <= {t} AND {t} < {table}.t1", table=table, t=until)
        after = self.after(view)
        if after is None:
            return there
        return sql("{there} AND {table}.t0 > {after}", there=there, table=table, after=after)

    def seen_found(self, table: Sql, view: View) -> Sql:
        """Return the condition that a row, which is found by something else, is there at a view.

        PostgreSQL is to look at the period of what it has found. Told to look for it in the index,
        it skips through the columns before (from 18 on), which it prepares for each end anew, and
        expects to do so for every t: then it would sooner read a whole table.
        """
        there = self.seen(table, view)
        return there if self.until(view) is None else sql("({it}) IS TRUE", it=there)

    def between(self, t: Sql, view: View) -> Iterator[Sql]:
        """Yield the conditions that a view sees what came with a transaction."""
        after, until = self.after(view), self.until(view)
        if after is not None:
            yield sql("{t} > {after}", t=t, after=after)
        if until is not None:
            yield sql("{t} <= {until}", t=t, until=until)


@dataclass(frozen=True, slots=True)
class OfTypes:
    """That an entity is of one of these types at a view, and nothing else."""

    entity: Variable
    view: View
    types: tuple[Sql, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A table, or a subquery, with its name, and what joins it; `left` keeps the row without.

    `name`: that of one table, which may be read for each row before it. `asks`: all that joining it
    asks for, where another row of the entity could tell.
    """

    table: Sql
    conditions: tuple[Sql, ...]
    left: bool = False
    name: Sql | None = None
    asks: OfTypes | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Joined tables, and the columns that the variables have by then.

    `in_turn`: each table after the first is read for each row of those before it. PostgreSQL would
    else choose another order, or to read a table as a whole, by its own estimates; in a prepared
    statement these know no value.
    """

    columns: Columns
    items: tuple[Item, ...] = ()
    conditions: tuple[Sql, ...] = ()
    in_turn: bool = False

    def joined(self, item: Item, columns: Columns) -> "Rows":
        """Return these rows joined with a table."""
        return replace(self, items=(*self.items, item), columns=columns)

    def where(self, *conditions: Sql) -> "Rows":
        """Return these rows under more conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def body(self) -> Sql:
        """Return FROM and WHERE."""
        items, conditions = self.items, self.conditions
        if items and not items[0].left:
            first, *rest = items
            start, conditions = first.table, first.conditions + conditions
        else:
            start, rest = sql("(SELECT) one"), list(items)
        joins = join("", [_read_in_turn(item) if self.in_turn else _join(item) for item in rest])
        found = sql("\nFROM {start}{joins}", start=start, joins=joins)
        if not conditions:
            return found
        return sql("{found}\nWHERE {all}", found=found, all=conjunction(conditions))


def conjunction(conditions: Iterable[Sql]) -> Sql:
    """Return the condition that all hold."""
    pieces = tuple(conditions)
    return join(" AND ", pieces) if pieces else sql("true")


def _join(item: Item) -> Sql:
    on = conjunction(item.conditions)
    if item.left:
        return sql("\nLEFT JOIN {table} ON {on}", table=item.table, on=on)
    if not item.conditions:
        return sql("\nCROSS JOIN {table}", table=item.table)
    return sql("\nJOIN {table} ON {on}", table=item.table, on=on)


def _read_in_turn(item: Item) -> Sql:
    if item.left or item.name is None:
        return _join(item)
    # PostgreSQL takes no subquery apart that has an OFFSET.
    return sql(
        "\nCROSS JOIN LATERAL (SELECT {name}.* FROM {table} WHERE {on} OFFSET 0) {name}",
        name=item.name,
        table=item.table,
        on=conjunction(item.conditions),
    )


def selected(columns: Columns) -> Sql:
    """Return the SELECT list that hands columns up; a value of the log takes three."""
    if not columns:
        return sql("1 AS c0")
    pieces: list[Sql] = []
    for position, column in enumerate(columns.values(), 1):
        pieces.append(sql("{it} AS {as_}", it=column.sql, as_=numbered("c", position)))
        if column.text is not None:
            pieces.append(sql("{it} AS {as_}", it=column.text, as_=numbered("v", position)))
        if column.family is not None:
            pieces.append(sql("{it} AS {as_}", it=column.family, as_=numbered("k", position)))
    return join(", ", pieces)


def handed_up(columns: Columns, table: Sql) -> Columns:
    """Return the columns as they are seen from outside the subquery that selected them."""
    return {
        variable: _outside(column, table, position)
        for position, (variable, column) in enumerate(columns.items(), 1)
    }


def _outside(column: Column, table: Sql, position: int) -> Column:
    text = family = None
    if column.text is not None:
        text = sql("{table}.{name}", table=table, name=numbered("v", position))
    if column.family is not None:
        family = sql("{table}.{name}", table=table, name=numbered("k", position))
    it = sql("{table}.{name}", table=table, name=numbered("c", position))
    return replace(column, sql=it, text=text, family=family, prefixed=False)
