"""Where the rows stand of a relation that a recursion works out, and what its columns hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from datalog.errors import Unsupported
from datalog.kinds import Kind, Special, sql_type
from datalog.sql.columns import Column, as_entity
from store.catalogue import ValueType
from store.sql import Sql, missing, number, numbered, sql

_FACT: tuple[LiteralString, ...] = ("bigint", "text", "text")


@dataclass(frozen=True, slots=True)
class Held:
    """What one column of a relation holds, and the numbers of the fields that hold it.

    A value of the log takes three fields.
    """

    kind: Kind
    mixed: bool
    fields: tuple[int, ...]

    def of(self, table: Sql) -> Column:
        """Return the column as it is seen in a table of the relation."""
        it, *more = (sql("{t}.{c}", t=table, c=field_name(at)) for at in self.fields)
        if not more:
            return Column(it, self.kind, mixed=self.mixed)
        text, family = more
        return Column(it, self.kind, mixed=self.mixed, text=text, family=family)


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands in FROM for a relation, what follows its name there, the mark of its rows."""

    table: Sql
    declared: Sql
    tag: int | None
    held: tuple[Held, ...]

    def named(self, name: Sql) -> Sql:
        """Return the relation as an item of FROM."""
        return sql("{table} {name}{declared}", table=self.table, name=name, declared=self.declared)

    def marked(self, name: Sql) -> tuple[Sql, ...]:
        """Return the condition that a row of the table is one of the relation."""
        if self.tag is None:
            return ()
        return (sql("{name}.tag = {tag}", name=name, tag=number(self.tag)),)

    def columns(self, name: Sql) -> list[Column]:
        """Return its columns as they are seen in a table of that name."""
        return [each.of(name) for each in self.held]


def field_name(at: int) -> Sql:
    """Return the name of a field."""
    return numbered("c", at)


def field_types(kind: Kind) -> tuple[LiteralString, ...]:
    """Return the types of the fields that hold values of a kind."""
    return _FACT if kind is Special.FACT else (sql_type(kind),)


def typed(kinds: Iterable[tuple[Kind | None, bool]]) -> list[tuple[Kind, bool]]:
    """Return kinds that are all known by then."""
    return [(kind or ValueType.LONG, mixed) for kind, mixed in kinds]


def laid_out(kinds: Iterable[tuple[Kind, bool]], types: list[LiteralString]) -> tuple[Held, ...]:
    """Return where columns are held: in fields of their type that others of the stratum share.

    `types` grows by the fields that there are not yet.
    """
    taken: set[int] = set()
    held: list[Held] = []
    for kind, mixed in kinds:
        fields: list[int] = []
        for type_name in field_types(kind):
            free = (at for at, each in enumerate(types) if each == type_name and at not in taken)
            at = next(free, len(types))
            if at == len(types):
                types.append(type_name)
            taken.add(at)
            fields.append(at + 1)
        held.append(Held(kind, mixed, tuple(fields)))
    return tuple(held)


def written(
    columns: Iterable[Column], held: Iterable[Held], types: Sequence[LiteralString]
) -> Iterator[Sql]:
    """Yield the fields of a row, in order; what the relation does not hold is null."""
    found: dict[int, Sql] = {}
    for column, each in zip(columns, held, strict=True):
        parts = (column.sql, column.text, column.family)
        found |= {at: part for at, part in zip(each.fields, parts, strict=False) if part}
    for at, type_name in enumerate(types, 1):
        it = found.get(at, missing(type_name))
        yield sql("({it})::" + type_name + _COLLATED.get(type_name, ""), it=it)


_COLLATED: dict[LiteralString, LiteralString] = {"text": ' COLLATE "C"'}
"""The columns of a recursion must be of one collation from the start."""


def plain_form(column: Column) -> Column:
    """Return a column as a relation can hold it. Raises Unsupported for a tuple."""
    if column.many:
        raise Unsupported("a tuple that a recursive rule gives")
    return as_entity(column)
