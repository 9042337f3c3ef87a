"""The arms of a recursion read, and the kinds of columns that they settle on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from datalog.kinds import Kind, kind_of, wider
from datalog.planning.access import RelationRow
from datalog.planning.steps import Arm, Step, Stratum
from datalog.sql.columns import NOTHING, Column, constant
from datalog.sql.facts import together
from datalog.sql.relations import Relation, plain_form
from datalog.sql.rows import Columns, Item, Rows
from datalog.sql.unification import Reading, unified
from datalog.syntax.terms import Constant, Term, Variable
from store.catalogue import ValueType
from store.sql import Sql

Read = Callable[[Rows, Iterable[Step], Reading], Rows]

Signature = dict[str, tuple[tuple[Kind | None, bool], ...]]
"""Of each relation's columns the kind, as far as it is known, and whether it may be mixed."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Where an arm finds the rows found newly: their columns, and what joins them if anything."""

    relation: Relation
    name: Sql
    item: Item | None


@dataclass(frozen=True, slots=True)
class ReadArm:
    """An arm as SQL in the making: its relation, its rows, the columns of a row that it adds."""

    relation: str
    rows: Rows
    head: tuple[Column | Constant, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where relations of a stratum stand: what is new of each, and all of those that are seen."""

    newest: Mapping[str, Newest]
    all: Mapping[str, Relation]


@dataclass(frozen=True, slots=True)
class Arms:
    """The arms of a stratum, the columns that they see outside, and how steps are read."""

    stratum: Stratum
    outer: Columns
    reading: Reading
    read: Read

    def settled(
        self, place: Callable[[Signature], Placed]
    ) -> tuple[Signature, list[ReadArm], list[ReadArm]]:
        """Return the kinds of the columns, the arms that begin, and those that go on.

        What goes on may widen a column that it reads itself, so it is read until that stays.
        """
        begin = [self._begun(arm) for arm in self.stratum.arms if arm.start is None]
        signature = self._widened({}, begin)
        while True:
            placed = place(self._complete(signature))
            going = [
                self._gone_on(arm, arm.start, placed) for arm in self.stratum.arms if arm.start
            ]
            wider_ = self._widened(signature, [*begin, *going])
            if wider_ == signature:
                return self._complete(signature), begin, going
            signature = wider_

    def columns(self, arm: ReadArm, signature: Signature) -> list[Column]:
        """Return the columns that an arm adds, as the kinds that the relation holds."""
        found: list[Column] = []
        catalogue = self.reading.compilation.catalogue
        for each, (kind, _) in zip(arm.head, signature[arm.relation], strict=True):
            held = kind or ValueType.LONG
            column = constant(each, held, catalogue) if isinstance(each, Constant) else each
            found.append(together((column, Column(NOTHING, held)))[0])
        return found

    def _begun(self, arm: Arm) -> ReadArm:
        rows = self.read(Rows(self.outer), arm.steps, self.reading)
        return ReadArm(arm.relation, rows, self._head(arm.head, rows))

    def _gone_on(self, arm: Arm, start: RelationRow, placed: Placed) -> ReadArm:
        newest = placed.newest[start.relation]
        held = zip(start.arguments, newest.relation.columns(newest.name), strict=True)
        columns, conditions = unified(self.outer, held, self.reading)
        conditions = (*newest.relation.marked(newest.name), *conditions)
        items = (newest.item,) if newest.item else ()
        reading = replace(self.reading, relations={**self.reading.relations, **placed.all})
        rows = self.read(Rows(columns, items, conditions), arm.steps, reading)
        return ReadArm(arm.relation, rows, self._head(arm.head, rows))

    def _head(self, head: Iterable[Term], rows: Rows) -> tuple[Column | Constant, ...]:
        found: list[Column | Constant] = []
        for term in head:
            if isinstance(term, Variable):
                found.append(plain_form(rows.columns[term]))
            elif isinstance(term, Constant):
                found.append(term)
        return tuple(found)

    def _widened(self, before: Signature, arms: Iterable[ReadArm]) -> Signature:
        found: Signature = {
            relation: before.get(relation, ((None, False),) * len(columns))
            for relation, columns in self.stratum.columns
        }
        for arm in arms:
            pairs = zip(found[arm.relation], arm.head, strict=True)
            found[arm.relation] = tuple(
                (kind, mixed)
                if isinstance(each, Constant)
                else (wider(each.kind, kind or each.kind), mixed or each.mixed)
                for (kind, mixed), each in pairs
            )
        return found

    def _complete(self, signature: Signature) -> Signature:
        """Return the kinds with those of the check where no arm has told yet."""
        return {
            relation: tuple(
                (kind or self._told(relation, at, variable), mixed)
                for at, ((kind, mixed), variable) in enumerate(
                    zip(signature[relation], columns, strict=True)
                )
            )
            for relation, columns in self.stratum.columns
        }

    def _told(self, relation: str, at: int, variable: Variable) -> Kind:
        told = self.reading.kinds.get(variable)
        if told is not None:
            return plain_form(Column(NOTHING, told)).kind
        constants = [
            arm.head[at]
            for arm in self.stratum.arms
            if arm.relation == relation and isinstance(arm.head[at], Constant)
        ]
        kinds = [kind_of(each.value) for each in constants if isinstance(each, Constant)]
        return wider(*kinds) if kinds else ValueType.LONG
